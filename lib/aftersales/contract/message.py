"""What is said to whoever called the program: in Chinese and English, worded before the language is known."""

from __future__ import annotations

from dataclasses import dataclass

# The language that a call chose, and that of the params which were read last.
_chosen: str | None = None
_default = "zh"


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


def speak(lang: str | None) -> None:
    """From now on speak this language; None = that of the params."""
    global _chosen
    _chosen = lang


def by_default(lang: str) -> None:
    """What the params say, which counts where no call chose a language."""
    global _default
    _default = lang


def spoken() -> str:
    """The language that a call chose, else that of the params, else Chinese."""
    return _chosen or _default
