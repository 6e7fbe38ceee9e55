"""Every row of a file is read, or left out with its number: nothing is lost on the way."""

from __future__ import annotations

import io
import random

import openpyxl
import pandas as pd
import pytest

from aftersales.contract.errors import InputError
from aftersales.sources import corrections
from aftersales.sources.cached import cached_load
from aftersales.sources.options import ReadOptions
from aftersales.sources.readers import lines

VIN = "LSVAA2180E2"
HEADS = ["工单号", "VIN", "客户类型", "开单时间", "服务顾问", "备注"]
OTHERS = {
    "repeated_header": HEADS,
    "totals_row": ["合计", "", "", "", "9", ""],
    "foot_row": ["共9条记录", "", "", "", "", ""],
    "": [""] * 6,
}


@pytest.fixture
def read(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))
    (tmp_path / "in").mkdir()

    def tables(files: dict[str, bytes], **options):
        for name, data in files.items():
            (tmp_path / "in" / name).write_bytes(data)
        return cached_load(
            str(tmp_path / "in"), None, ReadOptions(default_store="本店", masked=False, **options)
        )

    return tables


def record(n: int, note: str = "") -> list[str]:
    return [f"R{n}", f"{VIN}{n:06d}", "私车", "2024-04-09 09:00", "李强", note]


def xlsx(rows: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    for values in rows:
        book.active.append([v or None for v in values])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def csv(rows: list[list[str]], separator: str) -> bytes:
    quoted = [[f'"{v}"' if separator in v or "\n" in v else v for v in row] for row in rows]
    return "".join(separator.join(row) + "\n" for row in quoted).encode()


@pytest.mark.parametrize("seed", range(12))
def test_what_is_no_record_is_listed_and_all_else_is_read(read, seed):
    random.seed(seed)
    titles = [["某某4S店", "", "", "", "", ""]] * random.randint(0, 1)
    kinds = [random.choice(["record"] * 6 + list(OTHERS)) for _ in range(60)]
    notes = ["", "两行\n文字", "逗号,;\t|都有", "他说“好”"]
    rows = [record(n, random.choice(notes)) if k == "record" else OTHERS[k] for n, k in enumerate(kinds)]
    form = random.choice(["xlsx", ",", ";", "\t"])
    made = [*titles, HEADS, *rows]
    files = {"维修工单.xlsx": xlsx(made)} if form == "xlsx" else {"维修工单.csv": csv(made, form)}
    tables = read(files)
    (count,) = tables.rows
    first = len(titles) + 2
    assert count.read == len(tables.repair_orders) == kinds.count("record")
    assert count.rows == len(titles) + sum(kind != "" for kind in kinds)
    assert count.missing == 0
    expected = {k: [first + i for i, kind in enumerate(kinds) if kind == k] for k in OTHERS if k}
    expected["title_rows"] = [1] * len(titles)
    assert {part.kind: list(part.rows) for part in count.left_out} == {k: v for k, v in expected.items() if v}


def test_a_reading_that_loses_a_row_is_refused(read, monkeypatch):
    rows = [HEADS, *(record(n) for n in range(5))]
    counted = lines.counted

    def one_more(text, *args, **kwargs):
        found = counted(text, *args, **kwargs)
        found.filled[-1] = False
        return found

    monkeypatch.setattr(lines, "counted", one_more)
    with pytest.raises(InputError, match=r"got 5 rows read and 0 left out; expected the 4 rows of the file"):
        read({"维修工单.csv": csv(rows, ",")})


def test_rows_that_a_correction_drops_or_two_files_have_are_left_out(read, tmp_path):
    text = "- {table: 维修工单, match: {工单号: R1}, drop: true, reason: 测试单, reported_by: 王经理}"
    (tmp_path / "corrections.yml").write_text(text, encoding="utf-8")
    first, second = ([HEADS, *(record(n) for n in of)] for of in (range(4), range(2, 8)))
    files = {"维修工单2024年3月.csv": csv(first, ","), "维修工单2024年4月.csv": csv(second, ",")}
    tables = read(files, corrections=corrections.load(tmp_path))
    assert [(c.rows, c.read, [(p.kind, list(p.rows)) for p in c.left_out]) for c in tables.rows] == [
        (4, 3, [("corrected", [3])]),
        (6, 4, [("overlap", [2, 3])]),
    ]
    assert len(tables.repair_orders) == 7


def test_rows_of_parquet_and_databases_are_counted_apart_too(read, tmp_path):
    import sqlite3

    frame = pd.DataFrame([record(n) for n in range(5)], columns=HEADS)
    stream = io.BytesIO()
    frame.to_parquet(stream)
    assert [(c.rows, c.read) for c in read({"维修工单.parquet": stream.getvalue()}).rows] == [(5, 5)]
    with sqlite3.connect(tmp_path / "dms.db") as connection:
        frame.to_sql("维修工单", connection, index=False)
    tables = cached_load(f"sqlite:///{tmp_path}/dms.db", None, ReadOptions(default_store="本店"))
    assert [(c.rows, c.read) for c in tables.rows] == [(5, 5)]


def test_lines_that_excel_ends_early_are_whole_blocks_of_sixteen(read):
    """Excel leaves out the separators of cells that are empty in sixteen lines, counted from the first."""
    rows = [",".join(HEADS), *(",".join(record(n)) for n in range(1, 40))]
    short = [line if i < 16 else line.removesuffix(",") for i, line in enumerate(rows)]
    tables = read({"维修工单.csv": "\n".join(short).encode() + b"\n"})
    assert len(tables.repair_orders) == 39
    assert [(r["kind"], r["count"]) for r in tables.repairs] == [("short_rows", 24)]
    short[20] = rows[20]
    with pytest.raises(InputError) as error:
        read({"维修工单.csv": "\n".join(short).encode() + b"\n"})
    assert {f.row for f in error.value.faults} == {*range(17, 33)} - {21}
