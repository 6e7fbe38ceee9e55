"""Whatever is printed is in the language of the params, or in the one that was asked for."""

import argparse
import ast
import os
import re
import shlex
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from one_language import foreign

from aftersales import arguments, cli, kernels
from aftersales.contract import message, params
from aftersales.contract.errors import AftersalesError, Fault, InputError
from aftersales.contract.message import Message
from aftersales.contract.wording import next_step, title

ROOT = params.ROOT
COMMANDS = tuple(next(action.choices for action in cli.parser()._actions if action.dest == "name"))
LANGUAGES = pytest.mark.parametrize("lang", ["zh", "en"])
# What stands in a call, and is said as it was typed.
TYPED = (*COMMANDS, "NOWHERE", "YYYY", "waiting", "nowhere", "output", "signal", "东城店", "East", "python")


def said(capsys, *args):
    """What a command prints, and its exit code."""
    try:
        code = cli.main([str(arg) for arg in args])
    except SystemExit as ended:
        code = ended.code
    printed = capsys.readouterr()
    return code, printed.out + printed.err


@LANGUAGES
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_in_one_language(capsys, command, lang):
    message.speak(lang)
    code, text = said(capsys, *([command] if command else []), "--help")
    assert code == 0
    assert foreign(text, lang, TYPED) == []


@LANGUAGES
@pytest.mark.parametrize(
    "call",
    [
        "nonsense",
        "report --month",
        "report --monht 4",
        "report",
        "report --month 13",
        "report --month 4 --year 24",
        "report --month 2024-04 --year 2023",
        "report --month 4 --source nowhere",
        "report --month 4 --source env:NOWHERE",
        "report --month 4 --store 东城店",
        "check --month 2031-09",
        "check",
        "call-list --month 4",
        "call-list --month 4 --out output/a.xlsx",
        "mail --month 2024-04 --out nowhere",
        "compare",
        "compare --a 4 --b 5 --out nowhere",
        "compare --a nowhere --b 5",
        "chapter --name 7x",
        "chapter --name churn",
        "chapter",
        "demo",
        "demo --stores x --out nowhere",
        "demo --stores 0 --out nowhere",
        "demo --out nowhere --format txt",
        "template --out nowhere.csv",
        "template --month 77",
        "check-notebooks",
        "adopt --source nowhere",
        "adopt --source demo --out pyproject.toml",
    ],
)
def test_a_call_is_answered_in_one_language(capsys, call, lang):
    code, text = said(capsys, *shlex.split(call), "--lang", lang)
    assert code == (0 if call == "check-notebooks" else 2)
    assert text.strip()
    assert foreign(text, lang, TYPED) == []


@LANGUAGES
def test_without_a_language_in_the_call_it_is_that_of_the_params(capsys, tmp_path, monkeypatch, lang):
    monkeypatch.setenv("AFTERSALES_PARAMS", str(tmp_path))
    message.speak(None)
    for text in (
        f"lang: {lang}\nstoer: a\n",
        f"lang: '{lang}' # of the report\nstore: [\n",
        f"lang: {lang}\n",
    ):
        monkeypatch.setattr(message, "_default", None)
        (tmp_path / "default.yml").write_text(text, encoding="utf-8")
        for args in (("report", "--month", "4"), ("report",), ("--help",)):
            _, told = said(capsys, *args)
            assert foreign(told, lang, (*TYPED, "stoer", "block", *params._KEYS, tmp_path)) == []


@LANGUAGES
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError("division by zero"), 1),
        (AftersalesError(Message("没有做成", "It failed")), 1),
        (InputError(Message("没有这个月", "no such month")), 2),
        (
            InputError(
                [Fault("bad_date", "'x'", Message("日期", "a date"), "a.csv", row=3, column="开单时间")]
            ),
            2,
        ),
    ],
)
def test_an_end_is_told_in_one_language(capsys, monkeypatch, tmp_path, lang, error, code):
    def fails(*_):
        raise error

    monkeypatch.setattr(cli, "_report", fails)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    got, text = said(capsys, "report", "--month", "4", "--lang", lang)
    assert got == code
    assert foreign(text, lang, (*TYPED, "ZeroDivisionError: division by zero", "开单时间")) == []


def test_what_argparse_says_has_its_chinese_words():
    """A word of a later Python would come out in English."""
    source = Path(argparse.__file__).read_text(encoding="utf-8")
    ours = {n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant)}
    lost = [text for text in arguments._CHINESE if text not in ours]
    assert lost == []


@LANGUAGES
def test_every_kind_of_fault_has_a_title_and_a_next_step(lang):
    from aftersales.contract import wording

    for kind in wording._KINDS:
        assert title(kind, lang)
        assert (
            foreign(f"{title(kind, lang)} {next_step(kind, lang)}", lang, ["header_aliases", "是 or 否"])
            == []
        )


@LANGUAGES
def test_a_notebook_that_fails_is_told_in_one_language_its_error_quoted(tmp_path, lang):
    message.speak(lang)
    failed = kernels.NotebookFailed(
        tmp_path / "05.ipynb", 3, "1 / 0", "ZeroDivisionError", "division by zero"
    )
    if lang == "zh":
        assert str(failed).startswith(
            "05.ipynb 第3个单元格：出错了。原文：“ZeroDivisionError: division by zero”"
        )
    assert foreign(str(failed), lang, ["ZeroDivisionError: division by zero"]) == []


@LANGUAGES
@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("tables.jobs['technican']", "technician"),
        ("tables.jobs[['job_id', 'technican']]", "technician"),
        ("tables.jobs[['oppened_at']]", "opened_at"),
        ("tables.jobs.technican", "technician"),
        ("tables.jobs['维修技师']", "technician"),
        ("tables.jobs['总价']", None),
        ("tables.jobs.missing", None),
    ],
)
def test_a_slip_in_a_column_is_told_with_the_column_that_was_meant(tmp_path, lang, cell, meant):
    message.speak(lang)
    frame = pd.DataFrame({"job_id": ["1"], "technician": ["a"]})
    with pytest.raises((KeyError, AttributeError)) as error:
        eval(cell, {"tables": SimpleNamespace(jobs=frame)})
    failed = kernels.NotebookFailed(tmp_path / "05.ipynb", 3, cell, error.typename, str(error.value))
    asked = {"zh": f"是不是 {meant}？", "en": f"Did you mean {meant}?"}[lang]
    assert (asked in str(failed)) == (meant is not None)
    assert ("是不是" in str(failed) or "Did you mean" in str(failed)) == (meant is not None)


def test_check_and_report_tell_bad_input_in_the_same_lines(tmp_path, monkeypatch, capsys):
    rows = [f"R{i},LSVAA2180E20{i:05},{('个体', '租赁', '')[i % 3]},2024-04-0{i % 9 + 1}" for i in range(99)]
    rows += [f"S{i},LSVAA2180E20{i:05},私车,第{i}天" for i in range(23)]
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "维修工单.csv").write_text(
        "\n".join(["工单号,VIN,客户类型,开单时间", *rows]), encoding="utf-8"
    )
    asked = ("--month", "2024-04", "--source", tmp_path / "a")
    monkeypatch.setenv("COLUMNS", "260")
    message.speak("zh")
    code, told = said(capsys, "check", *asked)
    assert said(capsys, "report", *asked, "--out", tmp_path / "out") == (code, f"读取数据 …\n{told}")
    assert code == 2
    lines = told.splitlines()
    assert lines[0] == "数据有误，共122处。改正以后才能做报告。"
    assert len(lines) == 3 + 3 + 20 + 1
    assert "维修工单.csv 第2行（共33处） “客户类型”列" in lines[3]
    assert re.search("… 还有3种，共3处 +维修工单.csv “开单时间”列", lines[-1])
    _, english = said(capsys, "check", *asked, "--lang", "en")
    assert foreign(english, "en", ["个体", "租赁", *(f"第{i}天" for i in range(23)), "2024年4月9日"]) == []


# What is written in the source


def literals(node):
    """The texts of an expression that are said as they stand, outside of what is worded in both languages."""
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
        if name in ("Message", "phrase", "say", "joined", "listed", "isinstance", "getattr"):
            return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from literals(child)


def spoken_to_a_person(tree):
    """The arguments of what ends a command, prints, or words a fault."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
            if name in ("InputError", "AftersalesError", "print") or (name == "_say" and len(node.args) == 1):
                yield from node.args
            if ast.unparse(node.func) == "progress.step":
                yield from node.args
            if name in ("Fault", "fault_at"):
                yield from node.args[1:3]
                yield from (k.value for k in node.keywords if k.arg in ("got", "expected", "hint"))


def test_nothing_is_said_to_a_person_in_one_language_alone():
    found = []
    for path in sorted((ROOT / "lib").rglob("*.py")):
        for node in spoken_to_a_person(ast.parse(path.read_text(encoding="utf-8"))):
            for text in literals(node):
                if re.search(r"[A-Za-z]{2,}\s+[A-Za-z]{2,}|[\u4e00-\u9fff]{2,}", text):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {text}")
    assert found == []


# make


@pytest.mark.parametrize(("lang", "params_of"), [("zh", "zh"), ("en", "zh"), ("en", "en"), ("zh", "en")])
def test_make_speaks_the_language_of_the_report(tmp_path, lang, params_of):
    (tmp_path / "default.yml").write_text(f"lang: {params_of}   # zh or en\n", encoding="utf-8")
    environment = {**os.environ, "AFTERSALES_PARAMS": str(tmp_path)}
    environment |= {"REPORT_LANG": lang} if lang != params_of else {}
    told = subprocess.run(
        ["make", "help", "PY=python"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert told.stderr == ""
    assert len(told.stdout.splitlines()) > 15
    names = ["last-month", "calls", "the run before", "data"] if lang == "en" else ["data", "LAB"]
    assert foreign(re.sub("make [a-z-]+", "", told.stdout), lang, names) == []
    setup = subprocess.run(
        ["make", "-n", "-W", "locks/report.lock", "report"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    ).stdout
    echoed = "\n".join(re.findall(r'echo "(.*?)"', setup))
    assert len(echoed.splitlines()) >= 4
    assert foreign(echoed, lang, ["$(python3 --version 2>&1)", "$($found --version)", ".venv", "PATH"]) == []


def test_a_message_names_the_command_that_was_used(capsys, monkeypatch):
    message.speak("zh")
    monkeypatch.setenv("AFTERSALES_CALLED", "make")
    assert "make report MONTH=4" in said(capsys, "report")[1]
    assert "make call-list MONTH=4 OUT=" in said(capsys, "call-list", "--month", "4")[1]
    assert "make compare A=2024-03 B=2024-04" in said(capsys, "compare")[1]
    assert "NAME=waiting" in said(capsys, "chapter", "--name", "7x")[1]
    assert "SOURCE=…" in said(capsys, "report", "--month", "4", "--store", "东城店")[1]
    monkeypatch.delenv("AFTERSALES_CALLED")
    monkeypatch.setattr("sys.argv", ["/usr/bin/aftersales"])
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    assert "如：aftersales report --month 4" in said(capsys, "report")[1]
    assert "--source …" in said(capsys, "report", "--month", "4", "--store", "东城店")[1]
    monkeypatch.setenv("UV_RUN_RECURSION_DEPTH", "1")
    assert "如：uv run aftersales report --month 4" in said(capsys, "report")[1]
