"""The last line of `make check` makes the report that it checked: its month, store, source, language."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import conftest
import pytest

from aftersales import cli, demo
from aftersales.contract import command, params, place


def words(made):
    """What a shell makes of a printed command."""
    return shlex.split(made.text)


def test_what_was_given_stands_in_it_and_no_more(monkeypatch):
    monkeypatch.setenv("AFTERSALES_CALLED", "make")
    made = command.report("2024-04", "东城店", "exports/", "en")
    given = ["MONTH=2024-04", "SOURCE=exports/", "STORE=东城店", "REPORT_LANG=en"]
    assert words(made) == ["make", "report", *given]
    assert words(command.report("2024-04", None, None, None)) == ["make", "report", "MONTH=2024-04"]
    monkeypatch.delenv("AFTERSALES_CALLED")
    made = command.report("2024-04", "东城店", None, None)
    assert words(made)[-4:] == ["--month", "2024-04", "--store", "东城店"]


@pytest.mark.parametrize("store", ['东 城\'s "1"', "#2", "\\\\店", "-x"])
def test_a_shell_gives_back_a_name_as_it_was_typed(monkeypatch, store):
    monkeypatch.delenv("AFTERSALES_CALLED", raising=False)
    last = words(command.report("2024-04", store, None, None))[-1]
    assert last.removeprefix("--store=") == store


def test_make_keeps_a_dollar(monkeypatch):
    monkeypatch.setenv("AFTERSALES_CALLED", "make")
    assert "STORE=a$b" in words(command.report("2024-04", "a$b", None, None))


def test_a_password_is_not_printed(monkeypatch):
    made = command.report("2024-04", None, "postgresql://me:secret@host/db", None)
    assert "secret" not in made.text
    assert made.variable
    monkeypatch.setenv("MY_DMS", "postgresql://me:secret@host/db")
    made = command.report("2024-04", None, "postgresql://me:secret@host/db", None)
    assert "env:MY_DMS" in words(made)
    assert not made.variable
    assert "env:DB" in words(command.report("2024-04", None, "env:DB", None))


# What the project's own Makefile does with the values that it is given.
GIVEN = re.search(
    r"^GIVEN := .*\n(?:.+\n)+", (params.ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
)
MAKEFILE = f"""
{GIVEN[0] if GIVEN else ""}
report:
	@printf '%s\\n' "$$MONTH" "$$SOURCE" "$$STORE" "$$OUT" "$$REPORT_LANG" "$$AFTERSALES_PARAMS"
"""


@pytest.mark.parametrize("params", [None, "own params/东城's"])
@pytest.mark.parametrize(
    ("source", "store", "out"),
    [
        ("exports/", "东城店", "output of 4"),
        ("C:\\data\\四月.xlsx", "a $HOME `b`", "D:\\out\\"),
        ("~/数据 (1)", '"q" #2; x', "-o"),
        ("/a=b/100%", " 店 ", "x&y|z"),
    ],
)
def test_typed_into_a_shell_make_gets_what_was_given(tmp_path, monkeypatch, params, source, store, out):
    monkeypatch.setenv("AFTERSALES_CALLED", "make")
    monkeypatch.setattr(place, "may_be_shown", lambda _: True)
    if params:
        monkeypatch.setenv("AFTERSALES_PARAMS", params)
    made = command.report("2024-04", store, source, "en", Path(out)).text
    monkeypatch.delenv("AFTERSALES_PARAMS", raising=False)
    (tmp_path / "Makefile").write_text(MAKEFILE, encoding="utf-8")
    got = subprocess.run(["sh", "-c", made], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert got.split("\n")[:-1] == ["2024-04", source, store, str(Path(out)), "en", params or ""]


def test_the_last_line_of_check_makes_the_report_of_what_was_checked(tmp_path, monkeypatch, capsys):
    orders = demo.generate(seed=3, months=2, store="东城 店")["repair_orders"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "四 月").mkdir()
    orders.to_csv(tmp_path / "四 月" / "维修工单.csv", index=False)
    for called, end in (
        ("make", "make report MONTH=2024-04 SOURCE='四 月' STORE='东城 店' REPORT_LANG=zh OUT='to b'"),
        ("", "aftersales report --month 2024-04 --source '四 月' --store '东城 店' --lang zh --out 'to b'"),
    ):
        asked = ("--month", 4, "--source", "四 月", "--store", "东城 店", "--lang", "zh", "--out", "to b")
        monkeypatch.setenv("AFTERSALES_CALLED", called)
        assert cli.main(["check", *map(str, asked)]) == 0
        last = capsys.readouterr().out.splitlines()[-1]
        assert last.endswith(end)
        assert re.match("数据可用.*做报告：", last)


@pytest.mark.parametrize("command", [["check-notebooks"], ["mail", "--month", "2024-04", "--dry-run"]])
def test_no_command_compiles_the_grammar_of_web_addresses(command, april):
    more = ["--out", april.parents[1]] if command[0] == "mail" else []
    done = conftest.run(*command, *more, PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    assert "nbformat" in done.stderr
    assert "rfc3987_syntax.syntax_helpers" not in done.stderr


def test_nor_does_a_groups_overview(tmp_path):
    make = f"overview.make(Path({str(tmp_path)!r}), '2024-04', 'zh')"
    code = f"from pathlib import Path; from aftersales.group import overview; {make}"
    done = subprocess.run([sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True)
    assert "InputError" in done.stderr  # there is no group; all is imported before that is seen
    assert "nbconvert.exporters" in done.stderr
    assert "rfc3987_syntax.syntax_helpers" not in done.stderr
