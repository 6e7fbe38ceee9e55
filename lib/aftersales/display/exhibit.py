"""Everything displayed is one kind of thing: a chart, a table, cards, a list or a sentence, as data.

An exhibit's notebook output carries HTML, which JupyterLab shows, and a JSON payload, which page, PDF,
mail and workbook are made of: what one of them shows, all of them show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aftersales.contract import written
from aftersales.contract.values import plain as as_json

if TYPE_CHECKING:
    import pandas as pd

MIME = "application/vnd.aftersales.exhibit+json"
# Design widths in px: a desk and paper; a phone and the mail.
WIDTHS = {"wide": 720, "narrow": 360}
NUMERIC = frozenset({"integer", "number", "percent", "change"})

Payload = dict[str, Any]


@dataclass(frozen=True, repr=False)
class Exhibit:
    """Something displayed; `payload` is all there is to it.

    In a notebook an exhibit as the last line of a cell shows itself; `data` gives its numbers as a table,
    a chart's too, and `to_excel` saves them.
    """

    payload: Payload

    if not TYPE_CHECKING:  # to a type checker there is nothing else than what is declared

        def __getattr__(self, name: str) -> Any:
            raise written.no_attribute(self, name)

    @property
    def data(self) -> pd.DataFrame:
        """The numbers behind the exhibit, as a frame."""
        import pandas as pd

        if self.payload["kind"] == "chart":
            return pd.DataFrame(self.payload["data"]["rows"], columns=self.payload["data"]["columns"])
        if self.payload["kind"] == "table":
            keys = [column["key"] for column in self.payload["columns"]]
            return pd.DataFrame(whole(self.payload)[0], columns=keys)
        lines = self.payload.get("cards") or self.payload.get("items") or []
        return pd.DataFrame([{k: v for k, v in line.items() if k != "about"} for line in lines])

    def to_excel(self, path: str | Path) -> Path:
        """Save the numbers behind the exhibit as an Excel workbook, headers as displayed; returns its path.

        Examples
        --------
        >>> show.technician_table(technicians, **words).to_excel("technicians.xlsx")  # doctest: +SKIP
        """
        from aftersales.display import excel

        labels = {c["key"]: c["label"] for c in self.payload.get("columns", ())}
        return excel.save(path, {self.payload["id"] or "data": self.data.rename(columns=labels)})

    def to_look_up(self) -> Exhibit:
        """The exhibit as one to look something up in: folded on the page, in the workbook, not on paper.

        Examples
        --------
        >>> show.definition_table(definitions, **words).to_look_up()  # doctest: +SKIP
        """
        return Exhibit(self.payload | {"folded": True})

    def __repr__(self) -> str:
        return plain(self.payload)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {
            MIME: self.payload,
            "text/html": _style() + to_html(self.payload),
            "text/plain": plain(self.payload),
        }


def picture(
    draw: Callable[[str], str],
    *,
    id: str,
    title: str,
    subtitle: str,
    alt: str,
    data: pd.DataFrame,
    lang: str,
    form: Mapping[str, Any] | None = None,
    note: str = "",
    mail: bool = False,
    role: str | None = None,
) -> Exhibit:
    """A chart, drawn twice: for a desk and for a phone.

    Parameters
    ----------
    draw
        Gives the SVG of the one or the other: ``"wide"``, ``"narrow"``.
    alt
        What the picture says, with its numbers, for who cannot see it.
    data
        The numbers that are drawn.
    form
        What kind of chart it is, ``kind``, and what it shows beyond `data` (limits, a target, names of
        lines): enough to draw it again where charts are no pictures. None = it stays a picture there.
    mail
        Whether the chart goes into the mail.
    """
    rows = {
        "columns": list(map(str, data.columns)),
        "rows": [_plain_row(r) for r in data.itertuples(index=False)],
    }
    return Exhibit(
        {
            "kind": "chart",
            "id": id,
            "role": role,
            "lang": lang,
            "title": title,
            "subtitle": subtitle,
            "note": note,
            "alt": alt,
            "mail": mail,
            "svg": {variant: draw(variant) for variant in WIDTHS},
            "data": rows,
        }
        | ({"form": as_json(dict(form))} if form else {})
    )


def table(
    columns: Sequence[Mapping[str, Any]],
    rows: Iterable[Sequence[Any]],
    display: Iterable[Sequence[str]],
    *,
    id: str,
    title: str,
    lang: str,
    subtitle: str = "",
    note: str = "",
    emphasis: Iterable[int] = (),
    tone: Mapping[str, str] | None = None,
    wide: bool = False,
    sheet: str = "",
    role: str | None = None,
    rest: tuple[Sequence[Sequence[Any]], Sequence[Sequence[str]]] = ((), ()),
    links: Mapping[str, str] | None = None,
    searched: bool = False,
    fixed: Iterable[int] = (),
) -> Exhibit:
    """A table: raw values for sorting and the workbook, display strings for reading.

    Parameters
    ----------
    columns
        ``key``, ``label``, ``type`` and, where they are, ``unit``, ``group``, ``digits``, ``align``,
        ``sortable``, ``bar``; ``sort`` is ``number`` where texts are sorted by their raw
        values; ``paper`` is false where the page alone shows the column.
    emphasis
        Indexes of the rows that matter.
    tone
        ``"row,column"`` to ``worse``, ``better`` or ``muted``.
    wide
        Landscape in print.
    rest
        Rows that are not shown, raw and as displayed: for the workbook.
    links
        ``"row,column"`` to where the page's cell leads, relative to the page.
    searched
        The page has a field to search the rows by.
    fixed
        Indexes of the rows, totals, that stay at the end however the others are sorted.
    """
    beyond = {
        "rows": [_plain_row(r) for r in rest[0]],
        "display": [[str(v) for v in r] for r in rest[1]],
    }
    return Exhibit(
        {
            "kind": "table",
            "id": id,
            "role": role,
            "lang": lang,
            "title": title,
            "subtitle": subtitle,
            "note": note,
            "columns": [dict(c) for c in columns],
            "rows": [_plain_row(r) for r in rows],
            "display": [[str(v) for v in r] for r in display],
            "emphasis": list(emphasis),
            "tone": dict(tone or {}),
            "wide": wide,
            "sheet": sheet,
        }
        | ({"rest": beyond} if rest[0] else {})
        | ({"links": dict(links)} if links else {})
        | ({"searched": True} if searched else {})
        | ({"fixed": list(fixed)} if fixed else {})
    )


def whole(payload: Mapping[str, Any]) -> tuple[list[list[Any]], list[list[str]]]:
    """All rows of a table that its payload holds, those that are not shown too: raw, and as displayed."""
    rest = payload.get("rest", {"rows": [], "display": []})
    return [*payload["rows"], *rest["rows"]], [*payload["display"], *rest["display"]]


def cards(
    items: Iterable[Mapping[str, Any]],
    *,
    id: str,
    title: str,
    lang: str,
    role: str | None = "cards",
    note: str = "",
) -> Exhibit:
    """Key figures side by side; `note` says what is drawn of them where that is not what a report draws."""
    payload: Payload = {"kind": "cards", "id": id, "role": role, "lang": lang, "title": title}
    return Exhibit(payload | {"cards": as_json(list(items))} | ({"note": note} if note else {}))


def list_(
    items: Iterable[Mapping[str, Any]], *, id: str, title: str, lang: str, role: str | None = None
) -> Exhibit:
    """A list of sentences, each a dict with ``text`` and, where there is one, ``value`` and ``tone``."""
    return Exhibit(
        {"kind": "list", "id": id, "role": role, "lang": lang, "title": title, "items": as_json(list(items))}
    )


def text(sentence: str, *, lang: str, id: str = "", role: str | None = "finding", short: str = "") -> Exhibit:
    """A sentence that states a finding; `short` says it where there is room for a few words."""
    payload: Payload = {"kind": "text", "id": id, "role": role, "lang": lang, "text": sentence}
    return Exhibit(payload | {"short": short} if short else payload)


def empty(reason: str, *, id: str, lang: str, title: str = "") -> Exhibit:
    """The reason, in place of an exhibit without content; `title` would claim a finding, so it goes."""
    return Exhibit({"kind": "empty", "id": id, "role": None, "lang": lang, "title": "", "text": reason})


def _plain_row(row: Iterable[Any]) -> list[Any]:
    return [as_json(value) for value in row]


def plain(payload: Payload) -> str:
    """An exhibit as text, for a terminal and for the notebook's text output."""
    kind = payload["kind"]
    header = [line for line in (payload.get("title"), payload.get("subtitle")) if line]
    if kind == "chart":
        body = [payload["alt"]]
    elif kind == "table":
        body = [
            "\t".join(c["label"] for c in payload["columns"]),
            *("\t".join(r) for r in payload["display"]),
        ]
    elif kind == "cards":
        body = [
            f"{c['label']} {c['display']}{c.get('unit') or ''} {c.get('status_text') or ''}"
            for c in payload["cards"]
        ]
    elif kind == "list":
        body = [f"- {i['text']}" for i in payload["items"]]
    else:
        body = [payload["text"]]
    return "\n".join([*header, *body])


def to_html(payload: Payload, number: str | None = None) -> str:
    """An exhibit as HTML for JupyterLab; every text in it is escaped.

    The page has a layout of its own, made from the same payload.
    """
    kind = payload["kind"]
    if kind == "text":
        return f'<p class="exhibit {payload.get("role") or ""}">{escape(payload["text"])}</p>'
    if kind == "empty":
        return f'<p class="exhibit empty">{escape(payload["text"])}</p>'
    if kind == "list":
        items = "".join(f"<li>{escape(i['text'])}</li>" for i in payload["items"])
        return (
            f'<div class="exhibit list"><h4>{escape(payload.get("title") or "")}</h4><ul>{items}</ul></div>'
        )
    if kind == "cards":
        return f'<div class="exhibit cards">{"".join(map(_card, payload["cards"]))}</div>'
    caption = f"<span>{escape(number)}</span> " if number else ""
    caption += f"<strong>{escape(payload['title'])}</strong>"
    if payload.get("subtitle"):
        caption += f"<br><small>{escape(payload['subtitle'])}</small>"
    if kind == "chart":
        drawing = _themed(payload["svg"]["wide"])
        body = f'<div role="img" aria-label="{escape(payload["alt"])}">{drawing}</div>'
    else:
        body = _table(payload)
    note = f"<p><small>{escape(payload['note'])}</small></p>" if payload.get("note") else ""
    return f'<figure class="exhibit {kind}"><figcaption>{caption}</figcaption>{body}{note}</figure>'


def _card(card: Mapping[str, Any]) -> str:
    lines = [card.get("status_text"), card.get("change_display")]
    more = "".join(f"<small>{escape(str(line))}</small><br>" for line in lines if line)
    return (
        f"<div><small>{escape(card['label'])}</small><br>"
        f"<strong>{escape(card['display'])}</strong> {escape(card.get('unit') or '')}<br>{more}</div>"
    )


def _table(payload: Payload) -> str:
    def css(column: Mapping[str, Any]) -> str:
        return ' class="num"' if column.get("type") in NUMERIC else ""

    headers = "".join(
        f'<th scope="col"{css(c)}>{escape(c["label"])}'
        + (f"<br><small>{escape(c['unit'])}</small>" if c.get("unit") else "")
        + "</th>"
        for c in payload["columns"]
    )
    body = "".join(
        f"<tr{' class=strong' if number in payload['emphasis'] else ''}>"
        + "".join(f"<td{css(c)}>{escape(v)}</td>" for c, v in zip(payload["columns"], row, strict=True))
        + "</tr>"
        for number, row in enumerate(payload["display"])
    )
    return f'<div class="scroll"><table><thead><tr>{headers}</tr></thead><tbody>{body}</tbody></table></div>'


def _themed(svg: str) -> str:
    """A drawing whose colours follow the notebook's theme, as the page's follow the reader's."""
    from aftersales.display import theme

    for role, colour in theme.LIGHT.items():
        svg = svg.replace(colour, f"var(--exhibit-{role},{colour})")
    return svg


@cache
def _style() -> str:
    """CSS enough to read an exhibit in JupyterLab and VS Code, light and dark; the page has its own style."""
    from aftersales.display import fonts, theme

    dark = "".join(f"--exhibit-{role}:{colour};" for role, colour in theme.DARK.items())
    return (
        "<style>.exhibit{margin:0 0 1em}"
        ".exhibit figcaption strong{font-size:1.1em}.exhibit .scroll{overflow-x:auto}"
        ".exhibit [role=img] svg{width:720px;max-width:100%;height:auto;padding:8px;box-sizing:border-box;"
        "background:var(--exhibit-paper,#fff)}"
        f'.exhibit svg text{{font-family:"{fonts.FAMILY}",'
        f'"Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif!important}}'
        ".exhibit th{vertical-align:bottom}.exhibit tr.strong td{font-weight:600}"
        ".exhibit td.num,.exhibit th.num"
        "{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
        ".exhibit td:not(.num),.exhibit th:not(.num){text-align:left;min-width:4.5em}"
        ".exhibit.cards{display:flex;flex-wrap:wrap;gap:1em}.exhibit.cards>div{min-width:9em;padding:.5em}"
        ".exhibit.cards strong{font-size:1.6em}.exhibit.verdict,.exhibit.finding{font-size:1.1em}"
        f"[data-jp-theme-light=false] .exhibit,.vscode-dark .exhibit{{{dark}}}</style>"
    )
