"""Sources that are asked for no more than a report needs: databases and folders of Parquet files."""

from __future__ import annotations

import functools
import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd
import pytest
import sqlalchemy as sa
from conftest import run
from filelock import FileLock

from aftersales import demo, metrics
from aftersales.contract import params
from aftersales.contract.errors import InputError
from aftersales.contract.schema import TABLES as SCHEMA
from aftersales.contract.tables import Tables
from aftersales.explanation import lookup as rows
from aftersales.metrics import watched
from aftersales.reconcile.records import reconcile
from aftersales.sources import load as inputs
from aftersales.sources.cached import cached_load, months
from aftersales.sources.options import ReadOptions
from aftersales.sources.readers import database, parquet
from aftersales.sources.readers.slices import Slice

STORES = ("甲店", "乙店")
MONTHS = ("2024-04", "2023-12")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def records() -> dict[str, pd.DataFrame]:
    """Thirty months of two stores, of one vehicle in five."""
    made = [demo.generate(seed, 30, store=name) for seed, name in enumerate(STORES, 5)]
    all_of = {name: pd.concat([m[name] for m in made], ignore_index=True) for name in SCHEMA}
    out = dict(all_of)
    for name in ("repair_orders", "customers", "churn_calls"):
        out[name] = all_of[name][all_of[name]["vin"].str[-1].isin(["0", "5"])]
    orders = pd.MultiIndex.from_frame(out["repair_orders"][["store", "order_id"]])
    for name in ("jobs", "bookings", "survey_calls", "complaints"):
        mine = pd.MultiIndex.from_frame(all_of[name][["store", "order_id"]]).isin(orders)
        alone = all_of[name]["order_id"].isna() & (all_of[name].index % 5 == 0)
        out[name] = all_of[name][mine | alone]
    calls = pd.MultiIndex.from_frame(out["survey_calls"][["store", "call_id"]])
    of = pd.MultiIndex.from_frame(out["grievances"][["store", "call_id"]])
    return out | {"grievances": out["grievances"][of.isin(calls)]}


@pytest.fixture(scope="module")
def exports(tmp_path_factory, records) -> str:
    """The same as CSV files, which are read whole."""
    out = tmp_path_factory.mktemp("exports")
    for name, frame in records.items():
        frame.to_csv(out / f"{name}.csv", index=False)
    return str(out)


def fill(url: str, records: dict[str, pd.DataFrame]) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for name, frame in records.items():
            frame.astype({c: object for c in frame if frame[c].dtype == "str"}).to_sql(
                name, connection, index=False
            )
            dated_by = SCHEMA[name].dated_by
            if dated_by:
                connection.execute(sa.text(f"create index {name}_by_date on {name} (store, {dated_by})"))
            key = [k for k in SCHEMA[name].key if k != "advisor"] or ["store"]
            connection.execute(sa.text(f"create index {name}_by_key on {name} (store, {', '.join(key)})"))
    engine.dispose()


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory, records) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('db')}/dms.db"
    fill(url, records)
    return url


@pytest.fixture(scope="module")
def hive(tmp_path_factory, records) -> Path:
    """A folder of Parquet files: a table a file or, where it is dated, a folder by store and month."""
    out = tmp_path_factory.mktemp("lake")
    for name, frame in records.items():
        dated_by = SCHEMA[name].dated_by
        if name in ("customers", "oem_css", "grievances", "oem_pt", "actions"):
            frame.to_parquet(out / f"{name}.parquet", index=False)
        else:
            month = frame[dated_by].dt.strftime("%Y-%m")
            frame.assign(month=month).to_parquet(out / name, partition_cols=["store", "month"], index=False)
    return out


@pytest.fixture(scope="module")
def single(tmp_path_factory, records) -> Path:
    """A folder with one Parquet file a table, sorted by store and date, in groups of 1,000 rows."""
    out = tmp_path_factory.mktemp("single")
    for name, frame in records.items():
        order = [c for c in ("store", SCHEMA[name].dated_by) if c]
        frame.sort_values(order).to_parquet(out / f"{name}.parquet", index=False, row_group_size=1000)
    return out


def report_of(tables: Tables, month: str) -> dict:
    """Every figure of a report, and every table whose rows can be explained."""
    when, settings = pd.Period(month), params.load(month)
    found = {name: t.frame(tables, when, settings) for name, t in rows.TABLE_ROWS.items()}
    found["key_figures"] = metrics.summary.key_figures(
        tables, when, settings, watched.judged(tables, when, settings).findings
    )
    found["retention"] = metrics.churn.retention(tables.repair_orders, when)
    found["checks"] = reconcile(tables, when, settings)
    found["history"] = metrics.complaints.history(tables.complaints, tables.repair_orders, when)
    found["checks"] = found["checks"].sort_values(["rule", "subject"])  # a database has no order of its own
    told = {name: frame.to_dict("records") for name, frame in found.items()}
    return json.loads(json.dumps(metrics.all_figures(tables, when, settings) | told, default=str))


def load(source: object, store: str, month: str, **how: Any) -> Tables:
    return cached_load(
        str(source),
        store,
        ReadOptions(default_store="甲店", masked=False, **how),
        *inputs.needed(pd.Period(month), params.load(month)),
    )


@pytest.fixture(scope="module")
def whole(exports, shared):
    """`whole("甲店", "2024-04")`: the report made from everything, and its jobs; made once for all."""

    @functools.cache
    def made(store: str, month: str) -> tuple[dict, int]:
        kept = shared / f"whole {store} {month}.json"
        with FileLock(f"{kept}.lock"):
            if not kept.exists():
                tables = load(exports, store, month)
                kept.write_text(json.dumps([report_of(tables, month), len(tables.jobs)]), encoding="utf-8")
        report, jobs = json.loads(kept.read_text(encoding="utf-8"))
        return report, jobs

    return made


@pytest.mark.parametrize("month", MONTHS)
@pytest.mark.parametrize("kind", ["sqlite", "hive", "single"])
def test_the_figures_are_those_of_the_whole(request, whole, kind, month):
    for store in STORES if month == MONTHS[0] else STORES[1:]:
        part = load(request.getfixturevalue(kind), store, month)
        report, jobs = whole(store, month)
        assert report_of(part, month) == report
        assert len(part.jobs) < jobs or month == max(MONTHS)  # which looks back to the first month of all
        assert part.repair_orders["plate"].isna().all()
        assert part.repair_orders["store"].unique().tolist() == [store]


def plan(url: str, query: Any, explain: str) -> str:
    """How a database answers a query."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        text = query.compile(engine, compile_kwargs={"literal_binds": True}).string
        lines = connection.exec_driver_sql(f"{explain} {text}").fetchall()
    engine.dispose()
    return "\n".join(str(line[-1]) for line in lines)


def test_sqlite_finds_a_store_s_months_by_the_index(sqlite):
    with database.opened(sqlite, {}) as reader:
        query = reader.query("repair_orders", Slice("甲店", "2023-05", "2024-04"))
    told = plan(sqlite, query, "EXPLAIN QUERY PLAN")
    assert "USING INDEX repair_orders_by_date (store=? AND opened_at>? AND opened_at<?)" in told
    assert "SCAN" not in told
    assert "plate" not in str(query)


def test_parquet_reads_the_groups_and_columns_that_it_needs(hive, single):
    wanted = Slice("甲店", "2024-03", "2024-04")
    for folder, name in ((hive, "jobs"), (single, "repair_orders")):
        read_, every, columns = parquet.ParquetFolder({name: next(folder.glob(f"{name}*"))}, {}).plan(
            name, wanted
        )
        assert 0 < read_ < every / 2, (name, read_, every)
        assert "plate" not in columns
    assert read_ <= 2


def test_files_of_other_stores_are_not_opened(hive, tmp_path):
    out = tmp_path / "lake"
    shutil.copytree(hive, out)
    for file in out.glob("repair_orders/*/*/*.parquet"):
        if "store=甲店" not in unquote(str(file)):
            file.write_bytes(b"PAR1 no more")
    load(out, "甲店", "2024-04")
    with pytest.raises(InputError, match="damaged"):
        load(out, "乙店", "2024-04")


@pytest.mark.parametrize("kind", ["sqlite", "hive", "single"])
def test_the_months_that_there_are(request, kind):
    source = str(request.getfixturevalue(kind))
    there = months(source, "甲店", ReadOptions(), "repair_orders")
    assert (there[0], there[-1], len(there)) == ("2021-11", "2024-04", 30)
    assert str(inputs.ask("4", None, "甲店", source, None).month) == "2024-04"
    assert str(inputs.ask("11", None, "甲店", source, None).month) == "2023-11"
    with pytest.raises(InputError, match=r"2019-05.* 2021-10 to 2024-04|2019-05.* 2021-11 to 2024-04"):
        inputs.ask("5", "2019", "甲店", source, None)
    with pytest.raises(InputError, match=r"乙店, 甲店"):
        inputs.ask("4", None, "丙店", source, None)


# PostgreSQL, a real one


@pytest.fixture(scope="module")
def postgres(records) -> Iterator[str]:
    """A server of its own on the loopback, filled; stopped afterwards."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    bin_ = found[-1] if found else Path(shutil.which("initdb") or "").parent
    at = Path(tempfile.mkdtemp(prefix="pg-"))
    as_user: dict[str, Any] = {}
    if os.getuid() == 0:  # a server refuses to run as root
        as_user = {"user": "postgres"}
        shutil.chown(at, "postgres")

    def command(name: str, *args: object) -> None:
        done = subprocess.run(
            [str(bin_ / name), *map(str, args)],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **as_user,
        )
        assert done.returncode == 0, done.stderr

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = at / "data"
    command("initdb", "-D", data, "-U", "me", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale", "C.UTF-8")
    options = f"-c listen_addresses=127.0.0.1 -p {port} -k {at} -c fsync=off"
    command("pg_ctl", "-D", data, "-w", "-l", at / "log", "-o", options, "start")
    try:
        url = f"postgresql+psycopg://me:secret@127.0.0.1:{port}/postgres"
        fill(url, records)
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.execute(sa.text("analyze"))
        engine.dispose()
        yield url
    finally:
        command("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(at, ignore_errors=True)


@pytest.mark.full
def test_postgresql(postgres, whole, tmp_path):
    month = MONTHS[0]
    part = load(postgres, STORES[1], month)
    assert report_of(part, month) == whole(STORES[1], month)[0]
    assert part.source == "postgresql:postgres"
    with database.opened(postgres, {}) as reader:
        query = reader.query("repair_orders", Slice(STORES[1], "2024-03", "2024-04"))
    told = plan(postgres, query, "EXPLAIN")
    assert "repair_orders_by_date" in told
    assert "Seq Scan" not in told
    assert months(postgres, STORES[0], ReadOptions(), "repair_orders")[-1] == "2024-04"


@pytest.mark.full
def test_a_report_from_postgresql_is_made_from_one_reading(postgres, tmp_path):
    source = postgres.replace("postgresql+psycopg", "postgresql")
    done = run(
        "report",
        "--month",
        4,
        "--store",
        "甲店",
        "--source",
        "env:DMS",
        "--out",
        tmp_path / "out",
        DMS=source,
    )
    assert done.returncode == 0, done.stderr
    made = json.loads((tmp_path / "out/2024-04/甲店/figures.json").read_text(encoding="utf-8"))
    assert made["figures"]["volume.orders"] > 0
    for file in (tmp_path / "out").rglob("*"):
        assert file.is_dir() or b"secret" not in file.read_bytes()
    assert not list((tmp_path / "cache").rglob("snapshot-*"))
    again = run("report", "--month", 4, "--store", "丙店", "--source", source, "--out", tmp_path / "out")
    assert again.returncode == 2
    assert "甲店" in again.stderr
    assert "secret" not in again.stderr
