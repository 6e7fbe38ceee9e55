"""Prefect: `python prefect_flow.py` serves the flow and runs it on the third of each month.

AFTERSALES_HOME is the checkout whose `.venv` is set up. Prefect's environment needs nothing of it.
"""

import os
import subprocess
from pathlib import Path

from prefect import flow, task

HOME = Path(os.environ.get("AFTERSALES_HOME", "/srv/aftersales"))
ALERT = os.environ.get("AFTERSALES_ALERT", "it@dealer.example")


@task(log_prints=True)
def report_and_mail(month: str | None, options: list[str]) -> None:
    """The report and its mail; what fails is mailed by monthly.py, and fails the task."""
    command = [HOME / ".venv/bin/python", "docs/schedules/monthly.py", "--alert", ALERT, *options]
    command += ["--month", month] if month else []
    done = subprocess.run(command, cwd=HOME, capture_output=True, encoding="utf-8")
    print(done.stdout + done.stderr)
    done.check_returncode()


@flow(name="aftersales-monthly", timeout_seconds=3600)
def monthly(month: str | None = None, options: list[str] | None = None) -> None:
    """The report of a month, by default the last."""
    report_and_mail(month, options or [])


if __name__ == "__main__":
    from prefect.schedules import Cron

    monthly.serve(name="third-of-the-month", schedule=Cron("30 7 3 * *", timezone="Asia/Shanghai"))
