"""The settings of a store: `params/default.yml`, over it `params/<YYYY-MM>.yml` for one month, and over both
`params/stores/<store>.yml` for one store."""

from __future__ import annotations

import copy
import difflib
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from aftersales.contract import foreign, message, place, store_params, written
from aftersales.contract.errors import InputError
from aftersales.contract.home import DEFAULT as _DEFAULT
from aftersales.contract.home import ROOT as ROOT
from aftersales.contract.home import folder as folder
from aftersales.contract.message import Message
from aftersales.contract.names import store_key
from aftersales.contract.schema import CODES, MOT_ITEMS, PT_SECTIONS, QUESTIONS

ROLES = ("general_manager", "front", "workshop", "parts", "service", "head_office")
# Where group robots are, in the order in which they are pushed to.
SERVICES = ("wecom", "dingtalk", "feishu")
HOURS = ("contact", "plan", "close")
# What a chapter and a run may take.
LIMITS = tuple(f"{of}_{what}" for of in ("chapter", "run") for what in ("seconds", "memory_mb", "output_mb"))
SUMMARY = "summary"  # where a remark on the whole month stands


@dataclass(frozen=True)
class Params:
    """The settings that a report is made with; see `params/default.yml` for what each one means.

    `origins` says of each key (``targets.ftf.rate``) which file it comes from.
    """

    store: str
    source: str
    lang: str
    mask: bool
    rate_base: str
    base_months: int
    churn_months: int
    promised_hours: dict[str, float]
    grace_minutes: int
    return_days: int
    return_km: int
    weights: dict[str, float]
    pt_weights: dict[str, float]
    targets: dict[str, float]
    questionnaire: dict[str, dict[str, str]]
    themes: dict[str, list[str]]
    department_heads: dict[str, str]
    sender: str
    reply_to: str
    recipients: dict[str, list[str]]
    mails_per_minute: int
    only_if: str
    calendar: bool
    report_url: str
    robots: dict[str, list[str]]
    table_names: dict[str, str | None]
    header_aliases: dict[str, str]
    constants: dict[str, dict[str, Any]]
    value_aliases: dict[str, dict[str, Any]]
    chapters: list[str]
    limits: dict[str, float]
    keep_months: int
    slides: bool
    slides_template: str
    events: list[dict[str, str]] = field(default_factory=list)
    remarks: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict, compare=False)

    def lines(self) -> list[tuple[str, Any, str]]:
        """Key, value and origin of every setting, nested ones with dotted keys."""
        out: list[tuple[str, Any, str]] = []
        for f in fields(self):
            value = getattr(self, f.name)
            if f.name == "origins":
                continue
            if f.name == "source" and not place.may_be_shown(value):  # a URL may hold a password
                value = "…"
            if isinstance(value, dict) and value:
                out += [(f"{f.name}.{k}", v, self.origins.get(f"{f.name}.{k}", "")) for k, v in value.items()]
            else:
                out.append((f.name, value, self.origins.get(f.name, "")))
        return out

    def __repr__(self) -> str:
        return "\n".join(f"{key:<36} {value!s:<40.40} {origin}" for key, value, origin in self.lines())

    if not TYPE_CHECKING:  # to a type checker there is nothing else than what is declared

        def __getattr__(self, name: str) -> Any:
            raise written.no_attribute(self, name)

    def _repr_html_(self) -> str:
        groups: dict[str, list[tuple[str, Any, str]]] = {}
        for key, value, origin in self.lines():
            groups.setdefault(key.split(".")[0], []).append((key, value, origin))
        single = [lines[0] for name, lines in groups.items() if lines[0][0] == name]
        nested = {name: lines for name, lines in groups.items() if lines[0][0] != name}
        return _html(single) + "".join(
            f"<details><summary><code>{name}</code> ({len(lines)}){_changed(lines)}</summary>"
            f"{_html(lines)}</details>"
            for name, lines in nested.items()
        )


def _html(lines: list[tuple[str, Any, str]]) -> str:
    """Settings as a table, those that a month's file sets in bold."""
    rows = "".join(
        f"<tr><td style='text-align:left'><code>{escape(key)}</code></td>"
        f"<td style='text-align:left'>{escape(_plain(value))}</td>"
        f"<td style='text-align:left'>{_origin(origin)}</td></tr>"
        for key, value, origin in lines
    )
    headers = "".join(f"<th style='text-align:left'>{header}</th>" for header in ("param", "value", "from"))
    return f"<table><thead><tr>{headers}</tr></thead><tbody>{rows}</tbody></table>"


def _plain(value: Any) -> str:
    """A value as the params file has it."""
    if isinstance(value, Mapping):
        return " · ".join(map(_plain, value.values())) or "–"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _origin(file: str) -> str:
    return escape(file) if file in (_DEFAULT, "") else f"<strong>{escape(file)}</strong>"


def _changed(lines: list[tuple[str, Any, str]]) -> str:
    """What of a closed group a month's file sets."""
    changed = [
        f"{key.split('.', 1)[1]} = {_plain(value)}"
        for key, value, origin in lines
        if origin not in (_DEFAULT, "")
    ]
    return f": <strong>{escape(', '.join(changed))}</strong>" if changed else ""


if TYPE_CHECKING:  # PyYAML has no types of its own

    class _Safe:
        def construct_object(self, node: yaml.Node) -> Any: ...
        def construct_mapping(self, node: yaml.Node, deep: bool = False) -> dict[Any, Any]: ...
        @classmethod
        def add_constructor(cls, tag: str, constructor: Callable[..., Any]) -> None: ...

else:
    # The parser in C, where PyYAML has it, reads the params in 4 ms instead of 50.
    _Safe = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


class Loader(_Safe):
    """YAML that refuses a key given twice: the second would silently win. One that is empty loses nothing."""


def _mapping(loader: Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    kept: dict[Any, tuple[yaml.Node, yaml.Node]] = {}
    merged = []
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node)
        if key_node.tag == "tag:yaml.org,2002:merge":
            merged.append((key_node, value_node))
        elif key in kept and not (_is_empty(kept[key][1]) or _is_empty(value_node)):
            line = node.start_mark.line + 1
            raise InputError(
                Message(
                    f"{node.start_mark.name} 第{line}行：键 {key} 写了两次。",
                    f"{node.start_mark.name}, line {line}: the key {key!r} stands there twice.",
                )
            )
        elif key not in kept or _is_empty(kept[key][1]):
            kept[key] = key_node, value_node
    node.value = [*merged, *kept.values()]
    return loader.construct_mapping(node, deep=True)


def _is_empty(node: yaml.Node) -> bool:
    """Whether a section holds nothing, as `header_aliases: {}`: what is pasted under it takes its place."""
    nothing = isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"
    return nothing or (isinstance(node, yaml.MappingNode) and not node.value)


Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)

# The known keys of each nested section; sections that are not here take any key.
_NESTED = {
    "weights": MOT_ITEMS,
    "pt_weights": PT_SECTIONS,
    "promised_hours": HOURS,
    "department_heads": tuple(CODES["action_department"]),
    "questionnaire": QUESTIONS,
    "recipients": ("allowed_domains", *ROLES),
    "robots": SERVICES,
    "limits": LIMITS,
}
_OPTIONAL = ("remarks", "events")
# Where a setting comes from that a call gave; and one that no file has.
ARGUMENT, SHIPPED_ORIGIN = "argument", "default"
# Names chapters, with blanks between them, that a draft is made without.
WITHOUT = "AFTERSALES_WITHOUT"
_KEYS = [f.name for f in fields(Params) if f.name != "origins"]
# What a file that was written before a key existed has for it.
SHIPPED: dict[str, Any] = {
    "keep_months": 24,
    "slides": False,
    "slides_template": "",
    "mails_per_minute": 0,
    "only_if": "",
    "calendar": False,
    "report_url": "",
    "robots": {"wecom": [], "dingtalk": [], "feishu": []},
    "grace_minutes": 15,
    "return_days": 30,
    "return_km": 2000,
    "department_heads": {},
    "limits": {
        "chapter_seconds": 300,
        "chapter_memory_mb": 4000,
        "chapter_output_mb": 50,
        "run_seconds": 1800,
        "run_memory_mb": 12000,
        "run_output_mb": 200,
    },
    "table_names": {},
    "constants": {},
    "value_aliases": {},
    "themes": {
        "等待时间": ["等待", "排队", "等太久", "工位", "耽误", "一推再推"],
        "休息区": ["休息区", "座位", "空调", "点心", "饮料", "儿童区", "无线", "wifi", "充电"],
        "洗车与车辆清洁": ["洗车", "没有洗干净", "水渍"],
        "说明与费用": ["说明", "解释", "明细", "工时费", "价格", "优惠", "旧件"],
        "配件": ["配件", "常用件"],
        "预约与联系": ["预约", "电话打不进", "热线", "微信", "提醒"],
        "维修质量": ["异响", "一次修好", "返修"],
        "态度": ["态度", "爱理不理"],
        "营业与停车": ["营业时间", "停车", "代步车", "接送"],
    },
}


def load(month: object = None, path: str | Path | None = None, store: str | None = None) -> Params:
    """The settings for a month and a store.

    Parameters
    ----------
    month : Period or str, optional
        ``2024-04``; without it no month's file counts.
    path : path, optional
        The folder of the files, by default `folder()`.
    store : str, optional
        Whose file counts, by default that of the params' own store. Where another store has none, the params
        remain those of their own store, and so do `Params.store` and the recipients.

    Raises
    ------
    InputError
        A file is missing or not YAML, a key is unknown, a value is not what it should be.

    Examples
    --------
    >>> load("2024-04").weights["car_clean"]
    0.2
    """
    base = Path(path) if path else folder()
    default = base / _DEFAULT
    if not default.exists():
        raise InputError(
            Message(
                f"{default}：没有这个文件。门店的设置应写在这里。",
                f"{default}: no such file. The settings of the store belong there.",
            )
        )
    own = _read(default)
    if own.get("lang") in ("zh", "en"):
        message.by_default(own["lang"])
    values = copy.deepcopy(SHIPPED) | own
    origins = dict.fromkeys(_flat(own), default.name)
    missing = [key for key in _KEYS if key not in values and key not in _OPTIONAL]
    if missing:
        some = len(missing) > 1
        raise InputError(
            Message(
                f"{default.name}：缺少{'这些键' if some else '键'} {'、'.join(missing)}。",
                f"{default.name}: the key{'s' * some} {', '.join(missing)} "
                f"{'are' if some else 'is'} missing.",
            )
        )
    override = base / f"{month}.yml"
    if month is not None and override.exists():
        _put_over(values, origins, _read(override), override.name)
    _of_store(values, origins, store, base)
    _check(values, origins)
    message.by_default(values["lang"])
    if without := os.environ.get(WITHOUT):
        values["chapters"] = [stem for stem in values["chapters"] if stem not in without.split()]
    return Params(**values, origins=origins)


# Definitions that a question may set for itself, and between what a whole number of them lies.
DEFINITIONS = {
    "base_months": (1, 60),
    "churn_months": (1, 60),
    "grace_minutes": (0, 24 * 60),
    "return_days": (0, 365),
    "return_km": (0, 1_000_000),
}


def defined(settings: Params, changes: Mapping[str, Any], among: Iterable[str] = DEFINITIONS) -> Params:
    """Params with definitions that a call gives itself; `Params.origins` says so of them.

    Parameters
    ----------
    among
        Those that bear on what is asked.

    Raises
    ------
    InputError
        There is no such definition among them, or its value is not what it should be.

    Examples
    --------
    >>> year = defined(load(), {"churn_months": 12})
    >>> year.churn_months, year.origins["churn_months"], load().origins["churn_months"]
    (12, 'argument', 'default.yml')
    """
    for key, value in changes.items():
        known = [name for name in DEFINITIONS if name in among]
        if key not in known:
            did_you = written.question(written.nearest(key, known))
            every = message.listed(known, Message("没有", "none"))
            raise InputError(
                Message(
                    f"{key}：这里用不到这个口径。{did_you.zh}可以给的：{every.zh}。",
                    f"{key}: no definition that bears on this.{did_you.en} There are: {every.en}.",
                )
            )
        low, high = DEFINITIONS[key]
        if not _is_whole(value, low, high):
            raise InputError(
                Message(
                    f"{key}：给的是 {value!r}；应是 {low} 到 {high:,} 的整数。",
                    f"{key}: got {value!r}; expected a whole number from {low} to {high:,}.",
                )
            )
    return replace(settings, **changes, origins={**settings.origins, **dict.fromkeys(changes, ARGUMENT)})


def _put_over(values: dict[str, Any], origins: dict[str, str], changes: Mapping[str, Any], file: str) -> None:
    """Let the settings of a file count before those that were there."""
    for key, value in changes.items():
        nested = isinstance(value, dict) and isinstance(values.get(key), dict)
        if nested and key == "questionnaire":  # a topic belongs to its wording
            value = {q: _reworded(about) for q, about in value.items()}
        values[key] = _over(values[key], value) if nested else value
    origins |= dict.fromkeys(_flat(changes), file)


def _reworded(about: Any) -> Any:
    """A question that is asked in other words has no topic but its own."""
    return {"topic": {}} | about if isinstance(about, dict) and "zh" in about else about


def template_file(name: str) -> Path:
    """The file that `slides_template` names, seen from the project's folder."""
    return ROOT / Path(name).expanduser()


def no_project() -> Message:
    """That the folder at work is no store's yet."""
    return Message(
        f"{ROOT}：这里还没有参数。先运行 `aftersales init 店名`。",
        f"{ROOT}: there are no params here yet. Run `aftersales init STORE` first.",
    )


def _of_store(values: dict[str, Any], origins: dict[str, str], store: str | None, base: Path) -> None:
    """Let the file of a store count, where it has one.

    The people of the params' own store are nobody of another's: these come from its own file alone.

    Raises
    ------
    InputError
        The file is bad, or it is that of another store.
    """
    own = str(values["store"])
    wanted = own if store is None else store
    file = store_params.file_of(wanted, base)
    if file is None:
        return
    at = f"{store_params.FOLDER}/{file.name}"
    changes = _read(file, at)
    if "store" in changes and store_key(str(changes["store"])) != store_key(wanted):
        raise InputError(
            Message(
                f"{at}：store：给的是 {changes['store']!r}；从文件名看应是门店 "
                f"{store_params.store_of(file)}。请删去这一行，或改文件名。",
                f"{at}: store: got {changes['store']!r}; expected the store that the file is called after, "
                f"{store_params.store_of(file)}. Remove the line, or rename the file.",
            )
        )
    if changes.get("recipients", {}).get("head_office"):
        raise InputError(
            Message(
                f"{at}：recipients.head_office：总部不属于任何一家店，写在 {_DEFAULT} 里；"
                "要收这家店报告的人，请写在别的角色下。",
                f"{at}: recipients.head_office: head office is no store's and stands in {_DEFAULT}; "
                "name who is to have this store's report under another role.",
            )
        )
    if store_key(wanted) != store_key(own):
        allowed = {k: v for k, v in dict(values["recipients"] or {}).items() if k == "allowed_domains"}
        values["recipients"] = allowed
        values["robots"] = {one: [] for one in SERVICES}
        if "{store}" not in str(values["report_url"]):  # it is where the own store's page is
            values["report_url"] = ""
        for key in (*(f"recipients.{role}" for role in ROLES), *(f"robots.{one}" for one in SERVICES)):
            origins.pop(key, None)
        changes["store"] = store_params.store_of(file).strip()
    else:
        changes.pop("store", None)
    _put_over(values, origins, changes, at)


def _over(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with changes over them, tables of settings (`constants`) too."""
    both = {
        k: {**values[k], **v}
        for k, v in changes.items()
        if isinstance(v, dict) and isinstance(values.get(k), dict)
    }
    return {**values, **changes, **both}


def _read(path: Path, name: str | None = None) -> dict[str, Any]:
    """What a file says, whose keys are known; `name` is what it is called in messages."""
    name = name or path.name
    place.check_file(path)
    try:
        with path.open(encoding="utf-8") as stream:
            values = yaml.load(stream, Loader) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(message.not_yaml(name, error)) from None
    if not isinstance(values, Mapping):
        kind = message.kind(values)
        raise InputError(
            Message(
                f"{name}：应是 `键: 值` 这样的行，给的是{kind.zh}。",
                f"{name}: expected `key: value` lines, got {kind.en}.",
            )
        )
    for key in values:
        _known(name, "", key, _KEYS)
        if key in _NESTED:
            if not isinstance(values[key], Mapping):
                raise InputError(
                    Message(
                        f"{name}：{key}：应是 `键: 值` 这样的行，给的是 {values[key]!r}。",
                        f"{name}: {key}: expected `key: value` lines, got {values[key]!r}.",
                    )
                )
            for inner in values[key]:
                _known(name, f"{key}.", inner, _NESTED[key])
    return dict(values)


def _known(file: str, prefix: str, key: object, known: tuple[str, ...] | list[str]) -> None:
    if key not in known:
        close = difflib.get_close_matches(str(key), known, n=1, cutoff=0.0)
        raise InputError(
            Message(
                f"{file}：没有 {prefix}{key} 这个键。是不是 {prefix}{close[0]}？",
                f"{file}: unknown key {prefix}{key}. Did you mean {prefix}{close[0]}?",
            )
        )


def _flat(values: Mapping[str, Any]) -> list[str]:
    flat = list(values)
    return flat + [f"{k}.{inner}" for k, v in values.items() if isinstance(v, Mapping) for inner in v]


def _check(values: dict[str, Any], origins: Mapping[str, str]) -> None:
    """Refuse values that are not what they should be; the message names the file that has them."""

    def file_of(key: str) -> str:
        return origins.get(key, _DEFAULT)

    def expect(good: bool, key: str, zh: str, en: str) -> None:
        if not good:
            file = file_of(key)
            raise InputError(
                Message(
                    f"{file}：{key}：给的是 {values[key]!r}；应是{zh}。",
                    f"{file}: {key}: got {values[key]!r}; expected {en}.",
                )
            )

    def is_number(value: object) -> bool:
        return isinstance(value, (int, float)) and not isinstance(value, bool)

    for key in ("store", "source", "sender"):
        expect(isinstance(values[key], (str, int)) and str(values[key]).strip() != "", key, "文字", "a text")
        values[key] = str(values[key]).strip()
    expect(values["lang"] in ("zh", "en"), "lang", " zh 或 en", "zh or en")
    for key in ("mask", "slides", "calendar"):
        expect(isinstance(values[key], bool), key, " true 或 false", "true or false")
    for key, zh, en in (
        ("reply_to", "一个地址", "an address"),
        ("slides_template", "一个 .pptx 文件", "a .pptx file"),
        ("report_url", "一个网址", "a URL"),
        ("only_if", " signal，或不写", "signal, or nothing"),
    ):
        values[key] = "" if values[key] is None else values[key]
        expect(isinstance(values[key], str), key, zh, en)
    expect(values["only_if"] in ("", "signal"), "only_if", " signal，或不写", "signal, or nothing")
    expect(
        _is_page(values["report_url"]),
        "report_url",
        " http:// 或 https:// 开头的网址，其中可有 {month} 和 {store}",
        "a URL that begins with http:// or https://, in which {month} and {store} may stand",
    )
    per_minute = values["mails_per_minute"]
    good = _is_whole(per_minute, 0, 1000)
    expect(good, "mails_per_minute", " 0（不限）到 1,000 的整数", "a whole number from 0 (no limit) to 1,000")
    _check_robots(values, file_of)
    expect(values["rate_base"] in ("calls", "valid"), "rate_base", " calls 或 valid", "calls or valid")
    for key, (least, most) in DEFINITIONS.items():
        good = _is_whole(values[key], least, most)
        unit_zh, unit_en = ("（月）", " of months") if key.endswith("_months") else ("", "")
        zh, en = f" {least} 到 {most:,} 的整数{unit_zh}", f"a whole number{unit_en} from {least} to {most:,}"
        expect(good, key, zh, en)
    limits = values["limits"] = {**SHIPPED["limits"], **(values["limits"] or {})}
    for key, most in limits.items():
        if not (is_number(most) and 0 < most < 1e9):
            file = file_of(f"limits.{key}")
            raise InputError(
                Message(
                    f"{file}：limits.{key}：给的是 {most!r}；应是大于 0 的数。",
                    f"{file}: limits.{key}: got {most!r}; expected a number above 0.",
                )
            )
    months = values["keep_months"]
    good = isinstance(months, int) and not isinstance(months, bool) and months >= 1
    expect(good, "keep_months", "不小于 1 的整数（月）", "a whole number of months, at least 1")
    heads = values["department_heads"] = values["department_heads"] or {}
    good = all(isinstance(n, str) for n in heads.values())
    expect(good, "department_heads", " `部门: 姓名` 这样的行", "`department: name` lines")
    for key, names in (("weights", MOT_ITEMS), ("pt_weights", PT_SECTIONS)):
        weights = values[key]
        good = set(weights) == set(names) and all(is_number(w) and w >= 0 for w in weights.values())
        expect(
            good,
            key,
            f"{'、'.join(names)} 各一个不小于 0 的数",
            f"a number ≥ 0 for each of {', '.join(names)}",
        )
        total = math.fsum(weights.values())
        expect(
            abs(total - 1) < 1e-9,
            key,
            f"合计为 1 的权重，不是 {total:g}",
            f"weights that sum to 1, not {total:g}",
        )
        values[key] = {name: float(weights[name]) for name in names}
    hours = values["promised_hours"]
    expect(
        set(hours) == set(HOURS) and all(is_number(h) and h > 0 for h in hours.values()),
        "promised_hours",
        f"{'、'.join(HOURS)} 各一个大于 0 的小时数",
        f"hours above 0 for {', '.join(HOURS)}",
    )
    themes = values["themes"] = values["themes"] or {}
    good = isinstance(themes, Mapping) and all(
        isinstance(words, list) and all(isinstance(word, str) and word.strip() for word in words)
        for words in themes.values()
    )
    expect(good, "themes", " `名称: [关键词, …]` 这样的行", "`name: [keyword, …]` lines")
    targets = values["targets"]
    expect(
        isinstance(targets, Mapping) and all(is_number(t) for t in targets.values()),
        "targets",
        " `指标: 数字` 这样的行",
        "`figure: number` lines",
    )
    from aftersales.contract.figures import FIGURES, PREFIXES

    for name in targets:
        if name not in FIGURES:
            prefix, _, rest = str(name).partition(".")
            if (
                not rest or prefix in PREFIXES
            ):  # else a figure of one's own; the chapters know when they have run
                _known(file_of(f"targets.{name}"), "targets.", name, list(FIGURES))
    questions = values["questionnaire"]
    expect(
        all(map(_is_question, questions.values())),
        "questionnaire",
        "每个问题的 `zh: …`、`en: …` 和 `topic: {zh: …, en: …}`",
        "`zh: …`, `en: …` and `topic: {zh: …, en: …}` for each question",
    )
    recipients = values["recipients"]
    expect(
        all(isinstance(v, list) and all(isinstance(a, str) for a in v) for v in recipients.values()),
        "recipients",
        "每个角色的地址列表",
        "a list of addresses for each role",
    )
    values |= foreign.read(values, origins)
    chapters = values["chapters"]
    good = isinstance(chapters, list) and all(re.fullmatch(r"\w+", str(c)) for c in chapters)
    good = good and len(set(chapters)) == len(chapters)
    expect(good, "chapters", "互不相同的笔记本名列表", "a list of different notebook stems")
    _check_events(values, file_of("events"))
    _check_remarks(values, file_of("remarks"))


def _is_whole(value: object, least: int, most: int) -> bool:
    """Whether it is a whole number between two; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_page(url: str) -> bool:
    """Whether the page of a report may be found by it."""
    plain = url.replace("{month}", "").replace("{store}", "")
    return not url or bool(re.fullmatch(r"https?://[^\s{}\"<>]+", plain))


_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


def _check_robots(values: dict[str, Any], file_of: Callable[[str], str]) -> None:
    """Robots are named by the variables that hold their webhooks; what else stands there is not repeated, for
    it may be a webhook.
    """
    robots = values["robots"] = dict(values["robots"] or {})
    for service, names in robots.items():
        names = robots[service] = [] if names is None else names
        if isinstance(names, list) and all(isinstance(n, str) and _VARIABLE.fullmatch(n) for n in names):
            continue
        file, key = file_of(f"robots.{service}"), f"robots.{service}"
        example = f"[{service.upper()}_WEBHOOK]"
        raise InputError(
            Message(
                f"{file}：{key}：应是存放webhook的环境变量的名称，如 {example}。"
                "webhook本身是密钥，不要写在文件里；写过的，请在群里重新生成。",
                f"{file}: {key}: expected names of the environment variables that hold the webhooks, such as "
                f"{example}. A webhook itself is a secret and never stands in a file; make a new one in the "
                "group where it did.",
            )
        )


_LONGEST_EVENT = 60


def _check_events(values: dict[str, Any], file: str) -> None:
    """Events are months, each with a text that trends are marked with; it is masked here, as remarks are."""
    events = [] if values.get("events") is None else values["events"]
    if not isinstance(events, list):
        events = [events]
    out = []
    for at, event in enumerate(events, 1):
        text = event.get("text") if isinstance(event, Mapping) else None
        good = isinstance(event, Mapping) and set(event) == {"month", "text"}
        if not (
            good
            and re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", str(event["month"]))
            and isinstance(text, str)
            and 0 < len(text.strip()) <= _LONGEST_EVENT
        ):
            raise InputError(
                Message(
                    f"{file}：events：第{at}项给的是 {event!r}；应是 {{month: 2024-04, text: 文字}}，"
                    f"文字不超过{_LONGEST_EVENT}字。",
                    f"{file}: events: item {at} is {event!r}; expected {{month: 2024-04, text: a text of at "
                    f"most {_LONGEST_EVENT} characters}}.",
                )
            )
        out.append({"month": str(event["month"]), "text": _masked(str(text).strip(), values)})
    values["events"] = out


def _masked(text: str, values: Mapping[str, Any]) -> str:
    if not values["mask"]:
        return text
    from aftersales.contract import mask  # a command that has nothing to mask does not wait for it

    return mask.text(text)


def _is_question(about: object) -> bool:
    """A question's wording, and its topic where it has one: a text, or one a language."""
    if not isinstance(about, Mapping) or "zh" not in about or not {"zh", "en", "topic"} >= set(about):
        return False
    own = about.get("topic", {})
    return isinstance(own, str) or (
        isinstance(own, Mapping)
        and {"zh", "en"} >= set(own)
        and all(isinstance(text, str) for text in own.values())
    )


def _check_remarks(values: dict[str, Any], file: str) -> None:
    """Remarks are texts, each under a chapter, by its stem with or without its number, or ``summary``.

    They are masked here, so that no form, notebook or message can show what they hold.
    """
    remarks = values.get("remarks") or {}
    if not isinstance(remarks, Mapping):
        raise InputError(
            Message(
                f"{file}：remarks：应是 `章: 文字` 这样的行。",
                f"{file}: remarks: expected `chapter: text` lines.",
            )
        )
    stems = {str(stem).partition("_")[2]: str(stem) for stem in values["chapters"]}
    known = [SUMMARY, *stems.values(), *stems]
    out: dict[str, str] = {}
    for key, text in remarks.items():
        _known(file, "remarks.", key, known)
        if not isinstance(text, str) or not text.strip():
            raise InputError(
                Message(f"{file}：remarks.{key}：应是文字。", f"{file}: remarks.{key}: expected a text.")
            )
        stem = stems.get(str(key), str(key))
        if stem in out:
            raise InputError(
                Message(
                    f"{file}：remarks.{key}：{stem} 这一章已有批注。",
                    f"{file}: remarks.{key}: the chapter {stem} has a remark already.",
                )
            )
        out[stem] = _masked(text.strip(), values)
    values["remarks"] = out
