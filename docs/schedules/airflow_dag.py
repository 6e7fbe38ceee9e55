"""Airflow: every chapter by PapermillOperator, its notebook as it is; then the report, and the mail.

Put it into Airflow's `dags/`. AFTERSALES_HOME is the checkout whose `.venv` is set up. The chapters run in
that environment, by its kernel `aftersales-plain`; Airflow's own needs only the Papermill provider.
"""

import os
from pathlib import Path

import pendulum
from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

HOME = Path(os.environ.get("AFTERSALES_HOME", "/srv/aftersales"))
OUT = Path(os.environ.get("AFTERSALES_EXECUTED", HOME / "output" / "airflow"))
PYTHON = HOME / ".venv" / "bin" / "python"
ALERT = os.environ.get("AFTERSALES_ALERT", "it@dealer.example")

# The month before the one in which the run was planned.
MONTH = (
    "{{ dag_run.conf.get('month') or "
    "(dag_run.logical_date or dag_run.run_after).replace(day=1) | "
    "last_month }}"
)
# What else the report and its mail are asked for, as --dry-run.
OPTIONS = "{{ dag_run.conf.get('options', '') }}"


def last_month(first: pendulum.DateTime) -> str:
    """The month before that of a day."""
    return pendulum.instance(first).subtract(months=1).format("YYYY-MM")


with DAG(
    dag_id="aftersales_monthly",
    schedule="30 7 3 * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="Asia/Shanghai"),
    catchup=False,
    max_active_runs=1,
    user_defined_filters={"last_month": last_month},
) as dag:
    chapters = [
        PapermillOperator(
            task_id=notebook.stem,
            input_nb=str(notebook),
            output_nb=str(OUT / f"{notebook.stem}.ipynb"),
            parameters={"month": MONTH},
            kernel_name="aftersales-plain",
            language_name="python",
        )
        for notebook in sorted((HOME / "notebooks").glob("[0-9]*.ipynb"))
    ]
    report = BashOperator(
        task_id="report_and_mail",
        bash_command=f'"{PYTHON}" docs/schedules/monthly.py --alert "{ALERT}" --month {MONTH} {OPTIONS}',
        cwd=str(HOME),
    )
    chapters >> report
