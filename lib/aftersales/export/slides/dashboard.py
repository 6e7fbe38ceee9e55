"""The page of key figures: a line each, beside them what is certain, what waits, what is to be decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pptx.enum.shapes import MSO_SHAPE
from pptx.util import Pt

from aftersales.contract.schema import Lang
from aftersales.display import theme
from aftersales.export.slides import looks, measure, tables, texts
from aftersales.export.slides.template import EMU, Box
from aftersales.export.slides.texts import Run
from aftersales.export.words import WORDS


def key_figures(slide: Any, cards: Sequence[Mapping[str, Any]], at: Box, lang: Lang) -> None:
    """A table with a line a figure: value, target, verdict, its months as a small line, what may be said."""
    names = (
        ("指标", "本月", "目标", "判定", "24个月", "可以说什么")
        if lang == "zh"
        else ("Figure", "This month", "Target", "Verdict", "24 months", "What may be said")
    )
    head = [tables.Cell(name, "r" if n in (1, 2) else "l", theme.MUTED) for n, name in enumerate(names)]
    rows = []
    for card in cards:
        unit = str(card.get("unit") or "")
        shown = card["display"] + (unit if unit == "%" else "")
        verdict = str(card.get("verdict") or "")
        said = str(card.get("change_display") or "")
        label = card["label"] + (f"（{unit}）" if lang == "zh" and unit not in ("", "%") else "")
        label += f" ({unit})" if lang == "en" and unit not in ("", "%") else ""
        rows.append(
            [
                tables.Cell(label, bold=True),
                tables.Cell(shown, "r", theme.THIS, True),
                tables.Cell(str(card.get("target_display") or ""), "r"),
                tables.Cell(verdict, colour=theme.TONES.get(str(card.get("status")), theme.MUTED)),
                tables.Cell(" " * 12),
                tables.Cell(
                    said,
                    colour=theme.TONES.get(str(card.get("tone")), theme.MUTED),
                ),
            ]
        )
    shares = (0.21, 0.11, 0.11, 0.14, 0.13, 0.3) if lang == "zh" else (0.22, 0.11, 0.1, 0.18, 0.13, 0.26)
    widths = [at.w * share for share in shares]
    for size in (11.0, 10.0, 9.0, 8.0):
        heights = [
            max(tables.height(row, widths, size), min(at.h / (len(rows) + 1) * 0.9, 40.0)) for row in rows
        ]
        grid = tables.Grid(head, rows, widths, tables.height(head, widths, size), heights, size)
        if grid.height <= at.h:
            break
    alt = "\n".join(" ".join(cell.text.strip() for cell in row) for row in rows)
    tables.add(slide, grid, at, WORDS[lang]["summary"], alt, lang)
    down = at.y + grid.head_height
    across = at.x + sum(widths[:4]) + 2
    for card, high in zip(cards, grid.heights, strict=True):
        _spark(slide, card, Box(across, down + 4, widths[4] - tables.GAP - 4, high - 8))
        down += high


def lists(slide: Any, found: Sequence[Mapping[str, Any]], at: Box, lang: Lang) -> None:
    """Lists one under another; of long ones the first items, and how many more there are."""
    if not found:
        return
    size, title_size = 10.5, 12.0
    most = max(len(p["items"]) for p in found)
    while True:
        blocks = [_listed(p, most, size, at.w, lang) for p in found]
        high = sum(
            title_size * measure.LINE + 4 + measure.height([texts.plain(x) for x in b], size, at.w) + 8
            for b in blocks
        )
        if high <= at.h or most == 1:
            break
        most -= 1
    y = at.y
    for p, block in zip(found, blocks, strict=True):
        title = str(p.get("title") or WORDS[lang].get(str(p.get("role")), ""))
        head = title_size * measure.LINE
        texts.box(slide, title, [[Run(title, theme.INK, True)]], Box(at.x, y, at.w, head), title_size, lang)
        down = measure.height([texts.plain(x) for x in block], size, at.w)
        room = min(down, at.y + at.h - y - head - 4)
        texts.box(slide, f"{title} 1", block, Box(at.x, y + head + 4, at.w, max(room, down)), size, lang)
        y += head + 4 + down + 8


def _listed(p: Mapping[str, Any], most: int, size: float, room: float, lang: Lang) -> list[list[Run]]:
    out = []
    for item in p["items"][:most]:
        who = " · ".join(str(item[k]) for k in ("who", "until") if item.get(k))
        text = (
            f"{item.get('what')}（{who}）"
            if who and lang == "zh"
            else f"{item.get('what')} ({who})"
            if who
            else item["text"]
        )
        glyph = f"{item.get('glyph') or '·'} "
        text, _ = measure.fit(glyph + str(text), (size,), (room, size * measure.LINE * 3))
        out.append(
            [Run(glyph, theme.TONES.get(str(item.get("tone")), theme.MUTED), True), Run(text[len(glyph) :])]
        )
    if len(p["items"]) > most:
        out.append([Run(WORDS[lang]["more"].format(len(p["items"]) - most), theme.MUTED)])
    return out


def _spark(slide: Any, card: Mapping[str, Any], at: Box) -> None:
    """A figure's months as a line of PowerPoint's own shapes."""
    values = [None if v is None else float(v) for v in card.get("spark") or ()]
    known = [v for v in values if v is not None]
    if len(known) < 2:
        return
    low, high = min(known), max(known)
    span = (high - low) or 1.0

    def place(n: int, value: float) -> tuple[float, float]:
        return at.x + 3 + n / (len(values) - 1) * (at.w - 6), at.y + 3 + (1 - (value - low) / span) * (
            at.h - 6
        )

    points = [place(n, v) for n, v in enumerate(values) if v is not None]
    builder = slide.shapes.build_freeform(round(points[0][0] * EMU), round(points[0][1] * EMU))
    builder.add_line_segments([(round(x * EMU), round(y * EMU)) for x, y in points[1:]], close=False)
    line = builder.convert_to_shape()
    slide.shapes.turbo_add_enabled = True  # count again: the builder does not say which number it took
    line.fill.background()
    line.line.color.rgb = looks.rgb(theme.THIS)
    line.line.width = Pt(1.25)
    line.shadow.inherit = False
    x, y = points[-1]
    dot = slide.shapes.add_shape(MSO_SHAPE.OVAL, *(round(v * EMU) for v in (x - 2.5, y - 2.5, 5, 5)))
    dot.fill.solid()
    dot.fill.fore_color.rgb = looks.rgb(theme.THIS)
    dot.line.fill.background()
    dot.shadow.inherit = False
    for shape, alt in ((line, str(card.get("months_text") or card["label"])), (dot, card["display"])):
        shape.name = str(card["label"])
        shape._element.nvSpPr.cNvPr.set("descr", alt)
