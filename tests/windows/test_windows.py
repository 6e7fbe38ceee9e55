"""The commands where Windows is simulated (see `sitecustomize`): the same figures, nothing lost or left.

What is printed goes where the encoding is GBK, as a Chinese Windows has it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import conftest
import pytest
from five_stores import write
from test_mail import certificate, people, smtp  # noqa: F401  # its server

from aftersales import demo
from aftersales.contract import params

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(sys.platform != "linux", reason="simulated on Linux"),
]
HERE = Path(__file__).parent
STORE = "东城店"
ASKED = ["--month", "2024-04"]
OPENED = ("report.pdf", "tables.xlsx")


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A store's records, params with one chapter, and where temporary files go."""
    folder = tmp_path_factory.mktemp("windows")
    write(folder / "in", {"repair_orders": demo.generate(seed=5, months=8, store=STORE)["repair_orders"]})
    conftest.chosen(folder / "params", "05_first_time_fix")
    settings = folder / "params/default.yml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(re.sub("(?m)^store: .*", f"store: {STORE}", text), encoding="utf-8")
    (folder / "tmp").mkdir()
    return folder


@pytest.fixture(scope="module")
def windows(place):
    """`windows("check", …)`: the command there, and what it printed."""

    def run(*args, **env):
        env = {
            "PYTHONPATH": str(HERE),
            "PYTHONIOENCODING": "gbk",
            "AFTERSALES_PARAMS": str(place / "params"),
            "AFTERSALES_CACHE": str(place / "cache"),
            "AFTERSALES_CORES": "1",
            "TMPDIR": str(place / "tmp"),
            **env,
        }
        argv = [sys.executable, "-m", "aftersales", *map(str, args)]
        return subprocess.run(
            argv, cwd=params.ROOT, env={**os.environ, **env}, capture_output=True, encoding="gbk", timeout=240
        )

    return run


@pytest.fixture(scope="module")
def made(place, windows) -> Path:
    """A published report."""
    done = windows("report", *ASKED, "--source", place / "in", "--out", place / "out")
    assert (done.returncode, "TCP" in done.stderr) == (0, False), done.stderr
    folder = place / "out/2024-04" / STORE
    assert str(folder / "report.html") in done.stdout
    return folder


def left(place: Path) -> list[str]:
    """What a run has left that nobody wants."""
    beside = [path.name for path in place.glob("out*/2024-04/.*")]
    return beside + [path.name for path in (place / "tmp").iterdir() if not path.name.startswith("dask")]


def test_every_module_can_be_imported():
    code = "import pkgutil, importlib, aftersales\n"
    code += "for one in pkgutil.walk_packages(aftersales.__path__, 'aftersales.'):\n"
    code += "    'main' in one.name or importlib.import_module(one.name)\n"
    env = {**os.environ, "PYTHONPATH": str(HERE)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_the_report_is_the_one_that_linux_makes(made, place):
    env = {"AFTERSALES_PARAMS": str(place / "params"), "AFTERSALES_CACHE": str(place / "other")}
    asked = ["report", *ASKED, "--source", place / "in", "--out", place / "linux"]
    done = conftest.run(*asked, **env)
    assert done.returncode == 0, done.stderr
    there = place / "linux/2024-04" / STORE
    for name in ("figures.json", "report.html", "report.pdf"):
        assert (made / name).read_bytes() == (there / name).read_bytes(), name
    assert left(place) == []


def test_what_is_open_is_told_before_the_work_and_replaced_when_it_is_closed(made, place, windows):
    asked = ["report", *ASKED, "--source", place / "in", "--out", place / "out", "--fresh"]
    before = {path.name: path.read_bytes() for path in made.iterdir() if path.is_file()}
    with (made / OPENED[0]).open("rb"), (made / OPENED[1]).open("rb"):
        done = windows(*asked)
    assert done.returncode == 2
    assert all(name in done.stderr for name in OPENED)
    assert "关闭" in done.stderr
    assert "运行笔记本" not in done.stderr
    assert before == {path.name: path.read_bytes() for path in made.iterdir() if path.is_file()}
    number = made.stat().st_ino
    done = windows(*asked)
    assert done.returncode == 0, done.stderr
    assert made.stat().st_ino != number
    assert left(place) == []


def test_records_are_checked(place, windows):
    done = windows("check", *ASKED, "--source", place / "in")
    env = {"AFTERSALES_PARAMS": str(place / "params"), "PYTHONUTF8": "1"}  # started as the other is
    there = conftest.run("check", *ASKED, "--source", place / "in", **env)
    assert (done.returncode, done.stdout) == (there.returncode, there.stdout)


def test_mail_is_sent_once_and_by_one_at_a_time(made, place, windows, smtp):  # noqa: F811
    asked = ["mail", *ASKED, "--source", place / "in", "--out", place / "out"]
    assert windows(*asked, **smtp.environment).returncode == 0
    assert people(smtp) == ["gm@example.com"]
    done = windows(*asked, **smtp.environment)
    assert (done.returncode, len(smtp.got)) == (0, 1), done.stderr


def test_a_group_is_made(place, windows):
    asked = ["group", *ASKED, "--source", place / "in", "--out", place / "out2", "--workers", 1]
    done = windows(*asked)
    assert done.returncode == 0, done.stderr + done.stdout
    month = place / "out2/2024-04"
    assert {path.name for path in month.iterdir() if path.is_dir()} == {STORE}
    assert (month / "index.html").exists()
    assert left(place) == []
