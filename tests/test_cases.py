"""Small inputs, each of a kind of fault that real exports have: what is right stands beside its files.

A folder of `cases` is a source; its `expected.yml` says what `check` and April 2024 must be:

- `exit`: 0 (by default) or 2.
- `says`, `absent`: texts that `check` prints, or does not; a list for the English run, or
  `{zh: […], en: […]}`.
- `faults`: of bad input, a `{kind:, file:, row:, column:}` each, as much of it as is named.
- `rows`: `{table: number}`. `figures`: `{name: value}`. `joins`, `checks`: rows of those tables, as much of
  each as is named.
- `repaired`: `{kind: number of cells or rows}`; `unrepaired`: kinds that must not be listed.
- `notes`: codes of the remarks on the data.
- `params`: settings other than the delivered ones.
- `siblings`: `{name: {files: {name: text}, …}}`, other files of the same kind; the folder's own stand beside
  them unless the text is null.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from aftersales import cli
from aftersales.contract import message, params
from aftersales.contract.errors import InputError
from aftersales.metrics import all_figures, joins
from aftersales.reconcile.records import reconcile
from aftersales.sources import load as inputs

CASES = Path(__file__).parent / "cases"
MONTH = "2024-04"
VIN = re.compile(r"(?<![A-Z0-9])(?=[A-Z]*[0-9])[A-HJ-NPR-Z0-9]{17}(?![A-Z0-9])")


def cases() -> list[Any]:
    found = []
    for file in sorted(CASES.glob("*/expected.yml")):
        expected = yaml.safe_load(file.read_text(encoding="utf-8"))
        siblings = expected.pop("siblings", {})
        found.append(pytest.param(file.parent, expected, id=file.parent.name))
        found += [
            pytest.param(file.parent, s, id=f"{file.parent.name}: {name}") for name, s in siblings.items()
        ]
    return found


@pytest.fixture
def spoken():
    """What a call speaks is taken back afterwards."""
    yield
    message.speak("en")


def written(folder: Path, files: dict[str, str | None], at: Path) -> Path:
    """The source of a case: the folder's files, those of a sibling over them."""
    at.mkdir()
    for file in folder.iterdir():
        if file.name != "expected.yml" and files.get(file.name, "") is not None:
            (at / file.name).write_bytes(file.read_bytes())
    for name, text in files.items():
        if text is not None:
            (at / name).write_bytes(text.encode("utf-8"))
    return at


def holds(rows: list[dict[str, Any]], wanted: dict[str, Any]) -> bool:
    """Whether one of the rows has the wanted values."""
    return any(all(same(row.get(name), value) for name, value in wanted.items()) for row in rows)


def same(got: Any, value: Any) -> bool:
    if got is None or got != got:
        return value is None
    return got == (pytest.approx(value) if isinstance(value, float) else value)


@pytest.mark.parametrize(("folder", "expected"), cases())
def test_case(folder, expected, tmp_path, monkeypatch, capsys, spoken):
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "5000")
    if settings := expected.get("params"):
        (tmp_path / "params").mkdir()
        text = (params.ROOT / "params" / "default.yml").read_text(encoding="utf-8")
        text = yaml.safe_dump({**yaml.safe_load(text), **settings}, allow_unicode=True)
        (tmp_path / "params" / "default.yml").write_text(text, encoding="utf-8")
        monkeypatch.setenv("AFTERSALES_PARAMS", str(tmp_path / "params"))
    source = written(folder, expected.get("files", {}), tmp_path / folder.name)
    for lang in ("zh", "en"):
        ended = cli.main(["check", "--month", MONTH, "--source", str(source), "--lang", lang])
        printed = "".join(capsys.readouterr())
        assert ended == expected.get("exit", 0), printed
        assert not VIN.search(printed), printed
        for key in ("says", "absent"):
            texts = expected.get(key, [])
            for text in texts.get(lang, []) if isinstance(texts, dict) else texts if lang == "en" else []:
                assert (text in printed) == (key == "says"), f"{key} {text!r}:\n{printed}"
    if expected.get("exit", 0):
        with pytest.raises(InputError) as error:
            inputs.load(str(source), None, MONTH)
        found = [vars(fault) for fault in error.value.faults]
        assert all(holds(found, fault) for fault in expected.get("faults", [])), found
        return
    request = inputs.ask(MONTH, None, None, str(source), "en")
    tables = request.tables
    assert {name: len(tables[name]) for name in expected.get("rows", {})} == expected.get("rows", {})
    repaired: dict[str, int] = {}
    for one in tables.repairs:
        repaired[one["kind"]] = repaired.get(one["kind"], 0) + one["count"]
    wanted = expected.get("repaired", {})
    assert {kind: repaired.get(kind, 0) for kind in wanted} == wanted, tables.repairs
    assert not repaired.keys() & set(expected.get("unrepaired", [])), tables.repairs
    assert set(expected.get("notes", [])) <= {note.code for note in tables.notes}
    figures = all_figures(tables, request.month, request.params)
    for name, value in expected.get("figures", {}).items():
        assert same(figures[name], value), (name, figures[name])
    for name, frame in (
        ("joins", joins.table(tables, request.month)),
        ("checks", reconcile(tables, request.month, request.params)),
    ):
        there = frame.to_dict("records")
        assert all(holds(there, row) for row in expected.get(name, [])), there
