"""Nothing is made twice, and nothing is taken for unchanged that has changed."""

import json
import os
import shutil
import time

import pytest
from conftest import chosen, run

from aftersales import demo
from aftersales.cache import chapters as cached_chapters
from aftersales.cache import content
from aftersales.cache import store as cache_store

MONTH = ("--month", "2024-04")
CHAPTERS = ["01_review", "05_first_time_fix", "06_churn", "07_top5"]
HEAVY = ("pandas", "matplotlib", "numpy", "nbformat", "jupyter_client", "zmq")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store's records, and a report made of them with a cache of its own."""
    folder = tmp_path_factory.mktemp("reuse")
    (folder / "in").mkdir()
    chosen(folder / "params", *CHAPTERS)
    for name, frame in demo.generate(seed=3, months=8, store="甲店").items():
        frame.to_csv(folder / "in" / f"{name}.csv", index=False)
    assert report(folder).returncode == 0
    return folder


def report(folder, *more, **env):
    args = ("--source", folder / "in", "--out", folder / "out", *more)
    env |= {"AFTERSALES_CACHE": str(folder / "cache"), "AFTERSALES_PARAMS": str(folder / "params")}
    return run("report", *MONTH, *args, **env)


def published(folder):
    return next(path for path in (folder / "out" / "2024-04").iterdir() if path.name != ".history")


def chapters(told, state):
    return [line.split()[0] for line in told.splitlines() if line.startswith("  0") and f" {state}" in line]


def test_an_unchanged_report_is_recognised_without_a_heavy_import(store):
    before = {p: p.stat().st_mtime_ns for p in published(store).rglob("*")}
    done = report(store, PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    assert "什么也没有变" in done.stderr
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "aftersales.cache.reports" in imported
    assert not imported & set(HEAVY)
    assert {p: p.stat().st_mtime_ns for p in published(store).rglob("*")} == before
    assert done.stdout.split() == [
        str(published(store) / name)
        for name in (
            *("report.html", "report.pdf", "report.eml", "tables.xlsx", "figures.json"),
            *("manifest.json", "notebooks"),
        )
    ]


def test_a_published_file_that_was_altered_or_lost_is_made_again(store):
    page, pdf = published(store) / "report.html", published(store) / "report.pdf"
    was, state = page.read_bytes(), page.stat()
    page.write_bytes(was.replace(b"<title>", b"<TITLE>"))
    os.utime(page, ns=(state.st_atime_ns, state.st_mtime_ns))
    pdf.unlink()
    done = report(store)
    assert "什么也没有变" not in done.stderr
    assert chapters(done.stderr, "未变") == CHAPTERS
    count = len(CHAPTERS)
    assert f"{count}章中{count}章取自缓存" in done.stderr
    assert page.read_bytes() == was
    assert pdf.exists()


def test_only_chapters_whose_tables_changed_are_run(store):
    path = store / "in" / "churn_calls.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    at = max(n for n, line in enumerate(lines) if ",reached," in line and "2024-04" in line)
    reason = lines[at].rpartition(",")[2]
    other = "too_far" if reason != "too_far" else "went_elsewhere"
    path.write_text("\n".join([*lines[:at], lines[at].removesuffix(reason) + other, *lines[at + 1 :]]) + "\n")
    before = json.loads((published(store) / "figures.json").read_text(encoding="utf-8"))["tables"]
    done = report(store)
    assert sorted(chapters(done.stderr, "完成")) == ["06_churn", "07_top5"]
    assert "01_review" in chapters(done.stderr, "未变")
    after = json.loads((published(store) / "figures.json").read_text(encoding="utf-8"))["tables"]
    assert [name for name in before if before[name] != after[name]] == [
        "churn.reasons",
        "churn.call_list",
    ]
    made = {p.name: p.read_bytes() for p in published(store).glob("*.*")}

    done = report(store, "--fresh")
    assert chapters(done.stderr, "未变") == []
    assert len(chapters(done.stderr, "完成")) == len(CHAPTERS)
    fresh = {p.name: p.read_bytes() for p in published(store).glob("*.*")}
    for name in ("report.html", "report.pdf", "figures.json"):
        assert fresh[name] == made[name], name


def test_a_change_that_keeps_size_and_date_is_noticed(tmp_path, monkeypatch):
    """By its content, or by the date that only the system sets; only of what is old nothing is read again."""
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "a.csv"
    file.write_text("1,2")
    state = file.stat()
    hashes = {content.of(file)}
    for text in ("1,3", "2,3", "1,2"):  # within one tick of the clock
        file.write_text(text)
        os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
        hashes.add(content.of(file))
    assert len(hashes) == 3
    assert not (tmp_path / "cache").exists()  # it is young
    monkeypatch.setattr(content, "_YOUNG_SECONDS", -1)
    known = content.of(file)
    monkeypatch.setattr(content.hashlib, "file_digest", lambda *_: 1 / 0)
    assert content.of(file) == known
    monkeypatch.undo()
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))
    time.sleep(0.02)
    file.write_text("9,2")
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert content.of(file) != known
    os.replace(shutil.copy2(file, tmp_path / "b.csv"), file)  # another file in its place, its date kept
    (tmp_path / "c.csv").write_text("7,2")
    os.utime(tmp_path / "c.csv", ns=(state.st_atime_ns, state.st_mtime_ns))
    before = content.of(file)
    os.replace(tmp_path / "c.csv", file)
    assert content.of(file) != before


def test_a_source_that_keeps_its_size_and_date_is_read_again(store):
    file = store / "in" / "jobs.csv"
    was, state = file.read_bytes(), file.stat()
    lines = was.decode().splitlines(keepends=True)
    of_april = next(n for n, line in enumerate(lines) if "2024-04-1" in line and line.rstrip().endswith(","))
    lines[of_april] = lines[of_april].replace("2024-04-1", "2024-03-1")
    try:
        file.write_bytes("".join(lines).encode())
        os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
        before = json.loads((published(store) / "figures.json").read_text())["figures"]["ftf.jobs"]
        done = report(store)
        assert done.returncode == 0, done.stderr
        assert (
            json.loads((published(store) / "figures.json").read_text())["figures"]["ftf.jobs"] == before - 1
        )
        assert not list((store / "cache" / "tables").glob("snapshot-*"))
    finally:
        file.write_bytes(was)


def test_the_key_of_a_chapter_knows_all_it_depends_on(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERSALES_PARAMS", str(tmp_path / "params"))
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "default.yml").write_text("a: 1")
    notebook = tmp_path / "01_review.ipynb"
    notebook.write_text("{}")
    keys = [cached_chapters.key_of(notebook, {"lang": "zh"})]
    keys.append(cached_chapters.key_of(notebook, {"lang": "en"}))
    (tmp_path / "params" / "2024-04.yml").write_text("a: 2")
    keys.append(cached_chapters.key_of(notebook, {"lang": "zh"}))
    notebook.write_text("{ }")
    keys.append(cached_chapters.key_of(notebook, {"lang": "zh"}))
    monkeypatch.setattr(cache_store, "program", lambda: "another version")
    keys.append(cached_chapters.key_of(notebook, {"lang": "zh"}))
    assert len(set(keys)) == len(keys)


def test_the_cache_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache_store, "LIMIT", 3)
    executed = tmp_path / "executed.ipynb"
    executed.write_text("{}")
    for number in range(6):
        cached_chapters.keep(f"{number}", executed, ["jobs"], {"jobs": "same"})
        for entry in cache_store.folder("chapters").glob(f"{number}-*"):
            os.utime(entry, (number, number))
    there = sorted(p.name for p in cache_store.folder("chapters").iterdir())
    assert [name[0] for name in there] == ["3", "3", "4", "4", "5", "5"]
    out = tmp_path / "out.ipynb"
    assert cached_chapters.fetch("5", {"jobs": "same", "bookings": "other"}, out)
    assert out.read_text() == executed.read_text()
    assert not cached_chapters.fetch("5", {"jobs": "changed"}, out)
    assert not cached_chapters.fetch("0", {"jobs": "same"}, out)
