"""The sheets of the workbook: the tables, their names, columns and raw values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aftersales.contract import formats, schema
from aftersales.contract.columns import Column
from aftersales.contract.figures import FIGURES, UNITS, Figure
from aftersales.contract.own import Record, figures_with
from aftersales.contract.report_table import ReportTable
from aftersales.contract.rules import RULES
from aftersales.contract.schema import Lang
from aftersales.display import exhibit
from aftersales.display.tables.records import table_record, tables_with

WORDS = {
    "zh": {
        "contents": "目录",
        "figures": "关键指标",
        "notes": "说明",
        "back": "← 返回目录",
        "sheet": "工作表",
        "about": "内容",
        "name": "代码",
        "rows": "行数",
        "figure": "指标",
        "value": "数值",
        "unit": "单位",
        "formula": "口径",
        "yes": "是",
        "no": "否",
        "empty": "没有可列的内容。",
        "no_notes": "数据没有需要说明之处。",
        "title": "客户服务部月报数据表",
        "synthetic": "合成数据",
        "figures_about": "报告中的全部指标，未经取整",
        "notes_about": "报告对数据的说明",
    },
    "en": {
        "contents": "Contents",
        "figures": "Key figures",
        "notes": "Notes",
        "back": "← Contents",
        "sheet": "Sheet",
        "about": "What it holds",
        "name": "Code",
        "rows": "Rows",
        "figure": "Figure",
        "value": "Value",
        "unit": "Unit",
        "formula": "Definition",
        "yes": "yes",
        "no": "no",
        "empty": "There is nothing to list.",
        "no_notes": "There is nothing to remark on the data.",
        "title": "Monthly report of customer service: tables",
        "synthetic": "Synthetic data",
        "figures_about": "Every figure of the report, not rounded",
        "notes_about": "The report's remarks on the data",
    },
}


_LISTED = 200  # values of a list that a cell shows
_RULES = {name: (rule.zh, rule.en) for name, rule in RULES.items()}


@dataclass(frozen=True)
class Field:
    """A column of a sheet: its key, its header, how its cells are formatted, and the codes that they hold."""

    key: str
    label: str
    kind: str
    codes: str = ""
    digits: int = 1


@dataclass(frozen=True)
class Sheet:
    """A sheet to be: its name, what it is called inside, its columns and rows of raw values."""

    name: str
    title: str
    note: str
    code: str
    fields: list[Field]
    rows: list[list[Any]]


def sheets(
    payloads: Sequence[Mapping[str, Any]],
    figures: Mapping[str, Any],
    lang: Lang,
    records: Sequence[Record] = (),
) -> list[Sheet]:
    """The sheets of a workbook: first figures and contract tables, then the exhibits' other tables.

    `records` are those of chapters of one's own.
    """
    known, declared_tables = figures_with(records), tables_with(records)
    words = WORDS[lang]
    exhibits = {str(p["id"]): p for p in payloads if p.get("kind") == "table" and p.get("id")}
    topics = _topics(exhibits.get("css.questionnaire", {}))
    taken = {words["contents"], words["notes"]}
    found = [_figures_sheet(figures.get("figures", {}), known, lang, _sheet_name(words["figures"], taken))]
    order = {name: place for place, name in enumerate(declared_tables)}
    tables = sorted(figures.get("tables", {}).items(), key=lambda table: order.get(table[0], len(order)))
    for name, rows in tables:
        record = declared_tables.get(name) or table_record(name)
        displayed = exhibits.pop(name, {})
        fields = _fields(record, rows, displayed.get("columns", ()), known, lang)
        cells = [[_labelled(row.get(field.key), field, known, lang) for field in fields] for row in rows]
        for at in (i for i, field in enumerate(fields) if field.codes == "question"):
            for row in cells:
                row[at] = topics.get(row[at], row[at])
        fields = [replace(field, label=topics.get(field.label, field.label)) for field in fields]
        title = record.label(lang)
        found.append(Sheet(_sheet_name(title, taken), title, displayed.get("title", ""), name, fields, cells))
    for code, payload in exhibits.items():
        own = str(payload.get("sheet") or payload["title"])
        declared = declared_tables.get(code)
        if declared and not declared.on_sheet:
            continue
        title = declared.label(lang) if declared else own
        places = [i for i, column in enumerate(payload["columns"]) if column.get("type") != "svg"]
        fields = [_displayed_field(payload["columns"][i]) for i in places]
        cells = [
            [
                _uncut(raw[i], display[i]) if field.kind == "text" else raw[i]
                for i, field in zip(places, fields, strict=True)
            ]
            for raw, display in zip(*exhibit.whole(payload), strict=True)
        ]
        found.append(Sheet(_sheet_name(title, taken), title, payload.get("title", ""), code, fields, cells))
    return found


def _topics(questionnaire: Mapping[str, Any]) -> dict[Any, Any]:
    """The topics of the survey's questions by their numbers, as the report shows them."""
    keys = [column["key"] for column in questionnaire.get("columns", ())]
    if not {"topic", "question"} <= set(keys):
        return {}
    return {row[keys.index("question")]: row[keys.index("topic")] for row in questionnaire["rows"]}


def _uncut(raw: Any, display: str) -> Any:
    """A text as it is displayed; a long one, of which the beginning is displayed, as it is."""
    return raw if isinstance(raw, str) and len(raw) > formats.SHOWN else display


def _fields(
    record: ReportTable,
    rows: Sequence[Mapping[str, Any]],
    displayed: Sequence[Mapping[str, Any]],
    figures: Mapping[str, Figure],
    lang: Lang,
) -> list[Field]:
    """The columns of a glued table, in the order of its keys; undeclared ones are named as displayed."""
    keys = dict.fromkeys(key for row in rows for key in row)
    as_displayed = {column["key"]: _displayed_field(column) for column in displayed}
    declared = {column.key for column in record.columns}
    return [
        as_displayed[key]
        if key in as_displayed and key not in declared
        else _field(record.column(key, [row.get(key) for row in rows], figures), lang)
        for key in keys
    ]


def _field(column: Column, lang: Lang) -> Field:
    unit = "" if column.form == "percent" else column.unit(lang)
    label = f"{column.label(lang)} ({unit})" if unit else column.label(lang)
    kind = "text" if column.form in ("code", "status") else column.form
    return Field(column.key, label, kind, column.codes, column.digits)


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that Excel takes and that is not taken yet; adds it to `taken`.

    >>> taken = {"投诉"}
    >>> _sheet_name("投诉", taken), _sheet_name("a/b[c]:d" * 9, taken)
    ('投诉 2', 'a b c  da b c  da b c  da b c')
    """
    clean = re.sub(r"[\[\]:*?/\\]", " ", wanted).strip().strip("'")[:31].strip() or "Sheet"
    name, count = clean, 2
    lower = {other.lower() for other in taken} | {"history"}
    while name.lower() in lower:
        name = f"{clean[: 31 - len(str(count)) - 1]} {count}"
        count += 1
    taken.add(name)
    return name


def _figures_sheet(figures: Mapping[str, Any], records: Mapping[str, Figure], lang: Lang, name: str) -> Sheet:
    words = WORDS[lang]
    fields = [Field(key, words[key], "text") for key in ("figure", "value", "unit", "formula", "name")]
    fields[1] = Field("value", words["value"], "figure")
    rows: list[list[Any]] = []
    for code, value in figures.items():
        known = records.get(code)
        if known is None:
            rows.append([code, value, "", "", code])
            continue
        label, formula = known.label(lang), known.formula(lang)
        rows.append([label, value, UNITS.get(known.unit, ("", ""))[0 if lang == "zh" else 1], formula, code])
    return Sheet(name, words["figures"], words["figures_about"], "figures", fields, rows)


def figure_field(code: str, value: Any, records: Mapping[str, Figure] = FIGURES) -> Field:
    """How a figure's value is formatted: as the report prints it.

    >>> figure_field("ftf.rate", 0.98).kind, figure_field("ftf.rate", 0.98).digits
    ('percent', 2)
    """
    known = records.get(code)
    if known is None:
        return Field("value", "", "integer" if isinstance(value, int) else "number")
    kind = {"rate": "percent", "count": "integer"}.get(known.unit, "number")
    return Field("value", "", kind, "", known.decimals)


def _labelled(value: Any, column: Field, figures: Mapping[str, Figure], lang: Lang) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, list):
        if column.codes:
            value = [schema.label(column.codes, one, lang) for one in value]
        return _listed(list(map(str, value)), lang)
    if column.key in ("figure", "metric") and value in figures:
        return figures[value].label(lang)
    if column.key in ("figure", "subject"):  # of the findings: a table's cases, a MOT item, a cause, a person
        sets = ("mot_item", "cause", "action_department")
        known = next((s for s in sets if value in schema.CODES[s]), None)
        return schema.label(known, value, lang) if known else table_record(value).label(lang)
    if column.key == "rule" and value in _RULES:
        return _RULES[value][0 if lang == "zh" else 1]
    return schema.label(column.codes, value, lang) if column.codes else value


def _listed(values: list[str], lang: Lang) -> str:
    """Values in one cell; of very many the first, and how many there are."""
    shown = ("、" if lang == "zh" else ", ").join(values[:_LISTED])
    if len(values) <= _LISTED:
        return shown
    return shown + (f" … 共{len(values):,}个" if lang == "zh" else f" … {len(values):,} in all")


def _displayed_field(column: Mapping[str, Any]) -> Field:
    kind = column.get("type", "text")
    label = f"{column['label']} ({column['unit']})" if column.get("unit") else column["label"]
    kept = {"integer", "number", "percent", "change", "date", "datetime", "month"}
    return Field(column["key"], label, kind if kind in kept else "text", "", int(column.get("digits", 1)))
