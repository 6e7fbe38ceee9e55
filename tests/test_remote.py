"""Sources and reports at places that fsspec reaches: in memory; `test_object_store.py` has a server."""

import json
import os
import shutil
import stat
import sys
import tempfile
import time
from subprocess import run as start

import fsspec
import pytest

from aftersales import arguments, cli, leftovers
from aftersales.cache import store as cache
from aftersales.chapters.context import context
from aftersales.compare import runs
from aftersales.compare.verify import verify
from aftersales.contract import place, remote
from aftersales.contract.errors import InputError
from aftersales.export import manifest
from aftersales.export import remote as publishing
from aftersales.sources import load as inputs
from aftersales.sources import mirror

STORE = "城东店"
TARGET = f"2024-04/{STORE}"


@pytest.fixture(autouse=True)
def memory(tmp_path, monkeypatch):
    """An empty place, and a cache of the test's own."""
    monkeypatch.setenv(cache.FOLDER, str(tmp_path / "cache"))
    fs = fsspec.filesystem("memory")
    fs.store.clear()
    yield fs
    fs.store.clear()


def orders(count):
    rows = [f"W{n},LSVAA2180E200000{n},private,2024-04-0{n} 09:00" for n in range(1, count + 1)]
    return "\n".join(["工单号,VIN,客户类型,开单时间", *rows]).encode()


def test_what_is_a_database_and_what_a_place():
    for url in ("s3://b/x", "memory://x", "S3://b", "sftp://me:pw@h/x", "gs://b", "abfs://c/x"):
        assert place.is_remote(url)
        assert place.is_url(url)
        assert arguments.place(url) == url
    for url in (
        "sqlite:///x.db",
        "postgresql+psycopg://u:p@h/d",
        "mysql://h/d",
        "duckdb:///x",
        "exports",
        "c:/x",
    ):
        assert not place.is_remote(url)
    assert str(arguments.place("file:///tmp/a%20b")) == "/tmp/a b"
    assert str(arguments.place("out")) == "out"


def test_fsspec_is_imported_for_such_places_alone():
    code = "import sys, aftersales.cli, aftersales.report; print([m for m in sys.modules if 'fsspec' in m])"
    done = start([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_folder_elsewhere_is_read_as_one_here(memory, tmp_path, monkeypatch):
    here = tmp_path / "exports"
    here.mkdir()
    (here / "维修工单.csv").write_bytes(orders(4))
    memory.pipe_file("/b/exports/维修工单.csv", orders(4))
    memory.pipe_file("/b/exports/older/维修工单.csv", orders(2))
    elsewhere, local = (
        inputs.ask("4", None, STORE, source, None) for source in ("memory://b/exports", str(here))
    )
    assert elsewhere.tables.repair_orders.equals(local.tables.repair_orders)
    assert elsewhere.tables.source == local.tables.source == "exports"
    assert elsewhere.parameters["source"] == "env:AFTERSALES_SOURCE"
    assert str(tmp_path) not in json.dumps(elsewhere.parameters)
    for name, value in elsewhere.environment.items():  # as the kernels of its notebooks have it
        monkeypatch.setenv(name, value)
    cells = context("2024-04", STORE, elsewhere.parameters["source"])
    assert cells.tables.repair_orders.equals(local.tables.repair_orders)
    assert cells.tables.source == "exports"
    file_url = inputs.ask("4", None, STORE, f"file://{here}", None)
    assert file_url.tables.repair_orders.equals(local.tables.repair_orders)
    assert len(context("2024-04", STORE, "memory://b/exports").tables.repair_orders) == 4


def test_it_is_checked_and_adopted_as_one_here(memory, tmp_path, capsys):
    memory.pipe_file("/b/exports/维修工单.csv", orders(4))
    source = ["--source", "memory://b/exports", "--lang", "en"]
    marked = tmp_path / "marked.xlsx"
    assert cli.main(["check", "--month", "4", "--store", STORE, "--xlsx", str(marked), *source]) == 0
    assert marked.exists()
    assert cli.main(["adopt", *source]) in (0, None)
    assert "mirrors" not in capsys.readouterr().out


def test_one_workbook_or_parquet_in_folders(memory):
    import pandas as pd

    frame = pd.DataFrame({"order_id": ["W1"], "vin": ["LSVAA2180E2000001"], "owner_type": ["private"]})
    frame["opened_at"] = pd.Timestamp("2024-04-02 09:00")
    with memory.open(f"/b/p/repair_orders/store={STORE}/month=2024-04/a.parquet", "wb") as stream:
        frame.to_parquet(stream)
    assert len(inputs.ask("4", None, STORE, "memory://b/p", None).tables.repair_orders) == 1
    with memory.open("/b/数据.xlsx", "wb") as stream:
        frame.to_excel(stream, sheet_name="维修工单", index=False)
    assert inputs.load("memory://b/数据.xlsx", STORE).source == "数据.xlsx"


def test_only_what_changed_is_fetched_again_and_the_mirror_is_private(memory, tmp_path, monkeypatch):
    for name, data in (("维修工单.csv", orders(3)), ("readme.txt", b"x" * 10)):
        memory.pipe_file(f"/b/exports/{name}", data)
    fetched = []
    get = type(memory).get_file
    monkeypatch.setattr(
        type(memory), "get_file", lambda fs, a, b, **k: (fetched.append(a), get(fs, a, b, **k))[1]
    )
    first = mirror.local("memory://b/exports")
    assert mirror.local("memory://b/exports") == first
    assert len(fetched) == 2
    memory.pipe_file("/b/exports/维修工单.csv", orders(4))
    second = mirror.local("memory://b/exports")
    assert len(fetched) == 3
    assert second != first
    memory.rm_file("/b/exports/readme.txt")
    assert os.listdir(mirror.local("memory://b/exports")) == ["维修工单.csv"]
    assert len(fetched) == 3
    for path in (tmp_path / "cache" / "mirrors").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    for n in range(10):
        memory.pipe_file(f"/b/{n}/x.csv", b"a")
        mirror.local(f"memory://b/{n}")
    assert len(os.listdir(tmp_path / "cache" / "mirrors")) == mirror.LIMIT
    mirror.forget()
    assert not (tmp_path / "cache" / "mirrors").exists()


def test_faults_name_the_file_as_it_is_called_there(memory):
    memory.pipe_file("/b/exports/维修工单.csv", orders(3).replace(b"private", b"nobody"))
    with pytest.raises(InputError) as error:
        inputs.ask("4", None, STORE, "memory://b/exports", None)
    assert {fault.file for fault in error.value.faults} == {"维修工单.csv"}
    assert "mirrors" not in str(error.value)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("memory://b/nothing", "nothing: there are no files"),
        ("sftp://me:s3cret@127.0.0.1:1/exports", "exports"),
        ("s3://key:s3cret@b/exports?secret=s3cret", "exports"),
        ("gs://b/exports", "exports"),
    ],
)
def test_a_place_that_cannot_be_used_is_told_without_secrets(source, told, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(InputError, match=told) as error:
        mirror.local(source)
    assert "s3cret" not in error.value.text("zh") + error.value.text("en")


@pytest.mark.parametrize("name", ["../x.csv", "a\\..\\x.csv"])
def test_a_name_that_leads_out_of_the_mirror_is_refused(memory, name):
    memory.store[f"/b/exports/{name}"] = fsspec.implementations.memory.MemoryFile(memory, name, b"x")
    with pytest.raises(InputError):
        mirror.local("memory://b/exports")


def made(local, value=1.0, files=("report.html", "notebooks/master.ipynb")):
    """A report as a run leaves it in a folder of this machine."""
    at = local / TARGET
    shutil.rmtree(at, ignore_errors=True)
    for name in files:
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_text(json.dumps({"of": name, "value": value}))
    figures = {"store": STORE, "month": "2024-04", "figures": {"ftf.rate": value}, "tables": {}, "notes": []}
    (at / "figures.json").write_text(json.dumps(figures))
    told = {"format": 1, "store": STORE, "month": "2024-04", "params": {"x": str(value)}}
    (at / manifest.NAME).write_text(json.dumps(told | {"files": manifest.of_files(at)}))
    return at


def whole(fs, base="/b/out"):
    """The value of the report that counts, whose files are all there and what the manifest says."""
    import hashlib

    told = json.loads(fs.cat_file(f"{base}/{TARGET}/manifest.json"))
    for name, digest in told["files"].items():
        assert hashlib.sha256(fs.cat_file(f"{base}/{TARGET}/{name}")).hexdigest() == digest, name
    (figures,) = [name for name in told["files"] if name.endswith("/figures.json")]
    return json.loads(fs.cat_file(f"{base}/{TARGET}/{figures}"))["figures"]["ftf.rate"]


def test_a_report_counts_by_its_manifest_and_what_it_replaces_is_kept(memory, tmp_path):
    out = "memory://b/out"
    printed = publishing.upload(made(tmp_path, 1, files=("report.html", "report.eml")), tmp_path, out)
    assert f"{out}/{TARGET}/report.html" in printed
    assert whole(memory) == 1
    publishing.upload(made(tmp_path, 2), tmp_path, out)
    assert whole(memory) == 2
    existing = {name.removeprefix(f"/b/out/{TARGET}/") for name in memory.find(f"/b/out/{TARGET}")}
    stable = {name for name in existing if not name.startswith(".runs/")}
    assert stable == {"report.html", "notebooks/master.ipynb", "figures.json", "manifest.json"}
    assert len(existing - stable) == 3  # of one run
    assert memory.cat_file(f"/b/out/{TARGET}/report.html") == b'{"of": "report.html", "value": 2}'
    kept = memory.find(f"/b/out/2024-04/.history/{STORE}")
    assert len(kept) == 2
    publishing.upload(made(tmp_path, 2), tmp_path, out)  # the same again adds none
    assert memory.find(f"/b/out/2024-04/.history/{STORE}") == kept
    with publishing.fetched(out, publishing.of_store(STORE, 4)) as local:
        now, before = (runs.find("A", asked, local, STORE, STORE) for asked in ("2024-04", "2024-04@1"))
        assert (now.report["figures"]["ftf.rate"], before.report["figures"]["ftf.rate"]) == (2, 1)
        assert "report.html" in now.manifest["files"]
        assert not (now.folder / "report.html").exists()
    with publishing.fetched(out, publishing.of_store(None, 4, 2024), whole=True) as local:
        assert manifest.of_files(local / TARGET) == manifest.read(local / TARGET)["files"]

        def again(run, folder):
            shutil.copytree(run.folder, folder / TARGET)

        assert verify("2024-04", STORE, local, again)[1]
    with publishing.fetched(out, publishing.of_store("城西店")) as local:
        assert os.listdir(local) == []


def test_two_reports_elsewhere_are_compared_and_the_page_goes_there(memory, tmp_path, capsys):
    out = "memory://b/out"
    for value in (1, 2):
        publishing.upload(made(tmp_path, value), tmp_path, out)
    asked = ["compare", "--a", "2024-04@1", "--b", "2024-04", "--out", out, "--lang", "en"]
    assert cli.main(asked) == 0
    page = capsys.readouterr().out.splitlines()[-1]
    assert page.startswith(f"{out}/compare/{STORE}/2024-04@")
    assert b"<html" in memory.cat_file(page.removeprefix("memory:/")).lower()


def test_stopped_after_any_step_what_counts_is_whole(memory, tmp_path):
    class Stopped(BaseException):
        pass

    steps = []
    out = "memory://b/out"
    publishing.upload(made(tmp_path, 0), tmp_path, out, steps.append)
    for number, name in enumerate(steps):
        counted = []

        def stop(step, number=number, counted=counted):
            counted.append(step)
            if len(counted) == number + 1:
                raise Stopped

        before = whole(memory)
        with pytest.raises(Stopped):
            publishing.upload(made(tmp_path, number + 1), tmp_path, out, stop)
        assert whole(memory) == (number + 1 if name in ("published", "swept") else before), name
    publishing.upload(made(tmp_path, 99), tmp_path, out)
    assert whole(memory) == 99
    assert len({name.split("/")[6] for name in memory.find(f"/b/out/{TARGET}/.runs")}) == 1


def test_replaced_runs_go_when_their_time_is_up(memory):
    for month, stamp in (
        ("2024-03", "20200101-080000"),
        ("2024-04", "20200101-080000"),
        ("2024-04", "20240503-080000"),
    ):
        memory.pipe_file(f"/b/out/{month}/.history/{STORE}/{stamp}/figures.json", b"{}")
        memory.pipe_file(f"/b/out/{month}/.history/城西店/{stamp}/figures.json", b"{}")
    publishing.expire("memory://b/out", STORE, time.mktime((2023, 1, 1, 0, 0, 0, 0, 0, -1)))
    left = [name for name in memory.find("/b/out") if STORE in name]
    assert left == [f"/b/out/2024-04/.history/{STORE}/20240503-080000/figures.json"]
    assert len(memory.find("/b/out")) == 4


def test_what_a_killed_run_left_here_goes_with_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / ".aftersales-out-dead"
    left.mkdir()
    with publishing.folder() as at_work:
        assert stat.S_IMODE(at_work.stat().st_mode) == 0o700
        leftovers.sweep("memory://b/out")
        assert at_work.exists()
    assert not left.exists()
    assert not at_work.exists()


def test_a_failure_in_the_middle_is_told_and_nothing_of_it_stays(memory, tmp_path, monkeypatch):
    out = "memory://b/out"
    publishing.upload(made(tmp_path, 1), tmp_path, out)

    def fail(*args, **more):
        raise PermissionError(13, "key=s3cret")

    monkeypatch.setattr(type(memory), "cp_file", fail)
    with pytest.raises(InputError, match="out: cannot be used, no rights") as error:
        publishing.upload(made(tmp_path, 2), tmp_path, out)
    assert "s3cret" not in str(error.value)
    assert whole(memory) == 1
    assert len(memory.find(f"/b/out/{TARGET}/.runs")) == 3


def test_commands_that_need_a_folder_here_say_so(capsys):
    for name, more in (
        ("mail", ["--month", "4"]),
        ("mail-group", ["--month", "4"]),
        ("forget", ["--vin", "x"]),
    ):
        assert cli.main([name, *more, "--out", "memory://b/out", "--lang", "en"]) == 2
        told = capsys.readouterr().err
        assert f"{name} works on reports in a folder of this machine" in told


def test_a_place_is_tried_before_the_work(memory, monkeypatch):
    publishing.try_place("memory://b/out")
    assert memory.find("/b") == []
    monkeypatch.setattr(type(memory), "pipe_file", lambda *a, **k: (_ for _ in ()).throw(FileNotFoundError()))
    with pytest.raises(InputError, match="no such bucket"):
        publishing.try_place("memory://b/out")
    assert remote.Remote("memory://b", memory, "/b").read("x") is None
