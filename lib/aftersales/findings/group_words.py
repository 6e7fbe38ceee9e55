"""Words of a group's overview: of the table of stores, the changes, funnels, small multiples and data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.figures import FIGURES
from aftersales.contract.language import Words, plural, say, words
from aftersales.contract.schema import label
from aftersales.findings.group import sides
from aftersales.signals import sentences
from aftersales.signals import stores as chance


def stores(table: pd.DataFrame, found: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the table of all stores.

    Parameters
    ----------
    table, found
        The stores, and the findings of all of them.
    """
    title = say(
        lang,
        f"{len(table)}家门店：关键指标、目标和各自的信号",
        f"{plural(len(table), 'store')}: key figures, targets and each store's own signals",
    )
    note = say(
        lang,
        "每格上行是数值和对目标的结论（✓ 达标，✗ 未达，○ 95%区间含目标、不能判定），下行是95%区间；"
        "不足10例只给例数，“–”表示由该店数据无法得知。小图是准时交车率最近12个月，各店同一刻度。"
        "信号是该店报告自己的：▲ 上升，▼ 下降；● 在全集团的全部检验中仍超出偶然。",
        "In each cell: the value and how it stands to the target (✓ met, ✗ missed, ○ undecided: the 95% "
        "interval holds it), below it that interval; of fewer than ten cases their number alone; “–” cannot "
        "be known from the store's data. The small lines are on-time delivery of the last 12 months, all "
        "on one "
        "scale. Signals are those of the store's own report: ▲ up, ▼ down; ● beyond chance among all tests "
        "of the group too.",
    )
    expected = by_chance(found, lang)
    return words(title, f.month(month, lang), note + " " * (lang == "en") * bool(expected) + expected, lang)


def by_chance(found: pd.DataFrame, lang: str = "zh") -> str:
    """How many stores carry a signal of their own, and how many would if nothing but chance were at work."""
    tested = found[found["rule"].isin(sentences.CHANGES) & (found["level"] != "unknown")]
    made = tested["store"].nunique()
    if not made:
        return ""
    carrying = tested.loc[tested["level"] == "signal", "store"].nunique()
    most = f.number(chance.ALARMS * made, 1 if made < 100 else 0)
    return say(
        lang,
        f"{made}家受检验的门店中{carrying}家带有自己的信号；只有偶然时，预计不多于{most}家。",
        f"{carrying} of {plural(made, 'store')} tested carry a signal of their own; by chance alone no more "
        f"than {most} would be expected to.",
    )


def changes(moved: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the table of who moved."""
    named = moved[moved["named"]]
    n, tests = named["store"].nunique(), len(moved)
    title = say(
        lang,
        f"{n}家门店的{len(named)}项变化超出偶然" if n else "没有门店自身的变化超出偶然",
        f"{plural(len(named), 'change')} of {plural(n, 'store')} beyond chance"
        if n
        else "No store changed beyond chance",
    )
    note = say(
        lang,
        f"每店每项先与自己以往各月比较，再按全集团{f.count(tests)}项检验校正（Benjamini–Hochberg，"
        f"错误发现率{f.percent(chance.ERROR)}）；“校正后p”即校正后的概率。其余信号只列在该店那一行。",
        f"Each figure of each store is held against that store's own earlier months, then among all "
        f"{f.count(tests)} tests of the group (Benjamini–Hochberg, false discovery rate "
        f"{f.percent(chance.ERROR)}): “p adjusted”. Other signals stand in the row of their store alone.",
    )
    return words(title, f.month(month, lang), note, lang)


def not_one_change(moved: pd.DataFrame, lang: str = "zh") -> str:
    """What stands in place of an empty table of changes."""
    if moved.empty:
        return say(
            lang,
            "各店历史都不足12个月，没有可检验的变化。",
            "No store has the history of 12 months that a change is tested on.",
        )
    return say(
        lang,
        f"全集团{f.count(len(moved))}项检验中，没有一项变化在校正后仍超出偶然。",
        f"None of {plural(len(moved), 'test')} of change in the group is beyond chance once all are "
        "allowed for.",
    )


def funnel(compared: pd.DataFrame, figure: str, month: pd.Period, lang: str = "zh") -> dict[str, Any]:
    """Words of the funnel of a rate: what it shows, its axis and middle line, and how its rate prints."""
    own = compared[compared["figure"] == figure]
    about, named = FIGURES[figure].label(lang), own[own["named"]]
    tested = int(own["p"].notna().sum())
    if len(named):
        title = f"{about}{say(lang, '：', ': ')}{sides(named, lang)}"
    elif own["differ"].any():
        title = say(
            lang,
            f"{about}：各店之间的差别超出偶然，没有哪一家单独突出",
            f"{about}: stores differ beyond chance, none by itself stands out",
        )
    elif tested:
        title = say(
            lang,
            f"{about}：没有门店与全集团的差别超出偶然",
            f"{about}: no store differs from the group beyond chance",
        )
    else:
        title = say(lang, f"{about}：各店例数太少，不作比较", f"{about}: too few cases to compare stores")
    where = _group_rate(own, figure, lang)
    subtitle = say(
        lang,
        f"每点一家门店，共{len(own)}家 · {where} · {f.month(month, lang)}",
        f"A dot a store, {len(own)} in all · {where} · {f.month(month, lang)}",
    )
    marked = int((own["outside"].notna() & ~own["named"]).sum())
    note = say(
        lang,
        "带内是各店预计的波动（95%和99.8%界限）",
        "The bands are how stores are expected to vary (95 and 99.8% limits)",
    )
    if len(own) and own["spread"].iloc[0] > 0:
        note += say(
            lang,
            "，已按门店之间本来的差别放宽；虚线之间只有偶然（二项或泊松95%）",
            ", widened by how much stores differ anyhow; between the dotted lines is chance alone (95%)",
        )
    note += say(lang, "。", ".")
    if marked:
        usual = f.number(0.05 * tested, 1 if tested < 100 else 0)
        note += say(
            lang,
            f"空心菱形{marked}家：在95%界限之外，偶然约会有{usual}家，不点名。",
            f" Hollow diamonds, {marked}: outside the 95% limits, as about {usual} would be by chance; not "
            "named.",
        )
    if len(named):
        note += say(
            lang,
            "实心菱形：在全集团的全部比较中仍超出偶然。",
            " Solid diamonds: beyond chance among all comparisons of the group.",
        )
    axis = {
        "x_name": FIGURES[FIGURES[figure].base].label(lang),
        "centre_name": say(lang, "全集团", "Group"),
        "per_1000": FIGURES[figure].unit == "per_1000",
    }
    return words(title, subtitle, note, lang) | axis


def _group_rate(own: pd.DataFrame, figure: str, lang: str) -> str:
    """The group's own rate with its counts."""
    hits, cases = own["hits"].sum(), own["cases"].sum()
    per = 1000 if FIGURES[figure].unit == "per_1000" else 1
    shown = f.figure(hits / cases * per, FIGURES[figure], lang) if cases else f.NONE
    return say(
        lang,
        f"全集团{shown}（{f.count(hits)} ÷ {f.count(cases)}）",
        f"group {shown} ({f.count(hits)} ÷ {f.count(cases)})",
    )


def months(figure: str, lang: str = "zh") -> Words:
    """Words of the small multiples of a rate; each part of them says which stores it has."""
    about = FIGURES[figure].label(lang)
    return words(
        say(lang, f"{about}：各店最近12个月", f"{about}: the last 12 months of each store"),
        "",
        say(
            lang,
            "各店同一刻度，按店名排列；灰线是全集团，圆点是本月。不足10例的月份不画。有没有变化见“谁变了”。",
            "All on one scale, by name; the grey line is the group, the dot this month. Months of fewer "
            "than ten "
            "cases are not drawn. Whether anything changed: see “Who changed”.",
        ),
        lang,
    )


def quality(table: pd.DataFrame, stores: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the table of what the data are worth; it has the stores whose data raise a question."""
    rest = int(stores["made"].sum()) - len(table)
    n = int(table["loose"].map(bool).sum())
    wrong = int((table["wrong"] > 0).sum())
    zh = [f"{n}家有表间关联偏低或断开" if n else "各店表间关联都正常"]
    en = [f"{plural(n, 'store')} with poor or broken links" if n else "All links between tables hold"]
    zh.append(f"{wrong}家有勾稽不一致" if wrong else "勾稽没有不一致")
    en.append(f"{plural(wrong, 'store')} with checks that do not agree" if wrong else "no check disagrees")
    return words(
        say(lang, "，".join(zh), "; ".join(en)),
        f.month(month, lang),
        say(
            lang,
            "问题多的门店在前。关联：本月的行在另一张表里能找到的比例，不到八成为偏低，不到两成为断开。"
            "“不能比较”是该店数据算不出的比率。细节见各店报告的“勾稽校验”和“数据说明”。",
            "The stores with most trouble first. Links: how many rows of the month are found in the other "
            "table; poor below 80%, broken below 20%. “Not comparable”: rates that cannot be known from the "
            "store's data. "
            "Details: “Reconciliation” and “Remarks on the data” of the store's report.",
        )
        + say(lang, f"其余{rest}家没有这些问题。", f" The other {plural(rest, 'store')}: none of this.")
        * (rest > 0),
        lang,
    )


def no_question(stores: pd.DataFrame, lang: str = "zh") -> str:
    """What stands in place of an empty table of what the data are worth."""
    if not stores["made"].any():
        return say(lang, "没有门店的报告可看。", "There is no store's report to look at.")
    return say(
        lang,
        "各店的表间关联都正常，勾稽没有不一致或可疑，各项比率都能比较。",
        "At every store all links between tables hold, no check disagrees or is suspicious, and every rate "
        "can "
        "be compared.",
    )


def loose(links: Iterable[Mapping[str, Any]], lang: str = "zh") -> str:
    """Links that do not hold, a line each."""
    return "\n".join(
        f"{label('link', link['link'], 'en' if lang == 'en' else 'zh')} {f.percent(link['share'], 0)}"
        f"{say(lang, '，', ', ')}{label('join_verdict', link['verdict'], 'en' if lang == 'en' else 'zh')}"
        for link in links
    )


def lacking(figures: Sequence[str], lang: str = "zh") -> str:
    """Rates that a store's data do not give."""
    return say(lang, "、", ", ").join(FIGURES[name].label(lang) for name in figures)


def failed(stores: pd.DataFrame, lang: str = "zh") -> Words:
    """Words of the table of stores without a report."""
    n = int((~stores["made"]).sum())
    return words(
        say(
            lang,
            f"{n}家门店没有做出本月的报告" if n else "每家门店都做出了本月的报告",
            f"{plural(n, 'store')} without a report of this month" if n else "Every store has its report",
        ),
        "",
        say(
            lang,
            "原因的第一行；再次运行同一命令，只补做缺少和有变化的门店。更早的报告若还在，这里不取它的数字。",
            "The first line of the reason; the same command again makes only what is missing or changed. "
            "An older "
            "report may still be there: none of its numbers are shown here.",
        )
        * (n > 0),
        lang,
    )


def all_made(lang: str = "zh") -> str:
    """What stands in place of an empty table of failures."""
    return say(lang, "没有失败的门店。", "No store failed.")
