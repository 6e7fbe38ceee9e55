"""The parser of the command line in the language that is spoken: its own words, and those of argparse."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from aftersales.contract.message import phrase, spoken

# What argparse says to whoever calls the program; what it says to its programmer stays English.
_CHINESE = {
    "usage: ": "用法：",
    "positional arguments": "参数",
    "options": "选项",
    "show this help message and exit": "显示本帮助",
    "the following arguments are required: %s": "缺少：%s",
    "unrecognized arguments: %s": "不认识：%s",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s：%(message)s",
    "invalid choice: %(value)r (choose from %(choices)s)": "给的是 %(value)r；应是其中之一：%(choices)s",
    "invalid %(type)s value: %(value)r": "给的是 %(value)r，这里不能用",
    "expected one argument": "后面应有一个值",
    "expected at most one argument": "后面最多一个值",
    "expected at least one argument": "后面至少应有一个值",
    "expected %s argument": "后面应有%s个值",
    "expected %s arguments": "后面应有%s个值",
    "not allowed with argument %s": "不能与 %s 同时使用",
    "one of the arguments %s is required": "应给出其中之一：%s",
    "ignored explicit argument %r": "后面不能有值：%r",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s 不明确，可能是 %(matches)s",
    "unexpected option string: %s": "不认识：%s",
}


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that speaks the language of the call.

    argparse looks its words up by gettext's `_`, which knows what is installed for the language of the
    machine: in the module's namespace another `_` takes its place.
    """

    def __init__(self, **kwargs: Any) -> None:
        vars(argparse).update(_=_translated, ngettext=_counted)
        super().__init__(**kwargs)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the call, and where more is said, and leave with 2."""
        self.print_usage(sys.stderr)
        more = phrase(f"说明：{self.prog} --help", f"For help: {self.prog} --help")
        self.exit(2, phrase(f"错误：{message}。{more}\n", f"error: {message}. {more}\n"))


def _translated(text: str) -> str:
    return _CHINESE.get(text, text) if spoken() == "zh" else text


def _counted(one: str, many: str, n: int) -> str:
    return _translated(one if n == 1 else many)


def language(argv: Sequence[str]) -> str | None:
    """The language that a call asks for, as far as it can be known before the call is understood.

    >>> language(["check", "--lang", "en"]), language(["check", "--lang=zh"]), language(["check"])
    ('en', 'zh', None)
    """
    asked = [after for word, after in pairwise(argv) if word == "--lang"]
    asked += [word.removeprefix("--lang=") for word in argv if word.startswith("--lang=")]
    return asked[-1] if asked and asked[-1] in ("zh", "en") else None


def place(text: str) -> str | Path:
    """The type of an argument that is a folder: a path, or the URL of one that is not on this machine."""
    from aftersales.contract import place as places

    return text if places.scheme(text) and places.is_elsewhere(text) else Path(places.local(text))


def whole_number(text: str) -> int:
    """The type of an argument that is a whole number."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            phrase(f"应是整数，给的是 {text}", f"expected a whole number, got {text}")
        ) from None


def positive(text: str) -> int:
    """The type of an argument that is a whole number from 1 up."""
    number = whole_number(text)
    if number < 1:
        raise argparse.ArgumentTypeError(
            phrase(f"应是不小于 1 的整数，给的是 {text}", f"expected a number from 1 up, got {text}")
        )
    return number
