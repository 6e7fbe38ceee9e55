"""A chapter of one's own: started from the template, in the report in its order, its scraps in the master."""

import email
import email.policy
import importlib.util
import json
import re
import unittest

import lxml.html
import nbformat
import openpyxl
import pandas as pd
import pytest

from aftersales import Figure, ReportTable, explain, findings, kernels, metrics, scraps, show
from aftersales.chapters import own_records
from aftersales.chapters.new import with_chapter
from aftersales.contract import formats, glued_here, own, params, statistics
from aftersales.contract.errors import InputError
from aftersales.contract.figures import FIGURES
from aftersales.contract.tables import Tables
from aftersales.display import fonts, theme
from aftersales.export import workbook

DRAWN = """from aftersales import charts

sns = charts.themed_seaborn()
sns.histplot(x=[1, 2, 2, 3]).set_xlabel("自己画的");"""


def test_a_chapter_of_ones_own_is_in_the_report_and_others_are_left_out(project, april):
    started = project("chapter", "--name", "waiting")
    assert started.returncode == 0, started.stderr
    assert started.stdout.splitlines()[2].endswith("default.yml: - 08_waiting")
    settings = params.load(path=project.root / "params")
    assert settings.chapters == [*params.load().chapters[:-1], "08_waiting", "07_top5"]
    chapter = project.root / "notebooks" / "08_waiting.ipynb"
    notebook = nbformat.read(chapter, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(DRAWN))
    nbformat.write(notebook, chapter)
    assert project("check-notebooks").returncode == 0
    month = project.root / "params" / "2024-04.yml"
    month.write_text("chapters: [08_waiting, 05_first_time_fix, 01_review]\n", encoding="utf-8")
    assert params.load("2024-03", project.root / "params").chapters[0] == "01_review"

    done = project("report", "--month", 4, "--lang", "en")
    assert done.returncode == 0, done.stderr
    report = project.root / "output" / "2024-04" / "示范店"
    page = lxml.html.parse(report / "report.html")
    heads = [h.text_content().strip() for h in page.iterfind(".//h2")]
    assert [head for head in heads if head[0].isdigit()] == [
        "1 A new chapter",
        "2 First-time fix and bookings",
        "3 Last month's measures reviewed",
    ]
    (drawn,) = (one for one in page.iter("svg") if "自己画的" in one.text_content())
    classes = dict(re.findall(r"\.(\w+)\{([^}]*)\}", (report / "report.html").read_text(encoding="utf-8")))
    looks = "".join(classes[one.get("class")] for one in drawn.iter() if one.get("class"))
    assert fonts.FAMILY in looks
    assert theme.THIS in looks
    told = json.loads((report / "figures.json").read_text(encoding="utf-8"))
    whole = json.loads((april / "figures.json").read_text(encoding="utf-8"))
    assert told["figures"]["waiting.visits"] == whole["figures"]["volume.orders"]
    assert {name: told["figures"][name] for name in FIGURES} == pytest.approx(whole["figures"])
    assert sum(row["visits"] for row in told["tables"]["waiting.types"]) == told["figures"]["waiting.visits"]
    assert "churn.results" not in told["tables"]
    assert any("leaves out" in note and "Churned customers" in note for note in told["notes"])
    assert "leaves out" in page.getroot().text_content()
    assert "Waiting by type" in openpyxl.load_workbook(report / "tables.xlsx").sheetnames
    assert {p.stem for p in (report / "notebooks").iterdir()} == {
        "master",
        "08_waiting",
        "05_first_time_fix",
        "01_review",
    }
    master = nbformat.read(report / "notebooks" / "master.ipynb", as_version=4)
    assert "waiting.visits" in str(master.cells[-1].outputs)


def test_the_tours_finding_becomes_a_chapter_as_the_tour_says(project):
    """Its cells over those of the template, its `glue` as it stands in the text."""
    assert project("chapter", "--name", "time_in_shop").returncode == 0
    tour, path = (project.root / "notebooks" / f"{stem}.ipynb" for stem in ("explore", "08_time_in_shop"))
    cells = nbformat.read(tour, as_version=4).cells
    steps = next(cell.source for cell in reversed(cells) if "make chapter" in cell.source)
    begins = ("orders =", "stay =", 'title = {"zh": "在店时间', "now =", "columns =")
    found = [
        next(c.source for c in cells if c.cell_type == "code" and c.source.startswith(b)) for b in begins
    ]
    chapter = nbformat.read(path, as_version=4)
    code = [
        nbformat.v4.new_code_cell(source)
        for source in (*found, re.search(r"`(chapter\.glue\(.*\))`", steps)[1])
    ]
    chapter.cells = [*chapter.cells[:4], *code]
    nbformat.write(chapter, path)
    assert project("check-notebooks").stdout == "11个笔记本，格式都对。\n"
    (project.root / "params" / "2024-04.yml").write_text(
        "chapters: [01_review, 08_time_in_shop]\n", encoding="utf-8"
    )
    done = project("report", "--month", 4)
    assert done.returncode == 0, done.stderr
    told = json.loads(
        (project.root / "output" / "2024-04" / "示范店" / "figures.json").read_text(encoding="utf-8")
    )
    assert told["tables"]["time_in_shop.trend"][-1]["month"] == "2024-04"
    assert told["tables"]["time_in_shop.trend"][-1]["hours"] == told["figures"]["time_in_shop.hours"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "--name waiting"),
        ("1 a", "'1 a'"),
        ("review", "01_review.ipynb"),
        ("08_kept", "tests/test_08_kept.py"),
    ],
)
def test_a_name_that_will_not_do_is_told_and_nothing_is_written(project, name, told):
    def files():  # but for the bytecode that Python keeps beside them
        return [path for path in sorted(project.root.rglob("*")) if "__pycache__" not in path.parts]

    kept = project.root / "tests" / "test_08_kept.py"  # the test of a chapter whose notebook is gone
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("")
    before = files()
    done = project("chapter", "--name", name)
    assert (done.returncode, told in done.stderr) == (2, True)
    assert files() == before
    assert kept.read_text() == ""
    kept.unlink()


def test_a_chapter_that_the_params_name_but_nobody_wrote_is_told(project):
    (project.root / "params" / "2024-04.yml").write_text("chapters: [09_other]\n")
    done = project("report", "--month", 4)
    assert "notebooks/ 里没有笔记本 09_other.ipynb" in done.stderr


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("chapters: [01_a]  # one\n", "chapters: [01_a, 08_b]  # one\n"),
        (
            "chapters:\n- 01_a  # one\n\n# more\nlang: zh\n",
            "chapters:\n- 01_a  # one\n- 08_b\n\n# more\nlang: zh\n",
        ),
        ("chapters:\n  - 01_a", "chapters:\n  - 01_a\n  - 08_b"),
        ("chapters: [08_b, 01_a]\n", "chapters: [08_b, 01_a]\n"),
        ("chapters: [01_a, 07_top5, 02_c]", "chapters: [01_a, 08_b, 07_top5, 02_c]"),
        (
            "chapters:\n  - 01_a\n  # the last\n  - 07_top5  # two\nlang: zh\n",
            "chapters:\n  - 01_a\n  # the last\n  - 08_b\n  - 07_top5  # two\nlang: zh\n",
        ),
    ],
)
def test_the_line_in_the_params_leaves_everything_else_as_it_stands(before, after):
    assert with_chapter(before, "08_b") == after


@pytest.mark.parametrize("text", ["", "lang: zh", "chapters: []", "chapters: 5"])
def test_params_without_a_list_of_chapters_are_told(text):
    with pytest.raises(InputError, match="chapters"):
        with_chapter(text, "08_b")


MORE = """
stay = (visits["delivered_at"] - visits["opened_at"]).dt.total_seconds().median() / 3600
words = "等待时间", "Time waited", "hours", "中位小时数", "median"
typical = Figure("waiting.hours", *words, digits=2, better="down")
mark = Figure("waiting.mark", "等待评分", "Mark", "points", "评分", "the mark", digits=2)
"""
GLUED = """
chapter.glue(
    {"waiting.visits": len(visits), "waiting.late_share": share, "waiting.hours": stay, "waiting.mark": 9.126,
     "waiting.unnamed": 3},
    {"waiting.types": types}, records=[count, rate, typical, mark, table],
    rows={"waiting.late_share": (late, visits), "waiting.visits": visits, "waiting.hours": visits},
)
"""
ASKED = """
from aftersales import explain
explain("等待超两小时比例", tables, month)
"""
SETTINGS = "chapters: [08_waiting, 07_top5]\ntargets: {waiting.late_share: 0.5, waiting.hours: 1.5%s}\n"


@pytest.fixture
def waiting(project):
    """A project with the template's chapter, some more figures in it, and targets for two of them."""
    assert project("chapter", "--name", "waiting").returncode == 0
    path = project.root / "notebooks" / "08_waiting.ipynb"
    chapter = nbformat.read(path, as_version=4)
    tags = {"tags": ["remove-cell"]}
    more = [nbformat.v4.new_code_cell(code.strip(), metadata=tags) for code in (MORE, GLUED, ASKED)]
    chapter.cells = [*chapter.cells[:-1], *more]
    nbformat.write(chapter, path)
    (project.root / "params" / "2024-04.yml").write_text(SETTINGS % "", encoding="utf-8")
    return project


def _share_in(report):
    """What a report says of the template's share: level and the TOP5's entry, and where its mail says so."""
    made = json.loads((report / "figures.json").read_text(encoding="utf-8"))
    value, n = (made["figures"][f"waiting.{name}"] for name in ("late_share", "visits"))
    low, high = statistics.wilson(value * n, n)
    level = {row["figure"]: row["level"] for row in made["tables"]["findings"]}["waiting.late_share"]
    entry = [row for row in made["tables"]["top5.front"] if row["metric"] == "waiting.late_share"]
    mail = email.message_from_bytes((report / "report.eml").read_bytes(), policy=email.policy.default)
    problem = f"等待超两小时比例{value:.1%}，未达目标50.0%（95%区间{low:.1%}至{high:.1%}）"
    lines = mail.get_body(("plain",)).get_content().splitlines()
    return (low, high), level, entry, [line[:2] for line in lines if problem in line]


def test_a_figure_of_ones_own_is_a_full_citizen(waiting):
    """Named, in its unit and with its digits, wherever the built-in ones are."""
    done = waiting("report", "--month", 4)
    assert done.returncode == 0, done.stderr
    report = waiting.root / "output" / "2024-04" / "示范店"
    told = json.loads((report / "figures.json").read_text(encoding="utf-8"))
    assert set(told) == {"store", "month", "figures", "tables", "notes"}
    share, visits = told["figures"]["waiting.late_share"], told["figures"]["waiting.visits"]
    assert 0.5 < share < 1

    book = openpyxl.load_workbook(report / "tables.xlsx")
    key = {row[4].value: row for row in book["关键指标"].iter_rows(min_row=workbook._HEAD_ROW + 2)}
    for name, head, form, unit in (
        ("waiting.visits", "开单台次", "#,##0", "–"),
        ("waiting.late_share", "等待超两小时比例", "0.0%", "%"),
        ("waiting.hours", "等待时间", "#,##0.00", "小时"),
        ("waiting.mark", "等待评分", "#,##0.00", "分"),
        ("waiting.unnamed", "waiting.unnamed", "#,##0", "–"),
    ):
        label, value, in_, _, _ = key[name]
        assert (label.value, value.number_format, in_.value or "–") == (head, form, unit), name
        assert value.value == pytest.approx(told["figures"][name])
    assert key["waiting.late_share"][3].value == "两小时内没有交车 ÷ 开单台次"
    heads, first = (list(book["各类型等待"][workbook._HEAD_ROW + line]) for line in (1, 2))
    assert [cell.value for cell in heads] == ["维修类型", "台次", "超两小时", "超两小时比例"]
    assert first[0].value == "保养"
    assert first[3].number_format == "0.0%"

    page = lxml.html.parse(report / "report.html").getroot()
    lines = [[c.text_content() for c in row] for row in page.iterfind(".//tr")]
    shown = f"{share:.1%}"
    assert ["等待超两小时比例", shown, "两小时内没有交车 ÷ 开单台次"] in lines
    assert ["等待评分", "9.13", "评分"] in lines
    hours = f"{told['figures']['waiting.hours']:.2f}"
    cards = [" ".join(c.text_content().split()) for c in page.find_class("key")]
    assert len(cards) == 11
    assert f"等待超两小时比例 {shown}" in cards[9]
    assert "目标 50.0% ✗ 未达标" in cards[9]
    assert cards[10].startswith(f"等待时间 {hours}小时")
    assert "10项" in page.find_class("verdict")[0].text_content()
    assert any("等待超两小时比例和等待时间有自己的目标" in note for note in told["notes"])

    mail = email.message_from_bytes((report / "report.eml").read_bytes(), policy=email.policy.default)
    text = mail.get_body(("plain",)).get_content()
    assert f"- 等待超两小时比例 {shown}  ✗ 未达标" in text
    assert f"- 等待时间 {hours} 小时" in text

    chapter = nbformat.read(report / "notebooks" / "08_waiting.ipynb", as_version=4)
    asked = chapter.cells[-1].outputs[0].data["text/plain"]
    assert f"{shown} = 两小时内没有交车 ÷ 开单台次" in asked
    assert f"分母: {visits:,}" in asked
    assert f"分子: {round(share * visits):,}" in asked
    assert "targets.waiting.late_share = 0.5  (2024-04.yml)" in asked

    # missed with its whole interval it comes into the TOP5; hours have no interval and ask for nothing
    (low, _), level, (entry,), mailed = _share_in(report)
    assert (low > 0.5, level, mailed) == (True, "due", ["✗ ", "- ", "3."])
    assert (entry["proposed"], entry["n"], entry["unit"]) == (True, visits, "cases")
    assert entry["gain"] == pytest.approx((share - 0.5) * visits)
    assert [f["level"] for f in told["tables"]["findings"] if f["figure"] == "waiting.hours"] == ["unknown"]
    assert book["TOP5前台"][workbook._HEAD_ROW + 1 + 3][9].value == "等待超两小时比例"

    # with another chapter the TOP5 is another, though its own notebook and all tables are what they were
    path = waiting.root / "notebooks" / "08_waiting.ipynb"
    longer = path.read_text(encoding="utf-8").replace("Timedelta(hours=2)", "Timedelta(hours=12)")
    path.write_text(longer, encoding="utf-8")
    done = waiting("report", "--month", 4)
    assert done.returncode == 0, done.stderr
    (_, high), level, entries, mailed = _share_in(report)
    assert (high < 0.5, level, entries, mailed) == (True, "none", [], [])


def test_a_draft_without_the_chapter_has_its_top5_all_the_same(waiting):
    path = waiting.root / "notebooks" / "08_waiting.ipynb"
    broken = path.read_text(encoding="utf-8").replace("waited <= Timedelta(hours=2)", "waited <= missing")
    path.write_text(broken, encoding="utf-8")
    done = waiting("report", "--month", 4, "--draft")
    assert "没有做出来的章：08_waiting" in done.stderr
    told = json.loads(
        (waiting.root / "output/drafts/2024-04/示范店/figures.json").read_text(encoding="utf-8")
    )
    assert [row["rank"] for row in told["tables"]["top5.front"]] == [1, 2, 3, 4]
    assert not [f for f in told["tables"]["findings"] if f["figure"].startswith("waiting.")]


def test_its_test_counts_the_figures_from_the_records(project):
    assert project("chapter", "--name", "waiting").returncode == 0
    test, chapter = (
        project.root / "tests" / "test_08_waiting.py",
        project.root / "notebooks" / "08_waiting.ipynb",
    )

    def tested():
        """As `python tests/test_08_waiting.py` does."""
        spec = importlib.util.spec_from_file_location("test_08_waiting", test)
        made = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(made)
        suite = unittest.defaultTestLoader.loadTestsFromModule(made)
        return suite.run(unittest.TestResult())

    with kernels.serving():
        held = tested()
        assert (held.testsRun, held.failures, held.errors) == (2, [], [])
        wrong = chapter.read_text(encoding="utf-8").replace("Timedelta(hours=2)", "Timedelta(hours=3)")
        chapter.write_text(wrong, encoding="utf-8")
        ((failed, _),) = tested().failures
    assert failed.id().endswith("test_the_figures_are_counted_from_the_records")


@pytest.mark.parametrize(
    ("targets", "told"),
    [
        (
            ", waiting.late_shar: 0.5, waiting.mark: 5, waiting.unnamed: 5",
            (
                "targets.waiting.late_shar：本报告没有一章给出这个指标。是不是 waiting.late_share",
                "targets.waiting.mark：.*better=",
                "targets.waiting.unnamed：这个指标没有记录",
            ),
        ),
        (", fft.rate: 0.98", ("targets.fft.rate：本报告没有一章给出这个指标。是不是 ftf.rate",)),
    ],
)
def test_targets_that_nothing_can_be_held_against_are_told(waiting, targets, told):
    """All in one go; what no chapter so much as speaks of before any is run."""
    (waiting.root / "params" / "2024-04.yml").write_text(SETTINGS % targets, encoding="utf-8")
    done = waiting("report", "--month", 4)
    assert done.returncode == 2, done.stderr
    lines = done.stderr[done.stderr.index("错误：") :].removeprefix("错误：").splitlines()
    assert len(lines) == len(told)
    for line, one in zip(lines, told, strict=True):
        assert re.match(rf" *2024-04.yml：{one}", line)
    assert ("运行笔记本" in done.stderr) == ("fft" not in targets)
    assert not list((waiting.root / "output").glob("2024-04/*/*"))


def test_a_month_that_leaves_the_chapter_out_leaves_its_targets_too(waiting):
    (waiting.root / "params" / "2024-04.yml").write_text(
        "chapters: [01_review]\ntargets: {waiting.late_share: 0.5}\n", encoding="utf-8"
    )
    done = waiting("report", "--month", 4)
    assert done.returncode == 0, done.stderr
    told = json.loads((waiting.root / "output/2024-04/示范店/figures.json").read_text(encoding="utf-8"))
    assert any("自建的新的一章，其指标本月没有计算" in note for note in told["notes"])


RATE = Figure(
    "waiting.late_share", "等待超时比例", "Waited too long", "rate", "口径", "formula", better="down"
)
TYPES = ReportTable("waiting.types", "等待", "Waiting", (show.col("late", "超时", "Late", "integer"),))


def _with(record, **changes):
    return type(record)(**{**record.__dict__, **changes})


@pytest.mark.parametrize(
    ("records", "told"),
    [
        ([_with(RATE, name="waiting.late")], "waiting.late: figures: .* Did you mean waiting.late_share"),
        ([_with(RATE, en="")], "waiting.late_share: en: got ''; expected a text"),
        ([_with(RATE, unit="percent")], "unit: got 'percent'; expected one of count, rate"),
        ([_with(RATE, digits=9)], "digits: got 9"),
        ([_with(RATE, base="visits")], "base: got 'visits'"),
        ([RATE, _with(RATE, zh="等待")], "zh: got '等待', but it is '等待超时比例' in another record"),
        ([_with(FIGURES["ftf.rate"], digits=1)], "ftf.rate: digits: .* built-in record"),
        ([_with(RATE, name="ftf.late_share")], "ftf.late_share: name"),
        ([_with(TYPES, columns=(show.col("a", "甲", "A", "pct"),))], "column a: form: got 'pct'"),
        ([_with(TYPES, columns=(show.col("a", "甲", "A", "code", codes="x"),))], "column a: codes: got 'x'"),
        ([{"name": "waiting.late_share"}], "expected Figure"),
    ],
)
def test_a_record_that_will_not_do_is_told(records, told):
    with pytest.raises(InputError, match=told):
        own_records.checked(records, {"waiting.late_share": 0.5, "ftf.late_share": 0.1, "ftf.rate": 0.9})


def test_records_are_plain_json_and_come_back_in_their_order():
    listed = _with(TYPES, columns=list(TYPES.columns))
    kept = own_records.checked([listed, RATE, FIGURES["ftf.rate"]], {"waiting.late_share": 0.5})
    assert kept == [TYPES, RATE]
    assert own.from_json(json.loads(json.dumps(own.as_json(kept)))) == kept


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ({"figures": {"waiting.late_share": 1}}, "glue the same figures: waiting.late_share"),
        ({"records": own.as_json([_with(RATE, zh="另一个")])}, "waiting.late_share: zh: got '另一个'"),
    ],
)
def test_two_chapters_that_glue_one_name_are_told(second, told):
    nothing = {"figures": {}, "tables": {}, "notes": [], "records": []}
    first = nothing | {"figures": {"waiting.late_share": 1}, "records": own.as_json([RATE])}
    with pytest.raises(InputError, match=told):
        scraps.merge([first, nothing | second])
    assert scraps.merge([first, nothing])["records"] == [RATE]


def _key(value, cases=None, **changes):
    record = _with(RATE, base="waiting.visits", **changes)
    chosen = params.load()
    chosen.targets[record.name] = 2.0 if record.unit == "hours" else 0.5
    figures = {record.name: value, "waiting.visits": cases}
    empty = pd.DataFrame(columns=metrics.summary.COLUMNS)
    key = metrics.summary.with_own(empty, figures, [record], chosen)
    return findings.summary.cards(key, [], "en", [record])[0]


def test_a_figure_of_ones_own_is_judged_as_the_built_in_ones_are():
    assert _key(0.4, 500)["status"] == "good"
    assert _key(0.4, 500, better="up")["status"] == "bad"
    few = _key(0.4, 2)
    assert (few["display"], few["status_text"]) == ("–", "n = 2, too few for a rate")
    assert _key(None)["status_text"] == "no data"
    hours = _key(2.004, 50, unit="hours", digits=2)
    assert (hours["display"], hours["unit"], hours["status_text"]) == (
        "2.00",
        "h",
        "✗ target missed (2.004 h)",
    )
    assert _key(3.1, 500, unit="per_1000")["unit"] == "per 1,000 visits"
    assert formats.figure(12.3456, _with(RATE, unit="hours", digits=2)) == "12.35小时"


@pytest.fixture
def glued():
    """Frames of a notebook, and `remember` as its `glue` calls it."""
    visits = pd.DataFrame({"order_id": range(100)})

    def remember(value, rows, *, unit="rate", records=True):
        record = _with(RATE, unit=unit)
        tables = Tables(store="示范店", repair_orders=visits)
        known = [record] if records else []
        glued_here.remember({record.name: value}, known, rows, (tables, pd.Period("2024-04")))

    remember.visits = visits
    yield remember
    glued_here.remember({}, [], {}, None)


def test_explain_knows_what_this_notebook_glued(glued):
    glued(0.83, {RATE.name: (glued.visits[:83], glued.visits)})
    it = explain(RATE.name, lang="en")
    assert (it.value, it.display, len(it.numerator), len(it.denominator)) == (0.83, "83.0%", 83, 100)
    assert (str(it.month), it.store, it.formula) == ("2024-04", "示范店", "formula")
    assert explain("Waited too long", lang="en").value == 0.83
    with pytest.raises(InputError, match="glued for 2024-04; got 2024-03"):
        explain(RATE.name, month="2024-03")
    with pytest.raises(InputError, match="glued for 示范店; got the tables of 他店"):
        explain(RATE.name, Tables(store="他店"))
    glued(0.83, {})
    assert explain(RATE.name).numerator is None
    glued(0.83, {}, records=False)
    with pytest.raises(InputError, match="without a record"):
        explain(RATE.name)


@pytest.mark.parametrize(
    ("value", "unit", "counted", "told"),
    [
        (0.83, "rate", 82, "82 rows of 100 for a value of 0.83"),
        (82, "count", None, "100 rows for a value of 82"),
        (830, "per_1000", 82, "82 rows of 100 for a value of 830"),
        (0.83, "rate", None, "expected two frames"),
    ],
)
def test_rows_that_do_not_make_the_figure_are_told(glued, value, unit, counted, told):
    rows = glued.visits if counted is None else (glued.visits[:counted], glued.visits)
    with pytest.raises(InputError, match=told):
        glued(value, {RATE.name: rows}, unit=unit)
    glued(0.17, {RATE.name: (glued.visits[:83], glued.visits)})  # 1 − share
    glued(2.5, {RATE.name: glued.visits}, unit="hours")
    with pytest.raises(InputError, match=r"rows: got waiting\.other; expected a figure"):
        glued(0.17, {"waiting.other": glued.visits})


def test_explain_names_the_notebook_where_a_figure_of_ones_own_is_known(deck, month, settings):
    settings = _with(settings, chapters=[*settings.chapters, "08_waiting"])
    with pytest.raises(InputError, match=r"open notebooks/08_waiting\.ipynb"):
        explain(RATE.name, deck, month, params=settings)
    with pytest.raises(InputError, match="Did you mean"):
        explain("wating.late_share", deck, month, params=settings)


def test_the_built_in_chapters_are_those_of_the_params():
    from aftersales.chapters import notebooks

    assert list(notebooks.BUILT_IN) == params.load().chapters
