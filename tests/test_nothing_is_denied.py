"""“There were none” is never said while a table has rows of the month; why they count nowhere is said."""

import ast
import re

import nbformat
import pandas as pd
import pytest

from aftersales import findings, metrics
from aftersales.chapters import notebooks as chapters
from aftersales.chapters.context import Context
from aftersales.contract import params
from aftersales.metrics import watched
from aftersales.sources.cached import cached_load
from aftersales.sources.options import ReadOptions

APRIL = pd.Period("2024-04")
ORDERS = """工单号,VIN,客户类型,开单时间,服务顾问,维修类型,交车时间,预计交车时间
R1,LSVAA2180E2100001,私车,2023-10-10 09:00,李强,,2023-10-11,2023-10-11
R2,LSVAA2180E2200001,私车,2024-03-11 09:00,李强,,2024-03-11,2024-03-11
R3,LSVAA2180E2000003,私车,2024-04-09 09:00,王芳,,2024-04-09,2024-04-09
"""
# Rows of April in every table, none of which finds what it names or tells what is counted.
TABLES = {
    "bookings": "预约单号,预约进厂时间,主动预约,状态,工单号\nB1,2024-04-03 09:00,是,未进厂,R77\n",
    "jobs": "派工号,工单号,维修技师,完工时间,未一次修复原因\nJ1,R3,高凯,2024-04-09 17:00,\n",
    "survey_calls": "回访编号,工单号,回访时间,回访结果,问题一\nC1,R77,2024-04-12 10:00,无效,\n",
    "grievances": "回访编号,原因\nC1,时间\n",
    "oem_css": "月份,范围,服务顾问,成功样本量,接车过程迅速\n"
    "2024-04,服务顾问,李强强,20,88\n2024-04,分中心,,90,88\n",
    "oem_pt": "月份,环节,检查项,得分\n2024-04,接收车辆,一,\n",
    "complaints": "投诉编号,受理时间,工单号,类别,责任部门,首次联系时间,状态,关闭时间\n"
    "K1,2024-04-03,R77,时间,前台,2024-04-03,已关闭,2024-04-05\n",
    "customers": "VIN,建档日期,客户类型\nLSVXX2180E2999999,2024-04-05,私车\n",
    "churn_calls": "VIN,回访时间,回访结果,流失原因\nLSVXX2180E2999999,2024-04-15 10:00,成功,太远\n"
    "无,2024-04-15 10:00,成功,太远\n",
    "actions": "编号,提出月份,部门,存在问题\nA1,2024-04,前台,等待太久\nA0,2024-03,预约,无人接听\n",
}
DENIED = {
    "zh": re.compile(
        r"[本上]月没有(?!登记|回访)|没有(?:流失回访|回访|投诉|预约|派工|受理|神秘访客|厂家|改善措施|记录)|\b0件投诉"
    ),
    "en": re.compile(
        r"\b[Nn]o (?:call (?!is matched)|churn|complaint|booking|job|customer|survey)|\b[Nn]obody"
        r"|\b[Tt]here (?:was|were|is|are) no (?!values|item|signal|record of measures|measure of last)"
    ),
}


class Words:
    """In place of the charts: what a chart is told to say, so that none is drawn."""

    def __init__(self, charts):
        self.charts = charts

    def __getattr__(self, name):
        if name in ("named", "line", "Line"):
            return getattr(self.charts, name)
        return lambda *data, title="", subtitle="", note="", **more: "\n".join([title, subtitle, note])


def source(folder, orders=ORDERS, **tables):
    for name, text in {"repair_orders": orders, **tables}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return cached_load(str(folder), None, ReadOptions(default_store="店"))


def shown(chapter, tables, lang):
    """What the last line of each of a chapter's cells shows, as text."""
    context = Context(APRIL, tables, params.load(), lang)
    names = {"chapter": context, "metrics": metrics}
    texts = []
    for cell in nbformat.read(chapters.FOLDER / f"{chapter}.ipynb", as_version=4).cells[1:]:
        if cell.cell_type != "code" or "parameters" in cell.metadata.get("tags", []):
            continue
        lines = [n for n in ast.parse(cell.source).body if not isinstance(n, ast.ImportFrom)]
        lines = [
            n for n in lines if not (isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "chapter")
        ]
        if "glue(" in cell.source:
            continue
        last = lines.pop() if isinstance(lines[-1], ast.Expr) else None
        exec(compile(ast.Module(lines, []), chapter, "exec"), names)
        names["charts"] = names["charts"] if isinstance(names["charts"], Words) else Words(names["charts"])
        if last is not None:
            made = eval(compile(ast.Expression(last.value), chapter, "eval"), names)
            texts.append(f"{made}\n{getattr(made, 'payload', {}).get('note', '')}")
    return texts


@pytest.fixture(scope="module")
def unmatched(tmp_path_factory):
    return source(tmp_path_factory.mktemp("unmatched"), **TABLES)


@pytest.mark.parametrize(
    ("chapter", "lang"), [*((f"0{n}", "zh") for n in range(1, 8)), ("04", "en"), ("05", "en"), ("06", "en")]
)
def test_no_chapter_denies_what_its_tables_hold(unmatched, chapter, lang):
    name = next(p.stem for p in chapters.FOLDER.glob(f"{chapter}_*.ipynb"))
    texts = shown(name, unmatched, lang)
    assert len(texts) > 3
    denied = [text for text in texts if DENIED[lang].search(text)]
    assert not denied, denied
    assert not any(re.search(r"\b0\.0 ?(?:小时|h\b|hours)", text) for text in texts)


def test_every_table_is_tried():
    from aftersales.contract.schema import TABLES as ALL

    assert set(ALL) == {"repair_orders", *TABLES}


def test_the_churn_calls_that_find_no_vehicle_are_told(unmatched):
    figures = metrics.all_figures(unmatched, APRIL, params.load())
    calls = metrics.churn.calls_made(unmatched.churn_calls, unmatched.repair_orders, APRIL)
    assert calls == {"calls": 2, "matched": 0}
    said = findings.churn.headline(figures, None, APRIL, 6, calls=calls)
    assert "2次流失回访所记的车辆，维修工单里都找不到" in said
    none = findings.churn.headline(figures, None, APRIL, 6, calls={"calls": 0, "matched": 0})
    assert "本月没有流失回访" in none
    others = findings.churn.headline(figures, None, APRIL, 6, calls={"calls": 3, "matched": 3}, lang="en")
    assert "went to no lost private vehicle" in others


def test_orders_without_a_vehicle_or_a_type_are_told(tmp_path):
    orders = ORDERS.replace("LSVAA2180E2100001", "无").replace("李强,,2024-03", "李强,一般维修,2024-03")
    tables = source(tmp_path, orders.replace("LSVAA2180E2200001", "无"))
    then = metrics.churn.visits_then(tables.repair_orders, APRIL)
    figures = metrics.all_figures(tables, APRIL, params.load())
    assert "1张工单都没有可用的VIN" in findings.churn.headline(figures, None, APRIL, 6, visits=then)
    left = metrics.returns.left_out(tables.repair_orders, APRIL)
    assert left == {"orders": 1, "typed": 1, "repairs": 1}
    assert "没有可用的VIN" in findings.returns.headline(figures, figures, 30, left_out=left)
    left = metrics.returns.left_out(tables.repair_orders.assign(order_type=None), APRIL)
    assert "没有填维修类型" in findings.returns.headline(figures, figures, 30, left_out=left)


def test_the_ledger_stands_in_check_and_on_the_first_page(unmatched):
    links = metrics.joins.table(unmatched, APRIL)
    found = {row["link"]: (row["found"], row["rows"], row["verdict"]) for row in links.to_dict("records")}
    assert found["oem_css.advisor → repair_orders.advisor"] == (0, 1, "poor")
    assert found["churn_calls.vin → repair_orders.vin"] == (0, 1, "poor")
    assert found["jobs.order_id → repair_orders.order_id"] == (1, 1, "ok")
    alarms = [alarm["text"] for alarm in findings.joins.alarms(links)]
    assert len(alarms) == sum(v != "ok" for _, _, v in found.values())
    assert any("流失回访的VIN → 维修工单，1行中0行找到（0.0%）" in text for text in alarms)
    assert findings.joins.alarms(links[links["verdict"] == "ok"]) == []


def test_of_a_name_that_no_order_has_the_agencys_score_alone_is_shown(unmatched):
    page = shown("03_internal_css", unmatched, "zh")
    told = [line for text in page for line in text.splitlines() if line.startswith("李强强\t")]
    assert told
    assert all("\t0" not in line for line in told), told
    assert any("李强强只见于厂家CSS" in text for text in page)
    tested = watched.judged(unmatched, APRIL, params.load()).findings
    assert not any("李强强" in str(one) for one in tested)
    figures = metrics.all_figures(unmatched, APRIL, params.load())
    for department in ("front", "workshop", "parts", "service"):
        rows = metrics.top5.department(unmatched, APRIL, params.load(), department, tested)
        assert "李强强" not in rows.to_string()
    assert figures["oem.mot"] is None
