"""Of few cases the report tells counts and no rate; of none it claims nothing (domain: small n)."""

import pandas as pd
import pytest
import small_store

from aftersales import findings, metrics
from aftersales.contract import params
from aftersales.contract.figures import judged
from aftersales.display import tables as show
from aftersales.metrics import watched
from aftersales.sources import pipeline
from aftersales.sources.options import ReadOptions

MONTH = pd.Period("2024-02")
PARAMS = params.load()


def found_in(tables):
    return watched.judged(tables, MONTH, PARAMS).findings


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = small_store.write(tmp_path_factory.mktemp("small"))
    return pipeline.read_all(str(folder), ReadOptions(default_store="店"))[0]["店"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_headlines_of_few_cases_have_counts_and_no_rate(tables, lang):
    t, p = tables, PARAMS
    f = metrics.all_figures(t, MONTH, p)
    bridge = metrics.churn.bridge(metrics.churn.lost_vehicles(t.repair_orders, t.churn_calls, MONTH), f)
    said = [
        findings.internal_css.headline(f, "calls", found_in(t), lang),
        findings.first_time_fix.headline(f, 0.98, found_in(t), lang),
        findings.bookings.headline(f, 0.35, found_in(t), lang),
        findings.churn.headline(f, bridge, MONTH, 6, found_in(t), lang),
        findings.complaints.causes(
            metrics.complaints.causes(t.grievances, t.survey_calls, MONTH), MONTH, found_in(t), lang
        )["title"],
    ]
    assert all("%" not in text for text in said), said
    assert all(any(c.isdigit() for c in text) for text in said[:4]), said


def test_a_rate_of_few_cases_is_not_judged(tables):
    key = metrics.summary.key_figures(tables, MONTH, PARAMS, found_in(tables)).set_index("figure")
    assert key.loc["ftf.rate", "n"] == 2
    assert key.loc[["ftf.rate", "booking.rate", "churn.private_rate"], "verdict"].isna().all()
    cards = {c["id"]: c for c in findings.summary.cards(key.reset_index(), [], "en")}
    assert (cards["ftf.rate"]["display"], cards["ftf.rate"]["status"]) == ("–", "none")
    assert cards["ftf.rate"]["status_text"] == "n = 2, too few for a rate"
    targets = metrics.top5.targets(metrics.all_figures(tables, MONTH, PARAMS), PARAMS).set_index("figure")
    assert targets.loc[["ftf.rate", "churn.private_rate", "css.valid_rate"], "verdict"].isna().all()
    assert judged({"ftf.rate": 0.5, "ftf.jobs": 10}, "ftf.rate") == 0.5


def test_a_small_sample_is_marked():
    figures = {"ftf.jobs": 20, "ftf.not_fixed": 1, "ftf.rate": 0.95}
    said = findings.first_time_fix.headline(figures, None)
    assert said == "20台次中1台未一次修复，一次维修合格率95.00%（样本小）。"


def test_tables_print_no_rate_of_few_cases(tables):
    jobs = metrics.first_time_fix.technicians(tables.jobs, MONTH)
    assert jobs["rate"].iloc[0] == 0.5
    assert "50.00" not in repr(
        show.technician_table(
            jobs[["technician", "jobs", "not_fixed", "rate", "low", "high"]], title="", lang="zh"
        )
    )
    advisors = metrics.internal_css.advisors(
        tables.repair_orders, tables.survey_calls, tables.oem_css, MONTH, PARAMS.weights
    )
    assert advisors["q1"].max() == 100
    assert "100.0" not in repr(show.advisor_table(advisors, title="", lang="zh"))


def test_nothing_is_claimed_of_a_month_without_a_score(tables):
    history = metrics.oem_css.history(tables.oem_css, MONTH + 1, PARAMS.weights)
    items = metrics.oem_css.items(tables.oem_css, MONTH + 1, PARAMS.weights)
    assert findings.oem_css.history(history, items, MONTH + 1)["title"] == "没有本店本月的MOT得分"


def test_without_calls_nobody_is_said_to_be_really_lost(tables):
    figures = metrics.churn.figures(tables.repair_orders, None, None, MONTH)
    lost = metrics.churn.lost_vehicles(tables.repair_orders, None, MONTH)
    said = findings.churn.headline(figures, metrics.churn.bridge(lost, figures), MONTH, 6)
    assert "真正流失" not in said
    assert "没有流失回访" in said


def test_a_base_of_short_records_says_so(tables):
    trend = metrics.churn.archive_trend(tables.customers, tables.repair_orders, MONTH)
    assert list(trend["short"]) == [False, False]
    young = tables.repair_orders[tables.repair_orders["opened_at"] >= "2023-08-01"]
    trend = metrics.churn.archive_trend(tables.customers, young, MONTH)
    assert "不足12个月" in findings.churn.archive(trend, MONTH, 12)["note"]
