"""`make lab` in a real browser: the tour and every chapter run by hand, another month, interrupt, restart."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import nbformat
import pytest

from aftersales.chapters import lab
from aftersales.chapters.notebooks import path, titles
from aftersales.contract import params

pytestmark = pytest.mark.full
BROWSER = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
_PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
# The least number of a code cell in front, 0 while one of them has not run.
_LEAST = """selector => Math.min(...[...document.querySelectorAll(`${selector} .jp-CodeCell`)]
    .map(cell => cell.querySelector(".jp-InputPrompt").textContent.match(/^\\[(\\d+)\\]:$/))
    .map(found => Number((found || [0, 0])[1])))"""


@contextmanager
def serving(root: Path) -> Iterator[str]:
    """The project's JupyterLab, with a home of its own; its address."""
    home = {f"JUPYTER_{name}_DIR": str(root / "home" / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    env = {**os.environ, **home, "PYTHONPATH": str(root / "lib")}
    env.setdefault("AFTERSALES_CACHE", str(params.ROOT / ".cache"))
    options = ("--no-browser", "--port=0", "--IdentityProvider.token=t")
    with open(root / "lab.log", "wb") as log:
        lab = subprocess.Popen(
            [sys.executable, "-m", "aftersales", "lab", "--lang", "en", "--", *options],
            cwd=root,
            env=env,
            stderr=log,
        )
    try:
        while not (told := _told(root / "home" / "RUNTIME")):
            assert lab.poll() is None, (root / "lab.log").read_text()
            time.sleep(0.1)
        yield told["url"]
    finally:
        lab.terminate()
        lab.wait(30)


def _told(runtime):
    """What the server has written down of itself; nothing while it has not, or has not done so."""
    for at in runtime.glob("jpserver-*.json"):
        with suppress(ValueError):
            return json.loads(at.read_text())
    return None


class Lab:
    """JupyterLab's page, worked as an analyst works it."""

    def __init__(self, page) -> None:
        self.page = page

    def open(self, name: str) -> None:
        """Open a notebook from the file browser, and wait for its kernel."""
        self.page.locator(".jp-DirListing-item", has_text=name).dblclick()
        self.page.locator(f".jp-mod-current .lm-TabBar-tabLabel:text-is('{name}')").wait_for()
        self.idle()

    def idle(self) -> None:
        """Wait until the kernel of the notebook in front is there and has nothing to do."""
        self.page.locator(f"{_PANEL} .jp-CodeCell").first.wait_for()
        self.page.locator("#jp-main-statusbar").get_by_text("(aftersales) | Idle").wait_for()

    def busy(self) -> None:
        self.page.locator("#jp-main-statusbar").get_by_text("(aftersales) | Busy").wait_for()

    def menu(self, name: str, item: str) -> None:
        self.page.get_by_role("menuitem", name=name, exact=True).click()
        self.page.get_by_role("menuitem", name=re.compile(f"^{item}")).click()

    def run_all(self) -> None:
        """Run all cells, and wait until all of them have run anew."""
        before = self.page.evaluate(
            """selector => Math.max(0, ...[...document.querySelectorAll(`${selector} .jp-InputPrompt`)]
            .map(prompt => Number((prompt.textContent.match(/\\d+/) || [0])[0])))""",
            _PANEL,
        )
        self.menu("Run", "Run All Cells")
        self.page.wait_for_function(
            f"([selector, before]) => ({_LEAST})(selector) > before", arg=[_PANEL, before]
        )
        self.idle()

    def write(self, cell, code: str) -> None:
        """Put code in the place of a cell's."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(code)

    def append(self, code: str):
        """Run code in a new cell at the end; the cell."""
        self.page.locator(f"{_PANEL} .jp-Cell").last.click(position={"x": 5, "y": 5})
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("b")
        cell = self.page.locator(f"{_PANEL} .jp-CodeCell").last
        self.write(cell, code)
        self.page.keyboard.press("Control+Enter")
        return cell

    @property
    def errors(self) -> list[str]:
        return self.page.locator(
            f"{_PANEL} [data-mime-type='application/vnd.jupyter.error']"
        ).all_text_contents()

    def shows(self, text: str) -> None:
        """Wait for a text in front."""
        self.page.locator(_PANEL).get_by_text(text).first.wait_for(state="attached")

    def charts(self, count: int) -> list[dict[str, float]]:
        """Wait for so many charts in front; the size of each, and how many marks and texts it has."""
        if count:
            self.page.locator(f"{_PANEL} figure.chart svg").nth(count - 1).wait_for()
        return self.page.evaluate(
            """selector => [...document.querySelectorAll(`${selector} figure.chart svg`)].map(svg => ({
            width: svg.getBoundingClientRect().width, height: svg.getBoundingClientRect().height,
            marks: svg.querySelectorAll("path, use, rect, polyline").length,
            texts: svg.querySelectorAll("text").length}))""",
            _PANEL,
        )


def test_an_analyst_works_in_jupyterlab(project, april):
    sync_api = pytest.importorskip("playwright.sync_api")
    if not Path(BROWSER).exists():
        pytest.skip("no Chromium")
    shutil.copytree(april, project.root / "output" / "2024-04" / "示范店")
    with serving(project.root) as url, sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(60_000)
        foreign = []
        page.on(
            "request",
            lambda request: (
                foreign.append(request.url) if not request.url.startswith((url, "data:", "blob:")) else None
            ),
        )
        page.goto(f"{url}?token=t")
        lab = Lab(page)
        lab.idle()
        the_tour(lab)
        every_chapter(lab)
        another_month(lab)
        interrupt_and_restart(lab)
        published(lab)
        assert page.locator(".Toastify__toast, .jp-Dialog").count() == 0
        assert [
            address for address in foreign if "127.0.0.1" not in address and "localhost" not in address
        ] == []
        browser.close()


def test_notebooks_are_saved_without_outputs_and_published_ones_not_at_all(tmp_path):
    web = pytest.importorskip("tornado.web")
    contents = pytest.importorskip("aftersales.chapters.contents").Contents(root_dir=str(tmp_path))
    shown = nbformat.v4.new_output("execute_result", {"text/plain": "1"})
    ran = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=[shown], execution_count=3)])
    for folder in ("notebooks", "output"):
        (tmp_path / folder).mkdir()
        nbformat.write(ran, tmp_path / folder / "a.ipynb")
    changed = {"type": "notebook", "format": "json", "content": json.loads(nbformat.writes(ran))}

    async def work():
        await contents.save(changed, "notebooks/a.ipynb")
        (cell,) = nbformat.read(tmp_path / "notebooks" / "a.ipynb", as_version=4).cells
        assert (cell.source, cell.outputs, cell.execution_count) == ("1", [], None)
        assert cell.id == ran.cells[0].id
        published = await contents.get("output/a.ipynb")
        assert published["writable"] is False
        assert published["content"]["cells"][0]["outputs"]
        with pytest.raises(web.HTTPError, match="not to be changed"):
            await contents.save(changed, "output/a.ipynb")

    asyncio.run(work())


def test_jupyterlab_speaks_the_language_of_the_store():
    pytest.importorskip("jupyterlab_language_pack_zh_CN")
    assert {lang: lab.overrides(lang)[lab._TRANSLATION]["locale"] for lang in ("zh", "en")} == {
        "zh": "zh_CN",
        "en": "default",
    }
    assert lab.overrides("zh").items() >= json.loads(lab.SETTINGS.read_text("utf-8")).items()


def the_tour(lab: Lab) -> None:
    """JupyterLab opens on it, and it runs; a figure is followed down to its rows."""
    assert "explore.ipynb" in lab.page.locator(".jp-mod-current .lm-TabBar-tabLabel").all_text_contents()
    assert lab.page.locator(".jp-DirListing-itemName").all_text_contents().count("01_review.ipynb") == 1
    lab.run_all()
    assert lab.errors == []
    assert len(lab.charts(7)) == 7
    lab.shows("98.1 → 95.8")
    lab.shows("第4周“时间”骤减而“其他”骤增")
    numerator = lab.page.locator(f"{_PANEL} details", has_text="分子").first
    numerator.locator("summary").click()
    assert numerator.locator("tbody tr").first.is_visible()
    lab.page.locator(".jp-DirListing-item", has_text="time_in_shop.xlsx").wait_for()


def every_chapter(lab: Lab) -> None:
    for stem in params.load().chapters:
        lab.open(f"{stem}.ipynb")
        lab.run_all()
        assert lab.errors == [], stem
        lab.shows(titles([stem], "zh")[0])
        called = len(re.findall(r"charts\.(?!Line|line|named)\w+\(", path(stem).read_text(encoding="utf-8")))
        charts = lab.charts(called)
        assert len(charts) == called, stem
        assert all(c["width"] > 300 and c["height"] > 60 and c["marks"] and c["texts"] for c in charts), stem


def another_month(lab: Lab) -> None:
    """Changed in the first cell, run again, the figures are others."""
    lab.open("05_first_time_fix.ipynb")
    lab.shows("98.25%")
    first = lab.page.locator(f"{_PANEL} .jp-CodeCell").first
    lab.write(first, 'month = "2024-03"\nstore = None\nsource = None\nlang = "zh"')
    lab.run_all()
    assert lab.errors == []
    lab.shows("98.14%")
    assert lab.page.locator(_PANEL).get_by_text("98.25%").count() == 0


def interrupt_and_restart(lab: Lab) -> None:
    cell = lab.append("import time; time.sleep(600)")
    lab.busy()
    lab.page.get_by_role("button", name="Interrupt the kernel").locator("visible=true").click()
    cell.get_by_text("KeyboardInterrupt").first.wait_for()
    lab.idle()
    lab.menu("Kernel", "Restart Kernel…")
    lab.page.locator(".jp-Dialog .jp-mod-accept").click()
    lab.idle()
    lab.append("'forgotten' if 'chapter' not in dir() else 'kept'").get_by_text("forgotten").last.wait_for()


def published(lab: Lab) -> None:
    """Params and published months lie beside the notebooks; a published chapter opens with its charts."""
    lab.page.locator(".jp-BreadCrumbs-home").click()
    lab.page.locator(".jp-DirListing-item", has_text="params").wait_for()
    for folder in ("output", "2024-04", "示范店", "notebooks"):
        lab.page.locator(".jp-DirListing-item", has_text=folder).dblclick()
    lab.open("06_churn.ipynb")
    assert len(lab.charts(6)) == 6
