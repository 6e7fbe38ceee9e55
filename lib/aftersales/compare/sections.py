"""What two reports differ in, as titled tables of text: terminal and page show the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from aftersales.compare import splits
from aftersales.compare.runs import Run
from aftersales.compare.splits import Taken
from aftersales.contract import formats, mask
from aftersales.contract.figures import FIGURES, Figure
from aftersales.contract.language import say
from aftersales.contract.schema import CODES, TABLES
from aftersales.contract.statistics import FEW
from aftersales.display.tables.records import table_record
from aftersales.metrics.decompose import Count

MOST_ROWS = 20  # of one table whose rows changed
_GROUP_CODES = {"department": "complaint_department", "owner_type": "owner_type"}
_LEVELS = ("signal", "due", "watch", "none", "unknown")
_NOISE = 1e-12  # what two runs on two machines may differ by


@dataclass(frozen=True)
class Section:
    """A titled table: `numeric` are the places of its numbers, `total` says that the last row is the sum."""

    title: str
    note: str
    headers: list[str]
    rows: list[list[str]]
    numeric: tuple[int, ...] = ()
    total: bool = False


def sections(a: Run, b: Run, lang: str) -> list[Section]:
    """Everything that two reports differ in, the figures first; empty where they do not."""
    found = [moved(a, b, lang)]
    taken = [t for t in splits.all_taken(a.report, b.report) if t.parts.change or t.parts.cases]
    if taken:
        found.append(_apart(taken, lang))
        found += [_groups(t, _subjects(b.report, t), lang) for t in taken if t.grouped]
    if a.month == b.month and a.store == b.store:
        found += [_made_from(a, b, lang), _rows(a, b, lang), _notes(a, b, lang)]
    return [section for section in found if section.rows]


def moved(a: Run, b: Run, lang: str) -> Section:
    """The figures whose value is another one; what may be said of it stands in the findings of `b`."""
    findings = b.report["tables"].get("findings")
    rows, same = [], 0
    values_a, values_b = a.report["figures"], b.report["figures"]
    for name in dict.fromkeys([*values_b, *values_a]):
        one, other = values_a.get(name), values_b.get(name)
        if _equal(one, other):
            same += 1
            continue
        told = [] if findings is None else [_finding(findings, name, None, lang)]
        rows.append([_name(name, lang), _value(name, one, lang), _value(name, other, lang)])
        rows[-1] += [_difference(name, one, other, lang), *told]
    kept = say(lang, f"另有{same}项相同。", f"{same} other{'s' if same != 1 else ''} did not move.")
    about = say(
        lang,
        "B的报告里没有“发现”表：变动只作描述，不作好坏判断。"
        if findings is None
        else "“发现”是B的报告对照自身历史得出的结论，不是对A与B之差的判断。",
        "B's report has no table of findings: changes are described and not judged."
        if findings is None
        else "A finding is what B's report found against its own history; it is no judgement on B minus A.",
    )
    heads = [say(lang, "指标", "Figure"), f"A {a.name}", f"B {b.name}", say(lang, "变动", "Change")]
    heads += [] if findings is None else [say(lang, "发现（B）", "Finding (B)")]
    note = kept + say(lang, "", " ") + about
    return Section(say(lang, "变动的指标", "Figures that moved"), note, heads, rows, (1, 2, 3))


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return abs(one - other) <= _NOISE * max(1.0, abs(one), abs(other))
    return bool(one == other)


def _name(figure: str, lang: str) -> str:
    return FIGURES[figure].label(lang) if figure in FIGURES else figure


def _value(name: str, value: Any, lang: str) -> str:
    if isinstance(value, str):
        return mask.text(value)
    if name in FIGURES:
        return formats.figure(value, FIGURES[name], lang)
    return formats.NONE if value is None else f"{value:,.6g}" if isinstance(value, float) else str(value)


def _difference(name: str, one: Any, other: Any, lang: str) -> str:
    if not all(isinstance(v, (int, float)) for v in (one, other)):
        return (
            say(lang, "原来没有", "new")
            if one is None
            else say(lang, "不再有", "gone")
            if other is None
            else ""
        )
    what = FIGURES.get(name)
    if what is None:
        return f"{other - one:+,.6g}".replace("-", "−")
    scale = 100 if what.unit == "rate" else 1
    return _signed(Fraction(other) - Fraction(one), scale, what.decimals, _unit(what, lang))


def _unit(what: Figure, lang: str) -> str:
    return say(lang, "个百分点", " pp") if what.unit == "rate" else ""


def _signed(value: Fraction | float, scale: int, digits: int, unit: str = "") -> str:
    """A change with its sign; one that is smaller than what is printed says so."""
    text = formats.number(float(value * scale), digits)
    if not float(text.replace(",", "").replace("−", "-")):
        return "0" if not value else "≈ 0"
    return ("" if text.startswith("−") else "+") + text + unit


def _finding(findings: Iterable[Mapping[str, Any]], figure: str, subject: str | None, lang: str) -> str:
    """What the report itself says, and not more: its gravest finding of that figure."""
    mine = [f for f in findings if f.get("figure") == figure and f.get("subject") == subject]
    if not mine:
        return formats.NONE
    found = min(mine, key=lambda f: _LEVELS.index(f["level"]) if f.get("level") in _LEVELS else len(_LEVELS))
    words = {
        "signal": say(lang, "信号", "signal"),
        "due": say(lang, "待办", "due"),
        "watch": say(lang, "留意", "watch"),
        "none": say(lang, "没有信号", "no signal"),
        "unknown": say(lang, "描述，不作结论", "description only"),
    }
    text = words.get(str(found.get("level")), formats.NONE)
    if found.get("level") != "signal":
        return text
    ways = {"better": say(lang, "好转", "better"), "worse": say(lang, "变差", "worse")}
    parts = [text, ways.get(str(found.get("direction")), "")]
    since = say(lang, f"自{found.get('since')}", f"since {found.get('since')}")
    return say(lang, "，", ", ").join(part for part in (*parts, since if found.get("since") else "") if part)


def _scale(taken: Taken) -> tuple[int, int, str]:
    """What a ratio is multiplied by to be printed, minus where it is that of all but the cases; digits."""
    unit = FIGURES[taken.split.figure].unit if taken.split.figure in FIGURES else "rate"
    if taken.split.exposure:
        return 1000, 2, unit
    return (-100 if taken.split.complement else 100), 2, unit


def _apart(taken: Sequence[Taken], lang: str) -> Section:
    """Of each ratio, and of its cases, what of the change is volume, rate and mix."""
    rows = []
    for t in taken:
        scale, digits, _ = _scale(t)
        unit = "‰" if t.split.exposure else say(lang, "百分点", "pp")
        p, mixed = t.parts, t.grouped and not t.split.exposure
        rows.append(
            [
                _name(t.split.figure, lang),
                f"{_signed(p.change, scale, digits)} {unit}",
                _signed(p.rate, scale, digits),
                _signed(p.mix, scale, digits) if mixed else formats.NONE,
                f"{_name(t.split.cases, lang)} {p.cases:+,}".replace("-", "−"),
                _signed(p.volume, 1, 1),
                _signed(p.by_rate, 1, 1),
                _signed(p.by_mix, 1, 1) if mixed else formats.NONE,
            ]
        )
    note = say(
        lang,
        "比率的变动＝各组自身比率的变动＋各组占比的变动（结构）；件数的变动＝总量＋比率＋结构。各项精确相加，"
        "没有余项；印出的数各自四舍五入。“–”：没有分组可分。",
        "A ratio's change = what the groups' own rates changed + what their shares changed (mix); the "
        "change of the cases = volume + rate + mix. The parts add up exactly, without a rest; each is "
        "rounded as printed. “–”: there are no groups to tell a mix by.",
    )
    heads = (
        ["指标", "比率变动", "其中：比率", "其中：结构", "件数变动", "其中：总量", "其中：比率", "其中：结构"]
        if lang == "zh"
        else ["Figure", "Ratio", "by rate", "by mix", "Cases", "by volume", "by rate", "by mix"]
    )
    return Section(
        say(lang, "变动的分解", "What the changes are made of"), note, heads, rows, tuple(range(1, 8))
    )


def _subjects(report: Mapping[str, Any], taken: Taken) -> list[Mapping[str, Any]]:
    findings = report["tables"].get("findings") or []
    return [f for f in findings if f.get("figure") == taken.split.figure and f.get("subject") is not None]


def _groups(taken: Taken, findings: Sequence[Mapping[str, Any]], lang: str) -> Section:
    """A row a group: its counts, and what it adds to the change."""
    scale, digits, _ = _scale(taken)
    split, p = taken.split, taken.parts
    effects = sorted(p.effects, key=lambda e: -abs(e.rate + e.mix))
    told = any(f.get("level") in ("signal", "watch") for f in findings)
    rows = []
    for e in effects:
        row = [_group(split, e.group, lang), _share(e.a, split, lang), _share(e.b, split, lang)]
        row += [_signed(e.rate, scale, digits), _signed(e.mix, scale, digits)]
        row += [_signed(e.rate + e.mix, scale, digits)]
        rows.append(row + ([_finding(findings, split.figure, e.group, lang)] if told else []))
    whole = [say(lang, "合计", "Total"), _share(p.a, split, lang), _share(p.b, split, lang)]
    whole += [_signed(x, scale, digits) for x in (p.rate, p.mix, p.change)]
    rows.append(whole + ([""] if told else []))
    cases, of = _name(split.cases, lang), _name(split.of, lang)
    unit = (
        say(lang, "每千台次", "per 1,000 visits")
        if split.exposure
        else say(lang, "百分点", "percentage points")
    )
    note = say(lang, f"A、B：{cases}／{of}。后几列：{unit}。", f"A, B: {cases} of {of}. Effects in {unit}.")
    heads = [
        _key(split, lang),
        "A",
        "B",
        *(["比率", "结构", "合计"] if lang == "zh" else ["Rate", "Mix", "Sum"]),
    ]
    heads += [say(lang, "发现（B）", "Finding (B)")] if told else []
    return Section(_name(split.figure, lang), note, heads, rows, (1, 2, 3, 4, 5), total=True)


def _key(split: splits.Split, lang: str) -> str:
    if split.key == "owner_type":
        return say(lang, "客户类型", "Owner")
    return table_record(split.table).column(split.key).label("zh" if lang == "zh" else "en")


def _group(split: splits.Split, group: str, lang: str) -> str:
    if group == splits.REST:
        return say(lang, "（未归组）", "(not assigned)")
    codes = CODES.get(_GROUP_CODES.get(split.key, ""), {})
    return codes[group][0 if lang == "zh" else 1] if group in codes else mask.text(group)


def _share(count: Count, split: splits.Split, lang: str) -> str:
    """Counts; a rate beside them where there are enough cases to be one."""
    if split.exposure:
        return formats.count(count.cases)
    text = f"{formats.count(count.cases)}/{formats.count(count.of)}"
    if count.rate is None or count.of < FEW:
        return text
    rate = 1 - count.rate if split.complement else count.rate
    digits = FIGURES[split.figure].decimals if split.figure in FIGURES else 1
    return f"{text} {formats.percent(float(rate), digits)}"


def _made_from(a: Run, b: Run, lang: str) -> Section:
    """What two runs of one month were made from and is not the same: input tables, settings, code."""
    rows = []
    one, other = a.manifest, b.manifest
    if one and other:
        old, new = one.get("input") or {}, other.get("input") or {}
        for name in dict.fromkeys([*new, *old]):
            if old.get(name) != new.get(name):
                zh = TABLES[name].zh if name in TABLES else name
                counts = [
                    formats.count(t["rows"]) if t else formats.NONE for t in (old.get(name), new.get(name))
                ]
                rows.append([say(lang, f"数据表 {zh}", f"table {name}"), *counts])
        old, new = one.get("params") or {}, other.get("params") or {}
        changed = [name for name in dict.fromkeys([*new, *old]) if old.get(name) != new.get(name)]
        rows += [
            [say(lang, f"参数 {name}", f"param {name}"), "", say(lang, "已改", "changed")] for name in changed
        ]
        named = {"code": ("程序", "code"), "lock": ("依赖版本", "lock"), "lang": ("语言", "language")}
        for name, (zh, en) in named.items():
            if one.get(name) != other.get(name):
                rows.append([say(lang, zh, en), "", say(lang, "已改", "changed")])
    title = say(lang, "两版的来源有何不同", "What the runs were made from")
    note = say(
        lang,
        "数字是行数；行数相同而列在此处的，内容不同。",
        "Numbers are rows; the content differs in any case.",
    )
    return Section(title, note, [say(lang, "来源", "Source"), "A", "B"], rows, (1, 2))


def _rows(a: Run, b: Run, lang: str) -> Section:
    """Rows of tables that a corrected export changed, by the key of each table."""
    tables_a, tables_b = a.report["tables"], b.report["tables"]
    rows = []
    for name in dict.fromkeys([*tables_b, *tables_a]):
        record = table_record(name)
        old, new = (_keyed(tables.get(name) or [], record.key) for tables in (tables_a, tables_b))
        lines = []
        for key in dict.fromkeys([*new, *old]):
            one, other = old.get(key), new.get(key)
            if one is None or other is None:
                there = say(lang, "有", "there")
                pair = [formats.NONE if x is None else there for x in (one, other)]
                lines.append([record.label(lang), mask.text(key), say(lang, "整行", "whole row"), *pair])
                continue
            for column in dict.fromkeys([*other, *one]):
                if not _equal(one.get(column), other.get(column)):
                    of = record.column(column, [other.get(column)])
                    texts = [_cell(of, x.get(column), lang) for x in (one, other)]
                    lines.append([record.label(lang), mask.text(key), of.label(_lang(lang)), *texts])
        rows += lines[:MOST_ROWS]
        if len(lines) > MOST_ROWS:
            more = formats.count(len(lines) - MOST_ROWS)
            rows.append([record.label(lang), say(lang, f"另有{more}处", f"{more} more"), "", "", ""])
    heads = ["表", "行", "列", "A", "B"] if lang == "zh" else ["Table", "Row", "Column", "A", "B"]
    return Section(say(lang, "变动的表格", "Tables that changed"), "", heads, rows)


def _lang(lang: str) -> Any:
    return "zh" if lang == "zh" else "en"


def _cell(column: Any, value: Any, lang: str) -> str:
    try:
        return mask.text(str(column.cell(value, lang)))
    except (TypeError, ValueError):  # of another form than the one that the record has for it
        return mask.text(str(value))


def _keyed(rows: Sequence[Mapping[str, Any]], key: str) -> dict[str, Mapping[str, Any]]:
    """Rows by their key; those that share one, or have none, by their number as well."""
    found: dict[str, Mapping[str, Any]] = {}
    for number, row in enumerate(rows, 1):
        name = str(row[key]) if key and row.get(key) is not None else f"#{number}"
        found[name if name not in found else f"{name} #{number}"] = row
    return found


def _notes(a: Run, b: Run, lang: str) -> Section:
    """Remarks on the data that only one of the two has."""
    old, new = (list(map(str, run.report.get("notes") or [])) for run in (a, b))
    rows = [["A", mask.text(note)] for note in old if note not in new]
    rows += [["B", mask.text(note)] for note in new if note not in old]
    heads = [say(lang, "只在", "Only in"), say(lang, "备注", "Note")]
    return Section(say(lang, "数据备注", "Notes on the data"), "", heads, rows)
