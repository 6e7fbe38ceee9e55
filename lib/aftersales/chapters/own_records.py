"""Records of a chapter of one's own, held against the built-in ones and against each other."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from aftersales.contract.columns import FORMS
from aftersales.contract.errors import InputError
from aftersales.contract.figures import FIGURES, PREFIXES, Figure, Unit
from aftersales.contract.message import Message, listed
from aftersales.contract.own import Record
from aftersales.contract.report_table import ReportTable
from aftersales.contract.schema import CODES
from aftersales.display.tables.records import REPORT_TABLES

_UNITS = get_args(Unit)
_MOST_DIGITS = 6
_DIGITS = Message(f" 0 到 {_MOST_DIGITS} 的整数", f"a whole number from 0 to {_MOST_DIGITS}")


def checked(records: Iterable[Record], figures: Mapping[str, Any]) -> list[Record]:
    """A chapter's records, with `figures` that it glues.

    Raises
    ------
    InputError
        A record is not whole, contradicts another one, or describes a figure that the chapter does not glue.
    """
    found = merged([list(records)])
    for record in found:
        for where, got, expected in _faults(record, figures):
            raise InputError(
                Message(
                    f"glue: records: {record.name}：{where}：给的是 {got!r}；应是{expected.zh}。",
                    f"glue: records: {record.name}: {where}: got {got!r}; expected {expected.en}.",
                )
            )
    return found


def merged(parts: Iterable[Iterable[Record]]) -> list[Record]:
    """The records of several chapters in their order, each once.

    Raises
    ------
    InputError
        Two of them, or one and a built-in one, say different things of one name.
    """
    whole: dict[tuple[type, str], Record] = {}
    for record in (record for part in parts for record in part):
        if not isinstance(record, (Figure, ReportTable)):
            raise InputError(
                Message(
                    f"glue: records：给的是 {record!r}；应是 Figure(…) 或 ReportTable(…)。",
                    f"glue: records: got {record!r}; expected Figure(…) or ReportTable(…).",
                )
            )
        record = _plainly(record)
        built_in = (FIGURES if isinstance(record, Figure) else REPORT_TABLES).get(record.name)
        known = built_in or whole.get((type(record), record.name))
        if known is not None and known != record:
            zh, en = (
                ("内置的记录", "the built-in record")
                if built_in
                else ("另一个同名的记录", "another record of that name")
            )
            difference = _difference(record, known)
            raise InputError(
                Message(
                    f"glue: records: {record.name}：与{zh}不同：{difference.zh}。请给它另起一个名称。",
                    f"glue: records: {record.name}: {difference.en} in {en}. "
                    "Give what you glue a name of its own.",
                )
            )
        if built_in is None:
            whole[type(record), record.name] = record
    return list(whole.values())


def _plainly(record: Record) -> Record:
    """A record whose columns are a tuple, whatever they were given as."""
    if isinstance(record, Figure):
        return record
    return dataclasses.replace(record, columns=tuple(record.columns))


def _difference(record: Record, known: Record) -> Message:
    """The first thing that two records of one name say differently."""
    name = next(
        field.name
        for field in dataclasses.fields(record)
        if getattr(record, field.name) != getattr(known, field.name)
    )
    if name == "columns":
        return Message("列不一样", "its columns are others than")
    got, other = getattr(record, name), getattr(known, name)
    return Message(f"{name} 给的是 {got!r}，那里是 {other!r}", f"{name}: got {got!r}, but it is {other!r}")


def _faults(record: Record, figures: Mapping[str, Any]) -> Iterator[tuple[str, Any, Message]]:
    """What of a record is not as it should be: where, what it is, what was expected."""
    prefix, _, rest = record.name.partition(".")
    if prefix in PREFIXES or not (prefix.isidentifier() and rest):
        yield (
            "name",
            record.name,
            Message(
                "<章名>.<名称>，如 waiting.late_share",
                "<your chapter's name>.<name>, as in waiting.late_share",
            ),
        )
    texts = ["zh", "en"] + (["formula_zh", "formula_en"] if isinstance(record, Figure) else [])
    for text in texts:
        if not str(getattr(record, text) or "").strip():
            both = Message("文字：报告有中文和英文", "a text: the report is made in Chinese and in English")
            yield text, getattr(record, text), both
    if record.unit not in _UNITS:
        yield "unit", record.unit, _one_of(_UNITS)
    yield from _figure_faults(record, figures) if isinstance(record, Figure) else _column_faults(record)


def _one_of(names: Iterable[str]) -> Message:
    known = listed(names)
    return Message(f"其中之一：{known.zh}", f"one of {known.en}")


def _figure_faults(figure: Figure, figures: Mapping[str, Any]) -> Iterator[tuple[str, Any, Message]]:
    if figure.name not in figures:
        close = difflib.get_close_matches(figure.name, list(figures), n=1, cutoff=0.0)
        zh, en = (f"（是不是 {close[0]}？）", f". Did you mean {close[0]}?"[:-1]) if close else ("", "")
        yield (
            "figures",
            ", ".join(figures),
            Message(f"给出的指标里有 {figure.name}{zh}", f"{figure.name} among what is glued{en}"),
        )
    value = figures.get(figure.name)
    if isinstance(value, str) or not (value is None or hasattr(value, "__float__")):
        yield "figures", value, Message("数字或 None", "a number or None")
    if figure.rows is not None:
        yield (
            "rows",
            figure.rows,
            Message(
                f"空着。行本身写在：glue(…, rows={{{figure.name!r}: …}})",
                f"none here. Give the rows themselves: glue(…, rows={{{figure.name!r}: …}})",
            ),
        )
    if figure.digits is not None and figure.digits not in range(_MOST_DIGITS + 1):
        yield "digits", figure.digits, _DIGITS
    if figure.better not in (None, "up", "down"):
        yield "better", figure.better, Message(" up、down 或 None", "up, down or None")
    if figure.base and (figure.base not in figures and figure.base not in FIGURES):
        yield (
            "base",
            figure.base,
            Message(
                "清点个数的指标，由本章给出或是内置的",
                "a figure that counts the cases, glued by this chapter or a built-in one",
            ),
        )
    if figure.department not in CODES["action_department"]:
        yield "department", figure.department, _one_of(CODES["action_department"])


def _column_faults(table: ReportTable) -> Iterator[tuple[str, Any, Message]]:
    for column in table.columns:
        where = f"column {column.key}"
        if not (column.zh.strip() and column.en.strip()):
            both = Message("中文和英文的表头", "a head in Chinese and in English")
            yield where, (column.zh, column.en), both
        if column.form not in FORMS:
            yield f"{where}: form", column.form, _one_of(FORMS)
        if column.form in ("code", "status") and column.codes not in CODES:
            yield f"{where}: codes", column.codes, _one_of(sorted(CODES))
        if column.digits not in range(_MOST_DIGITS + 1):
            yield f"{where}: digits", column.digits, _DIGITS
