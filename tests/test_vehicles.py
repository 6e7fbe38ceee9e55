"""What names a vehicle: the whole VIN, the end of one that a single vehicle has, and what is no VIN."""

import pandas as pd
import pytest
import sqlalchemy as sa

from aftersales import metrics
from aftersales.contract import params
from aftersales.contract.errors import InputError
from aftersales.sources.cached import cached_load
from aftersales.sources.options import ReadOptions

APRIL = pd.Period("2024-04")
PARAMS = params.load()
ORDERS = """工单号,VIN,客户类型,开单时间,服务顾问
R0,LSVZZ2180E2300003,私车,2019-03-01 09:00,李强
R1,LSVAA2180E2100001,私车,2023-10-10 09:00,李强
R2,LSVAA2180E2000002,私车,2023-10-11 09:00,李强
R3,LSVAA2180E2300003,私车,2023-10-12 09:00,王芳
R4,LSVAA2180E2000004,公车,2024-04-10 09:00,王芳
R5,LSVBB2180E2100001,私车,2024-05-02 09:00,王芳
"""


def written(folder, **tables):
    """Tables as CSV files of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def read(folder, **more):
    return cached_load(str(folder), None, ReadOptions(default_store="店"), **more)


def as_database(folder):
    """The same tables in a database and as Parquet, where only a part is read."""
    frames = {f.stem: pd.read_csv(f, dtype=str) for f in folder.glob("*.csv")}
    engine = sa.create_engine(f"sqlite:///{folder}/s.db")
    (folder / "parquet").mkdir()
    for name, frame in frames.items():
        frame.to_sql(name, engine, index=False)
        frame.to_parquet(folder / "parquet" / f"{name}.parquet")
    engine.dispose()
    return f"sqlite:///{folder}/s.db", str(folder / "parquet")


def reached(tables):
    figures = metrics.all_figures(tables, APRIL, PARAMS)
    return figures["churn.reached"], figures["churn.not_reached"]


@pytest.mark.parametrize(
    ("header", "first", "second"),
    [
        ("车架号后六位", "100001", "000002"),
        ("车架号后8位", "E2100001", "E2000002"),
        ("VIN后六位", "100001", "2"),  # Excel took the zeros off
        ("VIN 后８位", "ｅ2100001", " e2000 002 "),
        ("VIN", "100001", "E2000002"),
        ("车架号", "LSVAA2180E2100001", "2180e2000002"),
    ],
)
def test_the_end_of_a_vin_is_enough_where_one_vehicle_has_it(tmp_path, header, first, second):
    calls = f"{header},回访时间,回访结果\n{first},2024-04-15 10:00,成功\n{second},2024-04-16 10:00,关机\n"
    tables = read(written(tmp_path, repair_orders=ORDERS, churn_calls=calls))
    assert reached(tables) == (1, 1)
    (one,) = [r for r in tables.repairs if r["kind"] == "vin_tail"]
    assert one["count"] == 2 - (len(first) == 17)
    assert "LSV" not in one["example"]


def test_an_end_that_two_vehicles_have_is_told_and_not_matched(tmp_path):
    """One of them came years ago: a source that is read in part finds it, too."""
    calls = (
        "VIN,回访时间,回访结果\n300003,2024-04-15 10:00,成功\n100001,2024-04-16,成功\n无,2024-04-16,关机\n"
    )
    folder = written(tmp_path, repair_orders=ORDERS, churn_calls=calls)
    said = []
    for source in (folder, *as_database(folder)):
        tables = read(source, first="2022-01", last="2024-04")
        assert reached(tables) == (1, 0), source  # the other 100001 came in May
        (note,) = [n for n in tables.notes if n.code == "vin_tail_of_several"]
        said.append(str(note))
        assert "***********300003（2辆）" in said[-1]
        assert "LSV" not in said[-1]
    assert "第2行" in said[0]
    assert "2024-04-15" in said[1]


def test_an_archive_knows_vehicles_too_and_each_store_has_its_own(tmp_path):
    orders = "门店,工单号,VIN,客户类型,开单时间\n甲,R1,LSVAA2180E2100001,私车,2023-10-10 09:00\n"
    orders += "乙,R1,LSVBB2180E2100001,私车,2023-10-10 09:00\n"
    calls = "门店,VIN,回访时间,回访结果\n甲,100001,2024-04-15 10:00,成功\n乙,100001,2024-04-15 10:00,成功\n"
    cards = "门店,VIN,建档日期,客户类型\n乙,LSVCC2180E2100001,2023-01-01,私车\n"
    folder = written(tmp_path, repair_orders=orders, churn_calls=calls, customers=cards)
    options = ReadOptions(default_store="甲")
    one, other = (cached_load(str(folder), store, options) for store in ("甲", "乙"))
    assert (reached(one), reached(other)) == ((1, 0), (0, 0))
    assert not any(n.code == "vin_tail_of_several" for n in one.notes)
    assert any(n.code == "vin_tail_of_several" for n in other.notes)


@pytest.mark.parametrize("table", ["repair_orders", "customers"])
def test_where_vehicles_are_made_the_end_of_a_vin_is_refused(tmp_path, table):
    head = {"repair_orders": "工单号,车架号后六位,客户类型,开单时间\nR1,100001,私车,2024-04-01\n",
            "customers": "VIN后8位,建档日期,客户类型\nE2100001,2024-04-01,私车\n"}  # fmt: skip
    with pytest.raises(InputError) as error:
        read(written(tmp_path, **{"repair_orders": ORDERS, table: head[table]}))
    (fault,) = error.value.faults
    assert fault.kind == "missing_column"
    assert fault.column in ("车架号后六位", "VIN后8位")
    assert "17" in fault.expected.zh
    assert "whole VIN" in fault.expected.en
    assert fault.hint.zh


def test_what_is_no_vin_is_a_visit_and_no_vehicle(tmp_path):
    vins = ["无", "无", "0" * 17, "AB123", "LSVAA2180E200009", "ABC123"]
    more = "".join(f"R{n},{vin},私车,2024-04-20 09:00,王芳\n" for n, vin in enumerate(vins, 6))
    past = more.replace("R", "P").replace("2024-04-20", "2023-10-20")
    tables = read(written(tmp_path, repair_orders=ORDERS + more + past))
    figures = metrics.all_figures(tables, APRIL, PARAMS)
    assert (figures["volume.orders"], figures["volume.vehicles"]) == (7, 3)  # with R4: 16 and 6 characters
    assert (figures["churn.base"], figures["churn.cohort"]) == (6, 5)
    said = [n.text("zh") for n in metrics.remarks.of_month(tables, APRIL)]
    assert any("本月4张" in text and "R6" in text for text in said), said
    assert any("不是17位" in text and "R10" in text and "R11" in text for text in said), said
    assert not any("LSVAA" in text for text in said)
