"""The last line of `make check` makes the report that it checked: its month, store, source, language."""

import shlex

import pytest

from aftersales.contract import command


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
    assert "STORE=a$$b" in words(command.report("2024-04", "a$b", None, None))


def test_a_password_is_not_printed(monkeypatch):
    made = command.report("2024-04", None, "postgresql://me:secret@host/db", None)
    assert "secret" not in made.text
    assert made.variable
    monkeypatch.setenv("MY_DMS", "postgresql://me:secret@host/db")
    made = command.report("2024-04", None, "postgresql://me:secret@host/db", None)
    assert "env:MY_DMS" in words(made)
    assert not made.variable
    assert "env:DB" in words(command.report("2024-04", None, "env:DB", None))
