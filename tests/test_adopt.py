"""A foreign export: what is proposed is pasted, and read without any other work."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import foreign_exports
import pandas as pd
import pytest
import yaml

from aftersales import cli
from aftersales.adopt import command
from aftersales.contract import foreign, message, params
from aftersales.contract.errors import InputError
from aftersales.contract.schema import CODES, TABLES
from aftersales.sources.cells.lexicon import HEADERS, VALUES
from aftersales.sources.cells.likely import columns
from aftersales.sources.cells.looks import Sample
from aftersales.sources.load import ask


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Params of a store that has adopted nothing yet, and a cache of its own."""
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("AFTERSALES_PARAMS", str(tmp_path / "params"))
    (tmp_path / "params").mkdir()
    shutil.copy(params.ROOT / "params" / "default.yml", tmp_path / "params")
    yield tmp_path
    message.speak("en")


def paste(folder: Path, fragment: str) -> None:
    default = folder / "params" / "default.yml"
    default.write_text(default.read_text(encoding="utf-8") + "\n" + fragment, encoding="utf-8")


EXPORTS = {
    "a folder of text files": (
        lambda at: foreign_exports.folder(at / "exports"),
        {"repair_orders": 60, "bookings": 30},
    ),
    "a workbook": (
        lambda at: foreign_exports.workbook(at / "售后.xlsx"),
        {"repair_orders": 60, "jobs": 60, "survey_calls": 60, "complaints": 8},
    ),
    "a database": (lambda at: foreign_exports.database(at / "dms.db"), {"repair_orders": 60}),
}


@pytest.mark.parametrize("export", EXPORTS)
def test_what_is_proposed_and_pasted_is_read(folder, export, capsys):
    write, rows = EXPORTS[export]
    source = str(write(folder))
    assert cli.main(["check", "--month", "2024-04", "--source", source]) == 2
    capsys.readouterr()
    assert cli.main(["adopt", "--source", source, "--lang", "en"]) == 0
    printed = capsys.readouterr()
    assert "nothing is wrong" in printed.err
    paste(folder, printed.out)
    assert cli.main(["check", "--month", "2024-04", "--source", source]) == 0
    tables = ask("2024-04", None, None, source, None).tables
    assert {name: len(tables[name]) for name in rows} == rows
    made = pd.DataFrame(foreign_exports.orders())
    orders = tables.repair_orders
    assert orders["opened_at"].tolist() == made["opened"].tolist()
    assert orders["amount"].sum() == pytest.approx(made["amount"].sum())
    kinds = ["maintenance", "repair", "accident", "warranty", "other"]
    assert orders["order_type"].tolist() == [kinds[n] for n in made["type"]]
    assert orders["advisor"].tolist() == made["advisor"].tolist()
    if export == "a folder of text files":
        assert set(orders["owner_type"]) == {"private"}
        assert {n.values["zh"] for n in tables.notes if n.code == "constant"} == {"客户类型", "建档日期"}
        assert tables.bookings["status"].value_counts().to_dict() == {
            "on_time": 8, "late": 8, "no_show": 7, "cancelled": 7,
        }  # fmt: skip
        assert tables.bookings["proactive"].sum() == 10
    else:
        assert (orders["owner_type"] == "fleet").tolist() == made["company"].tolist()
    if export == "a workbook":
        answered = tables.survey_calls[tables.survey_calls["result"] == "valid"]
        assert set(answered["q1"]) == {60, 80, 100}
        assert set(answered["q2"]) == {80}
    # what stands in the params is not proposed again
    first, again = (yaml.safe_load(text) for text in (printed.out, command.adopt(source, lang="zh")))
    assert foreign.read(again, {}) == foreign.read(first, {})


def test_what_nobody_can_know_is_left_open_with_how_sure_it_is(folder, capsys):
    at = folder / "exports"
    at.mkdir()
    (at / "维修结算.csv").write_text(
        "结算单号,底盘号,进厂时间,出厂日期,开单日期,业务类型\n"
        + "".join(
            f"J{n},LSVAA2180E2{n:06},2024-04-0{n},2024-04-0{n},2024-04-0{n},{'ABCD'[n % 4]}类\n"
            for n in range(1, 9)
        ),
        encoding="utf-8",
    )
    (at / "回访记录.csv").write_text("回访编号,日期,问题一\nH1,2024-04-02,满意\n", encoding="utf-8")
    (at / "预约.csv").write_text("姓名,电话\n王芳,13812345678\n", encoding="utf-8")
    text = command.adopt(str(at), lang="zh")
    read = yaml.safe_load(text)
    text = re.sub(" +", " ", text)
    # a table without what it needs is not read, and one that is no table is a question
    assert read["table_names"] == {"维修结算": "repair_orders", "回访记录": None}
    assert "回访记录: null # 像是回访记录，但没有回访结果：不读" in text
    assert "# 预约: ?" in text
    # of two known headers one is taken
    assert read["header_aliases"] == {
        "结算单号": "order_id",
        "出厂日期": "delivered_at",
        "开单日期": "opened_at",
        "业务类型": "order_type",
    }
    assert read["value_aliases"]["repair_orders.order_type"] == dict.fromkeys(
        ["A类", "B类", "C类", "D类"], "other"
    )
    assert "B类: other # 2行，请核对" in text
    assert read["constants"] == {"repair_orders": {"owner_type": "private"}}
    assert "假定：导出里没有，看不出哪些是公车" in text
    assert "13812345678" not in text
    assert "照此读取没有错误，读到1张表" in capsys.readouterr().err


def test_a_value_that_is_none_of_the_options_is_no_guess_where_it_decides(folder):
    (folder / "投诉台账.csv").write_text(
        "投诉编号,受理时间,类别,责任部门,状态\nK1,2024-04-01,异物,财务部,处理中\n", encoding="utf-8"
    )
    text = command.adopt(str(folder / "投诉台账.csv"), lang="en")
    assert (
        "    # 财务部: ?                           # 1 row; which of the options the export does not tell"
        in text
    )
    assert yaml.safe_load(text)["value_aliases"] == {
        "complaints.category": {"异物": "other"},
        "complaints.department": None,
    }


def test_it_is_written_where_it_is_asked_for_and_over_nothing(folder):
    source, out = foreign_exports.database(folder / "dms.db"), folder / "params" / "adopted.yml"
    assert cli.main(["adopt", "--source", source, "--out", str(out)]) == 0
    before = out.read_bytes()
    assert set(yaml.safe_load(before)) == {"table_names", "header_aliases"}
    assert cli.main(["adopt", "--source", source, "--out", str(out)]) == 2
    assert out.read_bytes() == before
    for bad in ("demo", str(folder / "nowhere")):
        with pytest.raises(InputError):
            command.adopt(bad)


# Heads


def guessed(table: str, **cells: list[object]) -> dict[str, str]:
    samples = [Sample(pd.Series(values, dtype=object).to_numpy()) for values in cells.values()]
    return {g.column: list(cells)[g.place] for g in columns(table, list(cells), samples)}


VINS = [f"LSVAA2180E2{n:06}" for n in range(9)]
DAYS = [f"2024-04-0{n}" for n in range(1, 10)]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"车架编号": VINS}, {"vin": "车架编号"}),
        ({"车辆": VINS}, {"vin": "车辆"}),  # nothing else looks like it
        ({"车辆": VINS, "另一辆": VINS[::-1]}, {}),  # which of the two nobody can see
        ({"车架编号": DAYS}, {}),  # what stands there refutes the word
        ({"接车员": DAYS}, {}),
        ({"进厂日期": ["A"] * 9}, {}),
        ({"进厂公里": list(range(30000, 39000, 1000))}, {"mileage_km": "进厂公里"}),  # no Excel dates
        ({"日期": DAYS}, {}),  # of which of the dates it says nothing
        ({"实际交车时间": DAYS}, {"delivered_at": "实际交车时间"}),
        ({"出厂日期": DAYS, "结算日期": DAYS}, {"delivered_at": "出厂日期"}),
    ],
)
def test_a_header_is_taken_by_its_word_where_what_stands_there_bears_it_out(cells, found):
    assert guessed("repair_orders", **cells) == found


def test_a_missing_column_is_told_with_the_header_that_looks_like_it(folder, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "5000")
    rows = "".join(f"R{n},{vin},{'私公'[n % 2]}车,{DAYS[n]}\n" for n, vin in enumerate(VINS))
    (folder / "维修工单.csv").write_text("工单号,车架编号,类型,进厂日期\n" + rows, encoding="utf-8")
    for lang, said in (
        (
            "zh",
            [
                "“车架编号”看来就是它：写进参数 `header_aliases: {车架编号: vin}`",
                "{进厂日期: opened_at}",
                "{类型: owner_type}",
            ],
        ),
        ("en", ["“车架编号” looks like it", "`header_aliases: {进厂日期: opened_at}`"]),
    ):
        assert (
            cli.main(["check", "--month", "4", "--source", str(folder / "维修工单.csv"), "--lang", lang]) == 2
        )
        printed = "".join(capsys.readouterr().out.split())
        assert all("".join(text.split()) in printed for text in said), printed


def test_a_value_is_told_with_what_it_may_mean(folder, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "5000")
    (folder / "维修工单.csv").write_text(
        f"工单号,VIN,客户类型,开单时间\nR1,{VINS[0]},对公,2024-04-01\n", encoding="utf-8"
    )
    assert cli.main(["check", "--month", "4", "--source", str(folder / "维修工单.csv"), "--lang", "zh"]) == 2
    printed = "".join(capsys.readouterr().out.split())
    assert "可能是“公车”：若是，写进参数`value_aliases:{repair_orders.owner_type:{对公:fleet}}`" in printed


def test_the_words_of_the_trade_are_of_columns_and_options_that_there_are():
    names = {c.name for t in TABLES.values() for c in t.columns}
    for key in HEADERS:
        table, _, column = key.rpartition(".")
        assert column in (TABLES[table].names if table else names), key
    kinds = {c.name: c for t in TABLES.values() for c in t.columns}
    for options, words in VALUES.items():
        known = CODES.get(options) or ({"是", "否"} if options in kinds else {"100", "80", "60", "40", "20"})
        assert set(words) <= set(known), options


# Params


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("table_names: {工单: repair_order}", "unknown table repair_order. Did you mean repair_orders?"),
        ("constants: {repair_orders: {owner_typ: private}}", "Did you mean owner_type?"),
        ("constants: {repair_orders: {owner_type: 私}}", "expected private, fleet"),
        ("constants: {repair_orders: {vin: LSV}}", "tell stores, vehicles or records apart"),
        ("constants: {customers: 2020}", "`name: value` lines"),
        ("value_aliases: {repair_orders.order_typ: {a: repair}}", "Did you mean order_type?"),
        ("value_aliases: {repair_orders.order_type: {a: repairs}}", "expected maintenance, repair"),
        ("value_aliases: {repair_orders.amount: {a: 1}}", "a column with options"),
        ("value_aliases: {jobs.rework_cause: {a: null}, survey_calls.q1: {好: 101}}", "survey_calls.q1.好"),
        ("header_aliases: {jobs.日期: opened_at}", "Did you mean"),
        ("header_aliases: {a: b}\nheader_aliases: {c: d}", "stands there twice"),
    ],
)
def test_what_the_params_say_of_an_export_is_checked(folder, text, said):
    (folder / "params" / "2024-04.yml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        params.load("2024-04")
    assert said in str(error.value)


def test_they_are_told_by_our_own_names_and_a_month_adds_to_them(folder):
    paste(
        folder,
        "constants: {维修工单: {客户类型: 公车}, 客户档案: {建档日期: 2020-01-01}}\n"
        "table_names: {登记: 维修工单}",
    )
    (folder / "params" / "2024-04.yml").write_text(
        "constants: {repair_orders: {mileage_km: 5}}\n"
        "value_aliases: {survey_calls.问题一: {5: 非常满意, 好: 80}}",
        encoding="utf-8",
    )
    found = params.load("2024-04")
    assert found.constants["repair_orders"] == {"owner_type": "fleet", "mileage_km": 5}
    assert str(found.constants["customers"]["created_at"]) == "2020-01-01"
    assert found.table_names == {"登记": "repair_orders"}
    assert found.value_aliases == {"survey_calls.q1": {"5": 100, "好": 80}}
