"""What the figures say in place of what somebody wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aftersales.contract import formats as f
from aftersales.contract.figures import FIGURES
from aftersales.contract.language import say
from aftersales.contract.schema import CODES, label, short_item
from aftersales.reconcile.vocabulary import SCORES

_LEAST = {"score": ("得分最低的是", "the lowest is"), "count": ("最少的是", "the fewest are of")}
_MOST = {"score": ("得分最高的是", "the highest is"), "count": ("最多的是", "the most are of")}


def name(detail: Mapping[str, Any], lang: str, key: str = "name") -> str:
    """What a claim is about."""
    family, code = detail["family"], detail[key]
    if family == "figure":
        return FIGURES[code].label(lang) if code in FIGURES else str(code)
    if family == "mot_item":
        return short_item(code, "zh" if lang == "zh" else "en")
    return label(family, code, lang) if code in CODES.get(family, {}) else str(code)


def value(number: float, detail: Mapping[str, Any], lang: str) -> str:
    """A number as the report prints it for what the claim is about."""
    family, code = detail.get("family"), detail.get("name")
    if detail.get("share"):
        return f.percent(number)
    if family == "figure" and code in FIGURES:
        return f.figure(number, FIGURES[code], lang)
    return f.number(number, 1) if family in SCORES else f.count(number)


def why(row: Mapping[str, Any], lang: str = "zh") -> str:
    """What the figures say, of a row of the reconciliation whose ``detail`` has a ``kind``."""
    detail = row["detail"]
    kind, reported, computed = detail["kind"], row["reported"], row["computed"]
    if kind == "overall":
        return say(
            lang,
            f"失望客户{f.count(computed)}人，多于特别满意的{f.count(reported)}人",
            f"{f.count(computed)} are disappointed and only {f.count(reported)} delighted",
        )
    if kind == "effect":
        falls, rises = (label("cause", detail[k], lang) for k in ("falls", "rises"))
        return say(
            lang,
            f"第{detail['week']}周“{falls}”只有{detail['fallen']}次，同时“{rises}”有{detail['risen']}次，"
            "登记口径可能变了，看不出效果",
            f"in week {detail['week']} “{falls}” has only {detail['fallen']} mentions and “{rises}” "
            f"{detail['risen']}: the coding may have changed, which is no effect",
        )
    what = name(detail, lang)
    if kind == "rank":
        return _rank(detail, what, reported, computed, lang)
    now = value(computed, detail, lang)
    if kind in ("direction", "flat"):
        before = value(reported, detail, lang)
        return say(lang, f"{what}由{before}变为{now}", f"{what} went from {before} to {now}")
    if kind == "change":
        rate = detail.get("figure") in FIGURES and FIGURES[detail["figure"]].unit == "rate"
        moved = f.number(computed * 100, 1) if rate else f.number(computed, 1).removesuffix(".0")
        unit = say(lang, "个百分点", " percentage points") if rate else ""
        return say(lang, f"{what}变化了{moved}{unit}", f"{what} moved by {moved}{unit}")
    when = say(lang, "上月", " last month") if detail.get("previous") else ""
    return say(lang, f"{when}{what}是{now}", f"{what}{when} is {now}")


def _rank(detail: Mapping[str, Any], what: str, own: float, extreme: float, lang: str) -> str:
    kind = "score" if detail["family"] in SCORES else "count"
    zh, en = (_LEAST if detail["least"] else _MOST)[kind]
    first, place = name(detail, lang, "first"), detail["beyond"] + 1
    mine, theirs = (value(v, detail, lang) for v in (own, extreme))
    end_zh, end_en = ("由低到高", "from the bottom") if detail["least"] else ("由高到低", "from the top")
    return say(
        lang,
        f"{what}是{mine}，{detail['of']}项中{end_zh}第{place}；{zh}{first}（{theirs}）",
        f"{what} is {mine}, number {place} of {detail['of']} {end_en}; {en} {first} ({theirs})",
    )
