"""The wheel, installed into an environment of its own, away from the checkout: a store's first month."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from conftest import of_chapters, run
from test_template import fill

from aftersales import demo
from aftersales.contract import params
from aftersales.contract.schema import TABLES

# What a test of the wheel must not find its way back by.
_OURS = ("PYTHONPATH", "AFTERSALES_CACHE", "AFTERSALES_PARAMS", "AFTERSALES_PROJECT")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("lib", "notebooks", "params", "kernelspec", "licenses"):
        shutil.copytree(params.ROOT / name, source / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(params.ROOT / name, source / name)
    build = f"from setuptools import build_meta; build_meta.build_wheel({str(folder)!r})"
    done = subprocess.run([sys.executable, "-c", build], cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """`installed("init", "东城店", cwd=…)`: the command of an environment that has the wheel.

    What it needs it has from the environment that runs the tests.
    """
    root = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root], check=True)
    site = next(root.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    data = next(site.glob("aftersales-*.data")) / "data"
    shutil.copytree(data, root, dirs_exist_ok=True)
    record = next(site.glob("aftersales-*.dist-info")) / "RECORD"
    moved = record.read_text(encoding="utf-8").replace(f"{data.parent.name}/data/", "../../../")
    record.write_text(moved, encoding="utf-8")
    needed = next(p for p in sys.path if p.endswith("site-packages"))
    (site / "needed.pth").write_text(f"{needed}\n", encoding="utf-8")

    def run(*args, cwd, module="aftersales"):
        env = {name: value for name, value in os.environ.items() if name not in _OURS}
        python = root / "bin" / "python"
        return subprocess.run(
            [python, "-m", module, *map(str, args)], cwd=cwd, env=env, capture_output=True, text=True
        )

    run.root = root
    return run


def test_the_wheel_has_what_a_report_is_made_with(wheel):
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    for part in (
        "data/share/aftersales/notebooks/master.ipynb",
        "data/share/aftersales/params/default.yml",
        "data/share/jupyter/kernels/aftersales/kernel.json",
        "aftersales/chapters/chapter_template.ipynb",
        "aftersales/export/pdf/typst/report.typ",
        "licenses/LICENSE",
    ):
        assert any(name.endswith(part) for name in names), part


def test_jupyter_finds_the_kernel_that_came_with_the_package(installed, tmp_path):
    """Where VS Code too looks: below the environment of the interpreter that is chosen."""
    done = installed("list", "--json", cwd=tmp_path, module="jupyter_client.kernelspecapp")
    assert done.returncode == 0, done.stderr
    kernel = json.loads(done.stdout)["kernelspecs"]["aftersales"]
    assert Path(kernel["resource_dir"]) == installed.root / "share" / "jupyter" / "kernels" / "aftersales"
    assert kernel["spec"]["argv"][0] == "python", "that of the environment, whatever it is called"


def test_binder_installs_what_the_lab_has():
    folder = params.ROOT / ".binder"
    (lock,) = re.findall(r"^-r (.*)$", (folder / "requirements.txt").read_text(encoding="utf-8"), re.M)
    assert (folder / lock).resolve() == params.ROOT / "locks" / "lab.lock"
    assert "\njupyterlab==" in (folder / lock).read_text(encoding="utf-8")
    assert os.access(folder / "postBuild", os.X_OK), "Binder runs it"


def test_a_chapter_of_ones_own_stands_in_the_stores_folder_and_is_in_form(installed, tmp_path):
    assert installed("init", "东城店", cwd=tmp_path).returncode == 0
    done = installed("chapter", "--name", "waiting", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"{installed.root / 'bin' / 'python'} tests/test_08_waiting.py" in done.stderr
    assert (tmp_path / "tests" / "test_08_waiting.py").exists()
    done = installed("check-notebooks", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "1个笔记本，格式都对。\n")


def test_the_tests_of_the_source_distribution_run_from_it(tmp_path):
    """All that the checkout has is there, tests and what they read too; two of them are run."""
    if not (params.ROOT / ".git").exists():
        pytest.skip("no checkout to hold it against")
    build = f"from setuptools import build_meta; build_meta.build_sdist({str(tmp_path)!r})"
    done = subprocess.run([sys.executable, "-c", build], cwd=params.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as packed:
        packed.extractall(tmp_path, filter="data")
    root = next(path for path in tmp_path.iterdir() if path.is_dir())
    env = {name: value for name, value in os.environ.items() if name not in _OURS}
    env |= {"PYTHONPATH": str(root / "lib"), "PYTEST_ADDOPTS": ""}
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=params.ROOT, capture_output=True, text=True)
    assert listed.returncode == 0, listed.stderr
    assert [name for name in listed.stdout.split("\0") if not (root / name).exists()] == []
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += [f"tests/{name}.py" for name in ("test_oem_css", "test_params")]
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
    origin = "import aftersales; print(aftersales.__file__)"
    done = subprocess.run([sys.executable, "-c", origin], cwd=root, env=env, capture_output=True, text=True)
    assert Path(done.stdout.strip()).is_relative_to(root)


def test_a_stores_first_month_in_an_empty_folder(installed, tmp_path):
    folder = tmp_path / "东城"
    folder.mkdir()
    done = installed("init", "东城店", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert {p.name for p in folder.iterdir()} == {"params", "客服部月报数据.xlsx", "月报.cmd"}
    script = (folder / "月报.cmd").read_bytes()
    assert script.startswith(b"@chcp 65001")
    assert script.count(b"\r\n") == script.count(b"\n")
    again = installed("init", "东城店", cwd=folder)
    assert again.returncode == 2
    assert "已经有了" in again.stderr

    empty = installed("report", "--month", 4, cwd=folder)
    assert empty.returncode == 2
    assert "维修工单" in empty.stderr
    assert not (folder / "output").exists()

    orders = demo.generate(seed=5, months=2, store="东城店")["repair_orders"].tail(300)
    rows = [
        {name: shown(value) for name, value in row.items() if name in TABLES["repair_orders"].names}
        for row in orders.to_dict("records")
    ]
    fill(folder / "客服部月报数据.xlsx", "repair_orders", rows)
    settings = folder / "params" / "default.yml"
    text = settings.read_text(encoding="utf-8")
    few = of_chapters(text, "05_first_time_fix")
    assert "general_manager: []" in few
    named = few.replace("general_manager: []", "general_manager: [gm@example.com]")
    settings.write_text(named, encoding="utf-8")
    made = installed("report", "--month", 4, cwd=folder)
    assert made.returncode == 0, made.stderr
    report = folder / "output" / "2024-04" / "东城店"
    assert (report / "report.pdf").exists()
    sent = installed("mail", "--month", 4, "--dry-run", cwd=folder)
    assert sent.returncode == 0, sent.stderr
    assert "gm@example.com" in sent.stdout + sent.stderr


def shown(value: object) -> object:
    """A value as somebody types it: a time as text, nothing where there is nothing."""
    return None if pd.isna(value) else str(value) if isinstance(value, pd.Timestamp) else value


def test_a_folder_that_a_checkout_has_filled_is_a_project_of_its_own(tmp_path):
    assert run("init", "东城店", cwd=tmp_path).returncode == 0
    done = run("report", "--month", 4, cwd=tmp_path)
    assert done.returncode == 2
    assert "维修工单" in done.stderr
    assert not (tmp_path / "output").exists()
