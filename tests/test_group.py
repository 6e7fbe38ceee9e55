"""A group's run: every store as its report alone, none lost, none half, only what is missing made again."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import chosen, run, thinned
from distributed import Client, LocalCluster, get_worker
from test_kernels import forking, until
from test_object_store import OUT, s3, server  # noqa: F401, its server and client

from aftersales import demo, get_params
from aftersales.contract import home, place
from aftersales.contract.errors import InputError
from aftersales.group import command, plan, record, workers
from aftersales.kernels import server as server_process
from aftersales.kernels import wire

pytestmark = forking
STORES = ("东城/一店", "西城店", "南城店")
MONTH = "2024-04"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records of three small stores, a file a table."""
    folder = tmp_path_factory.mktemp("group") / "exports"
    folder.mkdir()
    parts = [thinned(demo.generate(31 + n, 14, store=store), 10) for n, store in enumerate(STORES)]
    for table in parts[0]:
        pd.concat([part[table] for part in parts]).to_csv(folder / f"{table}.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Params with one chapter, and a cache of their own."""
    base = tmp_path_factory.mktemp("settings")
    return chosen(base / "params", "01_review") | {"AFTERSALES_CACHE": str(base / "cache")}


def group_of(out: Path) -> dict[str, dict[str, Any]]:
    told = out / MONTH / "group.json"
    stores = json.loads(told.read_text(encoding="utf-8"))["stores"] if told.exists() else []
    return {one["store"]: one for one in stores}


def states(out: Path) -> dict[str, str]:
    return {name: one["status"] for name, one in group_of(out).items()}


def figures(out: Path, folder: str) -> bytes:
    return (out / MONTH / folder / "figures.json").read_bytes()


def start(source: Path, out: Path, env: dict[str, str], *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "aftersales", "group", "--month", "4", "--source", str(source)]
    return subprocess.Popen(
        [*command, "--out", str(out), *more],
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def processes_with(text: str) -> list[int]:
    """The processes that were told of something in their environment."""
    found = []
    for at in Path("/proc").iterdir():
        if at.name.isdecimal():
            try:
                if text.encode() in (at / "environ").read_bytes():
                    found.append(int(at.name))
            except OSError:
                continue
    return found


def test_a_group_is_stopped_and_resumed_and_one_bad_store_stops_no_other(
    source: Path, env: dict[str, str], tmp_path: Path
) -> None:
    bad, out = tmp_path / "exports", tmp_path / "out"
    shutil.copytree(source, bad)
    orders = pd.read_csv(bad / "repair_orders.csv", dtype=str)
    row = orders.index[orders["store"] == STORES[2]][3]
    orders.loc[row, "opened_at"] = "gestern"
    orders.to_csv(bad / "repair_orders.csv", index=False)
    env = env | {"GROUP_TEST": str(tmp_path)}

    # Ctrl-C when the first is done: what is done stays, nothing else does
    stopped = start(bad, out, env, "--workers", "1")
    assert until(lambda: states(out), 60), stopped.communicate()
    assert until(lambda: "made" in states(out).values() or stopped.poll() is not None, 60)
    began = time.monotonic()
    stopped.send_signal(signal.SIGINT)
    said = stopped.communicate(timeout=20)[1]
    assert time.monotonic() - began < 6
    assert stopped.returncode == 130, said
    assert "再运行同一命令" in said
    assert until(lambda: not processes_with(str(tmp_path)), 5)
    kept = [name for name, state in states(out).items() if state == "made"]
    assert kept
    assert not [p for p in (out / MONTH).iterdir() if p.name.startswith(".")]
    assert not list(Path(env["AFTERSALES_CACHE"], "shards").iterdir())

    # the same command does the rest, and says which store is bad, and where
    done = run("group", "--month", "4", "--source", bad, "--out", out, "--workers", "2", **env)
    assert done.returncode == 1, done.stderr
    assert states(out) == {STORES[0]: "made", STORES[1]: "made", STORES[2]: "failed"} | dict.fromkeys(
        kept, "unchanged"
    )
    error = group_of(out)[STORES[2]]["error"]
    assert "repair_orders.csv" in error
    assert str(row + 2) in error
    assert f"{STORES[2]} 失败" in done.stderr
    assert re.search(r"\[1/\d\] \S+ .*", done.stderr)
    assert "http://127.0.0.1:" in done.stderr
    assert not (out / MONTH / STORES[2]).exists()
    page = (out / MONTH / "index.html").read_text(encoding="utf-8")
    assert all(store in page for store in STORES)
    assert (out / MONTH / "index.pdf").read_bytes().startswith(b"%PDF")

    # mended, only that one is made; and all is as the report alone has it
    shutil.copy(source / "repair_orders.csv", bad)
    done = run("group", "--month", "2024-04", "--source", bad, "--out", out, "--workers", "1", **env)
    assert done.returncode == 0, done.stderr
    assert states(out) == dict.fromkeys(STORES[:2], "unchanged") | {STORES[2]: "made"}
    # nothing changed: nothing is made, not even the overview
    done = run("group", "--month", "4", "--source", bad, "--out", out, **env)
    assert (done.returncode, set(states(out).values())) == (0, {"unchanged"}), done.stderr
    assert "集团总览 …" not in done.stderr
    alone = tmp_path / "alone"
    made = run("report", "--month", MONTH, "--store", STORES[0], "--source", bad, "--out", alone, **env)
    assert made.returncode == 0, made.stderr
    folder = group_of(out)[STORES[0]]["folder"]
    assert figures(out, folder) == figures(alone, folder)


@pytest.fixture
def cluster(env: dict[str, str], tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers that were started by themselves, on ports of their own."""
    where = tmp_path / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    started: list[subprocess.Popen[bytes]] = []

    def begin(*command: str, **more: str) -> None:
        started.append(
            subprocess.Popen([*dask, *command], env={**os.environ, **env, **more}, stderr=subprocess.DEVNULL)
        )

    try:
        begin(
            "scheduler",
            "--port",
            "0",
            "--no-dashboard",
            "--host",
            "127.0.0.1",
            "--scheduler-file",
            str(where),
        )
        assert until(lambda: where.exists() and where.read_text().strip().endswith("}"), 30)
        address = json.loads(where.read_text())["address"]
        for n in range(2):
            begin("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--name", f"w{n}")
        yield address, started
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def test_a_worker_that_is_killed_loses_no_store(
    source: Path, env: dict[str, str], cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    address, (_, *workers) = cluster
    out = tmp_path / "out"
    going = start(source, out, env, "--scheduler", address)
    making = out / MONTH
    assert until(lambda: list(making.glob(".making-*/notebooks")) or going.poll() is not None, 90)
    time.sleep(0.5)
    workers[0].send_signal(signal.SIGKILL)
    said = going.communicate(timeout=180)
    assert going.returncode == 0, said
    assert set(states(out).values()) == {"made"}
    assert not [p for p in making.iterdir() if p.name.startswith(".making-")]
    for one in group_of(out).values():
        at = making / one["folder"]
        told = json.loads((at / "manifest.json").read_text(encoding="utf-8"))
        assert told["store"] == one["store"]
        assert json.loads((at / "figures.json").read_text(encoding="utf-8"))["store"] == one["store"]


def test_stopping_stops_what_workers_elsewhere_are_at(
    source: Path, env: dict[str, str], cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    address, (_, *workers) = cluster
    out = tmp_path / "out"
    going = start(source, out, env, "--scheduler", address)
    assert until(lambda: list((out / MONTH).glob(".making-*/notebooks")) or going.poll() is not None, 90)
    going.send_signal(signal.SIGINT)
    assert going.wait(10) == 130, going.communicate()
    assert until(lambda: not list((out / MONTH).glob(".making-*")), 10)
    assert all(worker.poll() is None for worker in workers)


def test_a_worker_with_other_params_is_refused(
    source: Path, env: dict[str, str], cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    address, _ = cluster
    other = chosen(tmp_path / "params", "01_review", "07_top5")
    done = run(
        "group", "--month", "4", "--source", source, "--out", tmp_path / "out", "--scheduler", address,
        **env | other,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert re.search(r"工作机 tcp://127\.0\.0\.1:\d+ 和这里不同：参数：这里是 \w+，那里是 \w+", done.stderr)
    assert not (tmp_path / "out" / MONTH / "index.html").exists()


def test_the_workers_of_this_machine_share_the_server_of_the_command(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing in what surrounds them keeps a report from being forked from it, as Dask's seed did."""

    def surroundings() -> dict[str, str]:
        fixed = (server_process.FIXED, wire.VARIABLE)
        return {k: v for k, v in os.environ.items() if k.startswith(fixed[0]) or k == fixed[1]}

    with workers.serving(), workers.connected(None, 2) as (client, here):
        theirs = client.run(surroundings)
        assert here
        assert list(theirs.values()) == [surroundings()] * 2
        assert os.environ[wire.VARIABLE]
        # all that it imports starts no thread and leaves no file open, which it would tell
        monkeypatch.setattr(workers, "_is_wanted", lambda: True)  # asks a worker, which this is not
        assert workers._forked(["--help"], dict(os.environ), os.getcwd(), 1) == 0
        told = capfd.readouterr()
        assert "group" in told.out
        assert not told.err
        assert set(client.run(lambda dask_worker: "profile" in dask_worker.periodic_callbacks).values()) == {
            False
        }
        # what does keep one from it is told, and not only taken for longer
        with pytest.raises(wire.Refused, match="PYTHONHASHSEED"):
            workers._forked(["--help"], {**os.environ, "PYTHONHASHSEED": "77"}, os.getcwd(), 2)
        cold = command._cold("tcp://here", "why"), "tcp://here", "why"
        assert all(one in cold[0] for one in cold[1:])


def test_no_store_waits_at_a_worker_that_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the end of a run one waited behind another while the other worker had nothing to do."""

    def make(order: dict[str, Any], shard: bytes | None) -> dict[str, Any]:
        one: Any = get_worker()
        there = 0
        for _ in range(30 if "店0" in order["arguments"] else 2):
            given = sum(task.state in ("ready", "executing") for task in one.state.tasks.values())
            there = max(there, given)
            time.sleep(0.05)
        said = f"with {there} at its worker"
        return {"code": 1, "said": said, "seconds": 0.1, "worker": one.address, "refused": None}

    monkeypatch.setattr(workers, "make", make)
    jobs = [plan.StoreJob(f"店{n}", None, None, None) for n in range(6)]
    todo = plan.Plan(pd.Period(MONTH), get_params(), "zh", jobs)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as two,
        Client(two) as client,
    ):
        done = list(command._made(client, True, todo, jobs, tmp_path, None, record.Place(tmp_path, MONTH)))
    assert {one["store"] for one in done} == {job.store for job in jobs}
    assert {one["error"] for one in done} == {"with 1 at its worker"}
    assert done[-1]["store"] == "店0"  # the five others were made meanwhile, by the other worker


def test_no_scheduler_there_is_said(source: Path, env: dict[str, str], tmp_path: Path) -> None:
    done = run(
        "group", "--month", "4", "--source", source, "--out", tmp_path, "--scheduler", "nowhere", **env
    )
    assert done.returncode == 2
    assert "SCHEDULER=nowhere" in done.stderr


def test_a_month_that_is_not_there_begins_nothing(source: Path, env: dict[str, str], tmp_path: Path) -> None:
    done = run("group", "--month", "2031-01", "--source", source, "--out", tmp_path / "out", **env)
    assert done.returncode == 2, done.stderr
    assert "2031-01" in done.stderr
    assert "2024-04" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.full
def test_a_group_is_published_on_an_object_store(
    s3: Any,  # noqa: F811
    source: Path,
    env: dict[str, str],
    tmp_path: Path,
) -> None:
    """Source and output of two stores there, by a server in a process of its own."""
    for file in source.iterdir():
        rows = pd.read_csv(file, dtype=str)
        s3.pipe(f"reports/exports/{file.name}", rows[rows["store"].isin(STORES[:2])].to_csv(index=False))
    arguments = ["group", "--month", "4", "--source", "s3://reports/exports", "--out", OUT]
    made = run(*arguments, **env)
    assert made.returncode == 0, made.stderr
    told = json.loads(s3.cat(f"reports/out/{MONTH}/group.json"))
    assert {one["store"]: one["status"] for one in told["stores"]} == dict.fromkeys(STORES[:2], "made")
    for one in told["stores"]:
        at = f"reports/out/{MONTH}/{one['folder']}"
        named = json.loads(s3.cat(f"{at}/manifest.json"))["files"]
        assert all(s3.exists(f"{at}/{name}") for name in named)
        assert json.loads(s3.cat(f"{at}/figures.json"))["store"] == one["store"]
    assert f"{told['stores'][0]['store']}" in s3.cat(f"reports/out/{MONTH}/index.html").decode()


def planned(
    source: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, **own: str
) -> dict[str, plan.StoreJob]:
    """The jobs of April, with params of their own for some stores."""
    chosen(folder / "params", "01_review")
    (folder / "params" / "stores").mkdir()
    for name, text in own.items():
        (folder / "params" / "stores" / f"{name}.yml").write_text(text, encoding="utf-8")
    monkeypatch.setenv(home.VARIABLE, str(folder / "params"))
    into = folder / "into"
    into.mkdir()
    made = plan.plan(MONTH, None, str(source), None, into, lambda what: None)
    return {job.store: job for job in made.jobs}


def test_a_store_may_have_a_source_or_a_way_of_reading_of_its_own(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    demo.write(other, stores=1, months=3)
    jobs = planned(
        source,
        tmp_path,
        monkeypatch,
        北城店=f"source: {other}\n",
        西城店="header_aliases: {我们的单号: order_id}\n",
        南城店="targets: {ftf.rate: 0.97}\n",
    )
    assert set(jobs) == {*STORES, "北城店"}
    assert jobs["北城店"].source is None
    assert jobs["北城店"].shard is None
    assert jobs["西城店"].shard is None
    assert jobs["西城店"].source == str(source)
    assert jobs["南城店"].shard is not None


def test_what_a_store_depends_on_is_its_own(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Params and rows of one store have no other made again."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    before = planned(source, tmp_path / "one", monkeypatch)
    changed = tmp_path / "exports"
    shutil.copytree(source, changed)
    calls = pd.read_csv(changed / "survey_calls.csv", dtype=str)
    calls.loc[calls.index[calls["store"] == STORES[0]][-1], "suggestion"] = "快一点"
    calls.to_csv(changed / "survey_calls.csv", index=False)
    after = planned(changed, tmp_path / "two", monkeypatch, 南城店="targets: {ftf.rate: 0.97}\n")
    assert {name for name in STORES if before[name].key != after[name].key} == {STORES[0], STORES[2]}


def test_params_of_a_store_that_is_nowhere_are_refused(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match=r"stores/北城店\.yml: the source has no store 北城店"):
        planned(source, tmp_path, monkeypatch, 北城店="targets: {ftf.rate: 0.97}\n")


def test_parquet_is_read_by_each_store_for_itself(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet = tmp_path / "parquet"
    parquet.mkdir()
    for file in source.glob("*.csv"):
        pd.read_csv(file, dtype=str).to_parquet(parquet / f"{file.stem}.parquet")
    jobs = planned(parquet, tmp_path, monkeypatch)
    assert set(jobs) == set(STORES)
    assert all(job.shard is None and job.source == str(parquet) for job in jobs.values())


def test_the_built_in_store_is_a_group_of_one(tmp_path: Path) -> None:
    (made,) = plan.plan("4", None, "demo", None, tmp_path, lambda what: None).jobs
    assert (made.store, made.shard) == (place.DEMO_STORE, None)
    assert made.key
