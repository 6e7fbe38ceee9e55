"""The rows behind each figure of the catalogue, a function a chapter."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from aftersales.drill.parts import Parts
from aftersales.metrics import churn, complaints, internal_css, oem_css, review
from aftersales.metrics.periods import after, start, within
from aftersales.schema import ARRIVED, MOT_ITEMS, PT_SECTIONS

if TYPE_CHECKING:
    from aftersales.params import Params
    from aftersales.tables import Tables

Drills = dict[str, Parts]


def of_figure(name: str, tables: Tables, month: pd.Period, params: Params) -> Parts:
    """The rows behind a figure of `metrics.catalogue.FIGURES`."""
    return _CHAPTERS[name.split(".")[0]](tables, month, params)[name]


def in_month(frame: pd.DataFrame | None, month: pd.Period, dated_by: str) -> pd.DataFrame | None:
    """The rows of a table that are dated in a month."""
    return None if frame is None else frame[within(frame[dated_by], month)]


def _where(frame: pd.DataFrame | None, test: Callable[[pd.DataFrame], pd.Series]) -> pd.DataFrame | None:
    return None if frame is None else frame[test(frame)]


def _review(tables: Tables, month: pd.Period, params: Params) -> Drills:
    raised = None if tables.actions is None else review.actions(tables.actions, month)
    out = {"review.actions": Parts("count", raised)}
    for status in ("done", "in_progress", "not_started"):
        out[f"review.{status}"] = Parts(
            "count", None if raised is None else raised[raised["status"] == status]
        )
    late = None
    if raised is not None and tables.actions is not None:
        ended = tables.actions[tables.actions["done_at"] >= after(month)]
        late = raised[raised["action_id"].isin(ended["action_id"])]
    left = (
        {}
        if late is None
        else {("月末以后才完成，算进行中", "done after the end of the month, so in progress"): late}
    )
    done = out["review.done"].numerator
    out["review.done"] = Parts("count", done, excluded=left)
    out["review.completion_rate"] = Parts("share", done, raised, excluded=left)
    return out


def weighted(row: dict | None, weights: dict[str, float]) -> pd.DataFrame | None:
    """The ten items of one row of the agency's file: ``item``, ``weight``, ``score``, ``contribution``."""
    if row is None:
        return None
    frame = pd.DataFrame({"item": list(MOT_ITEMS), "weight": [weights[i] for i in MOT_ITEMS]})
    frame["score"] = pd.Series([row[i] for i in MOT_ITEMS], dtype=float)
    return frame.assign(contribution=frame["weight"] * frame["score"])


def _oem(tables: Tables, month: pd.Period, params: Params) -> Drills:
    def mot(when: pd.Period, scope: str) -> Parts:
        items = weighted(oem_css.row_of(tables.oem_css, when, scope), params.weights)
        return Parts("sum", items, column="contribution", params=("weights.",))

    css = tables.oem_css
    own = None if css is None else css[(css["month"] == str(month)) & (css["scope"] == "store")].head(1)
    return {
        "oem.sample": Parts("value", own, column="sample"),
        "oem.css": Parts("value", own, column="css"),
        "oem.mot": mot(month, "store"),
        "oem.mot_previous": mot(month - 1, "store"),
        "oem.mot_branch": mot(month, "branch"),
        "oem.mot_national": mot(month, "national"),
        "oem.pt_total": _mystery_visit(tables.oem_pt, month, params),
    }


def _mystery_visit(oem_pt: pd.DataFrame | None, month: pd.Period, params: Params) -> Parts:
    """Each item with what it adds to the total; a section without items makes the total unknown."""
    if oem_pt is None:
        return Parts("sum", None)
    now = oem_pt[oem_pt["month"] == str(month)]
    known = now[now["points"].notna()].copy()
    full = known["max_points"].fillna(1)
    weight = known["section"].map(params.pt_weights).astype(float)
    known["contribution"] = weight * 100 * known["points"] / full.groupby(known["section"]).transform("sum")
    scored = set(known.loc[full.groupby(known["section"]).transform("sum") > 0, "section"])
    whole = all(s in scored for s in PT_SECTIONS if params.pt_weights[s] > 0)
    left = {("不适用的检查项", "items that did not apply"): now[now["points"].isna()]}
    if not whole:
        known["contribution"] = float("nan")  # the total is unknown, its items are not
    return Parts("sum", known, column="contribution", excluded=left, params=("pt_weights.",))


def _css(tables: Tables, month: pd.Period, params: Params) -> Drills:
    calls = in_month(tables.survey_calls, month, "called_at")
    valid = _where(calls, lambda f: f["result"] == "valid")
    delighted = _where(valid, lambda f: f["q1"] == internal_css.DELIGHTED)
    disappointed = _where(valid, lambda f: f["q1"] <= internal_css.DISAPPOINTED)
    invalid = {} if calls is None else {
        ("未成功的回访（无法联系、拒访、无效）", "calls without an answer (unreachable, refused, invalid)"):
        calls[calls["result"] != "valid"],
    }  # fmt: skip
    silent = (
        {}
        if valid is None
        else {("有效但未答问题一", "valid, but question 1 not answered"): valid[valid["q1"].isna()]}
    )
    return {
        "css.calls": Parts("count", calls),
        "css.valid": Parts("count", valid, excluded=invalid),
        "css.delighted": Parts("count", delighted, excluded=invalid | silent),
        "css.disappointed": Parts("count", disappointed, excluded=invalid | silent),
        "css.unreachable": Parts("count", _where(calls, lambda f: f["result"] == "unreachable")),
        "css.valid_rate": Parts("share", valid, calls),
        "css.delight_rate_calls": Parts("share", delighted, calls, excluded=silent, params=("rate_base",)),
        "css.delight_rate_valid": Parts(
            "share", delighted, valid, excluded=invalid | silent, params=("rate_base",)
        ),
        "css.disappointment_rate_calls": Parts(
            "share", disappointed, calls, excluded=silent, params=("rate_base",)
        ),
        "css.disappointment_rate_valid": Parts(
            "share", disappointed, valid, excluded=invalid | silent, params=("rate_base",)
        ),
    }


def _complaints(tables: Tables, month: pd.Period, params: Params) -> Drills:
    t, hours = tables, ("promised_hours.",)
    known = t.grievances is not None and t.survey_calls is not None
    named = complaints.mentions(t.grievances, t.survey_calls, month) if known else None
    now = None if t.complaints is None else complaints.register(t.complaints, month, params.promised_hours)
    closed = _where(now, lambda f: f["status"] == "closed")
    open_ = _where(now, lambda f: f["status"] == "open")
    answered = _where(closed, lambda f: f["satisfied"].notna())
    still = {} if open_ is None else {("月末未关闭", "open at the end of the month"): open_}
    silent = (
        {}
        if closed is None
        else {("已关闭但没有答复", "closed without an answer"): closed[closed["satisfied"].isna()]}
    )
    waiting = {} if now is None else {("尚未联系", "not contacted yet"): now[now["first_contact_at"].isna()]}
    return {
        "complaints.mentions": Parts("count", named),
        "complaints.count": Parts("count", now),
        "complaints.open": Parts("count", open_),
        "complaints.closed_rate": Parts("share", closed, now, excluded=still),
        "complaints.hours_to_contact": Parts(
            "median", now, column="hours_to_contact", excluded=waiting, params=hours
        ),
        "complaints.hours_to_close": Parts(
            "median", closed, column="hours_to_close", excluded=still, params=hours
        ),
        "complaints.per_1000_visits": Parts("per_1000", now, in_month(t.repair_orders, month, "opened_at")),
        "complaints.satisfied_rate": Parts(
            "share",
            _where(answered, lambda f: f["satisfied"].astype(bool)),
            answered,
            excluded=still | silent,
        ),
    }


def _ftf(tables: Tables, month: pd.Period, params: Params) -> Drills:
    jobs = in_month(tables.jobs, month, "finished_at")
    bad = _where(jobs, lambda f: f["rework_cause"].notna())
    return {
        "ftf.jobs": Parts("count", jobs),
        "ftf.not_fixed": Parts("count", bad),
        "ftf.rate": Parts("one_minus_share", bad, jobs),
    }


def _booking(tables: Tables, month: pd.Period, params: Params) -> Drills:
    visits = in_month(tables.repair_orders, month, "opened_at")
    booked = in_month(tables.bookings, month, "planned_at")
    arrived = _where(booked, lambda f: f["status"].isin(ARRIVED))
    called = _where(booked, lambda f: f["proactive"].astype(bool))
    away = {} if booked is None else {
        ("预约了但没有进厂", "booked, but did not arrive"): booked[~booked["status"].isin(ARRIVED)]
    }  # fmt: skip
    return {
        "booking.visits": Parts("count", visits),
        "booking.booked": Parts("count", booked),
        "booking.arrived": Parts("count", arrived, excluded=away),
        "booking.rate": Parts("share", arrived, visits, excluded=away),
        "booking.kept_rate": Parts("share", arrived, booked, excluded=away),
        "booking.proactive_share": Parts("share", called, booked),
    }


def last_visits(repair_orders: pd.DataFrame | None, first: pd.Period, last: pd.Period) -> pd.DataFrame | None:
    """The vehicles that came in the months from `first` to `last`: the last order of each."""
    if repair_orders is None:
        return None
    opened = repair_orders["opened_at"]
    came = repair_orders[(opened >= start(first)) & (opened < after(last))]
    return came.sort_values(["opened_at", "order_id"], kind="stable").groupby("vin").tail(1)


def _churn(tables: Tables, month: pd.Period, params: Params) -> Drills:
    orders, then = tables.repair_orders, month - params.churn_months
    archive = _where(tables.customers, lambda f: f["created_at"] < after(month))
    base = last_visits(orders, month - params.base_months + 1, month)
    cohort = last_visits(orders, then, then)
    lost = None if orders is None else churn.cohort(orders, tables.churn_calls, month, params.churn_months)
    fleet = _where(lost, lambda f: f["owner_type"] != "private")
    private = _where(lost, lambda f: f["owner_type"] == "private")
    called = private if tables.churn_calls is not None else None
    reached = _where(called, lambda f: f["result"] == "reached")
    months = ("churn_months",)
    left = {} if fleet is None else {("公车，不回访", "fleet vehicles, not called"): fleet}
    back = (
        {}
        if cohort is None or lost is None
        else {("此后又来过", "back since"): cohort[~cohort["vin"].isin(lost["vin"])]}
    )
    silent = (
        {} if called is None else {("本月没有致电", "not called this month"): called[called["result"].isna()]}
    )

    def of(rows: pd.DataFrame | None, excluded: dict | None = None) -> Parts:
        return Parts("count", rows, excluded=excluded or {}, params=months)

    return {
        "churn.archive": Parts("count", archive),
        "churn.base": Parts("count", base, params=("base_months",)),
        "churn.cohort": of(cohort),
        "churn.lost": of(lost, back),
        "churn.rate": Parts("share", lost, cohort, excluded=back, params=months),
        "churn.fleet": of(fleet),
        "churn.to_call": of(private, left),
        "churn.reached": of(reached, left | silent),
        "churn.not_reached": of(
            _where(called, lambda f: f["result"].notna() & (f["result"] != "reached")), left | silent
        ),
        "churn.not_due": of(
            _where(reached, lambda f: f["reason"].isin(("about_to_come", "mileage_not_due"))), left | silent
        ),
        "churn.went_elsewhere": of(_where(reached, lambda f: f["reason"] == "went_elsewhere"), left | silent),
    }


def _volume(tables: Tables, month: pd.Period, params: Params) -> Drills:
    return {
        "volume.orders": Parts("count", in_month(tables.repair_orders, month, "opened_at")),
        "volume.vehicles": Parts("count", last_visits(tables.repair_orders, month, month)),
        "volume.jobs": Parts("count", in_month(tables.jobs, month, "finished_at")),
    }


_CHAPTERS: dict[str, Callable[[Tables, pd.Period, Params], Drills]] = {
    "review": _review,
    "oem": _oem,
    "css": _css,
    "complaints": _complaints,
    "ftf": _ftf,
    "booking": _booking,
    "churn": _churn,
    "volume": _volume,
}
