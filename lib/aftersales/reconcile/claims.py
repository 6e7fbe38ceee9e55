"""The claims of a sentence: a number beside a figure's name, a direction, an extreme, a cause blamed.

A sentence is read by a small grammar, one clause at a time: a name of `vocabulary`, words that change
nothing, then what is said of it. A clause with anything else in it (another period, another store, one
person, a group of customers, a goal, a denial) claims nothing that could be checked, and is passed over.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from aftersales.reconcile.verdicts import Printed, printed
from aftersales.reconcile.vocabulary import ALIASES, CONTEXT, SCORES, WORDS, Subject

Kind = Literal["number", "change", "direction", "flat", "rank", "overall", "effect"]
Place = Literal["lowest", "highest", "worst", "best", "weak", "main", ""]


@dataclass(frozen=True)
class Claim:
    """One thing that a clause says.

    Attributes
    ----------
    quote
        The clause, as it was written but for the width of its characters.
    value, percent, bound, about
        The number; whether it stands with %; ``>``, ``<`` or nothing; whether it is only about right.
    previous
        It is of last month's figure.
    word
        ``up``, ``down``, ``better`` or ``worse`` of a direction or change.
    place, among
        Of an extreme; whether it is one of several (之一).
    """

    kind: Kind
    subjects: tuple[Subject, ...]
    quote: str
    value: tuple[Printed, ...] = ()
    percent: bool = False
    bound: str = ""
    about: bool = False
    previous: bool = False
    word: str = ""
    place: Place = ""
    among: bool = False


@dataclass(frozen=True)
class _Mention:
    start: int
    end: int
    word: str
    subjects: tuple[Subject, ...]


_UP = "延长|提高|上升|提升|增加|增长|升高|上涨|回升|攀升|增多|走高"
_DOWN = "缩短|下降|降低|减少|下滑|回落|下跌|走低|下挫"
_BETTER, _WORSE = "改善|好转|进步", "恶化|变差|退步|变坏"
_UP_EN = "rose|has risen|risen|increased|has increased|grew|has grown|went up|is up|was up|climbed"
_DOWN_EN = (
    "fell|has fallen|fallen|decreased|has decreased|declined|has declined|dropped|has dropped|went down"
    "|is down|was down"
)
_BETTER_EN, _WORSE_EN = "improved|has improved|got better", "worsened|has worsened|deteriorated|got worse"
_WORDS = {
    "up": f"{_UP}|{_UP_EN}",
    "down": f"{_DOWN}|{_DOWN_EN}",
    "better": f"{_BETTER}|{_BETTER_EN}",
    "worse": f"{_WORSE}|{_WORSE_EN}",
}
_DIRECTION = f"(?P<word>{'|'.join(_WORDS.values())}|[升降](?=[到至]))"
_NUMBER = (
    r"(?P<n>\d[\d,]*(?:\.\d+)?)\s*(?P<u>%|个百分点|percentage points|points|pp|分钟|分|小时|天|次|个|辆|件"
    r"|起|条|位|名|人|台次|台|万)?"
)

# Words between a name and what is said of it that change nothing.
_MID = re.compile(
    r"(?:\s|的|我店|本店|our|得分率?|分数|成绩|评分|满意度|为|是|达到了?|达|已经?|也|都|均|又|再次|只有|仅|在|有所|有"
    r"|明显|显著|大幅|小幅"
    r"|略有|略|稍有|较大|持续|本月|当月|本期|比上月|较上月|与上月相比|和上月相比|相比上月|环比|了|:|="
    r"|\(|「|却|则|反而"
    r"|依然|仍然|仍|还是|就|大大|不断|得到|取得|全月|共计|共|合计|总计|一共|水平|指标|方面|这一?项|一项"
    r"|该项|项目|环节|情况"
    r"|表现|数量|总数|出现|呈现|实现|客户|类|抱怨|提及|原因|问题|不满意?|投诉|返修|流失|责任|部门|占比|占|次数"
    r"|所有项目中|各项中|十项中"
    r"|this month|has|have|had|was|were|is|are|stands|stood|now|only|at|of|again|clearly|slightly"
    r"|sharply|further"
    r"|markedly|significantly|also|score|index|the|on last month|month on month|reached|came to|to"
    r"|still|item|complaints)*",
    re.I,
)
_APPROXIMATE = re.compile(r"(?:约为?|大约|接近|将近|近|大概|about|around|nearly|almost|roughly)\s*$", re.I)
# What may stand before a name.
_BEFORE = re.compile(
    r"^(?:\s|本月|当月|本期|这个月|的|我店|本店|全店|店里|我们店|我们|但是|但|而|不过|虽然|尽管|同时"
    r"|此外|另外|目前|现在|截至月末"
    r"|月末|总体来看|整体来看|总体上|整体上|可喜的是|遗憾的是|值得肯定的是|从数据看|数据显示|可以看出"
    r"|看|:|、|和|及|与|以及|\(|\)"
    r"|[一二三四五六]是|\d[、.]|首先|其次|因此|所以|由于|因为|共|有|还有|仍有|尚有|受理|收到|发生|接到"
    r"|客户|厂家|内部|售后|各项中"
    r"|其中|比上月|较上月|与上月相比|环比|顾客"
    r"|the|our|this month's|this month|in this month|overall|and|but|however|while|although|also"
    r"|store's|average|a total of|of|we had|there were|with|scored|by)*$",
    re.I,
)
_LEADS_ON = re.compile(
    r"(?:后|下|中|使|令|让|说明|表明|显示|反映|带动|所以|因此|可见|since then|shows that|means that)$"
)
# A clause with one of these speaks of something else than the store's month, or states no fact.
_ELSEWHERE = re.compile(
    r"去年|同比|上年|同期|年初|年度|全年|季度|历史|今年|半年|近.{0,2}个?月|[两三四五六七八九十\d]个月"
    r"|连续|以来|累计|上半月|下半月"
    r"|上旬|中旬|下旬|周|上上月|前月|前\d|每天|每日|当天|日均|月均|人均|平均"
    r"|分中心|全国|同城|兄弟|其他店|其它店|别的店|行业|区域|集团|大区|品牌|竞争|对手|标杆"
    r"|顾问|技师|班组|小组|个人|新人|员工|师傅|有的|部分|个别|有些|某"
    r"|公车|私车|新车|老客户|新客户|首保|保养|事故|索赔|钣喷|机电|保险|续保|会员|微信|线上|女|外访|内访"
    r"|高峰|周末|节假日"
    r"|权重|样本|last year|year|quarter|week|branch|nation|advisor|technician|some |record|ever|history"
    r"|other store|dealers"
    r"|fleet|private|as a share|proportion|months|target|average|median",
    re.I,
)
_NO_FACT = re.compile(
    r"目标|争取|力争|计划|下月|明年|必须|希望|期望|预计|预期|将|拟|准备|确保|力求|努力|避免|防止|如果"
    r"|假如|若|一旦|是否|能否|为了"
    r"|以便|才能|可以|能够|尽快|建议|待|为何|为什么|怎么|怎样|如何|吗|需|应|要|想|趋势|风险|压力|空间"
    r"|可能|或许|也许|担心|潜力"
    r"|不是|并非|没有|没|未必|不要|不会|不再|并未|尚未|未能|难以|不明显|不大|有限|不足以|停止|放缓|幅度"
    r"|速度|继续|进一步|加快"
    r"|should|must|will|would|could|may |might|aim|goal|plan|hope|expect|if |whether|how |why "
    r"|next month|not |never|n't|need"
    r"|risk|trend|want|try|less than expected|\?",
    re.I,
)
_GOAL = re.compile(
    r"下月|明年|力争|争取|计划|确保|必须|预计|预期|希望|(?:工作|整改)?目标(?:[:是为]|$)"
    r"|next month|we aim|we plan|goal",
    re.I,
)
# 主要 asks for nothing, nor does 反应 or 服务需求.
_HARMLESS = re.compile(
    r"主要|重要|首要|次要|要因|反应|响应|需求|供应|未关闭|未一次修复|未全部完成|未接受回访|未进厂"
    r"|未到期|不满意?"
)
_RANKED = re.compile(
    r"(?:(?P<lowest>(?:排名)?最低|垫底|倒数第一|排名?最后|最少|lowest)|(?P<highest>最高|居首|最多"
    r"|排名?第一|排在?第一|占比最大|最集中"
    r"|highest|most frequent|most common|most)|(?P<worst>最差|最弱|最薄弱|最不满意|worst|weakest"
    r"|poorest|最严重|最突出)"
    r"|(?P<best>最好|最强|最优|best|strongest)|(?P<weak>偏低|较低|薄弱|较差|较弱|不理想|短板|弱项|低|weak)"
    r"|(?P<main>主要|首要|(?:the )?main|leading))"
    r"(?P<noun>(?:的)?(?:项目|环节|项|原因|因素|短板|一项|指标|部门|item| item| cause| reason| section"
    r"| department)?)"
    r"(?P<among>之一)?",
    re.I,
)
_REVERSED = re.compile(
    _RANKED.pattern.replace("(?P<weak>", "(?P<weak>低分|")
    + r"(?:\s|的是|的|是|为|:|在于|仍然|仍|依然|还|集中在|来自|就|item|scoring|score|in the survey|was|is"
    r"|of dissatisfaction|remains)*$",
    re.I,
)
_ONE_OF = re.compile(r"one of|among the", re.I)
_SATISFIED = re.compile(
    r"(?:总体|整体|普遍|基本|大体|总的来说|总体而言|整体而言)(?:上|来说|来看|而言|感到|是|都|对.{0,10})*"
    r"(?:比较|较为?|还算|很|非常|十分)?(?:是)?满意(?!度|率|的?客户|的?顾客|的?车主|\d)"
    r"|(?:overall|generally|on the whole|by and large),? .{0,30}(?<!dis)(?<!not )satisfied"
    r"|(?<!dis)(?<!not )satisfied overall",
    re.I,
)
_EFFECT = re.compile(
    r"见效|奏效|有成效|成效明显|效果明显|效果显著|收效明显|措施有效|took effect|is working|has worked"
    r"|paid off",
    re.I,
)
_OPINION = re.compile(
    r"有客户|部分|一位|个别|有人|有的|认为|觉得|不是|并非|没有|is not|are not|希望|争取|目标|使|让"
    r"|让客户|will|should|aim"
)
_QUOTED = re.compile(r"(?:说|反映|表示|认为|提出|抱怨|says?|said)[:,]?\s*[“\"「][^”\"」]*[”\"」]")
_AMBIGUOUS_TIME = ("time_in_shop",)  # 停留时间下降 is of hours, 得分下降 of points


# A sentence of more characters is none that the grammar knows; texts are read no further than this.
_LONGEST_SENTENCE, _LONGEST_TEXT = 400, 10_000
_MARK = "\u2063"  # invisible; stands after a comma that was Chinese


def months(text: str) -> list[int]:
    """The months that a text names.

    >>> months("10月一次维修合格率有所提高")
    [10]
    """
    return [int(m) for m in re.findall(r"(?<!\d)(1[0-2]|[1-9])月(?!\d)", text)]


def read(text: str, month: int | None = None, people: Collection[str] = ()) -> list[Claim]:
    """What a text claims, as far as it is understood.

    Parameters
    ----------
    month
        The report's, of the year: another one that is named, or a clause about it, is passed over.
    people
        Names of advisors and technicians: what is said of one person is passed over.

    Examples
    --------
    >>> [(c.kind, c.word) for c in read("预约率有所提高，希望继续努力。")]
    [('direction', 'up')]
    >>> read("力争下月预约率提高到40%")
    []
    """
    out: list[Claim] = []
    for sentence in _sentences(text):
        last: _Mention | None = None
        for clause in _clauses(sentence):
            if _GOAL.search(clause):
                break  # what follows is wanted as well
            claims, last = _of_clause(clause, sentence, last, month, people)
            out += claims
        out += _of_sentence(sentence)
    return list(dict.fromkeys(replace(c, quote=_as_written(c.quote)) for c in out))


def _as_written(quote: str) -> str:
    """A clause with its Chinese commas; marked ones are how they are told from the commas of numbers."""
    return quote.replace(f",{_MARK}", "，").replace(_MARK, "").strip()


def _sentences(text: str) -> list[str]:
    kept = _QUOTED.sub("", text[:_LONGEST_TEXT].replace("，", f"，{_MARK}"))
    narrow = unicodedata.normalize("NFKC", kept)
    sentences = (s.strip() for s in re.split(r"[。!?;\n]|\.(?=\s|$)", narrow))
    return [s for s in sentences if 0 < len(s) <= _LONGEST_SENTENCE]


def _clauses(sentence: str) -> list[str]:
    """The clauses; a comma between digits may belong to a number, a Chinese comma (marked) never does."""
    parts = re.split(rf",{_MARK}|,(?!\d{{3}}(?!\d))|(?<!\d),|, (?=and|but|while)| while | but ", sentence)
    return [p.strip() for p in parts if p.strip()]


def _mentions(clause: str, sentence: str) -> list[_Mention]:
    lower, taken = clause.lower(), [False] * len(clause)
    found = []
    for word in WORDS:
        for match in re.finditer(_edged(word), lower) if word in lower else ():
            span = range(match.start(), match.end())
            if any(taken[i] for i in span):
                continue
            for i in span:
                taken[i] = True
            subjects = tuple(s for s in ALIASES[word] if _in_context(s, word, sentence))
            if subjects:
                found.append(_Mention(match.start(), match.end(), word, subjects))
    found.sort(key=lambda m: m.start)
    return [m for i, m in enumerate(found) if not (i and _belongs_to(m, found[i - 1]))]


def _belongs_to(mention: _Mention, before: _Mention) -> bool:
    """``前台投诉``: the complaints are the department's."""
    families = {s.family for s in before.subjects}
    return mention.word == "投诉" and mention.start == before.end and "complaint_department" in families


def _edged(word: str) -> str:
    edge = r"[a-z]" if word[0].isascii() else ""
    return f"(?<!{edge}){re.escape(word)}(?!{edge})" if edge else re.escape(word)


def _in_context(subject: Subject, word: str, sentence: str) -> bool:
    wanted, unwanted = CONTEXT.get(subject.family, ("", ""))
    rest = sentence.lower().replace(word, "")
    return (not wanted or bool(re.search(wanted, rest, re.I))) and not (
        unwanted and re.search(unwanted, rest, re.I)
    )


def _of_clause(
    clause: str, sentence: str, last: _Mention | None, month: int | None, people: Collection[str]
) -> tuple[list[Claim], _Mention | None]:
    plain, previous = _own_month(clause, month)
    if plain is None or any(name in clause for name in people):
        return [], None
    mentions = _mentions(plain, sentence)
    stripped = _without(plain, mentions)
    out: list[Claim] = []
    if _speaks_of_other(stripped):
        return [], None
    if not mentions and last is not None and (opening := _CARRIED.match(plain)):
        claim = _said_of(last, plain[opening.end() :], clause, bool(opening["before"]))
        return claim, last
    for i, mention in enumerate(mentions):
        start = mentions[i - 1].end if i else 0
        end = mentions[i + 1].start if i + 1 < len(mentions) else len(plain)
        before, after = plain[start : mention.start], plain[mention.end : end]
        if i and not re.fullmatch(r"[\s、和及与]*", before):
            before = re.sub(rf"^.*?(?:{'|'.join(_WORDS.values())}|\d[\d,.]*[^\d、和及与,]*)", "", before)
        out += _counted_before(mention, before, after, clause, previous)
        if reverse := _reversed(mention, before, plain[: mention.start], clause, sentence):
            out.append(reverse)
        elif _BEFORE.match(before) or _LEADS_ON.search(before) or _month_before(before):
            out += _said_of(mention, after, clause, previous or _month_before(before))
    return out, mentions[-1] if mentions else None


_CARRIED = re.compile(
    r"^(?:(?:比|较|与|和)?上月(?:相比)?(?=提|上|增|升|回|下|降|减|改|恶)|环比|(?=达到)|[升降](?:至|到)(?=\d)"
    r"|(?P<before>上月)(?:为|是)?(?=\d))"
)


def _month_before(before: str) -> bool:
    return bool(re.fullmatch(r"(?:我店|本店|而)?(?:上月|last month's)的?\s*", before))


def _without(plain: str, mentions: Sequence[_Mention]) -> str:
    out = list(plain)
    for m in mentions:
        out[m.start : m.end] = " " * (m.end - m.start)
    return "".join(out)


def _speaks_of_other(stripped: str) -> bool:
    harmless = _HARMLESS.sub("", stripped)
    harmless = re.sub(
        r"(?:未达到?|没有达到|已?达到了?|低于|高于|超过|距离?|离|完成|未完成|不及|below"
        r"|above) ?(?:the )?(?:目标|target)",
        "",
        harmless,
    )
    harmless = re.sub(r"保养和?维修|维修保养", "", harmless)
    return bool(_ELSEWHERE.search(harmless) or _NO_FACT.search(harmless))


def _own_month(clause: str, month: int | None) -> tuple[str | None, bool]:
    """The clause without the report's own month; None where it is of another."""
    text = re.sub(r"(?:20\d\d年)", "", clause)
    named = months(text)
    if month is not None:
        before = 12 if month == 1 else month - 1
        if any(m not in (month, before) for m in named):
            return None, False
        text = re.sub(rf"(?<!\d){month}月份?(?!\d)", "本月", text)
        text = re.sub(rf"(?<!\d){before}月份?(?!\d)", "上月", text)
    elif named:
        text = re.sub(r"(?<!\d)(?:1[0-2]|[1-9])月份?(?!\d)", "本月", text)
    return text, False


def _number(match: re.Match[str]) -> tuple[tuple[Printed, ...], bool]:
    """What a written number may mean: 1,494 is one number, 700,150 may be two; whether it is a percentage."""
    percent = match["u"] == "%"
    texts = [match["n"].rstrip(","), *([match["n"].split(",")[0]] if "," in match["n"] else [])]
    values = [printed(t + ("%" if percent else "")) for t in texts]
    return tuple(v for v in values if v), percent


def _said_of(mention: _Mention, after: str, clause: str, previous: bool) -> list[Claim]:
    """What a clause says of a name that it has just named."""
    mid = _MID.match(after)
    assert mid is not None
    rest, between = after[mid.end() :], mid[0]
    subjects = mention.subjects
    if re.match(
        r"\s*(?:最|排|垫|居|倒数|短板|弱项|薄|偏|较|低(?!于)|不理想|第|lowest|weakest|worst|highest|best|most|weak"
        r"|one of|among|主要|首要"
        r"|占比最|main|leading)",
        rest,
        re.I,
    ):
        return _ranked(mention, between, rest, clause, previous)
    if re.match(r"(?:the )", rest):
        rest = rest[4:]
    figures = tuple(s for s in subjects if s.family == "figure")
    scored = tuple(s for s in subjects if s.family == "mot_item")
    timed = scored and scored[0].names[0] in _AMBIGUOUS_TIME and not re.search("分|score", between + rest)
    counted = tuple(
        s for s in subjects if s.family == "cause" and re.search("抱怨|提及|不满|mention", between)
    )
    if not (figures or (scored and not timed) or counted):
        return []
    base = Claim("number", figures or scored or counted, clause, previous=previous)
    about = bool(_APPROXIMATE.search(between)) or bool(
        near := re.match(r"(?:约为?|大约|接近|将近|近|大概|about |around |nearly |almost |roughly )", rest)
    )
    if about and near:
        rest = rest[near.end() :]
    if spanned := re.match(rf"(?:由|从|from )\s*(?:上月的?|last month's )?{_NUMBER}", rest):
        then, percent = _number(spanned)
        rest = rest[spanned.end() :]
        rest = re.sub(r"^(?:\s|的|明显|大幅|略|小幅)*", "", rest)
        claims = [replace(base, value=then, percent=percent, previous=True)]
        moved = re.match(rf"{_DIRECTION}?(?:到了?|至|为|to )?\s*{_NUMBER}", rest, re.I)
        if moved and _unit_fits(base, moved):
            now, percent = _number(moved)
            claims.append(replace(base, value=now, percent=percent, about=about))
            if moved["word"]:
                claims.append(replace(base, kind="direction", word=_word(moved["word"])))
            return [c for c in claims if _usable(c, moved)]
        return []
    if moved := re.match(_DIRECTION, rest, re.I):
        return _moved(base, moved["word"], rest[moved.end() :])
    if re.match(r"(?:与上月)?(?:持平|没有变化|unchanged)", rest) and not re.search("基本|大致", after):
        return [replace(base, kind="flat")]
    if re.search(r"\d", between) or (_month_switch(between) and not previous):
        return []
    bounded = re.match(
        rf"(?P<b>超过了?|高于|突破了?|不低于|不足|低于|不到|少于|多于|above|over|below|under)\s*{_NUMBER}",
        rest,
    )
    stated = bounded or re.match(_NUMBER, rest)
    if not stated or not _unit_fits(base, stated):
        return []
    value, percent = _number(stated)
    tail = rest[stated.end() :]
    bound = ""
    if bounded:
        bound = ">" if re.match(r"超过|高于|突破|不低于|多于|above|over", bounded["b"]) else "<"
    elif ended := re.match(r"(以上|以下|以内)", tail):
        bound, tail = ">" if ended[1] == "以上" else "<", tail[2:]
    about = about or bool(re.match(r"(?:左右|上下|多|余|来|or so)", tail))
    if re.match(r"(?:左右|上下|多|余)", tail):
        tail = tail[2:] if tail[0] in "左上" else tail[1:]
    if not re.match(
        rf"\s*(?:$|[、)(和及与]|比上月|较上月|环比|与上月|in |this |on |and |达标|未达|没有达|低于|高于"
        rf"|,|{_DIRECTION})",
        tail,
        re.I,
    ):
        return []
    if re.match(r"\s*-|\s*~|\s*至|\s*到", tail):
        return []
    claims = [replace(base, value=value, percent=percent, bound=bound, about=about)]
    also = re.match(
        rf"\s*[(]?(?:比上月|较上月|环比|与上月相比)?(?:有所|明显|略有|略)?{_DIRECTION}", tail, re.I
    )
    if also:
        claims += _moved(base, also["word"], tail[also.end() :])
    return [c for c in claims if c.kind != "number" or _usable(c, stated)]


def _month_switch(between: str) -> bool:
    return "上月" in re.sub(r"(?:比|较|与|和|相比)上月", "", between)


def _moved(base: Claim, word: str, rest: str) -> list[Claim]:
    """Claims of a direction word: the direction, and to where or by how much."""
    if re.match(r"(?:的|空间|不|趋|风险|有限|缓慢的)(?!是)", rest.strip()):
        return []
    direction = replace(base, kind="direction", word=_word(word))
    to = re.match(rf"\s*(?:到了?|至了?|为|to)\s*(?P<near>约|about )?\s*{_NUMBER}", rest, re.I)
    if to and _unit_fits(base, to):
        value, percent = _number(to)
        claims = [replace(base, value=value, percent=percent, about=bool(to["near"]))]
        return [direction, *(c for c in claims if _usable(c, to))]
    spanned = re.match(
        rf"\s*from\s*{_NUMBER}\s*to\s*{_NUMBER.replace('?P<n>', '?P<n2>').replace('?P<u>', '?P<u2>')}",
        rest,
        re.I,
    )
    if spanned:
        then, percent = _number(spanned)
        now = printed(spanned["n2"] + ("%" if spanned["u2"] == "%" else ""))
        claims = [replace(base, value=then, percent=percent, previous=True)]
        if now:
            claims.append(replace(base, value=(now,), percent=spanned["u2"] == "%"))
        return [direction, *(c for c in claims if _usable(c, spanned))]
    by = re.match(rf"\s*(?:了|by)?\s*(?P<near>约|近|about )?\s*{_NUMBER}(?P<more>多|余)?", rest, re.I)
    if by and by["u"] not in ("万", "天", "分钟"):
        value, percent = _number(by)
        percent = percent or by["u"] in ("个百分点", "percentage points", "pp")
        if by["u"] in ("个百分点", "percentage points", "pp"):
            value = tuple(Printed(v.value.scaleb(-2), v.decimals + 2) for v in value)
        amount = replace(
            base,
            kind="change",
            word=_word(word),
            value=value,
            percent=percent,
            about=bool(by["near"] or by["more"]),
        )
        return [direction, amount]
    return [direction]


def _word(word: str) -> str:
    if word in "升降":  # 升到, 降至
        return "up" if word == "升" else "down"
    return next(kind for kind, words in _WORDS.items() if re.fullmatch(words, word, re.I))


_COUNT_UNITS = (None, "次", "个", "辆", "件", "起", "条", "位", "名", "人", "台次", "台")


def _unit_fits(claim: Claim, match: re.Match[str]) -> bool:
    return match["u"] not in ("万", "天", "分钟", "个百分点", "percentage points", "pp")


def _usable(claim: Claim, match: re.Match[str]) -> bool:
    """Whether a number can be of its subject: a score of an item has points, a count of mentions times."""
    family = claim.subjects[0].family
    if family == "mot_item":
        return match["u"] in ("分", "points") or (match["u"] is None and "." in match["n"])
    if family == "cause":
        return match["u"] in ("次", "条", "%")
    return True


def _ranked(mention: _Mention, between: str, rest: str, clause: str, previous: bool) -> list[Claim]:
    """``休息区得分最低``, ``交车时间是最薄弱环节之一``."""
    one = _ONE_OF.search(rest)
    bare = re.sub(r"^\s*(?:one of )?(?:among )?(?:the )?", "", rest)
    found = _RANKED.match(bare)
    if found is None or previous:
        return []
    tail = bare[found.end() :]
    if not re.fullmatch(
        r"(?:\s|的|项|了|分|得分|item|items|score|scores|cause|causes|section|reason|of (?:the )?(?:ten"
        r"|all).{0,10}|in the survey|in April|this month|of dissatisfaction|\(?\d[\d.]*分?次?%?\)?|,)*",
        tail,
        re.I,
    ):
        return []
    return _place(mention.subjects, found, clause, between + rest, bool(one))


def _reversed(mention: _Mention, before: str, whole_before: str, clause: str, sentence: str) -> Claim | None:
    """``得分最低的是休息区``, ``薄弱项目：接车过程迅速``."""
    found = _REVERSED.search(before)
    if not found:
        return None
    head = before[: found.start()]
    if re.search(r"比|除|以外|之外|仅次|than|except", head) or (
        head.strip()
        and not re.fullmatch(
            r"(?:\s|本月|当月|本期|得分|分数|评分|的|我店|本店|十项|各项|所有|项目|项|中|里|其中|在|MOT"
            r"|CSS|不满意|原因|提及|抱怨|客户|流失"
            r"|投诉|返修|环节|神秘访客|而|但|目前|最|排名|重点改善|重点|针对|改善|提升|占比|the|our"
            r"|this month|of|dissatisfaction"
            r"|by far|survey|ten|items|with|score|scoring|most of all|,)*",
            head,
            re.I,
        )
    ):
        return None
    claims = _place(mention.subjects, found, clause, before, bool(_ONE_OF.search(head)))
    return claims[0] if claims else None


def _place(
    subjects: Sequence[Subject], found: re.Match[str], clause: str, around: str, one: bool
) -> list[Claim]:
    place = next(k for k in ("lowest", "highest", "worst", "best", "weak", "main") if found[k])
    out = []
    ranked = tuple(s for s in subjects if s.family != "figure")
    for subject in ranked:
        if subject.family in SCORES:
            fits = place != "main"
            timed = subject.names[0] in _AMBIGUOUS_TIME and place in ("lowest", "highest", "weak")
            fits &= not timed or bool(re.search("分|score|满意|项目|环节|item|短板|弱项|薄弱", around))
        else:
            fits = place in ("highest", "lowest", "main", "worst")
        if fits:
            out.append(subject)
    if not out:
        return []
    return [
        Claim("rank", tuple(out), clause, place=place, among=bool(found["among"]) or one)  # type: ignore[arg-type]
    ]


_REVERSE_COUNT = re.compile(
    r"^(?:\s|本月|当月|共计?|一共|合计|总共|有|还有|仍有|尚有|受理了?|收到了?|接到了?|发生了?|登记了?"
    r"|客户|there (?:were|are)|we (?:had"
    r"|received|made)|a total of)*" + _NUMBER + r"\s*(?:的)?$",
    re.I,
)


def _counted_before(mention: _Mention, before: str, after: str, clause: str, previous: bool) -> list[Claim]:
    """``本月受理13件投诉``."""
    figures = tuple(s for s in mention.subjects if s.family == "figure")
    found = _REVERSE_COUNT.match(before)
    if not figures or not found or found["u"] not in _COUNT_UNITS:
        return []
    if not re.match(r"\s*(?:$|\(|this month|in )", after) or (
        found["u"] is None and not mention.word[0].isascii()
    ):
        return []
    value, percent = _number(found)
    return [Claim("number", figures, clause, value=value, percent=percent, previous=previous)]


def _of_sentence(sentence: str) -> Iterator[Claim]:
    """What a sentence says as a whole: that customers are satisfied, that a measure took effect."""
    if (found := _SATISFIED.search(sentence)) and not _OPINION.search(sentence):
        clause = next((c for c in _clauses(sentence) if _SATISFIED.search(c)), found[0])
        yield Claim("overall", (), clause)
    if _EFFECT.search(sentence) and not re.search(
        r"未|没|不见|不明显|尚|有待|希望|not |should|will", sentence
    ):
        named = {
            s for m in _mentions(sentence, _effects(sentence)) for s in m.subjects if s.family == "cause"
        }
        if named:
            yield Claim("effect", tuple(sorted(named, key=lambda s: s.names)), sentence)


def _effects(sentence: str) -> str:
    """A sentence about waiting is about a cause of dissatisfaction, though it says neither word."""
    return sentence + " 抱怨" if "等待" in sentence else sentence
