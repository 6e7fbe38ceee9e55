"""What killed runs left goes with the next; who may read what; no cache that another could have written."""

import datetime as dt
import decimal
import json
import os
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import small_store

from aftersales import leftovers
from aftersales.cache import frames, store
from aftersales.cache import tables as cached_tables
from aftersales.contract import alive, destination, message
from aftersales.contract.errors import InputError
from aftersales.export import publish
from aftersales.kernels import lifetime
from aftersales.metrics import watched
from aftersales.sources.cached import cached_load
from aftersales.sources.load import get_params, load
from aftersales.sources.options import ReadOptions

posix = pytest.mark.skipif(os.name != "posix", reason="modes and locks of POSIX")


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("AFTERSALES_CACHE_SAID", raising=False)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(lifetime, "_temporary", lambda: tmp_path / "tmp")  # its own name is too long for it


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def names(folder):
    return sorted(p.name for p in folder.iterdir())


# --- leftovers


def killed(code):
    """A process that holds what it makes, and is killed in the middle of it."""
    subprocess.run([sys.executable, "-c", f"import os\n{code}\nos.kill(os.getpid(), 9)"], check=False)


@pytest.mark.parametrize("within", ["", publish.DRAFTS])
def test_what_a_killed_run_left_goes_with_the_next_whatever_the_clock_says(tmp_path, within):
    """One at work keeps its own; a clock set back and files in the place of folders are no hindrance."""
    out, tmp = tmp_path / "out", tmp_path / "tmp"
    month = out / within / "2024-04"
    killed(
        "from pathlib import Path\nfrom aftersales.export.publish import publishing\n"
        f"at = publishing(Path({str(month / '店')!r})); work = at.__enter__(); (work / 'half').touch()"
    )
    killed(
        "from pathlib import Path\nfrom aftersales.contract import alive\n"
        f"at = alive.folder(Path({str(tmp)!r}), 'aftersales-kernels-'); at.__enter__()"
    )
    (month / ".making-file").write_text("no folder")
    (month / ".before-old" / "old").mkdir(parents=True)
    (month / ".before-file").write_text("no folder")
    for kind in ("tables", "chapters"):
        (store.make(store.folder(kind)) / ".new-folder").mkdir()
        (store.folder(kind) / ".new-file").write_text("half")
    for left in [p for p in tmp_path.rglob("*") if p.name.startswith((".making", ".new", ".before"))]:
        os.utime(left, (time.time() + 9e6,) * 2)
    assert len(names(month)) == 5
    assert len(names(tmp)) == 2
    with alive.folder(month, ".making-") as work, store.unfinished(store.folder("tables")) as kept:
        leftovers.sweep(out)
        assert names(month) == [work.name, f"{work.name}.lock"]
        assert names(store.folder("tables")) == [kept.name, f"{kept.name}.lock"]
    assert (
        names(tmp) == names(store.folder("tables")) == names(store.folder("chapters")) == names(month) == []
    )
    killed(
        "from pathlib import Path\nfrom aftersales.contract import alive\n"
        f"at = alive.folder(Path({str(month)!r}), '.making-'); at.__enter__()"
    )
    leftovers.sweep(out)
    assert names(out) == []  # the month with nothing else in it goes too


def test_what_is_being_written_is_not_swept(tmp_path):
    """A group's record is written beside the reports, each of which sweeps its month when it is published."""
    month = tmp_path / "out" / "2024-04"
    with destination.whole(month / "group.json") as beside:
        leftovers.sweep(tmp_path / "out")
        beside.write_text("{}")
    assert names(month) == ["group.json"]


def test_nobody_takes_up_what_is_being_swept(tmp_path):
    lock = tmp_path / "a.lock"
    with alive.dead(lock) as left:
        assert left
        holding = threading.Thread(target=alive.hold_file, args=(lock,))
        holding.start()
        time.sleep(0.2)
        assert lock not in alive.HELD
        lock.unlink(missing_ok=True)
    holding.join(5)
    assert lock.exists()
    with alive.dead(lock) as left:
        assert not left
    alive.remove(lock)


@pytest.mark.skipif(alive.fcntl is None, reason="a system without flock")
def test_what_was_made_again_while_it_was_looked_at_is_not_dead(tmp_path, monkeypatch):
    lock = tmp_path / "a.lock"
    lock.touch()
    flock = alive.fcntl.flock

    def late(fd, how):
        lock.unlink()
        lock.touch()
        flock(fd, how)

    monkeypatch.setattr(alive.fcntl, "flock", late)
    with alive.dead(lock) as left:
        assert not left


def test_a_report_that_was_moved_aside_and_not_replaced_comes_back(tmp_path, monkeypatch):
    """Where two folders cannot change places in one step, and the run is killed between the two."""
    target = tmp_path / "2024-04" / "店"
    monkeypatch.setattr(publish, "_exchange", lambda *_: False)
    with publish.publishing(target) as work:
        (work / "figures.json").write_text(json.dumps({"store": "店", "n": 1}))
    child = os.fork()
    if child == 0:
        real = os.rename

        def rename(old, new):
            if Path(new) == target:
                os.kill(os.getpid(), 9)
            real(old, new)

        os.rename = rename
        with publish.publishing(target) as work:
            (work / "figures.json").write_text(json.dumps({"store": "店", "n": 2}))
    os.waitpid(child, 0)
    assert not target.exists()
    leftovers.sweep(tmp_path)
    assert json.loads((target / "figures.json").read_text())["n"] == 1
    assert names(target.parent) == [".history", "店"]


def test_what_is_cached_for_one_report_alone_goes_when_that_is_killed(tmp_path):
    source = small_store.write(tmp_path / "in")
    killed(
        "from aftersales.cache import tables\nfrom aftersales.sources.cached import cached_load\n"
        "from aftersales.sources.options import ReadOptions\ntables.hold('abc')\n"
        f"cached_load({str(source)!r}, None, ReadOptions(default_store='本店', snapshot='abc'))"
    )
    cached_tables.hold("def")
    cached_load(str(source), None, ReadOptions(default_store="本店", snapshot="def"))
    assert [name[:12] for name in names(store.folder("tables"))].count("snapshot-abc") == 2
    leftovers.sweep(tmp_path)
    assert {name[:12] for name in names(store.folder("tables"))} == {"snapshot-def"}
    cached_tables.forget("def")
    assert names(store.folder("tables")) == []


def test_a_run_that_fails_leaves_no_month(tmp_path):
    def fail(target):
        with publish.publishing(target):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail(tmp_path / "out" / "2024-04" / "店")
    assert not (tmp_path / "out").exists()
    (tmp_path / "out" / "2024-03" / "mine").mkdir(parents=True)
    with pytest.raises(RuntimeError):
        fail(tmp_path / "out" / "2024-03" / "店")
    assert names(tmp_path / "out" / "2024-03") == ["mine"]


@pytest.mark.parametrize("file", ["out", "out/2024-04", "out/2024-04/店"])
def test_a_file_where_a_folder_should_be_is_told_and_stays(tmp_path, file):
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text("mine")
    with (
        pytest.raises(InputError, match=r"cannot be written, .*folder"),
        publish.publishing(tmp_path / "out" / "2024-04" / "店"),
    ):
        raise AssertionError
    assert (tmp_path / file).read_text() == "mine"
    assert names((tmp_path / file).parent) == [Path(file).name] or file == "out"


def test_a_file_in_the_place_of_the_history_is_told_and_the_report_stays(tmp_path):
    target = tmp_path / "2024-04" / "店"
    for figures in ("1", "2"):
        try:
            with publish.publishing(target) as work:
                (work / "figures.json").write_text(figures)
        except InputError as error:
            assert ".history" in str(error)  # noqa: PT017
        (target.parent / ".history").touch()
    assert (target / "figures.json").read_text() == "1"
    assert names(target.parent) == [".history", "店"]


# --- modes


@posix
@pytest.mark.parametrize("umask", [0, 0o077, 0o027])
def test_who_may_read_a_report_and_who_a_cache_whatever_the_umask(tmp_path, umask):
    source = small_store.write(tmp_path / "in")
    before = os.umask(umask)
    try:
        for text in ("1", "2"):
            with publish.publishing(tmp_path / "out" / "2024-04" / "店") as work:
                assert mode(work) == 0o700
                (work / "notebooks").mkdir()
                for name in ("figures.json", "notebooks/a.ipynb"):
                    (work / name).write_text(text)
        cached_load(str(source), None, ReadOptions(default_store="本店"))
        store.write(store.folder("findings") / "x", b"")
    finally:
        os.umask(before)
    for at in (tmp_path / "out", *(tmp_path / "out").rglob("*")):
        assert mode(at) == (0o750 if at.is_dir() else 0o640), at
    kept = [tmp_path / "cache", *(tmp_path / "cache").rglob("*")]
    assert {at.parent.name for at in kept} > {"tables", "sealed", "findings"}
    for at in kept:
        assert mode(at) == (0o700 if at.is_dir() else 0o600), at


# --- a cache of one's own


@posix
@pytest.mark.parametrize(("which", "how"), [("", "owner"), ("", "group"), ("tables", "others")])
def test_a_cache_that_another_could_have_written_is_not_used_and_that_is_told_once(
    tmp_path, capsys, which, how, monkeypatch
):
    source = str(small_store.write(tmp_path / "in"))
    first = cached_load(source, None, ReadOptions(default_store="本店"))
    at = tmp_path / "cache" / which
    if how == "owner":
        if os.geteuid():
            pytest.skip("only root can give a folder away")
        os.chown(at, 12345, 12345)
    else:
        at.chmod(0o720 if how == "group" else 0o702)
    (kept,) = (tmp_path / "cache" / "tables").glob("*/stores.json")
    kept.write_text(kept.read_text().replace('"store"', '"poison"'))
    state = {p: p.read_bytes() for p in (tmp_path / "cache").rglob("*") if p.is_file()}
    capsys.readouterr()
    again = [cached_load(source, None, ReadOptions(default_store="本店")) for _ in range(2)]
    assert all(len(one.repair_orders) == len(first.repair_orders) for one in again)
    told = capsys.readouterr().err
    assert told.count("is not used: it is not yours, or others may write into it") == 1
    assert state == {p: p.read_bytes() for p in (tmp_path / "cache").rglob("*") if p.is_file()} or which
    message.speak("zh")
    monkeypatch.delenv("AFTERSALES_CACHE_SAID")
    store.folder("tables")
    assert "没有使用缓存" in capsys.readouterr().err


class Bomb:
    def __reduce__(self):
        return (Path(os.environ["BOMB"]).touch, ())


def test_nothing_is_unpickled_from_any_cache(tmp_path, monkeypatch):
    """Every file of the cache is replaced by a pickle that does something when it is read."""
    import pickle

    monkeypatch.setenv("BOMB", str(tmp_path / "went-off"))
    source = small_store.write(tmp_path / "in")

    def read():
        tables = load(str(source), month="2024-02")
        from aftersales.chapters.context import judged_once

        judged_once(tables, pd.Period("2024-02"), get_params("2024-02"))

    read()
    read()  # of the cache: then the content of the tables is known
    files = [p for p in (tmp_path / "cache").rglob("*") if p.is_file()]
    kinds = {p.relative_to(tmp_path / "cache").parts[0] for p in files}
    assert kinds - {"content"} == {
        "tables",
        "sealed",
        "findings",
    }  # on a slow machine the source is old enough
    for file in files:
        if file.name != "stores.json":
            file.write_bytes(pickle.dumps(Bomb()))
    read()
    assert not (tmp_path / "went-off").exists()
    package = Path(store.__file__).parents[1]
    unpickling = [p.name for p in package.rglob("*.py") if "pickle.load" in p.read_text(encoding="utf-8")]
    assert unpickling == ["copying.py"]  # what a process that it has started says, over a pipe


ODD = pd.DataFrame(
    {
        "mixed": pd.Series(["甲", None, 1, 2.5, True, pd.NA, pd.NaT, float("nan")], dtype=object),
        "texts": pd.Series([None, "x"] * 4, dtype=object),
        "text": pd.Series(["x", None] * 4, dtype="str"),
        "months": pd.period_range("2024-01", periods=8, freq="M"),
        "month": pd.Series([pd.Period("2024-03", "M"), None] * 4, dtype=object),
        "flag": pd.array([True, None] * 4, dtype="boolean"),
        "whole": pd.array([1, None] * 4, dtype="Int64"),
        "small": np.arange(8, dtype="int8"),
        "number": [0.1, np.nan, np.inf, -0.0, 1e300, 5e-324, 2.0, 3.0],
        **{unit: pd.Series(pd.to_datetime(["2024-01-01", None] * 4)).astype(f"datetime64[{unit}]")
           for unit in ("s", "us", "ns")},
        "odd": pd.Series(
            [pd.Timestamp("2024-01-01 10:00:00.123456"), dt.date(2024, 1, 2), decimal.Decimal("1.10"),
             dt.datetime(2024, 1, 1, 3), dt.time(3, 4), pd.Timedelta("3h"), None, "null"], dtype=object),
    }
)  # fmt: skip


def same(one, other):
    pd.testing.assert_frame_equal(one, other, check_column_type="exact", check_index_type="exact")
    assert [*map(str, one.dtypes)] == [*map(str, other.dtypes)]
    for name in one.columns[[str(dtype) == "object" for dtype in one.dtypes]]:
        assert [*map(type, one[name])] == [*map(type, other[name])]


def test_a_table_comes_back_from_the_cache_with_the_very_same_types(deck):
    cuts = [ODD, ODD.iloc[:0], ODD.iloc[::2], ODD.set_axis(pd.Index(range(5, 13), name="row")), ODD[["odd"]]]
    for frame in (*cuts, *(deck[name] for name in deck._ipython_key_completions_())):
        same(frame, frames.from_bytes(frames.to_bytes(frame)))
    back = frames.from_bytes(frames.to_bytes(pd.DataFrame({"a": [1.0]})))
    back.iloc[0, 0] = 2.0  # it may be written into, as the first may
    with pytest.raises(TypeError):
        frames.to_bytes(pd.DataFrame({"a": [Bomb()]}))


def test_what_was_judged_comes_back_as_it_was(deck, month, settings):
    judged = watched.judged(deck, month, settings)
    assert watched.from_plain(json.loads(json.dumps(watched.plain(judged)))) == judged


def test_the_first_reading_and_the_cached_one_are_the_same(tmp_path):
    """Of the whole, and of single files: tables, where they stand, remarks, repairs and rows."""
    source = small_store.write(tmp_path / "in")
    options = ReadOptions(default_store="本店")
    first = cached_load(str(source), None, options)
    whole = cached_load(str(source), None, options)
    for at in store.folder("tables").iterdir():
        alive.remove(at)
    files = cached_load(str(source), None, options)
    for again in (whole, files):
        for name in first._ipython_key_completions_():
            same(first[name], again[name])
        assert (first.notes, first.repairs) == (again.notes, again.repairs)
        assert [(r.file, r.rows, r.read) for r in first.rows] == [
            (r.file, r.rows, r.read) for r in again.rows
        ]
