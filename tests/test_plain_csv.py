"""Files that are read by column give what the other reader gives: tables, faults, repairs, rows left out."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from aftersales import demo
from aftersales.contract.errors import InputError
from aftersales.contract.schema import TABLES, Column
from aftersales.sources.cells import in_bulk, values
from aftersales.sources.cells.coerce import typed
from aftersales.sources.readers import csv, plain
from aftersales.sources.readers.names import named

CASES = sorted((Path(__file__).parent / "cases").rglob("*.csv"))


def outcome(data: bytes, name: str, monkeypatch: pytest.MonkeyPatch, least: float) -> tuple:
    """All that a reading gives, and whether it was by column."""
    monkeypatch.setattr(plain, "LEAST", least)
    try:
        raw = csv.table(data, name, "a.csv", {})
    except InputError as error:
        return False, error.faults
    by_column = not isinstance(raw.cells[0], np.ndarray)
    cells = [np.asarray(c).tolist() for c in raw.cells]
    about = (raw.headers, raw.rows.tolist(), raw.header_row, raw.count, raw.left_out, cells)
    frame, faults, notes, headers = typed(raw, {})
    return by_column, about, frame, faults, notes, headers, raw.repairs


def same(data: bytes, name: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Hold the two readings against each other; whether the one was by column."""
    by_column, *one = outcome(data, name, monkeypatch, 0)
    other_by_column, *other = outcome(data, name, monkeypatch, float("inf"))
    assert not other_by_column
    for a, b in zip(one, other, strict=True):
        if isinstance(a, pd.DataFrame):
            pd.testing.assert_frame_equal(a, b)
        else:
            assert a == b
    return by_column


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The lines of each file of a made-up store of one month."""
    folder = tmp_path_factory.mktemp("plain")
    demo.write(folder, months=1, seed=3)
    return {t: (folder / f"{t}.csv").read_text("utf-8-sig").splitlines() for t in TABLES}


def test_every_small_case_reads_the_same(monkeypatch):
    tables = [(file, named(file.stem, {})) for file in CASES]
    read = [same(file.read_bytes(), name.table, monkeypatch) for file, name in tables if name]
    assert len(read) > 25
    assert sum(read) > 15  # and these were read by column


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
@pytest.mark.parametrize("table", TABLES)
def test_a_made_up_store_is_read_by_column(store, table, end, monkeypatch):
    lines = store[table][:400]
    data = (end or "\n").join(lines).encode("utf-8-sig") + end.encode()
    assert same(data, table, monkeypatch)
    heads = ",".join(f'"{head}"' for head in lines[0].split(","))
    assert same("\n".join([heads, *lines[1:]]).encode(), table, monkeypatch)


# fmt: off
DIRT = (
    '"', '""', ',', '\n', '\r', '\r\n', ' ', '\u3000', '\u2028', '\x1f', '合计', 'Total', '-', 'NULL', '１２',
    '2024-02-30', '2024/4/9 9:30', '45391', '1,234.5', '="001"', "'5", '1e5', '12.0', '车主说"好",走了', '\t',
    '\ufeff', '；', 'é', '', ',,,,,,,,,,,,', '工单号,VIN', '示例', '无', '\x00', '2024-04-09 24:00', '9' * 17,
)
# fmt: on


@pytest.mark.parametrize("seed", range(60))
def test_what_is_out_of_order_is_read_the_same(store, seed, monkeypatch):
    chance = random.Random(seed)
    table = chance.choice([t for t in TABLES if len(store[t]) > 5])
    lines = [store[table][0], *chance.sample(store[table][1:], min(25, len(store[table]) - 1))]
    if chance.random() < 0.5:
        lines = [line.replace('"', "") for line in lines]
    text = "\n".join(lines) + chance.choice(["", "\n", "\n\n"])
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice(DIRT) + text[at + chance.choice((0, 0, 1, 4)) :]
    same(text.encode(chance.choice(("utf-8", "utf-8", "gb18030")), "replace"), table, monkeypatch)


@pytest.mark.parametrize(
    "column",
    [
        Column("a", "甲", "A"),
        Column("a_id", "甲", "A"),
        Column("advisor", "甲", "A"),
        Column("vin", "甲", "A", personal="vin"),
        Column("note", "甲", "A", personal="free_text"),
        Column("n", "甲", "A", "number"),
    ],
    ids=lambda c: f"{c.name} {c.kind}",
)
def test_what_is_tidy_is_so_by_either_way(column):
    chance = random.Random(7)
    letters = "0123456789abzAZ 一龥鿿·，。（）-.+eE_~!\u3000\u200b\n\t１é'\"=/\\N"
    texts = ["".join(chance.choices(letters, k=chance.randint(1, 6))) for _ in range(20_000)]
    texts += ["NULL", "nan", "-", "1.0", "1e+5", "1.5e+12", "12.0\n", "123456789012345.5"]
    tidy = values.tidy(column)
    assert values.all_tidy(pa.array(texts), column).tolist() == [tidy(t) for t in texts]


def test_moments_and_numbers_in_bulk_are_those_of_one_by_one():
    texts = ["2024-04-09", "2024-04-09 14:30", "2024-04-09T14:30:05.25", "1979-12-31", "2100-12-31 23:59"]
    for kind in ("date", "datetime"):
        column = Column("d", "日", "D", kind)
        known, found = in_bulk.read(pa.array(texts), column)
        assert known.tolist() == [True, True, True, False, True]
        moments = [pd.Timestamp(t) for t in np.array(texts)[known]]
        assert found[known].tolist() == [m if kind == "datetime" else m.normalize() for m in moments]
        known, _ = in_bulk.read(pa.array(["2024-02-30", "2024-02-29"]), column)
        assert known.tolist() == [False, True]
    known, found = in_bulk.read(pa.array(["0.1", "-12", "1e3", "3"]), Column("n", "数", "N", "number"))
    assert known.tolist() == [True, True, False, True]
    assert found[known].tolist() == [0.1, -12, 3]
    known, _ = in_bulk.read(pa.array(["1", "2.5"]), Column("n", "数", "N", "integer"))
    assert not known.any()
