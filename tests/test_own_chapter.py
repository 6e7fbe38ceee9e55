"""A chapter of one's own: started from the template, in the report in its order, its scraps in the master."""

import json
import re

import lxml.html
import nbformat
import openpyxl
import pytest

from aftersales import params
from aftersales.errors import InputError
from aftersales.metrics.catalogue import FIGURES
from aftersales.new_chapter import with_chapter


def test_a_chapter_of_ones_own_is_in_the_report_and_others_are_left_out(project, april):
    started = project("chapter", "--name", "waiting")
    assert started.returncode == 0, started.stderr
    assert started.stdout.splitlines()[1].endswith("default.yml: - 08_waiting")
    settings = params.load(path=project.root / "params")
    assert settings.chapters == [*params.load().chapters, "08_waiting"]
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
        "1 A new chapter", "2 First-time fix and bookings", "3 Last month's measures reviewed",
    ]  # fmt: skip
    told = json.loads((report / "figures.json").read_text(encoding="utf-8"))
    whole = json.loads((april / "figures.json").read_text(encoding="utf-8"))
    assert told["figures"]["waiting.visits"] == whole["figures"]["volume.orders"]
    assert {name: told["figures"][name] for name in FIGURES} == pytest.approx(whole["figures"])
    assert sum(row["visits"] for row in told["tables"]["waiting.types"]) == told["figures"]["waiting.visits"]
    assert "churn.results" not in told["tables"]
    assert any("leaves out" in note and "Churned customers" in note for note in told["notes"])
    assert "leaves out" in page.getroot().text_content()
    assert "waiting.types" in openpyxl.load_workbook(report / "tables.xlsx").sheetnames
    assert {p.stem for p in (report / "notebooks").iterdir()} == {
        "master", "08_waiting", "05_first_time_fix", "01_review",
    }  # fmt: skip
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
    code = [nbformat.v4.new_code_cell(source) for source in (*found, re.search(r"`(glue\(.*\))`", steps)[1])]
    chapter.cells = [*chapter.cells[:4], *code]
    nbformat.write(chapter, path)
    assert project("check-notebooks").stdout == "10 notebooks in form.\n"
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
    ("name", "told"), [("", "NAME=waiting"), ("1 a", "'1 a'"), ("review", "01_review.ipynb")]
)
def test_a_name_that_will_not_do_is_told_and_nothing_is_written(project, name, told):
    before = sorted(project.root.rglob("*"))
    done = project("chapter", "--name", name)
    assert (done.returncode, told in done.stderr) == (2, True)
    assert sorted(project.root.rglob("*")) == before


def test_a_chapter_that_the_params_name_but_nobody_wrote_is_told(project):
    (project.root / "params" / "2024-04.yml").write_text("chapters: [09_other]\n")
    done = project("report", "--month", 4)
    assert "no notebook 09_other.ipynb" in done.stderr


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
    ],
)
def test_the_line_in_the_params_leaves_everything_else_as_it_stands(before, after):
    assert with_chapter(before, "08_b") == after


@pytest.mark.parametrize("text", ["", "lang: zh", "chapters: []", "chapters: 5"])
def test_params_without_a_list_of_chapters_are_told(text):
    with pytest.raises(InputError, match="chapters"):
        with_chapter(text, "08_b")
