"""The fuzz in small: fixed seeds, what `make fuzz` does with thousands; and what it found, each by itself."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

from fuzz import run

from aftersales.contract.errors import InputError
from aftersales.sources.cached import cached_load
from aftersales.sources.options import ReadOptions


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    """`run` names a cache of its own, which is gone with it."""
    monkeypatch.setenv("AFTERSALES_CACHE", "")


def test_changed_sources_come_out_as_they_must():
    outcomes = run(1, range(60), stores=3)
    assert not [one for one in outcomes if one.amiss]
    assert {one.came for one in outcomes} == {"read the same", "read otherwise", "refused"}


def test_a_source_that_came_out_wrong_is_found(monkeypatch):
    """A reader that loses a row, one that passes everything by, and one that fails are told from a good one."""
    import fuzz

    read, outcomes = fuzz.cached_load, {}

    def loses(*args):
        tables = read(*args)
        tables.repair_orders.drop(tables.repair_orders.index[-1:], inplace=True)
        return tables

    def fails(*_):
        raise KeyError("vin")

    bench = lambda: [one.amiss for one in run(1, range(6), stores=1)]  # noqa: E731
    monkeypatch.setattr(fuzz.Bench, "_store", fuzz.Bench._store)
    first = fuzz.Bench._store

    for name, reader in (("loses", loses), ("fails", fails)):

        def untouched(self, number, reader=reader):
            monkeypatch.setattr(fuzz, "cached_load", read)
            found = first(self, number)
            monkeypatch.setattr(fuzz, "cached_load", reader)
            return found

        monkeypatch.setattr(fuzz.Bench, "_store", untouched)
        outcomes[name] = bench()
    assert any("another content" in amiss for amiss in outcomes["loses"])
    assert all("KeyError" in amiss for amiss in outcomes["fails"])


def test_two_heads_exchanged_quote_no_plate(tmp_path):
    """A number of a case is shown as it is; a plate or a VIN that stands in its place is not."""
    heads = "车牌号,VIN,客户类型,工单号,开单时间"
    for wrong in ("沪A12345", "LSVAA2180E2012345"):
        row = f"R1,LSVAA2180E2012346,私车,{wrong},2024-04-09"
        (tmp_path / "repair_orders.csv").write_text("\n".join([heads, row, row, ""]), encoding="utf-8")
        with pytest.raises(InputError, match="duplicate|once|重复") as told:
            cached_load(str(tmp_path), None, ReadOptions(default_store="本店"))
        assert wrong not in told.value.text("zh") + told.value.text("en")
