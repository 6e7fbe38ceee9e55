"""Known errors of a source: corrected as it is read, listed in the notes, an error if they match nothing."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from aftersales.contract.errors import InputError
from aftersales.contract.tables import Tables
from aftersales.sources import corrections
from aftersales.sources.cached import cached_load
from aftersales.sources.options import ReadOptions

VIN = "LSVAA2180E2012345"
ORDERS = (
    "门店,工单号,VIN,客户类型,开单时间,结算金额,服务顾问\n"
    f"甲,R1,{VIN},私车,2024-04-09,100,李强\n"
    f"甲,R2,{VIN},公车,2042-04-10,-5,李 强\n"
    f"甲,R3,{VIN},私车,2024-13-01,7,王芳\n"
    f"甲,R3,{VIN},私车,2024-04-11,7,王芳\n"
)
FIXES = """
- table: 维修工单
  match: {工单号: R2}
  column: 开单时间
  value: 2024-04-10
  reason: 年份录错
  reported_by: 王经理
  status: 已报DMS
- table: repair_orders
  match: {order_id: R2, amount: -5}
  column: amount
  value: 5
  reason: 冲红后重开
  reported_by: 王经理
- table: repair_orders
  match: {order_id: R3, opened_at: 2024-13-01}
  drop: true
  reason: 重复录入
  reported_by: 13812341234
- table: repair_orders
  match: {advisor: 李 强}
  column: advisor
  value: 李强
  reason: 姓名多一空格
  reported_by: 客服部
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def source(tmp_path) -> str:
    out = tmp_path / "exports"
    out.mkdir()
    (out / "repair_orders.csv").write_text(ORDERS, encoding="utf-8")
    return str(out)


def load(source: str, folder: Path, text: str, *part: str) -> Tables:
    (folder / corrections.FILE).write_text(text, encoding="utf-8")
    how = ReadOptions(default_store="甲", masked=False, corrections=corrections.load(folder))
    return cached_load(source, None, how, *part)


def told(source: str, folder: Path, text: str) -> str:
    with pytest.raises(InputError) as error:
        load(source, folder, text)
    return str(error.value)


def test_what_is_known_to_be_wrong_is_put_right_and_told(source, tmp_path):
    tables = load(source, tmp_path, FIXES)
    orders = tables.repair_orders
    assert orders["order_id"].tolist() == ["R1", "R2", "R3"]
    assert orders.loc[1, "opened_at"] == pd.Timestamp("2024-04-10")
    assert orders["amount"].tolist() == [100, 5, 7]
    assert orders["advisor"].tolist() == ["李强", "李强", "王芳"]
    found = [n for n in tables.notes if n.code.startswith("corrected")]
    notes = [str(n) for n in found]
    assert len(notes) == 4
    assert (
        notes[0]
        == "已更正维修工单（工单号='R2'）1行：开单时间改为'2024-04-10'；原因：年份录错（王经理，已报DMS）。"
    )
    assert "删除" in notes[2]
    assert "13812341234" not in notes[2]
    assert found[2].text("en").startswith("Corrected repair_orders (order_id=")
    assert found[0].text("en") == (
        "Corrected repair_orders (order_id='R2'), rows: 1, "
        "opened_at set to '2024-04-10'; reason: 年份录错 (王经理, 已报DMS)."
    )


def test_they_are_part_of_what_is_kept(source, tmp_path):
    with pytest.raises(InputError):
        load(source, tmp_path, "")
    assert len(load(source, tmp_path, FIXES).repair_orders) == 3
    assert load(source, tmp_path, FIXES.replace("value: 5", "value: 6")).repair_orders["amount"][1] == 6


def test_an_entry_that_matches_nothing_is_an_error(source, tmp_path):
    more = "- {table: jobs, match: {job_id: J1}, drop: true, reason: x, reported_by: y}\n"
    message = told(source, tmp_path, FIXES.replace("order_id: R3", "order_id: R9") + more)
    assert "corrections.yml, entry 3: got match order_id = 'R9'" in message
    assert "entry 5: got jobs" in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1", "expected a list of entries"),
        ("- 5", "entry 1: expected `key: value` lines"),
        ("- {tabel: jobs}", "unknown key tabel. Did you mean table?"),
        (
            "- {table: job, match: {a: 1}, reason: x, reported_by: y, drop: true}",
            "unknown table job. Did you mean jobs?",
        ),
        (
            "- {table: jobs, match: {job_nr: 1}, reason: x, reported_by: y, drop: true}",
            "no column job_nr. Did you mean job_id?",
        ),
        (
            "- {table: jobs, match: {job_id: 1}, reason: x, reported_by: y}",
            "either `column` and `value`, or `drop: true`",
        ),
        (
            "- {table: jobs, match: {job_id: 1}, reason: x, reported_by: y, column: job_id}",
            "either `column` and `value`",
        ),
        (
            "- {table: jobs, match: {job_id: 1}, reason: x, reported_by: y, drop: true, value: 1}",
            "either `column` and",
        ),
        (
            "- {table: jobs, match: {job_id: 1}, reason: x, reported_by: y, drop: maybe}",
            "drop: got 'maybe'; expected true or false",
        ),
        (
            "- {table: jobs, match: {job_id: [1]}, reason: x, reported_by: y, drop: true}",
            "expected one value",
        ),
        ("- {table: jobs, reason: x, reported_by: y, drop: true}", "match is missing"),
        ("- {table: jobs, match: {job_id: 1}, drop: true, reported_by: y}", "reason is missing"),
        ("- {table: jobs, match: {job_id: 1}, drop: true, reason: y}", "reported_by is missing"),
        ("- {", "not readable as YAML"),
    ],
)
def test_an_entry_that_is_none(source, tmp_path, text, message):
    assert message in told(source, tmp_path, text)


def test_of_a_database_the_rows_of_an_entry_are_read_whatever_month_they_are_of(source, tmp_path):
    url = f"sqlite:///{tmp_path}/dms.db"
    frame = pd.read_csv(Path(source) / "repair_orders.csv", dtype=str)
    other = frame.iloc[:1].assign(门店="乙", 工单号="R2", 服务顾问="李 强")
    pd.concat([frame, other]).to_sql("维修工单", sa.create_engine(url), index=False)
    tables = load(url, tmp_path, FIXES.replace("amount: -5", "amount: '-5'"), "2024-01", "2024-04")
    assert tables.repair_orders["order_id"].tolist() == ["R1", "R2", "R3"]
    assert tables.repair_orders["store"].unique().tolist() == ["甲"]
    with pytest.raises(InputError, match=r"entry 1: got match order_id = 'R8'"):
        load(url, tmp_path, FIXES.replace("工单号: R2", "工单号: R8"), "2024-01", "2024-04")
