"""What a question of the telephone survey is about, in a word or two: readers know topics, not numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aftersales.contract.schema import QUESTIONS, label

Questionnaire = Mapping[str, Mapping[str, Any]]
# Of a question without a topic its beginning is shown: so many Chinese characters, or English words.
_CHARACTERS, _WORDS = 7, 4


def topic(question: str, questionnaire: Questionnaire | None, lang: str = "zh") -> str:
    """The topic of a question as the params have it; without one its number and how it begins.

    >>> asked = {"q5": {"topic": {"zh": "休息区", "en": "Lounge"}, "zh": "客休室是否舒适？"},
    ...          "q6": {"zh": "交车前是否为您的车辆免费清洗？", "en": "Was your car washed for free?"}}
    >>> topic("q5", asked), topic("q5", asked, "en")
    ('休息区', 'Lounge')
    >>> topic("q6", asked), topic("q6", asked, "en"), topic("q7", asked)
    ('问题六 交车前是否为您…', 'Q6 Was your car washed…', '问题七')
    """
    about = (questionnaire or {}).get(question, {})
    own = about.get("topic")
    if isinstance(own, Mapping):
        own = own.get(lang) or own.get("zh")
    if own:
        return str(own)
    number, text = label("question", question, lang), str(about.get(lang) or about.get("zh") or "")
    return f"{number} {_beginning(text, lang)}" if text else number


def topics(questionnaire: Questionnaire | None, lang: str = "zh") -> dict[str, str]:
    """The topics of all questions; two that are the same stand with their numbers."""
    named = {question: topic(question, questionnaire, lang) for question in QUESTIONS}
    twice = [text for text in named.values() if list(named.values()).count(text) > 1]
    return {q: f"{label('question', q, lang)} {text}" if text in twice else text for q, text in named.items()}


def _beginning(text: str, lang: str) -> str:
    if lang == "en" and " " in text:
        words = text.split()
        return " ".join(words[:_WORDS]) + ("…" if len(words) > _WORDS else "")
    return text if len(text) <= _CHARACTERS else text[:_CHARACTERS] + "…"
