"""Sentences of the list of findings: the only place where change, difference and cause are put into words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from aftersales.contract import formats as f
from aftersales.contract.figures import FIGURES
from aftersales.contract.language import plural, say
from aftersales.contract.schema import label
from aftersales.contract.statistics import target_verdict
from aftersales.signals.finding import Finding

# The list watches shares of those who answered; where a report leads with those of all calls, it is they.
WATCHED_AS = {
    "css.delight_rate_calls": "css.delight_rate_valid",
    "css.disappointment_rate_calls": "css.disappointment_rate_valid",
}
CHANGES = ("point", "run", "outside", "shift")
# Cases that wait, by figure: what they are, and what is to be decided about them.
_WAITING = {
    "complaints.open": ("{n}件投诉超过承诺的关闭时限", "{n} open beyond the promised time", "complaint"),
    "churn.went_elsewhere": ("{n}位流失客户已到其它站维修", "{n} went to another workshop", "lost customer"),
    "ftf.returned": ("{n}辆车维修后10天内返厂（红线）", "{n} back within 10 days (red line)", "car"),
    "review.actions": ("{n}项措施三个月以上未完成", "{n} open for three months or longer", "measure"),
}
_DECIDE = {
    "complaints.open": ("逐件定责任人和关闭期限", "name an owner and a date for each"),
    "churn.went_elsewhere": ("按名单逐户回访挽回", "call them one by one from the list"),
    "ftf.returned": ("逐车查明是否同一故障", "find out car by car whether it was the same fault"),
    "review.actions": ("继续、改做或终止", "go on, change or stop"),
}


def changes(findings: Iterable[Finding], *figures: str, people: bool = False) -> list[Finding]:
    """The signals of some figures, gravest first: what may be said of change or difference.

    Parameters
    ----------
    figures
        All of the list where none is named.
    people
        Those about a person too.
    """
    return [
        one
        for one in findings
        if one.level == "signal"
        and one.rule in CHANGES
        and (people or one.rule != "outside")
        and (not figures or one.figure in figures)
    ]


def find(
    findings: Iterable[Finding], figure: str, subject: str | None = None, rules: Sequence[str] = CHANGES
) -> Finding | None:
    """What the list says of a figure: the first of its tests, gravest first; None where it was not tested."""
    return next(
        (one for one in findings if (one.figure, one.subject) == (figure, subject) and one.rule in rules),
        None,
    )


def tone(finding: Finding | None) -> str:
    """``better`` or ``worse`` for a signal, else "": what may have a colour and a glyph."""
    return "" if finding is None or finding.level != "signal" else finding.direction or ""


def name(finding: Finding, lang: str = "zh") -> str:
    """What the finding is about: a figure, a MOT item, a cause, or a person's figure."""
    if finding.figure == "oem.mot" and finding.subject:
        return label("mot_item", finding.subject, lang)
    if finding.figure == "complaints.causes":
        cause = label("cause", str(finding.subject), lang)
        return say(lang, f"不满意原因“{cause}”", f"The cause “{cause}”")
    figure = finding.about.label(lang)
    if finding.subject:
        return say(lang, f"{finding.subject}的{figure}", f"{figure} of {finding.subject}")
    return figure


def value(finding: Finding, amount: float | None, lang: str = "zh") -> str:
    """An amount in the unit of the finding's figure."""
    if finding.figure == "complaints.causes":
        return f.percent(amount)
    return f.figure(amount, finding.about, lang)


def sentence(finding: Finding, lang: str = "zh") -> str:
    """A finding in a sentence, without its full stop.

    >>> found = Finding("booking.rate", None, 0.328, 0.2698, 10432, 8.0, rule="run", since="2023-09",
    ...                 level="signal", direction="better", detail={"months": 8, "longest": True})
    >>> sentence(found, "en")
    'Booking rate: 32.8% since September 2023 or earlier, 27.0% before'
    >>> sentence(found)
    '预约率自2023年9月或更早以来为32.8%，此前27.0%'
    """
    if finding.rule == "cases":
        return waiting(finding, lang)
    if finding.rule == "target":
        return missed(finding, lang)
    if "weeks" in finding.detail:
        return coding(finding, lang)
    now, before = _apart(finding, finding.value, finding.reference, lang)
    about = name(finding, lang)
    if finding.rule == "run":
        since = f.month(finding.since, lang)
        longest = finding.detail.get("longest")
        zh, en = ("或更早", " or earlier") if longest else ("", "")
        return say(
            lang,
            f"{about}自{since}{zh}以来为{now}，此前{before}",
            f"{about}: {now} since {since}{en}, {before} before",
        )
    if finding.rule == "outside":
        return say(
            lang,
            f"{about}为{now}（n = {f.count(finding.n)}），其余人员{before}",
            f"{about}: {now} (n = {f.count(finding.n)}), the others {before}",
        )
    if finding.figure == "complaints.causes":
        return say(
            lang,
            f"{about}本月占全部提及的{now}，此前{before}",
            f"{about}: {now} of all mentions this month, {before} before",
        )
    if finding.detail.get("against") == "year_ago":
        return say(
            lang, f"{about}本月为{now}，去年同期{before}", f"{about}: {now} this month, {before} a year ago"
        )
    return say(
        lang,
        f"{about}本月为{now}，此前{before}",
        f"{about}: {now} this month, {before} in the months before",
    )


def _apart(finding: Finding, one: float | None, other: float | None, lang: str) -> tuple[str, str]:
    """Two amounts with as many decimals as tell them apart."""
    if finding.figure == "complaints.causes":
        return f.percent(one), f.percent(other)
    figure = finding.about
    for digits in range(figure.decimals, figure.decimals + 4):
        shown = replace(figure, digits=digits)
        texts = f.figure(one, shown, lang), f.figure(other, shown, lang)
        if texts[0] != texts[1]:
            break
    return texts


def coding(finding: Finding, lang: str = "zh") -> str:
    """That mentions seem to have gone from one cause to another: a matter of coding first."""
    first = 5 - int(finding.detail["weeks"])
    rises, falls = (label("cause", str(c), lang) for c in (finding.subject, finding.detail["other"]))
    when = say(
        lang,
        "第4周" if first == 4 else f"第{first}至4周",
        "week 4" if first == 4 else f"weeks {first} to 4",
    )
    now, before = f.percent(finding.value, 0), f.percent(finding.reference, 0)
    return say(
        lang,
        f"{when}“{falls}”减少而“{rises}”增加（两者之中“{rises}”占{now}，此前{before}）：登记口径疑似改变",
        f"In {when} “{falls}” fell while “{rises}” rose ({rises}: {now} of the two, {before} before): "
        "the coding may have changed",
    )


def missed(finding: Finding, lang: str = "zh") -> str:
    """A target that is missed beyond its interval."""
    low, high = (value(finding, finding.detail.get(end), lang) for end in ("low", "high"))
    now, target = value(finding, finding.value, lang), value(finding, finding.reference, lang)
    about = name(finding, lang)
    return say(
        lang,
        f"{about}{now}，未达目标{target}（95%区间{low}至{high}）",
        f"{about} {now}, target {target} missed (95% interval {low} to {high})",
    )


def waiting(finding: Finding, lang: str = "zh") -> str:
    """Cases that wait."""
    zh, en, one = _WAITING[finding.figure]
    n = int(finding.value or 0)
    text = say(lang, zh.format(n=f.count(n)), en.format(n=plural(n, one)))
    if finding.figure == "review.actions" and finding.subject:
        who = label("action_department", finding.subject, lang)
        text = say(lang, f"{who}：{text}", f"{who}: {text}")
    return text


def to_decide(finding: Finding, lang: str = "zh") -> str:
    """What is to be decided about a finding, after the finding itself.

    >>> found = Finding("complaints.open", None, 2.0, n=2.0, rule="cases", level="due", cases=("TS1", "TS2"))
    >>> to_decide(found, "en")
    '2 complaints open beyond the promised time: name an owner and a date for each'
    """
    if finding.rule == "cases":
        zh, en = _DECIDE[finding.figure]
    elif "weeks" in finding.detail:
        zh, en = "核对登记口径", "check how causes are coded"
    elif finding.rule == "target":
        zh, en = "提出补差措施", "propose a measure for the gap"
    else:
        zh, en = "查明原因并提出措施", "find the cause and propose a measure"
    return say(lang, f"{sentence(finding, lang)}。{zh}", f"{sentence(finding, lang)}: {en}")


def decision(finding: Finding, who: str, until: str, lang: str = "zh") -> str:
    """What is to be decided about a finding, by whom, until when."""
    what = to_decide(finding, lang)
    return say(lang, f"{what}——{who}，{until}前", f"{what} – {who}, by {until}")


def headline(findings: Iterable[Finding], figures: Sequence[str], described: str, lang: str = "zh") -> str:
    """A chapter's headline: what is described, then its signals, or that there is none.

    Parameters
    ----------
    figures
        Whose signals are the chapter's.
    described
        The month in numbers, without any claim; with its full stop.
    """
    findings = list(findings)
    found = changes(findings, *figures, people=True)
    if found:
        told = joined([sentence(one, lang) for one in found[:3]], lang)
        more = len(found) - 3
        tail = say(lang, f"；另有{more}个信号", f"; and {plural(more, 'more signal')}") if more > 0 else ""
        told = told if lang == "zh" else continued(told)
        return described + say(
            lang, f"信号：{told}{tail}。", f" Signal{'s' if len(found) > 1 else ''}: {told}{tail}."
        )
    tested = [x for x in findings if x.figure in figures and x.rule in CHANGES and x.level != "unknown"]
    if tested:
        return described + say(lang, "没有信号。", " No signal.")
    return described


def joined(told: Sequence[str], lang: str) -> str:
    """Sentences as one; in English only the first begins with a capital, but for what is written in capitals.

    >>> joined(["Booking rate: 32.8%", "First-time-fix rate: 98.4%", "MOT score: 99"], "en")
    'Booking rate: 32.8%; first-time-fix rate: 98.4%; MOT score: 99'
    """
    if lang == "zh":
        return "；".join(told)
    return "; ".join([*told[:1], *map(continued, told[1:])])


def continued(text: str) -> str:
    """An English sentence that goes on after a colon or semicolon."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def title(
    findings: Iterable[Finding],
    figures: Sequence[str],
    described: str,
    lang: str = "zh",
    subjects: Sequence[str | None] | None = None,
) -> str:
    """A chart's title: the signals among what it shows, else what is shown and that there is no signal.

    Parameters
    ----------
    described
        What is shown, without a claim and a full stop.
    subjects
        Only findings on these, None being the store.
    """
    about = [
        one
        for one in findings
        if one.figure in figures and one.rule in CHANGES and (subjects is None or one.subject in subjects)
    ]
    found = changes(about, people=True)
    if found:
        more = len(found) - 2
        tail = say(lang, f"；另有{more}个信号", f"; and {plural(more, 'more signal')}") if more > 0 else ""
        return joined([sentence(one, lang) for one in found[:2]], lang) + tail
    if any(one.level != "unknown" for one in about):
        return described + say(lang, "：没有信号", ": no signal")
    return described


def on_target(findings: Iterable[Finding], figure: str, target: float | None, lang: str = "zh") -> str:
    """Whether a target is met, as a clause: by the interval that the first page goes by; "" without one."""
    test = next((one for one in findings if one.figure == figure and one.rule == "target"), None)
    if test is None or target is None or test.value is None:
        return ""
    goal = f.figure(target, FIGURES[figure], lang)
    verdict = target_verdict(
        test.value, target, FIGURES[figure].better, test.detail.get("low"), test.detail.get("high")
    )
    zh, en = {
        "met": (f"，达到目标{goal}", f", meeting the target of {goal}"),
        "missed": (f"，未达目标{goal}", f", missing the target of {goal}"),
        "undecided": (
            f"，目标{goal}在区间之内，不能判定",
            f"; the target of {goal} lies inside its interval, so it is undecided",
        ),
    }[str(verdict)]
    return say(lang, zh, en)
