"""No sentence claims what the figures do not show."""

import doctest
import importlib
import linecache
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aftersales
from aftersales import findings, metrics
from aftersales.contract import formats, params
from aftersales.contract.schema import MOT_ITEMS
from aftersales.contract.tables import Tables
from aftersales.metrics import watched

MONTH = pd.Period("2024-02")
SETTINGS = params.load()
WEIGHTS = SETTINGS.weights
score = st.floats(80, 110).map(lambda x: round(x, 1))


def oem(previous, current):
    rows = [("2024-01", previous), ("2024-02", current)]
    return pd.DataFrame(
        [
            {
                "month": m,
                "scope": "store",
                "advisor": None,
                "sample": 90.0,
                "css": 99.0,
                "mot": None,
                **dict(zip(MOT_ITEMS, v, strict=True)),
            }
            for m, v in rows
        ]
    )


CHANGE = re.compile("上升|下降|变好|变差|持平|rose|fell|better|worse|unchanged", re.IGNORECASE)
SCORES = st.lists(score, min_size=10, max_size=10)


@given(SCORES, SCORES, st.sampled_from(["zh", "en"]))
@settings(max_examples=40, deadline=None)
def test_two_months_are_no_ground_for_words_of_change(previous, current, lang):
    """Chapter 2 of a store with two months of scores: numbers, and nothing better, worse, risen or fallen."""
    frame = oem(previous, current)
    tested = watched.judged(Tables(store="x", oem_css=frame), MONTH, SETTINGS).findings
    assert not [one for one in tested if one.level == "signal" and one.rule != "target"]
    items = metrics.oem_css.items(frame, MONTH, WEIGHTS)
    figures = metrics.oem_css.figures(frame, None, MONTH, WEIGHTS, SETTINGS.pt_weights)
    scores = metrics.oem_css.scores(frame, MONTH, WEIGHTS)
    past = metrics.oem_css.history(frame, MONTH, WEIGHTS)
    said = [
        findings.oem_css.headline(figures, items, tested, lang),
        findings.oem_css.dots(items, scores, MONTH, tested, lang)["title"],
        findings.oem_css.history(past, items, MONTH, tested, lang)["title"],
    ]
    for text in said:
        assert not CHANGE.search(text), text
        assert "signal" not in text.lower().replace("no signal", "")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_verdict_counts_targets_as_the_cards_do(deck, month, settings, lang):
    tested = watched.judged(deck, pd.Period(month), settings).findings
    key = metrics.summary.key_figures(deck, month, settings, tested)
    cards = findings.summary.cards(key, tested, lang)
    good = sum(card["status"] == "good" for card in cards)
    tried = int(key["verdict"].notna().sum())
    assert findings.summary.verdict(key, tested, lang).startswith(
        f"{tried}项关键指标中{good}项达标" if lang == "zh" else f"{good} of {tried} key figures"
    )


def test_all_or_none_of_the_targets(deck, month, settings):
    key = metrics.summary.key_figures(deck, month, settings, [])
    n = len(key)
    assert findings.summary.verdict(key.assign(verdict="met")).startswith(f"{n}项关键指标中{n}项达标")
    assert findings.summary.verdict(key.assign(verdict="missed")).startswith(
        f"{n}项关键指标中0项达标，未达标的是"
    )
    assert "没有可与目标比较" in findings.summary.verdict(key.assign(verdict=None))


def test_zero_one_and_many_complaints():
    def said(n, still, lang):
        figures = {
            "complaints.count": n,
            "complaints.open": still,
            "complaints.hours_to_contact": None,
            "complaints.mentions": 0,
        }
        return findings.complaints.headline(figures, [], lang)

    assert said(0, 0, "zh") == "本月没有受理投诉。"
    assert said(1, 0, "en") == "1 complaint received, all closed."
    assert said(3, 2, "zh") == "受理投诉3件，2件未关闭。"
    assert said(None, None, "zh") == "没有投诉台账。"


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (17.65, 1, "17.7"),
        (-0.345, 2, "−0.35"),
        (0.285, 2, "0.29"),
        (1439.65, 1, "1,439.7"),
        (float("nan"), 1, "–"),
        (-0.04, 1, "0.0"),
    ],
)
def test_rounding_is_half_up_on_the_number_as_it_prints(value, digits, text):
    assert formats.number(value, digits) == text


LIB = Path(aftersales.__file__).parents[1]
WITH_EXAMPLES = [
    ".".join(path.relative_to(LIB).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted(LIB.rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_in_docstrings_are_true(name, monkeypatch):
    monkeypatch.chdir(params.ROOT)
    linecache.clearcache()  # doctest looks whether any file in it has changed, of which there are thousands
    if name == "aftersales.chapters.contents":
        pytest.importorskip("jupyter_server")
    assert (
        doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE).failed == 0
    )
