"""What several tests share: the deck's store, its month, the params."""

import gc
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import warm
from filelock import FileLock
from five_stores import STORES
from one_language import foreign_in_error, phrases

from aftersales import arguments, demo
from aftersales.contract import errors, home, message, params, remembered
from aftersales.contract.tables import Tables
from aftersales.export import workbook

os.environ["COLUMNS"] = "200"  # a wide window: what is said stands on one line
for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"):
    os.environ.pop(name, None)  # the make that runs the tests is none of a tested make's


os.environ.pop(home.PROJECT, None)  # a process finds its own

# Begun first, so that at the end no core waits for another that has a long one left.
LONG = [
    "test_gate",
    "test_lab",
    "test_report",
    "test_kernels",
    "test_group",
    "test_ways_of_running",
    "test_source_parts",
    "test_page",
    "test_mail",
    "test_installed",
    "test_check_command",
    "test_reuse",
    "test_own_chapter",
    "test_stopping",
    "test_summary",
    "test_documents",
    "test_explain",
    "test_windows",
    "test_object_store",
    "test_newest_python",
    "test_slides",
]


def pytest_collection_finish():
    """What is there when the tests begin stays; to look through it again and again takes seconds."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def pytest_collection_modifyitems(items):
    """Long files first; within a file the order stays."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


@pytest.fixture(autouse=True, scope="session")
def counted_as_in_a_report():
    """What is counted again of the same tables is remembered, which saves a fifth of the time."""
    remembered.report_begins()


@pytest.fixture(autouse=True)
def in_english():
    """Errors raised here speak English; other processes speak what they were asked for."""
    message.speak("en")
    yield
    message.speak(None)
    os.environ.pop(message.VARIABLE, None)


@pytest.fixture(autouse=True)
def errors_are_whole_in_both_languages(monkeypatch):
    """Whatever error a test raises says all it says in Chinese, and in English."""
    raised = []
    made = errors.AftersalesError.__new__

    def noted(kind, *args, **kwargs):
        error = made(kind)
        raised.append(error)
        return error

    monkeypatch.setattr(errors.AftersalesError, "__new__", noted)
    yield
    monkeypatch.undo()
    # what another notebook's kernel told came in the one language that it speaks
    here = [error for error in raised[:200] if getattr(error, "name", "") != "NotebookFailed"]
    mixed = [one for error in here for one in foreign_in_error(error)]
    assert not mixed, mixed


@pytest.fixture(scope="session")
def month():
    """The deck's month."""
    return pd.Period("2024-04")


@pytest.fixture(scope="session")
def settings():
    """The params as they are delivered."""
    return params.load()


@pytest.fixture(scope="session")
def deck():
    """The built-in store, whose April is the deck."""
    return Tables(store="示范店", **demo.generate())


# These start processes of their own, or are what a machine without anything begins with.
_COLD = ("group", "lab", "init")


def run(*args, cwd=params.ROOT, **env):
    """The command, as a manager's shell runs it; from a warm process where it may be."""
    args = list(map(str, args))
    if args[0] not in _COLD and warm.can(cwd, env):
        done = warm.run(args, cwd, env)
    else:
        done = subprocess.run(
            [sys.executable, "-m", "aftersales", *args],
            cwd=cwd,
            env={**os.environ, **(warm.of_a_copy(cwd) if cwd in warm.COPIES else {}), **env},
            capture_output=True,
            text=True,
            timeout=240,
        )
    if "PYTHONPROFILEIMPORTTIME" not in env:
        folder = env.get(home.VARIABLE) or (cwd / "params" if (cwd / "params").exists() else home.folder())
        lang = arguments.language(args) or home.language(Path(folder))
        assert not phrases(done.stderr, lang), (lang, phrases(done.stderr, lang))
    return done


def thinned(frames, every):
    """The tables of a made-up store with one vehicle in so many, and what belongs to these."""
    some = set(frames["customers"]["vin"].iloc[::every])
    orders = frames["repair_orders"]["order_id"][frames["repair_orders"]["vin"].isin(some)]
    calls = frames["survey_calls"]["call_id"][frames["survey_calls"]["order_id"].isin(orders)]
    out = {}
    for name, frame in frames.items():
        if name == "complaints":
            kept = frame.assign(order_id=frame["order_id"].where(frame["order_id"].isin(orders)))
        elif name == "grievances":
            kept = frame[frame["call_id"].isin(calls)]
        elif "vin" in frame:
            kept = frame[frame["vin"].isin(some)]
        elif "order_id" in frame:
            kept = frame[frame["order_id"].isin(orders)]
        else:
            kept = frame
        out[name] = kept.reset_index(drop=True)
    return out


def chosen(folder, *chapters):
    """Params as delivered but with these chapters alone: quicker where the others tell nothing."""
    folder.mkdir()
    default = (params.ROOT / "params/default.yml").read_text(encoding="utf-8")
    (folder / "default.yml").write_text(of_chapters(default, *chapters), encoding="utf-8")
    return {home.VARIABLE: str(folder)}


def of_chapters(text, *chapters):
    """The text of params with these chapters alone."""
    listed = "chapters:\n" + "".join(f"  - {stem}\n" for stem in chapters)
    made, count = re.subn(r"^chapters:\n(?:  - .*\n)+", listed, text, flags=re.MULTILINE)
    assert count == 1
    return made


@pytest.fixture(scope="module")
def chromium():
    """A browser that tests of a file share."""
    sync_api = pytest.importorskip("playwright.sync_api")
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


def raw_heads(path):
    """Heads of a workbook's tables that are no words but names of the program's own, as `hours_to_close`."""
    book = openpyxl.load_workbook(path)
    return [
        f"{sheet.title}: {cell.value}"
        for sheet in book
        for cell in sheet[workbook._HEAD_ROW + 1]
        if re.fullmatch(r"[a-z][a-z0-9]+([_.][a-z0-9]+)*", str(cell.value))
    ]


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """A folder that all workers share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def reports(shared):
    """`reports("English")`: the published report of one of five stores, made once for all workers."""

    def report(name):
        store, out = STORES[name], shared / name
        with FileLock(shared / f"{name}.lock"):
            if not out.exists():
                done = run("report", *store.asked(shared / f"{name}, records"), "--out", out)
                assert done.returncode == 0, done.stderr
        return out / store.month / store.name

    return report


@pytest.fixture(scope="session")
def april(reports):
    """The published report of the built-in store's April 2024, in Chinese."""
    return reports("built-in")


@pytest.fixture(scope="session")
def checkout(tmp_path_factory):
    """A copy of the package for projects, which a warm process has imported after the first command."""
    root = tmp_path_factory.mktemp("checkout")
    # what is compiled goes along, which saves some seconds
    shutil.copytree(params.ROOT / "lib", root / "lib", ignore=shutil.ignore_patterns("*.egg-info"))
    warm.COPIES.add(root)
    return root


@pytest.fixture
def project(checkout):
    """A copy of the project to change, and its command: `project("chapter", "--name", "waiting")`.

    The package in it is that of the next test too.
    """
    root = checkout
    for other in (path for path in root.iterdir() if path.name != "lib"):
        shutil.rmtree(other) if other.is_dir() else other.unlink()
    for folder in ("notebooks", "params"):
        shutil.copytree(params.ROOT / folder, root / folder)

    def command(*args):
        cache = os.environ.get("AFTERSALES_CACHE") or str(params.ROOT / ".cache")
        return run(*args, cwd=root, AFTERSALES_CACHE=cache)

    command.root = root
    return command
