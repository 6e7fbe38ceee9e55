"""Why a rate changed: what of it is volume, rate and mix."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.contract import formats, written
from aftersales.contract.columns import col
from aftersales.contract.errors import InputError
from aftersales.contract.figures import FIGURES, Figure
from aftersales.contract.message import Message, listed
from aftersales.contract.schema import label
from aftersales.contract.statistics import FEW, interval
from aftersales.display import charts
from aftersales.explanation.answer import Answer, Asked, asked, nothing, settings, shown, tested
from aftersales.explanation.joined import joined
from aftersales.explanation.lookup import from_figure
from aftersales.explanation.provenance import Parts
from aftersales.metrics import decompose
from aftersales.metrics.decompose import Count

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

# What a rate may be taken apart by: the columns of its rows, or of the orders that these name; the code set
# of each.
_GROUPS = {
    "technician": ("", "维修技师", "Technician"),
    "advisor": ("", "服务顾问", "Advisor"),
    "department": ("complaint_department", "责任部门", "Department"),
    "order_type": ("order_type", "维修类型", "Order type"),
    "owner_type": ("owner_type", "客户类型", "Owner"),
    "category": ("cause", "类别", "Category"),
    "channel": ("", "来源", "Channel"),
    "level": ("level", "级别", "Level"),
}
_NONE = ""  # of rows that belong to no group
_KEYS = ("job_id", "call_id", "complaint_id", "booking_id", "action_id", "order_id", "vin")
_DRAWN = 12  # groups that the chart draws; what the others add stands together
_SHARES = ("share", "one_minus_share", "per_1000")


def why(
    figure: str,
    tables: Tables | None = None,
    month: object = None,
    *,
    by: str | None = None,
    against: object = None,
    params: Params | None = None,
    lang: str | None = None,
    **definitions: int,
) -> Answer:
    """What a rate's change from one month to another is made of: volume, rate and mix, exactly and without
    a rest.

    Parameters
    ----------
    figure
        A rate, by its name (``css.disappointment_rate_valid``) or its Chinese or English title.
    tables, month
        By default those of the params' source and store, and their latest month.
    by
        Into which groups: ``technician``, ``advisor``, ``department``, ``order_type``, ``owner_type``,
        ``category``,
        ``channel``, ``level``, as far as its rows have them; by default the first that they have.
    against
        The month before `month` that it is held against; by default the one before.
    params, lang
        By default the month's params and their language.
    definitions
        ``churn_months=12`` and other definitions that count for this question alone.

    Returns
    -------
    Answer
        Its table has a row a group: ``group``, ``cases_before``, ``of_before``, ``rate_before``, ``cases``,
        ``of``,
        ``rate``, ``low``, ``high`` (95 % interval of `rate`), ``by_rate``, ``by_mix``, ``change``
        (fractions; of complaints per 1,000 visits).

    Raises
    ------
    InputError
        There is no such rate, group or month.

    Examples
    --------
    >>> it = why("css.disappointment_rate_valid", by="advisor", month="2024-04", against="2024-03")
    >>> it.table["cases"].sum(), it.table["of"].sum(), round(it.table["change"].sum(), 4)
    (np.int64(300), np.int64(700), np.float64(-0.0223))
    """
    what = FIGURES[_figure(figure)]
    used = () if what.rows is None else what.rows.params
    now = asked(tables, month, params, lang, definitions, used)
    then = now.before(now.month - 1 if against is None else against)
    parts = [from_figure(what.name, one.tables, one.month, one.params) for one in (then, now)]
    chosen, groups = _grouped(what, [(p, now.tables) for p in parts], by)
    found = _apart(what, groups)
    definitions_used = settings(now.params, used)
    if found is None:
        reason = now.say(
            f"{now.month_name(then.month)}或{now.month_name()}没有可数的：{what.label(now.lang)}无从分解。",
            f"{what.label(now.lang)}: one of the months has no cases, so there is nothing to take apart.",
        )
        empty = nothing(now, "why", reason)
        return Answer(reason, pd.DataFrame(columns=_COLUMNS), empty, definitions_used, empty, now.lang)
    view = _View(what, now, then, chosen, found)
    return Answer(view.sentence(), view.table, view.chart(), definitions_used, view.shown(), now.lang)


_COLUMNS = ["group", "cases_before", "of_before", "rate_before", "cases", "of", "rate", "low", "high"]
_COLUMNS += ["by_rate", "by_mix", "change"]


def _figure(name: str) -> str:
    """The name of a rate, from it or from what the report calls it."""
    rates = {n: f for n, f in FIGURES.items() if f.rows is not None and f.rows.by in _SHARES}
    titles = {text: n for n, f in rates.items() for text in (f.zh, f.en)}
    if name in rates or name in titles:
        return titles.get(name, name)
    if near := written.nearest(name, [*rates, *titles]):
        rest = written.question(near)
    else:
        every = listed(rates)
        rest = Message(f"可以分解的有：{every.zh}。", f" There are {every.en}.")
    raise InputError(
        Message(
            f"why：{name!r} 不是可以分解的比率。{rest.zh}",
            f"why: {name!r} is no rate that can be taken apart.{rest.en}",
        )
    )


Groups = list[dict[str, Count]]


def _grouped(what: Figure, months: list[tuple[Parts, Tables]], by: str | None) -> tuple[str, Groups]:
    """The column by which a rate is taken apart, "" where none can be, and the counts of its groups in both
    months."""
    counted = [_counted(what, parts, tables) for parts, tables in months]
    there = [name for name in _GROUPS if all(name in rows for rows, _, _ in counted)]
    if by is not None and by not in there:
        did_you = written.question(written.nearest(by, there))
        every = listed(there, Message("没有", "none"))
        raise InputError(
            Message(
                f"why：{what.name} 不能按 {by!r} 分解。{did_you.zh}可以按：{every.zh}。",
                f"why: {what.name} cannot be taken apart by {by!r}.{did_you.en} It can be by: {every.en}.",
            )
        )
    chosen = by or next(iter(there), "")
    return chosen, [_counts(rows, hit, whole, chosen, what) for rows, hit, whole in counted]


def _counted(what: Figure, parts: Parts, tables: Tables) -> tuple[pd.DataFrame, pd.Series, tuple[int, int]]:
    """The rows that can be grouped, which of them are cases, and the cases and volume of all."""
    numerator, denominator = parts.numerator, parts.denominator
    if numerator is None or denominator is None:
        return pd.DataFrame(), pd.Series(dtype=bool), (0, 0)
    whole = len(numerator), len(denominator)
    if what.unit == "per_1000":
        rows = joined(numerator, tables)
        assert rows is not None
        return rows, pd.Series(True, rows.index), whole
    for key in _KEYS:
        if key not in numerator or key not in denominator or not denominator[key].is_unique:
            continue
        hit = denominator[key].isin(numerator[key])
        if int(hit.sum()) == len(numerator):
            rows = joined(denominator, tables)
            assert rows is not None
            return rows, hit, whole
    return pd.DataFrame(), pd.Series(dtype=bool), whole


def _counts(
    rows: pd.DataFrame, hit: pd.Series, whole: tuple[int, int], by: str, what: Figure
) -> dict[str, Count]:
    """Cases and volume of each group; those of a count by exposure share one volume."""
    if not by:
        return {_NONE: _told(Count(*whole), what)}
    group = rows[by].astype(object).where(rows[by].notna(), _NONE).astype(str)
    sizes = (
        pd.DataFrame({"group": group, "hit": hit.astype(int)}).groupby("group")["hit"].agg(["sum", "size"])
    )
    if what.unit == "per_1000":
        return {str(g): Count(int(k), whole[1]) for g, k in sizes["sum"].items()}
    return {str(g): _told(Count(int(k), int(n)), what) for g, k, n in sizes[["sum", "size"]].itertuples()}


def _told(count: Count, what: Figure) -> Count:
    """Cases that the rate is of: of 一次维修合格率 all but those that were counted."""
    assert what.rows is not None
    return Count(count.of - count.cases, count.of) if what.rows.by == "one_minus_share" else count


def _apart(what: Figure, groups: Groups) -> decompose.Parts | None:
    if what.unit != "per_1000":
        return decompose.taken_apart(*groups)
    before, after = ({g: c.cases for g, c in one.items()} for one in groups)
    of_before, of_after = (max((c.of for c in one.values()), default=0) for one in groups)
    return decompose.by_exposure(before, after, of_before, of_after)


@dataclass(frozen=True)
class _View:
    """A change that was taken apart, as it is told, drawn and listed."""

    what: Figure
    now: Asked
    then: Asked
    by: str
    parts: decompose.Parts

    @property
    def per_1000(self) -> bool:
        """Of complaints: counts by exposure, which have no mix."""
        return self.what.unit == "per_1000"

    @property
    def scale(self) -> int:
        """From a fraction to the figure's unit."""
        return 1000 if self.per_1000 else 1

    @property
    def table(self) -> pd.DataFrame:
        """A row a group, what adds most to the change first."""
        rows = []
        for e in sorted(self.parts.effects, key=lambda e: -abs(e.rate + e.mix)):
            low, high = interval("per_1000" if self.per_1000 else "rate", e.b.cases, e.b.of)
            effects = [float(x * self.scale) for x in (e.rate, e.mix, e.rate + e.mix)]
            before = [e.a.cases, e.a.of, self.value(e.a)]
            rows.append([e.group or None, *before, e.b.cases, e.b.of, self.value(e.b), low, high, *effects])
        made = pd.DataFrame(rows, columns=_COLUMNS)
        return made.astype(dict.fromkeys(("rate_before", "rate", "low", "high"), float))

    def value(self, count: Count) -> float | None:
        """A group's rate in the figure's unit."""
        return None if count.rate is None else float(count.rate * self.scale)

    def points(self, effect: Fraction) -> str:
        """An effect on the rate, signed: percentage points, or per 1,000."""
        text = formats.number(float(effect * self.scale * (1 if self.per_1000 else 100)), 2)
        text = text if text.startswith("−") else f"+{text}"
        return text + ("" if self.per_1000 else self.now.say("个百分点", " points"))

    def sentence(self) -> str:
        """The two months, what the change is made of, and what the tests say."""
        it, p = self.now, self.parts
        name, figure = self.what.label(it.lang), self.what
        now, then = (formats.figure(self.value(c), figure, it.lang) for c in (p.b, p.a))
        few = min(p.a.of, p.b.of) < FEW
        counts = [f"{c.cases:,}/{c.of:,}" for c in (p.b, p.a)]
        told = it.say(
            f"{name}{it.month_name()}为{now}（{counts[0]}），{it.month_name(self.then.month)}为{then}（{counts[1]}）。",
            f"{name}: {now} in {it.month_name()} ({counts[0]}), {then} in {it.month_name(self.then.month)} "
            f"({counts[1]}).",
        )
        if few:
            return told + it.say("样本太少，不作分解的结论。", " Too few cases to conclude anything.")
        mixed = bool(self.by) and not self.per_1000
        group = _GROUPS[self.by] if self.by else None
        of_rate, of_mix, change = self.points(p.rate), self.points(p.mix), self.points(p.change)
        if mixed and group is not None:
            told += it.say(
                f"变动{change}：各{group[1]}自身的比率{of_rate}，占比的变化（结构）{of_mix}。",
                f" The change of {change} is {of_rate} by the rates of each {group[2].lower()} and "
                f"{of_mix} by their shares (mix).",
            )
        else:
            told += it.say(f"变动{change}。", f" A change of {change}.")
        by_cases = [formats.signed(float(x), 1, it.lang) for x in (p.volume, p.by_rate, p.by_mix)]
        cases = f"{p.a.cases:,} → {p.b.cases:,}"
        mix = it.say(f"、结构{by_cases[2]}", f", mix {by_cases[2]}") if mixed else ""
        told += it.say(
            f"件数{cases}：总量{by_cases[0]}、比率{by_cases[1]}{mix}。",
            f" Cases {cases}: volume {by_cases[0]}, rate {by_cases[1]}{mix}.",
        )
        return told + it.say("", " ") + tested(it, figure.name)

    def group(self, code: str | None) -> str:
        """What a group is called."""
        if formats.missing(code) or not code:
            return self.now.say("（未归组）", "(not assigned)") if self.by else self.now.say("全部", "All")
        codes = _GROUPS[self.by][0]
        return label(codes, code, self.now.lang) if codes else code

    def chart(self) -> Any:
        """What each group's own rate adds, and what their shares add together."""
        it, scale = self.now, self.scale * (1 if self.per_1000 else 100)
        ranked = sorted(self.parts.effects, key=lambda e: -abs(e.rate))
        rows = [(self.group(e.group), float(e.rate * scale)) for e in ranked[:_DRAWN]]
        if rest := ranked[_DRAWN:]:
            others = it.say(f"其余{len(rest)}组", f"{len(rest)} others")
            rows.append((others, float(sum((e.rate for e in rest), Fraction()) * scale)))
        if self.parts.mix:
            rows.append((it.say("占比的变化（结构）", "Their shares (mix)"), float(self.parts.mix * scale)))
        names = f"{it.month_name(self.then.month)} → {it.month_name()}"
        unit = (
            it.say("每千台次", "per 1,000 visits") if self.per_1000 else it.say("百分点", "percentage points")
        )
        return charts.waterfall(
            pd.DataFrame(rows, columns=["label", "value"]),
            id=f"why.{self.what.name}",
            title=self.what.label(it.lang) + it.say("的变动由什么构成", ": what the change is made of"),
            subtitle=f"{unit} · {names}",
            lang=it.lang,
        )

    def shown(self) -> Any:
        """The table as it prints: of few cases no rate."""
        it, frame = self.now, self.table
        form = "number" if self.per_1000 else "percent"
        digits = self.what.decimals
        for end in ("_before", ""):
            frame[f"rate{end}"] = frame[f"rate{end}"].where(frame[f"of{end}"] >= FEW)
        frame["group"] = [self.group(code) for code in frame["group"]]
        if form == "percent":
            frame = frame.assign(**{c: frame[c] * 100 for c in ("by_rate", "by_mix", "change")})
        names = _GROUPS[self.by][1:] if self.by else ("范围", "Scope")
        one, other = it.month_name(self.then.month), it.month_name()
        unit = ("每千台次", "per 1,000") if form == "number" else ("百分点", "points")
        columns = [
            col("group", *names),
            *(
                column
                for end, month in (("_before", one), ("", other))
                for column in (
                    col(f"cases{end}", "件", "Cases", "integer", group_zh=month, group_en=month),
                    col(f"of{end}", "总数", "Of", "integer", group_zh=month, group_en=month),
                    col(f"rate{end}", "比率", "Rate", form, digits=digits, group_zh=month, group_en=month),
                )
            ),
            col("low", "区间下", "Low", form, digits=digits),
            col("high", "区间上", "High", form, digits=digits),
            *(
                col(key, zh, en, "change", digits=2, unit_zh=unit[0], unit_en=unit[1])
                for key, zh, en in (
                    ("by_rate", "比率", "Rate"),
                    ("by_mix", "结构", "Mix"),
                    ("change", "合计", "Sum"),
                )
            ),
        ]
        title = it.say("各组的件数与对变动的贡献", "Cases of each group, and what it adds to the change")
        note = it.say(
            "区间：本月比率的95%区间。比率＋结构＝合计，各组合计之和＝总变动。",
            "Interval: 95% of this month's rate. Rate + mix = sum; the sums of the groups are the whole "
            "change.",
        )
        return shown(it, frame, columns, "why", title, note)
