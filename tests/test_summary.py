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
from aftersales.chapters.context import Context
from aftersales.contract import formats
from aftersales.contract.months import due_day
from aftersales.contract.tables import Tables
from aftersales.display import tables as show
from aftersales.export import document
from aftersales.export.page.html import ReportHTMLExporter
from aftersales.export.pdf import printed
from aftersales.mail import body as mail
from aftersales.signals import Finding, sentences
from aftersales.sources import pipeline
from aftersales.sources.options import ReadOptions

JUDGING = re.compile(r"[▲▼]|变好|变差|好转|恶化|更好|更差|\bbetter\b|\bworse\b", re.IGNORECASE)
# The only words in which the page may speak of no change: that it does not know of any.
UNKNOWN = ("没有信号不等于没有变化", "which does not mean that nothing changed")


def cells():
    """The master's cells of the summary: first those that count, then those that show."""
    found = []
    for cell in nbformat.read(chapters.FOLDER / "master.ipynb", as_version=4).cells:
        if "chapters" in cell.metadata.get("tags", []):
            break
        if cell.cell_type == "code":
            found.append(cell)
    return [
        c for c in found[2:] if "running" not in c.source
    ]  # not the parameters, the imports, the chapters


@pytest.fixture(scope="module")
def first_page(settings):
    """What the master's own cells show of some tables, and the list of findings that they read."""
    counted = {}

    def shown(tables, month, lang="zh"):
        month = pd.Period(month)
        names = {"findings": findings, "metrics": metrics, "reconcile": reconcile, "show": show}
        names |= {"params": settings, "told": {"records": []}, "tables": tables, "month": month}
        count, *others = cells()
        if (tables.store, month) not in counted:
            report = Context(month, tables, settings, lang)
            made = names | {"report": report, "tested": report.findings}
            exec(count.source, made)
            counted[tables.store, month] = made
        names, found = counted[tables.store, month] | {"lang": lang}, []
        for cell in others:
            *before, last = ast.parse(cell.source).body
            exec(compile(ast.Module(before, []), "master", "exec"), names)
            if made := eval(compile(ast.Expression(last.value), "master", "eval"), names):
                found.append(made.payload)
        return found, names["tested"]

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
def test_verdict_lists_cards_and_findings_agree(stores, first_page, lang):
    """Each word of change and each colour is a signal of the list, and each signal is told."""
    quiet, loud = 0, 0
    for tables, month in stores:
        shown, tested = first_page(tables, month, lang)
        signals = [one for one in tested if one.level == "signal" and one.rule not in ("target", "cases")]
        verdict = by_role(shown, "verdict")[0]["text"]
        certain = [item for p in by_role(shown, "certain") for item in p["items"]]
        missed = [one for one in tested if one.rule == "target" and one.level == "due"]
        assert [item["text"] for item in certain if item.get("glyph") == "✗"] == [
            sentences.missed(one, lang) for one in missed
        ]
        for direction in ("better", "worse"):
            listed = [item for item in certain if item["tone"] == direction and item["glyph"] in "▲▼"]
            expected = [one for one in signals if one.direction == direction]
            assert len(listed) == len(expected), (tables.store, month)
            for item, one in zip(listed, expected, strict=True):
                assert sentences.name(one, lang) in item["text"]
                assert item["tone"] == direction
        named = sentences.changes(tested, people=True)[:1]
        assert all(sentences.sentence(one, lang) in verdict for one in named)
        cards = {card["id"]: card for card in by_role(shown, "cards")[0]["cards"]}
        for name, card in cards.items():
            about = sentences.WATCHED_AS.get(name, name)
            found = [one for one in signals if one.figure == about and one.subject is None]
            assert bool(re.search("[▲▼]", card["change_display"])) == bool(found), (name, month)
            assert card["tone"] in {one.direction or "" for one in found} | ({""} if not found else set())
        told = json.dumps([p for p in shown if p["role"] not in ("decisions", "waiting")], ensure_ascii=False)
        for words in UNKNOWN:
            told = told.replace(words, "")
        assert not re.search("没有变化|no change|nothing changed", told, re.IGNORECASE)
        if signals:
            loud += 1
        else:
            quiet += 1
            assert not JUDGING.search(told), told
            assert not any(item.get("glyph", "✗") != "✗" for item in certain)
            assert any(item["tone"] == "note" for item in certain)
    assert min(quiet, loud) >= 2, (quiet, loud)


def test_what_is_to_be_decided_names_who_and_until_when(deck, month, settings, first_page):
    shown, tested = first_page(deck, month)
    items = [item["text"] for item in by_role(shown, "decisions")[0]["items"]]
    open_now = [one for one in tested if one.rule == "cases" and one.level == "due"]
    assert len(items) >= len({one.figure for one in open_now})
    until = formats.short_date(due_day(pd.Period(month)), "zh")
    by_finding = [text for text in items if "勾稽" not in text]
    assert by_finding
    assert all(text.endswith(f"，{until}前") and "——" in text for text in by_finding)


def test_what_waits_is_told_with_its_numbers(deck, month, first_page):
    shown, tested = first_page(deck, month)
    waits = [one for one in tested if one.rule == "cases" and one.level == "due"]
    items = [item["text"] for item in by_role(shown, "waiting")[0]["items"]]
    assert len(items) == len(waits) > 0
    for item, one in zip(items, waits, strict=True):
        assert all(number in item for number in one.cases[:3])


def test_page_mail_and_pdf_give_a_quiet_month_no_colour(stores, first_page):
    calm = [(t, m) for t, m in stores if not sentences.changes(first_page(t, m)[1], people=True)]
    assert len(calm) >= 2
    for tables, month in calm[:3]:
        made = [code(payload) for payload in first_page(tables, month)[0]]
        book = nbformat.v4.new_notebook(cells=in_chapter("summary", None, text("# 月报"), *made))
        book.metadata["aftersales"] = {"store": "店", "month": month, "lang": "zh", "masked": True}
        doc = document.read(book)
        page = BeautifulSoup(ReportHTMLExporter().from_notebook_node(book)[0], "html.parser")
        assert page.select(".summary .key")
        assert not page.select("main .better, main .worse")
        made = printed.data(doc)
        assert {"certain", "decisions"} <= {p["role"] for p in made["points"]}
        assert not any(c["tone"] for c in made["cards"])
        entries = [i for p in made["points"] for i in p["items"]]
        assert {i["tone"] for i in entries} <= {"", "note", "missed"}
        body = mail.body(doc)
        assert not JUDGING.search(body.text)
        signed = BeautifulSoup(body.html, "html.parser").select("td.good, td.bad")
        assert {re.sub(r"[^✓✗]", "", td.text) for td in signed} <= {"✓", "✗"}  # targets met and missed
        assert all(re.search("[✓✗]", td.text) for td in signed)


def test_a_score_that_fell_beyond_its_history_is_a_signal_on_page_and_card(deck, month, first_page):
    """The deck's CSS lies inside its own history; far below that, it is told with before and now."""
    cards = {c["id"]: c for c in by_role(first_page(deck, month)[0], "cards")[0]["cards"]}
    assert (cards["oem.css"]["display"], cards["oem.css"]["previous_display"]) == ("98.5", "103.5")
    assert cards["oem.css"]["tone"] == ""
    assert cards["oem.css"]["change_display"].startswith("没有信号（此前")
    fell = deck.oem_css.copy()
    fell.loc[(fell["month"] == str(month)) & (fell["scope"] == "store"), "css"] = 80.0
    shown, _ = first_page(Tables(store="fell", oem_css=fell), month, "en")
    card = {c["id"]: c for c in by_role(shown, "cards")[0]["cards"]}["oem.css"]
    assert card["tone"] == "worse"
    assert card["change_display"].startswith("▼ signal: ")
    assert any("CSS" in item["text"] for item in by_role(shown, "certain")[0]["items"])


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
    key = metrics.summary.key_figures(deck, month, settings, []).set_index("figure")
    key.loc[figure, ["value", "target", "verdict"]] = [value, target, "missed"]
    for lang, wanted in (("zh", f"✗ 未达标（{told}）"), ("en", f"✗ target missed ({told})")):
        cards = {c["id"]: c for c in findings.summary.cards(key.reset_index(), [], lang)}
        assert cards[figure]["status_text"] == wanted
        assert [c["id"] for c in cards.values() if told in c["status_text"]] == [figure]


def test_too_little_history_is_described_and_not_judged(stores, first_page):
    young = next(t for t, _ in stores if t.store == "c")
    shown, _ = first_page(young, "2024-04")
    told = by_role(shown, "certain")[0]["items"][-1]["text"]
    assert told.startswith("历史太短或数量太少，只描述不评价：")
    cards = {c["id"]: c for c in by_role(shown, "cards")[0]["cards"]}
    assert cards["oem.mot"]["change_display"] == "历史太短，不评价"


def test_months_in_which_nothing_happened_are_quiet(stores, first_page):
    """Orders alone, and the deck's own months: no claim without a series that moved."""
    for tables, month in stores:
        if tables.store == "a":
            shown, tested = first_page(tables, month)
            assert not [x for x in tested if x.level == "signal" and x.figure.startswith(("oem", "css"))]
            assert by_role(shown, "verdict")[0]["text"].endswith("。没有信号。")


# Words of change, difference and rank; and phrases in which they are no claim: what a column or colour is.
CLAIM = re.compile(
    "变好|变差|好转|恶化|上升|下降|提高|降低|增加|减少|最高|最低|最大|最小|最多|最少|高于|低于|优于|差于|领先|落后"
    "|显著|明显|持平|排第|垫底|拖累|rose|fell|better|worse|higher|lower|highest|lowest|improve|increase|decrease"
)
NO_CLAIM = re.compile(
    r"\d+项有变[好差]的信号|红色为有变差信号的项目|“总体满意”不高于60分|低于分中心的到分中心"
    r"|信号：变[好差]$|最低项与服务顾问|不高于 60 分"
)


def test_the_month_read_sentence_by_sentence(april, deck, month, settings):
    """Each word of change, difference or rank in the deck's month stands in a finding's sentence."""
    tested = Context(pd.Period(month), deck, settings, "zh").findings
    sentences_told = [sentences.sentence(one, "zh") for one in tested if one.level in ("signal", "due")]
    page = BeautifulSoup((april / "report.html").read_text(encoding="utf-8"), "html.parser")
    blocks = page.select("p.verdict, p.finding, p.note, p.subtitle, h3, h4, li .text, .change")
    assert len(blocks) > 60
    told = 0
    for block in blocks:
        said = " ".join(block.get_text().split())
        for sentence in sentences_told:
            told += sentence in said
            said = said.replace(sentence, "")
        assert not CLAIM.search(NO_CLAIM.sub("", said)), said
    assert told >= 6
    rows = json.loads((april / "figures.json").read_text(encoding="utf-8"))["tables"]["findings"]
    assert {(r["figure"], r["subject"]) for r in rows if r["level"] == "signal"} == {
        (one.figure, one.subject) for one in tested if one.level == "signal"
    }


# Whose signals a chapter's headlines tell.
CHAPTERS = {
    "oem_css": ("oem.mot", "oem.css"),
    "internal_css": ("css.delight_rate_valid", "css.disappointment_rate_valid", "css.valid_rate"),
    "first_time_fix": ("ftf.rate",),
    "bookings": ("booking.rate", "booking.kept_rate"),
    "complaints": ("complaints.per_1000_visits", "complaints.causes"),
    "delivery": ("delivery.rate",),
    "churn": ("churn.private_rate",),
}


def lost_bridge(count):
    lost = count.lost_vehicles()
    return count.bridge(lost, count.figures(lost=lost))


def headlines(tables, month, settings, lang):
    """What each chapter says first, as its notebook asks for it."""
    context = Context(pd.Period(month), tables, settings, lang)

    def of(chapter, *more):
        room = context.room(chapter)
        return room.say.headline(*(part(room.count) if callable(part) else part for part in more))

    return {
        "oem_css": of("oem_css", lambda count: count.figures(), lambda count: count.items()),
        "internal_css": of("internal_css", lambda count: count.figures(), settings.rate_base),
        "first_time_fix": of("first_time_fix", lambda count: count.figures(), context.target("ftf.rate")),
        "bookings": of("bookings", lambda count: count.figures(), context.target("booking.rate")),
        "complaints": of("complaints", lambda count: count.figures()),
        "delivery": of("delivery", lambda count: count.figures(), lambda count: count.story()),
        "churn": of("churn", lambda count: count.figures(), lambda count: lost_bridge(count)),
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_chapters_say_what_the_first_page_says_and_nothing_else_of_change(stores, first_page, settings, lang):
    """A signal is told in its chapter as on the first page; without one no chapter claims."""
    signals = 0
    for tables, month in stores:
        tested = first_page(tables, month, lang)[1]
        for chapter, said in headlines(tables, month, settings, lang).items():
            found = sentences.changes(tested, *CHAPTERS[chapter], people=True)
            signals += len(found)
            for one in found[:3]:
                told = sentences.sentence(one, lang)
                assert told in said or sentences.continued(told) in said, (chapter, said)
            for one in tested:
                told = sentences.sentence(one, lang)
                said = said.replace(told, "").replace(sentences.continued(told), "")
            assert not CLAIM.search(said), (chapter, said)
    assert signals >= 4


def test_a_fallen_score_has_a_colour_only_where_it_is_a_signal(deck, month, settings):
    """Seven of the deck's items fell or rose; none of them is a signal, so the table of items is plain."""
    context = Context(pd.Period(month), deck, settings, "zh")
    count, say, tables, _ = context.room("oem_css")
    scores = count.scores()
    shown = tables.mot_items(count.items(), scores, **say.scores(scores))
    assert not shown.payload.get("tone")
    printed_ = json.dumps(shown.payload["display"], ensure_ascii=False)
    assert "−" in printed_
    assert not re.search("[▲▼]", printed_)
    fell = [Finding("oem.mot", "lounge", 92.3, 98.0, 114, -4.0, level="signal", direction="worse")]
    told = tables.mot_items(count.items(), scores, fell, **say.scores(scores)).payload["tone"]
    place = list(count.items()["item"]).index("lounge")
    assert told == {f"{place},3": "worse"}
