"""A chapter runs in any way and from any folder, for somebody who knows Jupyter and not this project."""

import re
import shutil
import subprocess
import sys

import nbclient
import nbformat
import openpyxl
import pytest

from aftersales import kernels
from aftersales.chapters import context
from aftersales.chapters import notebooks as chapters
from aftersales.contract import message, params
from aftersales.contract.errors import InputError
from aftersales.display.exhibit import MIME

CHAPTER = chapters.path("05_first_time_fix")


@pytest.fixture(scope="module", autouse=True)
def warm():
    """One start of the imports for all of them."""
    with kernels.serving():
        yield


def call(folder, *command):
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return nbformat.read(folder / "out.ipynb", as_version=4)


def papermill(folder):
    return call(folder, "papermill", CHAPTER, "out.ipynb", "-p", "month", "2024-03")


def jupyter_execute(folder):
    shutil.copy(CHAPTER, folder / "in.ipynb")
    return call(folder, "jupyter", "execute", "in.ipynb", "--output=out.ipynb")


def nbconvert(folder):
    return call(
        folder, "nbconvert", "--execute", "--to=notebook", f"--output={folder / 'out.ipynb'}", CHAPTER
    )


def vs_code(folder):
    """The environment's own kernel, no parameters, another working directory."""
    notebook = nbformat.read(CHAPTER, as_version=4)
    del notebook.metadata["kernelspec"]
    return nbclient.NotebookClient(
        notebook, kernel_name="python3", resources={"metadata": {"path": folder}}
    ).execute()


@pytest.mark.parametrize(
    ("way", "rate"),
    [(papermill, "98.14%"), (jupyter_execute, "98.25%"), (nbconvert, "98.25%"), (vs_code, "98.25%")],
)
def test_a_chapter_runs(tmp_path, way, rate):
    notebook = way(tmp_path)
    shown = [
        output.data[MIME]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if MIME in output.get("data", {})
    ]
    assert rate in shown[0]["text"]
    assert sum(exhibit["kind"] == "chart" for exhibit in shown) == 3


BAD = {
    ("month", "2024-13"): "2024-13",
    ("month", "四月份"): "四月份",
    ("month", "2031-01"): "2031-01",
    ("store", "没有店"): "没有店",
    ("lang", "fr"): "应是 zh 或 en",
    ("source", "nowhere"): "没有这个文件或文件夹",
}


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_notebook_refuses_bad_parameters(name, value):
    asked = {"month": "2024-04", "store": None, "source": None, "lang": "zh", name: value}
    message.speak("zh")
    with pytest.raises(InputError, match=re.escape(BAD[name, value])):
        context.context(**asked)


def test_under_plain_papermill_it_is_refused_in_one_line(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "papermill", str(CHAPTER), "out.ipynb", "-p", "lang", "fr"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode
    told = done.stderr.rpartition("Exception encountered")[2].strip().splitlines()[1:]
    lines = [line for line in told if line.strip(" -")]
    assert len(lines) == 1, lines
    assert lines[0].startswith("InputError: ")


def test_the_tour_runs_and_saves_its_table(tmp_path):
    """Beside the notebook, wherever that is; with the params' month changed, it tells of that month."""
    notebook = nbformat.read(chapters.FOLDER / "explore.ipynb", as_version=4)
    first = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    first.source = first.source.replace("2024-04", "2024-03").replace('"zh"', '"en"')
    nbclient.NotebookClient(notebook, resources={"metadata": {"path": tmp_path}}).execute()
    texts = [
        output.data[MIME]["text"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.get("data", {}).get(MIME, {}).get("kind") == "text"
    ]
    assert texts[0].startswith("Score and its usual variation 96.6 → 98.1")
    assert texts[1] == "The coding was the same in all weeks."
    sheet = openpyxl.load_workbook(tmp_path / "time_in_shop.xlsx").active
    assert [cell.value for cell in sheet[1]] == [
        "Advisor",
        "Visits",
        "Hours in the shop (median)",
        "Late",
        "Late rate",
    ]
    assert sheet.max_row == 6


@pytest.mark.full
def test_cells_run_again_without_a_restart(tmp_path):
    """Each cell of each chapter twice in a row, then all of them for another month."""
    for stem in params.load().chapters:
        notebook = nbformat.read(chapters.path(stem), as_version=4)
        code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        sources = [source for source in code for _ in range(2)]
        sources += [code[0].replace("2024-04", "2024-03"), *code[1:]]
        again = nbformat.v4.new_notebook(
            metadata=notebook.metadata, cells=[nbformat.v4.new_code_cell(source) for source in sources]
        )
        nbclient.NotebookClient(again, resources={"metadata": {"path": tmp_path}}).execute()
