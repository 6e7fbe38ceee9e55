"""Which table a file or sheet is named after, as people name their exports.

A name is that of a table and nothing else, or one with marks around it: a month or a date, a number, a word
that says it was exported, copied or made anew (``维修工单2024年4月``, ``投诉台账_20240501 (1)``,
``维修工单 - 副本``). Whatever else stands in a name makes it another one; `likely` says which table it may be
all the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from aftersales.contract.schema import TABLES

# Which part of the records: a month, a date, a quarter.
_PERIOD = re.compile(
    r"(?:20)?\d\d年(?:度|\d{1,2}月份?)?(?:\d{1,2}[日号])?"
    r"|(?<!\d)20\d\d[-_.]?(?:0?[1-9]|1[0-2])(?:[-_.]?(?:0[1-9]|[12]\d|3[01]|[1-9]))?"
    r"(?:[t_\s-]*(?:[01]\d|2[0-3])[-:_.]?[0-5]\d(?:[-:_.]?[0-5]\d)?)?(?!\d)"
    r"|(?<!\d)20\d\d(?!\d)"
    r"|\d{1,2}月份?(?:\d{1,2}[日号])?|(?:十[一二]?|[一二三四五六七八九])月份?"
    r"|q[1-4](?!\d)|第?[一二三四1-4]季度?|[上下]半年|[上中下]旬|第?[一二三四五1-5]周|全年|年度|[本上当]月"
    r"|(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)(?![a-z])"
)
# That it was made again: by hand, so that which of two counts is not known.
_AGAIN = re.compile(
    r"副本|复件|拷贝|备份|最新版?|最终版?|终版|定稿版?|[新旧]版?|(?:修改|修订|更新|更正|审核|确认|核对)[后版稿]?"
    r"|第?\d+版|版本?\s*\d+|(?:v|ver|rev)\.?\s*\d+(?:\.\d+)*(?![a-z0-9])"
    r"|(?:copy(?:\s+of)?|backup|bak|final|newest|latest|new|old)(?![a-z])"
)
# A number: a browser's for a file of a name that it had, or that of a part.
_NUMBER = re.compile(r"(?:第\s*)?\d{1,3}(?:\s*部分)?(?!\d)|(?:part|p)\s*\d{1,3}(?!\d)")
# That it is an export, which every file is.
_EXPORT = re.compile(
    r"(?:数据)?导出(?:数据|结果)?|下载|数据表?|列表|清单|报表|表格?|全[部量]|原始|(?:dms|crm|erp)(?:系统)?"
    r"|(?:exported|export|download|data|list|table|utf-?8|gbk|gb18030|csv|xlsx?|txt)(?![a-z])"
)
_BETWEEN = re.compile(r"[\s_\-–—−.·,，、;；+&()\[\]{}<>《》「」【】“”\"'~#至到]+")
# Words of the trade by which a table can be guessed from a name.
_WORDS: dict[str, tuple[str, ...]] = {
    "repair_orders": ("工单", "委托书", "维修", "结算", "修理", "进厂", "接车", "repair", "order", "ro"),
    "bookings": ("预约", "booking", "appointment"),
    "jobs": ("派工", "施工", "作业", "工时", "完工", "技师", "返修", "job"),
    "survey_calls": ("回访", "满意度", "调查", "电访", "survey", "call"),
    "grievances": ("不满意", "抱怨", "grievance"),
    "oem_css": ("css", "csi", "ssi", "厂家", "主机厂"),
    "oem_pt": ("神秘", "飞检", "暗访", "mystery"),
    "complaints": ("投诉", "客诉", "complaint"),
    "customers": ("客户", "车主", "档案", "会员", "用户", "车辆", "customer", "vehicle"),
    "churn_calls": ("流失", "churn"),
    "actions": ("改善", "整改", "措施", "改进", "action"),
}  # fmt: skip


@dataclass(frozen=True)
class Named:
    """A table by the name of its file or sheet.

    Attributes
    ----------
    table
        Canonical name.
    part
        What the name says of the part of the records that it holds: months, dates and numbers.
    again
        Words that say it was copied or made anew.
    sure
        Whether the name says so itself: a sheet may have none but that of its file.
    """

    table: str
    part: str = ""
    again: str = ""
    sure: bool = True

    @property
    def marked(self) -> bool:
        """Whether anything stands in the name besides the table's."""
        return bool(self.part or self.again)


def narrow(text: str) -> str:
    """A name in small narrow letters.

    >>> narrow(" ＣＳＳ（１）")
    'css(1)'
    """
    return unicodedata.normalize("NFKC", text).strip().lower()


def named(text: str, own: Mapping[str, str | None]) -> Named | None:
    """The table that a file or sheet is named after; None where it is none.

    Parameters
    ----------
    text
        The name of a sheet, or of a file without its ending.
    own
        What a store calls its tables: name to table, None where it is none of the report's.

    Examples
    --------
    >>> named("维修工单2024年4月", {}).table, named("投诉台账_20240501 (1)", {}).part
    ('repair_orders', '20240501 1')
    >>> named("维修工单 - 副本", {}).again, named("流失回访记录", {}), named("维修工单统计", {})
    ('副本', None, None)
    """
    found = _named(text, own)
    return found if found and found.table else None


def refused(text: str, own: Mapping[str, str | None]) -> bool:
    """Whether the params say of a file or sheet that it is none of the report's tables.

    >>> refused("客户信息_202404", {"客户信息": None}), refused("客户信息", {})
    (True, False)
    """
    found = _named(text, own)
    return found is not None and not found.table


def _named(text: str, own: Mapping[str, str | None]) -> Named | None:
    plain = narrow(text)
    mine = {narrow(name): table for name, table in own.items()}
    if plain in mine:
        return Named(mine[plain] or "")
    for pattern, table in [*_patterns(tuple(mine.items())), *_patterns(_KNOWN)]:
        for found in pattern.finditer(plain):
            before, after = _marks(plain[: found.start()]), _marks(plain[found.end() :])
            if before is not None and after is not None:
                return Named(table or "", " ".join(before[0] + after[0]), " ".join(before[1] + after[1]))
    return None


def only_marks(text: str) -> Named | None:
    """The part that the name of a sheet says it is, where it says nothing else: ``3月``, ``2024-04``, ``1``.

    The sheet is one of the table that its file is named after.

    >>> only_marks("3月").part, only_marks("透视")
    ('3月', None)
    """
    marks = _marks(narrow(text))
    if marks is None or not marks[0]:
        return None
    return Named("", " ".join(marks[0]), " ".join(marks[1]))


def book(text: str) -> Named:
    """What the name of a workbook of several tables says of the part of the records that it holds.

    >>> book("月报数据-2024-03 副本")
    Named(table='', part='月报数据 2024 03', again='副本', sure=True)
    """
    plain = narrow(text)
    again = [found[0] for found in _AGAIN.finditer(plain)]
    return Named("", " ".join(_BETWEEN.sub(" ", _AGAIN.sub(" ", plain)).split()), " ".join(again))


def without_marks(text: str) -> str:
    """A name as it is next month too: without dates, numbers and copies at its ends.

    >>> without_marks("工单结算明细_202404 (1)"), without_marks("2024年4月 客户回访")
    ('工单结算明细', '客户回访')
    """
    shown = unicodedata.normalize("NFKC", text).strip()
    small = shown.lower()
    start = max(i for i in range(len(shown) + 1) if _marks(small[:i]) is not None)
    end = min(i for i in range(len(shown) + 1) if _marks(small[i:]) is not None)
    return shown[start:end] if start < end else shown


def likely(text: str) -> list[str]:
    """The tables that a name may mean, by the words in it; those of which most stands in it first.

    >>> likely("流失回访记录"), likely("工单结算明细"), likely("2024工资")
    (['churn_calls', 'survey_calls'], ['repair_orders'], [])
    """
    plain = narrow(text)
    pieces = set(re.findall(r"[a-z]+", plain))
    points = {
        table: sum(len(w) for w in words if (w in pieces or w + "s" in pieces if w.isascii() else w in plain))
        for table, words in _WORDS.items()
    }
    if points["churn_calls"] and points["survey_calls"]:
        points["churn_calls"] += points["survey_calls"]
    return sorted((t for t in points if points[t]), key=lambda t: -points[t])


def _marks(rest: str) -> tuple[list[str], list[str]] | None:
    """What stands beside a table's name: parts, and words of copies; None where anything else does."""
    part: list[str] = []
    again: list[str] = []
    kinds = ((_BETWEEN, None), (_PERIOD, part), (_AGAIN, again), (_NUMBER, part), (_EXPORT, None))
    at = 0
    while at < len(rest):
        for pattern, kept in kinds:
            if found := pattern.match(rest, at):
                if kept is not None:
                    kept.append(found[0].strip())
                at = found.end()
                break
        else:
            return None
    return part, again


@cache
def _patterns(names: tuple[tuple[str, str | None], ...]) -> list[tuple[re.Pattern[str], str | None]]:
    """Each name as a pattern, the longest first: blanks may stand between its characters."""
    ordered = sorted(names, key=lambda one: -len(one[0]))
    return [(_spaced(name), table) for name, table in ordered if name]


def _spaced(name: str) -> re.Pattern[str]:
    parts = ["[\\s_-]*" if c in "_- " else re.escape(c) for c in name]
    joined = parts[0]
    for before, here, part in zip(name, name[1:], parts[1:], strict=False):
        joined += part if before.isascii() and here.isascii() else r"\s*" + part
    ascii_ends = (r"(?<![a-z])" if name[0].isascii() else "") + joined
    return re.compile(ascii_ends + (r"(?![a-z])" if name[-1].isascii() else ""))


_KNOWN: tuple[tuple[str, str | None], ...] = tuple(
    (name, table.name) for table in TABLES.values() for name in (table.name, table.zh.lower())
)
