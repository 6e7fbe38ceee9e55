"""The fuzz in small: fixed seeds, what `make fuzz` does with thousands; and what it found, each by itself."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

import fuzz
from fuzz import run

from aftersales.contract.errors import InputError
from aftersales.sources.cached import cached_load
from aftersales.sources.options import ReadOptions


@pytest.fixture(autouse=True)
def errors_are_whole_in_both_languages():
    """Not here: heads and cells are any text, and errors quote them."""


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    """`run` names a cache of its own, which is gone with it."""
    monkeypatch.setenv("AFTERSALES_CACHE", "")


def test_changed_sources_come_out_as_they_must():
    outcomes = run(1, range(60), stores=3)
    assert not [one for one in outcomes if one.amiss]
    assert {one.came for one in outcomes} == {"read the same", "read otherwise", "refused"}


@pytest.mark.parametrize("wrong", ["loses", "fails", "takes all"])
def test_a_source_that_comes_out_wrong_is_found(monkeypatch, wrong):
    """A reader that loses a row, one that breaks, one that reads what must be refused: none passes."""
    read, first = fuzz.cached_load, fuzz.Bench._store
    good = {}

    def broken(*args):
        if wrong == "fails":
            raise KeyError("vin")
        if wrong == "takes all":
            return good["tables"]
        tables = read(*args)
        return replace(tables, repair_orders=tables.repair_orders[:-1])

    def untouched(bench, number):
        monkeypatch.setattr(fuzz, "cached_load", lambda *args: good.setdefault("tables", read(*args)))
        found = first(bench, number)
        monkeypatch.setattr(fuzz, "cached_load", broken)
        return found

    monkeypatch.setattr(fuzz.Bench, "_store", untouched)
    amiss = " ".join(one.amiss for one in run(1, range(8), stores=1))
    assert {"loses": "another content", "fails": "KeyError", "takes all": "must be refused"}[wrong] in amiss


def test_two_heads_exchanged_quote_no_plate(tmp_path):
    """A number of a case is shown as it is; a plate or a VIN that stands in its place is not."""
    heads = "车牌号,VIN,客户类型,工单号,开单时间"
    for wrong in ("沪A12345", "LSVAA2180E2012345"):
        row = f"R1,LSVAA2180E2012346,私车,{wrong},2024-04-09"
        (tmp_path / "repair_orders.csv").write_text("\n".join([heads, row, row, ""]), encoding="utf-8")
        with pytest.raises(InputError, match="stands there once") as told:
            cached_load(str(tmp_path), None, ReadOptions(default_store="本店"))
        assert wrong not in told.value.text("zh") + told.value.text("en")


@pytest.mark.parametrize(
    ("heads", "swapped"), [("姓名", "建档日期"), ("电话", "客户类型"), ("姓名", "客户类型")]
)
def test_two_heads_exchanged_quote_nobody(tmp_path, heads, swapped):
    """A name that stands under the head of a date is no date, and a name all the same."""
    card = {
        "VIN": "LSVAA2180E2012345",
        "建档日期": "2024-01-02",
        "客户类型": "私车",
        "姓名": "周小莹",
        "电话": "13800138000",
    }
    order = "工单号,VIN,客户类型,开单时间\nR1,LSVAA2180E2012345,私车,2024-04-09\n"
    (tmp_path / "repair_orders.csv").write_text(order, encoding="utf-8")
    other = {heads: swapped, swapped: heads}
    text = ",".join(other.get(head, head) for head in card) + "\n" + ",".join(card.values()) + "\n"
    (tmp_path / "customers.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as told:
        cached_load(str(tmp_path), None, ReadOptions(default_store="本店"))
    said = told.value.text("zh") + told.value.text("en")
    assert swapped in said
    assert not [secret for secret in ("周小莹", "13800138000", "LSVAA2180E2012345") if secret in said]
