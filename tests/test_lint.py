"""People's sentences against the figures: no alarm on true ones, false ones found; remarks on the page."""

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml

from aftersales import demo, findings
from aftersales.contract import formats, params
from aftersales.contract.errors import InputError
from aftersales.contract.figures import FIGURES
from aftersales.contract.schema import short_item
from aftersales.contract.tables import Tables
from aftersales.display import tables as show
from aftersales.reconcile import claims, facts, lint
from aftersales.reconcile import records as checks

SENTENCES = yaml.safe_load((Path(__file__).parent / "sentences.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def known(deck, month, settings):
    return facts.from_records(deck, month, settings), lint._people(deck)


def _wrong(text, known, month=4):
    about, people = known
    outcomes = [lint.judge(claim, about) for claim in claims.read(text, month, people)]
    return [o for o in outcomes if o and o[2] == "inconsistent"]


def test_no_true_sentence_raises_an_alarm(known):
    assert len(SENTENCES[True]) >= 100
    assert [s for s in SENTENCES[True] if _wrong(s, known)] == []


def test_nine_of_ten_false_sentences_are_found(known):
    missed = [s for s in SENTENCES[False] if not _wrong(s, known)]
    assert len(SENTENCES[False]) >= 70
    assert len(missed) <= len(SENTENCES[False]) / 10, missed


def test_sentences_of_a_generated_store(month, settings):
    """Each figure that can be named, with its own number and direction, and then with others."""
    tables = Tables(store="x", **demo.generate(seed=7))
    known = facts.from_records(tables, month, settings), lint._people(tables)
    now, before = known[0].now["figure"], known[0].before["figure"]
    said = missed = 0
    for name, figure in FIGURES.items():
        if name not in now or name not in before or name.endswith(("_previous", "_branch", "_national")):
            continue
        was, value = before[name], now[name]
        shown = formats.figure(value, figure)
        assert not _wrong(f"{figure.zh}{shown}。", known), (figure.zh, shown)
        if not claims.read(f"{figure.zh}{shown}。", 4):
            continue
        wrong = formats.figure(value * 1.2 + (0 if figure.unit == "rate" else 2), figure)
        said += 1
        missed += not _wrong(f"{figure.zh}{wrong}。", known)
        if abs(value - was) > 1e-6:
            word, other = ("提高", "下降") if value > was else ("下降", "提高")
            assert not _wrong(f"{figure.zh}{word}了。", known)
            said += 1
            missed += not _wrong(f"{figure.zh}{other}了。", known)
    scores = known[0].now["mot_item"]
    lowest, highest = (pick(scores, key=scores.__getitem__) for pick in (min, max))
    assert not _wrong(f"得分最低的项目是{short_item(lowest)}。", known)
    assert _wrong(f"得分最低的项目是{short_item(highest)}。", known)
    assert said >= 40
    assert missed <= said / 10


@pytest.mark.parametrize(
    "text",
    [
        "力争下月预约率提高到40%",
        "如果预约率下降，就增加专员",
        "客户说“总体满意”",
        "分中心CSS得分97.3",
        "去年预约率31%",
        "总体满意度有待提高",
        "提高预约率",
        "Our goal is a booking rate of 40%",
    ],
)
def test_what_states_no_fact_of_the_month_claims_nothing(text):
    assert claims.read(text, 4) == []


def test_two_numbers_with_a_chinese_comma_between_them_are_two(known):
    assert not _wrong("有效回访700，150人特别满意。", known)
    assert not _wrong("工单1,494。", known)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_remark_that_the_figures_refute_is_a_check_and_a_note_under_it(deck, month, settings, lang):
    written = {"summary": "MOT得分99.9。", "03_internal_css": "失望率下降。\n客户总体上是满意的。"}
    table = checks.reconcile(deck, month, replace(settings, remarks=written))
    rows = table[table["rule"] == "remark"]
    assert dict(rows.groupby("subject")["verdict"].apply(list)) == {
        "remarks.summary": ["inconsistent"],
        "remarks.03_internal_css": ["consistent", "inconsistent"],
    }
    told = findings.checks.in_words(rows, lang)
    assert told["said"].str.contains("99.9").sum() == 1
    assert told["said"].str.contains("第3章" if lang == "zh" else "chapter 3").sum() == 1
    remarks = findings.remarks.by_chapter(written, table, lang)
    assert [len(r["notes"]) for r in remarks] == [1, 1]
    assert all(number in remarks[1]["notes"][0] for number in ("300", "150"))
    payload = show.remark_list(remarks, lang).payload
    assert set(payload["parts"]) == set(written)
    tones = [item.get("tone") for item in payload["parts"]["03_internal_css"]["items"]]
    assert tones == [None, None, "note"]


def test_words_of_a_measure_are_held_against_the_figures(deck, month, settings):
    actions = deck.actions.copy()
    mine = actions.index[actions["month"] == str(month)][:2]
    actions.loc[mine[0], "problem"] = "接车过程迅速得分最低"
    actions.loc[mine[0], "measure"] = "预约率提高到60%"  # what is wanted, not what is
    actions.loc[mine[1], "root_cause"] = "投诉减少，人手被抽走"
    before = actions.index[actions["month"] == str(month - 1)][0]
    actions.loc[before, "evidence"] = "等待时间的措施见效，抱怨减少"
    actions.loc[before, "problem"] = "MOT得分98.0"  # of its own month
    tables = Tables(**{n: deck[n] for n in _NAMES}, store="x", actions=actions)
    found = checks.reconcile(tables, month, settings)
    wrong = found[(found["rule"] == "action_words") & (found["verdict"] == "inconsistent")]
    assert [d["column"] for d in wrong["detail"]] == ["problem", "root_cause", "evidence"]
    said = findings.checks.in_words(wrong)["said"]
    assert said.str.contains("登记口径可能变了").sum() == 1
    behind = checks.rows_behind(wrong.iloc[0], tables, month)
    assert list(behind["action_id"]) == wrong.iloc[0]["rows"]


_NAMES = ("repair_orders", "survey_calls", "grievances", "oem_css", "jobs", "complaints", "churn_calls")


def test_the_built_in_store_raises_no_alarm_of_its_own_in_any_month(deck, month, settings):
    for back in range(6):
        found = checks.reconcile(deck, month - back, settings)
        wrong = found[found["rule"].isin(["remark", "action_words"]) & (found["verdict"] != "consistent")]
        assert wrong.empty, wrong["detail"].tolist()


# The params


@pytest.fixture
def folder(tmp_path):
    shutil.copy(params.ROOT / "params" / "default.yml", tmp_path)
    return tmp_path


def test_remarks_are_kept_by_stem_and_masked(folder):
    (folder / "2024-04.yml").write_text(
        "remarks: {summary: 请联系13800138000, internal_css: 很好, 05_first_time_fix: 稳定}", encoding="utf-8"
    )
    assert params.load("2024-04", folder).remarks == {
        "summary": "请联系138****8000",
        "03_internal_css": "很好",
        "05_first_time_fix": "稳定",
    }
    assert params.load("2024-03", folder).remarks == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("remarks: {intern_css: x}", ["remarks.intern_css", "remarks.internal_css"]),
        ("remarks: {summry: x}", ["remarks.summry", "remarks.summary"]),
        ("remarks: {summary: [1]}", ["remarks.summary", "a text"]),
        ("remarks: [x]", ["remarks", "chapter: text"]),
        ("remarks: {internal_css: x, 03_internal_css: y}", ["03_internal_css", "already"]),
    ],
)
def test_a_bad_remark_is_told_with_its_key(folder, text, told):
    (folder / "2024-04.yml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        params.load("2024-04", folder)
    assert all(part in str(error.value) for part in told), str(error.value)


def test_a_store_without_the_key_has_no_remarks(folder):
    default = folder / "default.yml"
    text = default.read_text(encoding="utf-8").partition("\nremarks:")[0]
    default.write_text(text, encoding="utf-8")
    assert params.load(path=folder).remarks == {}


# Where they stand


def test_a_remark_stands_under_its_chapters_finding():
    import nbformat

    from aftersales.export import assemble, document

    v4 = nbformat.v4
    part = {
        "kind": "list",
        "role": "remark",
        "id": "r",
        "lang": "zh",
        "title": "t",
        "items": [{"text": "*x* <b>"}],
    }
    whole = {**part, "parts": {"summary": part, "03_internal_css": part}}

    def shows(payload, *tags):
        output = v4.new_output("display_data", {assemble.EXHIBIT: payload})
        return v4.new_code_cell("", outputs=[output], metadata={"tags": list(tags)})

    finding = {"kind": "text", "role": "finding", "id": "", "lang": "zh", "text": "f"}
    table = {"kind": "empty", "role": None, "id": "e", "lang": "zh", "title": "", "text": "-"}
    place = v4.new_markdown_cell("x", metadata={"tags": ["chapters"]})
    master = v4.new_notebook(cells=[v4.new_markdown_cell("# m"), shows(whole, "remarks"), place])
    chapter = v4.new_notebook(cells=[v4.new_markdown_cell("# c"), shows(finding), shows(table)])
    chapters = [("03_internal_css", chapter), ("04_complaints", chapter)]
    page = document.read(assemble.combine(master, chapters, {"lang": "zh"}))
    assert [b.body["role"] for b in page.chapters[0].blocks] == ["remark", None]
    assert page.chapters[0].findings == [finding]
    assert all(b.body.get("role") != "remark" for b in page.chapters[1].blocks)
    assert page.role("remark") == [part]


def test_a_row_of_the_frame_is_not_changed(deck, month, settings):
    before = deck.actions.copy()
    lint.of_records(deck, month, settings)
    pd.testing.assert_frame_equal(deck.actions, before)
