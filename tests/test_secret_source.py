"""What stands behind `env:NAME` is shown nowhere, nor is a password that was typed into the command."""

from __future__ import annotations

import gc
import json
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from conftest import run

from aftersales import cli
from aftersales.contract import params, place
from aftersales.contract.errors import InputError
from aftersales.sources import load as inputs
from aftersales.sources.cached import cached_load
from aftersales.sources.options import ReadOptions

SECRET = "Hush5up"
ENCODED = "Hush%35up"
# Some as they should be, most mistyped; nothing answers at any of them.
URLS = [
    f"postgresql://me:{SECRET}@127.0.0.1:1/db",
    f"postgresql://me:{SECRET}@{SECRET}@127.0.0.1:1/db",
    f"postgresql://me:{SECRET}@127.0.0.1:{SECRET}/db",
    f"postgresql://{SECRET}@127.0.0.1:1/{SECRET}",
    f"postgresql://127.0.0.1:1/db?password={SECRET}",
    f"postgresql://127.0.0.1:1/db?{SECRET}=1",
    f"postgresql+{SECRET}://127.0.0.1/db",
    f"{SECRET}://127.0.0.1/db",
    f"postgresql:/me:{SECRET}@127.0.0.1/db",
    f"postgresql:me:{SECRET}@127.0.0.1/db",
    f"postgresql：//me：{SECRET}＠127.0.0.1/db",
    f" postgresql://me:{SECRET}@127.0.0.1:1/db",
    f"me:{SECRET}@127.0.0.1/db",
    f"me/{SECRET}@db",
    f"host=127.0.0.1 port=1 password={SECRET}",
    f"Server=127.0.0.1;Uid=me;Pwd={SECRET}",
    f"postgresql%3A%2F%2Fme%3A{SECRET}%40127.0.0.1%2Fdb",
    f"sqlite:///me:{SECRET}@127.0.0.1/{SECRET}.db?{SECRET}",
    f"sqlite://me:{SECRET}@127.0.0.1/db",
    f"env:postgresql://me:{SECRET}@127.0.0.1/db",
    f"~{SECRET}@127.0.0.1/db",
    f"postgresql://me:{ENCODED}@127.0.0.1:1/db",
    f"postgresql://127.0.0.1:1/db?user=me&password={ENCODED}&sslmode=none",
    f"postgresql://me@127.0.0.1:1/db?options=-c%20x%3D{ENCODED}",
    f"postgresql://me:{ENCODED}@127.0.0.1:1/db?connect_timeout={SECRET}",
    f"postgresql+none://me:{ENCODED}@127.0.0.1:1/{ENCODED}",
    f"mysql+none://me:{ENCODED}@127.0.0.1:1/db",
    f"host=127.0.0.1 port=1 user=me password='{ENCODED}'",
]
# What can only be told from a file or folder by where it stands: behind `env:`.
WORDS = [
    SECRET,
    f"{SECRET}/exports",
    f"/nowhere/{SECRET}.xlsx",
    f"~{SECRET}/a",
    SECRET * 200,
    "env:" + SECRET,
]


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.chdir(tmp_path)
    yield
    gc.enable()  # a report ends with its process, and does without


def silent(told: str, tmp_path: Path) -> None:
    """The secret is neither in what was told nor in any file that was written."""
    assert SECRET not in told
    assert ENCODED not in told
    for file in tmp_path.rglob("*"):
        assert SECRET not in str(file)
        assert file.is_dir() or SECRET.encode() not in file.read_bytes()


@pytest.mark.parametrize("command", ["report", "check", "template", "mail", "load"])
@pytest.mark.parametrize("way", ["env", "typed"])
def test_it_is_never_told(tmp_path, monkeypatch, capfd, command, way):
    for number, value in enumerate([*URLS, *WORDS] if way == "env" else URLS):
        monkeypatch.setenv("DMS", value)
        source = "env:DMS" if way == "env" else value
        if command == "load":
            with pytest.raises(InputError) as error:
                inputs.load(source, month="2024-04")
            told = str(error.value)
        else:
            out = ["--out", f"{number}.xlsx"] if command == "template" else []
            assert cli.main([command, "--month", "2024-04", "--source", source, *out]) == 2, value
            told = "".join(capfd.readouterr())
        assert told.strip(), value
        assert way == "typed" or "env:DMS" in told, value
        silent(told, tmp_path)


def test_the_command_does_not_tell_it_either(tmp_path):
    done = run(
        "report", "--month", "4", "--source", "env:DMS", cwd=tmp_path, DMS=f"postgresql:/me:{SECRET}@h/db"
    )
    assert done.returncode == 2
    assert "来源 env:DMS：" in done.stderr
    assert "Traceback" not in done.stderr
    silent(done.stdout + done.stderr, tmp_path)


ORDER = {"工单号": "R1", "VIN": "LSVAA2180E2012345", "客户类型": "私车", "开单时间": "2024-04-09"}


@pytest.fixture(params=["folder", "file", "workbook", "parquet", "database"])
def place_of(request, tmp_path_factory):
    """A source whose own name is the secret; made with an order, or with one that is bad."""

    def made(bad: bool) -> str:
        at = tmp_path_factory.mktemp("at")
        frame = pd.DataFrame([ORDER | ({"开单时间": "昨天"} if bad else {})])
        if request.param == "database":
            with sqlite3.connect(at / f"{SECRET}.db") as connection:
                frame.to_sql("维修工单", connection, index=False)
            return f"sqlite:///{at}/{SECRET}.db"
        if request.param == "workbook":
            frame.to_excel(at / f"{SECRET}.xlsx", index=False, sheet_name="维修工单")
            return f"{at}/{SECRET}.xlsx"
        folder = at / SECRET
        folder.mkdir()
        if request.param == "parquet":
            frame.to_parquet(folder / "维修工单.parquet")
            return f"{folder}/维修工单.parquet"
        frame.to_csv(folder / "repair_orders.csv", index=False)
        return str(folder) if request.param == "folder" else f"{folder}/repair_orders.csv"

    return made


def test_a_source_behind_it_is_read_and_named_by_the_variable(tmp_path, monkeypatch, capfd, place_of):
    monkeypatch.setenv("DMS", place_of(False))
    typed = cached_load(
        place.behind("env:DMS"), None, ReadOptions(default_store="本店")
    )  # kept under its own name
    tables = inputs.load("env:DMS", month="2024-04")
    assert (tables.source, len(tables.repair_orders)) == ("env:DMS", 1)
    assert typed.source != "env:DMS"
    call = ["check", "--month", "2024-04", "--source", "env:DMS", "--xlsx", str(tmp_path / "marked.xlsx")]
    assert cli.main(call) == 0
    told = "".join(capfd.readouterr())
    assert "env:DMS" in told
    assert SECRET not in told
    monkeypatch.setenv("DMS", place_of(True))
    with pytest.raises(InputError) as error:
        inputs.load("env:DMS")
    assert SECRET not in str(error.value)
    assert cli.main(call) == 2
    told = "".join(capfd.readouterr())
    assert "开单时间" in told
    assert SECRET not in told
    for row in openpyxl.load_workbook(tmp_path / "marked.xlsx").worksheets[0].iter_rows(values_only=True):
        assert SECRET not in str(row)


def test_a_copy_never_takes_the_place_of_a_source_behind_a_variable(tmp_path, monkeypatch, capfd):
    pd.DataFrame([ORDER]).to_excel(tmp_path / "dms.xlsx", index=False, sheet_name="维修工单")
    before = (tmp_path / "dms.xlsx").read_bytes()
    monkeypatch.setenv("DMS", "dms.xlsx")
    assert cli.main(["check", "--month", "4", "--source", "env:DMS", "--xlsx", "dms.xlsx"]) == 2
    assert (tmp_path / "dms.xlsx").read_bytes() == before


def test_a_report_tells_the_variable_only(tmp_path):
    source = tmp_path / SECRET
    source.mkdir()
    pd.DataFrame([ORDER]).to_csv(source / "repair_orders.csv", index=False)
    done = run("report", "--month", "4", "--source", "env:DMS", "--out", tmp_path / "out", DMS=str(source))
    assert done.returncode == 0, done.stderr
    (source / "repair_orders.csv").unlink()
    source.rmdir()
    silent(done.stdout + done.stderr, tmp_path)


def test_a_fault_of_program_or_machine_does_not_tell_it(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("DMS", str(tmp_path / SECRET))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / SECRET).mkdir()

    def broken(path: Path) -> None:
        raise kind(*about, str(path / "repair_orders.csv"))

    monkeypatch.setattr(Path, "iterdir", broken)
    for kind, about in ((KeyError, ("no such thing",)), (PermissionError, (13, "Permission denied"))):  # noqa: B007
        assert cli.main(["check", "--month", "4", "--source", "env:DMS", "--lang", "en"]) == 1
        told = "".join(capfd.readouterr())
        assert about[-1].lower() in told.replace("permission is", "permission").lower()
        assert SECRET not in told
    (log,) = tmp_path.glob("aftersales-*.log")
    assert SECRET not in log.read_text(encoding="utf-8")


def test_params_in_a_notebook_do_not_tell_it(tmp_path):
    text = (params.ROOT / "params" / "default.yml").read_text(encoding="utf-8")
    for source in URLS:
        (tmp_path / "default.yml").write_text(
            text.replace("source: demo", f"source: {json.dumps(source)}"), encoding="utf-8"
        )
        settings = params.load(path=tmp_path)
        assert SECRET not in repr(settings) + settings._repr_html_()


def test_what_is_no_variable_is_told_without_what_it_is(monkeypatch):
    monkeypatch.delenv("DMS", raising=False)
    with pytest.raises(InputError, match="source env:DMS: the environment variable DMS is not set"):
        inputs.load("env:DMS")
    assert cli.main(["report", "--month", "4", "--source", "env:DMS"]) == 2


@pytest.mark.parametrize("source", ["nowhere", "exports/四月", "C:/exports", "../a b/c.csv"])
def test_a_path_that_is_none_is_told_as_typed(source):
    with pytest.raises(InputError) as error:
        inputs.load(source)
    assert f"source {source}: no such file or folder" in str(error.value)


def test_what_others_say_of_a_url_is_told_without_its_passwords(monkeypatch):
    """As they stand, and as they are meant."""
    for url in (
        "postgresql://me:Hu%40sh%2Fup@h/db",
        "postgresql://me:pass@h/db?password=Hu%40sh%2Fup",
        "postgresql://h/db?user=me&PASSWORD=Hu%40sh%2Fup&x=1",
        "host=h password=Hu@sh/up dbname=db",
        "Server=h;Uid=me;Pwd=Hu@sh/up;",
        "postgresql://me:Hu@sh/up@h/db",
    ):
        monkeypatch.setattr(place, "_HIDDEN", {})
        monkeypatch.setenv("DMS", url)
        place.behind("env:DMS")
        told = place.without(f"no: {url}; no such user (me, Hu@sh/up), h, Hu%40sh%2Fup")
        assert "sh/up" not in told, url
        assert "Hu%40sh" not in told, url or "%40" not in url
        assert told.startswith("no: env:DMS; no such user (me, …), h"), told


def test_make_gives_a_source_by_the_environment(tmp_path):
    """Whoever looks at the processes of the machine sees no password in any argument."""
    if not (params.ROOT / ".venv").exists():
        pytest.skip("make would install")
    seen = tmp_path / "seen"
    python = tmp_path / "python"
    python.write_text(
        f"#!{sys.executable}\nimport os, sys\n"
        f"open({str(seen)!r}, 'a').write(repr(sys.argv[1:]) + repr(os.environ.get('SOURCE')) + chr(10))\n"
    )
    python.chmod(0o755)
    for target in ("report", "check", "template", "adopt", "mail", "call-list"):
        call = ["make", target, f"PY={python}", "STAMP=.venv", "MONTH=4", f"SOURCE={URLS[0]}"]
        call += ["-o", ".venv/.aftersales-ready"]
        done = subprocess.run(call, cwd=params.ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert SECRET not in done.stdout + done.stderr
        argv, _, source = seen.read_text().splitlines()[-1].partition("]")
        assert SECRET not in argv
        assert source == repr(URLS[0])


@pytest.mark.parametrize("command", ["check", "template", "adopt"])
def test_the_program_takes_it_there(tmp_path, monkeypatch, capfd, command):
    monkeypatch.setenv("AFTERSALES_CALLED", "make")
    monkeypatch.setenv("SOURCE", "nowhere")
    month = [] if command == "adopt" else ["--month", "4"]
    assert cli.main([command, *month]) == 2
    assert "nowhere" in capfd.readouterr().err
    monkeypatch.delenv("AFTERSALES_CALLED")  # a SOURCE of somebody else's is none of ours
    assert cli.main(["check", "--month", "4", "--lang", "en"]) == 0
