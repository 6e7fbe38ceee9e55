"""Publishing is atomic, and a store's name is a folder's name."""

import os
import threading

import pytest

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
    ("store", "folder"), [("示范店", "示范店"), ("东城/二店", "东城%2F二店"), ("..", "%2E."), ("a b", "a b")]
)
def test_folder_names(store, folder):
    assert folder_name(store) == folder
