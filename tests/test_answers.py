"""Questions in one call: a table that adds up, a sentence that claims no more than was tested, a chart."""

import pandas as pd
import pytest

from aftersales import comebacks, demo, explain, load, lost_customers, metrics, side_by_side, why
from aftersales.contract.errors import InputError
from aftersales.contract.tables import Tables
from aftersales.metrics import watched
from aftersales.signals import sentences

MONTH = pd.Period("2024-04")


@pytest.fixture(scope="module")
def store():
    """The built-in store as a notebook reads it."""
    return load("demo")


@pytest.fixture(scope="module")
def judged(store, settings):
    return watched.judged(store, MONTH, settings)


@pytest.fixture(scope="module")
def known(store, settings):
    """Every figure of both months."""
    return {m: metrics.all_figures(store, m, settings) for m in (MONTH, MONTH - 1)}


@pytest.mark.parametrize(
    ("figure", "by"),
    [
        ("css.disappointment_rate_valid", "advisor"),
        ("失望率（按有效回访）", "order_type"),
        ("ftf.rate", "technician"),
        ("complaints.per_1000_visits", "department"),
        ("booking.kept_rate", None),
        ("churn.rate", "owner_type"),
        ("delivery.rate", "advisor"),
    ],
)
def test_what_the_groups_add_is_the_whole_change(store, known, judged, figure, by):
    it = why(figure, store, "2024-04", by=by, against="2024年3月", lang="en")
    name = it.chart.payload["id"].removeprefix("why.")
    now, then = known[MONTH][name], known[MONTH - 1][name]
    assert it.table["change"].sum() == pytest.approx(now - then, abs=1e-9)
    assert (it.table["by_rate"] + it.table["by_mix"]).tolist() == pytest.approx(it.table["change"].tolist())
    if name != "complaints.per_1000_visits":
        assert it.table["cases"].sum() / it.table["of"].sum() == pytest.approx(now, abs=1e-12)
    found = sentences.changes(judged.findings, name, people=True)
    assert ("Signal" in it.sentence) == bool(found)
    assert ("No signal" in it.sentence) or ("nothing is concluded" in it.sentence) or found


def test_comebacks_are_the_returns_of_the_report_with_car_jobs_and_days(store, known):
    it = comebacks(store, MONTH, lang="en")
    assert len(it.table) == known[MONTH]["ftf.returned"]
    assert f"{known[MONTH]['ftf.return_orders']:,} repair and warranty orders" in it.sentence
    assert it.table["days"].between(1, 30).all()
    assert it.table["vin"].str.startswith("*").all()
    assert it.chart.data["value"].sum() == len(it.table)
    one = comebacks(store, MONTH, technician="高凯", lang="en")
    assert set(one.table["order_id"]) <= set(it.table["order_id"])
    assert one.table["technicians"].str.contains("高凯").all()
    assert "not beyond chance" in one.sentence
    fewer = comebacks(store, MONTH, return_days=14)
    assert len(fewer.table) < len(it.table)
    assert dict(fewer.definitions[["param", "origin"]].to_numpy()) == {
        "return_days": "argument",
        "return_km": "default.yml",
    }


def test_a_person_is_told_apart_only_by_the_test_that_names_people():
    """One technician's cars come back four times as often as the others'."""
    frames = demo.generate(seed=7, months=6)
    orders, jobs = frames["repair_orders"], frames["jobs"]
    month = orders["opened_at"].max().to_period("M")
    tables = Tables(store="店", repair_orders=orders, jobs=jobs)
    first, back = metrics.returns.orders(orders, month)
    repaired = first.merge(jobs[["order_id", "technician"]], on="order_id")
    assert (
        "No signal" in comebacks(tables, month, technician=repaired["technician"].iloc[0], lang="en").sentence
    )
    again = set(back["order_id"])
    swapped = jobs.assign(technician=jobs["technician"].where(~jobs["order_id"].isin(again), "某人"))
    some = first["order_id"].iloc[:40]
    swapped.loc[jobs["order_id"].isin(some), "technician"] = "某人"
    worse = Tables(store="店", repair_orders=orders, jobs=swapped)
    told = comebacks(worse, month, technician="某人", lang="en").sentence
    assert " Signal: " in told
    assert "of 某人: " in told


def test_lost_customers_are_those_of_the_report_by_what_they_paid(store, known):
    it = lost_customers(store, "4")
    assert len(it.table) == known[MONTH]["churn.to_call"]
    assert it.table["amount"].is_monotonic_decreasing
    by_reason = lost_customers(store, MONTH, by="reason")
    assert by_reason.table["customers"].sum() == len(it.table)
    assert by_reason.table["amount"].sum() == pytest.approx(it.table["amount"].sum())
    year = lost_customers(store, MONTH, churn_months=12, lang="en")
    assert "12 months" in year.sentence
    assert year.definitions.values.tolist() == [["churn_months", 12, "argument"]]
    assert len(year.table) == len(explain("churn.to_call", store, MONTH, churn_months=12).numerator)


def test_months_stand_side_by_side_as_their_reports_have_them(store, known):
    it = side_by_side(store, months=["2024年3月", 4], lang="en")
    for name, then, now in it.table.itertuples(index=False):
        assert (then, now) == (known[MONTH - 1][name], known[MONTH][name])
    assert "Signals in April 2024" in it.sentence
    quiet = side_by_side(store, months=[3, 4], figures=["complaints.per_1000_visits"], lang="en")
    assert "No signal" in quiet.sentence


def test_stores_stand_side_by_side_and_only_a_tested_difference_is_named(tmp_path):
    frames = demo.generate(seed=7, months=3)
    orders, jobs = (frames[name] for name in ("repair_orders", "jobs"))
    for name, frame in (("repair_orders", orders), ("jobs", jobs)):
        pd.concat([frame.assign(store="甲"), frame.assign(store="乙")]).to_csv(
            tmp_path / f"{name}.csv", index=False
        )
    it = side_by_side(stores=["甲", "乙"], source=str(tmp_path), lang="en")
    known = it.table.dropna()
    assert known["figure"].tolist()[:1] == ["ftf.rate"]
    assert known["甲"].tolist() == known["乙"].tolist() == pytest.approx(known["group"].tolist())
    assert "No rate of any store differs" in it.sentence
    bad = jobs.assign(store="乙", rework_cause=jobs["rework_cause"].where(jobs.index % 5 != 0, "skill"))
    pd.concat([jobs.assign(store="甲"), bad]).to_csv(tmp_path / "jobs.csv", index=False)
    worse = side_by_side(stores=["甲", "乙"], source=str(tmp_path), figures=["ftf.rate"], lang="en")
    assert "First-time-fix rate of 乙" in worse.sentence


def test_metrics_take_a_month_as_it_is_written(store):
    of = metrics.first_time_fix.figures
    assert of(store.jobs, "2024年4月") == of(store.jobs, month="2024-04") == of(store.jobs, MONTH)


def test_an_answer_shows_itself_and_what_people_wrote_is_text(deck):
    hostile = Tables(
        store="店",
        repair_orders=deck.repair_orders.assign(advisor="<b>x</b>"),
        survey_calls=deck.survey_calls,
    )
    it = why("css.valid_rate", hostile, "2024-04", by="advisor")
    html = it._repr_mimebundle_()["text/html"]
    assert "<svg" in html
    assert "<b>x" not in html
    assert it.sentence in repr(it)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda t: why("css.disappointment_rate_vald", t), "css.disappointment_rate_valid"),
        (lambda t: why("ftf.rate", t, by="advisr"), "Did you mean advisor"),
        (lambda t: why("ftf.rate", t, churn_months=12), "churn_months: no definition that bears on this"),
        (lambda t: comebacks(t, technician="高"), "Did you mean 高凯"),
        (lambda t: lost_customers(t, by="amuont"), "Did you mean amount"),
        (lambda t: lost_customers(t, churn_months=99), "expected a whole number from 1 to 60"),
        (lambda t: side_by_side(t, months=["2024-04"]), "two or more months"),
        (lambda t: side_by_side(t, months=[3, 4], figures=["ftf.rat"]), "Did you mean ftf.rate"),
        (lambda t: why("ftf.rate", t, against="2019-04"), "has records from"),
        (lambda t: explain("ftf.rate", t, "Apirl 2024"), "Did you mean April 2024"),
        (lambda t: t["repair_order"], "Did you mean repair_orders"),
        (lambda t: metrics.volume.figures(t.repair_orders, t.jobs, "2024-13"), "a month like 2024-04"),
        (lambda t: metrics.volume.figures(t.repair_orders, t.jobs, 4), "without its year"),
        (lambda t: explain("ftf.rate", t, lang="englsh"), "Did you mean en"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(store, ask, says):
    with pytest.raises(InputError) as told:
        ask(store)
    assert says in str(told.value)


def test_without_records_a_question_says_so(settings):
    orders = demo.generate(seed=7, months=2)["repair_orders"]
    bare = Tables(store="店", repair_orders=orders)
    month = orders["opened_at"].max().to_period("M")
    assert "nothing to take apart" in why("css.valid_rate", bare, month, lang="en").sentence
    few = Tables(store="店", repair_orders=orders[orders["order_type"] == "maintenance"])
    assert "no repair or warranty orders" in comebacks(few, month, lang="en").sentence
    assert "No private vehicle" in lost_customers(bare, month, lang="en").sentence
