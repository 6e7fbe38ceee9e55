"""What is said to whoever called the program: in Chinese and English, worded before the language is known."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from aftersales.contract import home

# Names the language to processes that this one starts: kernels of notebooks, readers of workbooks.
VARIABLE = "AFTERSALES_LANG"
# The language that a call chose, and that of the params which were read last.
_chosen: str | None = None
_default: str | None = None


@dataclass(frozen=True)
class Message:
    """A text for a person, the same in Chinese and in English."""

    zh: str
    en: str

    def text(self, lang: str) -> str:
        """It in a language.

        >>> Message("没有记录", "no records").text("en")
        'no records'
        """
        return self.zh if lang == "zh" else self.en

    def __str__(self) -> str:
        return self.text(spoken())


def in_language(text: str | Message, lang: str) -> str:
    """A message in a language; a plain text is a value and has none."""
    return text.text(lang) if isinstance(text, Message) else text


def phrase(zh: str, en: str) -> str:
    """A text in the language that is spoken now."""
    return zh if spoken() == "zh" else en


def joined(parts: Iterable[str | Message], between: str = "\n") -> Message:
    """Messages and values one after the other.

    >>> joined([Message("两处", "two places"), "a.csv"], "\\n  ").en
    'two places\\n  a.csv'
    """
    parts = list(parts)
    return Message(*(between.join(in_language(part, lang) for part in parts) for lang in ("zh", "en")))


def listed(parts: Iterable[str | Message], none: str | Message = "") -> Message:
    """Messages and values in a row, as each language sets them apart.

    >>> listed(["a", "b"]).zh, listed([], Message("无", "none")).en
    ('a、b', 'none')
    """
    parts = list(parts) or [none]
    return Message(joined(parts, "、").zh, joined(parts, ", ").en)


def not_yaml(file: str, error: Exception) -> Message:
    """A file of ours that is no YAML, with what its parser says."""
    said = " ".join(str(error).split())
    return Message(f"{file}：不能作为YAML读取。原文：“{said}”", f"{file}: not readable as YAML: {said}")


def kind(value: object) -> Message:
    """What a value of a YAML file is, in words.

    >>> kind([1]).en
    'a list'
    """
    if isinstance(value, dict):
        return Message("`键: 值` 这样的行", "`key: value` lines")
    if isinstance(value, (list, str)):
        return Message("列表", "a list") if isinstance(value, list) else Message("文字", "a text")
    return Message(repr(value), repr(value))


def speak(lang: str | None) -> None:
    """From now on speak this language; None = that of the params."""
    global _chosen
    _chosen = lang


def settle(lang: str) -> None:
    """Speak this language from now on, whatever params are read later, where no call chose another."""
    speak(_chosen or lang)


def by_default(lang: str) -> None:
    """What the params say, which counts where no call chose a language."""
    global _default
    _default = lang


def spoken() -> str:
    """The language that a call chose, here or in the process that started this one; else the params'."""
    return _chosen or os.environ.get(VARIABLE) or _default or home.language()
