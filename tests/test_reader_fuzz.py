"""Whatever cells come in: tables come out, or an error that says what is wrong. For bytes: `test_fuzz`."""

from __future__ import annotations

import io

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersales.contract.errors import InputError
from aftersales.contract.schema import TABLES
from aftersales.sources.cached import cached_load
from aftersales.sources.options import ReadOptions

VIN = "LSVAA2180E2012345"
HEADS = ["工单号", "VIN", "客户类型", "开单时间", "结算金额", "服务顾问"]
ROW = ["R1", VIN, "私车", "2024-04-09", "100", "李强"]
FUZZ = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
HEAD = st.one_of(
    st.sampled_from([n for c in TABLES["repair_orders"].columns for n in (c.name, c.zh, *c.aliases)]),
    st.text(max_size=6),
)
TEXT = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [*ROW, "", "合计", "1,234", "#N/A", "2024/4/9", "4.5E+20", "null", "１２", "\u200b", "🚗", "1e999"]
    ),
)
CELL = st.one_of(
    TEXT,
    st.none(),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
)


@pytest.fixture(autouse=True)
def errors_are_whole_in_both_languages():
    """Not here: heads and cells are any text, and errors quote them."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "no" / "cache"))
    (tmp_path / "no").write_text("")  # nothing is kept
    (tmp_path / "exports").mkdir()
    return tmp_path / "exports"


def survives(folder, name: str, data: bytes) -> None:
    """It is read, or refused with a text that a person can act on."""
    for old in folder.iterdir():
        old.unlink()
    (folder / name).write_bytes(data)
    try:
        tables = cached_load(str(folder), None, ReadOptions(default_store="本店"))
    except InputError as error:
        told = str(error)
        assert "expected" in told or "Expected" in told or "name one with STORE" in told
        assert VIN not in told
    else:
        assert tables.repair_orders is not None
        assert set(tables.repair_orders.columns) >= set(TABLES["repair_orders"].names)


@FUZZ
@given(
    rows=st.lists(st.lists(TEXT, max_size=8), max_size=6),
    heads=st.lists(HEAD, max_size=8),
    known=st.booleans(),
    separator=st.sampled_from(",;\t|"),
    quoted=st.booleans(),
)
def test_texts(folder, rows, heads, known, separator, quoted):
    lines = [HEADS if known else heads, ROW, *rows]
    text = "\n".join(separator.join(f'"{c}"' if quoted else c for c in line) for line in lines)
    survives(folder, "repair_orders.csv", text.encode("utf-8", "surrogatepass"))


@FUZZ
@given(
    cells=st.lists(st.tuples(st.integers(1, 12), st.integers(1, 10), CELL), max_size=12),
    known=st.booleans(),
    merged=st.lists(
        st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(0, 3), st.integers(0, 3)), max_size=2
    ),
)
def test_sheets(folder, cells, known, merged):
    book = openpyxl.Workbook()
    for row in (HEADS, ROW) if known else ():
        book.active.append(row)
    for row, column, value in cells:
        try:
            book.active.cell(row, column).value = value
        except (ValueError, openpyxl.utils.exceptions.IllegalCharacterError):
            continue
    for top, left, down, right in merged:
        book.active.merge_cells(start_row=top, start_column=left, end_row=top + down, end_column=left + right)
    stream = io.BytesIO()
    try:
        book.save(stream)
    except (ValueError, OverflowError, TypeError):  # no workbook holds such a value
        return
    survives(folder, "repair_orders.xlsx", stream.getvalue())


COLUMN = st.one_of(
    st.lists(st.one_of(st.none(), st.text(max_size=8)), min_size=2, max_size=2).map(
        lambda v: pa.array(v, pa.string())
    ),
    st.lists(st.integers(-(2**60), 2**60), min_size=2, max_size=2).map(pa.array),
    st.lists(st.floats(), min_size=2, max_size=2).map(lambda v: pa.array(v, pa.float64())),
    st.lists(st.binary(max_size=6), min_size=2, max_size=2).map(pa.array),
    st.lists(st.lists(st.integers(0, 9), max_size=2), min_size=2, max_size=2).map(
        lambda v: pa.array(v, pa.list_(pa.int64()))
    ),
    st.lists(st.integers(-(2**62), 2**62), min_size=2, max_size=2).map(
        lambda v: pa.array(v, pa.timestamp("us"))
    ),
    st.lists(st.integers(-(2**40), 2**40), min_size=2, max_size=2).map(
        lambda v: pa.array(v, pa.timestamp("s", "UTC"))
    ),
    st.just(pa.array([True, None])),
    st.just(pa.nulls(2)),
    st.just(pa.array(np.array([1, 2], "timedelta64[s]"))),
    st.just(pa.array([{"a": 1}, None])),
)


@FUZZ
@given(
    columns=st.lists(COLUMN, min_size=1, max_size=6),
    heads=st.lists(HEAD, min_size=6, max_size=6, unique=True),
)
def test_columns(folder, columns, heads):
    stream = io.BytesIO()
    pq.write_table(pa.table(columns, names=heads[: len(columns)]), stream)
    survives(folder, "repair_orders.parquet", stream.getvalue())
