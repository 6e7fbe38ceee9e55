"""Reading a source: every form of a cell, a file and a store, and every fault reported with its place."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from aftersales import demo
from aftersales.cache import files as sealed
from aftersales.contract.errors import InputError
from aftersales.contract.notes import Note
from aftersales.contract.schema import CODES, MOT_ITEMS, TABLES
from aftersales.contract.tables import Tables
from aftersales.contract.trade import FLAG_WORDS, WORDS
from aftersales.contract.vehicles import USABLE
from aftersales.sources.cached import cached_load
from aftersales.sources.options import ReadOptions
from aftersales.sources.readers import csv as texts
from aftersales.sources.readers import excel as sheets

VIN = "LSVAA2180E2012345"
ORDERS = "工单号,VIN,客户类型,开单时间\n"
ORDER = f"R1,{VIN},私车,2024-04-09\n"
SMALL = {"repair_orders": ORDERS + ORDER}


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path) -> Callable[..., str]:
    """Writes tables as CSV files, gives the folder."""

    def write(tables: dict[str, str], encoding: str = "utf-8", end: str = "\n") -> str:
        out = tmp_path / "exports"
        out.mkdir(exist_ok=True)
        for name, text in tables.items():
            (out / f"{name}.csv").write_bytes(text.replace("\n", end).encode(encoding))
        return str(out)

    return write


def load(
    source: str, store: str | None = None, *, masked: bool = False, default: str = "本店", **aliases: str
) -> Tables:
    return cached_load(source, store, ReadOptions(aliases, default, masked))


def faults(source: str, **more) -> list:
    with pytest.raises(InputError) as error:
        load(source, **more)
    assert error.value.faults, error.value
    return error.value.faults


def said(source: str, store: str | None = None, **more) -> str:
    with pytest.raises(InputError) as error:
        load(source, store, **more)
    return str(error.value)


def book(path: Path, sheets: dict[str, list[list]]) -> str:
    import openpyxl

    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return str(path)


# What comes out


def test_typed_as_the_demo_is(folder):
    tables = load(folder(SMALL))
    made = demo.generate(months=2)
    frame = tables.repair_orders
    assert list(frame.columns) == [*TABLES["repair_orders"].names, USABLE]
    assert frame.drop(columns=USABLE).dtypes.to_dict() == made["repair_orders"].dtypes.to_dict()
    assert frame.loc[0, ["store", "order_id", "owner_type"]].tolist() == ["本店", "R1", "private"]
    assert frame.loc[0, "plate"] != frame.loc[0, "plate"]
    assert tables.jobs is None
    assert Note("absent_table", {"zh": "厂家CSS", "table": "oem_css"}) in tables.notes
    assert tables.source == "exports"
    assert not tables.synthetic


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_a_demo_store_written_is_read_the_same(tmp_path, form):
    demo.write(tmp_path / "src", stores=1, months=2, seed=7, format=form)
    tables = load(str(tmp_path / "src"))
    made = demo.generate(7000, 2, store=tables.store)
    for name, frame in made.items():
        for column in TABLES[name].columns:
            if column.default is not None:
                frame[column.name] = frame[column.name].fillna(column.default)
        pd.testing.assert_frame_equal(tables[name][list(frame.columns)], frame, obj=name)


def test_the_demo(tmp_path):
    tables = load("demo", masked=True)
    assert tables.synthetic
    assert Note("synthetic") in tables.notes
    assert {"mot_decimals", "item_decimals"} <= set(tables.oem_css.columns)
    assert tables.complaints.level.notna().all()
    assert tables.customers.phone.dropna().str.fullmatch(r"\d{3}\*{4}\d{4}").all()
    assert tables.repair_orders.vin.nunique() == demo.generate()["repair_orders"].vin.nunique()


# Cells


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2024-04-09", "2024-04-09"),
        ("2024-04-09 14:30", "2024-04-09 14:30"),
        ("2024-04-09T14:30:05", "2024-04-09 14:30:05"),
        ("2024/4/9", "2024-04-09"),
        ("2024/4/9 8:05", "2024-04-09 08:05"),
        ("2024年4月9日", "2024-04-09"),
        ("2024年4月9日 14:30", "2024-04-09 14:30"),
        ("2024年4月9日14:30", "2024-04-09 14:30"),
        (" ２０２４-04-09 ", "2024-04-09"),
        ("45391", "2024-04-09"),
        ("45391.5", "2024-04-09 12:00"),
    ],
)
def test_dates(folder, cell, moment):
    tables = load(folder({"repair_orders": f"{ORDERS}R1,{VIN},私车,{cell}\n"}))
    assert tables.repair_orders.opened_at[0] == pd.Timestamp(moment)


@pytest.mark.parametrize("cell", ["2024-13-01", "2024-02-30", "09/04/2024", "昨天", "2024", "12", "2024-04"])
def test_what_is_no_date(folder, cell):
    (fault,) = faults(folder({"repair_orders": f"{ORDERS}{ORDER}R2,{VIN},私车,{cell}\n"}))
    assert (fault.file, fault.row, fault.column) == ("repair_orders.csv", 3, "开单时间")
    assert cell in fault.got


@pytest.mark.parametrize("cell", ["2024-04", "2024/4", "2024年4月", "2024-04-30", "2024年4月1日"])
def test_months(folder, cell):
    css = f"月份,范围,成功样本量\n{cell},本店,9\n"
    assert load(folder({**SMALL, "oem_css": css})).oem_css.month[0] == "2024-04"


def test_a_month_that_excel_made_a_number_is_no_month(tmp_path):
    rows = [["月份", "范围", "成功样本量"], [2024.1, "本店", 9]]
    orders = [["工单号", "VIN", "客户类型", "开单时间"], ["R1", VIN, "私车", "2024-04-09"]]
    (fault,) = faults(book(tmp_path / "b.xlsx", {"维修工单": orders, "厂家CSS": rows}))
    assert (fault.sheet, fault.row, fault.column) == ("厂家CSS", 2, "月份")


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("private", "private"),
        ("私车", "private"),
        (" Private ", "private"),
        ("PRIVATE", "private"),
        ("公 车", "fleet"),
        ("单位", "fleet"),
        ("公司", "fleet"),
        ("个人", "private"),
    ],
)
def test_codes(folder, cell, code):
    tables = load(folder({"repair_orders": f"{ORDERS}R1,{VIN},{cell},2024-04-09\n"}))
    assert tables.repair_orders.owner_type[0] == code


def test_an_unknown_code_names_the_known_ones(folder):
    (fault,) = faults(folder({"repair_orders": f"{ORDERS}R1,{VIN},租赁,2024-04-09\n"}))
    assert "租赁" in fault.got
    assert "fleet" in str(fault.expected)


def test_numbers(folder):
    heads = ORDERS.strip() + ",结算金额,行驶里程\n"
    text = f'{heads}R1,{VIN},私车,2024-04-09,"1,234.50",１２３\nR2,{VIN},私车,2024-04-09,,12 345\n'
    (fault,) = faults(folder({"repair_orders": text}))
    assert (fault.row, fault.column) == (3, "行驶里程")
    frame = load(folder({"repair_orders": text.replace("12 345", "0")})).repair_orders
    assert frame.amount[0] == 1234.5
    assert frame.mileage_km.tolist() == [123, 0]
    assert frame.amount.isna().tolist() == [False, True]


def test_answers_flags_and_defaults(folder):
    tables = load(
        folder(
            {
                **SMALL,
                "survey_calls": "回访编号,回访时间,回访结果,问题一,问题二,问题三\n"
                "C1,2024-04-10,有效,非常满意, 87.5,\n"
                "C2,2024-04-10,有效,特别满意,不满意,0\n",
                "bookings": "预约单号,预约进厂时间,主动预约,状态\n"
                "B1,2024-04-09,是,准时\nB2,2024-04-09,否,No show\n",
                "complaints": "投诉编号,受理时间,级别,类别,责任部门,状态\nK1,2024-04-09,,质量,前台,处理中\n",
                "oem_pt": "月份,环节,检查项,得分\n2024-04,接收车辆,问候,0.5\n2024-04,接收车辆,寄语,\n",
            }
        )
    )
    assert tables.survey_calls.q1.tolist() == [100, 100]
    assert tables.survey_calls.q2.tolist() == [87.5, 40]
    assert tables.survey_calls.q3.isna().tolist() == [True, False]
    assert tables.bookings.proactive.tolist() == [True, False]
    assert tables.bookings.status.tolist() == ["on_time", "no_show"]
    assert tables.complaints.level.tolist() == ["normal"]
    assert tables.complaints.satisfied.isna().all()
    assert tables.oem_pt.max_points.tolist() == [1, 1]
    assert tables.oem_pt.points.isna().tolist() == [False, True]


def test_decimals_as_printed(folder, tmp_path):
    heads = ["月份", "范围", "服务顾问", "成功样本量", "解释结算清单", "提车过程迅速", "MOT分数"]
    rows = [["2024-04", "本店", "", "9", "97.10", "98", "96.500"], ["2024-04", "全国", "", "9", "", "", ""]]
    text = "\n".join(",".join(row) for row in [heads, *rows]) + "\n"
    css = load(folder({**SMALL, "oem_css": text})).oem_css
    assert css.mot_decimals.tolist()[0] == 3
    assert css.item_decimals.tolist()[0] == 2
    assert css[["mot_decimals", "item_decimals"]].iloc[1].isna().all()
    assert css[list(MOT_ITEMS)].dtypes.eq("float64").all()
    numbers = [["2024-04", "本店", "", 9, 97.1, 98, 96.52], ["2024-04", "全国", "", 9, 97.1, 98, 96.5]]
    orders = [ORDERS.strip().split(","), ORDER.strip().split(",")]
    css = load(book(tmp_path / "b.xlsx", {"维修工单": orders, "厂家CSS": [heads, *numbers]})).oem_css
    assert css.mot_decimals.tolist() == [2, 2]
    assert css.item_decimals.tolist() == [1, 1]


def test_a_vin_is_upper_case_and_an_order_number_of_excel_a_text(tmp_path):
    import datetime as dt

    rows = [
        ["工单号", "车架号", "客户类型", "开单时间"],
        [10023, f" {VIN.lower()} ", "私车", dt.datetime(2024, 4, 9, 8, 5)],
    ]
    frame = load(book(tmp_path / "dms.xlsx", {"维修工单": rows, "说明": [["a"]]})).repair_orders
    assert frame.order_id[0] == "10023"
    assert frame.vin[0] == VIN
    assert frame.opened_at[0] == pd.Timestamp("2024-04-09 08:05")


# Files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_line_ends_and_empty_rows(folder, encoding):
    source = folder({"维修工单": f"{ORDERS}{ORDER}\n,,,\nR2,{VIN},公车,x\n"}, encoding, "\r\n")
    (fault,) = faults(source)
    assert (fault.file, fault.row) == ("维修工单.csv", 5)


def test_heads_by_alias_and_by_params(folder):
    text = f"委托书号,底盘号,车主性质,来厂日期,技师备注,客户姓甚\nR1,{VIN},个人,2024-04-09,x,y\n"
    tables = load(folder({"repair_orders": text}))
    assert tables.repair_orders.order_id[0] == "R1"
    assert any("技师备注" in str(note) and "repair_orders" in str(note) for note in tables.notes)
    text = text.replace("委托书号", "单据流水")
    assert any("order_id" in str(f.expected) for f in faults(folder({"repair_orders": text})))
    assert load(folder({"repair_orders": text}), 单据流水="工单号").repair_orders.order_id[0] == "R1"
    assert "order_idd" in said(folder({"repair_orders": text}), 单据流水="order_idd")


def test_unknown_files_and_header_only_tables(folder):
    tables = load(folder({**SMALL, "备忘": "a,b\n1,2\n", "jobs": "派工号,工单号,维修技师,完工时间\n"}))
    assert any("备忘" in str(note) for note in tables.notes)
    assert tables.jobs is not None
    assert tables.jobs.empty
    assert tables.jobs.finished_at.dtype == "datetime64[us]"
    assert not any("jobs" in str(note) for note in tables.notes)


def test_a_missing_column_is_told_once(folder):
    found = faults(folder({"repair_orders": f"工单号,VIN,客户类型\nR1,{VIN},私车\nR2,{VIN},私车\n"}))
    assert [(f.kind, f.row) for f in found] == [("missing_column", None)]
    assert "opened_at" in str(found[0].expected)


def test_sources_that_are_none(folder, tmp_path):
    assert "no such file" in said(str(tmp_path / "nowhere"))
    (tmp_path / "bare").mkdir()
    assert "no table" in said(str(tmp_path / "bare"))
    assert "repair_orders" in said(folder({"jobs": "派工号,工单号,维修技师,完工时间\n"}))


def test_faulty_files_are_told_along_with_faulty_cells(folder):
    source = folder(
        {
            "repair_orders": f"{ORDERS}R1,{VIN},私车,x\n",
            "jobs": "",
            "派工记录": "派工号\n",
            "complaints": "投诉编号,投诉编号\nK1,K2\n",
        }
    )
    found = faults(source)
    assert {f.file for f in found} >= {"repair_orders.csv", "complaints.csv", "jobs.csv"}
    assert any("派工记录.csv" in str(f.got) for f in found)
    assert any(f.kind == "duplicate_head" for f in found)


def test_rows_are_counted_as_excel_does_where_a_cell_has_two_lines(folder):
    heads = ORDERS.strip() + ",备注\n"
    (fault,) = faults(
        folder({"repair_orders": f'{heads}R1,{VIN},私车,2024-04-09,"a\nb"\nR2,{VIN},私车,x,\n'})
    )
    assert fault.row == 3
    (fault,) = faults(folder({"repair_orders": f'{heads}R1,{VIN},私车,2024-04-09,"a\nR2,{VIN},私车,x,\n'}))
    assert (fault.row, str(fault.got)) == (2, "a quotation mark that is never closed")


def test_a_database(tmp_path):
    import sqlite3

    path = tmp_path / "dms.db"
    connection = sqlite3.connect(path)
    pd.DataFrame(
        {"工单号": ["R1"], "VIN": [VIN], "客户类型": ["私车"], "开单时间": ["2024-04-09 08:00"]}
    ).to_sql("维修工单", connection, index=False)
    connection.close()
    tables = load(f"sqlite:///{path}")
    assert tables.repair_orders.opened_at[0] == pd.Timestamp("2024-04-09 08:00")
    assert str(tmp_path) not in tables.source
    assert not (tmp_path / "cache").exists()
    told = said("postgresql://me:secret@localhost:1/db")
    assert "secret" not in told


def test_the_description_names_every_table_column_and_code():
    text = (Path(__file__).parents[1] / "docs" / "input.md").read_text(encoding="utf-8")
    for table in TABLES.values():
        part = text.split(f"### `{table.name}` {table.zh}\n")[1].split("\n### ")[0]
        for column in table.columns:
            line = next(row for row in part.splitlines() if row.startswith(f"| `{column.name}`"))
            assert f"| {column.zh} |" in line
            assert line.startswith(f"| `{column.name}`*") == column.required
            codes = CODES[column.codes] if column.codes and column.codes != "metric" else ()
            for name in (*column.aliases, *codes):
                assert name in line


def test_the_description_names_every_word_of_the_trade():
    text = (Path(__file__).parents[1] / "docs" / "input.md").read_text(encoding="utf-8")
    text = text.split("## Words of the trade")[1].split("\n## ")[0]
    words = set(re.split(r"[:;|、\s]+", text))
    assert {word for known in (*WORDS.values(), *FLAG_WORDS.values()) for word in known} <= words


# Rules


def test_rules_between_tables_and_columns_told_in_one_go(folder):
    more = ORDERS.strip() + ",交车时间,结算金额\n"
    found = faults(
        folder(
            {
                "repair_orders": f"{more}R1,{VIN},私车,2024-04-09 10:00,2024-04-09 09:00,5\n"
                f"R1,{VIN},私车,2024-04-09,,-1\n,{VIN},私车,2024-04-09,,\n",
                "jobs": "派工号,工单号,维修技师,完工时间\nJ1,R9,李,2024-04-09\n",
                "grievances": "回访编号,原因\nC7,质量\n",
                "survey_calls": "回访编号,回访时间,回访结果,问题一\nC1,2024-04-09,有效,101\n",
                "complaints": "投诉编号,受理时间,类别,责任部门,状态,首次联系时间,关闭时间\n"
                "K1,2024-04-09 10:00,质量,前台,已关闭,2024-04-09 09:00,\n"
                "K2,2024-04-09 10:00,质量,前台,已关闭,,2024-04-08\n",
                "oem_css": "月份,范围,成功样本量\n2024-04,服务顾问,9\n2024-04,本店,-1\n",
                "oem_pt": "月份,环节,检查项,得分,满分\n2024-04,接收车辆,a,2,1\n2024-04,接收车辆,b,0.3,1\n",
            }
        )
    )
    assert sorted((f.file, f.row, f.column) for f in found) == sorted(
        [
            ("repair_orders.csv", 2, "交车时间"),
            ("repair_orders.csv", 3, "工单号"),
            ("repair_orders.csv", 3, "结算金额"),
            ("repair_orders.csv", 4, "工单号"),
            ("jobs.csv", 2, "工单号"),
            ("grievances.csv", 2, "回访编号"),
            ("survey_calls.csv", 2, "问题一"),
            ("complaints.csv", 2, "首次联系时间"),
            ("complaints.csv", 2, "关闭时间"),
            ("complaints.csv", 3, "关闭时间"),
            ("oem_css.csv", 2, "advisor"),
            ("oem_css.csv", 3, "成功样本量"),
            ("oem_pt.csv", 2, "得分"),
            ("oem_pt.csv", 3, "得分"),
        ]
    )
    assert len(str(InputError(found)).splitlines()) == len(found) + 1


def test_a_day_without_a_time_is_not_before_its_own_noon(folder):
    text = f"{ORDERS.strip()},交车时间\nR1,{VIN},私车,2024-04-09 10:00,2024-04-09\n"
    assert len(load(folder({"repair_orders": text})).repair_orders) == 1


# Stores

TWO = "门店," + ORDERS + f"甲,R1,{VIN},私车,2024-04-09\n乙,R1,{VIN},私车,2024-04-09\n"


def test_numbers_are_unique_within_a_store_and_a_store_is_chosen(folder):
    source = folder({"repair_orders": TWO})
    assert load(source, "乙").repair_orders.store.tolist() == ["乙"]
    assert load(source, default="甲").store == "甲"
    for told in (said(source), said(source, "丙")):
        assert "甲" in told
        assert "乙" in told
    assert "--store" in said(source)


def test_a_source_without_stores_is_that_of_the_params_or_the_one_asked_for(folder):
    source = folder(SMALL)
    assert load(source).repair_orders.store.tolist() == ["本店"]
    tables = load(source, "丙")
    assert tables.store == "丙"
    assert tables.repair_orders.store.tolist() == ["丙"]


def test_the_only_store_stands_for_blank_cells(folder):
    source = folder(
        {
            "repair_orders": TWO.replace("乙,R1", ",R2"),
            "jobs": "派工号,工单号,维修技师,完工时间\nJ1,R2,李,2024-04-09\n",
        }
    )
    tables = load(source)
    assert tables.store == "甲"
    assert tables.repair_orders.store.tolist() == ["甲", "甲"]
    assert tables.jobs.store.tolist() == ["甲"]


def test_a_blank_store_among_several_is_a_fault(folder):
    source = folder({"repair_orders": TWO + f",R3,{VIN},私车,2024-04-09\n"})
    (fault,) = faults(source)
    assert (fault.row, fault.column) == (4, "门店")


def test_a_table_without_stores_among_several_is_the_default_store_s(folder):
    jobs = {"jobs": "派工号,工单号,维修技师,完工时间\nJ1,R1,李,2024-04-09\nJ2,R1,李,2024-04-09\n"}
    source = folder({"repair_orders": TWO, **jobs})
    assert len(load(source, default="甲").jobs) == 2
    (fault,) = faults(source)
    assert (fault.file, fault.row) == ("jobs.csv", None)
    assert "门店" in str(fault.expected)


def test_rows_of_the_branch_count_for_each_store(folder):
    css = "门店,月份,范围,成功样本量\n甲,2024-04,本店,9\n,2024-04,分中心,90\n,2024-04,全国,900\n"
    source = folder({"repair_orders": TWO, "oem_css": css})
    assert load(source, "甲").oem_css["scope"].tolist() == ["store", "branch", "national"]
    assert load(source, "乙").oem_css["scope"].tolist() == ["branch", "national"]


# Personal data


def test_masking(folder):
    other = "X" + VIN[1:]
    source = folder(
        {
            "repair_orders": f"{ORDERS.strip()},车牌号\n"
            f"R1,{VIN},私车,2024-04-09,沪A12345\nR2,{other},私车,2024-04-09,\n",
            "customers": f"VIN,建档日期,客户类型,姓名,电话\n{other},2024-01-01,私车,王小明,13812341234\n",
            "complaints": "投诉编号,受理时间,类别,责任部门,状态,投诉内容\nK1,2024-04-09,质量,前台,处理中,"
            f"王小明来电 13812341234 沪A12345 {VIN}\n",
        }
    )
    tables = load(source, masked=True)
    assert tables.repair_orders.vin.tolist() == ["***********012345", "***********012345~2"]
    assert tables.customers.vin.tolist() == ["***********012345~2"]
    assert tables.repair_orders.plate[0] == "沪A·***45"
    assert tables.customers.loc[0, ["name", "phone"]].tolist() == ["王**", "138****1234"]
    assert tables.complaints.description[0] == "王**来电 138****1234 沪A·***45 ***********012345"
    assert tables.complaints.complaint_id[0] == "K1"
    assert load(source).customers.name[0] == "王小明"


def test_faults_hide_personal_data(folder):
    heads = "VIN,建档日期,客户类型,姓名,电话\n"
    long = "一" * 54 + "13812341234"
    source = folder(
        {
            "repair_orders": f"{ORDERS}R1,{VIN},私车,{long}\n",
            "customers": f"{heads}{VIN},2024-01-01,私车,王小明,1\n{VIN},2024-01-01,私车,王小明,1\n",
        }
    )
    told = said(source)
    assert "repair_orders.csv, row 2" in told
    assert "customers.csv, row 3" in told
    assert VIN not in told
    assert "13812" not in told


# What is kept


def test_a_second_reading_is_from_what_was_kept(folder):
    source = folder(SMALL)
    first = load(source)
    code = (
        "import sys; from aftersales.sources.cached import cached_load; "
        "from aftersales.sources.options import ReadOptions; "
        f"t = cached_load({source!r}, None, ReadOptions({{}}, '本店', False)); "
        "assert 'aftersales.sources.pipeline' not in sys.modules; "
        "print(len(t.repair_orders), t.notes == tuple(t.notes))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ.copy())
    assert done.returncode == 0, done.stderr
    pd.testing.assert_frame_equal(load(source).repair_orders, first.repair_orders)
    assert load(source).notes == first.notes
    folder({"repair_orders": ORDERS + ORDER + ORDER.replace("R1", "R2")})
    assert len(load(source).repair_orders) == 2


def test_what_was_kept_may_be_damaged_or_impossible(folder, tmp_path, monkeypatch):
    source = folder(SMALL)
    load(source)
    for file in (tmp_path / "cache").rglob("*.pickle"):
        file.write_bytes(b"")
    assert len(load(source).repair_orders) == 1
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "file"))
    assert len(load(source).repair_orders) == 1


def test_only_the_latest_are_kept(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(sealed, "LIMIT", 21)
    for i in range(23):
        load(folder({"repair_orders": f"{ORDERS}R{i:05},{VIN},私车,2024-04-09\n"}))
    kept = {f.parent for f in (tmp_path / "cache").rglob("*.json")}
    assert len(kept) == 20
    assert len(sealed_files(tmp_path)) == 21


PHONE, NAME = "13812345678", "欧阳慧中"
CUSTOMERS = f"VIN,建档日期,客户类型,车主,手机\n{VIN},2024-01-05,私车,{NAME},{PHONE}\n"


def sealed_files(tmp_path: Path) -> dict[str, bytes]:
    return {f.name: f.read_bytes() for f in (tmp_path / "cache" / "sealed").iterdir()}


def test_of_a_folder_only_the_changed_file_is_read_again(folder, tmp_path, monkeypatch):
    jobs = "派工号,工单号,技师,完工时间\nJ1,R1,赵刚,2024-04-09 11:00\n"
    source = folder({**SMALL, "customers": CUSTOMERS, "jobs": jobs})
    load(source, masked=True)
    first = load(source, masked=True)
    before = sealed_files(tmp_path)
    assert len(before) == 3
    monkeypatch.setattr(texts, "table", lambda data, name, *_: pytest.fail(f"{name} is read again"))
    (tmp_path / "exports" / "readme.txt").write_text("another file, so that the source is another")
    load(source, masked=True)
    again = load(source, masked=True)
    assert again.hashes == first.hashes
    for name in ("repair_orders", "customers", "jobs"):
        pd.testing.assert_frame_equal(again[name], first[name])
    monkeypatch.undo()
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))
    folder({"jobs": jobs.replace("赵刚", "钱进")})
    load(source, masked=True)
    third = load(source, masked=True)
    assert third.jobs["technician"].tolist() == ["钱进"]
    assert {n for n in first.hashes if third.hashes[n] != first.hashes[n]} == {"jobs"}
    assert before.items() < sealed_files(tmp_path).items()
    assert len(sealed_files(tmp_path)) == 4
    load(source, masked=True, 师傅="technician")  # other heads, another reading
    assert len(sealed_files(tmp_path)) == 7


def test_a_workbook_that_is_one_table_is_not_read_twice_either(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    frame = pd.DataFrame({"工单号": ["R1"], "VIN": [VIN], "客户类型": ["私车"], "开单时间": ["2024-04-09"]})
    frame.to_excel(tmp_path / "in" / "维修工单.xlsx", index=False)
    first = load(str(tmp_path / "in"))
    assert [r["kind"] for r in first.repairs] == ["text_date"]
    monkeypatch.setattr(sheets, "read", lambda *_: pytest.fail("it is read again"))
    (tmp_path / "in" / "readme.txt").write_text("another file")
    again = load(str(tmp_path / "in"))
    pd.testing.assert_frame_equal(again.repair_orders, first.repair_orders)
    assert again.repairs == first.repairs


def test_nothing_personal_can_be_read_in_what_is_kept(folder, tmp_path):
    load(folder({**SMALL, "customers": CUSTOMERS}), masked=True)
    files = [f for f in (tmp_path / "cache").rglob("*") if f.is_file()]
    assert {f.parent.name for f in files} > {"sealed"}
    for file in files:
        data = file.read_bytes()
        assert not [
            word for word in (VIN, PHONE, NAME) if word.encode() in data or word.encode("utf-16-le") in data
        ]


def test_a_sealed_file_that_is_damaged_is_read_again(folder, tmp_path):
    source = folder(SMALL)
    load(source)
    for file in (tmp_path / "cache" / "sealed").iterdir():
        file.write_bytes(file.read_bytes()[:-1] + b"!")
    (tmp_path / "exports" / "readme.txt").write_text("another file")
    assert len(load(source).repair_orders) == 1


def test_a_faulty_file_is_told_each_time(folder, tmp_path):
    source = folder({"repair_orders": ORDERS + ORDER.replace("09", "31")})
    assert said(source) == said(source)
    assert not (tmp_path / "cache" / "sealed").exists()
