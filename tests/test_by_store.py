"""A store of a source of several is read as if the others were not there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from conftest import thinned

from aftersales import demo
from aftersales.contract import place
from aftersales.contract.errors import InputError
from aftersales.contract.schema import TABLES
from aftersales.sources import pipeline, shards
from aftersales.sources.cached import cached_load
from aftersales.sources.options import ReadOptions
from aftersales.sources.readers import csv

MONTHS = 8


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records of three stores in one folder."""
    folder = tmp_path_factory.mktemp("group")
    parts = [thinned(demo.generate(n, MONTHS, store=f"{name}店"), 12) for n, name in enumerate("东西南")]
    for table in parts[0]:
        pd.concat([part[table] for part in parts]).to_csv(folder / f"{table}.csv", index=False)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(pd.read_csv(folder / "repair_orders.csv", dtype=str)["store"].unique())


def same(one: object, other: object) -> None:
    for table in TABLES:
        mine, theirs = one[table], other[table]  # type: ignore[index]
        assert (mine is None) == (theirs is None), table
        if mine is not None:
            pd.testing.assert_frame_equal(mine, theirs)


def test_each_store_is_what_it_is_among_all(group: Path) -> None:
    among, named = pipeline.read_all(str(group), ReadOptions())
    assert named
    assert list(among) == names(group)
    for store, tables in among.items():
        alone, known, _ = pipeline.read_one(str(group), lambda _names, _named, s=store: s, ReadOptions())
        assert known == list(among)
        same(alone, tables)
        assert alone.archive == tables.archive


def test_what_is_wrong_with_one_store_stops_no_other(group: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(group, source)
    first, second, third = names(group)
    orders = pd.read_csv(source / "repair_orders.csv", dtype=str)
    row = orders.index[orders["store"] == second][5]
    orders.loc[row, "opened_at"] = "gestern"
    orders.to_csv(source / "repair_orders.csv", index=False)
    options = ReadOptions()
    for store in (first, third):
        same(cached_load(str(source), store, options), cached_load(str(group), store, options))
    with pytest.raises(InputError) as caught:
        cached_load(str(source), second, options)
    (fault,) = [f for f in caught.value.faults if f.kind == "bad_datetime"]
    assert fault.row == row + 2


def whole(folder: Path, store: str, into: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[object, object]:
    """A store's tables out of its shard, and out of the source itself."""
    options = ReadOptions()
    written = shards.split(str(folder), options, into)
    by_itself, names_of, _ = pipeline.read_one(str(folder), lambda *_: store, options)
    assert list(written.files) == names_of
    monkeypatch.setenv(place.STAND_IN, str(written.files[store]))
    monkeypatch.setattr(pipeline.reader, "whole", None)  # nothing but the shard is read
    of_shard, names_there, _ = pipeline.read_one(str(folder), lambda *_: store, options)
    assert names_there == names_of
    return of_shard, by_itself


def told(tables: object) -> list[object]:
    return [tables.notes, tables.repairs, tables.rows, tables.archive]  # type: ignore[attr-defined]


@pytest.mark.parametrize("piece", [None, 4_000])
def test_a_shard_has_what_the_source_has_of_a_store(
    group: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int | None
) -> None:
    """Files read whole, and large ones split a piece at a time."""
    pieces = 0
    if piece:
        monkeypatch.setattr(shards, "_LARGE", 1000)
        monkeypatch.setattr(csv, "_PIECE", piece)
        real = csv.pieces

        def counted(*args: object) -> object:
            nonlocal pieces
            for one in real(*args):  # type: ignore[arg-type]
                pieces += one is not None
                yield one

        monkeypatch.setattr(shards, "pieces", counted)
    of_shard, by_itself = whole(group, names(group)[1], tmp_path, monkeypatch)
    same(of_shard, by_itself)
    assert told(of_shard) == told(by_itself)
    assert (pieces > 100) == bool(piece)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


DIRTY = {
    "a total": lambda text: text + "合计,,,,,,,,,,,\n",
    "a repeated head": lambda text: text.replace("\n", "\n" + text.split("\n", 1)[0] + "\n", 2),
    "blank lines": lambda text: text.replace("\n", "\n\n", 5),
    "a title": lambda text: "维修工单 2024年4月\n" + text,
    "gb18030": lambda text: text.encode("gb18030"),
    "semicolons": lambda text: text.replace(",", ";"),
    "a line break in a cell": lambda text: text.replace("maintenance", '"main\ntenance"', 1),
}


@pytest.mark.parametrize("dirt", DIRTY)
def test_what_is_out_of_order_in_a_large_file_is_read_whole(
    group: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dirt: str
) -> None:
    source = tmp_path / "source"
    shutil.copytree(group, source)
    file = source / "repair_orders.csv"
    made = DIRTY[dirt](file.read_text(encoding="utf-8").replace('"', ""))
    file.write_bytes(made if isinstance(made, bytes) else made.encode())
    monkeypatch.setattr(shards, "_LARGE", 1000)
    monkeypatch.setattr(csv, "_PIECE", 50_000)
    into = tmp_path / "into"
    into.mkdir()
    options, store = ReadOptions(), names(group)[0]

    def outcome() -> object:
        try:
            tables, _, _ = pipeline.read_one(str(source), lambda *_: store, options)
        except InputError as error:
            return error.text("en")
        return [*told(tables), [tables[name] is not None and tables[name].to_csv() for name in TABLES]]

    by_itself = outcome()
    monkeypatch.setenv(place.STAND_IN, str(shards.split(str(source), options, into).files[store]))
    assert outcome() == by_itself


def test_a_workbook_of_several_stores_is_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dates, numbers, truth and formulas stay what they are in its cells."""
    orders = {
        "门店": ["甲", "乙", "甲", None],
        "工单号": ["R1", "R2", "R3", "R4"],
        "VIN": [f"LSVAA2180N20000{n}0" for n in range(4)],
        "客户类型": ["私车"] * 4,
        "开单时间": [pd.Timestamp("2024-04-09 14:30")] * 4,
        "结算金额": [100.5, 200, 300, None],
    }
    bookings = {
        "门店": ["甲", "乙"],
        "预约单号": ["B1", "B2"],
        "预约进厂时间": [pd.Timestamp("2024-04-09")] * 2,
        "主动预约": [True, False],
        "状态": ["准时", "取消"],
    }
    path = tmp_path / "甲乙.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame(orders).iloc[:3].to_excel(book, sheet_name="维修工单", index=False)
        pd.DataFrame(bookings).to_excel(book, sheet_name="预约登记", index=False)
    into = tmp_path / "into"
    into.mkdir()
    of_shard, by_itself = whole(path, "甲", into, monkeypatch)
    same(of_shard, by_itself)
    assert told(of_shard) == told(by_itself)
    assert list(of_shard.repair_orders["amount"]) == [100.5, 300]  # type: ignore[attr-defined]


def test_one_store_is_not_split(tmp_path: Path) -> None:
    demo.write(tmp_path / "one", stores=1, months=3)
    (tmp_path / "into").mkdir()
    with pytest.raises(shards.NotSplit):
        shards.split(str(tmp_path / "one"), ReadOptions(), tmp_path / "into")
