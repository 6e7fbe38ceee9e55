"""An object store as it is met with: a server in a process of its own, spoken to over HTTP by s3fs."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time

import pytest
from conftest import run
from test_remote import STORE, TARGET, made, orders, whole

from aftersales.cache import store as cache
from aftersales.compare import runs
from aftersales.contract import params
from aftersales.contract.errors import InputError
from aftersales.export import remote as publishing
from aftersales.sources import load as inputs

pytestmark = pytest.mark.full
OUT = "s3://reports/out"


@pytest.fixture(scope="module")
def server():
    """Moto's server on loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    at_work = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    at_work.kill()
    at_work.wait()


@pytest.fixture
def s3(server, tmp_path, monkeypatch):
    """The client, for a look from outside, and an empty bucket; the environment names the server."""
    import s3fs

    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "s3cret-key",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
        cache.FOLDER: str(tmp_path / "cache"),
    }.items():
        monkeypatch.setenv(name, value)
    fs = s3fs.S3FileSystem(use_listings_cache=False, skip_instance_cache=True)
    if fs.exists("reports"):
        fs.rm("reports", recursive=True)
    fs.mkdir("reports")
    return fs


def test_a_source_there_is_read_as_one_here_and_fetched_once(s3, tmp_path):
    s3.pipe_file("reports/exports/维修工单.csv", orders(4))
    here = tmp_path / "exports"
    here.mkdir()
    (here / "维修工单.csv").write_bytes(orders(4))
    there, local = (inputs.ask("4", None, STORE, at, None) for at in ("s3://reports/exports", str(here)))
    assert there.tables.repair_orders.equals(local.tables.repair_orders)
    (mirror,) = (tmp_path / "cache" / "mirrors").glob("*/exports")
    before = (mirror / "维修工单.csv").stat()
    inputs.ask("4", None, STORE, "s3://reports/exports/", None)
    assert (mirror / "维修工单.csv").stat().st_ino == before.st_ino
    s3.pipe_file("reports/exports/维修工单.csv", orders(5))
    assert len(inputs.ask("4", None, STORE, "s3://reports/exports", None).tables.repair_orders) == 5


KILLED = """
import os, signal, sys
from pathlib import Path
from aftersales.export import remote
left = int(sys.argv[3])
def step(name):
    global left
    left -= 1
    if left < 0:
        print(name, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
remote.upload(Path(sys.argv[1]), Path(sys.argv[2]), "s3://reports/out", step)
"""


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_moment_the_manifest_names_a_whole_run(s3, tmp_path, seed):
    steps = []
    publishing.upload(made(tmp_path, 0), tmp_path, OUT, steps.append)
    moments = [steps.index("published") - 1, *random.Random(seed).sample(range(len(steps)), 2)]
    for value, moment in enumerate(moments[seed % 2 :], 1):
        before = whole(s3, "reports/out")
        at = made(tmp_path, value)
        command = [sys.executable, "-c", KILLED, str(at), str(tmp_path), str(moment)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == -signal.SIGKILL, done.stderr
        counts = steps[moment] in ("published", "swept")
        assert whole(s3, "reports/out") == (value if counts else before), steps[moment]
    publishing.upload(made(tmp_path, 99), tmp_path, OUT)
    assert whole(s3, "reports/out") == 99
    left = {name.split("/")[5] for name in s3.find(f"reports/out/{TARGET}/.runs")}
    assert len(left) == 1
    with publishing.fetched(OUT, publishing.of_store(STORE)) as local:
        assert runs.find("A", "2024-04@1", local, STORE, STORE).report["figures"]["ftf.rate"] < 99


@pytest.mark.parametrize(
    ("change", "out", "told"),
    [
        ({}, "s3://nowhere/out", "no such bucket"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, OUT, "no connection"),
    ],
)
def test_a_store_that_takes_nothing_is_told_before_the_work(s3, change, out, told, monkeypatch):
    for name, value in change.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=told) as error:
        publishing.try_place(out)
    shown = error.value.text("zh") + error.value.text("en")
    assert not [secret for secret in ("s3cret-key", "AKIAEXAMPLE", "127.0.0.1") if secret in shown]


def test_the_report_of_a_store_is_published_there(s3, april):
    """The whole command: the same figures as in a folder, and what is changed there is found."""
    done = run("report", "--month", 4, "--out", OUT)
    assert done.returncode == 0, done.stderr
    base = f"{OUT}/2024-04/示范店"
    assert f"{base}/report.pdf" in done.stdout.split()
    assert s3.cat_file(f"{base}/figures.json") == (april / "figures.json").read_bytes()
    told = json.loads(s3.cat_file(f"{base}/manifest.json"))
    assert {name.split("/", 2)[2] for name in told["files"]} == set(
        json.loads((april / "manifest.json").read_bytes())["files"]
    )
    assert "s3cret-key" not in done.stdout + done.stderr
    assert not [p for p in os.listdir(params.ROOT) if p.startswith("s3:")]
    s3.pipe_file(f"{base}/{next(n for n in told['files'] if n.endswith('.html'))}", b"changed")
    verified = run("verify", "--month", 4, "--out", OUT, "--lang", "en")
    assert verified.returncode == 1
    assert "changed since it was published" in verified.stdout
