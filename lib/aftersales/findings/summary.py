"""Sentences of the summary: the verdict, what got better, what got worse, what needs a decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from aftersales import formats as f
from aftersales.findings.words import Words, known, plural, say, words
from aftersales.metrics.catalogue import FIGURES, name_of
from aftersales.remarks import told
from aftersales.schema import label
from aftersales.sources.repairs import told as repairs_told
from aftersales.statistics import FEW, SMALL

Item = dict[str, Any]


def value_of(figure: str, value: Any, lang: str) -> str:
    """A figure's value with its unit."""
    return f.figure(value, FIGURES[figure], lang)


def _difference(figure: str, change: Any, lang: str) -> str:
    """A change in the figure's own unit: rates in percentage points."""
    if FIGURES[figure].unit == "rate":
        return f.change(change * 100, FIGURES[figure].digits or 1, lang, say(lang, "个百分点", " pp"))
    return f.change(change, FIGURES[figure].digits or 1, lang)


def cards(table: pd.DataFrame, lang: str = "zh") -> list[Item]:
    """The key figures as cards."""
    out = []
    for row in table.to_dict("records"):
        name, value, target, met = row["figure"], row["value"], row["target"], row["met"]
        unit = FIGURES[name].unit
        few = known(row["n"]) and row["n"] < FEW
        shown = f.NONE if few else value_of(name, value, lang)
        sign = "%" if unit == "rate" and shown.endswith("%") else ""
        change = row["change"]
        words_ = f.NONE if few or not known(change) else _difference(name, change, lang)
        if known(change) and known(row["beyond_noise"]):
            words_ += (
                say(lang, "（超出波动）", " (beyond noise)")
                if row["beyond_noise"]
                else say(lang, "（波动之内）", " (within noise)")
            )
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
            if known(row["n"]) and row["n"] < SMALL:
                text += say(
                    lang, f"，样本小（n = {f.count(row['n'])}）", f", small sample (n = {f.count(row['n'])})"
                )
        out.append({
            "id": name, "label": name_of(name, lang), "value": value, "display": shown.removesuffix("%"), "unit": sign or _unit(unit, lang),
            "target": target, "target_display": value_of(name, target, lang), "previous_display": value_of(name, row["previous"], lang),
            "change": change, "change_display": words_, "direction": "flat" if not known(change) or abs(change) < 1e-12 else "up" if change > 0 else "down",
            "year_ago_display": value_of(name, row["year_ago"], lang), "spark": row["spark"], "spark_months": row["months"],
            "status": status, "status_text": text, "better": row["better"], "note": FIGURES[name].formula_zh if lang == "zh" else FIGURES[name].formula_en,
        })  # fmt: skip
    return out


def _unit(unit: str, lang: str) -> str:
    return {
        "points": say(lang, "分", "points"),
        "per_1000": say(lang, "件/千台次", "per 1,000"),
        "hours": say(lang, "小时", "h"),
    }.get(unit, "")


def verdict(table: pd.DataFrame, lang: str = "zh") -> str:
    """The month in one sentence: targets met, and what moved beyond noise."""
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
            text = say(
                lang,
                f"可评价的只有{name_of(tried['figure'].iloc[0], lang)}，已达标",
                f"Only {name_of(tried['figure'].iloc[0], lang)} can be judged; it meets its target",
            )
    elif met == 0 and len(tried) > 2:
        text = say(
            lang, f"{len(tried)}项关键指标均未达标", f"None of the {len(tried)} key figures meets its target"
        )
    else:
        missed = [name_of(n, lang) for n in tried.loc[~tried["met"].astype(bool), "figure"]]
        text = say(
            lang,
            f"{len(tried)}项关键指标中{met}项达标，未达标的是{f.join(missed, lang)}",
            f"{met} of {len(tried)} key figures meet their targets; missed: {f.join(missed, lang)}",
        )
    big = [
        row
        for row in table.to_dict("records")
        if row["beyond_noise"] is True or (known(row["beyond_noise"]) and bool(row["beyond_noise"]))
    ]
    if big:
        moves = [
            f"{name_of(r['figure'], lang)}（{_difference(r['figure'], r['change'], lang)}）"
            if lang == "zh"
            else f"{name_of(r['figure'], lang)} ({_difference(r['figure'], r['change'], lang)})"
            for r in big
        ]
        text += say(
            lang,
            f"；变化超出正常波动的是{f.join(moves, lang)}",
            f"; beyond normal variation: {f.join(moves, lang)}",
        )
    elif any(known(b) for b in table["beyond_noise"]):
        text += say(lang, "；没有变化超出正常波动", "; no change on last month is beyond normal variation")
    return text + say(lang, "。", ".")


def moved(table: pd.DataFrame, items: pd.DataFrame, better: bool, lang: str = "zh") -> list[Item]:
    """What got better, or worse: key figures, then the two MOT items that moved MOT most."""
    out: list[Item] = []
    for row in table.to_dict("records"):
        if (
            known(row["better"])
            and bool(row["better"]) is better
            and _difference(row["figure"], row["change"], lang) != f.change(0.0, lang=lang)
        ):
            noise = (
                ""
                if not known(row["beyond_noise"])
                else say(lang, "，超出波动", ", beyond noise")
                if row["beyond_noise"]
                else say(lang, "，波动之内", ", within noise")
            )
            text = say(
                lang,
                f"{name_of(row['figure'], lang)}{value_of(row['figure'], row['previous'], lang)} → {value_of(row['figure'], row['value'], lang)}{noise}",
                f"{name_of(row['figure'], lang)} {value_of(row['figure'], row['previous'], lang)} → {value_of(row['figure'], row['value'], lang)}{noise}",
            )
            out.append(
                {
                    "text": text,
                    "value": _difference(row["figure"], row["change"], lang),
                    "tone": "better" if better else "worse",
                }
            )
    scored = items.dropna(subset=["contribution"]) if len(items) else items
    if len(scored):
        order = scored.sort_values("contribution", ascending=not better, kind="stable").head(2)
        for row in order.to_dict("records"):
            if (row["contribution"] > 1e-9) is better and abs(row["contribution"]) > 1e-9:
                text = say(
                    lang,
                    f"{label('mot_item', row['item'], lang)}{f.number(row['previous'])} → {f.number(row['current'])}",
                    f"{label('mot_item', row['item'], lang)} {f.number(row['previous'])} → {f.number(row['current'])}",
                )
                out.append(
                    {
                        "text": text,
                        "value": f.change(row["change"], 1, lang),
                        "tone": "better" if better else "worse",
                    }
                )
    return out


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
        out.append(
            {
                "text": say(
                    lang,
                    f"下月重点：{label('mot_item', row['item'], lang)}（{f.number(row['current'])}，距目标{f.number(row['gap'])}分，权重{f.percent(row['weight'], 0)}）",
                    f"Focus for next month: {label('mot_item', row['item'], lang)} ({f.number(row['current'])}, {f.number(row['gap'])} short of target, weight {f.percent(row['weight'], 0)})",
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
                    f"The coding of causes seems to have changed in week {shift['week']}: customer service to check",
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
                    f"{wrong} checks of the reconciliation need a look: see “Reconciliation”",
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
        f"{plural(a, 'repair order')}, {plural(b, 'vehicle')} and {en} this month: three different volumes that must not be exchanged.",
    )


_HEADS = {"cards": ("关键指标", "Key figures"), "better": ("变好的", "What got better"), "worse": ("变差的", "What got worse"),
          "decisions": ("需要决定", "What needs a decision")}  # fmt: skip


def heads(part: str, lang: str = "zh") -> tuple[str]:
    """The head of a part of the summary."""
    return (_HEADS[part][0 if lang == "zh" else 1],)


def repairs(mended: Iterable[Mapping[str, Any]], lang: str = "zh") -> list[str]:
    """What the reader mended in the input, a sentence a kind."""
    return repairs_told(mended, lang)


def remarks(notes: Iterable[str], lang: str = "zh") -> list[str]:
    """The source's remarks in the report's language."""
    return [told(note, lang) for note in notes]


def left_out(titles: Sequence[str], lang: str = "zh") -> list[str]:
    """That the month's params leave chapters out, which nobody should take for an oversight."""
    if not titles:
        return []
    named = f.join(list(titles), lang)
    return [
        say(
            lang,
            f"按本月参数，报告未列入{named}；其指标照常计算，见“口径”。",
            f"By this month's params the report leaves out {named}; their figures are computed all the same, see “Definitions”.",
        )
    ]
