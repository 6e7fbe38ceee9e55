"""Names that no table has, where the words about them tell: 客户王某某, 张先生; on the twin."""

from __future__ import annotations

import re

from aftersales.contract.masked_forms import name
from aftersales.contract.masked_words import BEGINNINGS, CLEAR, DOUBLE, UNCLEAR
from aftersales.contract.twin import UNSEEN, Found

_TWO = "|".join(sorted(DOUBLE))
_SURNAME = f"(?:{_TWO}|[{CLEAR}{UNCLEAR}])"
# What follows a name in a sentence, and so is no part of one.
_AFTER = (
    "来去电致反投说称要表认问对在于的与及到已未不因将向请需有没被把提询抱催拒同进离等取送开修保报打联"
    "今昨上下一多两再又也都就很极比且并后前时是为了着过你我他她它这那能可会想让给从以但而或吗呢吧啊先"
    "女师经店主总工顾接技客车手号质维姐"
)
_GIVEN = rf"[^{_AFTER}\W0-9A-Z_]"
_B = rf"[ {UNSEEN}]{{0,3}}"
_SEP = rf"[ :是为叫名(/\-.,'{UNSEEN}]{{0,4}}"
_WHO = (
    "客户|车主|顾客|机主|用户|投诉人|送修人|联系人|来电人|收件人"
    "|驾驶员|驾驶人|家属|被保险人|报修人|投保人|姓名"
)
_END = rf"(?=$|[^\u4e00-\u9fff]|[{_AFTER}])"
_TOLD = re.compile(
    rf"(?:{_WHO}){_SEP}(?P<x>{_SURNAME}{_B}(?:[{CLEAR}](?={_GIVEN}{_GIVEN}))?"
    rf"{_GIVEN}(?:{_B}{_GIVEN})?){_END}"
)
# After a colon a name stands by itself, whatever it is made of.
_LISTED = re.compile(
    rf"(?:{_WHO})[ {UNSEEN}]*:[ {UNSEEN}]*(?P<x>{_SURNAME}{_B}[一-鿿](?:{_B}[一-鿿]){{0,2}})"
    r"(?=$|[^\u4e00-\u9fff*]|电话|手机|来电|反映)"
)
_SOMEBODY = re.compile(rf"(?P<x>{_SURNAME}(?:某+|[X×]{{1,3}}))(?![A-Z0-9])")
_FOREIGN = re.compile(rf"(?:{_WHO}){_SEP}(?P<x>[一-鿿]{{2,8}}\.[一-鿿]{{2,8}})")
_TITLED = re.compile(
    rf"(?P<x>{_SURNAME}(?:{_B}[一-鿿]){{0,3}}?){_B}(?:先生|女士|小姐|太太|阿姨|大姐|大爷|大叔)"
)
_STAFF = re.compile(r"(?:顾问|技师|师傅|接待|主管|经理|员工|前台|店长|客服|专员|同事)[ :]?$")
# Told by its capitals, in the text as it was typed.
LATIN = re.compile(
    r"(?<![A-Za-z])(?:Mr|Mrs|Ms|Miss|Madam)\.?\s{1,3}(?P<x>[A-Z][a-z]+(?:\s[A-Z][a-z]+)?)(?![A-Za-z])"
)


def _bare(m: re.Match[str]) -> str:
    return re.sub(rf"[ {UNSEEN}]", "", m["x"])


def _told(m: re.Match[str]) -> str | None:
    bare = _bare(m)
    return None if bare[:2] in BEGINNINGS or bare[1:3] in BEGINNINGS else name(bare)


def _listed(m: re.Match[str]) -> str | None:
    bare = _bare(m)
    return None if bare[:2] in BEGINNINGS else name(bare)


def _titled(m: re.Match[str]) -> str | None:
    bare = _bare(m)
    before = m.string[max(0, m.start() - 5) : m.start()]
    if _STAFF.search(before) or bare[:2] in BEGINNINGS or _JOINING & set(bare[1:]):
        return None
    return name(bare)


_JOINING = frozenset("的了和与跟给向对这那老某位名个些各诸")

NAMES: tuple[tuple[re.Pattern[str], Found], ...] = (
    (_SOMEBODY, lambda m: name(_bare(m))),
    (_FOREIGN, lambda m: name(_bare(m))),
    (_LISTED, _listed),
    (_TOLD, _told),
    (_TITLED, _titled),
)
