"""A report from end to end: the command a manager runs, on real kernels, read by real readers."""

import email
import email.policy
import json
import re
import sys
from pathlib import Path

import lxml.html
import nbformat
import openpyxl
import pandas as pd
import pypdf
import pytest
import scrapbook
from conftest import chosen, raw_heads, run
from five_stores import STORES, write

from aftersales import demo, explain
from aftersales.chapters import scraps
from aftersales.contract import params
from aftersales.kernels import files

ROOT = params.ROOT


def figures(folder: Path) -> dict:
    return json.loads((folder / "figures.json").read_text(encoding="utf-8"))


OLD_DECK = re.compile(r"原报告|幻灯片|\b(?:deck|slides?)\b", re.IGNORECASE)


def spoken(folder: Path) -> dict[str, str]:
    """What a reader sees of each form, and of the notebooks without their code."""
    page = lxml.html.fromstring((folder / "report.html").read_text(encoding="utf-8"))
    lxml.etree.strip_elements(page, "style", "script", with_tail=False)
    found = {"page": page.text_content() + " ".join(page.xpath("//@aria-label | //@alt | //@title"))}
    found["pdf"] = "".join(p.extract_text() for p in pypdf.PdfReader(folder / "report.pdf").pages)
    mail = email.message_from_bytes((folder / "report.eml").read_bytes(), policy=email.policy.default)
    bodies = (mail.get_body((form,)) for form in ("plain", "html"))
    found["mail"] = " ".join([mail["Subject"], *(body.get_content() for body in bodies if body)])
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    cells = [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    found["workbook"] = " ".join([*book.sheetnames, *cells])
    for path in sorted((folder / "notebooks").iterdir()):
        parts = [c.source for c in nbformat.read(path, 4).cells if c.cell_type == "markdown"]
        parts += [
            str(output.get("data", {}).get(kind, ""))
            for cell in nbformat.read(path, 4).cells
            for output in cell.get("outputs", [])
            for kind in ("text/plain", "application/vnd.aftersales.display.exhibit+json")
        ]
        found[path.stem] = re.sub(r"<svg.*?</svg>", "", " ".join(parts), flags=re.DOTALL)
    return found


def says_nothing_of_the_old_deck(folder: Path) -> None:
    """The reader of a report has never seen the deck which it took the place of."""
    for form, text in spoken(folder).items():
        assert len(text) > 500, form
        found = OLD_DECK.search(text)
        assert not found, (form, text[max(0, found.start() - 60) : found.end() + 60])


def test_a_report_does_not_speak_of_the_deck(april):
    says_nothing_of_the_old_deck(april)


def test_no_notebook_or_explanation_speaks_of_the_deck(deck, month):
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert not OLD_DECK.search(
            " ".join(c.source for c in nbformat.read(path, 4).cells if c.cell_type == "markdown")
        ), path.name
    for lang in ("zh", "en"):
        it = explain("ftf.rate", deck, month, lang=lang)
        assert not OLD_DECK.search(repr(it) + it._repr_html_())


def test_a_report_is_whole(april):
    assert {p.name for p in april.iterdir()} - {"report.eml"} == {
        "report.html",
        "report.pdf",
        "tables.xlsx",
        "figures.json",
        "manifest.json",
        "notebooks",
    }
    stems = {"master", *params.load().chapters}
    assert {p.stem for p in (april / "notebooks").iterdir()} == stems
    for path in (april / "notebooks").iterdir():
        notebook = nbformat.read(path, as_version=4)
        ran = [c.execution_count is not None for c in notebook.cells if c.cell_type == "code" and c.source]
        assert all(ran), path.name


# Every figure the deck prints for its April: (name, printed value, decimals printed). Rates as fractions.
DECK = [
    ("oem.sample", 114, 0),
    ("oem.mot", 99.6, 1),
    ("oem.css", 98.5, 1),
    ("oem.mot_previous", 99.2, 1),
    ("oem.mot_branch", 96.6, 1),
    ("oem.mot_national", 95.1, 1),
    ("oem.pt_total", 54.17, 2),
    ("css.calls", 850, 0),
    ("css.valid", 700, 0),
    ("css.valid_rate", 0.824, 3),
    ("css.delighted", 150, 0),
    ("css.disappointed", 300, 0),
    ("css.unreachable", 100, 0),
    ("css.delight_rate_calls", 0.176, 3),
    ("css.disappointment_rate_calls", 0.353, 3),
    ("complaints.mentions", 621, 0),
    ("ftf.jobs", 1776, 0),
    ("ftf.not_fixed", 31, 0),
    ("ftf.rate", 0.9825, 4),
    ("churn.archive", 7349, 0),
    ("churn.cohort", 1008, 0),
    ("churn.lost", 276, 0),
    ("churn.rate", 0.2738, 4),
    ("churn.fleet", 70, 0),
    ("churn.to_call", 206, 0),
    ("churn.reached", 147, 0),
    ("churn.not_reached", 59, 0),
    ("churn.not_due", 55, 0),
    ("churn.went_elsewhere", 34, 0),
    ("volume.orders", 1494, 0),
    ("volume.jobs", 1776, 0),
]


@pytest.mark.parametrize(("name", "printed", "decimals"), DECK)
def test_the_report_gives_the_decks_figures(april, name, printed, decimals):
    assert figures(april)["figures"][name] == pytest.approx(printed, abs=0.5 * 10**-decimals + 1e-9)


def test_base_customers_are_the_decks_within_one_percent(april):
    rows = {row["month"]: row for row in figures(april)["tables"]["churn.archive_trend"]}
    for month, archive, base in zip(
        range(1, 5), (6800, 6950, 7123, 7349), (4100, 3950, 4267, 4356), strict=True
    ):
        row = rows[f"2024-{month:02d}"]
        assert row["archive"] == archive
        assert row["base"] == pytest.approx(base, rel=0.01)


def test_figures_and_tables_are_those_of_the_contract(april):
    result = figures(april)
    assert set(result) == {"store", "month", "figures", "tables", "notes"}
    assert (result["store"], result["month"]) == ("示范店", "2024-04")
    tables = {
        "review.mot",
        "oem.css",
        "oem.pt",
        "css.questions",
        "css.advisors",
        "complaints.causes",
        "complaints.departments",
        "ftf.technicians",
        "ftf.trend",
        "booking.trend",
        "churn.archive_trend",
        "churn.results",
        "churn.reasons",
        "top5.front",
        "top5.workshop",
        "top5.parts",
        "top5.service",
        "checks",
    }
    assert tables <= set(result["tables"])
    assert {row["verdict"] for row in result["tables"]["checks"]} <= {
        "consistent",
        "rounding",
        "inconsistent",
    }
    # in the order in which they are read, not that of the alphabet
    assert list(result["figures"])[:2] == ["review.actions", "review.done"]
    assert list(result["tables"]["ftf.technicians"][0])[:3] == ["technician", "jobs", "not_fixed"]
    assert list(result["tables"]["complaints.causes"][0])[:6] == ["cause", "w1", "w2", "w3", "w4", "month"]
    for department in ("front", "workshop", "parts", "service"):
        assert 1 <= len(result["tables"][f"top5.{department}"]) <= 5


def test_no_notebook_says_anything_aside(april):
    for path in april.glob("notebooks/*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        assert not [o for c in cells for o in c.get("outputs", ()) if o.output_type == "stream"], path.name


def test_nothing_that_a_notebook_puts_out_tells_where_it_was_made(tmp_path):
    given = f"{sys.prefix}/lib/some.py:7: UserWarning: few\n{Path.home()}/a.csv\n文件{params.ROOT}/b.csv"
    shown = "…/lib/some.py:7: UserWarning: few\n…/a.csv\n文件…/b.csv"
    address = f'<a href="https://example.org{sys.prefix}/b.csv">'  # is no place here
    displayed = {"text/plain": repr(given), "text/html": given + address, "application/json": [given]}
    put_out = [
        nbformat.v4.new_output("stream", name="stderr", text=given),
        nbformat.v4.new_output("display_data", displayed),
        nbformat.v4.new_output("execute_result", {"application/json": {"rows": [{"file": given, "n": 1}]}}),
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(given, outputs=put_out)])
    files.write(notebook, tmp_path / "failed.ipynb", private=True)
    assert nbformat.read(tmp_path / "failed.ipynb", as_version=4).cells[0].outputs[0].text == given
    files.write(notebook, tmp_path / "own.ipynb")
    cell = nbformat.read(tmp_path / "own.ipynb", as_version=4).cells[0]
    said, data, result = cell.outputs[0].text, cell.outputs[1].data, cell.outputs[2].data
    assert said == shown
    assert data == {
        "text/plain": repr(shown),
        "text/html": shown + address,
        "application/json": [shown],
    }
    assert result == {"application/json": {"rows": [{"file": shown, "n": 1}]}}
    assert cell.source == given  # what somebody has written is theirs


def test_scrapbook_reads_what_the_chapters_glued(april):
    for path in sorted((april / "notebooks").glob("*.ipynb")):
        theirs = scrapbook.read_notebook(str(path)).scraps
        ours = scraps.read(path)
        assert ours == {name: theirs[name].data for name in ours}


def test_the_published_pdf_is_tagged_and_holds_every_chapter(april):
    pdf = pypdf.PdfReader(april / "report.pdf")
    root = pdf.trailer["/Root"]
    assert bool(root["/MarkInfo"]["/Marked"])
    assert "pdfuaid:part>1<" in root["/Metadata"].get_object().get_data().decode()
    marks = [str(mark.title) for mark in pdf.outline if not isinstance(mark, list)]
    assert [mark[0] for mark in marks if mark[0].isdigit()] == list("1234567")
    pages = [re.sub(r"\s", "", page.extract_text()) for page in pdf.pages]
    for mark in pdf.outline:
        if not isinstance(mark, list):
            assert re.sub(r"\s", "", str(mark.title)) in pages[pdf.get_destination_page_number(mark)]
    for number, page in enumerate(pages[1:], 2):
        assert f"第{number}页/共{len(pages)}页" in page
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        for page in pdf.pages
        for font in page["/Resources"].get("/Font", {}).values()
    ]
    assert fonts
    assert all({"/FontFile2", "/FontFile3"} & set(font) for font in fonts)


def test_a_sparse_store_gets_a_report_that_says_what_is_missing(tmp_path):
    frames = demo.generate(seed=5, months=8, store="小店")
    keep = {name: frames[name] for name in ("repair_orders", "jobs", "complaints")}
    keep["complaints"] = keep["complaints"].iloc[:0]
    source, few = (
        write(tmp_path / "in", keep),
        chosen(tmp_path / "params", "04_complaints", "05_first_time_fix"),
    )
    done = run("report", "--month", 4, "--source", source, "--out", tmp_path / "out", **few)
    assert done.returncode == 0, done.stderr
    result = figures(tmp_path / "out" / "2024-04" / "小店")
    got = result["figures"]
    assert (got["complaints.count"], got["complaints.closed_rate"]) == (0, None)
    assert got["css.calls"] is None
    assert got["oem.mot"] is None
    assert got["ftf.jobs"] > 0
    assert any("厂家CSS" in note for note in result["notes"])


@pytest.mark.parametrize(("month", "folder"), [("2", "2024-02"), ("2023-12", "2023-12")])
def test_any_month_with_records_has_a_report(tmp_path, month, folder):
    few = chosen(tmp_path / "params", "05_first_time_fix")
    done = run("report", "--month", month, "--out", tmp_path, **few)
    assert done.returncode == 0, done.stderr
    result = figures(tmp_path / folder / "示范店")
    assert result["month"] == folder
    assert [row["month"] for row in result["tables"]["ftf.trend"]][-1] == folder


def test_a_report_whose_pages_never_settle_is_not_published(project, tmp_path):
    template = project.root / "lib/aftersales/export/pdf/typst/report.typ"
    kept = template.read_text(encoding="utf-8")
    restless = "#context if locate(<restless>).position().y < 200pt { v(200pt) }\n#block[x] <restless>\n"
    template.write_text(f"{kept}\n{restless}", encoding="utf-8")
    (project.root / "params/2024-04.yml").write_text("chapters: [01_review]\n", encoding="utf-8")
    orders = {"repair_orders": demo.generate(seed=5, months=8, store="小店")["repair_orders"]}
    out = tmp_path / "out"
    try:
        done = project("report", "--month", 4, "--source", write(tmp_path / "in", orders), "--out", out)
    finally:  # the next test has the same package
        template.write_text(kept, encoding="utf-8")
    assert (done.returncode, "页面仍在移动" in done.stderr) == (1, True), done.stderr
    assert not [p for p in out.rglob("*") if p.is_file()]


def test_two_stores_of_one_source_get_their_own_figures(tmp_path):
    one, two = (demo.generate(seed=n, months=8, store=f"{n}店") for n in (1, 2))
    both = {name: pd.concat([one[name], two[name]]) for name in one}
    source = write(tmp_path / "in", both)
    few = chosen(tmp_path / "params", "01_review", "06_churn")
    for store in ("1店", "2店"):
        asked = ("--month", "2024-04", "--store", store, "--source", source, "--out", tmp_path / "out")
        done = run("report", *asked, **few)
        assert done.returncode == 0, done.stderr
    results = [figures(tmp_path / "out" / "2024-04" / store) for store in ("1店", "2店")]
    for result, frames in zip(results, (one, two), strict=True):
        april = frames["repair_orders"]["opened_at"].dt.to_period("M") == pd.Period("2024-04")
        assert result["figures"]["volume.orders"] == april.sum()
    without = run("report", "--month", 4, "--source", source, "--out", tmp_path / "out", **few)
    assert without.returncode == 2
    assert "1店" in without.stderr
    assert "2店" in without.stderr
    # the recipients are those of the params' own store, so neither is addressed or sent to them
    written = (tmp_path / "out" / "2024-04" / "2店" / "report.eml").read_bytes()
    assert b"gm@example.com" not in written
    mailed = run(
        "mail",
        "--month",
        "2024-04",
        "--store",
        "2店",
        "--source",
        source,
        "--out",
        tmp_path / "out",
        DRY_RUN="1",
        **few,
    )
    assert (mailed.returncode, mailed.stdout) == (2, "")
    assert "2店" in mailed.stderr
    assert "示范店" in mailed.stderr


def test_a_report_that_is_not_masked_has_no_mail_and_is_not_sent(tmp_path):
    """Not when the params have changed since, either."""
    settings = tmp_path / "params"
    settings.mkdir()
    default = (ROOT / "params" / "default.yml").read_text(encoding="utf-8")
    (settings / "default.yml").write_text(default.replace("mask: true", "mask: false"), encoding="utf-8")
    (settings / "2024-04.yml").write_text("chapters: [01_review]\n", encoding="utf-8")
    asked = ("--month", "2024-04", "--out", tmp_path / "out")
    for again in (False, True):
        done = run("report", *asked, AFTERSALES_PARAMS=str(settings))
        assert done.returncode == 0, done.stderr
        assert ("什么也没有变" in done.stderr) == again
        assert "report.eml" not in done.stdout
        assert "没有 report.eml" in done.stderr
        assert "mask: false" in done.stderr
    folder = tmp_path / "out" / "2024-04" / "示范店"
    assert {p.name for p in folder.iterdir()} == {
        "report.html",
        "report.pdf",
        "tables.xlsx",
        "figures.json",
        "manifest.json",
        "notebooks",
    }
    (settings / "default.yml").write_text(default, encoding="utf-8")
    for dry_run in ("1", ""):
        mailed = run("mail", *asked, AFTERSALES_PARAMS=str(settings), DRY_RUN=dry_run)
        assert (mailed.returncode, mailed.stdout) == (2, "")
        assert "从不发邮件" in mailed.stderr


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--month", "2025-01"), ["2025-01", "no record", "2024-04"]),
        (("--month", "13"), ["month", "13"]),
        ((), ["which month?", "report --month 4"]),
        (("--month", "x"), ["month", "'x'"]),
        (("--month", "4", "--year", "24"), ["year", "four digits"]),
        (("--month", "4", "--source", "no/such/folder"), ["no/such/folder"]),
        (("--month", "4", "--lang", "de"), ["lang", "de"]),
    ],
)
def test_a_wrong_call_is_told_and_changes_nothing(tmp_path, args, told):
    before = sorted(tmp_path.rglob("*"))
    done = run("report", "--lang", "en", *args, "--out", tmp_path)
    assert done.returncode == 2
    assert all(part in done.stderr for part in told), done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_bad_input_leaves_the_published_report_as_it_is(tmp_path):
    frames = demo.generate(seed=3, months=8, store="甲店")
    source = write(tmp_path / "in", frames)
    out, few = tmp_path / "out", chosen(tmp_path / "params", "05_first_time_fix")
    assert run("report", "--month", 4, "--source", source, "--out", out, **few).returncode == 0
    published = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    jobs = frames["jobs"].astype({"finished_at": str})
    jobs.loc[jobs.index[3], "finished_at"] = "32.13.2024"
    write(source, {"jobs": jobs})
    done = run("report", "--month", 4, "--source", source, "--out", out, **few)
    assert done.returncode == 2
    assert all(part in done.stderr for part in ("jobs.csv", "第5行", "finished_at", "32.13.2024")), (
        done.stderr
    )
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == published


def test_an_english_report_is_english_but_for_what_people_wrote(reports):
    folder, frames = reports("English"), STORES["English"].records()
    says_nothing_of_the_old_deck(folder)
    absent, *others = figures(folder)["notes"]
    assert absent == "The table oem_pt (神秘访客) is missing; what needs it is left out."
    assert all(note.startswith(("Suspicious: ", "Does not add up: ")) and note.isascii() for note in others)
    combined = json.dumps(
        [nbformat.read(p, 4).cells for p in sorted((folder / "notebooks").iterdir())], ensure_ascii=False
    )
    keys = "title|subtitle|note|status_text|change_display|label"
    payloads = re.findall(rf'"(?:{keys})": "([^"]*)"', combined)
    assert len(payloads) > 100
    assert raw_heads(folder / "tables.xlsx") == []
    people = {*frames["jobs"]["technician"], *frames["repair_orders"]["advisor"].dropna()}
    for text in payloads:
        for name in people:
            text = text.replace(name, "")
        assert not re.search(r"[\u4e00-\u9fff]", text), text


def test_page_pdf_mail_and_workbook_show_the_same_numbers(april):
    """What one of them shows, all of them show: each is opened by a reader of its own."""
    got = figures(april)["figures"]
    shown = {
        "oem.mot": f"{got['oem.mot']:.1f}",
        "ftf.rate": f"{got['ftf.rate'] * 100:.2f}",
        "churn.private_rate": f"{got['churn.private_rate'] * 100:.1f}",
        "booking.rate": f"{got['booking.rate'] * 100:.1f}",
        "css.delight_rate_valid": f"{got['css.delight_rate_valid'] * 100:.1f}",
        "complaints.per_1000_visits": f"{got['complaints.per_1000_visits']:.1f}",
    }
    page = lxml.html.fromstring((april / "report.html").read_text(encoding="utf-8")).text_content()
    pdf = "".join(p.extract_text() for p in pypdf.PdfReader(april / "report.pdf").pages)
    mail = email.message_from_bytes((april / "report.eml").read_bytes(), policy=email.policy.default)
    text = mail.get_body(("plain",)).get_content()
    for name, number in shown.items():
        assert all(number in form for form in (page, pdf, text)), name
    book = openpyxl.load_workbook(april / "tables.xlsx")
    cells = {c.value for sheet in book for row in sheet.iter_rows() for c in row}
    assert all(
        any(isinstance(v, (int, float)) and v == pytest.approx(got[name]) for v in cells) for name in shown
    )
