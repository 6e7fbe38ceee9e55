"""The first page does not contradict itself: what is within normal variation is nowhere better or worse."""

import ast
import json
import re

import nbformat
import pandas as pd
import pytest
import small_store
from bs4 import BeautifulSoup
from report_sample import code, in_chapter, text

from aftersales import demo, findings, metrics, reconcile
from aftersales.chapters import notebooks as chapters
from aftersales.contract.statistics import band
from aftersales.contract.tables import Tables
from aftersales.display import tables as show
from aftersales.export import document
from aftersales.export.page.html import ReportHTMLExporter
from aftersales.export.pdf import printed
from aftersales.mail import body as mail
from aftersales.sources import pipeline
from aftersales.sources.options import ReadOptions

QUIET = (
    "没有变化超出正常波动",
    "能判断的变化都在正常波动之内",
    "不作评价",
    "no change on last month",
    "too little history",
)
JUDGING = re.compile(r"[▲▼]|变好|变差|好转|恶化|更好|更差|\bbetter\b|\bworse\b", re.IGNORECASE)


def cells():
    """The master's cells of the summary: first those that count, then those that show."""
    found = []
    for cell in nbformat.read(chapters.FOLDER / "master.ipynb", as_version=4).cells:
        if "chapters" in cell.metadata.get("tags", []):
            break
        if cell.cell_type == "code":
            found.append(cell)
    return [
        c for c in found[2:] if "chapters.run" not in c.source
    ]  # not the parameters, the imports, the chapters


@pytest.fixture(scope="module")
def first_page(settings):
    """What the master's own cells show of some tables."""
    counted = {}

    def shown(tables, month, lang="zh"):
        month = pd.Period(month)
        names = {"findings": findings, "metrics": metrics, "reconcile": reconcile, "show": show}
        names |= {"params": settings, "told": {"records": []}}
        count, *others = cells()
        if (tables.store, month) not in counted:
            made = names | {
                "tables": tables,
                "month": month,
                "figures": metrics.all_figures(tables, month, settings),
            }
            exec(count.source, made)
            counted[tables.store, month] = made
        names, found = counted[tables.store, month] | {"lang": lang}, []
        for cell in others:
            *before, last = ast.parse(cell.source).body
            exec(compile(ast.Module(before, []), "master", "exec"), names)
            if made := eval(compile(ast.Expression(last.value), "master", "eval"), names):
                found.append(made.payload)
        return found

    return shown


def by_role(shown, role):
    return [payload for payload in shown if payload["role"] == role]


@pytest.fixture(scope="module")
def stores(deck, tmp_path_factory):
    """Stores and months: the deck's, generated ones, one made by hand, one with orders only, a young one."""
    hand = pipeline.read_all(
        str(small_store.write(tmp_path_factory.mktemp("small"))), ReadOptions(default_store="店")
    )[0]["店"]
    young = demo.generate(seed=7, months=9)
    young["oem_css"] = young["oem_css"][young["oem_css"]["month"] >= "2024-03"]
    found = [(deck, month) for month in ("2024-04", "2024-02", "2024-01", "2023-09")]
    found += [(Tables(store="a", repair_orders=deck.repair_orders), m) for m in ("2024-04", "2022-11")]
    found += [(Tables(store="b", **demo.generate(seed=4, months=18)), m) for m in ("2024-04", "2024-02")]
    found += [(Tables(store="c", **young), m) for m in ("2024-04", "2023-09")]
    return [*found, (hand, "2024-02"), (hand, "2024-01")]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_verdict_and_what_stands_below_it_agree(stores, first_page, lang):
    quiet, loud = 0, 0
    for tables, month in stores:
        shown = first_page(tables, month, lang)
        verdict = by_role(shown, "verdict")[0]["text"]
        judged = [i for role in ("better", "worse") for p in by_role(shown, role) for i in p["items"]]
        tones = {c["id"] for c in by_role(shown, "cards")[0]["cards"] if c["tone"]}
        told = json.dumps([p for p in shown if p["role"] != "decisions"], ensure_ascii=False)
        if judged:
            loud += 1
            assert not any(words in verdict for words in QUIET), verdict
            assert all(item["value"] in verdict for item in judged[:4])
            assert all(item["tone"] in ("better", "worse") for item in judged)
        else:
            quiet += 1
            assert not JUDGING.search(re.sub(r"beyond normal variation", "", told)), told
            assert not tones
            assert not by_role(shown, "better") + by_role(shown, "worse")
            assert by_role(shown, "compared")[0]["items"]
        for card in by_role(shown, "cards")[0]["cards"]:
            assert bool(card["tone"]) == bool(re.search("[▲▼]", card["change_display"]))
            assert "better" not in card
        for words in (
            "没有变化",
            "no change",
        ):  # never that nothing changed: only that nothing is known to have
            for found in re.finditer(words, told, re.IGNORECASE):
                assert (
                    "正常波动" in told[found.end() :][:20] or "normal variation" in told[found.end() :][:50]
                )
    assert min(quiet, loud) >= 3, (quiet, loud)


def test_page_mail_and_pdf_give_a_quiet_month_no_colour(stores, first_page):
    for tables, month in (stores[0], stores[4], stores[-1]):
        made = [code(payload) for payload in first_page(tables, month)]
        book = nbformat.v4.new_notebook(cells=in_chapter("summary", None, text("# 月报"), *made))
        book.metadata["aftersales"] = {"store": "店", "month": month, "lang": "zh", "masked": True}
        doc = document.read(book)
        page = BeautifulSoup(ReportHTMLExporter().from_notebook_node(book)[0], "html.parser")
        assert page.select(".summary .card")
        assert not page.select("main .better, main .worse")
        made = printed.data(doc)
        assert {p["role"] for p in made["points"]} == {"compared", "decisions"}
        assert not any(c["tone"] for c in made["cards"])
        assert not any(i["tone"] for p in made["points"] for i in p["items"])
        body = mail.body(doc)
        assert not JUDGING.search(body.text)
        signed = BeautifulSoup(body.html, "html.parser").select("td.good, td.bad")
        assert {re.sub(r"[^✓✗]", "", td.text) for td in signed} <= {"✓", "✗"}  # targets met and missed
        assert all(re.search("[✓✗]", td.text) for td in signed)


def test_a_change_beyond_variation_keeps_its_colour(deck, first_page):
    shown = first_page(deck, "2024-01")
    worse = by_role(shown, "worse")[0]["items"]
    assert [item["value"] for item in worse] == ["▼ 2.8个百分点", "▼ 4.6"]
    assert "（▼ 2.8个百分点）、" in by_role(shown, "verdict")[0]["text"].replace("和", "、")
    assert not by_role(shown, "better")
    assert by_role(shown, "compared")[0]["items"] == [{"text": "其余变化都在正常波动之内"}]
    tones = {c["id"]: c["tone"] for c in by_role(shown, "cards")[0]["cards"] if c["tone"]}
    assert tones == {"css.delight_rate_calls": "worse"}


def test_the_agencys_css_is_a_key_figure_with_its_band(deck, month, settings, first_page):
    card = {c["id"]: c for c in by_role(first_page(deck, month), "cards")[0]["cards"]}["oem.css"]
    assert (card["display"], card["previous_display"], card["tone"]) == ("98.5", "103.5", "")
    earlier = metrics.oem_css.history(deck.oem_css, month, settings.weights, 24)["css"].iloc[:-1]
    low, high = band(list(earlier))
    assert (98.5 - earlier.mean()) / earlier.std() == pytest.approx(-1.8, abs=0.1)
    assert card["change_display"] == f"−5.0（仍在波动带{low:.1f}–{high:.1f}之内）"
    fell = deck.oem_css.copy()
    fell.loc[(fell["month"] == str(month)) & (fell["scope"] == "store"), "css"] = 90.0
    card = {
        c["id"]: c
        for c in by_role(first_page(Tables(store="fell", oem_css=fell), month, "en"), "cards")[0]["cards"]
    }["oem.css"]
    assert card["tone"] == "worse"
    assert card["change_display"] == f"▼ 13.5 (beyond its band of {low:.1f}–{high:.1f})"


@pytest.mark.parametrize(
    ("figure", "value", "target", "told"),
    [
        ("oem.mot", 98.97, 99.0, "98.97"),
        ("ftf.rate", 0.979999, 0.98, "97.9999%"),
        ("complaints.per_1000_visits", 10.004, 10.0, "10.004"),
    ],
)
def test_a_target_missed_by_less_than_is_printed_is_told_with_the_decimals_that_show_it(
    deck, month, settings, figure, value, target, told
):
    key = metrics.summary.key_figures(deck, month, settings).set_index("figure")
    key.loc[figure, ["value", "target", "met"]] = [value, target, False]
    for lang, wanted in (("zh", f"✗ 未达标（{told}）"), ("en", f"✗ target missed ({told})")):
        cards = {c["id"]: c for c in findings.summary.cards(key.reset_index(), lang)}
        assert cards[figure]["status_text"] == wanted
        assert [c["id"] for c in cards.values() if told in c["status_text"]] == [figure]


def test_too_little_history_is_described_and_not_judged(stores, first_page):
    young = next(t for t, _ in stores if t.store == "c")
    shown = first_page(young, "2024-04")
    told = by_role(shown, "compared")[0]["items"][-1]["text"]
    assert told.startswith("历史太短，变化不作评价：MOT得分、CSS得分")
    assert told.endswith("MOT项目")
    cards = {c["id"]: c for c in by_role(shown, "cards")[0]["cards"]}
    assert re.fullmatch(r"[+−][\d.]+（历史太短，不评价）", cards["oem.mot"]["change_display"])
