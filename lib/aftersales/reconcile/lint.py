"""People's own sentences against the facts: a report made by hand, the params' remarks, the actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from aftersales.contract.figures import FIGURES
from aftersales.contract.rules import check
from aftersales.contract.schema import CODES
from aftersales.reconcile import claims
from aftersales.reconcile.claims import Claim
from aftersales.reconcile.facts import Facts, from_records, from_report
from aftersales.reconcile.verdicts import Printed, exact, half_unit, verdict
from aftersales.reconcile.vocabulary import SCORES

if TYPE_CHECKING:
    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

Rows = list[list[Any]]
# An outcome: reported, computed, verdict, and what its sentence needs besides.
Outcome = tuple[float, float, str, dict[str, Any]]
WORDS = ("problem", "root_cause", "measure", "evidence")
# What a measure says of numbers and directions is what is wanted, not what is.
_STATED = {"measure": ("rank", "overall", "effect")}
_TABLES_OF_CAUSES = {"complaints.causes": "cause", "ftf.technicians": "rework_cause"}
_SAME = 1e-9


def judge(claim: Claim, facts: Facts) -> Outcome | None:
    """What the facts say of a claim; None where they say nothing.

    A claim that may be about several figures is wrong only where it is wrong of each that is known.
    """
    if claim.kind == "overall":
        return _overall(facts)
    if claim.kind == "effect":
        return _effect(claim, facts)
    found = []
    for subject in claim.subjects:
        for name in subject.names:
            outcome = _one(claim, subject.family, name, facts)
            if outcome is not None:
                found.append(outcome)
    right = [o for o in found if o[2] != "inconsistent"]
    return next(iter(right or found), None)


def _one(claim: Claim, family: str, name: str, facts: Facts) -> Outcome | None:
    now, before = (values.get(family, {}).get(name) for values in (facts.now, facts.before))
    detail = {"kind": claim.kind, "family": family, "name": name, "previous": claim.previous}
    if family == "figure":
        detail["figure"] = name
    if claim.kind == "rank":
        return _rank(claim, family, name, facts, detail)
    if claim.kind == "number":
        return _number(claim, family, name, before if claim.previous else now, facts, detail)
    if now is None or before is None:
        return None
    if claim.kind == "flat":
        printed_as = [_as_printed(family, name, v) for v in (before, now)]
        near = abs(now - before) <= max(abs(before) * 0.02, 0.002 if _is_rate(family, name) else 0.2)
        same = printed_as[0] == printed_as[1] or near
        return before, now, "consistent" if same else "inconsistent", detail
    rises = claim.word == "up" or (claim.word in ("better", "worse") and _better(family, name, claim.word))
    if claim.word in ("better", "worse") and family == "figure" and FIGURES[name].better is None:
        return None
    detail["rises"] = rises
    if claim.kind == "direction":
        right = now > before + _SAME if rises else now < before - _SAME
        return before, now, "consistent" if right else "inconsistent", detail
    return _change(claim, family, name, before, now, detail)


def _better(family: str, name: str, word: str) -> bool:
    """Whether better, or worse, means a greater number."""
    up = FIGURES[name].better == "up" if family == "figure" else family in SCORES
    return up is (word == "better")


def _is_rate(family: str, name: str) -> bool:
    return family == "figure" and FIGURES[name].unit == "rate"


def _as_printed(family: str, name: str, value: float) -> Decimal:
    """A value with the digits that the report prints."""
    digits = 1
    if family == "figure":
        digits = FIGURES[name].decimals + (2 if FIGURES[name].unit == "rate" else 0)
    elif family not in SCORES:
        digits = 0
    return round(exact(value), digits)


def _number(
    claim: Claim, family: str, name: str, value: float | None, facts: Facts, detail: dict[str, Any]
) -> Outcome | None:
    if value is None:
        return None
    rate = _is_rate(family, name)
    wanted = [value]
    if claim.percent and not rate:
        wanted = list(facts.shares.get(family, {}).get(name, []))
        if not wanted:
            return None
        detail["share"] = True
    written = list(claim.value)
    if rate and not claim.percent:  # 预约率34.5
        if written[0].value <= 1:
            return None
        written = [Printed(w.value.scaleb(-2), w.decimals + 2) for w in written]
    right = any(_agrees(claim, w, family, name, v) for w in written for v in wanted)
    return (
        float(written[0].value),
        float(wanted[0]),
        "consistent" if right else "inconsistent",
        detail | {"bound": claim.bound},
    )


def _agrees(claim: Claim, written: Printed, family: str, name: str, value: float) -> bool:
    shown = _as_printed(family, name, value)
    if claim.bound:
        over = shown >= written.value if claim.bound == ">" else shown <= written.value
        return over or verdict(written.value, value, written.decimals) == "consistent"
    if claim.about:
        slack = max(abs(exact(value)) * Decimal("0.04"), half_unit(written.decimals))
        return abs(written.value - exact(value)) <= slack
    return "consistent" in (
        verdict(written.value, value, written.decimals),
        verdict(written.value, shown, written.decimals),
    )


def _change(
    claim: Claim, family: str, name: str, before: float, now: float, detail: dict[str, Any]
) -> Outcome | None:
    """``提高2.3个百分点``: the distance, or for anything but a rate the share by which it moved."""
    moves = [
        abs(now - before),
        abs(float(_as_printed(family, name, now) - _as_printed(family, name, before))),
    ]
    if claim.percent and not _is_rate(family, name):
        moves = []
    if claim.percent and before:
        moves.append(abs(now / before - 1))
    if not moves or (_is_rate(family, name) and not claim.percent and claim.value[0].value < 1):
        return None
    written = list(claim.value)
    if _is_rate(family, name) and not claim.percent:  # 提高1.5个点, 1.5
        written = [Printed(w.value.scaleb(-2), w.decimals + 2) for w in written]
    right = any(
        abs(w.value - exact(m)) <= half_unit(w.decimals) + (exact(m) * Decimal("0.1") if claim.about else 0)
        for w in written
        for m in moves
    )
    return float(written[0].value), moves[0], "consistent" if right else "inconsistent", detail


def _rank(claim: Claim, family: str, name: str, facts: Facts, detail: dict[str, Any]) -> Outcome | None:
    """An extreme: in a family of scores the least is the worst, of counts the greatest."""
    values = {k: float(_as_printed(family, k, v)) for k, v in facts.now.get(family, {}).items()}
    if family not in SCORES:
        values = dict.fromkeys(CODES[family], 0.0) | values if values else {}
    if name not in values or len(values) < 3:
        return None
    place = claim.place
    least = place in ("lowest", "weak") or (place == "worst" and family in SCORES)
    own = values[name]
    beyond = sum(v < own - _SAME if least else v > own + _SAME for v in values.values())
    first = (min if least else max)(values, key=values.__getitem__)
    others = len(values) - 1
    if place == "main":
        wrong = beyond >= max(3, others / 2)
    elif place == "weak":
        wrong = beyond / others >= 2 / 3
    else:
        wrong = beyond >= others / 2 if claim.among else beyond > 0
    detail |= {"first": first, "least": least, "beyond": beyond, "of": len(values)}
    return own, values[first], "inconsistent" if wrong else "consistent", detail


def _overall(facts: Facts) -> Outcome | None:
    """Satisfied on the whole: not while the disappointed outnumber the delighted."""
    of = facts.now.get("figure", {})
    if "css.delighted" not in of or "css.disappointed" not in of:
        return None
    delighted, disappointed = of["css.delighted"], of["css.disappointed"]
    outcome = "inconsistent" if disappointed > delighted else "consistent"
    return delighted, disappointed, outcome, {"kind": "overall"}


def _effect(claim: Claim, facts: Facts) -> Outcome | None:
    """An effect on a cause: not where its mentions fell because they were coded as another."""
    shift = facts.shift
    if not shift or not any(shift["falls"] in s.names for s in claim.subjects):
        return None
    detail = {"kind": "effect"} | {k: shift[k] for k in ("falls", "rises", "week", "fallen", "risen")}
    return float(shift["fallen"]), float(shift["risen"]), "inconsistent", detail


def of_report(
    sentences: Sequence[Mapping[str, Any]],
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    figures: Mapping[str, Printed],
) -> Rows:
    """The sentences of a report made by hand, against what it prints.

    Parameters
    ----------
    sentences
        ``text``, ``where`` it stands, and ``about``: the table it sums up.
    """
    if not sentences:
        return []
    facts = from_report(tables, figures)
    out: Rows = []
    for sentence in sentences:
        text, where = str(sentence["text"]), str(sentence.get("where", ""))
        for outcome in (*_blamed(text, str(sentence.get("about", "")), facts), *_judged(text, facts)):
            reported, computed, result, detail = outcome
            out.append(check("sentence", where, reported, computed, result, [text], detail))
    return out


def _judged(text: str, facts: Facts) -> Iterator[Outcome]:
    for claim in claims.read(text):
        if (outcome := judge(claim, facts)) is not None:
            yield outcome


def _blamed(text: str, table: str, facts: Facts) -> Iterator[Outcome]:
    """The causes that a text names: by their label, or by both halves of it, as in 更换配件 for 配件更换."""
    family = _TABLES_OF_CAUSES.get(table, "")
    counts = facts.now.get(family, {}) if family else {}
    if len(counts) < 2:
        return
    top = max(counts, key=counts.__getitem__)
    for code, count in counts.items():
        if code not in CODES[family]:
            continue
        zh, en = CODES[family][code]
        if zh in text or en.lower() in text.lower() or (len(zh) == 4 and zh[2:] + zh[:2] in text):
            outcome = "inconsistent" if count <= min(counts.values()) else "consistent"
            yield count, counts[top], outcome, {"cause": code, "top": top, "codes": family}


def of_records(tables: Tables, month: pd.Period, params: Params) -> Rows:
    """The params' remarks and the words of the actions, against the month's figures.

    Of the actions raised in the month every column is read, of those raised the month before what is given as
    evidence of their effect.
    """
    people = _people(tables)
    read = [
        (rule, subject, rows, detail, text, claim)
        for rule, subject, rows, detail, text in (*_remarks(params), *_actions(tables, month))
        for claim in claims.read(text, month.month, people)
        if claim.kind in _STATED.get(detail["column"], (claim.kind,))
    ]
    if not read:
        return []
    facts = from_records(tables, month, params)
    out: Rows = []
    for rule, subject, rows, detail, _, claim in read:
        if (outcome := judge(claim, facts)) is not None:
            reported, computed, result, more = outcome
            told = {**detail, "text": claim.quote, **more}
            out.append(check(rule, subject, reported, computed, result, rows, told))
    return out


_Text = tuple[str, str, list[str], dict[str, Any], str]


def _remarks(params: Params) -> Iterator[_Text]:
    for chapter, text in params.remarks.items():
        number = params.chapters.index(chapter) + 1 if chapter in params.chapters else 0
        yield "remark", f"remarks.{chapter}", [], {"column": "", "chapter": chapter, "number": number}, text


def _actions(tables: Tables, month: pd.Period) -> Iterator[_Text]:
    if tables.actions is None:
        return
    actions = tables.actions
    for when, columns in ((month, WORDS), (month - 1, ("evidence",))):
        for action in actions[actions["month"] == str(when)].to_dict("records"):
            for column in columns:
                if isinstance(text := action.get(column), str) and text:
                    key = str(action["action_id"])
                    yield "action_words", key, [key], {"column": column}, text


def _people(tables: Tables) -> frozenset[str]:
    """Names of advisors and technicians, of two characters at least."""
    found: set[str] = set()
    for frame, column in ((tables.repair_orders, "advisor"), (tables.jobs, "technician")):
        if frame is not None:
            found.update(n for n in frame[column].dropna().unique() if isinstance(n, str) and len(n) > 1)
    return frozenset(found)
