"""What is read in part is read as a whole is: dates far off, and a store that is written in two ways."""

import pandas as pd
import pytest
import sqlalchemy as sa

from aftersales.contract.errors import InputError
from aftersales.sources import cached
from aftersales.sources.options import ReadOptions

OPTIONS = ReadOptions(default_store="东城店")


def database(folder, days):
    orders = pd.DataFrame({"opened_at": pd.to_datetime(days)}).assign(
        store=["东城店", "东 城店"] * (len(days) // 2), vin="LSVAA2180E2100001", owner_type="private"
    )
    orders["order_id"] = [f"R{n}" for n in range(len(orders))]
    engine = sa.create_engine(f"sqlite:///{folder}/s.db")
    orders.to_sql("repair_orders", engine, index=False)
    orders.to_parquet(folder / "repair_orders.parquet")
    engine.dispose()
    return [f"sqlite:///{folder}/s.db", str(folder / "repair_orders.parquet")]


def test_the_latest_month_is_none_far_off(tmp_path):
    for source in database(tmp_path, ["2024-02-01", "2024-03-02", "2024-04-09", "2042-04-09"]):
        with pytest.raises(InputError) as error:
            cached.months(source, None, OPTIONS, "repair_orders")
        (fault,) = error.value.faults
        assert (fault.kind, fault.got) == ("far_date", "2042-04")
        with pytest.raises(InputError, match="2042-04-09"):
            cached.cached_load(source, None, OPTIONS)


def test_a_store_written_with_a_blank_is_the_same(tmp_path):
    for source in database(tmp_path, ["2024-02-01", "2024-03-02", "2024-04-09", "2024-04-10"]):
        assert cached.months(source, "东城 店", OPTIONS, "repair_orders") == ["2024-02", "2024-03", "2024-04"]
        tables = cached.cached_load(source, "东城店", OPTIONS, "2022-01", "2024-04")
        assert (tables.store, len(tables.repair_orders)) == ("东城店", 4)
