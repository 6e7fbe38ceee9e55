"""Takes the pictures of README and docs/ from a report: `python docs/make_pictures.py output/2024-04/示范店`.

Names after the folder take these alone: `… mail push`. Needs what `make test-all` sets up, and pdftoppm
(poppler).
"""

from __future__ import annotations

import email
import email.policy
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import mistune
import numpy as np
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from schedules import monthly  # beside this file

from aftersales.contract import message, params
from aftersales.mail import push, robots

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
SCREENS = {"page": (1280, 860), "phone": (360, 860)}
PAGES = (1, 4, 6, 10)  # the first page, scores, advisors, trends
_WEBHOOK = "https://oapi.dingtalk.com/robot/send?access_token=none"  # nothing is sent there
# A chat of no service's own: what a robot sends, as a phone shows Markdown.
_CHAT = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>
body { margin: 0; padding: 16px; background: #e9edf0; color: #1c2328; }
body { font: 15px/1.55 "Noto Sans CJK SC", sans-serif; }
article { background: #fff; border-radius: 10px; padding: 4px 16px 8px; margin-bottom: 16px; }
article { overflow-wrap: anywhere; }
h4 { margin: 10px 0 6px; font-size: 16px; line-height: 1.4; } p { margin: 8px 0; }
ul { margin: 6px 0; padding-left: 18px; } li { margin: 3px 0; }
</style>"""
_PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 1.5,
    "color_scheme": "light",
    "is_mobile": True,
}


def screens(browser: Browser, report: Path) -> None:
    """The page on a desk and on a phone."""
    for name, (width, height) in SCREENS.items():
        tab = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
        tab.goto((report / "report.html").resolve().as_uri())
        tab.screenshot(path=PICTURES / f"{name}.png")


def pdf(_: Browser, report: Path) -> None:
    """Four pages of the PDF side by side."""
    pages = [_page(report / "report.pdf", number) for number in PAGES]
    gap, height = 12, max(page.height for page in pages)
    sheet = Image.new("RGB", (sum(p.width + gap for p in pages) - gap, height), "#c8ced4")
    x = 0
    for page in pages:
        sheet.paste(page, (x, 0))
        x += page.width + gap
    sheet.save(PICTURES / "pdf.png", optimize=True)


def mail(browser: Browser, report: Path) -> None:
    """The general manager's mail on a phone: its beginning, and what is certain."""
    made = email.message_from_bytes((report / "report.eml").read_bytes(), policy=email.policy.default)
    body = made.get_body(("html",))
    assert body is not None
    tab = browser.new_page(**_PHONE)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "mail.html"
        page.write_text(_with_pictures(body.get_content(), made, Path(folder)), encoding="utf-8")
        tab.goto(page.as_uri())
        parts = [tab.screenshot()]
        tab.get_by_text("确定的", exact=True).first.evaluate("at => at.scrollIntoView()")
        parts.append(tab.screenshot())
    _save(_beside(parts), "mail")


def _with_pictures(html: str, made: Any, folder: Path) -> str:
    """A mail's page with its pictures beside it."""
    for part in made.walk():
        if name := str(part.get("Content-ID", "")).strip("<>"):
            (folder / name).write_bytes(part.get_content())
            html = html.replace(f"cid:{name}", name)
    return html


def chat(browser: Browser, report: Path) -> None:
    """What a group gets of a report, and what it is told of a run that failed."""
    message.speak("zh")
    said: list[str] = []
    settings = params.load("2024-04")
    settings.robots["dingtalk"] = ["DINGTALK_WEBHOOK"]
    push.push_published(
        report, settings, dry_run=True, say=said.append, environment={"DINGTALK_WEBHOOK": _WEBHOOK}
    )
    failed = subprocess.run(
        [sys.executable, "-m", "aftersales", "report", "--month", "2024-05", "--lang", "zh"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    (robot,) = push.alerted({"DINGTALK_ALERT_WEBHOOK": _WEBHOOK})
    told = [robots.plain(line) for line in failed.stderr.splitlines() if line.strip()]
    alert = robots.text_of(
        robots.body(robot, monthly.title("2024-05", "report", 2, "server"), told, last=True)
    )
    (pushed,) = [text for text in said if text.startswith("    ")]
    texts = ["\n".join(line.removeprefix("    ") for line in pushed.splitlines()), alert]
    articles = "".join(f"<article>{mistune.html(text)}</article>" for text in texts)
    tab = browser.new_page(**_PHONE)
    tab.set_content(_CHAT + articles)
    parts = [tab.screenshot()]
    tab.evaluate("scrollTo(0, document.body.scrollHeight)")
    parts.append(tab.screenshot())
    _save(_beside(parts), "push")


def lab(browser: Browser, _: Path) -> None:
    """JupyterLab as a Chinese store has it: a chapter that was run, with the menu that runs it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "aftersales"
        for name in ("lib", "notebooks", "params"):  # what is run is saved, so in a copy
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("*.egg-info"))
        home = {f"JUPYTER_{name}_DIR": f"{folder}/{name}" for name in ("CONFIG", "DATA", "RUNTIME")}
        command = [
            sys.executable,
            "-m",
            "aftersales",
            "lab",
            "--lang",
            "zh",
            "--",
            "--no-browser",
            "--port=0",
        ]
        with open(f"{folder}/log", "wb") as log:
            server = subprocess.Popen(
                [*command, "--IdentityProvider.token=t"],
                cwd=root,
                env={**os.environ, **home, "PYTHONPATH": str(root / "lib")},
                stderr=log,
            )
        try:
            while not (told := list(Path(folder, "RUNTIME").glob("jpserver-*.json"))):
                time.sleep(0.2)
            tab = browser.new_page(viewport={"width": 1280, "height": 800})
            tab.set_default_timeout(120_000)
            tab.goto(f"{json.loads(told[0].read_text())['url']}?token=t")
            tab.locator(".jp-DirListing-item", has_text="05_first_time_fix.ipynb").dblclick()
            panel = ".jp-NotebookPanel:not(.lm-mod-hidden)"
            tab.locator(f"{panel} .jp-CodeCell").first.wait_for()
            tab.get_by_text(re.compile(r"\(aftersales\) \| ")).first.wait_for()
            tab.wait_for_timeout(5000)
            run = tab.locator(".lm-MenuBar-item").nth(3)
            run.click()
            tab.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
            tab.locator(f"{panel} figure.chart svg").nth(1).wait_for()
            tab.wait_for_timeout(3000)
            tab.locator(f"{panel} figure.chart svg").first.scroll_into_view_if_needed()
            tab.wait_for_timeout(1000)
            run.click()
            tab.wait_for_timeout(1000)
            _save(_beside([tab.screenshot()]), "lab_zh")
        finally:
            server.terminate()
            server.wait(30)


def _beside(taken: list[bytes], gap: int = 24) -> Image.Image:
    """Screenshots of one height side by side."""
    parts = [Image.open(io.BytesIO(one)).convert("RGB") for one in taken]
    sheet = Image.new("RGB", (sum(p.width + gap for p in parts) - gap, parts[0].height), "#c8ced4")
    x = 0
    for part in parts:
        sheet.paste(part, (x, 0))
        x += part.width + gap
    return sheet


def _save(picture: Image.Image, name: str) -> None:
    """A small picture: a palette, in which what is small and coloured has a colour of its own."""
    pixels = np.asarray(picture).reshape(-1, 3)
    marks = pixels[np.ptp(pixels, axis=1) > 60]
    weighted = Image.fromarray(np.concatenate([pixels, np.repeat(marks, 8, axis=0)])[np.newaxis])
    palette = weighted.quantize(96, method=Image.Quantize.MEDIANCUT)
    found = np.array(palette.getpalette()).reshape(-1, 3)
    found[found.sum(axis=1).argmax()] = 255  # white is white
    palette.putpalette(found.ravel().tolist())
    flat = picture.quantize(palette=palette, dither=Image.Dither.NONE)
    flat.save(PICTURES / f"{name}.png", optimize=True)


def _page(path: Path, number: int) -> Image.Image:
    at = ["-f", str(number), "-l", str(number)]
    made = subprocess.run(["pdftoppm", "-r", "55", "-png", *at, str(path)], capture_output=True, check=True)
    return Image.open(io.BytesIO(made.stdout)).convert("RGB")


TAKEN = {"screens": screens, "pdf": pdf, "mail": mail, "push": chat, "lab": lab}


def main(report: Path, *names: str) -> None:
    """Take the pictures of these names, all where none is given."""
    with sync_playwright() as started:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for name in names or TAKEN:
            TAKEN[name](browser, report)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
