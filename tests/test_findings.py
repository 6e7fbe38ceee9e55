"""No sentence claims what the figures do not show."""

import doctest
import importlib
import pkgutil

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aftersales
from aftersales import findings, metrics
from aftersales.contract import formats, params
from aftersales.contract.schema import MOT_ITEMS, label

MONTH = pd.Period("2024-02")
WEIGHTS = params.load().weights
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


@given(
    st.lists(score, min_size=10, max_size=10),
    st.lists(score, min_size=10, max_size=10),
    st.sampled_from(["zh", "en"]),
)
@settings(max_examples=40, deadline=None)
def test_the_dot_plot_names_the_item_that_fell_most(previous, current, lang):
    frame = oem(previous, current)
    items = metrics.oem_css.items(frame, MONTH, WEIGHTS)
    title = findings.oem_css.dots(items, metrics.oem_css.scores(frame, MONTH, WEIGHTS), MONTH, lang)["title"]
    changes = {i: round(c - p, 6) for i, p, c in zip(MOT_ITEMS, previous, current, strict=True)}
    fell = sum(c < 0 for c in changes.values())
    if fell:
        assert str(fell) in title
        worst = min(changes.values())
        assert any(label("mot_item", i, lang) in title for i, c in changes.items() if c == worst)
        assert formats.number(abs(worst)) in title
    else:
        assert title == ("十项得分没有一项下降" if lang == "zh" else "No item fell")


@given(st.lists(score, min_size=10, max_size=10), st.lists(score, min_size=10, max_size=10))
@settings(max_examples=40, deadline=None)
def test_the_headline_says_which_way_mot_went(previous, current):
    frame = oem(previous, current)
    figures = metrics.oem_css.figures(frame, None, MONTH, WEIGHTS, params.load().pt_weights)
    text = findings.oem_css.headline(figures, metrics.oem_css.items(frame, MONTH, WEIGHTS))
    change = figures["oem.mot"] - figures["oem.mot_previous"]
    if float(formats.number(abs(change), 2)) == 0:
        assert "持平" in text
    else:
        assert ("上升" if change > 0 else "下降") in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_verdict_counts_targets_as_the_cards_do(deck, month, settings, lang):
    key = metrics.summary.key_figures(deck, month, settings)
    cards = findings.summary.cards(key, lang)
    good = sum(card["status"] == "good" for card in cards)
    assert findings.summary.verdict(key, lang).startswith(
        f"7项关键指标中{good}项达标" if lang == "zh" else f"{good} of 7 key figures"
    )
    better = findings.summary.moved(
        key, metrics.oem_css.items(deck.oem_css, month, settings.weights), True, lang
    )
    worse = findings.summary.moved(
        key, metrics.oem_css.items(deck.oem_css, month, settings.weights), False, lang
    )
    assert not {item["text"] for item in better} & {item["text"] for item in worse}


def test_all_or_none_of_the_targets(deck, month, settings):
    key = metrics.summary.key_figures(deck, month, settings)
    assert findings.summary.verdict(key.assign(met=True)).startswith("7项关键指标全部达标")
    assert findings.summary.verdict(key.assign(met=False)).startswith("7项关键指标均未达标")
    assert "没有可与目标比较" in findings.summary.verdict(key.assign(met=None))


def test_zero_one_and_many_complaints():
    def said(n, still, lang):
        figures = {
            "complaints.count": n,
            "complaints.open": still,
            "complaints.hours_to_contact": None,
            "complaints.mentions": 0,
        }
        return findings.complaints.headline(figures, lang)

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


MODULES = [
    m.name
    for m in pkgutil.walk_packages(aftersales.__path__, "aftersales.")
    if not m.name.startswith(("aftersales.__main__", "aftersales.mail.body"))
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_are_true(name, monkeypatch):
    monkeypatch.chdir(params.ROOT)
    assert (
        doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE).failed == 0
    )
