"""The call list has the phones as they are, report and caches have none; it never lies among reports."""

import os
import shutil
import stat

import openpyxl
import pytest
from conftest import thinned

from aftersales import demo
from aftersales.cli import main


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A folder with eight months of a small store, and its tables."""
    frames = thinned(demo.generate(seed=3, months=8, store="甲店"), 3)
    frames["complaints"].loc[frames["complaints"].index[-1], "description"] = "=1+1"
    folder = tmp_path_factory.mktemp("calls")
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return folder, frames


@pytest.fixture
def store(source, tmp_path, monkeypatch):
    """A source, its customers' phones, and a cache of its own."""
    folder, frames = source
    shutil.copytree(folder, tmp_path / "in")
    (tmp_path / "inside").mkdir()
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path, frames


def written(root, *args):
    out = root / "inside" / "calls.xlsx"
    code = main(["call-list", "--month", "2024-04", "--source", str(root / "in"), "--out", str(out), *args])
    return code, openpyxl.load_workbook(out) if code == 0 else None


def test_the_list_is_unmasked_marked_and_for_its_owner_alone(store):
    root, frames = store
    code, book = written(root)
    assert code == 0
    assert not (root / "cache").exists()
    assert stat.S_IMODE(os.stat(root / "inside" / "calls.xlsx").st_mode) == 0o600
    assert book.sheetnames == ["流失客户", "未关闭投诉"]
    for sheet in book:
        assert "仅限店内使用" in sheet["A1"].value
        assert "仅限店内使用" in sheet.oddHeader.center.text
        assert "仅限店内使用" in sheet.oddFooter.left.text
    sheet = book["流失客户"]
    assert [c.value for c in sheet[4]][:5] == ["姓名", "电话", "车牌号", "VIN", "最近一次来店"]
    cards = frames["customers"].set_index("vin")
    rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=5)]
    assert rows
    for name, phone, plate, vin, *_ in rows:
        assert (name, phone, plate) == tuple(cards.loc[vin, ["name", "phone", "plate"]].astype(str))
    worth = [(row[6] or 0) * row[5] for row in rows]
    assert worth == sorted(worth, reverse=True)
    assert {c.data_type for row in sheet.iter_rows(min_row=5, max_col=4) for c in row} == {"s"}
    assert all(c.data_type != "f" for one in book for row in one.iter_rows() for c in row)


def test_report_and_cache_are_as_they_were(store):
    root, frames = store
    assert main(["check", "--month", "2024-04", "--source", str(root / "in")]) == 0  # fills the cache
    before = {p: p.read_bytes() for p in (root / "cache").rglob("*") if p.is_file()}
    assert before
    assert written(root)[0] == 0
    assert {p: p.read_bytes() for p in (root / "cache").rglob("*") if p.is_file()} == before
    phones = [str(p).encode() for p in frames["customers"]["phone"].dropna()]
    assert not any(phone in data for data in before.values() for phone in phones[:200])


def test_a_store_that_lost_nobody_gets_a_list_that_says_so(store):
    root, frames = store
    orders = frames["repair_orders"]
    kept = orders[orders["opened_at"].astype(str) >= "2024-03"]
    kept.to_csv(root / "in" / "repair_orders.csv", index=False)
    for name in ("customers", "complaints", "churn_calls", "jobs", "survey_calls", "grievances", "bookings"):
        (root / "in" / f"{name}.csv").unlink()
    code, book = written(root, "--lang", "en")
    assert code == 0
    assert [sheet["A5"].value for sheet in book] == [
        "There is no lost private customer to list.",
        "No complaint is open at the end of the month.",
    ]


@pytest.mark.parametrize(
    "place", ["output/x.xlsx", "elsewhere/2024-04/x.xlsx", "in/x.xlsx", "x.csv", "no/x.xlsx"]
)
def test_no_list_where_it_would_be_published_or_read(store, place, capsys):
    root, _ = store
    (root / "elsewhere" / "2024-04" / "甲店").mkdir(parents=True)
    (root / "elsewhere" / "2024-04" / "甲店" / "figures.json").write_text("{}")
    (root / "output").mkdir()
    code = main(["call-list", "--month", "2024-04", "--source", "in", "--out", place])
    assert code == 2
    assert "--out" in capsys.readouterr().err
    assert not (root / place).exists()
