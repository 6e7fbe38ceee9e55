"""What the params say of an export that has its own tables, headers and values, and of columns that it lacks.

`aftersales adopt` proposes them. Here they are checked, and told by our own names from then on.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from aftersales.contract.errors import InputError
from aftersales.contract.home import DEFAULT
from aftersales.contract.message import Message
from aftersales.contract.schema import ANSWERS, CODE_ALIASES, CODES, FLAGS, TABLES, Column
from aftersales.contract.trade import FLAG_WORDS, WORDS

SECTIONS = ("table_names", "header_aliases", "constants", "value_aliases")
# What kinds of columns have values that can be mapped.
_MAPPED = ("code", "flag", "answer")
_SCALARS = (str, int, float, bool, dt.date, dt.datetime)


def plain(text: object) -> str:
    """A word without blanks, case and width, by which it is compared.

    >>> plain(" 私 家车"), plain(5.0)
    ('私家车', '5')
    """
    if isinstance(text, float) and text.is_integer():
        text = int(text)
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", str(text))).lower()


def read(values: Mapping[str, Any], origins: Mapping[str, str]) -> dict[str, Any]:
    """These sections of the params by our own names of tables, columns and codes.

    Parameters
    ----------
    origins
        The file that a section or one of its keys (``header_aliases.里程``) comes from, for messages.

    Raises
    ------
    InputError
        One of them is not what it should be; the message names the nearest name that there is.
    """

    def file(key: str) -> str:
        return origins.get(key) or origins.get(key.partition(".")[0]) or DEFAULT

    sections = {name: _lines(values.get(name) or {}, f"{file(name)}: {name}") for name in SECTIONS}
    names: dict[str, str | None] = {}
    for name, target in sections["table_names"].items():
        at = f"{file(f'table_names.{name}')}: table_names: {name}"
        names[str(name)] = None if target in (None, False, "") else _table(target, at)
    aliases = {
        str(k): _target(str(k), v, file(f"header_aliases.{k}")) for k, v in sections["header_aliases"].items()
    }
    constants: dict[str, dict[str, Any]] = {}
    for name, columns in sections["constants"].items():
        at = file(f"constants.{name}")
        table = _table(name, f"{at}: constants")
        for key, value in _lines(columns or {}, f"{at}: constants.{name}").items():
            column = _column(table, key, f"{at}: constants.{name}")
            constants.setdefault(table, {})[column.name] = _constant(
                column, value, f"{at}: constants.{name}.{key}"
            )
    mapped: dict[str, dict[str, Any]] = {}
    for name, pairs in sections["value_aliases"].items():
        from_file = file(f"value_aliases.{name}")
        at = f"{from_file}: value_aliases.{name}"
        of, _, key = str(name).partition(".")
        table = _table(of, f"{from_file}: value_aliases")
        column = _column(table, key, f"{from_file}: value_aliases.{of}")
        if column.kind not in _MAPPED:
            raise _wrong(
                at,
                name,
                "有选项的列，如 order_type",
                "a column with options, such as order_type",
            )
        own = _lines(pairs or {}, at)
        mapped[f"{table}.{column.name}"] = {plain(v): _meant(column, c, f"{at}.{v}") for v, c in own.items()}
    return {"table_names": names, "header_aliases": aliases, "constants": constants, "value_aliases": mapped}


def words(column: Column) -> dict[str, Any]:
    """Every word that a column with options takes, in its plain form, and what it means."""
    if column.kind == "flag":
        flags = FLAGS | FLAG_WORDS[""] | FLAG_WORDS.get(column.name, {})
        return {plain(word): "是" if flag else "否" for word, flag in flags.items()}
    if column.kind == "answer":
        return {plain(word): points for word, points in ANSWERS.items()}
    codes = column.codes or ""
    known = {plain(name): code for code, labels in CODES[codes].items() for name in (code, *labels)}
    others = CODE_ALIASES.get(codes, {}) | WORDS.get(codes, {})
    return {plain(name): code for name, code in others.items()} | known


def _target(header: str, target: object, file: str) -> str:
    """The column that a header means; of one table alone where its name stands before it (``jobs.日期``)."""
    at = f"{file}: header_aliases: {header}"
    if not isinstance(target, str):
        raise _wrong(at, target, "列名", "the name of a column")
    table = own_table(header.partition(".")[0]) if "." in header else None
    if table:
        return _column(table, target, at).name
    return target


def own_table(text: object) -> str | None:
    """A table by its canonical or Chinese name."""
    return _TABLES.get(plain(text))


def _table(text: object, at: str) -> str:
    if not (table := own_table(text)):
        raise _unknown(at, text, "表", "table", [n for t in TABLES.values() for n in (t.name, t.zh)])
    return table


def _column(table: str, text: object, at: str) -> Column:
    for column in TABLES[table].columns:
        if plain(text) in (plain(column.name), plain(column.zh)):
            return column
    raise _unknown(at, text, "列", "column", [n for c in TABLES[table].columns for n in (c.name, c.zh)])


def _constant(column: Column, value: object, at: str) -> object:
    """A value for every row: never one by which rows, vehicles or stores are told from each other."""
    if column.name in ("store", "vin") or column.name.endswith("_id"):
        raise _wrong(
            at,
            value,
            "不用来区分门店、车辆或记录的列",
            "a column that does not tell stores, vehicles or records apart",
        )
    if value is None or not isinstance(value, _SCALARS):
        raise _wrong(at, value, "一个值", "one value")
    return _meant(column, value, at) if column.kind in _MAPPED else value


def _meant(column: Column, value: object, at: str) -> object:
    """What a value means, as the column has it; None for an empty cell."""
    if value is None and not column.required:
        return None
    known = words(column)
    if isinstance(value, bool):
        value = "是" if value else "否"
    if plain(value) in known:
        return known[plain(value)]
    if column.kind == "answer" and isinstance(value, (int, float)) and 0 <= value <= 100:
        return float(value)
    codes = CODES.get(column.codes or "", {})
    options = [f"{code} {zh}" for code, (zh, _) in codes.items()] or list(known)
    raise _wrong(at, value, "、".join(options), ", ".join(codes or known))


def _lines(values: object, at: str) -> Mapping[Any, Any]:
    if not isinstance(values, Mapping):
        raise _wrong(at, values, "“名称: 值”这样的行", "`name: value` lines")
    return values


def _wrong(at: str, got: object, zh: str, en: str) -> InputError:
    return InputError(Message(zh=f"{at}：得到 {got!r}；应为{zh}。", en=f"{at}: got {got!r}; expected {en}."))


def _unknown(at: str, text: object, zh: str, en: str, known: list[str]) -> InputError:
    near = difflib.get_close_matches(str(text), known, n=1, cutoff=0.0)[0]
    return InputError(
        Message(
            zh=f"{at}：没有{zh} {text}。是不是 {near}？",
            en=f"{at}: unknown {en} {text}. Did you mean {near}?",
        )
    )


_TABLES = {plain(name): table.name for table in TABLES.values() for name in (table.name, table.zh)}
