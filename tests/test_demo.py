"""The demo store against the deck, counted here from the contract's definitions; the form of every store."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from aftersales import demo
from aftersales.contract.errors import InputError
from aftersales.contract.schema import CODES, MOT_ITEMS, TABLES

WEIGHTS = (0.10, 0.05, 0.15, 0.10, 0.05, 0.15, 0.05, 0.05, 0.20, 0.10)
PT_WEIGHTS = {"reception": 0.30, "work_order": 0.25, "waiting": 0.10, "handover": 0.30, "facilities": 0.05}


@pytest.fixture(scope="module")
def deck() -> dict[str, pd.DataFrame]:
    return demo.generate()


def rows(frame: pd.DataFrame, dated_by: str, month: str = "2024-04") -> list[dict]:
    """The rows of a month, as plain dicts."""
    dates = frame[dated_by]
    inside = dates == month if dates.dtype == "str" else dates.dt.strftime("%Y-%m") == month
    return frame[inside].to_dict("records")


def visit_months(tables: dict[str, pd.DataFrame]) -> dict[str, set[str]]:
    """The vehicles of each month."""
    months = defaultdict(set)
    orders = tables["repair_orders"]
    for vin, month in zip(orders.vin, orders.opened_at.dt.strftime("%Y-%m"), strict=True):
        months[month].add(vin)
    return months


# The figures below are typed from the slides, not from the package.


def test_slide_4_actions(deck):
    raised = rows(deck["actions"], "month", "2024-03")
    assert [a["problem"][:5] for a in raised] == ["无预约工位", *["服务顾问对"] * 4, "无控工看板"]
    measures = "增设二个 每日检查 对服务顾 服务顾问 根据满意 依辅导顾"
    assert [a["measure"][:4] for a in raised] == measures.split()
    owners = ["服务总监", "服务总监", "服务经理", "客户关爱总监", "服务总监", "服务总监"]
    assert [a["owner"] for a in raised] == owners
    assert [f"{a['due']:%m-%d}" for a in raised] == ["04-30"] * 5 + ["05-01"]
    proof = ["照片", "现场文件检查", "电子档、照片", "现场文件检查", "会议记录电子档案", "现场检查"]
    assert [a["evidence"] for a in raised] == proof
    now = Counter(a["department"] for a in rows(deck["actions"], "month"))
    assert set(now) == set(CODES["action_department"])
    assert max(now.values()) < 5


@pytest.mark.parametrize(
    ("month", "scope", "sample", "items", "mot", "css"),
    [
        ("2024-03", "store", 93, "99.4 100.6 100.2 103.2 103.2 98.1 100.6 100.2 99.8 89.9", 99.2, 103.5),
        ("2024-04", "store", 114, "98.9 103.2 101.8 102.5 102.5 95.8 103.2 103.5 100.0 92.3", 99.6, 98.5),
        ("2024-04", "branch", 5257, "97.4 97.9 97.5 97.2 98.3 94.6 99.1 98.3 96.9 92.3", 96.6, 97.3),
        ("2024-04", "national", 21689, "96.0 97.0 96.4 95.7 96.9 93.0 98.0 97.2 94.8 91.4", 95.1, 96.3),
    ],
)
def test_slide_7_scores(deck, month, scope, sample, items, mot, css):
    (row,) = [r for r in rows(deck["oem_css"], "month", month) if r["scope"] == scope]
    expected = [float(x) for x in items.split()]
    assert [row[item] for item in MOT_ITEMS] == expected
    assert (row["sample"], row["mot"], row["css"]) == (sample, mot, css)
    assert sum(w * x for w, x in zip(WEIGHTS, expected, strict=True)) == pytest.approx(mot, abs=0.0501)


def test_slide_8_mystery_visit(deck):
    scores, items = {}, Counter()
    for section in PT_WEIGHTS:
        here = [r for r in rows(deck["oem_pt"], "month") if r["section"] == section]
        items[section] = len(here)
        scores[section] = 100 * sum(r["points"] for r in here) / sum(r["max_points"] for r in here)
    assert dict(items) == {"reception": 8, "work_order": 3, "waiting": 4, "handover": 4, "facilities": 11}
    assert [round(scores[s], 2) for s in PT_WEIGHTS] == [37.5, 66.67, 100, 37.5, 100]
    assert sum(PT_WEIGHTS[s] * scores[s] for s in scores) == pytest.approx(54.17, abs=0.005)


def test_slide_11_calls(deck):
    calls = rows(deck["survey_calls"], "called_at")
    results = Counter(c["result"] for c in calls)
    assert (len(calls), results["valid"], results["unreachable"]) == (850, 700, 100)
    assert results["refused"] + results["invalid"] == 50
    valid = [c for c in calls if c["result"] == "valid"]
    assert sum(c["q1"] == 100 for c in valid) == 150
    assert sum(c["q1"] <= 60 for c in valid) == 300
    assert len(rows(deck["survey_calls"], "called_at", "2024-03")) == 800


def test_slide_14_advisors(deck):
    advisor_of = dict(zip(deck["repair_orders"].order_id, deck["repair_orders"].advisor, strict=True))
    orders = Counter(o["advisor"] for o in rows(deck["repair_orders"], "opened_at"))
    assert sorted(orders.values()) == [240, 251, 300, 348, 355]
    valid = [c for c in rows(deck["survey_calls"], "called_at") if c["result"] == "valid"]
    internal = Counter(advisor_of[c["order_id"]] for c in valid if isinstance(c["order_id"], str))
    external = {r["advisor"]: r for r in rows(deck["oem_css"], "month") if r["scope"] == "advisor"}
    assert set(orders) == set(internal) == set(external)
    found = sorted((orders[a], internal[a], external[a]["sample"], external[a]["mot"]) for a in orders)
    assert found == [
        (240, 89, 35, 80.6),
        (251, 45, 20, 83.5),
        (300, 65, 15, 83.2),
        (348, 102, 24, 82.4),
        (355, 220, 20, 85.1),
    ]
    busiest = external[max(orders, key=orders.get)]
    assert [busiest[i] for i in MOT_ITEMS] == [85.2, 88.4, 88.4, 85, 81.8, 85.2, 88.4, 85, 85, 81.8]


def test_slide_17_causes(deck):
    calls = {c["call_id"]: c for c in rows(deck["survey_calls"], "called_at")}
    weeks, named = defaultdict(lambda: [0, 0, 0, 0]), defaultdict(list)
    for g in deck["grievances"].to_dict("records"):
        if g["call_id"] in calls:
            weeks[g["cause"]][min((calls[g["call_id"]]["called_at"].day - 1) // 7, 3)] += 1
            named[g["call_id"]].append(g["cause"])
    assert dict(weeks) == {
        "quality": [67, 37, 56, 50],
        "other": [41, 22, 28, 45],
        "time": [29, 37, 30, 9],
        "cost": [30, 27, 30, 18],
        "parts": [17, 6, 5, 9],
        "attitude": [1, 4, 8, 6],
        "vehicle": [5, 0, 1, 0],
        "warranty": [3, 0, 0, 0],
    }
    assert set(named) == {i for i, c in calls.items() if c["q1"] <= 60}
    assert all(len(set(causes)) == len(causes) for causes in named.values())


def test_slide_21_technicians(deck):
    jobs, causes = Counter(), defaultdict(Counter)
    for job in rows(deck["jobs"], "finished_at"):
        jobs[job["technician"]] += 1
        if isinstance(job["rework_cause"], str):
            causes[job["technician"]][job["rework_cause"]] += 1
    not_fixed = {name: sum(causes[name].values()) for name in jobs}
    assert {name: (jobs[name], not_fixed[name]) for name in jobs} == {
        "高凯": (214, 1),
        "姚成家": (220, 5),
        "吴小海": (256, 6),
        "郑辉": (248, 4),
        "刘春宁": (222, 1),
        "随至伟": (153, 4),
        "刘伟": (237, 3),
        "刘健": (226, 7),
    }
    total = sum(causes.values(), Counter())
    # two single cases may stand in any of three columns of the slide: 8 + 1 + 6 are certain
    assert (total["shake"], total["incomplete"], total.total()) == (6, 8, 31)
    assert (total["skill"], total["parts"], total["noise"]) == (9, 1, 7)
    assert causes["刘健"] == {"shake": 3, "skill": 1, "parts": 1, "incomplete": 2}


def test_slide_26_archive_and_base(deck):
    visits, months = visit_months(deck), pd.period_range("2023-02", "2024-04", freq="M").astype(str)
    created = deck["customers"].created_at.dt.strftime("%Y-%m")
    archive = [int((created <= m).sum()) for m in months[-4:]]
    base = [len(set().union(*(visits[m] for m in months[i : i + 12]))) for i in range(4)]
    assert archive == [6800, 6950, 7123, 7349]
    assert base == [4100, 3950, 4267, 4356]


def test_slides_27_and_28_churn(deck):
    visits = visit_months(deck)
    cohort = visits["2023-10"]
    later = set().union(
        *(visits[m] for m in ("2023-11", "2023-12", "2024-01", "2024-02", "2024-03", "2024-04"))
    )
    lost = cohort - later
    latest = deck["repair_orders"].sort_values("opened_at").drop_duplicates("vin", keep="last")
    owner = dict(zip(latest.vin, latest.owner_type, strict=True))
    private = {vin for vin in lost if owner[vin] == "private"}
    assert (len(cohort), len(lost), len(lost - private), len(private)) == (1008, 276, 70, 206)

    last_call = {}
    for call in sorted(rows(deck["churn_calls"], "called_at"), key=lambda c: c["called_at"]):
        last_call[call["vin"]] = call
    assert private <= set(last_call)
    assert Counter(last_call[vin]["result"] for vin in private) == {
        "reached": 147,
        "powered_off": 3,
        "rejected": 6,
        "suspended": 4,
        "no_signal": 14,
        "no_answer": 18,
        "one_visit": 14,
    }
    reached = [last_call[vin] for vin in private if last_call[vin]["result"] == "reached"]
    assert Counter(call["reason"] for call in reached) == {
        "about_to_come": 27,
        "mileage_not_due": 28,
        "went_elsewhere": 34,
        "too_far": 11,
        "road_works": 36,
        "other_user": 11,
    }
    came = Counter(deck["repair_orders"].vin)
    once = [vin for vin in private if last_call[vin]["result"] == "one_visit"]
    assert all(came[vin] == 1 for vin in once)


def test_the_chapters_have_something_to_show(deck):
    complaints = rows(deck["complaints"], "received_at")
    assert 10 <= len(complaints) <= 16
    assert {c["status"] for c in complaints} == {"open", "closed"}
    told = deck["complaints"].description.str
    assert told.contains(r"1\d{10}").any()
    assert told.contains("LSV").any()
    share = {}
    for month in ("2022-04", "2024-04"):
        planned = rows(deck["bookings"], "planned_at", month)
        arrived = sum(b["status"] in ("on_time", "early", "late") for b in planned)
        share[month] = arrived / len(rows(deck["repair_orders"], "opened_at", month))
    assert share["2022-04"] < 0.28 < 0.33 < share["2024-04"] < 0.37
    rate = deck["jobs"].groupby(deck["jobs"].finished_at.dt.strftime("%Y-%m")).rework_cause.count()
    jobs = deck["jobs"].groupby(deck["jobs"].finished_at.dt.strftime("%Y-%m")).size()
    assert rate["2023-10"] / jobs["2023-10"] < rate["2023-09"] / jobs["2023-09"]  # slide 22
    visits = deck["repair_orders"].opened_at.dt.strftime("%Y-%m").value_counts()
    assert visits["2024-02"] < 0.8 * visits["2024-01"]  # Spring Festival


@pytest.fixture(scope="module", params=["deck", "small", "large", "short"])
def store(request, deck):
    """Stores of every kind."""
    if request.param == "deck":
        return deck
    choice = {
        "small": {"seed": 3, "technicians": 3},
        "large": {"seed": 4, "technicians": 40, "months": 14},
        "short": {"seed": None, "months": 2},
    }
    return demo.generate(**choice[request.param])


def test_tables_keep_the_contract(store):
    assert list(store) == list(TABLES)
    for table in TABLES.values():
        frame = store[table.name]
        assert list(frame.columns) == table.names, table.name
        assert len(frame), table.name
        assert frame.store.nunique() == 1
        for column in table.columns:
            values = frame[column.name]
            if column.required:
                assert values.notna().all(), column
            if column.codes:
                assert set(values.dropna()) <= set(CODES[column.codes]), column
            if column.minimum is not None:
                assert (values.dropna() >= column.minimum).all(), column
            if column.maximum is not None:
                assert (values.dropna() <= column.maximum).all(), column
        if table.key:
            assert not frame.duplicated(list(table.key)).any(), table.name
        for column, (other, key) in table.references.items():
            assert set(frame[column].dropna()) <= set(store[other][key]), (table.name, column)


def test_rows_make_sense(store):
    orders, calls, complaints = store["repair_orders"], store["survey_calls"], store["complaints"]
    end = orders.opened_at.dt.to_period("M").max().end_time
    assert not (orders.delivered_at < orders.opened_at).any()
    assert not (orders.promised_at < orders.opened_at).any()
    assert not (complaints.first_contact_at < complaints.received_at).any()
    assert not (complaints.closed_at < complaints.received_at).any()
    assert ((complaints.status == "closed") == complaints.closed_at.notna()).all()
    for table in TABLES.values():
        for column in table.columns:
            dates = store[table.name][column.name]
            if column.kind in ("datetime", "date") and column.name not in ("promised_at", "due"):
                assert not (dates > end).any(), (table.name, column.name)
    known = set(orders.order_id)
    assert all(set(store[t].order_id.dropna()) <= known for t in ("survey_calls", "bookings", "complaints"))
    assert calls.order_id.dropna().is_unique
    valid = calls[calls.result == "valid"]
    assert set(store["grievances"].call_id) <= set(valid.call_id[valid.q1 <= 60])
    assert calls[calls.result != "valid"].q1.isna().all()
    opened = store["jobs"].merge(orders, on="order_id")
    assert (opened.finished_at >= opened.opened_at).all()
    assert not (opened.finished_at > opened.delivered_at).any()
    first = orders.groupby("vin").opened_at.min().dt.normalize()
    assert (store["customers"].set_index("vin").created_at.reindex(first.index) <= first).all()
    mileage = orders[["vin", "opened_at", "mileage_km"]].dropna().sort_values(["vin", "opened_at"])
    assert (mileage.groupby("vin").mileage_km.diff().dropna() >= 0).all()
    done = store["actions"].status == "done"
    assert (done == store["actions"].done_at.notna()).all()
    vins = store["customers"].vin
    assert vins.str.fullmatch("[0-9A-HJ-NPR-Z]{17}").all()


def test_staff_of_three_and_of_forty():
    for staff in (3, 40):
        tables = demo.generate(7, months=2, technicians=staff)
        last = tables["jobs"][tables["jobs"].finished_at >= "2024-04-01"]
        assert last.technician.nunique() == staff


def test_a_seed_is_a_store():
    first, again, other = demo.generate(5, months=4), demo.generate(5, months=4), demo.generate(6, months=4)
    for name, frame in first.items():
        pd.testing.assert_frame_equal(frame, again[name])
        assert not frame.equals(other[name])
    assert first["oem_css"].store[0] != other["oem_css"].store[0]


def test_the_deck_store_is_always_the_same(deck):
    again = demo.generate()
    for name, frame in deck.items():
        pd.testing.assert_frame_equal(frame, again[name])


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_write(tmp_path: Path, form):
    told = []
    paths = demo.write(tmp_path / "out", stores=2, months=1, seed=None, format=form, progress=told.append)
    assert [p.name for p in paths] == [f"{t}.{form}" for t in TABLES]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(p.name for p in paths)
    assert len(told) == 2
    read = {
        "csv": pd.read_csv,
        "xlsx": partial(pd.read_excel, engine="calamine"),
        "parquet": pd.read_parquet,
    }[form]
    orders, bookings = read(tmp_path / f"out/repair_orders.{form}"), read(tmp_path / f"out/bookings.{form}")
    made = demo.generate(None, months=1)
    mine = orders[orders.store == "示范店"].reset_index(drop=True)
    assert orders.store.nunique() == 2
    assert mine.order_id.tolist() == made["repair_orders"].order_id.tolist()
    assert pd.to_datetime(mine.opened_at).astype("datetime64[us]").equals(made["repair_orders"].opened_at)
    assert mine.amount.tolist() == made["repair_orders"].amount.tolist()
    assert set(bookings.proactive) == ({True, False} if form == "parquet" else {"是", "否"})


def test_bad_calls_are_told():
    with pytest.raises(InputError, match="months"):
        demo.generate(months=0)
    with pytest.raises(InputError, match="seed"):
        demo.generate(-1)
