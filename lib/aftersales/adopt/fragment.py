"""A proposal as a fragment of the params: YAML with comments on how sure it is and what nobody can know."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from typing import Any

from aftersales.adopt.propose import Match, Proposal, Value
from aftersales.check.terminal import width
from aftersales.contract import mask
from aftersales.contract.language import plural, say
from aftersales.contract.params import Params
from aftersales.contract.schema import CODES, TABLES, Column
from aftersales.sources.cells.likely import Guess

# What YAML takes for a text without quotation marks.
_PLAIN = re.compile(
    r"(?!(?:null|true|false|yes|no|on|off|y|n)\Z)[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff.·/()（）-]*", re.I
)
_COMMENTS = 40  # the column in which they begin
_SHOWN = 40  # values of a column, headers of a table

_INTRO = (
    (
        "对 {source} 的建议（aftersales adopt）。逐条核对，再贴进参数 params/default.yml。",
        "参数里同名的一段若有内容，用这里的换掉它（原有的都带过来了）；若是空的 {{}}，不必管它。",
        "带 ? 的，从导出里看不出来：知道的填好，去掉行首的 #；不知道的就留着。",
    ),
    (
        "Proposed for {source} (aftersales adopt). Check each line, then paste all into params/default.yml.",
        "Where a section of that name holds something, this one takes its place (and keeps what it holds);",
        "an empty one {{}} may stay. What is marked ? the export does not tell: fill it in and take away its",
        "#, or leave it.",
    ),
)
_WHY = {
    "known": ("有几列可以是它，取这一列", "several headers may mean it: this one"),
    "word": ("行业里的叫法，内容也相符", "a word of the trade, and what stands there fits"),
    "similar": ("叫法相近，内容相符：请核对", "a similar word, and what stands there fits: please check"),
    "cells": ("只凭内容：请核对", "by what stands there alone: please check"),
}
_ASSUMED = {
    "owner_type": (
        "假定：导出里没有，看不出哪些是公车；公车会算进私车的流失和应回访。"
        "知道的可在 corrections.yml 里逐辆改",
        "assumed: the export does not have it. Fleet vehicles count as private ones, also among those to "
        "call; those that are known can be corrected in corrections.yml",
    ),
    "created_at": (
        "假定：导出里没有，取最早一张工单的月初；档案客户数因此各月相同，走势没有意义",
        "assumed: the export does not have it; the month of the earliest order. So the archive counts the "
        "same each month, and its trend says nothing",
    ),
}


def fragment(proposal: Proposal, source: str, settings: Params, lang: str) -> str:
    """The text to paste into the params.

    Parameters
    ----------
    source
        In words fit for print.
    settings
        What the params say already is kept, so that each section takes the place of the one that is there.
    """
    intro = _INTRO[0 if lang == "zh" else 1]
    lines = [f"# {line}".format(source=source) for line in intro]
    for name, section in (
        ("table_names", _tables(proposal, settings, lang)),
        ("header_aliases", _headers(proposal, settings, lang)),
        ("constants", _constants(proposal, settings, lang)),
        ("value_aliases", _values(proposal, settings, lang)),
    ):
        if section:
            lines += ["", f"{name}:", *section]
    return "\n".join(lines) + "\n"


def _tables(proposal: Proposal, settings: Params, lang: str) -> list[str]:
    lines = [_line(1, name, table) for name, table in settings.table_names.items()]
    said = set(map(str, settings.table_names))
    for match in proposal.matches:
        table = TABLES[match.table]
        name = say(lang, table.zh, table.en)
        if match.missing:
            lacks = _columns([table.column(c) for c in match.missing], lang)
            comment = say(lang, f"像是{name}，但没有{lacks}：不读", f"{name}, but without {lacks}: not read")
            lines.append(_line(1, match.name, None, comment))
            continue
        if not match.own and match.name not in said:
            found, every = len(match.guesses), sum(map(bool, match.headers))
            comment = say(lang, f"{name}：{every}列里认出{found}列", f"{name}: {found} of {every} columns")
            lines.append(_line(1, match.name, match.table, comment))
            said.add(match.name)
        known = {guess.column for guess in match.guesses} | {"store"}
        lacking = [c for c in table.columns if c.name not in known and not c.required and c.default is None]
        if lacking:
            title, listed = mask.text(match.seen.title), _columns(lacking, lang)
            lines.append(f"  # {say(lang, f'{title}里没有：{listed}', f'{title} has no {listed}')}")
    for seen, tables in proposal.others:
        listed = say(lang, "、".join(TABLES[t].zh for t in tables), ", ".join(TABLES[t].en for t in tables))
        maybe = say(lang, f"可能是{listed}", f"may be {listed}")
        nothing = say(lang, "看不出是哪张表，不读", "none of the tables that is known; not read")
        title = mask.text(seen.title)
        lines.append(
            _comment(f"  # {_key(mask.text(seen.names[0]))}: ?", f"{title}: {maybe if tables else nothing}")
        )
    return lines


def _headers(proposal: Proposal, settings: Params, lang: str) -> list[str]:
    lines = [_line(1, header, column) for header, column in settings.header_aliases.items()]
    for header, (column, match, guess) in proposal.headers.items():
        if header not in settings.header_aliases:
            lines.append(_line(1, header, column, _why(match, guess, lang)))
    for match in proposal.read:
        used = {guess.place for guess in match.guesses}
        rest = [mask.text(header) for i, header in enumerate(match.headers) if header and i not in used]
        if rest:
            title, listed = mask.text(match.seen.title), say(lang, "、", ", ").join(rest[:_SHOWN])
            lines.append(f"  # {say(lang, f'{title}里没用上：{listed}', f'not used of {title}: {listed}')}")
    return lines


def _why(match: Match, guess: Guess, lang: str) -> str:
    column = TABLES[match.table].column(guess.column)
    why = say(lang, f"{column.zh}：", f"{column.en}: ") + say(lang, *_WHY[guess.why])
    if guess.other is None:
        return why
    other = mask.text(match.headers[guess.other])
    return why + say(lang, f"；也可能是“{other}”", f"; or it is {other}")


def _constants(proposal: Proposal, settings: Params, lang: str) -> list[str]:
    lines: list[str] = []
    for table in TABLES:
        given, assumed = settings.constants.get(table, {}), proposal.constants.get(table, {})
        if given or assumed:
            lines += [f"  {table}:", *(_line(2, name, value) for name, value in given.items())]
        for name, value in assumed.items():
            comment = say(lang, *_ASSUMED[name])
            again = any(comment in line for line in lines)
            lines.append(
                _line(2, name, value, say(lang, "假定：同上", "assumed, as above") if again else comment)
            )
    return lines


def _values(proposal: Proposal, settings: Params, lang: str) -> list[str]:
    lines = []
    for name in dict.fromkeys([*settings.value_aliases, *proposal.values]):
        table, _, key = name.partition(".")
        column, found = TABLES[table].column(key), proposal.values.get(name, [])
        about = say(lang, f"{column.zh}：", f"{column.en}: ") + _options(column, lang)
        if key == "proactive":
            about += say(lang, "；是 = 本店打电话约来的", "; 是 = the store called the customer")
        lines.append(_comment(f"  {name}:", about))
        lines += [_line(2, text, meant) for text, meant in settings.value_aliases.get(name, {}).items()]
        lines += [_value(value, lang) for value in found[:_SHOWN]]
        if more := len(found) - len(found[:_SHOWN]):
            lines.append(f"    # {say(lang, f'… 还有{more}种', f'… and {more} more')}")
    return lines


def _value(value: Value, lang: str) -> str:
    rows = say(lang, f"{value.count:,}行", plural(value.count, "row"))
    if value.meant is None:
        unknown = say(
            lang, f"{rows}，看不出是哪一项", f"{rows}; which of the options the export does not tell"
        )
        return _comment(f"    # {_key(value.text)}: ?", unknown)
    return _line(
        2, value.text, value.meant, rows + ("" if value.sure else say(lang, "，请核对", "; please check"))
    )


def _options(column: Column, lang: str) -> str:
    if column.kind == "answer":
        return say(lang, "0–100分", "0 to 100 points")
    if column.kind == "flag":
        return "是、否"
    options = CODES[column.codes or ""].items()
    return say(
        lang, "、".join(f"{code} {zh}" for code, (zh, _) in options), ", ".join(code for code, _ in options)
    )


def _columns(columns: Sequence[Column], lang: str) -> str:
    return say(lang, "、".join(c.zh for c in columns), ", ".join(c.name for c in columns))


def _line(depth: int, key: str, value: Any, comment: str = "") -> str:
    return _comment(f"{'  ' * depth}{_key(key)}: {_scalar(value)}", comment)


def _comment(text: str, comment: str) -> str:
    return f"{text}{' ' * (_COMMENTS - width(text))}  # {comment}" if comment else text


def _key(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, (int, float, dt.date)) else _key(str(value))
