"""VINs and plates, as people type them; on the twin of a text."""

from __future__ import annotations

import re

from aftersales.contract.masked_forms import STARS, plate
from aftersales.contract.twin import GAP, UNSEEN, Found

_APART = re.compile(rf"[^0-9A-Z{UNSEEN}]+")
_BARE = re.compile(r"[^0-9A-Z]+")
# A number with decimals beside another one.
_DECIMALS = re.compile(r"[0-9]\.[0-9]+[^0-9A-Z.]|[^0-9A-Z.][0-9]+\.[0-9]")
_VIN = re.compile(
    rf"(?:(?<![A-Z0-9])|(?<=VIN))(?=[^0-9\u4e00-\u9fff]{{0,120}}[0-9])[A-Z0-9](?:{GAP}[A-Z0-9]){{16}}(?![A-Z0-9])"
)
# The first characters of the VINs of China and of makers whose cars are common there.
_MAKER = re.compile(
    r"L[A-Z0-9]{2}|W(?:BA|BS|BY|B1|B[0-9]|DB|DC|DD|DF|1K|1N|VW|VG|V1|V2|AU|A1|UA|P0|P1|MW|ME|F0)|TRU|TM[AB]|VSS|VF[1378]|VR[137]|S(?:AL|AJ|AD|CA|CB"
    r"|CC|CF|JN|HH|BM|B1)|Z(?:FA|FF|AM|AR|AS|HW)|YV[14]|YS[23]|LYV|J(?:T[A-Z0-9]|N[18KR]|HM|HL|H4|M[1367Z]|F[12]|S[23A]|A[34])|"
    r"K(?:MH|M8|NA|ND|NE|NM|L1|PT)|[1-5](?:HG|G[0-9A-Z]|F[AMT]|C[346]|J[4]|N[46]|T[1-9DFN]|VW|VV|FA|FE|KP|US|YJ|UX|YM|J[68]|NM|NP|LM|LN|B[37])|"
    r"55S|7SA|7FA|6T1|6G[12]|9BW|MAL|MHF|NMT|XTA|XW8|SDB"
)
_VIN_WORD = r"(?:VIN|车架|底盘|识别代[号码])(?:号码?|码|后)?"
_TOLD = re.compile(rf"{_VIN_WORD}[^0-9A-Z]{{0,6}}$")
# A number of a document; one with its date.
_NUMBERED = re.compile(r"[A-Z]{1,4}[0-9]{2,}")
_DOCUMENT = re.compile(r"[A-Z]{1,4}(?:20)?[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{7,}")
_NO_TAIL = re.compile(
    rf"{_VIN_WORD}[^0-9A-Z\n*末尾后]{{0,6}}(?P<x>(?=[^\n]{{0,8}}[0-9])[A-Z][A-Z0-9]{{2}}(?:{GAP}[A-Z0-9]){{6,15}}|"
    rf"[0-9][A-Z]{{2}}(?:{GAP}[A-Z0-9]){{6,15}})(?![A-Z0-9])"
)
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼港澳使领"
_BETWEEN = rf"[ \n\-./:#('{UNSEEN}]{{0,4}}+"
_IN = rf"[ \-.{UNSEEN}]{{0,3}}+"
_PLATE = re.compile(
    rf"(?:WJ{_BETWEEN})?([{_PROVINCES}]){_BETWEEN}([A-Z]){_BETWEEN}"
    rf"((?:[A-Z0-9]{_IN}){{4,5}}[A-Z0-9]|(?:[A-Z0-9]{_IN}){{3}}[A-Z0-9](?={_IN}[挂学警港澳领使试超]))"
    rf"(?:{_IN}[挂学警港澳领使试超])?(?![A-Z0-9])"
)
_ARMED = re.compile(
    rf"WJ{_BETWEEN}(?:[{_PROVINCES}]|[0-9]{{2}}){_BETWEEN}([0-9A-Z]{{4,5}}[A-Z0-9]?)(?![A-Z0-9])"
)
_MISSION = re.compile(rf"([使领]){_BETWEEN}([0-9]{{3}}{_IN}[0-9]{{3}})(?![0-9A-Z])")
_CONSULATE = re.compile(rf"([{_PROVINCES}]){_BETWEEN}([A-Z]){_BETWEEN}([0-9]{{3,5}}){_IN}([领使警学挂港澳])")
_NAMED_PLATE = re.compile(
    rf"(?:车牌|牌照|牌号|车号)(?:号码?)?[ :是为/(\-]{{0,4}}[一-鿿]?{_BETWEEN}"
    rf"(?P<x>[A-Z]{_IN}(?=[A-Z0-9 \-.]{{0,8}}[0-9]{{2}})(?:[A-Z0-9]{_IN}){{4,5}}[A-Z0-9])(?![A-Z0-9])"
)
# Provinces' signs that are words of every day too.
_WORDS = frozenset("新贵云青宁川吉港黑")
_NAMED = re.compile(r"(?:牌|车号|车主|车辆)[^A-Z0-9]{0,6}$")
_NO_PLATE = re.compile(r" {0,2}(?:款|年|月|元|万|公里|KM|版|型|号楼|V|T)")


def of_a_maker(bare: str) -> bool:
    """Whether the first characters of a VIN's twin are those of a maker.

    >>> of_a_maker("LSVAA2180E2012345"), of_a_maker("RO202404150001234")
    (True, False)
    """
    return _MAKER.match(bare) is not None


def _looks_a_vin(bare: str, told: bool) -> bool:
    """Whether 17 characters that do not stand together are one: by its maker, its check digit or a word."""
    letters = sum(c.isalpha() for c in bare)
    if set("IOQ") & set(bare) or not bare[-4:].isdecimal():
        return False
    return told or (letters >= 4 and len(bare) - letters >= 7 and (of_a_maker(bare) or _checks(bare)))


def _checks(bare: str) -> bool:
    """The ninth character of a VIN checks the others.

    >>> _checks("1HGCM82633A004352")
    True
    """
    values = dict(
        zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True)
    )
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    total = sum(w * (int(c) if c.isdecimal() else values[c]) for c, w in zip(bare, weights, strict=True))
    return "0123456789X"[total % 11] == bare[8]


def _vin(m: re.Match[str]) -> str | None:
    bare = _BARE.sub("", m[0])
    if bare.isdecimal() or bare.isalpha():
        return None
    groups = [_BARE.sub("", g) for g in _APART.split(m[0])]
    told = _TOLD.search(m.string[max(0, m.start() - 16) : m.start()]) is not None
    if len(groups) == 1:
        return STARS + bare[-6:] if told or not _DOCUMENT.fullmatch(bare) else None
    usual = told or _usual(m[0], groups, of_a_maker(bare))
    return STARS + bare[-6:] if usual and _looks_a_vin(bare, told) else None


def _usual(text: str, groups: list[str], makers: bool) -> bool:
    """Whether people set a VIN apart like this: no words, no decimals, no numbers of documents."""
    lengths = [len(group) for group in groups]
    if set(lengths) == {1}:
        return True
    if any(group.isalpha() and len(group) > 6 + makers for group in groups) or len(groups) > 7:
        return False
    begins_as_one = makers and len(groups[0]) > 5 and not groups[0].isalpha()
    documents = sum(_NUMBERED.fullmatch(group) is not None for group in groups)
    return lengths[0] >= 3 and (begins_as_one or (documents < 2 and not _DECIMALS.search(text)))


def _words(text: str) -> bool:
    return _DECIMALS.search(text) is not None or any(g.isalpha() and len(g) > 6 for g in _APART.split(text))


def _no_tail(m: re.Match[str]) -> str | None:
    bare = _BARE.sub("", m["x"])
    digits = sum(c.isdecimal() for c in bare)
    return STARS if 3 <= digits < len(bare) and not set("IOQ") & set(bare) and not _words(m["x"]) else None


def _plate(m: re.Match[str]) -> str | None:
    serial = _BARE.sub("", m[3])
    pieces = [g for g in _APART.split(m[3]) if g]
    digits = sum(c.isdecimal() for c in serial)
    if digits < 2 or (
        len(pieces) > 1 and digits < len(serial) - 2
    ):  # as a serial has two letters at the most
        return None
    told = _NAMED.search(m.string[max(0, m.start() - 10) : m.start()]) is not None
    another = m[1] in _WORDS or _NO_PLATE.match(m.string, m.end()) or 3 < len(pieces) < len(serial)
    return None if len(pieces) > 1 and not told and another else _shown(m[0])


def _shown(text: str) -> str:
    return plate(text.replace(UNSEEN, "").removeprefix("WJ"))


def _mission(m: re.Match[str]) -> str | None:
    told = _NAMED.search(m.string[max(0, m.start() - 10) : m.start()]) is not None
    first = m.string[max(0, m.start() - 1) : m.start()]
    return f"{m[1]}·***{m[2][-2:]}" if told or not ("\u4e00" <= first <= "\u9fff") else None


VINS: tuple[tuple[re.Pattern[str], Found], ...] = ((_VIN, _vin), (_NO_TAIL, _no_tail))
PLATES: tuple[tuple[re.Pattern[str], Found], ...] = (
    (_ARMED, lambda m: f"WJ·***{m[1][-2:]}"),
    (_PLATE, _plate),
    (_CONSULATE, lambda m: _shown(m[0])),
    (_MISSION, _mission),
    (_NAMED_PLATE, lambda m: f"{m['x'][0]}·***{_BARE.sub('', m['x'])[-2:]}"),
)
