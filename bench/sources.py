"""What one store's reading costs in a database of many: ``python bench/sources.py [stores]``.

The same records of one store stand in two SQLite files, alone in the one and among those of many stores in
the other, with an index on store and date. The ratio of the times is the cost of the others: near 1 is good.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from aftersales import demo
from aftersales.contract import params
from aftersales.contract.schema import TABLES
from aftersales.sources import load as inputs
from aftersales.sources.cached import cached_load
from aftersales.sources.options import ReadOptions

ROUNDS = 5
STORE = "样本店"


def fill(path: Path, records: dict[str, pd.DataFrame], others: int) -> int:
    """Write a store's records, and the same under so many other names; returns the number of orders."""
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for table, frame in records.items():
            of = frame.astype({c: object for c in frame if frame[c].dtype == "str"})
            of.to_sql(table, connection, index=False)
            columns = ", ".join(c for c in frame if c != "store")
            for number in range(others):
                # half of them sort before the store, half after it
                name = f"{'店' if number % 2 else '阿'}{number:05}"
                copy = (
                    f"insert into {table} (store, {columns}) select '{name}', "
                    f"{columns} from {table} where store = '{STORE}'"
                )
                connection.execute(sa.text(copy))
        for table in records:
            about = TABLES[table]
            for use, columns in (("date", [about.dated_by]), ("key", [k for k in about.key if k != "store"])):
                if all(columns):
                    listed = ", ".join(["store", *columns])
                    connection.execute(sa.text(f"create index {table}_by_{use} on {table} ({listed})"))
        count = connection.execute(sa.text("select count(*) from repair_orders")).scalar_one()
        connection.execute(sa.text("analyze"))
    engine.dispose()
    return int(count)


def seconds(path: Path) -> float:
    """The time of one reading of a month's slice."""
    month = pd.Period("2024-04")
    start = time.perf_counter()
    cached_load(
        f"sqlite:///{path}",
        STORE,
        ReadOptions(default_store=STORE),
        *inputs.needed(month, params.load(month)),
    )
    return time.perf_counter() - start


def compare(stores: int) -> tuple[int, float, float]:
    """Repair orders of the large database, and the median times of the store alone and among the others."""
    records = demo.generate(seed=1, months=30, store=STORE)
    with tempfile.TemporaryDirectory() as folder:
        alone, among = Path(folder) / "alone.db", Path(folder) / "among.db"
        fill(alone, records, 0)
        count = fill(among, records, stores - 1)
        seconds(alone)  # imports
        taken = [(seconds(alone), seconds(among)) for _ in range(ROUNDS)]
    return count, statistics.median(a for a, _ in taken), statistics.median(b for _, b in taken)


if __name__ == "__main__":
    orders, one, many = compare(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
    print(f"one store alone {one:.2f} s, among {orders:,} orders {many:.2f} s: {many / one:.2f} times")
