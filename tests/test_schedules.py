"""The files of docs/schedules: what they start is there, and a run that fails is told by mail."""

from __future__ import annotations

import datetime as dt
import importlib.util
import re
import shutil
import subprocess
import sys

import pytest
import yaml
from lxml import etree
from test_mail import certificate, people, smtp  # noqa: F401 (a mail server)
from test_push import alerts, kinds, services  # noqa: F401 (and robots)

from aftersales.contract import params

SCHEDULES = params.ROOT / "docs" / "schedules"
CALLED = re.compile(r"monthly\.py (--alert \S+)")


@pytest.fixture(scope="module")
def monthly():
    spec = importlib.util.spec_from_file_location("monthly", SCHEDULES / "monthly.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_last_month_is_the_one_before(monthly):
    days = [dt.date(2024, 1, 1), dt.date(2024, 3, 31), dt.date(2024, 5, 31)]
    assert [monthly.before(day) for day in days] == ["2023-12", "2024-02", "2024-04"]


def test_a_run_that_fails_is_told_by_mail(monthly, smtp, monkeypatch, tmp_path, capsys):  # noqa: F811
    for name, value in smtp.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    asked = [
        "--alert",
        "it@example.com",
        "--month",
        "2024-04",
        "--source",
        str(tmp_path / "nowhere"),
        "--lang",
        "en",
    ]
    assert monthly.main(asked) == 2
    assert people(smtp) == ["it@example.com"]
    mail = smtp.got[0][1]
    assert "Monthly report 2024-04: report failed (exit code 2) on " in mail["Subject"]
    assert "nowhere" in mail.get_content()
    assert "nowhere" in capsys.readouterr().out


def test_a_run_that_fails_is_told_to_the_robots_too(monthly, services, monkeypatch, tmp_path, capsys):  # noqa: F811
    monkeypatch.delenv("SMTP_HOST", raising=False)
    for name, value in alerts(services).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    asked = ["--alert", "it@example.com", "--month", "2024-04", "--source", str(tmp_path / "nowhere")]
    assert monthly.main([*asked, "--lang", "zh"]) == 2
    assert kinds(services) == ["wecom", "dingtalk", "feishu"]
    assert "2024-04：做报告没有成功（退出码 2）" in services.got[0][1]["markdown"]["content"]
    assert "没能通知 it@example.com" in capsys.readouterr().err  # without a mail server


def test_where_nobody_can_be_told_the_exit_code_still_tells(monthly, monkeypatch, tmp_path, capsys):
    monkeypatch.delenv("SMTP_HOST", raising=False)
    monkeypatch.chdir(tmp_path)
    assert monthly.main(["--alert", "it@example.com", "--source", str(tmp_path / "nowhere")]) == 2
    assert "it@example.com could not be told" in capsys.readouterr().err


def test_what_is_published_is_mailed(monthly, april, monkeypatch, capfd):
    """The report is there and unchanged, the mail is only said."""
    out = april.parents[1]
    monkeypatch.chdir(params.ROOT)
    monkeypatch.delenv("COLUMNS", raising=False)
    asked = [
        "--alert",
        "it@example.com",
        "--month",
        "2024-04",
        "--out",
        str(out),
        "--lang",
        "zh",
        "--dry-run",
    ]
    assert monthly.main(asked) == 0
    said = capfd.readouterr().out
    assert "report.html" in said
    assert "gm@example.com" in said


def test_windows_task_is_of_the_documented_form():
    schema = etree.XMLSchema(etree.parse(params.ROOT / "tests" / "task_scheduler.xsd"))
    task = etree.parse(SCHEDULES / "windows-task.xml")
    schema.assertValid(task)
    (SCHEDULES / "windows-task.xml").read_bytes().decode(
        "ascii"
    )  # without a declaration any reader has it right
    command = task.findtext(".//{*}Command").rpartition("\\")[2]
    script = (SCHEDULES / command).read_bytes()
    assert script.count(b"\r\n") == script.count(b"\n")
    script.decode("ascii")


@pytest.mark.parametrize(
    "name", ["crontab", "aftersales-monthly.service", "github-actions.yml", "monthly.cmd"]
)
def test_each_starts_the_script_with_options_that_it_takes(monthly, name):
    text = (SCHEDULES / name).read_text(encoding="utf-8")
    assert CALLED.search(text)
    if name.endswith(".yml"):
        steps = yaml.safe_load(text)["jobs"]["report"]["steps"]
        targets = [step["run"].split()[1] for step in steps if step.get("run", "").startswith("make ")]
        assert all(
            f"\n{target}:" in (params.ROOT / "Makefile").read_text(encoding="utf-8") for target in targets
        )
    if name == "crontab":
        line = next(line for line in text.splitlines() if "monthly.py" in line)
        assert re.fullmatch(r"(\d+ ){3}\* \* cd .*", line)
        assert "%" not in line  # a line break to cron


def test_systemd_takes_the_units(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd on this machine")
    units = []
    for unit in SCHEDULES.glob("aftersales-*"):
        text = unit.read_text(encoding="utf-8")
        text = text.replace("/srv/aftersales/.venv/bin/python", sys.executable)
        units.append(tmp_path / unit.name)
        units[-1].write_text(re.sub(r"^User=.*$", "", text, flags=re.M), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if "aftersales" in line]
    assert (done.returncode, ours) == (0, [])
