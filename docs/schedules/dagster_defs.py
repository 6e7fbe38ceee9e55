"""Dagster: `dagster dev -f dagster_defs.py`; a report is an asset, a partition a month.

AFTERSALES_HOME is the checkout whose `.venv` is set up. Dagster's environment needs nothing of it.
"""

import os
import subprocess
from pathlib import Path

import dagster as dg

HOME = Path(os.environ.get("AFTERSALES_HOME", "/srv/aftersales"))
ALERT = os.environ.get("AFTERSALES_ALERT", "it@dealer.example")
MONTHS = dg.MonthlyPartitionsDefinition(start_date="2024-01", fmt="%Y-%m", timezone="Asia/Shanghai")


class Report(dg.Config):
    """What else `aftersales report` and `mail` are asked for."""

    options: list[str] = []  # noqa: RUF012 (Dagster copies it)


@dg.asset(partitions_def=MONTHS)
def monthly_report(context: dg.AssetExecutionContext, config: Report) -> dg.MaterializeResult:
    """The report of a month, made and mailed; what fails is mailed by monthly.py, and fails the asset."""
    command = [HOME / ".venv/bin/python", "docs/schedules/monthly.py", "--alert", ALERT]
    command += ["--month", context.partition_key, *config.options]
    done = subprocess.run(command, cwd=HOME, capture_output=True, encoding="utf-8")
    context.log.info(done.stdout + done.stderr)
    done.check_returncode()
    made = [line for line in done.stdout.splitlines() if line.endswith("report.html")]
    return dg.MaterializeResult(metadata={"page": made[0]} if made else {})


# In the month after a partition's end, on its third day.
third = dg.build_schedule_from_partitioned_job(
    dg.define_asset_job("aftersales_monthly", [monthly_report], partitions_def=MONTHS),
    day_of_month=3,
    hour_of_day=7,
    minute_of_hour=30,
)
defs = dg.Definitions(assets=[monthly_report], schedules=[third])
