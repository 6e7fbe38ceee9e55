"""The report on the newest Python that this machine has: the same figures."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from five_stores import STORES

from aftersales.contract import params

MINORS = range(14, sys.version_info.minor, -1)


def newest() -> str | None:
    """The interpreter, by the names that pyenv, deadsnakes, Homebrew and uv have for it."""
    places = [*os.environ.get("PATH", "").split(os.pathsep), "/opt/homebrew/bin"]
    roots = (Path.home() / ".pyenv/versions", Path.home() / ".local/share/uv/python")
    for minor in MINORS:
        kept = [path for root in roots for path in root.glob(f"*3.{minor}.*/bin/python3.{minor}")]
        for path in (*(Path(place, f"python3.{minor}") for place in places), *kept):
            asked = [path, "-c", "import sys, venv; print(sys.version_info.minor)"]
            done = subprocess.run(asked, capture_output=True, text=True) if path.exists() else None
            if done is not None and done.stdout.strip() == str(minor):
                return str(path)
    return None


@pytest.mark.full
def test_the_newest_python_makes_the_same_figures(reports, shared, tmp_path):
    store = STORES["first January"]
    made = reports("first January")
    found = newest()
    if found is None:
        pytest.skip("no newer Python on this machine")
    uv = Path(sys.executable).with_name("uv")
    environment = tmp_path / "venv"
    python = environment / "bin/python"
    subprocess.run([found, "-m", "venv", "--without-pip", environment], check=True)
    locked = ["--require-hashes", "-r", params.ROOT / "locks/report.lock"]
    whole = ["--no-deps", "--no-build-isolation", "."]
    for what in (locked, whole):
        subprocess.run([uv, "pip", "install", "-q", "--python", python, *what], cwd=params.ROOT, check=True)
    records = shared / "first January, records"
    asked = ["report", "--month", store.month, "--source", records, "--out", tmp_path / "out"]
    env = {name: value for name, value in os.environ.items() if not name.startswith("AFTERSALES_")}
    done = subprocess.run(
        [python, "-I", "-m", "aftersales", *asked], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("Warning") == 0
    version = re.compile(r"\d+\.\d+\.\d+\.dev\d+")  # as it was when the one and the other was installed
    for name in ("figures.json", "report.html"):
        mine, theirs = (folder / name for folder in (tmp_path / "out" / store.month / store.name, made))
        texts = [version.sub("", path.read_text(encoding="utf-8")) for path in (mine, theirs)]
        assert texts[0] == texts[1], name
