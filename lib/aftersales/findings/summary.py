"""Sentences of the summary: the verdict, the signals, what waits, what needs a decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.figures import FIGURES, UNITS, Figure
from aftersales.contract.language import Words, known, plural, say, words
from aftersales.contract.months import due_day
from aftersales.contract.notes import Note, texts
from aftersales.contract.own import Record, figures_with
from aftersales.contract.schema import label
from aftersales.contract.statistics import FEW, SMALL
from aftersales.metrics.proposals import ANSWERS
from aftersales.signals import Finding, sentences
from aftersales.signals.finding import asks
from aftersales.signals.limits import Limits
from aftersales.signals.sentences import WATCHED_AS
from aftersales.sources.cells.repairs import messages as repair_messages

Item = dict[str, Any]


# The exhibit that shows what a finding is about; of a single item, cause or person, the second.
_SHOWN = {
    "review.actions": ("review.waiting", "review.waiting"),
    "oem.mot": ("oem.history", "oem.items"),
    "oem.css": ("oem.css", "oem.css"),
    "oem.pt_total": ("oem.pt", "oem.pt"),
    "css.valid_rate": ("css.results", "css.results"),
    "css.delight_rate_valid": ("css.bases", "css.advisor_funnel"),
    "css.disappointment_rate_valid": ("css.bases", "css.advisor_funnel"),
    "complaints.causes": ("complaints.causes_chart", "complaints.causes_chart"),
    "complaints.per_1000_visits": ("complaints.history", "complaints.history"),
    "complaints.open": ("complaints.waiting", "complaints.waiting"),
    "ftf.rate": ("ftf.trends", "ftf.funnel"),
    "ftf.return_rate": ("ftf.trends", "ftf.returns"),
    "ftf.returned": ("ftf.returns", "ftf.returns"),
    "booking.rate": ("ftf.trends", "ftf.trends"),
    "booking.kept_rate": ("ftf.trends", "booking.status"),
    "delivery.rate": ("ftf.trends", "delivery.advisors"),
    "churn.private_rate": ("churn.bridge", "churn.bridge"),
    "churn.went_elsewhere": ("churn.call_list", "churn.call_list"),
}


def _about(one: Finding) -> Item:
    """What a sentence is about, for whoever links, counts or names it: finding, exhibit, what waits."""
    shown = _SHOWN.get(one.figure, ("top5.targets", ""))[one.subject is not None]
    if one.record is not None:  # its chapter, whatever exhibits it has
        shown = one.figure
    department = one.department or "service"
    return {
        "about": {
            "figure": one.figure,
            "subject": one.subject,
            "level": one.level,
            "direction": one.direction,
            "exhibit": shown,
            "department": ANSWERS.get(department, department),
            "cases": list(one.cases) if one.rule == "cases" else [],
        }
    }


def _reading(row: Mapping[str, Any], findings: Sequence[Finding], lang: str) -> str:
    """What the findings say of a key figure: a signal since when and against what, or that there is none."""
    found = sentences.find(findings, WATCHED_AS.get(row["figure"], row["figure"]))
    if found is None:
        return ""
    if found.level == "unknown":
        return say(lang, "历史太短，不评价", "too little history to judge")
    before = sentences.value(found, found.reference, lang)
    if found.figure != row["figure"]:  # its amounts are on the other base, and would not agree
        return say(lang, "没有信号", "no signal") if found.level != "signal" else _glyph(found, lang)
    if found.level != "signal":
        return say(lang, f"没有信号（此前{before}）", f"no signal ({before} before)")
    glyph = _glyph(found, lang)
    if found.rule != "run":
        return glyph + say(lang, f"：此前{before}", f": {before} before")
    since, now = f.month(found.since, lang), sentences.value(found, found.value, lang)
    return say(
        lang, f"{glyph}：自{since}以来{now}，此前{before}", f"{glyph}: {now} since {since}, {before} before"
    )


def _glyph(found: Finding, lang: str) -> str:
    """A signal in a word, with the glyph of its direction."""
    up = (found.z or 0) > 0
    return ("▲ " if up else "▼ ") + say(lang, "信号", "signal")


def _told_apart(what: Figure, value: float, target: float, lang: str) -> str:
    """A value with as many decimals as tell it from a target that it misses by less than is printed."""
    wanted = (f.figure(v, replace(what, digits=n), lang) for n in range(1, 9) for v in (value, target))
    return next((a for a, b in zip(wanted, wanted, strict=True) if a != b), str(value))


def cards(
    table: pd.DataFrame,
    findings: Sequence[Finding] = (),
    lang: str = "zh",
    records: Sequence[Record] = (),
    limits: Mapping[tuple[str, str | None], Limits] | None = None,
) -> list[Item]:
    """The key figures, one item each.

    Parameters
    ----------
    records
        What the figures of chapters of one's own are.
    limits
        Between what each figure's months were expected: the band behind its line.
    """
    out, catalogue = [], figures_with(records)
    for row in table.to_dict("records"):
        name, value, target = row["figure"], row["value"], row["target"]
        figure = catalogue[name]
        few = known(row["n"]) and row["n"] < FEW
        shown = f.NONE if few else f.figure(value, figure, lang)
        sign = "%" if figure.unit == "rate" and shown.endswith("%") else ""
        unit = sign or _unit(figure, lang)
        reading = f.NONE if few or not known(value) else _reading(row, findings, lang) or f.NONE
        status, text = _status(row, figure, shown, few, lang)
        found = None if few else sentences.find(findings, WATCHED_AS.get(name, name))
        signal = found is not None and found.level == "signal"
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
                "change_display": reading,
                "year_ago_display": f.figure(row["year_ago"], figure, lang),
                "spark": row["spark"],
                "spark_months": row["months"],
                "spark_band": _band((limits or {}).get((name, None)), row["months"]),
                "empty": not known(value) and not any(map(known, row["spark"])),
                "since": found.since if signal and found is not None and found.rule == "run" else None,
                "low": None if few else row["low"],
                "high": None if few else row["high"],
                "status": status,
                "status_text": text,
                "verdict": _verdict(row, few, lang),
                "interval_text": _interval(row, figure, shown, lang),
                "months_text": _months(row, figure, lang),
                "tone": sentences.tone(found),
                "note": figure.formula(lang),
            }
        )
    return out


def _band(limits: Limits | None, months: Sequence[str]) -> list[list[float | None]]:
    """Lower and upper control limit of some months; empty where there are none."""
    if limits is None:
        return []
    known = dict(zip(limits.months, zip(limits.low, limits.high, strict=True), strict=True))
    band = [list(known.get(month, (None, None))) for month in months]
    return band if any(low is not None or high is not None for low, high in band) else []


def _interval(row: Mapping[str, Any], figure: Figure, shown: str, lang: str) -> str:
    """Value, interval and target in words, for whoever cannot see the drawing."""
    target = f.figure(row["target"], figure, lang)
    if not known(row["low"]) or not known(row["high"]):
        return say(lang, f"{shown}，目标{target}", f"{shown}, target {target}")
    low, high = f.figure(row["low"], figure, lang), f.figure(row["high"], figure, lang)
    return say(
        lang,
        f"{shown}，95%区间{low}至{high}，目标{target}",
        f"{shown}, 95% interval {low} to {high}, target {target}",
    )


def _months(row: Mapping[str, Any], figure: Figure, lang: str) -> str:
    """Between what the months of a figure lie, in words."""
    values = [value for value in row["spark"] if known(value)]
    if not values:
        return ""
    low, high = f.figure(min(values), figure, lang), f.figure(max(values), figure, lang)
    return say(
        lang,
        f"{len(values)}个月在{low}与{high}之间",
        f"{plural(len(values), 'month')} between {low} and {high}",
    )


def _verdict(row: Mapping[str, Any], few: bool, lang: str) -> str:
    """The verdict on the target with its glyph, as short as a column of a table has room for."""
    if not known(row["value"]) or few or not known(row["target"]):
        return ""
    zh, en = {
        "met": ("✓ 达标", "✓ met"),
        "missed": ("✗ 未达标", "✗ missed"),
        "undecided": ("○ 未定", "○ undecided"),
    }.get(str(row["verdict"]), ("", ""))
    return say(lang, zh, en)


def _status(row: Mapping[str, Any], figure: Figure, shown: str, few: bool, lang: str) -> tuple[str, str]:
    """Whether the target is met, missed or undecided, or why nothing is said of it."""
    value, target, verdict, n = row["value"], row["target"], row["verdict"], row["n"]
    if not known(value):
        return "none", say(lang, "无数据", "no data")
    if few:
        return "none", say(lang, f"n = {f.count(n)}，太少不计比率", f"n = {f.count(n)}, too few for a rate")
    if not known(verdict):
        return "none", say(lang, "无目标", "no target")
    if verdict == "undecided":
        low, high = f.figure(row["low"], figure, lang), f.figure(row["high"], figure, lang)
        ends = say(lang, f"区间{low}至{high}", f"interval {low} to {high}")
        return "none", say(lang, f"目标未决（{ends}）", f"target undecided ({ends})")
    met = verdict == "met"
    text = say(lang, "✓ 达标", "✓ target met") if met else say(lang, "✗ 未达标", "✗ target missed")
    if not met and shown == f.figure(target, figure, lang):
        apart = _told_apart(figure, value, target, lang)
        text += say(lang, f"（{apart}）", f" ({apart})")
    if known(n) and n < SMALL:
        text += say(lang, f"，样本小（n = {f.count(n)}）", f", small sample (n = {f.count(n)})")
    return "good" if met else "bad", text


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
    findings: Sequence[Finding] = (),
    lang: str = "zh",
    records: Sequence[Record] = (),
) -> str:
    """The month in one sentence: targets met, missed and undecided, and the signals.

    Parameters
    ----------
    records
        What the figures of chapters of one's own are.
    """
    catalogue = figures_with(records)
    by = {
        word: [catalogue[n].label(lang) for n in table.loc[table["verdict"] == word, "figure"]]
        for word in ("met", "missed", "undecided")
    }
    tried = sum(map(len, by.values()))
    if not tried:
        text = say(
            lang, "本月没有可与目标比较的关键指标", "No key figure can be held against a target this month"
        )
    else:
        text = say(
            lang,
            f"{tried}项关键指标中{len(by['met'])}项达标",
            f"{len(by['met'])} of {plural(tried, 'key figure')} on target",
        )
        if by["missed"]:
            text += say(
                lang, f"，未达标的是{f.join(by['missed'], lang)}", f"; missed: {f.join(by['missed'], lang)}"
            )
        if by["undecided"]:
            n = len(by["undecided"])
            text += say(lang, f"，{n}项不能判定", f"; {n} undecided")
    large = sentences.changes(findings, people=True)
    if large:
        told = sentences.joined([sentences.sentence(one, lang) for one in large[:_NAMED]], lang)
        more = len(large) - _NAMED
        tail = say(lang, f"；另有{more}个信号", f"; and {plural(more, 'more signal')}") if more > 0 else ""
        text += say(lang, f"。信号：{told}{tail}", f". Signals: {told}{tail}")
    elif any(one.level != "unknown" and one.rule in sentences.CHANGES for one in findings):
        text += say(lang, "。没有信号", ". No signal")
    elif any(one.rule in sentences.CHANGES for one in findings):
        text += say(lang, "。历史太短，不评价变化", ". Too little history to judge changes")
    return text + say(lang, "。", ".")


def in_short(table: pd.DataFrame, findings: Sequence[Finding] = (), lang: str = "zh") -> str:
    """The verdict in the few words that the subject of a mail has room for: targets missed, and signals.

    >>> in_short(pd.DataFrame({"verdict": ["missed", "undecided"]}), (), "en")
    '1 target missed'
    """
    missed, met = (int((table["verdict"] == word).sum()) for word in ("missed", "met"))
    parts = []
    if missed:
        parts.append(say(lang, f"{missed}项未达标", f"{plural(missed, 'target')} missed"))
    elif met:
        parts.append(say(lang, f"{met}项达标", f"{plural(met, 'target')} met"))
    signals = len(sentences.changes(findings, people=True))
    if signals:
        parts.append(say(lang, f"{signals}个信号", plural(signals, "signal")))
    elif any(one.level != "unknown" and one.rule in sentences.CHANGES for one in findings):
        parts.append(say(lang, "没有信号", "no signal"))
    return say(lang, "，", ", ").join(parts)


# So many signals the verdict names; the list of what is certain names them all.
_NAMED = 1


def certain(findings: Sequence[Finding], lang: str = "zh") -> list[Item]:
    """What is certain: the signals, better ones first, the targets that are missed beyond their interval, and
    what is to be said of all the rest.
    """
    signals = sentences.changes(findings, people=True)
    out: list[Item] = []
    for direction in ("better", "worse", None):
        for one in signals:
            if one.direction == direction:
                glyph = "◇" if direction is None else "▲" if (one.z or 0) > 0 else "▼"
                text = sentences.sentence(one, lang)
                out.append({"text": text, "glyph": glyph, "tone": direction or "", **_about(one)})
    for one in findings:
        if one.rule == "target" and one.level == "due":
            item = {"text": sentences.missed(one, lang), "glyph": "✗", "tone": "missed"}
            out.append(item | _about(one))
    return out + _the_rest(findings, signals, lang)


def _the_rest(findings: Sequence[Finding], signals: Sequence[Finding], lang: str) -> list[Item]:
    """What is to be said of the tests that gave no signal, and of what could not be tested."""
    out: list[Item] = []
    tested = [one for one in findings if one.rule in sentences.CHANGES]
    judged = [one for one in tested if one.level != "unknown"]
    if judged:
        rest = len(judged) - len(signals)
        more = say(lang, "其余", "The other ") if signals else ""
        out.append(
            {
                "text": say(
                    lang,
                    f"{more}{rest}项检验没有信号；没有信号不等于没有变化",
                    f"{more}{plural(rest, 'test')} gave no signal, which does not mean that nothing changed",
                ),
                "tone": "note",
            }
        )
    short = [one for one in tested if one.level == "unknown" and one.value is not None]
    if short:
        names = list(dict.fromkeys(sentences.name(one, lang) for one in short if one.rule != "outside"))
        if names:
            named = f.join([*names[:6], *([say(lang, "等", "others")] if len(names) > 6 else [])], lang)
            out.append(
                {
                    "text": say(
                        lang,
                        f"历史太短或数量太少，只描述不评价：{named}",
                        f"Too little history or too few cases, described and not judged: {named}",
                    ),
                    "tone": "note",
                }
            )
    if not tested:
        out.append(
            {"text": say(lang, "没有以前的数值可比", "No earlier value to compare with"), "tone": "note"}
        )
    return out


def waiting(findings: Sequence[Finding], lang: str = "zh") -> list[Item]:
    """Cases that wait, and the numbers by which they are looked up."""
    out = []
    for one in findings:
        if one.rule == "cases" and one.level == "due":
            numbers = say(lang, "、", ", ").join(one.cases[:_NUMBERS])
            more = len(one.cases) - _NUMBERS
            numbers += say(lang, f"等{len(one.cases)}条", f" and {more} more") if more > 0 else ""
            text = f"{sentences.waiting(one, lang)}{say(lang, f'：{numbers}', f': {numbers}')}"
            about = _about(one)
            about["about"]["without_numbers"] = sentences.waiting(one, lang)
            out.append({"text": text, **about})
    return out


_NUMBERS = 3  # of the cases that wait are named


def decisions(
    findings: Sequence[Finding],
    checks: pd.DataFrame,
    month: pd.Period,
    heads: Mapping[str, str],
    lang: str = "zh",
) -> list[Item]:
    """What is to be decided, by whom, until when: each signal that is not good, each target that is missed,
    each list of cases.

    Parameters
    ----------
    heads
        Who answers for a department, by its code.
    """
    until = f.short_date(due_day(month), lang)
    out: list[Item] = []
    for one in findings:
        if one.figure == "review.actions":  # one decision for all departments, below
            continue
        if asks(one) and one.rule in (*sentences.CHANGES, "target", "cases"):
            code = one.department or "service"
            who = heads.get(code) or label("action_department", code, lang)
            what = sentences.to_decide(one, lang)
            text = sentences.decision(one, who, until, lang)
            out.append({"text": text, "what": what, "who": who, "until": until, **_about(one)})
    old = [one for one in findings if one.figure == "review.actions" and one.level == "due"]
    if old:
        n = sum(len(one.cases) for one in old)
        out.append(
            {
                "text": say(
                    lang,
                    f"{n}项措施三个月以上未完成。逐项继续、改做或终止——各部门，{until}前",
                    f"{plural(n, 'measure')} open for three months or longer: "
                    f"go on, change or stop each – all departments, by {until}",
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


def steps(items: pd.DataFrame, lang: str = "zh") -> dict[str, str]:
    """Words of the first page's small waterfall."""
    sum_ = f.signed(float(items["contribution"].dropna().sum()), 2, lang) if len(items) else f.NONE
    return {
        "title": say(lang, f"MOT {sum_}分从哪里来", f"Where the {sum_} points of MOT come from"),
        "total": say(lang, "合计", "Total"),
        "alt": say(lang, f"MOT变化{sum_}分：", f"Change of MOT {sum_} points: "),
        "lang": lang,
    }


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


def comparison(month: pd.Period, lang: str = "zh") -> Words:
    """Words of the figures beside last month, last year and the years so far."""
    return words(
        say(
            lang,
            "有目标的指标：上月、去年同月与本年累计",
            "Figures with a target: last month, a year ago, year to date",
        ),
        f.month(month, lang),
        say(
            lang,
            "累计比率由总数相除；评分与中位数没有累计值。对目标：95%区间包含目标时为“不能判定”。"
            "这里只并列数值，是否有变化见“本月要点”。",
            "A year's rate is a ratio of sums; scores and medians have none. On target: undecided where the "
            "95% interval holds it. Values side by side; whether anything changed is said on the first page.",
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
            "three different volumes, not interchangeable."
        ),
    )


_HEADERS = {
    "cards": ("关键指标", "Key figures"),
    "certain": ("确定的", "What is certain"),
    "waiting": ("等着处理的", "What waits"),
    "decisions": ("要决定的", "What is to be decided"),
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
    """Where targets of figures of one's own are judged, and where they are not."""
    names = [record.label(lang) for record in records if record.name in targets]
    if not names:
        return []
    named = f.join(names, lang)
    return [
        say(
            lang,
            f"自建章节的{named}有自己的目标，在“关键指标”中对照，不计入“下月工作目标”；"
            "95%区间在目标之外、肯定未达标的，各部门TOP5才可提出。",
            (
                f"{named}, from a chapter of the store's own, is held against its target among the key "
                "figures and not counted in “Targets for next month”; "
                if len(names) == 1
                else f"{named}, from chapters of the store's own, are held against their targets among the "
                "key figures and not counted in “Targets for next month”; "
            )
            + "a TOP5 may take up only what misses its target with its whole 95% interval.",
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
