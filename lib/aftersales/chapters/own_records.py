"""Records of a chapter of one's own, held against the built-in ones and against each other."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from aftersales.contract.columns import FORMS
from aftersales.contract.errors import InputError
from aftersales.contract.figures import FIGURES, PREFIXES, Figure, Unit
from aftersales.contract.own import Record
from aftersales.contract.report_table import ReportTable
from aftersales.contract.schema import CODES
from aftersales.display.tables.records import REPORT_TABLES

_UNITS = get_args(Unit)
_MOST_DIGITS = 6


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
            raise InputError(f"glue: records: {record.name}: {where}: got {got!r}; expected {expected}.")
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
            raise InputError(f"glue: records: got {record!r}; expected Figure(…) or ReportTable(…).")
        record = _plainly(record)
        built_in = (FIGURES if isinstance(record, Figure) else REPORT_TABLES).get(record.name)
        known = built_in or whole.get((type(record), record.name))
        if known is not None and known != record:
            whose = "the built-in record" if built_in else "another record of that name"
            raise InputError(
                f"glue: records: {record.name}: {_difference(record, known)} in {whose}. "
                "Give what you glue a name of its own."
            )
        if built_in is None:
            whole[type(record), record.name] = record
    return list(whole.values())


def _plainly(record: Record) -> Record:
    """A record whose columns are a tuple, whatever they were given as."""
    if isinstance(record, Figure):
        return record
    return dataclasses.replace(record, columns=tuple(record.columns))


def _difference(record: Record, known: Record) -> str:
    """The first thing that two records of one name say differently."""
    name = next(
        field.name
        for field in dataclasses.fields(record)
        if getattr(record, field.name) != getattr(known, field.name)
    )
    if name == "columns":
        return "its columns are others than"
    return f"{name}: got {getattr(record, name)!r}, but it is {getattr(known, name)!r}"


def _faults(record: Record, figures: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    """What of a record is not as it should be: where, what it is, what was expected."""
    prefix, _, rest = record.name.partition(".")
    if prefix in PREFIXES or not (prefix.isidentifier() and rest):
        yield "name", record.name, "<your chapter's name>.<name>, as in waiting.late_share"
    texts = ["zh", "en"] + (["formula_zh", "formula_en"] if isinstance(record, Figure) else [])
    for text in texts:
        if not str(getattr(record, text) or "").strip():
            yield text, getattr(record, text), "a text: the report is made in Chinese and in English"
    if record.unit not in _UNITS:
        yield "unit", record.unit, f"one of {', '.join(_UNITS)}"
    yield from _figure_faults(record, figures) if isinstance(record, Figure) else _column_faults(record)


def _figure_faults(figure: Figure, figures: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    if figure.name not in figures:
        close = difflib.get_close_matches(figure.name, list(figures), n=1, cutoff=0.0)
        hint = f" Did you mean {close[0]}?" if close else ""
        yield "figures", ", ".join(figures), f"{figure.name} among what is glued.{hint}"[:-1].rstrip()
    value = figures.get(figure.name)
    if isinstance(value, str) or not (value is None or hasattr(value, "__float__")):
        yield "figures", value, "a number or None"
    if figure.rows is not None:
        yield (
            "rows",
            figure.rows,
            f"none here. Give the rows themselves: glue(…, rows={{{figure.name!r}: …}})",
        )
    if figure.digits is not None and figure.digits not in range(_MOST_DIGITS + 1):
        yield "digits", figure.digits, f"a whole number from 0 to {_MOST_DIGITS}"
    if figure.better not in (None, "up", "down"):
        yield "better", figure.better, "up, down or None"
    if figure.base and (figure.base not in figures and figure.base not in FIGURES):
        yield "base", figure.base, "a figure that counts the cases, glued by this chapter or a built-in one"
    if figure.department not in CODES["action_department"]:
        yield "department", figure.department, f"one of {', '.join(CODES['action_department'])}"


def _column_faults(table: ReportTable) -> Iterator[tuple[str, Any, str]]:
    for column in table.columns:
        where = f"column {column.key}"
        if not (column.zh.strip() and column.en.strip()):
            yield where, (column.zh, column.en), "a head in Chinese and in English"
        if column.form not in FORMS:
            yield f"{where}: form", column.form, f"one of {', '.join(FORMS)}"
        if column.form in ("code", "status") and column.codes not in CODES:
            yield f"{where}: codes", column.codes, f"one of {', '.join(sorted(CODES))}"
        if column.digits not in range(_MOST_DIGITS + 1):
            yield f"{where}: digits", column.digits, f"a whole number from 0 to {_MOST_DIGITS}"
