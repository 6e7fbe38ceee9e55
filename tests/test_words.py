"""The report's words: topics and months instead of codes, one precision a figure, plurals, named limits."""

import ast
import json
import re

import pandas as pd
import pytest

from aftersales import context
from aftersales.contract import formats
from aftersales.contract.figures import FIGURES
from aftersales.contract.params import ROOT
from aftersales.display.exhibit import MIME, Exhibit

CHAPTERS = sorted((ROOT / "notebooks").glob("0*.ipynb"))


def shown(lang):
    """What every cell of the chapters shows, without kernels."""
    found = []
    for path in CHAPTERS:
        names, first = {}, True
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] != "code" or "chapter.glue" in "".join(cell["source"]):
                continue
            code = ast.parse(
                "".join(cell["source"]) + (f"\nsource, lang = 'demo', {lang!r}" if first else "")
            )
            first, last = False, code.body[-1]
            if isinstance(last, ast.Expr):
                exec(compile(ast.Module(code.body[:-1], []), path.name, "exec"), names)
                value = eval(compile(ast.Expression(last.value), path.name, "eval"), names)
                found += [value.payload] if isinstance(value, Exhibit) else []
            else:
                exec(compile(code, path.name, "exec"), names)
    return found


@pytest.fixture(scope="module")
def chapters():
    """The payloads of the built-in store's chapters by language."""
    return {lang: shown(lang) for lang in ("zh", "en")}


def sentences(payloads):
    """What a reader reads, a clause or a table's row a text."""
    for p in payloads:
        texts = [p.get(part) or "" for part in ("title", "subtitle", "note", "text", "alt")]
        texts += [i["text"] for i in p.get("items", [])]
        if p["kind"] == "table":
            texts += [c["label"] for c in p["columns"]]
            units = [c.get("unit") or "" for c in p["columns"]]
            texts += [" ".join(map("".join, zip(row, units, strict=True))) for row in p["display"]]
        if p["kind"] == "chart":
            texts += re.findall(r">([^<>]+)</text>", "".join(p["svg"].values()))
        for text in texts:
            yield from re.split(r"[。；;\n]", text)


def read(april):
    """The executed master's exhibits."""
    book = json.loads((april / "notebooks" / "master.ipynb").read_text(encoding="utf-8"))
    return [o["data"][MIME] for c in book["cells"] for o in c.get("outputs", []) if MIME in o.get("data", {})]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_questions_and_months_are_named_in_words(chapters, lang):
    numbers = {"zh": r"问题[一二三四五六七八]", "en": r"\bq[1-8]\b|\bQ[1-8]\b"}[lang]
    for p in chapters[lang]:
        for text in sentences([p]):
            assert not re.search(r"\b20\d\d-\d\d\b", text), (p["id"], text)
            if p["id"] != "css.questionnaire":
                assert not re.search(numbers, text), (p["id"], text)
    heads = [c["label"] for p in chapters[lang] if p["id"] == "css.advisors" for c in p["columns"]]
    assert ("休息区" if lang == "zh" else "Lounge") in heads


def test_a_figure_is_printed_with_one_precision(chapters, april):
    """No clause that names a figure has its value with other decimals; nowhere stand more than it has."""
    figures = json.loads((april / "figures.json").read_text(encoding="utf-8"))["figures"]
    texts = list(sentences([*chapters["zh"], *read(april)]))
    found = []
    for name, value in figures.items():
        what = FIGURES[name]
        if value is None or what.unit == "count":
            continue
        right = re.sub(r"[^\d.,]", "", formats.figure(value, what))
        scaled, unit = (100 * value, "%") if what.unit == "rate" else (value, "")
        unit = "小时" if what.unit == "hours" else unit
        others = {d: formats.number(scaled, d) for d in range(5)}
        decimals = len(right.partition(".")[2])
        for text in texts:
            named = what.zh in text
            for d, other in others.items():
                same = float(other.replace(",", "")) == float(right.replace(",", ""))
                if same or (d < decimals and not named) or not (unit or named):
                    continue
                if re.search(rf"(?<![\d.,]){re.escape(other)}{unit}(?![\d.])", text):
                    found.append((name, right, text))
    assert found == []


def test_english_counts_agree_with_their_nouns(chapters):
    """Of one there is one; and no sentence goes on with a capital after a semicolon."""
    nouns = r"jobs|visits|calls|bookings|vehicles|orders|customers|days|months|complaints|measures|checks"
    for text in sentences(chapters["en"]):
        assert not re.search(rf"(?<![\d.,–])1 (more |valid |private )?({nouns})\b", text), text
        assert not re.search(rf"(?<![\d.,])(0|[2-9]|\d\d+) ({nouns.replace('s|', '|')[:-1]})\b(?!s)", text), (
            text
        )


def one_of_each():
    """A store of a single case of everything."""
    of_one = "ftf.jobs ftf.not_fixed css.calls css.valid css.unreachable churn.to_call churn.reached "
    of_one += "booking.booked booking.arrived booking.kept_rate ftf.return_orders ftf.returned "
    of_one += "ftf.return_rate churn.private_cohort churn.private_rate"
    unknown = ("churn.lost_low", "churn.lost_high", "churn.lost_best")
    return dict.fromkeys(of_one.split(), 1) | dict.fromkeys(unknown) | {"ftf.rate": 0.0}


def test_of_one_the_english_is_singular():
    from aftersales.findings import (
        advisor_survey,
        bookings,
        cause_rates,
        churn,
        first_time_fix,
        internal_css,
        private_churn,
        returns,
        waiting,
    )

    month, one = pd.Period("2024-04"), one_of_each()
    person = pd.DataFrame({"technician": ["甲"], "jobs": [1], "failure_rate": [1.0]})
    told = [
        *first_time_fix.technicians(person, one, month, lang="en").values(),
        *first_time_fix.funnel(person, {}, month, lang="en").values(),
        *internal_css.calls(pd.DataFrame(), one, month, lang="en").values(),
        returns.headline(one, one, 1, "en"),
        private_churn.headline(one, "en"),
        *private_churn.call_list(pd.DataFrame({"order_id": ["1"]}), month, "en").values(),
        *bookings.status(pd.DataFrame(), one, month, "en").values(),
        *churn.results(pd.DataFrame({"result": ["off"], "count": [1]}), one, month, "en").values(),
        *advisor_survey.advisors(pd.DataFrame({"valid": [1]}), month, "en").values(),
        *waiting.title(pd.DataFrame({"days_late": [1]}), month, "en").values(),
        *cause_rates.cause_rates(pd.DataFrame({"valid": [1], "before": [1.0]}), month, "en").values(),
    ]
    for text in told:
        assert not re.search(
            r"(?<![\d.,])1 [a-z ]*(jobs|calls|days|orders|vehicles|bookings|measures)\b", text
        ), text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_title_that_counts_late_ones_names_its_limit(chapters, lang):
    titles = {p["id"]: p["title"] for p in chapters[lang] if p["kind"] != "text"}
    hours = {"zh": ("2小时", "72小时"), "en": ("2 h", "72 h")}[lang]
    assert all(limit in titles["complaints.register"] for limit in hours)
    assert "72" in titles["complaints.hours"]
    assert "72" in titles["complaints.waiting"]


def test_no_word_of_the_reports_history_is_shown(chapters, april):
    text = "\n".join(sentences([*chapters["zh"], *chapters["en"], *read(april)]))
    assert not re.search(r"原报告|幻灯|旧报告|\b[Ss]lides?\b|\b[Dd]eck\b|set sideways", text)


def test_promised_hours_print_as_they_are_set():
    chapter = context("2024-04", source="demo")
    room = chapter.room("complaints")
    promised = {"contact": 1.5, "plan": 24, "close": 48}
    title = room.say.register(room.count.register(), promised_hours=promised)["title"]
    assert "1.5小时" in title
    assert "48小时" in title
