"""The form of the notebooks: ours keep it, a breach is reported with what to do; git refuses outputs."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest

from aftersales.chapters import check as check_notebooks
from aftersales.chapters import new as new_chapter
from aftersales.chapters import notebooks as chapters
from aftersales.chapters.check import check_notebook
from aftersales.contract import params

ROOT = params.ROOT


def test_our_notebooks_are_in_form():
    assert [str(f) for f in check_notebooks.check(chapters.FOLDER, params.load().chapters)] == []


def the(notebook, source):
    """The cell that begins with a text."""
    return next(cell for cell in notebook.cells if cell.source.startswith(source))


def outputs(notebook):
    the(notebook, "orders").outputs = [nbformat.v4.new_output("stream", text="x")]


def counted(notebook):
    the(notebook, "orders").execution_count = 3


def untagged(notebook):
    the(notebook, "month =").metadata.tags = []


def second_parameters(notebook):
    the(notebook, "orders").metadata.tags = ["parameters"]


def injected(notebook):
    notebook.cells.append(nbformat.v4.new_code_cell("month = 1", metadata={"tags": ["injected-parameters"]}))


def english_left_out(notebook):
    notebook.cells.remove(the(notebook, "## By order type"))


def other_kernel(notebook):
    notebook.metadata.kernelspec.name = "python3"


def code(source):
    """A notebook with a cell of that code."""
    return lambda notebook: notebook.cells.append(nbformat.v4.new_code_cell(source))


def parameter(source):
    """A notebook whose parameters cell is that."""
    return lambda notebook: the(notebook, "month =").update(source=source)


@pytest.mark.parametrize(
    ("breaks", "told"),
    [
        (outputs, "outputs were left in. Run `.venv/bin/python -m nbstripout"),
        (counted, "outputs were left in"),
        (untagged, "no cell is tagged `parameters`. Give the first code cell"),
        (second_parameters, "a second cell is tagged `parameters`"),
        (injected, "papermill injected were left in. Delete the cell"),
        (english_left_out, "a Chinese text without its English twin. Write the English text"),
        (other_kernel, "its kernel is 'python3'. Choose"),
        (
            parameter('month = "2024-04"\nstore = None\nlang = "zh"'),
            "the master passes the parameter source, which nothing declares. Add a line `source = …`",
        ),
        (
            parameter("month = Period('2024-04')\nstore = source = lang = None"),
            "is not a parameter. A parameter is",
        ),
        (
            code("def rate(a, b):\n    return a / b"),
            "a function in a cell, line 1. Write it without, or move it",
        ),
        (code("for a in [1]:\n    print(a)"), "a loop in a cell"),
        (code("x = 1\n" * 13), "13 lines of code, more than 8. Split the cell"),
        (code("%matplotlib inline"), "not plain Python"),
        (code("import os"), "`import os` reaches files past the package. Read with `load"),
        (code("types.to_excel('x.xlsx')"), "`types.to_excel(…)` reaches files"),
    ],
)
def test_what_breaks_the_form_is_told_with_what_to_do(tmp_path, breaks, told):
    notebook = nbformat.read(new_chapter.TEMPLATE, as_version=4)
    path = tmp_path / "08_mine.ipynb"
    nbformat.write(notebook, path)
    assert check_notebook(path) == []
    breaks(notebook)
    nbformat.write(notebook, path)
    found = [str(finding) for finding in check_notebook(path)]
    assert any(told in text for text in found), found
    assert all(text.startswith("08_mine.ipynb") for text in found)


def test_what_is_no_notebook_and_a_chapter_that_is_not_there_are_told(tmp_path):
    (tmp_path / "08_mine.ipynb").write_text("{")
    found = [str(finding) for finding in check_notebooks.check(tmp_path, ["09_other"])]
    assert found[0].startswith("09_other.ipynb: the params name this chapter")
    assert "aftersales chapter --name 09_other" in found[0]
    assert found[1].startswith("08_mine.ipynb: not a notebook")


def test_the_command_tells_how_many_and_fails(project):
    assert project("check-notebooks").stdout == "10个笔记本，格式都对。\n"
    path = project.root / "notebooks" / "06_churn.ipynb"
    notebook = nbformat.read(path, as_version=4)
    the(notebook, "# Of the cars").source += "\nwhile True:\n    pass"
    nbformat.write(notebook, path)
    done = project("check-notebooks")
    assert done.returncode == 1
    assert "06_churn.ipynb 第4个单元格：单元格第6行是循环。改成不用它的写法" in done.stdout
    assert done.stdout.endswith("10个笔记本，1处问题。\n")
    (project.root / "params" / "2024-04.yml").write_text("chapters: [09_other]\n")
    assert "09_other.ipynb：参数里有这一章，却没有这个笔记本" in project("check-notebooks").stdout


@pytest.mark.full
def test_a_notebook_with_outputs_is_not_committed(tmp_path):
    """With the hooks that `make setup` installs, in a clone."""
    if subprocess.run(["git", "rev-parse"], cwd=ROOT, capture_output=True).returncode:
        pytest.skip("not a git checkout")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", ROOT, clone], check=True)
    shutil.copy(ROOT / ".pre-commit-config.yaml", clone)
    (clone / ".venv").symlink_to(sys.prefix)
    who = {
        f"GIT_{role}_{what}": "t@example.com"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }

    def call(*command):
        return subprocess.run(command, cwd=clone, env={**os.environ, **who}, capture_output=True, text=True)

    ready = ".venv/.aftersales-ready-full"  # what the clone's own set-up would take minutes for
    assert call("make", "-o", ready, "PY=.venv/bin/python", f"READY_FULL={ready}", "setup").returncode == 0
    before = call("git", "rev-parse", "HEAD").stdout
    path = clone / "notebooks" / "01_review.ipynb"
    notebook = nbformat.read(path, as_version=4)
    ids = [cell.id for cell in notebook.cells]
    cell = next(c for c in notebook.cells if c.cell_type == "code")
    cell.outputs, cell.execution_count = [nbformat.v4.new_output("stream", text="沪A12345")], 1
    nbformat.write(notebook, path)
    call("git", "add", "notebooks", ".pre-commit-config.yaml")
    refused = call("git", "commit", "-m", "With outputs")
    assert refused.returncode != 0
    assert "git add and commit again" in refused.stdout + refused.stderr
    assert call("git", "rev-parse", "HEAD").stdout == before
    stripped = nbformat.read(path, as_version=4)
    assert not any(c.get("outputs") for c in stripped.cells)
    assert [c.id for c in stripped.cells] == ids
