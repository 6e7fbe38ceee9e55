"""Phones, identity and bank cards, mail addresses, chat names, as people type them; on the twin of a text."""

from __future__ import annotations

import re
from datetime import date

from aftersales.contract.twin import GAP, UNSEEN, WIDE_GAP, Found

_MOBILE = rf"1{WIDE_GAP}[3-9](?:{WIDE_GAP}[0-9]){{9}}"
_ABROAD = rf"(?:\(?(?:\+{GAP}|00)?86{GAP}(?:\(0\({GAP})?|\+{GAP})?"
_MOBILES = re.compile(
    rf"(?<![0-9])(?<!0\.)(?:\((?=1[0-9]+\())?{_ABROAD}{_MOBILE}(?:{_ABROAD}{_MOBILE})*(?![0-9])"
)
_ONE_MOBILE = re.compile(rf"{_ABROAD}({_MOBILE})")
# How people group the digits of a mobile phone; others only after a word that tells.
_GROUPS = frozenset(
    {(11,), (3, 4, 4), (3, 8), (7, 4), (3, 3, 5), (4, 3, 4), (4, 4, 3), (6, 5), (3, 5, 3), (5, 3, 3), (5, 6)}
    | {(1,) * 11}
)
_NO_DIGITS = re.compile(rf"[^0-9{UNSEEN}]+")
_WORD = re.compile(
    r"(?:电话|手机|座机|固话|联系|号码|致电|回电|来电|拨打|打给|短信|微信"
    r"|(?<![A-Z])(?:TEL|(?:TELE)?PHONE|MOB|MOBILE|CALL|CELL)(?![A-Z]))[^0-9]{0,6}$"
)
# What is measured or paid, before or behind its number.
_MEASURED = re.compile(r"(?:里程|公里数?|金额|价格?|共计?|费用?|数量|KM)[^0-9A-Z]{0,3}$")
_LETTER = re.compile(r"(?<!TE)(?<!PHON)(?<!MO)(?<!MOBIL)(?<!CEL)(?<!CAL)[A-Z]$")
_UNIT = re.compile(
    r"[ ]*(?:元|块|万|千|公里|里|KM|千米|次|分|%|台|辆|天|小时|年|月|日|个|升|毫|款|MM|ML|RMB|CNY)"
)
_RUN = re.compile(r"(?<![0-9])\+?([0-9]{12,14}|[0-9]{20,66})(?![0-9])")
_IN_RUN = re.compile(r"(?:(?:0086|86|0)?(1[3-9][0-9]{9})|(0(?:10|2[0-9])[0-9]{8}|0[3-9][0-9]{2}[0-9]{7,8}))")
SPELT = "〇零○一二两三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_SPELT_DIGIT = f"[0-9{SPELT}]"
_SPELT = re.compile(
    rf"(?<!{_SPELT_DIGIT})[1一幺壹]{GAP}(?:{_SPELT_DIGIT}{GAP}){{9}}{_SPELT_DIGIT}(?!{_SPELT_DIGIT})"
)
_VALUES = str.maketrans(SPELT, "00012234567891123456789")
_AREA = r"(?:010|02[0-9]|0[3-9][0-9]{2})"
_LANDLINE = re.compile(
    rf"(?:(?<![A-Z0-9\-])|(?<=TEL)|(?<=TEL-)|(?<=86-))(?:(?:\+|00)86{GAP})?(?:\((?={_AREA}[ ]?\())?"
    rf"({_AREA}){GAP}([0-9]{{3,4}}){GAP}([0-9]{{4}})(?![0-9])"
)
_ABROAD_LANDLINE = re.compile(
    rf"(?<![A-Z0-9])(?:\+|00)86{GAP}((?:10|2[0-9]|[3-9][0-9]{{2}})){GAP}[0-9]{{3,4}}{GAP}([0-9]{{4}})(?![0-9])"
)
_IN_PAIRS = re.compile(rf"(?<![A-Z0-9\-.])({_AREA}){GAP}((?:[0-9]{GAP}){{6,7}}[0-9])(?![0-9])")
_NAMED_LANDLINE = re.compile(
    r"(?:电话|座机|固话|致电|回电|拨打|联系方式|(?<![A-Z])(?:TEL|(?:TELE)?PHONE)(?![A-Z]))[^0-9\n*]{0,4}"
    rf"(?P<x>([0-9]{{3,4}}){GAP}([0-9]{{4}}))(?![0-9])"
)
# Numbers of things, whatever they look like.
_OF_A_THING = re.compile(
    r"(?:零件|配件|备件|部件|订|工单|委托书|单|编|序列|批次?|料|图|型|件|货|发票|保单|合同|预约|派工|回访|投诉|活动|ORDER|PART|NO)"
    r"(?:号码?|[ ]?NO|#)?[^0-9A-Z一-鿿]{0,3}[A-Z]{0,4}$"
)
_REGIONS = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[123])"
_IDENTITY = re.compile(
    rf"(?<![0-9A-Z]){_REGIONS}(?:{GAP}[0-9]){{4}}{GAP}(?:[0-9]{GAP}){{11}}[0-9X](?![0-9A-Z])"
)
_OLD_IDENTITY = re.compile(rf"(?<![0-9A-Z\-]){_REGIONS}(?:{GAP}[0-9]){{13}}(?![0-9A-Z])")
_IDENTITY_WORD = re.compile(r"(?:身份证?|证件|证号|ID)[^0-9]{0,6}$")
_CARD = re.compile(rf"(?<![0-9A-Z.])[3-9](?:{GAP}[0-9]){{14,18}}(?![0-9A-Z])")
_CARD_WORD = re.compile(r"(?:银行卡|卡号|账号|帐号|账户|信用卡|CARD)[^0-9]{0,6}$")
_MAIL = re.compile(
    r"(?<![A-Z0-9.%+\-])([A-Z0-9][A-Z0-9.%+\-]{0,63}) ?@ ?"
    r"((?:[A-Z0-9\-]{1,63}\.){1,6}[A-Z]{2,24})(?![A-Z0-9])"
)
_CHAT = re.compile(
    r"(?:(?:微信|薇信|V信|WECHAT|WEIXIN|(?<![A-Z])(?:WX|VX)(?=号|[ :]))(?:号码?|ID)?"
    r"|(?:(?<![A-Z])QQ|扣扣|企鹅)(?:号码?|ID)?)"
    rf"[ :/(,'{UNSEEN}是为加\-.]{{0,4}}(?P<x>[A-Z][A-Z0-9\-]{{5,19}}|[0-9]{{5,12}})(?![A-Z0-9*@])"
)


def _digits(text: str) -> str:
    return _NO_DIGITS.sub("", text).replace(UNSEEN, "")


def _groups(text: str) -> tuple[int, ...]:
    return tuple(len(g.replace(UNSEEN, "")) for g in _NO_DIGITS.split(text) if g.replace(UNSEEN, ""))


def _before(m: re.Match[str], pattern: re.Pattern[str], most: int = 16) -> bool:
    return pattern.search(m.string[max(0, m.start() - most) : m.start()]) is not None


def _mobiles(m: re.Match[str]) -> str | None:
    parts = list(_ONE_MOBILE.finditer(m[0]))
    told = _before(m, _WORD)
    for part in parts:
        groups = _groups(part[1])
        apart = len(groups) > 1
        if apart and _before(m, _LETTER):
            return None
        between = set("".join(_NO_DIGITS.findall(part[1])))
        if apart and told and groups not in _GROUPS and "." in between and len(between) > 1:
            return None  # decimals behind a word, as 联系 15 99.7 99.4
        if apart and not told:
            if (
                groups not in _GROUPS
                or _before(m, _LETTER)
                or _before(m, _MEASURED)
                or _UNIT.match(m.string, m.end())
            ):
                return None
            plain = groups in ((3, 4, 4), (3, 8), (7, 4))
            if not plain and (between & {",", "\t", "\n"} or ("." in between and between != {"."})):
                return None
            if groups == (5, 6) and between != {"-"}:
                return None
    return "/".join(_phone(_digits(part[1])) for part in parts)


def _phone(digits: str) -> str:
    return f"{digits[:3]}****{digits[-4:]}"


def _run(m: re.Match[str]) -> str | None:
    """Several numbers without anything between them."""
    parts, at = [], 0
    while at < len(m[1]):
        found = _IN_RUN.match(m[1], at)
        if not found:
            return None
        parts.append(found)
        at = found.end()
    if not any(part[1] for part in parts) or _before(m, _OF_A_THING):
        return None
    return "/".join(_phone(part[1] or part[2]) for part in parts)


def _spelt(m: re.Match[str]) -> str | None:
    digits = _digits(m[0].translate(_VALUES))
    spelt = sum(not c.isascii() for c in m[0].replace(UNSEEN, ""))
    return _phone(digits) if re.match(r"1[3-9]", digits) and spelt >= 3 else None


def _hour(digits: str) -> bool:
    return len(digits) == 4 and digits[:2] < "24" and digits[2:] < "60"


def _landline(m: re.Match[str]) -> str | None:
    if _before(m, _OF_A_THING) or (_UNIT.match(m.string, m.end()) and _groups(m[0])[1:]):
        return None
    times = all(_hour(part) for part in m.groups()) and len(_groups(m[0])) == 3
    return None if times and not _before(m, _WORD) else f"{m[1]}****{m[3]}"


def _pairs(m: re.Match[str]) -> str | None:
    return f"{m[1]}****{_digits(m[2])[-4:]}" if _before(m, _WORD) else None


def _named_landline(m: re.Match[str]) -> str | None:
    digits = m[2] + m[3]
    if _a_date(digits) or _UNIT.match(m.string, m.end()):
        return None
    return f"****{m[3]}"


def _a_date(digits: str, first: int = 1900, last: int = 2100) -> bool:
    """Whether eight digits are a day."""
    try:
        return len(digits) == 8 and first <= date.fromisoformat(digits).year <= last
    except ValueError:
        return False


def _identity(m: re.Match[str]) -> str | None:
    bare = re.sub(r"[^0-9X]", "", m[0])
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    whole = "10X98765432"[sum(int(d) * w for d, w in zip(bare, weights, strict=False)) % 11] == bare[-1]
    born = _a_date(bare[6:14]) and (whole or _a_date(bare[6:14], 1900, 2012))
    apart = len(_groups(m[0])) > 1
    told = _before(m, _IDENTITY_WORD)
    apart = apart and _groups(m[0]) not in ((6, 8, 3), (6, 8, 4))
    if told or (born and (whole or not apart) and not _before(m, _OF_A_THING)):
        return f"****{bare[-4:]}"
    return None


def _old_identity(m: re.Match[str]) -> str | None:
    bare = _digits(m[0])
    born = _a_date("19" + bare[6:12], 1920, 1999)
    apart = len(_groups(m[0])) > 1
    told = _before(m, _IDENTITY_WORD)
    return f"****{bare[-4:]}" if told or (born and not apart and not _before(m, _OF_A_THING)) else None


def _card(m: re.Match[str]) -> str | None:
    bare = _digits(m[0])
    groups = _groups(m[0])
    usual = len(groups) == 1 or all(g == 4 for g in groups[:-1]) or groups[0] == 6
    if len(bare) < 16 or not usual or _before(m, _OF_A_THING):
        return None
    twice = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(bare)))
    luhn = sum(n - 9 if n > 9 else n for n in twice) % 10 == 0
    return f"****{bare[-4:]}" if luhn or _before(m, _CARD_WORD) else None


def _chat(m: re.Match[str]) -> str | None:
    value = m["x"]
    if value.isdecimal() and (_a_date(value) or _UNIT.match(m.string, m.end())):
        return None
    return "***"


PHONES: tuple[tuple[re.Pattern[str], Found], ...] = (
    (_RUN, _run),
    (_MOBILES, _mobiles),
    (_SPELT, _spelt),
    (_LANDLINE, _landline),
    (_ABROAD_LANDLINE, lambda m: f"0{m[1]}****{m[2]}"),
    (_IN_PAIRS, _pairs),
    (_NAMED_LANDLINE, _named_landline),
)
NUMBERS: tuple[tuple[re.Pattern[str], Found], ...] = (
    (_IDENTITY, _identity),
    (_CARD, _card),
    *PHONES,
    (_OLD_IDENTITY, _old_identity),
)
MAIL: tuple[tuple[re.Pattern[str], Found], ...] = ((_MAIL, lambda m: f"{m[1][0].lower()}***@{m[2].lower()}"),)
CHAT: tuple[tuple[re.Pattern[str], Found], ...] = ((_CHAT, _chat),)
