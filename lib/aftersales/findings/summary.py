"""Sentences of the summary: the verdict, what got better, what got worse, what needs a decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.figures import FIGURES, UNITS, Figure, name_of
from aftersales.contract.language import Words, known, plural, say, words
from aftersales.contract.notes import Note, texts
from aftersales.contract.own import Record, figures_with
from aftersales.contract.schema import label
from aftersales.contract.statistics import FEW, SMALL
from aftersales.sources.cells.repairs import messages as repair_messages

Item = dict[str, Any]


def value_of(figure: str, value: Any, lang: str) -> str:
    """A figure's value with its unit."""
    return f.figure(value, FIGURES[figure], lang)


def _difference(figure: str, change: Any, lang: str, form: Callable[..., str] = f.change) -> str:
    """A change in the figure's own unit: rates in percentage points."""
    if FIGURES[figure].unit == "rate":
        return form(change * 100, FIGURES[figure].digits or 1, lang, say(lang, "个百分点", " pp"))
    return form(change, FIGURES[figure].digits or 1, lang)


def _stands_out(row: Mapping[str, Any], lang: str) -> bool:
    """Whether a key figure's change is beyond normal variation, and large enough to be printed."""
    return (
        known(row["beyond_noise"])
        and bool(row["beyond_noise"])
        and known(row["better"])
        and _difference(row["figure"], row["change"], lang) != f.change(0.0, lang=lang)
    )


def _tone(row: Mapping[str, Any], lang: str) -> str:
    """Better or worse, of a change that is beyond normal variation; nothing of others."""
    return "" if not _stands_out(row, lang) else "better" if row["better"] else "worse"


def _change_text(row: Mapping[str, Any], lang: str) -> str:
    """A key figure's change with its reading."""
    text = _difference(row["figure"], row["change"], lang, f.signed)
    if text == f.change(0.0, lang=lang):
        return text
    if not known(row["beyond_noise"]):
        return text + say(lang, "（历史太短，不评价）", " (too little history to judge)")
    still, noise = say(lang, "", "within"), say(lang, "波动", "noise")
    if known(row.get("lower")):  # it is the month that lies in its band, and not the change
        ends = f"{f.number(row['lower'])}–{f.number(row['upper'])}"
        still, noise = say(lang, "仍在", "still within"), say(lang, f"波动带{ends}", f"its band of {ends}")
    if _stands_out(row, lang):
        text = _difference(row["figure"], row["change"], lang)
        return text + say(lang, f"（超出{noise}）", f" (beyond {noise})")
    return text + say(lang, f"（{still}{noise}之内）", f" ({still} {noise})")


def _told_apart(what: Figure, value: float, target: float, lang: str) -> str:
    """A value with as many decimals as tell it from a target that it misses by less than is printed."""
    wanted = (f.figure(v, replace(what, digits=n), lang) for n in range(1, 9) for v in (value, target))
    return next((a for a, b in zip(wanted, wanted, strict=True) if a != b), str(value))


def cards(table: pd.DataFrame, lang: str = "zh", records: Sequence[Record] = ()) -> list[Item]:
    """The key figures as cards; `records` are those of chapters of one's own."""
    out, catalogue = [], figures_with(records)
    for row in table.to_dict("records"):
        name, value, target, met = row["figure"], row["value"], row["target"], row["met"]
        figure = catalogue[name]
        few = known(row["n"]) and row["n"] < FEW
        shown = f.NONE if few else f.figure(value, figure, lang)
        sign = "%" if figure.unit == "rate" and shown.endswith("%") else ""
        unit = sign or _unit(figure, lang)
        change = row["change"]
        change_text = f.NONE if few or not known(change) else _change_text(row, lang)
        tone = "" if few else _tone(row, lang)
        status, text = "none", say(lang, "无目标", "no target")
        if not known(value):
            text = say(lang, "无数据", "no data")
        elif few:
            text = say(
                lang, f"n = {f.count(row['n'])}，太少不计比率", f"n = {f.count(row['n'])}, too few for a rate"
            )
        elif known(met):
            status, text = (
                ("good", say(lang, "✓ 达标", "✓ target met"))
                if met
                else ("bad", say(lang, "✗ 未达标", "✗ target missed"))
            )
            if not met and shown == f.figure(target, figure, lang):
                text += say(
                    lang,
                    f"（{_told_apart(figure, value, target, lang)}）",
                    f" ({_told_apart(figure, value, target, lang)})",
                )
            if known(row["n"]) and row["n"] < SMALL:
                text += say(
                    lang, f"，样本小（n = {f.count(row['n'])}）", f", small sample (n = {f.count(row['n'])})"
                )
        out.append(
            {
                "id": name,
                "label": figure.label(lang),
                "value": value,
                "display": shown.removesuffix(unit).rstrip(),
                "unit": unit,
                "target": target,
                "target_display": f.figure(target, figure, lang),
                "previous_display": f.figure(row["previous"], figure, lang),
                "change": change,
                "change_display": change_text,
                "direction": "flat"
                if not known(change) or abs(change) < 1e-12
                else "up"
                if change > 0
                else "down",
                "year_ago_display": f.figure(row["year_ago"], figure, lang),
                "spark": row["spark"],
                "spark_months": row["months"],
                "status": status,
                "status_text": text,
                "tone": tone,
                "note": figure.formula(lang),
            }
        )
    return out


def _unit(figure: Figure, lang: str) -> str:
    if figure.unit == "per_1000" and figure.name not in FIGURES:  # of complaints alone it counts cases
        return UNITS["per_1000"][0 if lang == "zh" else 1]
    return {
        "points": say(lang, "分", "points"),
        "per_1000": say(lang, "件/千台次", "per 1,000"),
        "hours": say(lang, "小时", "h"),
    }.get(figure.unit, "")


def verdict(
    table: pd.DataFrame,
    lang: str = "zh",
    items: pd.DataFrame | None = None,
    records: Sequence[Record] = (),
) -> str:
    """The month in one sentence: targets met, and what moved beyond noise.

    Parameters
    ----------
    items
        The MOT items, whose changes the summary's lists tell too.
    records
        What the figures of chapters of one's own are.
    """
    catalogue = figures_with(records)
    tried = table[[known(m) for m in table["met"]]]
    met = int(tried["met"].astype(bool).sum()) if len(tried) else 0
    if tried.empty:
        text = say(
            lang, "本月没有可与目标比较的关键指标", "No key figure can be held against a target this month"
        )
    elif met == len(tried):
        text = say(
            lang, f"{len(tried)}项关键指标全部达标", f"All {len(tried)} key figures meet their targets"
        )
        if len(tried) == 1:
            only = catalogue[tried["figure"].iloc[0]].label(lang)
            text = say(
                lang,
                f"可评价的只有{only}，已达标",
                f"Only {only} can be judged; it meets its target",
            )
    elif met == 0 and len(tried) > 2:
        text = say(
            lang, f"{len(tried)}项关键指标均未达标", f"None of the {len(tried)} key figures meets its target"
        )
    else:
        missed = [catalogue[n].label(lang) for n in tried.loc[~tried["met"].astype(bool), "figure"]]
        text = say(
            lang,
            f"{len(tried)}项关键指标中{met}项达标，未达标的是{f.join(missed, lang)}",
            f"{met} of {len(tried)} key figures meet their targets; missed: {f.join(missed, lang)}",
        )
    large = _large(table, items, lang)
    if large:
        moves = [
            say(lang, f"{m['name']}（{m['value']}）", f"{m['name']} ({m['value']})") for m in large[:_NAMED]
        ]
        more = len(large) - len(moves)
        text += say(
            lang,
            f"；变化超出正常波动的是{f.join(moves, lang)}" + (f"等{len(large)}项" if more else ""),
            f"; beyond normal variation: {f.join(moves, lang)}" + (f" and {more} more" if more else ""),
        )
    elif any(compared := _judged(table, items)):
        text += (
            say(lang, "；没有变化超出正常波动", "; no change on last month is beyond normal variation")
            if all(compared)
            else say(
                lang,
                "；能判断的变化都在正常波动之内",
                "; as far as it can be judged, no change on last month is beyond normal variation",
            )
        )
    elif compared:
        text += say(
            lang,
            "；历史太短，与上月相比的变化不作评价",
            "; there is too little history to judge the changes on last month",
        )
    return text + say(lang, "。", ".")


# So many changes the verdict names; the lists name them all.
_NAMED = 4


def _large(table: pd.DataFrame, items: pd.DataFrame | None, lang: str) -> list[Item]:
    """The changes beyond normal variation: key figures, then the MOT items by what they did to MOT."""
    out: list[Item] = []
    for row in table.to_dict("records"):
        if tone := _tone(row, lang):
            name = name_of(row["figure"], lang)
            gap = say(lang, "", " ")
            text = (
                f"{name}{gap}{value_of(row['figure'], row['previous'], lang)} "
                f"→ {value_of(row['figure'], row['value'], lang)}"
            )
            value = _difference(row["figure"], row["change"], lang)
            out.append({"name": name, "text": text, "value": value, "tone": tone})
    moved_ = [] if items is None or items.empty else items.dropna(subset=["contribution"]).to_dict("records")
    for row in sorted(moved_, key=lambda r: -abs(r["contribution"])):
        value = f.change(row["change"], 1, lang)
        if known(row["beyond_noise"]) and row["beyond_noise"] and value != f.change(0.0, lang=lang):
            name = label("mot_item", row["item"], lang)
            text = say(lang, f"{name}{f.number(row['previous'])}", f"{name} {f.number(row['previous'])}")
            out.append(
                {
                    "name": name,
                    "text": f"{text} → {f.number(row['current'])}",
                    "value": value,
                    "tone": "better" if row["change"] > 0 else "worse",
                }
            )
    return out


def _judged(table: pd.DataFrame, items: pd.DataFrame | None) -> list[bool]:
    """Of each change on last month, whether there is enough history to judge it."""
    frames = [table] if items is None or items.empty else [table, items]
    return [
        known(row["beyond_noise"])
        for frame in frames
        for row in frame.to_dict("records")
        if known(row["change"]) and not (known(row.get("n")) and row["n"] < FEW)
    ]


def moved(table: pd.DataFrame, items: pd.DataFrame, better: bool, lang: str = "zh") -> list[Item]:
    """What got better, or worse, beyond normal variation: key figures, then MOT items."""
    tone = "better" if better else "worse"
    fields = ("text", "value", "tone")
    return [{key: m[key] for key in fields} for m in _large(table, items, lang) if m["tone"] == tone]


def compared(table: pd.DataFrame, items: pd.DataFrame, lang: str = "zh") -> list[Item]:
    """Sentences on the changes that stand in no list; nothing where both lists have some."""
    tones = {m["tone"] for m in _large(table, items, lang)}
    if len(tones) == 2:
        return []
    judged = _judged(table, items)
    sentences = []
    if any(judged) and tones:
        sentences.append(
            say(lang, "其余变化都在正常波动之内", "All other changes are within normal variation")
        )
    elif any(judged) and all(judged):
        sentences.append(say(lang, "没有变化超出正常波动", "No change is beyond normal variation"))
    elif any(judged):
        sentences.append(
            say(
                lang,
                "能判断的变化都在正常波动之内",
                "As far as it can be judged, no change is beyond normal variation",
            )
        )
    short = [
        name_of(row["figure"], lang)
        for row in table.to_dict("records")
        if not all(_judged(pd.DataFrame([row]), None))
    ]
    if not all(_judged(items, None)):
        short.append(say(lang, "MOT项目", "MOT items"))
    if short:
        sentences.append(
            say(
                lang,
                f"历史太短，变化不作评价：{f.join(short, lang)}",
                f"Too little history to judge the change: {f.join(short, lang)}",
            )
        )
    if not sentences:
        sentences.append(say(lang, "没有上月的数值可比", "No value of last month to compare with"))
    return [{"text": text} for text in sentences]


def decisions(
    figures: Mapping[str, Any],
    checks: pd.DataFrame,
    priorities: pd.DataFrame,
    shift: Mapping[str, Any],
    lang: str = "zh",
) -> list[Item]:
    """What needs somebody's decision."""
    out: list[Item] = []
    if len(priorities) and priorities.iloc[0]["priority"] > 1e-9:
        row = priorities.iloc[0]
        item, weight = label("mot_item", row["item"], lang), f.percent(row["weight"], 0)
        score, gap = f.number(row["current"]), f.number(row["gap"])
        out.append(
            {
                "text": say(
                    lang,
                    f"下月重点：{item}（{score}，距目标{gap}分，权重{weight}）",
                    f"Focus for next month: {item} ({score}, {gap} short of target, weight {weight})",
                )
            }
        )
    if figures.get("complaints.open"):
        n = figures["complaints.open"]
        out.append(
            {
                "text": say(
                    lang,
                    f"{n}件投诉未关闭，逐件定责任人和期限",
                    f"{n} complaint{'s are' if n > 1 else ' is'} open: name an owner and a date for each",
                )
            }
        )
    late = (figures.get("review.actions") or 0) - (figures.get("review.done") or 0)
    if late:
        out.append(
            {
                "text": say(
                    lang,
                    f"上月{late}项措施未完成，继续或终止",
                    f"{late} measure{'s' if late > 1 else ''} of last month unfinished: go on or stop",
                )
            }
        )
    if shift.get("found"):
        out.append(
            {
                "text": say(
                    lang,
                    f"不满意原因第{shift['week']}周登记口径疑似改变，请客服核对",
                    (
                        f"The coding of causes seems to have changed in week {shift['week']}: "
                        "customer service to check"
                    ),
                )
            }
        )
    wrong = int((checks["verdict"] == "inconsistent").sum()) if len(checks) else 0
    if wrong:
        out.append(
            {
                "text": say(
                    lang,
                    f"{wrong}项勾稽校验需要核对，见“勾稽校验”",
                    (
                        f"{plural(wrong, 'check')} of the reconciliation "
                        f"need{'s' if wrong == 1 else ''} a look: see “Reconciliation”"
                    ),
                )
            }
        )
    return out


def definitions(lang: str = "zh") -> Words:
    """Words of the definitions."""
    return words(
        say(lang, "本报告所有指标的口径", "What every figure of this report means"),
        "",
        say(
            lang,
            "比率由总数相除，从不取比率的平均；“–”表示由所给数据无法得知。",
            "Rates are ratios of sums, never means of rates; “–” cannot be known from the input.",
        ),
        lang,
    )


def volumes(figures: Mapping[str, Any], lang: str = "zh") -> str:
    """The three volumes in a sentence."""
    a, b, c = (figures[f"volume.{k}"] for k in ("orders", "vehicles", "jobs"))
    zh, en = f"{f.count(c)}次派工", plural(c, "job") if known(c) else ""
    if not known(c):
        zh, en = "派工没有记录", "no record of jobs"
    return say(
        lang,
        f"本月{f.count(a)}张工单、{f.count(b)}辆车、{zh}：三种台次口径不同，不可互换。",
        (
            f"{plural(a, 'repair order')}, {plural(b, 'vehicle')} and {en} this month: "
            "three different volumes that must not be exchanged."
        ),
    )


_HEADERS = {
    "cards": ("关键指标", "Key figures"),
    "better": ("变好，超出正常波动", "Better, beyond normal variation"),
    "worse": ("变差，超出正常波动", "Worse, beyond normal variation"),
    "compared": ("与上月相比", "Against last month"),
    "decisions": ("需要决定", "What needs a decision"),
}


def heads(part: str, lang: str = "zh") -> tuple[str]:
    """The header of a part of the summary."""
    return (_HEADERS[part][0 if lang == "zh" else 1],)


def repairs(mended: Iterable[Mapping[str, Any]], lang: str = "zh") -> list[str]:
    """What the reader mended in the input, a sentence a kind."""
    return repair_messages(mended, lang)


def remarks(notes: Iterable[Note], lang: str = "zh") -> list[str]:
    """The source's remarks in the report's language."""
    return texts(notes, lang)


def own_targets(records: Sequence[Record], targets: Mapping[str, float], lang: str = "zh") -> list[str]:
    """That targets of figures of one's own stand among the key figures alone."""
    names = [record.label(lang) for record in records if record.name in targets]
    if not names:
        return []
    named = f.join(names, lang)
    return [
        say(
            lang,
            f"自建章节的{named}有自己的目标，只在“关键指标”中对照，不计入“下月工作目标”。",
            f"{named}, from a chapter of the store's own, is held against its target among the key figures "
            "alone and not counted in “Targets for next month”."
            if len(names) == 1
            else f"{named}, from chapters of the store's own, are held against their targets among the key "
            "figures alone and not counted in “Targets for next month”.",
        )
    ]


def left_out(titles: Sequence[str], lang: str = "zh", own: bool = False) -> list[str]:
    """That the month's params leave chapters out, which nobody should take for an oversight.

    `own` says that they are chapters of one's own, whose figures nobody computes without them.
    """
    if not titles:
        return []
    named = f.join(list(titles), lang)
    if own:
        return [
            say(
                lang,
                f"按本月参数，报告未列入自建的{named}，其指标本月没有计算。",
                f"By this month's params the report leaves out {named}, of the store's own; their "
                "figures were not computed.",
            )
        ]
    return [
        say(
            lang,
            f"按本月参数，报告未列入{named}；其指标照常计算，见“口径”。",
            (
                f"By this month's params the report leaves out {named}; "
                "their figures are computed all the same, see “Definitions”."
            ),
        )
    ]
