"""The report as a mail: a template of its own over the executed notebook, for a phone and a minute."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import css_inline
import jinja2
from nbformat import NotebookNode
from traitlets import Unicode, default

from aftersales.contract import command, formats, recipients
from aftersales.contract.errors import InputError
from aftersales.contract.figures import FIGURES
from aftersales.contract.language import say
from aftersales.contract.message import Message
from aftersales.contract.names import folder_name
from aftersales.contract.params import Params
from aftersales.display import theme
from aftersales.display.exhibit import whole
from aftersales.export import document
from aftersales.export.pdf.pdf import svgs_to_pngs
from aftersales.export.published import PublishedExporter
from aftersales.export.words import WORDS
from aftersales.mail import calendar

_TEMPLATES = Path(__file__).parent / "templates"
_LABELS = {
    "zh": {
        "cards": "关键指标",
        "target": "目标",
        "previous": "上月",
        "attached": "完整报告见附件PDF。此邮件由程序自动发送。",
        "page": "网页：",
        "owner": "责任人",
        "due": "完成",
    },
    "en": {
        "cards": "Key figures",
        "target": "Target",
        "previous": "last month",
        "attached": "The whole report is attached as a PDF. This mail was sent by a program.",
        "page": "The page: ",
        "owner": "Owner",
        "due": "due",
    },
}
WIDTH = 360  # px: the drawing for phones
INTERVAL, MONTHS = 120, 200  # px: those of a key figure
LONGEST = 160  # characters of a measure or a problem, which people write: the mail is for a minute
_NAMED = 3  # of the cases that wait are named, as in the report
_PEOPLE = ("handler", "advisor", "technician", "owner")  # columns that say whose a case is


@dataclass(frozen=True)
class Body:
    """What a message is made of.

    Attributes
    ----------
    html
        With its styles inlined.
    text
        The same for programs that show no HTML; every figure of the HTML stands in it.
    images
        Content-ID to PNG.
    due
        The measures that are due after the report's month.
    """

    subject: str
    html: str
    text: str
    images: dict[str, bytes] = field(default_factory=dict)
    due: list[calendar.Due] = field(default_factory=list)


@dataclass(frozen=True)
class Correction:
    """What a corrected report says to somebody who has had an earlier one.

    Attributes
    ----------
    number
        1 = the first correction.
    before, now
        The key figures as they were sent then and as they are, by their names; empty where nobody knows.
    gone
        Measures that were due then and are no more, ``uid`` to ``day`` and ``text``.
    """

    number: int
    before: dict[str, str]
    now: dict[str, str]
    gone: dict[str, dict[str, str]] = field(default_factory=dict)

    def subject(self, subject: str, lang: str) -> str:
        """The subject of the corrected mail."""
        return f"（更正{self.number}）{subject}" if lang == "zh" else f"(Correction {self.number}) {subject}"

    def lines(self, lang: str) -> list[str]:
        """What changed, a line each."""
        zh = lang == "zh"
        first = (
            f"更正{self.number}：代替此前发送的报告。"
            if zh
            else f"Correction {self.number}: in place of the report sent before."
        )
        none, colon = ("–", "：") if zh else ("–", ": ")
        moved = [
            f"{name}{colon}{self.before.get(name, none)} → {self.now.get(name, none)}"
            for name in {**self.now, **self.before}
            if self.before.get(name) != self.now.get(name)
        ]
        if self.before and not moved:
            moved = ["关键指标没有变。" if zh else "No key figure has changed."]
        return [first, *(moved if self.before else [])]


class ReportMailExporter(PublishedExporter):
    """Turns the report's notebook or its published master into the HTML of a mail.

    Text and pictures are in the resources. nbconvert writes it into a file of its own, `master.mail.html`.
    """

    export_from_notebook = "After-sales report (mail)"
    output_mimetype = "text/html"
    department = Unicode("", help="The department that it is for; all where empty").tag(config=True)
    page = Unicode("", help="Where the page of the report is, for links").tag(config=True)

    @default("file_extension")
    def _file_extension(self) -> str:
        return ".html"

    def from_notebook_node(  # type: ignore[override]  # as in the other exporters
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The HTML of the mail; ``resources["mail"]`` holds the whole `Body`."""
        nb_copy, resources = super().from_notebook_node(nb, resources, **kw)
        made = body(document.read(nb_copy), self.department, page=self.page)
        resources["mail"] = made
        resources["output_suffix"] = ".mail"  # master.html is the page
        return made.html, resources


def page_of(params: Params, store: str, month: str) -> str:
    """Where the page of a report is; empty where the params name no place.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> named = SimpleNamespace(report_url="https://intranet/{month}/{store}/report.html")
    >>> page_of(named, "A/B", "2024-04")
    'https://intranet/2024-04/A%252FB/report.html'
    """
    return params.report_url.replace("{month}", quote(month)).replace("{store}", quote(folder_name(store)))


def body(
    report: document.Document, department: str = "", correction: Correction | None = None, page: str = ""
) -> Body:
    """Subject, HTML, text and pictures of the mail.

    Parameters
    ----------
    report
        The report's document.
    department
        Code of the department whose key figures, findings, cases and TOP5 it has; empty = all of them.
    correction
        What it corrects, where its reader has had an earlier one.
    page
        Where the report's page is, whose exhibits the lines then lead to.

    Raises
    ------
    InputError
        The report does not say that it is masked.
    """
    check_masked(report)
    lang = report.lang
    meta = {"store": "", "synthetic": False, "masked": None, **report.meta}
    labels, words = _LABELS[lang], WORDS[lang]
    month = formats.month(meta["month"], lang) if meta.get("month") else ""
    verdict = said(report)
    lists = [_of(department, p, lang) for p in listed(report, page)]
    blocks = [b.body for c in report.chapters for b in c.blocks if b.kind == "exhibit"]
    drawn = [p for p in (*report.role("waterfall"), *blocks) if p.get("mail") and p["kind"] == "chart"]
    figured = [card for p in report.role("cards") for card in p["cards"]]
    if department:
        figured = [card for card in figured if department in _departments(card["id"])] or figured
        drawn = [p for p in drawn if department in _departments(p["id"].partition(".")[0])]
    cards, charts, images = _pictures(figured, drawn)
    anchors = _anchors(report)
    charts = [{**p, "link": _link(page, anchors.get(p["id"]))} for p in charts]
    tops = [p for p in blocks if p.get("role") == "top5"]
    top5 = _top5([{**p, "link": _link(page, anchors.get(p["id"]))} for p in tops], department, labels)
    subject = subject_of(report, correction)
    notice = correction.lines(lang) if correction is not None else []
    state = state_of(report)
    shown = template().render(
        c=theme.LIGHT,
        dark=theme.DARK,
        kinds=theme.TONE_ROLES,  # the class of a cell, by which the dark variant goes too
        words=words,
        labels=labels,
        meta=meta,
        month=month,
        subject=subject,
        state=state,
        notice=notice,
        verdict=verdict,
        cards=cards,
        lists=lists,
        charts=charts,
        top5=top5,
        whole=report.summary is not None,
        page=page,
    )
    html = css_inline.inline(shown, keep_style_tags=True, load_remote_stylesheets=False)
    text = _text(labels, words, meta, month, state, verdict, cards, lists, charts, top5)
    attached = [labels["attached"], ""] if report.summary is not None else []
    attached += [labels["page"] + page, ""] if page else []
    first = [*notice, ""] if notice else []
    due = calendar.due(report, department, page)
    return Body(subject, html, "\n".join([*first, text, "", *attached]), images, due)


def subject_of(report: document.Document, correction: Correction | None = None) -> str:
    """Store, month, what it is, and the verdict in few words."""
    lang, words = report.lang, WORDS[report.lang]
    store = report.meta.get("store") or ""
    month = formats.month(report.meta["month"], lang) if report.meta.get("month") else ""
    subject = (
        f"{store} {month}{words['title']}".strip()
        if lang == "zh"
        else ", ".join(filter(None, [": ".join(filter(None, [store, words["title"]])), month]))
    )
    subject += "".join(words["colon"] + p["short"] for p in report.role("verdict") if p.get("short"))
    return subject if correction is None else correction.subject(subject, lang)


def said(report: document.Document) -> str:
    """The verdict."""
    return " ".join(p["text"] for p in report.role("verdict"))


def listed(report: document.Document, page: str = "") -> list[dict[str, Any]]:
    """The lists of the summary, each line with the ``link`` to its exhibit and its cases, ``named``."""
    anchors = _anchors(report)
    tables = {
        b.body["id"]: b.body
        for c in (*report.chapters, *report.appendices)
        for b in c.blocks
        if b.kind == "exhibit" and b.body["kind"] == "table"
    }
    lists = []
    for payload in report.lists:
        items = []
        for item in payload.get("items") or []:
            about = item.get("about") or {}
            shown = about.get("exhibit") or ""
            link = _link(page, anchors.get(shown) or anchors.get(shown.partition(".")[0]))
            named = _named(about.get("cases") or [], tables.get(shown), report.lang)
            if named and "without_numbers" in about:
                item = {**item, "text": f"{about['without_numbers']}{WORDS[report.lang]['colon']}{named}"}
                named = ""
            items.append({**item, "link": link, "named": named})
        lists.append({**payload, "items": items})
    return lists


def _of(department: str, listed: dict[str, Any], lang: str) -> dict[str, Any]:
    """A list with what is a department's and what is of none; how many others there are stands at its end."""
    items = listed["items"]
    kept = [i for i in items if (i.get("about") or {}).get("department", department) == department]
    if not department or len(kept) == len(items):
        return listed
    others = len(items) - len(kept)
    text = say(lang, f"其他部门另有{others}条，见报告", f"{others} more of other departments: see the report")
    return {**listed, "items": [*kept, {"text": text, "tone": "note", "link": "", "named": ""}]}


def _departments(name: str) -> set[str]:
    """Whose a figure is, or the figures whose names begin so; all departments' where there is none."""
    found = {one.department for key, one in FIGURES.items() if key == name or key.startswith(f"{name}.")}
    return found or set(recipients.DEPARTMENTS)


def _anchors(report: document.Document) -> dict[str, str]:
    """The page's anchor of each exhibit, and under the first part of its name that of its chapter."""
    anchors: dict[str, str] = {}
    for chapter in (*report.chapters, *report.appendices):
        for block in chapter.blocks:
            if block.kind == "exhibit" and (name := block.body.get("id")):
                anchors.setdefault(name, block.anchor)
                anchors.setdefault(name.partition(".")[0], chapter.anchor)
    return anchors


def _link(page: str, anchor: str | None) -> str:
    return f"{page}#{quote(anchor)}" if page and anchor else ""


def _named(cases: list[str], table: dict[str, Any] | None, lang: str) -> str:
    """The first cases that wait, with whose they are where the report's table says so."""
    whose = _whose(table) if table else {}
    first = cases[:_NAMED]
    if not first:
        return ""
    names = [say(lang, f"{c}（{whose[c]}）", f"{c} ({whose[c]})") if whose.get(c) else c for c in first]
    more = len(cases) - len(first)
    tail = say(lang, f"等{len(cases)}条", f" and {more} more") if more > 0 else ""
    return say(lang, "、", ", ").join(names) + tail


def _whose(table: dict[str, Any]) -> dict[str, str]:
    """Whose each case of a table is, as the table shows it; its first column holds the cases' numbers."""
    keys = [column["key"] for column in table["columns"]]
    at = next((keys.index(key) for key in _PEOPLE if key in keys), None)
    if at is None:
        return {}
    return {line[0]: line[at] for line in whole(table)[1] if line[at] != formats.NONE}


def signals(report: document.Document) -> list[str]:
    """What the report's signals are of: figure, item or person, and whether it is for the better.

    A signal that goes on is the same one, whenever it began.
    """
    about = [i.get("about") or {} for p in report.role("certain") for i in p.get("items") or []]
    found = [
        " ".join(str(one[key]) for key in ("figure", "subject", "direction") if one[key])
        for one in about
        if one.get("level") == "signal"
    ]
    return sorted(set(found))


def figures(report: document.Document) -> dict[str, str]:
    """The key figures as the mail prints them, by their names."""
    cards = (card for p in report.role("cards") for card in p["cards"])
    return {card["label"]: value_of(card) for card in cards if not card["empty"]}


def value_of(card: dict[str, Any]) -> str:
    """A key figure as it is printed, with its unit."""
    gap = " " if (card.get("unit") or "%") != "%" else ""
    return f"{card['display']}{gap}{card.get('unit') or ''}"


def check_masked(report: document.Document) -> None:
    """A report is mailed only when it says itself that it is masked; a chapter on its own may say nothing."""
    if report.meta.get("draft"):
        raise InputError(
            Message(
                "这是草稿，不发邮件，也不推送。改正以后重做报告。",
                "this is a draft, which is never mailed or pushed. Make the report.",
            )
        )
    masked = report.meta.get("masked")
    if masked is True or not (report.meta or report.summary):
        return
    month = str(report.meta.get("month") or "")
    which = " ".join(filter(None, [str(report.meta.get("store") or ""), month]))
    make = command.of("report", month=month or command.OPEN)
    raise InputError(
        Message(
            f"{which or '这份报告'}：报告标着 masked: {masked}；应是 True。未脱敏的从不发邮件，也不推送。"
            f"请在参数里写 `mask: true` 后重做报告：{make}",
            f"{which or 'this report'}: got a report marked masked: {masked}; expected True. What is not "
            "masked is never mailed or pushed. Set `mask: true` in the params and make the report again: "
            f"{make}",
        )
    )


@cache
def template(name: str = "body.html.j2") -> jinja2.Template:
    """The template of an HTML, compiled once."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(name)


def _pictures(
    cards: list[dict[str, Any]], payloads: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, bytes]]:
    """Key figures and charts with their pictures, twice as fine as they are shown; and the pictures."""
    wanted: dict[str, tuple[str, int]] = {}
    for card in cards:
        for name, width in (("interval", INTERVAL), ("months", MONTHS)):
            if svg := card.get(f"{name}_svg"):
                wanted[f"{card['id']}.{name}@aftersales"] = svg, width
    wanted |= {f"{p['id']}@aftersales": (p["svg"]["narrow"], WIDTH) for p in payloads}
    images = dict(zip(wanted, svgs_to_pngs([*wanted.values()]), strict=True))

    def picture(cid: str) -> dict[str, Any]:
        if cid not in images:
            return {}
        width, height = (int.from_bytes(images[cid][i : i + 4], "big") for i in (16, 20))
        shown = wanted[cid][1]
        return {"cid": cid, "width": shown, "height": round(height * shown / width)}

    figures = [
        {**card, **{name: picture(f"{card['id']}.{name}@aftersales") for name in ("interval", "months")}}
        for card in cards
    ]
    return figures, [{**p, **picture(f"{p['id']}@aftersales")} for p in payloads], images


def _top5(payloads: list[dict[str, Any]], department: str, labels: dict[str, str]) -> list[dict[str, Any]]:
    """Each department's first three; where one is asked for, all of its."""
    tables = []
    for payload in payloads:
        if department and payload["id"] != f"top5.{department}":
            continue
        keys = [column["key"] for column in payload["columns"]]
        rows = []
        for line in payload["display"]:
            row = dict(zip(keys, line, strict=True))
            more = [row.get("evidence"), row.get("measure")]
            more += [
                f"{labels[k]} {row[k]}" for k in ("owner", "due") if row.get(k) not in (None, formats.NONE)
            ]
            details = " · ".join(_short(m) for m in more if m and m != formats.NONE)
            rows.append(
                {"rank": row["rank"], "problem": _short(row["problem"]), "more": details or formats.NONE}
            )
        shown = rows if department else rows[:3]
        tables.append({"title": payload["title"], "link": payload["link"], "rows": shown})
    return tables


def state_of(report: document.Document) -> str:
    """What is being read: the report, made-up or not, masked or not."""
    words, meta = WORDS[report.lang], report.meta
    state = [words["title"]]
    if meta.get("synthetic"):
        state.append(words["synthetic"])
    if meta.get("masked") is not None:
        state.append(words["masked"] if meta["masked"] else words["unmasked"])
    return " · ".join(state)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def _text(
    labels: dict[str, str],
    words: dict[str, str],
    meta: dict[str, Any],
    month: str,
    state: str,
    verdict: str,
    cards: list[dict[str, Any]],
    lists: list[dict[str, Any]],
    charts: list[dict[str, Any]],
    top5: list[dict[str, Any]],
) -> str:
    """The mail as plain text."""
    lines = [f"{meta['store']}  {month}".strip(), "", verdict, "", state]
    lines += ["", labels["cards"]] if cards else []
    for card in cards:
        if card["empty"]:
            continue
        lines.append(f"- {card['label']} {value_of(card)}  {card['status_text']}")
        goal = card["interval_text"] if card["verdict"] else ""
        before = f"{labels['previous']} {card['previous_display']}"
        lines.append(
            "  " + " · ".join(filter(None, [goal, before, card["change_display"], card["months_text"]]))
        )
    if without := words["comma"].join(card["label"] for card in cards if card["empty"]):
        lines.append(words["without_data"].format(without))
    for payload in lists:
        lines += _lines(
            payload.get("title") or words[payload["role"]], payload.get("items", []), words["none"]
        )
    for table in top5:
        lines += ["", table["title"]]
        for row in table["rows"]:
            lines += [f"{row['rank']}. {row['problem']}", f"   {row['more']}"]
    for chart in charts:
        lines += ["", chart["title"], chart["subtitle"], chart["alt"]]
    return "\n".join(lines)


def _lines(name: str, items: list[dict[str, Any]], none: str) -> list[str]:
    lines = []
    for item in items:
        lines.append(f"{item.get('glyph') or '-'} {item['text']}")
        lines += [f"  {item['named']}"] if item["named"] else []
    return ["", name, *(lines or [none])]
