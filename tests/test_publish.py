"""Publishing is atomic, and a store's name is a folder's name."""

import json
import os
import shutil
import signal
import threading

import pytest

from aftersales.export import history
from aftersales.export import publish as publisher
from aftersales.export.publish import folder_name, publishing


def test_a_report_takes_the_old_ones_place_whole(tmp_path):
    target = tmp_path / "2024-04" / "store"
    for text in ("first", "second"):
        with publishing(target) as folder:
            (folder / "report.html").write_text(text)
            (folder / f"{text}.txt").write_text(text)
    assert sorted(p.name for p in target.iterdir()) == ["report.html", "second.txt"]
    assert [p.name for p in target.parent.iterdir()] == ["store"]


def test_a_failure_leaves_what_was_there(tmp_path):
    target = tmp_path / "store"
    with publishing(target) as folder:
        (folder / "report.html").write_text("good")

    def fail():
        with publishing(target) as folder:
            (folder / "report.html").write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (target / "report.html").read_text() == "good"
    assert [p.name for p in tmp_path.iterdir()] == ["store"]


def test_a_reader_never_sees_a_half_report(tmp_path):
    target, seen, stop = tmp_path / "store", set(), threading.Event()
    with publishing(target) as folder:
        (folder / "a").write_text("0")
        (folder / "b").write_text("0")

    def read():
        while not stop.is_set():
            try:
                before = os.stat(target)
                found = len(os.listdir(target))
                after = os.stat(target)
            except FileNotFoundError:
                seen.add("missing")
                continue
            # a folder that lost its place while it was listed is being removed, file by file
            if (before.st_ino, before.st_ctime_ns) == (after.st_ino, after.st_ctime_ns):
                seen.add(found)

    reader = threading.Thread(target=read)
    reader.start()
    for n in range(50):
        with publishing(target) as folder:
            (folder / "a").write_text(str(n))
            (folder / "b").write_text(str(n))
    stop.set()
    reader.join()
    assert seen == {2}


@pytest.mark.parametrize(
    ("store", "folder"),
    [
        ("示范店", "示范店"),
        ("东城/二店", "东城%2F二店"),
        ("..", "%2E%2E"),
        ("Nul.x", "%4Eul.x"),
        ("console", "console"),
        ("a b", "a b"),
    ],
)
def test_folder_names(store, folder):
    assert folder_name(store) == folder


def publish(target, figures, manifest=None):
    """A report of one figure, and what it was made from."""
    with publishing(target) as folder:
        (folder / "figures.json").write_text(json.dumps(figures))
        if manifest is not None:
            (folder / "manifest.json").write_text(json.dumps(manifest))


def kept(target):
    """The figures of the runs that were kept, the latest first."""
    return [json.loads((run / "figures.json").read_text()) for run in history.runs(target)]


def test_what_a_run_replaces_is_kept_and_an_identical_run_adds_nothing(tmp_path):
    target = tmp_path / "2024-04" / "store"
    publish(target, 1, {"code": "a", "files": {"report.html": "x"}})
    assert kept(target) == []
    publish(target, 1, {"code": "a", "files": {"report.html": "y"}})  # a page that tells the hour it was made
    assert kept(target) == []
    publish(target, 2, {"code": "a", "files": {}})
    publish(target, 2, {"code": "b", "files": {}})
    assert kept(target) == [2, 1]
    assert (history.runs(target)[1] / "manifest.json").exists()
    assert sorted(p.name for p in target.parent.iterdir()) == [".history", "store"]


def test_only_so_many_runs_are_kept_the_latest(tmp_path, monkeypatch):
    monkeypatch.setattr(history, "LIMIT", 3)
    for number in range(12):
        publish(tmp_path / "store", number)
    assert kept(tmp_path / "store") == [10, 9, 8]


@pytest.mark.parametrize("step", ["copy2", "rename", "_swap", "after"])
def test_a_kill_between_steps_leaves_the_published_report_and_loses_nothing(tmp_path, step):
    """Killed before, while and after the replaced run is kept; the next run finds all in order."""
    target = tmp_path / "2024-04" / "store"
    publish(target, 1)
    child = os.fork()
    if child == 0:  # nothing of the test's own is run any more: the process dies at that step

        def die(*_):
            os.kill(os.getpid(), signal.SIGKILL)

        at = {"copy2": shutil, "rename": os, "_swap": publisher}
        if step in at:
            setattr(at[step], step, die)
        publish(target, 2)
        die()
    os.waitpid(child, 0)
    there = json.loads((target / "figures.json").read_text())
    assert there == (2 if step == "after" else 1)
    assert kept(target) == ([1] if step in ("_swap", "after") else [])
    publish(target, 3)
    assert json.loads((target / "figures.json").read_text()) == 3
    assert kept(target) == ([2, 1] if step == "after" else [1])
