"""What a program shows of a workbook and its file does not hold so: taken right or refused, never empty."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from test_bad_input import XLS

from aftersales.contract.errors import InputError
from aftersales.sources.cached import cached_load
from aftersales.sources.options import ReadOptions

VIN = "LSVAA2180E20123"
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
RELATIONS = f'xmlns="{PACKAGE}/relationships"'
PARTS = {"worksheet": "worksheets/sheet1.xml", "styles": "styles.xml", "sharedStrings": "sharedStrings.xml"}
HEADS = ("工单号", "VIN", "客户类型", "开单时间", "结算金额", "服务顾问", "备注")
# Formats of numbers by style: 1 date, 2 twelve-hour time, 3 percent, 4 zeros in front, 5 letters in front.
FORMATS = (
    "yyyy\\-mm\\-dd\\ hh:mm",
    "[$-804]yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;\\ AM/PM\\ h:mm",
    "0.0%",
    "00000",
    "&quot;R&quot;0000",
)
STYLES = (
    f"<styleSheet {NS}><numFmts>"
    + "".join(f'<numFmt numFmtId="{164 + i}" formatCode="{code}"/>' for i, code in enumerate(FORMATS))
    + '</numFmts><cellXfs><xf numFmtId="0"/>'
    + "".join(f'<xf numFmtId="{164 + i}"/>' for i in range(len(FORMATS)))
    + "</cellXfs></styleSheet>"
)


def text(value: str) -> str:
    return f't="inlineStr"><is><t>{value}</t></is>'


def number(value: object, style: int = 0) -> str:
    return f's="{style}"><v>{value}</v>'


def row(n: int, *cells: str, more: str = "") -> str:
    """A row of a sheet: each cell is what stands behind `<c r="A1" `, "" where there is none."""
    return (
        f'<row r="{n}"{more}>'
        + "".join(f'<c r="{"ABCDEFG"[i]}{n}" {cell}</c>' for i, cell in enumerate(cells) if cell)
        + "</row>"
    )


def order(
    n: int, number_of: str = "", opened: str = number(45391.375, 1), *others: str, more: str = ""
) -> str:
    vin = text(f"{VIN}{n:02d}")
    return row(n, number_of or text(f"R{n}"), vin, text("私车"), opened, *others, more=more)


def book(*rows: str, workbook: str = "", shared: str = "") -> bytes:
    main = f'{RELATIONS}><Relationship Id="r0" Type="{REL}/officeDocument"'
    listed = "".join(
        f'<Relationship Id="r{i}" Type="{REL}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(PARTS.items())
    )
    cells = row(1, *map(text, HEADS)) + "".join(rows)
    sheets = '<sheets><sheet name="维修工单" sheetId="1" r:id="r0"/></sheets>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships {main} Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f"<Relationships {RELATIONS}>{listed}</Relationships>",
        "xl/workbook.xml": f'<workbook {NS} xmlns:r="{REL}">{workbook}{sheets}</workbook>',
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": f"<sst {NS}>{shared}</sst>",
        "xl/worksheets/sheet1.xml": f"<worksheet {NS}><sheetData>{cells}</sheetData></worksheet>",
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return stream.getvalue()


@pytest.fixture
def read(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))

    def tables(data: bytes, name: str = "维修工单.xlsx"):
        (tmp_path / "in").mkdir(exist_ok=True)
        Path(tmp_path / "in" / name).write_bytes(data)
        return cached_load(str(tmp_path / "in"), None, ReadOptions(default_store="本店", masked=False))

    return tables


def kinds(tables) -> dict[str, int]:
    return {one["kind"]: one["count"] for one in tables.repairs}


TWO = order(2), order(3)
NO_VALUE = ("><f>1+1</f>", "><f>1+1</f><v/>", "><f>1+1</f><v></v>", 't="str"><f>A1</f>')


@pytest.mark.parametrize("cell", NO_VALUE)
def test_a_formula_without_a_value_is_a_fault_where_it_is_read(read, cell):
    with pytest.raises(InputError) as error:
        read(book(*TWO, order(4, "", number(45391, 1), "", cell)))
    (fault,) = error.value.faults
    assert (fault.kind, fault.sheet, fault.row, fault.column) == ("formula", "维修工单", 4, "服务顾问")
    assert "Open it in Excel and save it" in str(fault)
    tables = read(book(*TWO, order(4, "", number(45391, 1), "", "", cell), row(5, *[""] * 6, cell)))
    assert len(tables.repair_orders) == 3
    assert tables.rows[0].rows == 3


def test_a_formula_that_is_all_of_a_row_is_a_record(read):
    with pytest.raises(InputError) as error:
        read(book(*TWO, row(4, *["><f>Sheet2!A1</f>"] * 4)))
    assert {f.column for f in error.value.faults if f.kind == "formula"} == set(HEADS[:4])


def test_a_zero_that_was_never_computed_is_none(read):
    zero, empty = "><f>1+1</f><v>0</v>", 't="str"><f>""</f><v></v>'
    frame = read(book(*TWO, order(4, "", number(45391, 1), zero, empty))).repair_orders
    assert frame["amount"].iloc[2] == 0
    assert frame["advisor"].isna().all()
    with pytest.raises(InputError, match="a formula without a value"):
        read(book(order(4, "", number(45391, 1), zero), workbook='<calcPr fullCalcOnLoad="1"/>'))


@pytest.mark.parametrize(
    "rows",
    [
        (*TWO, order(3).replace("R3", "R9")),
        (order(2).replace(text("R2"), text("R2") + '</c><c r="A2" ' + text("R9")),),
        (order(2), order(3).replace('r="A3"', 'r="A2"').replace('r="B3"', 'r="B2"')),
    ],
    ids=["a row twice", "a cell twice", "cells in another row"],
)
def test_nothing_is_lost_where_a_place_is_named_twice(read, rows):
    with pytest.raises(InputError) as error:
        read(book(*rows))
    assert {f.kind for f in error.value.faults} <= {"rows_lost", "unreadable", "empty_cell"}


def test_rows_without_numbers_and_blank_texts_are_no_loss(read):
    plain = "".join(TWO).replace(' r="', ' x="')
    assert len(read(book(plain)).repair_orders) == 2
    shared = "<si><t> </t></si><si><t/></si>"
    tables = read(book(*TWO, row(4, 't="s"><v>0</v>', 't="s"><v>1</v>', text(""), text(" ")), shared=shared))
    assert (len(tables.repair_orders), tables.rows[0].rows) == (2, 2)


def test_dates_since_1904_are_right(read):
    days = 'date1904="1"'
    tables = read(book(order(2, "", number(45391.5 - 1462, 1)), order(3, "", number(45391.5 - 1462)),
                       order(4, "", text("43929.5")), workbook=f"<workbookPr {days}/>"))  # fmt: skip
    assert set(tables.repair_orders["opened_at"]) == {pd.Timestamp("2024-04-09 12:00")}
    assert kinds(tables)["date_1904"] == 2


def test_numbers_are_what_is_shown_of_them(read):
    tables = read(
        book(order(2, number(12, 4), number(45391.75, 2)), order(3, number(7, 5)), order(4, number(10023)))
    )
    assert tables.repair_orders["order_id"].tolist() == ["00012", "R0007", "10023"]
    assert tables.repair_orders["opened_at"].iloc[0] == pd.Timestamp("2024-04-09 18:00")
    with pytest.raises(InputError, match=r"row 2, column 结算金额: got '85%'; expected a number"):
        read(book(order(2, "", number(45391, 1), number(0.85, 3))))


def test_texts_are_what_is_shown_of_them(read):
    shared = (
        "<si><r><t>李</t></r><r><rPr><b/></rPr><t>强</t></r></si>"
        '<si><t>王芳</t><rPh sb="0" eb="2"><t>ワンファン</t></rPh></si>'
    )
    rich = 't="inlineStr"><is><r><t>李</t></r><r><t>强</t></r></is>'
    at = number(45391, 1)
    names = ('t="s"><v>0</v>', 't="s"><v>1</v>', rich, 't="str"><f>A1</f><v>赵刚</v>')
    tables = read(book(*(order(n, "", at, "", name) for n, name in enumerate(names, 2)), shared=shared))
    assert tables.repair_orders["advisor"].tolist() == ["李强", "王芳", "李强", "赵刚"]
    with pytest.raises(InputError, match=r"column 服务顾问: got '#REF!'"):
        read(book(order(2, "", at, "", 't="e"><f>A0</f><v>#REF!</v>')))


def test_hidden_rows_are_read_and_told(read):
    tables = read(book(order(2), order(3, more=' hidden="1"'), order(4, more=' hidden="true"')))
    assert len(tables.repair_orders) == 3
    assert kinds(tables)["hidden_rows"] == 2


def old(*changes: tuple[bytes, bytes]) -> bytes:
    """A small .xls (工单号, 车架号, 客户类型, 开单时间, 结算金额) but for some of its records."""
    data = zlib.decompress(base64.b85decode(XLS))
    for record, other in changes:
        assert data.count(record) == 1
        data = data.replace(record, other)
    return data


def test_an_xls_is_taken_as_it_is_shown_too(read):
    opened = struct.pack("<HHHH", 0x203, 14, 2, 3)
    record = next(old()[at : at + 18] for at in [old().index(opened)])
    error = struct.pack("<HHHHHBBHHxx", 0x205, 8, 2, 3, 15, 0x2A, 1, 0x5D0, 2)
    with pytest.raises(InputError, match=r"row 3, column 开单时间: got '#N/A'"):
        read(old((record, error)), "维修工单.xls")
    day = struct.pack("<HHHHHd", 0x203, 14, 2, 3, 15, 45391.5 - 1462)
    since_1904 = struct.pack("<HHH", 0x22, 2, 0), struct.pack("<HHH", 0x22, 2, 1)
    frame = read(old((record, day), since_1904), "维修工单.xls").repair_orders
    assert frame["opened_at"].iloc[0] == pd.Timestamp("2024-04-09 12:00")
    row_3 = struct.pack("<HHH", 0x208, 16, 2)
    at = old().index(row_3)
    shown, hidden = old()[at : at + 20], bytearray(old()[at : at + 20])
    hidden[16] |= 0x20
    assert kinds(read(old((shown, bytes(hidden))), "维修工单.xls"))["hidden_rows"] == 1


def merged(rows: list[list[object]], cells: str) -> bytes:
    made = openpyxl.Workbook()
    for values in rows:
        made.active.append(values)
    made.active.merge_cells(cells)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def test_merged_cells_are_those_of_each_row_and_a_number_is_not(read):
    head = ["工单号", "VIN", "服务顾问", "备注", "客户类型", "开单时间", "结算金额"]
    rows = [
        ["R1", f"{VIN}01", "李强", None, "私车", "2024-04-09", 320],
        ["R2", f"{VIN}02", None, None, "私车", "2024-04-10"],
    ]
    assert read(merged([head, *rows], "C2:D3")).repair_orders["advisor"].tolist() == ["李强", "李强"]
    with pytest.raises(InputError, match=r"row 2, column 结算金额: got one number merged over several rows"):
        read(merged([head, *rows], "G2:G3"))
