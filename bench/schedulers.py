"""Do Airflow, Dagster and Prefect run the report? ``python bench/schedulers.py`` writes docs/schedules.md.

Each in an environment of its own in a temporary folder, with the newest version that there is: a run that
goes well (nothing is mailed), and one that must fail.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import put

ROOT = Path(__file__).parents[1]
SCHEDULES = ROOT / "docs" / "schedules"
PAGE = ROOT / "docs" / "schedules.md"
PACKAGES = {
    "airflow": ["apache-airflow", "apache-airflow-providers-papermill"],
    "dagster": ["dagster"],
    "prefect": ["prefect"],
}
CHAPTERS = len(list((ROOT / "notebooks").glob("[0-9]*.ipynb")))


def main() -> int:
    """Try all, or those that are named, and write what came of it."""
    names = sys.argv[1:] or list(PACKAGES)
    lines = [
        f"On {dt.date.today():%d %B %Y} with {platform.system()} and Python {platform.python_version()}:",
        "",
        "| scheduler | versions | April 2024, nothing mailed | a store that is not there |",
        "| --- | --- | --- | --- |",
    ]
    all_well = True
    with tempfile.TemporaryDirectory(prefix="aftersales-schedulers-") as folder:
        for name in names:
            home = Path(folder) / name
            versions = install(name, home)
            print(f"{name}: {versions}", file=sys.stderr, flush=True)
            well, failing = TRIES[name](home)
            print(f"{name}: {well}; {failing}", file=sys.stderr, flush=True)
            all_well &= well.startswith("ran") and failing.startswith("failed")
            lines.append(f"| {name.title()} | {versions} | {well} | {failing} |")
    if names == list(PACKAGES):
        put(PAGE, "tried", "\n".join(lines))
    return 0 if all_well else 1


def install(name: str, home: Path) -> str:
    """Make a scheduler's environment, and say which versions it has."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    uv = [Path(sys.executable).with_name("uv"), "pip"]
    here = ["--python", home / "bin" / "python"]
    subprocess.run([*uv, "install", "-q", *here, *PACKAGES[name]], check=True)
    listed = subprocess.run([*uv, "freeze", *here], stdout=subprocess.PIPE, text=True, check=True).stdout
    return ", ".join(
        line.replace("==", " ") for line in listed.split("\n") if line.partition("==")[0] in PACKAGES[name]
    )


def call(home: Path, *words: object, **env: object) -> subprocess.CompletedProcess[str]:
    """A scheduler's command, its environment's own programs first."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=home,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("SMTP_")},
            "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "AFTERSALES_HOME": str(ROOT),
            **{name: str(value) for name, value in env.items()},
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    (home / "log").open("a", encoding="utf-8").write(done.stdout)
    return done


def airflow(home: Path) -> tuple[str, str]:
    """Every chapter by PapermillOperator, then the report."""
    (home / "dags").mkdir()
    (home / "dags" / "airflow_dag.py").write_bytes((SCHEDULES / "airflow_dag.py").read_bytes())
    kernel = [
        sys.executable,
        "-m",
        "ipykernel",
        "install",
        "--prefix",
        home / "jupyter",
        "--name",
        "aftersales-plain",
    ]
    subprocess.run(kernel, check=True, capture_output=True)
    env = {
        "AIRFLOW_HOME": home / "airflow",
        "AIRFLOW__CORE__DAGS_FOLDER": home / "dags",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": 120,
        "JUPYTER_PATH": home / "jupyter/share/jupyter",
        "AFTERSALES_EXECUTED": home / "executed",
    }
    (home / "executed").mkdir()
    call(home, "airflow", "db", "migrate", **env)
    call(home, "airflow", "dags", "reserialize", **env)
    told = []
    for day, options in (("2026-05-03", "--dry-run"), ("2026-06-03", "--store nobody")):
        conf = f'{{"month": "2024-04", "options": "{options}"}}'
        done = call(home, "airflow", "dags", "test", "aftersales_monthly", day, "--conf", conf, **env)
        state = "ran" if re.search(r"DagRun Finished:.* state=success", done.stdout) else "failed"
        executed = len(list((home / "executed").glob("*.ipynb")))
        told.append(f"{state}, {executed} of {CHAPTERS} chapters executed")
    return told[0], told[1].partition(",")[0]


def dagster(home: Path) -> tuple[str, str]:
    """The asset of a month."""
    (home / "dagster").mkdir()

    def tried(options: str) -> str:
        config = f'{{"ops": {{"monthly_report": {{"config": {{"options": [{options}]}}}}}}}}'
        asked = ["--select", "monthly_report", "--partition", "2024-04", "--config-json", config]
        file = SCHEDULES / "dagster_defs.py"
        done = call(
            home, "dagster", "asset", "materialize", "-f", file, *asked, DAGSTER_HOME=home / "dagster"
        )
        return "failed" if done.returncode else "ran"

    return tried('"--dry-run"'), tried('"--store", "nobody"')


def prefect(home: Path) -> tuple[str, str]:
    """The flow, on a server that Prefect starts for it."""

    def tried(options: list[str]) -> str:
        code = f"from prefect_flow import monthly; monthly('2024-04', {options!r})"
        slow = {
            "PYTHONPATH": SCHEDULES,
            "PREFECT_HOME": home / "prefect",
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": 180,
        }
        return "failed" if call(home, home / "bin" / "python", "-c", code, **slow).returncode else "ran"

    return tried(["--dry-run"]), tried(["--store", "nobody"])


TRIES: dict[str, Callable[[Path], tuple[str, str]]] = {
    "airflow": airflow,
    "dagster": dagster,
    "prefect": prefect,
}

if __name__ == "__main__":
    sys.exit(main())
