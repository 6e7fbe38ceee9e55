"""The gate: what every reader of a report relies on, held against the whole reports of five unlike stores."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nbformat
import numpy as np
import pdf_pages
import pypdf
import pytest
from five_stores import STORES

from aftersales.display.exhibit import MIME as EXHIBIT
from aftersales.export.pdf import pdf
from aftersales.export.pdf.pdf import ReportPDFExporter

HERE = Path(__file__).parent
PHONE, DESK = 360, 1280
# In points: a page's height, and how far below its edge a heading at its top begins.
A4, TOP = 842, 110
PAGES = 18  # of the built-in store's PDF
# Dots that have room for their names on a phone; of more, the names stand in the list of values below.
FEW_DOTS = 12
TORN = re.compile(r"[▲▼→]\s*\n\s*[+−–-]?\d")
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "rules": {"color-contrast": {"enabled": False}},  # measured here, where axe leaves a third of it open
}


@pytest.fixture(scope="module", params=list(STORES))
def folder(request, reports) -> Path:
    """The published report of each store."""
    return reports(request.param)


def exhibits(folder: Path) -> Iterator[dict]:
    for path in sorted((folder / "notebooks").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                if EXHIBIT in output.get("data", {}):
                    yield output["data"][EXHIBIT]


def test_the_pdf_counts_its_pages_and_leads_to_them(folder, caplog):
    caplog.set_level("INFO", pdf.__name__)
    made, _ = ReportPDFExporter().from_filename(str(folder / "notebooks" / "master.ipynb"))
    assert [record.getMessage() for record in caplog.records if record.name == pdf.__name__] == []
    read = pypdf.PdfReader(io.BytesIO(made))
    assert pdf_pages.faults(read) == []
    for number, page in enumerate(pdf_pages.pages(read), 1):
        assert not TORN.findall(page.text), f"page {number}"


def test_the_built_in_stores_pdf_is_short(april):
    assert len(pypdf.PdfReader(april / "report.pdf").pages) <= PAGES


@pytest.mark.full
def test_no_page_of_the_pdf_is_more_than_a_third_empty(folder, tmp_path):
    """But the last of all, and the last before a chapter that begins a page."""
    made = pypdf.PdfReader(folder / "report.pdf")
    empty = blank_shares(folder / "report.pdf", tmp_path)
    assert len(empty) == len(made.pages)
    begun = [mark for mark in made.outline if not isinstance(mark, list)]
    first = {made.get_destination_page_number(m) + 1 for m in begun if float(m.top) > A4 - TOP}
    last = {page - 1 for page in first} | {len(empty)}
    found = {n: f"{s:.0%}" for n, s in enumerate(empty, 1) if s > 1 / 3 and n not in last}
    assert found == {}


def blank_shares(file: Path, work: Path) -> list[float]:
    """Of each page's height between head and foot, what its largest blank band takes."""
    if not shutil.which("pdftoppm"):
        pytest.skip("no pdftoppm on this machine")
    subprocess.run(["pdftoppm", "-r", "18", "-gray", file, work / "page"], check=True)
    found = []
    for path in sorted(work.glob("page-*.pgm")):
        _, width, height, _, *_ = path.read_bytes()[:40].split(maxsplit=4)
        shape = (int(height), int(width))
        picture = np.frombuffer(path.read_bytes()[-shape[0] * shape[1] :], dtype=np.uint8).reshape(shape)
        inside = picture[int(0.08 * shape[0]) : int(0.93 * shape[0])]
        inked = np.flatnonzero((inside < 235).any(axis=1))
        bands = np.diff([-1, *inked, len(inside)])
        found.append((bands.max() - 1) / len(inside))
    return found


# ------------------------------------------------------------------------------------ in a browser


@pytest.mark.full
def test_the_page_is_whole_at_every_width_and_for_everybody(chromium, folder):
    """One visit, as opening so large a page takes longer than looking at it."""
    from axe_playwright_python.sync_playwright import Axe

    tab = chromium.new_page(viewport={"width": PHONE, "height": 780}, color_scheme="light")
    complaints, requests = [], []
    tab.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("request", lambda r: requests.append(r.url) if not r.url.startswith(("file:", "data:")) else None)
    tab.goto((folder / "report.html").as_uri())
    tab.evaluate("document.fonts.ready.then(() => true)")
    fits = (HERE / "fits.js").read_text(encoding="utf-8")
    torn = (HERE / "torn.js").read_text(encoding="utf-8")
    tab.evaluate("document.querySelectorAll('main details').forEach(fold => { fold.open = true; })")
    for width in (PHONE, 768, 1920, DESK):
        tab.set_viewport_size({"width": width, "height": 780})
        assert tab.evaluate(fits) == [], width
        assert width in (768, 1920) or tab.evaluate(torn) == [], width
        if width == PHONE:
            assert unnamed_dots(tab, folder) == []
            found = Axe().run(tab, options=AXE)
            assert not found.response["violations"], found.generate_report()
    measure = (HERE / "contrast.js").read_text(encoding="utf-8")
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        seen = tab.evaluate(measure)
        assert seen["low"] == [], scheme
        assert seen["count"] > 200
    assert (complaints, requests) == ([], [])
    tab.close()


def unnamed_dots(tab, folder: Path) -> list[str]:
    """The dots of scatters that have no name on a phone: beside them, or of many in the list below."""
    missing = []
    for one in exhibits(folder):
        columns = one["data"]["columns"] if one["kind"] == "chart" else []
        if not {"label", "volume", "rate"} <= set(columns) and not {"label", "x", "y"} <= set(columns):
            continue
        labels = [row[columns.index("label")] for row in one["data"]["rows"]]
        figure = tab.locator(f"figure:has(h3:text-is({one['title']!r}), h4:text-is({one['title']!r}))").first
        drawn = figure.locator(".plot.narrow svg").inner_html() if len(labels) <= FEW_DOTS else ""
        said = squeezed(re.sub("<[^>]+>", "", drawn) or figure.text_content())
        said += squeezed(" ".join(figure.locator("ol").all_text_contents()))
        missing += [f"{one['id']}: {label}" for label in labels if squeezed(label)[:4] not in said]
    return missing


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
