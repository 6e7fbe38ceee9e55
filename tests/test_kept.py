"""What is kept goes when its time is up, and when a customer is to be forgotten."""

import json
import os
import time

import openpyxl
import pandas as pd
import pytest
import yaml

from aftersales import cli, demo, report
from aftersales.cache import store as cache
from aftersales.contract import mask, params
from aftersales.contract.errors import InputError
from aftersales.export import forget, kept

DAY = 24 * 3600


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A source of one small store, a folder of reports, a cache, and where call lists are noted."""
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(kept, "_LISTS", tmp_path / ".call-lists.json")
    frames = demo.generate(seed=5, months=14, store="小店")
    (tmp_path / "in").mkdir()
    for name in ("repair_orders", "customers", "churn_calls", "complaints"):
        frames[name].to_csv(tmp_path / "in" / f"{name}.csv", index=False)
    return tmp_path


def listed(place):
    """A call list, and the VIN of a customer who is on it."""
    path = place / "calls.xlsx"
    report.call_list("2024-04", path, store="小店", source=str(place / "in"))
    vins = [cell.value for cell in openpyxl.load_workbook(path).worksheets[0]["D"][4:]]
    return path, vins[2]


def old(path, days):
    then = time.time() - days * DAY
    os.utime(path, (then, then))


def test_what_is_older_than_the_params_say_goes(place):
    path, _ = listed(place)
    other = place / "notes.xlsx"  # a workbook of somebody else's under a name that was noted
    openpyxl.Workbook().save(other)
    kept.note_list(other)
    runs = [place / f"out/2024-04/.history/小店/2024050{n}-091500" for n in (1, 2)]
    for run in runs:
        run.mkdir(parents=True)
        (run / "figures.json").write_text("{}")
    (place / "cache/drawings").mkdir(parents=True, exist_ok=True)
    drawings = [place / "cache/drawings" / name for name in ("new", "old")]
    for drawing in drawings:
        drawing.write_text("x")
    for one in (path, other, runs[0], drawings[1]):
        old(one, 100)
    assert kept.expire(place / "out", time.time() - 90 * DAY) == [path]
    assert [p.exists() for p in (path, other, *runs, *drawings)] == [False, True, False, True, True, False]


@pytest.mark.parametrize(("months", "goes"), [(3, True), (4, False)])
def test_the_params_say_how_long(place, monkeypatch, months, goes, capsys):
    path, _ = listed(place)
    old(path, 100)
    settings = yaml.safe_load((params.ROOT / "params/default.yml").read_text("utf-8"))
    (place / "params").mkdir()
    (place / "params/default.yml").write_text(
        yaml.safe_dump({**settings, "keep_months": months}, allow_unicode=True), encoding="utf-8"
    )
    monkeypatch.setenv("AFTERSALES_PARAMS", str(place / "params"))
    report.expire(place / "out")
    assert path.exists() is not goes
    assert ("calls.xlsx" in capsys.readouterr().err) is goes


@pytest.mark.parametrize("months", [0, -1, 1.5, "all", None, True])
def test_months_are_a_whole_number(tmp_path, months):
    (tmp_path / "default.yml").write_text(
        (params.ROOT / "params/default.yml")
        .read_text("utf-8")
        .replace("keep_months: 24", f"keep_months: {json.dumps(months)}"),
        encoding="utf-8",
    )
    with pytest.raises(InputError, match="keep_months"):
        params.load(path=tmp_path)


def test_a_customer_is_forgotten(place, monkeypatch, capsys):
    path, vin = listed(place)
    orders = pd.read_csv(place / "in/repair_orders.csv", dtype=str)
    mine = orders.loc[orders["vin"] == vin, "order_id"].tolist()
    runs = {n: place / f"out/2024-04/.history/小店/2024050{n}-091500" for n in (1, 2, 3)}
    for n, text in {1: mine[0], 2: mask.vin(vin), 3: f"{mine[0]}9"}.items():
        runs[n].mkdir(parents=True)
        (runs[n] / "figures.json").write_text(json.dumps({"cases": [text]}), encoding="utf-8")
    published = place / "out/2024-04/小店"
    published.mkdir(parents=True)
    (published / "report.html").write_text(f"<p>{mine[-1]}</p>", encoding="utf-8")
    (published / "figures.json").write_text("{}", encoding="utf-8")
    sealed = place / "cache/sealed"
    cache.make(sealed)
    (sealed / "x").write_text("x")
    rows = openpyxl.load_workbook(path).worksheets[0].max_row

    monkeypatch.setenv("VIN", f" {vin[:8].lower()} {vin[8:]}")  # as people write it
    asked = ["--source", str(place / "in"), "--store", "小店", "--out", str(place / "out"), "--lang", "zh"]
    assert cli.main(["forget", *asked]) == 0
    told = capsys.readouterr().out
    assert vin not in told
    assert "旧版报告：删去2份" in told
    assert f"report.html：{mine[-1]}" in told
    assert f"repair_orders {len(mine)}" in told
    assert [run.exists() for run in runs.values()] == [False, False, True]
    left = openpyxl.load_workbook(path).worksheets[0]
    assert left.max_row == rows - 1
    assert vin not in [cell.value for cell in left["D"]]
    assert path.stat().st_mode & 0o077 == 0
    assert not list(sealed.iterdir())
    assert (published / "report.html").read_text("utf-8") == f"<p>{mine[-1]}</p>"

    # a customer of whom no record is left: what is kept is looked through all the same
    assert cli.main(["forget", *asked, "--vin", "LSVZZZZZZZZ999999"]) == 0
    assert "来源里仍有" not in capsys.readouterr().out


@pytest.mark.parametrize("vin", [None, "", "12345", "   "])
def test_a_vin_is_needed(vin):
    with pytest.raises(InputError, match="which customer"):
        forget.bare(vin)
