"""Takes the README's pictures from a published report: `python docs/make_pictures.py output/2024-04/示范店`.

Needs what `make test-all` sets up, and pdftoppm (poppler).
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

PICTURES = Path(__file__).parent / "pictures"
SCREENS = {"page": (1280, 860), "phone": (360, 860)}
PAGES = (1, 4, 6, 10)  # the first page, scores, advisors, trends


def main(report: Path) -> None:
    """Page on a desk and on a phone; four pages of the PDF side by side."""
    with sync_playwright() as started:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for name, (width, height) in SCREENS.items():
            tab = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
            tab.goto((report / "report.html").resolve().as_uri())
            tab.screenshot(path=PICTURES / f"{name}.png")
        browser.close()
    pages = [_page(report / "report.pdf", number) for number in PAGES]
    gap, height = 12, max(page.height for page in pages)
    sheet = Image.new("RGB", (sum(p.width + gap for p in pages) - gap, height), "#c8ced4")
    x = 0
    for page in pages:
        sheet.paste(page, (x, 0))
        x += page.width + gap
    sheet.save(PICTURES / "pdf.png", optimize=True)


def _page(pdf: Path, number: int) -> Image.Image:
    at = ["-f", str(number), "-l", str(number)]
    made = subprocess.run(["pdftoppm", "-r", "55", "-png", *at, str(pdf)], capture_output=True, check=True)
    return Image.open(io.BytesIO(made.stdout)).convert("RGB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
