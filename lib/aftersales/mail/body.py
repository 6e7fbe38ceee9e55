"""The report as a mail: a template of its own over the executed notebook, for a phone and a minute."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import css_inline
import jinja2
from nbformat import NotebookNode
from traitlets import Unicode, default

from aftersales.contract import command, formats
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message
from aftersales.display import theme
from aftersales.export import document
from aftersales.export.pdf.pdf import svgs_to_pngs
from aftersales.export.published import PublishedExporter
from aftersales.export.words import WORDS

_TEMPLATES = Path(__file__).parent / "templates"
_LABELS = {
    "zh": {
        "cards": "关键指标",
        "target": "目标",
        "previous": "上月",
        "attached": "完整报告见附件PDF。此邮件由程序自动发送。",
        "owner": "责任人",
        "due": "完成",
    },
    "en": {
        "cards": "Key figures",
        "target": "Target",
        "previous": "last month",
        "attached": "The whole report is attached as a PDF. This mail was sent by a program.",
        "owner": "Owner",
        "due": "due",
    },
}
WIDTH = 360  # px: the drawing for phones
INTERVAL, MONTHS = 120, 200  # px: those of a key figure
LONGEST = 160  # characters of a measure or a problem, which people write: the mail is for a minute


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
    """

    subject: str
    html: str
    text: str
    images: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Correction:
    """What a corrected report says to somebody who has had an earlier one.

    Attributes
    ----------
    number
        1 = the first correction.
    before, now
        The key figures as they were sent then and as they are, by their names; empty where nobody knows.
    """

    number: int
    before: dict[str, str]
    now: dict[str, str]

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
    department = Unicode("", help="The department whose TOP5 comes first").tag(config=True)

    @default("file_extension")
    def _file_extension(self) -> str:
        return ".html"

    def from_notebook_node(  # type: ignore[override]  # as in the other exporters
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The HTML of the mail; ``resources["mail"]`` holds the whole `Body`."""
        nb_copy, resources = super().from_notebook_node(nb, resources, **kw)
        made = body(document.read(nb_copy), self.department)
        resources["mail"] = made
        resources["output_suffix"] = ".mail"  # master.html is the page
        return made.html, resources


def body(report: document.Document, department: str = "", correction: Correction | None = None) -> Body:
    """Subject, HTML, text and pictures of the mail.

    Parameters
    ----------
    report
        The report's document.
    department
        Code of the department whose TOP5 comes first; empty = all, as the report has them.
    correction
        What it corrects, where its reader has had an earlier one.

    Raises
    ------
    InputError
        The report does not say that it is masked.
    """
    _check_masked(report)
    lang = report.lang
    meta = {"store": "", "synthetic": False, "masked": None, **report.meta}
    labels, words = _LABELS[lang], WORDS[lang]
    month = formats.month(meta["month"], lang) if meta.get("month") else ""
    verdict = " ".join(p["text"] for p in report.role("verdict"))
    lists = report.lists
    blocks = [b.body for c in report.chapters for b in c.blocks if b.kind == "exhibit"]
    drawn = [p for p in (*report.role("waterfall"), *blocks) if p.get("mail") and p["kind"] == "chart"]
    cards, charts, images = _pictures([card for p in report.role("cards") for card in p["cards"]], drawn)
    top5 = _top5([p for p in blocks if p.get("role") == "top5"], department, labels)
    subject = (
        f"{meta['store']} {month}{words['title']}".strip()
        if lang == "zh"
        else ", ".join(filter(None, [": ".join(filter(None, [meta["store"], words["title"]])), month]))
    )
    subject += "".join(words["colon"] + p["short"] for p in report.role("verdict") if p.get("short"))
    if correction is not None:
        subject = correction.subject(subject, lang)
    notice = correction.lines(lang) if correction is not None else []
    state = _state(words, meta)
    page = template().render(
        c=theme.LIGHT,
        dark=theme.DARK,
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
    )
    html = css_inline.inline(page, keep_style_tags=True, load_remote_stylesheets=False)
    text = _text(labels, words, meta, month, state, verdict, cards, lists, charts, top5)
    attached = [labels["attached"], ""] if report.summary is not None else []
    first = [*notice, ""] if notice else []
    return Body(subject, html, "\n".join([*first, text, "", *attached]), images)


def figures(report: document.Document) -> dict[str, str]:
    """The key figures as the mail prints them, by their names."""
    cards = (card for p in report.role("cards") for card in p["cards"])
    return {card["label"]: _value(card) for card in cards if not card["empty"]}


def _value(card: dict[str, Any]) -> str:
    gap = " " if (card.get("unit") or "%") != "%" else ""
    return f"{card['display']}{gap}{card.get('unit') or ''}"


def _check_masked(report: document.Document) -> None:
    """A report is mailed only when it says itself that it is masked; a chapter on its own may say nothing."""
    if report.meta.get("draft"):
        raise InputError(
            Message(
                "这是草稿，不发邮件。改正以后重做报告。",
                "this is a draft, which is never mailed. Make the report.",
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
            f"{which or '这份报告'}：报告标着 masked: {masked}；应是 True。未脱敏的从不发邮件。"
            f"请在参数里写 `mask: true` 后重做报告：{make}",
            f"{which or 'this report'}: got a report marked masked: {masked}; expected True. What is not "
            f"masked is never mailed. Set `mask: true` in the params and make the report again: {make}",
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
    """Each department's first things; one department's whole and first where it is requested."""
    tables = []
    for payload in payloads:
        keys = [column["key"] for column in payload["columns"]]
        mine = payload["id"] == f"top5.{department}"
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
        tables.append(
            (not mine, {"title": payload["title"], "rows": rows if mine or not department else rows[:2]})
        )
    if not department:
        tables = [(True, {**t, "rows": t["rows"][:3]}) for _, t in tables]
    return [table for _, table in sorted(tables, key=lambda pair: pair[0])]


def _state(words: dict[str, str], meta: dict[str, Any]) -> str:
    """What is being read: the report, made-up or not, masked or not."""
    state = [words["title"]]
    if meta["synthetic"]:
        state.append(words["synthetic"])
    if meta["masked"] is not None:
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
        lines.append(f"- {card['label']} {_value(card)}  {card['status_text']}")
        goal = card["interval_text"] if card["verdict"] else ""
        before = f"{labels['previous']} {card['previous_display']}"
        lines.append(
            "  " + " · ".join(filter(None, [goal, before, card["change_display"], card["months_text"]]))
        )
    if without := words["comma"].join(card["label"] for card in cards if card["empty"]):
        lines.append(words["without_data"].format(without))
    for payload in lists:
        lines += _listed(
            payload.get("title") or words[payload["role"]], payload.get("items", []), words["none"]
        )
    for table in top5:
        lines += ["", table["title"]]
        for row in table["rows"]:
            lines += [f"{row['rank']}. {row['problem']}", f"   {row['more']}"]
    for chart in charts:
        lines += ["", chart["title"], chart["subtitle"], chart["alt"]]
    return "\n".join(lines)


def _listed(name: str, items: list[dict[str, Any]], none: str) -> list[str]:
    lines = [f"{i.get('glyph') or '-'} {i['text']}" for i in items]
    return ["", name, *(lines or [none])]
