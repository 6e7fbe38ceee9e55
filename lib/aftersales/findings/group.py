"""Sentences of a group's overview: what its stores say together, and what chance does not explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.figures import FIGURES, UNITS
from aftersales.contract.language import known, plural, say
from aftersales.signals import Finding, sentences

Item = dict[str, Any]

# Stores, signals or reasons that a sentence or a list of the first page names; the rest is counted.
_NAMED, _LISTED, _SHORT = 4, 6, 3
_FIELDS = ("figure", "subject", "value", "reference", "n", "z", "p", "rule", "since", "level", "direction")


def finding(row: Mapping[str, Any]) -> Finding:
    """A row of a store's table `findings` as it is told."""
    return Finding(**{name: row[name] for name in _FIELDS if known(row[name])})


def _stores(n: int, lang: str) -> str:
    return say(lang, f"{n}家门店", plural(n, "store"))


def _some(names: Sequence[str], lang: str, most: int = _NAMED) -> str:
    """Names in a sentence, of many the first and how many more."""
    short = [f.cut(name, lang, 60) for name in names]
    if len(short) <= most:
        return f.join(short, lang)
    rest = len(short) - most
    return say(lang, "、", ", ").join(short[:most]) + say(lang, f"等{len(short)}家", f" and {rest} more")


def verdict(stores: pd.DataFrame, compared: pd.DataFrame, moved: pd.DataFrame, lang: str = "zh") -> str:
    """The month of the group in one sentence: reports, who lies outside, who moved."""
    made, every = int(stores["made"].sum()), len(stores)
    if not made:
        return say(
            lang,
            f"{every}家门店都没有做出本月的报告，原因见“未做出报告的门店”。",
            f"None of {plural(every, 'store')} has a report of this month; see “Stores without a report” "
            "for why.",
        )
    if made == every:
        text = say(
            lang, f"{every}家门店都有本月报告", f"All {plural(every, 'store')} have a report of this month"
        )
        if every == 1:
            text = say(lang, "1家门店有本月报告", "The one store has a report of this month")
    else:
        text = say(
            lang,
            f"{every}家门店中{made}家有本月报告，{every - made}家没有做出",
            f"{made} of {plural(every, 'store')} have a report of this month, {every - made} failed",
        )
    outside = compared.loc[compared["named"], "store"].nunique()
    changed = moved.loc[moved["named"], "store"].nunique()
    if made > 1 and compared["p"].notna().any():
        text += say(
            lang,
            f"；{outside}家与全集团的差别超出各店之间的波动"
            if outside
            else "；没有哪一家从各店之间的波动中突出",
            f"; {plural(outside, 'store')} {'stands' if outside == 1 else 'stand'} out from the others"
            if outside
            else "; none stands out from the others",
        )
    if len(moved):
        text += say(
            lang,
            f"；{changed}家自身的变化超出偶然" if changed else "；没有门店自身的变化超出偶然",
            f"; {changed} changed beyond chance" if changed else "; none changed beyond chance",
        )
    return text + say(lang, "。", ".")


def cards(
    totals: pd.DataFrame, targets: pd.DataFrame, spark: Mapping[str, Sequence[float | None]], lang: str = "zh"
) -> list[Item]:
    """The group's own figures as cards, each with how many stores meet their target.

    Parameters
    ----------
    totals
        ``figure``, ``stores``, ``cases``, ``value``, ``low``, ``high``.
    targets
        ``figure``, ``met``, ``missed``, ``undecided``: numbers of stores.
    spark
        The group's months of the rates that have a trend.
    """
    judged = targets.set_index("figure").to_dict("index")
    out = []
    for row in totals.to_dict("records"):
        figure = FIGURES[row["figure"]]
        shown = f.figure(row["value"], figure, lang)
        unit = "%" if figure.unit == "rate" else UNITS.get(figure.unit, ("", ""))[0 if lang == "zh" else 1]
        ends = [f.figure(row[end], figure, lang) for end in ("low", "high")]
        have = judged.get(row["figure"])
        told = "" if have is None else _verdicts(have["met"], have["missed"], have["undecided"], lang)
        if have is None or not have["met"] + have["missed"] + have["undecided"]:
            told = say(lang, "无目标", "no target")
        ratio = say(lang, "各店总数相除", "ratio of the stores' sums")
        if figure.unit == "points":
            ratio = say(lang, "按样本量加权", "weighted by sample")
        out.append(
            {
                "id": row["figure"],
                "label": figure.label(lang),
                "value": row["value"],
                "display": shown.removesuffix("%"),
                "unit": unit,
                "change_display": say(
                    lang, f"95%区间{ends[0]}至{ends[1]}", f"95% interval {ends[0]} to {ends[1]}"
                )
                if known(row["low"])
                else "",
                "status": "none",
                "status_text": told,
                "spark": list(spark.get(row["figure"], ())),
                "note": say(
                    lang, f"{ratio}，{row['stores']}家门店", f"{ratio}, {plural(row['stores'], 'store')}"
                ),
            }
        )
    return out


def cards_note(lang: str = "zh") -> str:
    """What stands beside the group's key figures."""
    return say(
        lang,
        "达标、未达、未定：各店按自己的95%区间对目标判定的家数。右图为全集团最近12个月。",
        "Met, missed, undecided: so many stores, each judged by its own 95% interval against its target. "
        "At the right the group's last 12 months.",
    )


def _verdicts(met: float, missed: float, undecided: float, lang: str) -> str:
    """How many met, missed and undecided, each with its glyph."""
    return say(
        lang,
        f"✓ 达标{met:.0f}　✗ 未达{missed:.0f}　○ 未定{undecided:.0f}",
        f"✓ {met:.0f} met  ✗ {missed:.0f} missed  ○ {undecided:.0f} undecided",
    )


def changed(moved: pd.DataFrame, direction: str, lang: str = "zh") -> list[Item]:
    """Who moved beyond chance, and since when: for the first page, the most certain first."""
    rows = moved[moved["named"] & (moved["direction"] == direction)]
    items = [{"text": change(row, lang)} for row in rows.head(_LISTED).to_dict("records")]
    if len(rows) > _LISTED:
        rest = len(rows) - _LISTED
        items.append({"text": say(lang, f"另有{rest}项，见“谁变了”", f"{rest} more: see “Who changed”")})
    return items


def change(row: Mapping[str, Any], lang: str = "zh") -> str:
    """A store's change in a sentence."""
    return f"{f.cut(row['store'], lang, 60)}{say(lang, '：', ': ')}{own_change(row, lang)}"


def own_change(row: Mapping[str, Any], lang: str = "zh") -> str:
    """The same without the store's name."""
    return sentences.sentence(finding(row), lang)


def outside(compared: pd.DataFrame, lang: str = "zh") -> list[Item]:
    """Which stores differ from the group beyond chance, a line a rate."""
    items = []
    for figure, rows in compared[compared["named"]].groupby("figure", sort=False):
        items.append(
            {"text": f"{FIGURES[str(figure)].label(lang)}{say(lang, '：', ': ')}{sides(rows, lang)}"}
        )
    told = set(compared.loc[compared["named"], "figure"])
    rest = [
        FIGURES[name].label(lang)
        for name in compared.loc[compared["differ"], "figure"].unique()
        if name not in told
    ]
    if rest:
        listed = f.join(rest, lang)
        items.append(
            {
                "text": say(
                    lang,
                    f"各店之间的差别超出偶然，但没有哪一家单独突出：{listed}",
                    f"Stores differ beyond chance, but none by itself stands out: {listed}",
                )
            }
        )
    return items


def sides(rows: pd.DataFrame, lang: str) -> str:
    """Who is above the group and who below."""
    told: list[str] = []
    for above, zh, en in ((True, "高于全集团的是", "above the group"), (False, "低于全集团的是", "below it")):
        names = rows.loc[(rows["z"] > 0) == above].sort_values("p", kind="stable")["store"].tolist()
        if names:
            who = _some(names, lang)
            told.append(say(lang, f"{zh}{who}", f"{en if told or above else 'below the group'} {who}"))
    return say(lang, "；", "; ").join(told)


def decisions(stores: pd.DataFrame, quality: pd.DataFrame, lang: str = "zh") -> list[Item]:
    """What needs somebody: stores without a report, links between tables that are broken."""
    items = []
    failed = stores[~stores["made"]]
    for row in failed.head(_LISTED).itertuples():
        who, why = f.cut(row.store, lang, 60), f.cut(row.reason, lang, 120)
        items.append({"text": say(lang, f"{who}没有做出报告：{why}", f"{who} has no report: {why}")})
    if len(failed) > _LISTED:
        rest = len(failed) - _LISTED
        items.append(
            {
                "text": say(
                    lang, f"另有{rest}家，见“未做出报告的门店”", f"{rest} more: see “Stores without a report”"
                )
            }
        )
    broken = [
        row.store for row in quality.itertuples() if any(link["verdict"] == "broken" for link in row.loose)
    ]
    if broken:
        who = _some(broken, lang)
        items.append(
            {
                "text": say(
                    lang,
                    f"{who}有表间关联断开，按它汇总的数字不可靠——核对导出",
                    f"Links between tables are broken at {who}: what is counted by them can't be relied on – "
                    "check the exports",
                )
            }
        )
    return items


_HEADS = {
    "cards": ("全集团", "The group"),
    "better": ("超出偶然：变好", "Beyond chance: better"),
    "worse": ("超出偶然：变差", "Beyond chance: worse"),
    "compared": ("与全集团相比", "Against the group"),
    "decisions": ("需要处理", "To be seen to"),
}


def heads(part: str, lang: str = "zh") -> tuple[str]:
    """The header of a part of the first page."""
    return (_HEADS[part][0 if lang == "zh" else 1],)


def own_signals(
    signals: Mapping[str, list[dict[str, Any]]], moved: pd.DataFrame, lang: str = "zh"
) -> dict[str, str]:
    """Each store's own signals, a short line each; those that stand among all stores too have a dot."""
    named = moved[moved["named"]]
    stand = set(zip(named["store"], named["figure"], named["subject"].fillna(""), named["rule"], strict=True))
    out = {}
    for store, rows in signals.items():
        lines = [
            ("● " if (store, r["figure"], r["subject"] or "", r["rule"]) in stand else "") + _short(r, lang)
            for r in rows
        ]
        lines.sort(key=lambda line: not line.startswith("●"))
        rest = len(lines) - _SHORT
        tail = [say(lang, f"另{rest}项", f"{rest} more")] if rest > 0 else []
        out[store] = "\n".join([*lines[:_SHORT], *tail])
    return out


def _short(row: Mapping[str, Any], lang: str) -> str:
    found = finding(row)
    glyph = "▲" if (found.z or 0) > 0 else "▼"
    about = sentences.name(found, lang)
    if found.rule == "run":
        since = f.month(found.since, lang)
        return say(lang, f"{glyph} {about}，{since}起", f"{glyph} {about} since {since}")
    return f"{glyph} {about}"
