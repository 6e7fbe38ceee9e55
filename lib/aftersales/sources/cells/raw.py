"""A table as it stands in a source, before anything is read into its cells, and what its headers mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from aftersales.contract import foreign
from aftersales.contract.message import Message, listed
from aftersales.contract.row_counts import LeftOut
from aftersales.contract.schema import CODES, TABLES, VIN_TAILS
from aftersales.sources.cells.coded import Cells

Form = Literal["text", "workbook", "typed"]


@dataclass(frozen=True)
class Raw:
    """A table as it stands in the source.

    Attributes
    ----------
    table
        Canonical name.
    file, sheet
        Where it stands, in words fit for print.
    headers
        The headers as found, "" where one is missing.
    cells
        Cells as found, one array a header; empty cells are None.
    rows
        The number of each row as Excel shows it; None for a database.
    form
        ``text``: all cells are texts, so a number shows how many decimals it was printed with; ``workbook``:
        a date or a number that is a text was typed as one; ``typed``: Parquet or a database.
    repairs
        What was repaired so far; see `aftersales.sources.cells.repairs`.
    header_row
        The number of the row with the headers.
    count
        How many rows but that one have anything in them, counted apart from the reading; None where nothing
        was read yet.
    left_out
        Those that are no records.
    """

    table: str
    file: str
    sheet: str | None
    headers: list[str]
    cells: Sequence[Cells]
    rows: np.ndarray | None
    form: Form
    repairs: list[dict[str, Any]] = field(default_factory=list)
    header_row: int = 1
    count: int | None = None
    left_out: list[LeftOut] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.cells[0]) if self.cells else 0


def table_name(text: str) -> str | None:
    """The canonical name of a table given in canonical or Chinese form.

    >>> table_name("维修工单"), table_name(" Jobs"), table_name("notes")
    ('repair_orders', 'jobs', None)
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    return next((t.name for t in TABLES.values() if plain in (t.name, t.zh.lower())), None)


@lru_cache(4096)
def _plain(header: str) -> str:
    text = unicodedata.normalize("NFKC", header.translate(_CIRCLED)).lower()
    text = _BRACKETS.sub(_beside, re.sub(r"[\s\u200b-\u200f\u2060\ufeff]", "", text))
    text = _NUMBERING.sub("", re.sub(r"[*:#=\"'`“”‘’「」『』《》【】\[\]]", "", text))
    return _UNIT.sub("", text)


def plain(header: Any) -> str:
    """A header without what forms put beside its name: blanks, marks, case, width, number, format and unit.

    What is not known to be such a thing stays: 结算金额（万元） is another column.

    >>> plain("ＲＯ 号 *"), plain("1. 开单时间\\n(yyyy-mm-dd)"), plain("金额（元）"), plain("①VIN（17位）")
    ('ro号', '开单时间', '金额', 'vin')
    >>> plain("结算金额（万元）"), plain("车架号（后6位）")
    ('结算金额万元', '车架号后6位')
    """
    return _plain(header if isinstance(header, str) else str(header))


_CIRCLED = {0x2460 + i: f"{i + 1}." for i in range(20)}
_NUMBERING = re.compile(r"^(?:no\.?)?(?:\d{1,2}[.、)-]|\(\d{1,2}\))(?=\D)")
_BRACKETS = re.compile(r"[(\[【<{]([^()\[\]【】<>{}]*)[)\]】>}]")
_UNIT = re.compile(r"(?<=[一-鿿])(?<![百千万亿])[/_-]?(?:km|公里|千米|元)$")
# What stands in brackets beside a name and does not make it another one.
_ASIDE = re.compile(
    r"必填项?|必输项?|必录|必选|选填|可选|可空|可为空|可不填|非必填|不可为空|非空|唯一|不可重复|不重复|自动|自动生成|系统生成"
    r"|文本|文本型|文本格式|文字|字符型?|数字|数值型?|整数|小数|日期|日期型|日期格式|时间|日期时间|下拉|下拉选择|单选|请选择"
    r"|(?:单位:?)?(?:元|人民币元?|rmb|cny|¥|km|公里|千米)|分|百分制|0[-~至到]100分?|满分100分?"
    r"|(?!6位|8位)\d{1,2}位(?:数|数字|字符)?|(?:格式|例如?|如|示例|format|e\.?g\.?)[:：]?.+"
    r"|y{2,4}[-/.年]?m{1,2}(?:[-/.月]?d{1,2}日?)?(?:t?h{1,2}:?m{1,2}(?::?s{1,2})?)?"
    r"|required|optional|text|number|date|datetime|unique|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
)


def _beside(found: re.Match[str]) -> str:
    """What stays of a bracket: nothing of an aside, nor of a list of the column's options."""
    text = found[1]
    options = re.split(r"[/、,，|;；]|或", text)
    if _ASIDE.fullmatch(text) or (len(options) > 1 and all(o in _OPTIONS for o in options)):
        return ""
    return found[0] if text.isdigit() else text


_OPTIONS = {
    name.lower() for codes in CODES.values() for code, labels in codes.items() for name in (code, *labels)
} | {"是", "否", "y", "n", "yes", "no"}


# Headers that say that a column holds only the end of a VIN, and how many characters of it.
TAIL_HEADERS = {plain(header): length for header, length in VIN_TAILS.items()}


def headers_of(table: str, more: Mapping[str, str]) -> dict[str, tuple[str, int]]:
    """Every header that is understood for a table, to its column and its rank.

    A table may have two headers that mean the same column (开单时间 and 进厂时间): the lower rank counts, 0
    for those of the params, 1 for the column's own names, 2 for what dealer systems call it, 3 for the end
    of a VIN.
    """
    known: dict[str, tuple[str, int]] = {}
    for column in TABLES[table].columns:
        known |= {plain(header): (column.name, 2) for header in column.aliases if plain(header) not in known}
        if column.by_tail:
            known |= dict.fromkeys(TAIL_HEADERS, (column.name, 3))
    for column in TABLES[table].columns:
        known |= {plain(header): (column.name, 1) for header in (column.name, column.zh)}
    own = {header: column for header, (column, rank) in known.items() if rank == 1}
    mine: dict[str, str] = {}
    for header, target in more.items():
        of = foreign.own_table(header.partition(".")[0]) if "." in header else None
        if of is None:
            mine = {header: target, **mine}  # what is said of this table alone counts for more
        elif of == table:
            mine[header.partition(".")[2]] = target
    known |= {plain(h): (canonical, 0) for h, target in mine.items() if (canonical := own.get(plain(target)))}
    return known


def required_in(table: str, headers: Collection[str], more: Mapping[str, str] = MappingProxyType({})) -> bool:
    """Whether all columns that a table must have stand among plain headers."""
    known = headers_of(table, more)
    existing = {known[header][0] for header in headers if header in known}
    return existing >= {c.name for c in TABLES[table].columns if c.required}


def required_places(headers: Sequence[Any], table: str, more: Mapping[str, str]) -> list[int]:
    """Which columns must not have an empty cell."""
    known = headers_of(table, more)
    needed = {c.name for c in TABLES[table].columns if c.required}
    return [i for i, header in enumerate(headers) if known.get(plain(header), ("", 0))[0] in needed]


def expected_headers(table: str) -> Message:
    """The headers that a table must have, in words."""
    needed = [c for c in TABLES[table].columns if c.required]
    return listed(Message(c.zh, f"{c.zh} ({c.name})") for c in needed)
