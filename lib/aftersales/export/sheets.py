"""The sheets of the workbook: which tables there are, their names, columns and raw values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aftersales import schema
from aftersales.export import fields
from aftersales.export.fields import Field
from aftersales.metrics.catalogue import FIGURES
from aftersales.metrics.rules import RULES
from aftersales.schema import Lang

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
        "empty": "本月没有记录。",
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
        "empty": "Nothing was recorded this month.",
        "no_notes": "There is nothing to remark on the data.",
        "title": "Monthly report of customer service: tables",
        "synthetic": "Synthetic data",
        "figures_about": "Every figure of the report, not rounded",
        "notes_about": "The report's remarks on the data",
    },
}


UNITS = {
    "zh": {"rate": "%", "points": "分", "hours": "小时", "per_1000": "每千台次"},
    "en": {"rate": "%", "points": "points", "hours": "hours", "per_1000": "per 1,000 visits"},
}


_LABELS = {
    "rule": {name: (rule.zh, rule.en) for name, rule in RULES.items()},
    "severity": {
        "ok": ("正常", "Fine"),
        "note": ("提示", "Note"),
        "warning": ("可疑", "Suspicious"),
        "error": ("错误", "Error"),
    },
}


@dataclass(frozen=True)
class Sheet:
    """A sheet to be: its name, what it is called inside, its columns and rows of raw values."""

    name: str
    title: str
    note: str
    code: str
    fields: list[Field]
    rows: list[list[Any]]


def sheets(payloads: Sequence[Mapping[str, Any]], figures: Mapping[str, Any], lang: Lang) -> list[Sheet]:
    """The sheets of a workbook: first figures and contract tables, then the exhibits' other tables."""
    words = WORDS[lang]
    shown = {str(p["id"]): p for p in payloads if p.get("kind") == "table" and p.get("id")}
    taken = {words["contents"], words["notes"]}
    found = [_figures_sheet(figures.get("figures", {}), lang, _sheet_name(words["figures"], taken))]
    at = 0 if lang == "zh" else 1
    order = {name: place for place, name in enumerate(fields.TABLES)}
    tables = sorted(figures.get("tables", {}).items(), key=lambda table: order.get(table[0], len(order)))
    for name, rows in tables:
        title = (fields.TABLES.get(name) or fields.SHOWN.get(name) or (name, name))[at]
        exhibit = shown.pop(name, {})
        labels = {column["key"]: _shown_field(column).label for column in exhibit.get("columns", [])}
        heads = fields.of_table(name, rows, lang, labels)
        cells = [[_labelled(row.get(head.key), head, lang) for head in heads] for row in rows]
        told = exhibit.get("title", "")
        found.append(Sheet(_sheet_name(title, taken), title, told, name, heads, cells))
    for code, payload in shown.items():
        own = str(payload.get("sheet") or payload["title"])
        called = fields.SHOWN.get(code, (own, own))
        if called is None:
            continue
        kept = [i for i, column in enumerate(payload["columns"]) if column.get("type") != "svg"]
        heads = [_shown_field(payload["columns"][i]) for i in kept]
        cells = [
            [display[i] if head.kind == "text" else raw[i] for i, head in zip(kept, heads, strict=True)]
            for raw, display in zip(payload["rows"], payload["display"], strict=True)
        ]
        told = payload.get("title", "")
        found.append(Sheet(_sheet_name(called[at], taken), called[at], told, code, heads, cells))
    return found


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that Excel takes and that is not there yet; adds it to `taken`.

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


def _figures_sheet(figures: Mapping[str, Any], lang: Lang, name: str) -> Sheet:
    words = WORDS[lang]
    heads = [
        Field(key, words[key], "text") for key in ("figure", "value", "unit", "formula", "name")
    ]
    heads[1] = Field("value", words["value"], "figure")
    rows: list[list[Any]] = []
    for code, value in figures.items():
        known = FIGURES.get(code)
        if known is None:
            rows.append([code, value, "", "", code])
            continue
        label, formula = (known.zh, known.formula_zh) if lang == "zh" else (known.en, known.formula_en)
        rows.append([label, value, UNITS[lang].get(known.unit, ""), formula, code])
    return Sheet(name, words["figures"], words["figures_about"], "figures", heads, rows)


def figure_field(code: str, value: Any) -> Field:
    """How a figure's value is formatted: as the report prints it.

    >>> figure_field("ftf.rate", 0.98).kind, figure_field("ftf.rate", 0.98).digits
    ('percent', 2)
    """
    known = FIGURES.get(code)
    if known is None:
        return Field("value", "", "integer" if isinstance(value, int) else "number")
    kind = {"rate": "percent", "count": "integer"}.get(known.unit, "number")
    return Field("value", "", kind, None, known.digits or 1)


def _labelled(value: Any, column: Field, lang: Lang) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, list):
        return "、".join(map(str, value)) if lang == "zh" else ", ".join(map(str, value))
    if value in _LABELS.get(column.key, ()):
        return _LABELS[column.key][value][0 if lang == "zh" else 1]
    return schema.label(column.codes, value, lang) if column.codes else value


def _shown_field(column: Mapping[str, Any]) -> Field:
    kind = column.get("type", "text")
    label = f"{column['label']} ({column['unit']})" if column.get("unit") else column["label"]
    kept = {"integer", "number", "percent", "change", "date", "datetime", "month"}
    return Field(column["key"], label, kind if kind in kept else "text", None, int(column.get("digits") or 1))
