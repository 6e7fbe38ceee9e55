"""Warm kernels: as good as stock ones, apart from one another, gone when their time is over."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import conftest
import nbformat
import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager

from aftersales import demo, kernels
from aftersales.contract import message
from aftersales.contract.errors import AftersalesError, InputError
from aftersales.kernels import failure, wire
from aftersales.kernels.lifetime import THREADS

forking = pytest.mark.skipif(not wire.CAN_FORK, reason="kernels are forked on Linux only")


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    with kernels.serving() as env:
        yield env


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(wire.VARIABLE, raising=False)
    monkeypatch.delenv("AFTERSALES_KERNEL_WARNED", raising=False)


def notebook(path: Path, *cells: str, parameters: str = "") -> Path:
    """A notebook of code cells, the first one its parameters."""
    first = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    made = [nbformat.v4.new_markdown_cell("# 标题"), first, *map(nbformat.v4.new_code_cell, cells)]
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)
    return path


def run(folder: Path, *cells: str, **options: Any) -> Any:
    """What the last cell of a notebook prints, read as JSON."""
    executed = kernels.execute(notebook(folder / "n.ipynb", *cells), folder / "out.ipynb", **options)
    return json.loads(executed.cells[-1].outputs[-1].text)


FACTS = """
import json, locale, os, random, signal, sys, threading, warnings
import matplotlib, numpy as np, pandas as pd
env = {k: v for k, v in os.environ.items() if k not in {"JPY_PARENT_PID", "AFTERSALES_KERNEL_WARNED"}}
print(json.dumps({
    "env": env, "cwd": os.getcwd(), "path": sys.path, "executable": sys.executable, "name": __name__,
    "argv0": sys.argv[0], "leads": os.getpid() == os.getsid(0) == os.getpgrp(), "umask": os.umask(0o22),
    "backend": matplotlib.get_backend(), "locale": locale.setlocale(locale.LC_ALL),
    "signals": {s.name: str(signal.getsignal(s)) for s in signal.valid_signals() if hasattr(s, "name")},
    "limit": sys.getrecursionlimit(), "width": pd.get_option("display.max_columns"),
    "figure": matplotlib.rcParams["figure.figsize"], "gc": __import__("gc").isenabled(),
    "bars": __import__("tqdm.auto").auto.tqdm.__module__,
}))
"""


@forking
def test_a_warm_kernel_is_like_a_stock_one(server: dict[str, str], tmp_path: Path) -> None:
    drawn = "import seaborn as sns\nsns.lineplot(x=[1, 2], y=[1, 2]);"
    made = notebook(tmp_path / "n.ipynb", FACTS, drawn, "pd.DataFrame({'列': [1.5, None]})")
    warm, stock = (
        kernels.execute(made, tmp_path / f"{name}.ipynb", kernel=name).cells
        for name in ("aftersales", "python3")
    )
    printed = [  # beside what tqdm has to say where there are no widgets
        next(out.text for out in cells[2].outputs if out.get("name") == "stdout") for cells in (warm, stock)
    ]
    mine, theirs = map(json.loads, printed)
    assert {k: v for k, v in mine["env"].items() if k in theirs["env"]} == theirs["env"]
    assert set(mine["env"]) - set(theirs["env"]) <= set(THREADS)
    for fact in mine.keys() - {"env"}:
        assert mine[fact] == theirs[fact], fact
    assert warm[3].outputs[0].data["image/png"] == stock[3].outputs[0].data["image/png"]
    assert warm[4].outputs[0].data == stock[4].outputs[0].data


PUTS_OUT = (
    "import sys\nprint('a'); print('c'); print('b', file=sys.stderr)",
    "import os, subprocess\nsubprocess.run(['echo', 'from below']); os.write(1, b'and here\\n');",
    "from IPython.display import HTML, clear_output, display, update_display\n"
    "display(HTML('1'), display_id='x'); display(HTML('2')); update_display(HTML('3'), display_id='x')",
    "print('gone'); clear_output(wait=True); print('stays'); {'列': [1, 2]}",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "import asyncio\nawait asyncio.sleep(0)\nIn[-1][:6], sorted(Out)",
    "import pandas as pd\npd.DataFrame({'a': range(100)})",
    "%who_ls str",
    "sys.displayhook(1); _",
)


@forking
def test_a_notebook_by_itself_puts_out_what_it_would_in_a_kernel(
    server: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # by which ipykernel knows that it need not look below
    made = notebook(tmp_path / "n.ipynb", *PUTS_OUT, "", parameters="x = 1")
    by_itself = kernels.execute(made, tmp_path / "itself.ipynb", {"x": 2})
    in_a_kernel = kernels.execute(made, tmp_path / "kernel.ipynb", {"x": 2}, kernel="python3")
    assert by_itself.metadata.language_info == in_a_kernel.metadata.language_info
    for one, other in zip(by_itself.cells, in_a_kernel.cells, strict=True):
        assert (one.source, one.get("execution_count")) == (other.source, other.get("execution_count"))
        mine, theirs = (put_out(cell) for cell in (one, other))
        assert mine == theirs, one.source


def put_out(cell: Any) -> list[str]:
    """What a cell put out, in its order but for texts: what comes from below a kernel hears when it does."""
    outputs = cell.get("outputs", [])
    texts = [
        f"{o.name}: {line}" for o in outputs if o.output_type == "stream" for line in o.text.splitlines()
    ]
    return sorted(texts) + [json.dumps(o, sort_keys=True) for o in outputs if o.output_type != "stream"]


@forking
def test_nothing_of_one_notebook_reaches_another(server: dict[str, str], tmp_path: Path) -> None:
    soil = (
        "import builtins, os, pandas, numpy, random\n"
        "builtins.mine = 1\nos.environ['MINE'] = '1'\nos.chdir('/')\npandas.DataFrame.sum = None\n"
        "pandas.set_option('display.precision', 1)\nnumpy.random.seed(1); random.seed(1)"
    )
    tell = (
        "import builtins, json, numpy, os, pandas, random\n"
        "held = [os.readlink(f'/proc/self/fd/{n}') for n in os.listdir('/proc/self/fd') if n not in '012'"
        " and os.path.exists(f'/proc/self/fd/{n}')]\n"
        "print(json.dumps([hasattr(builtins, 'mine'), 'MINE' in os.environ, os.getcwd(),"
        " pandas.get_option('display.precision'), pandas.DataFrame.sum is None, os.getppid(), os.getpid(),"
        " sorted(path for path in held if path.startswith('/') and not path.startswith(('/dev/', '/tmp/'))),"
        " random.random(), numpy.random.rand()]))"
    )
    told = [run(tmp_path, soil, tell), run(tmp_path, tell), run(tmp_path, tell, cwd=tmp_path.parent)]
    assert told[0][:5] == [True, True, "/", 1, True]
    assert told[1][:5] == [False, False, str(tmp_path), 6, False]
    assert told[2][2] == str(tmp_path.parent)
    assert told[0][5] == told[1][5] == told[2][5] != os.getpid()
    for position in (6, 8, 9):
        assert len({one[position] for one in told}) == 3
    assert told[1][7] == []


def started(kernel: KernelManager) -> BlockingKernelClient:
    client = kernel.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    return client


def value(client: BlockingKernelClient, code: str) -> Any:
    """What an expression is in a kernel; its error's name when it fails."""
    reply = client.execute_interactive("", user_expressions={"it": code}, silent=True, timeout=30)
    it = reply["content"]["user_expressions"]["it"]
    return eval(it["data"]["text/plain"]) if it["status"] == "ok" else it["ename"]


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KernelManager]:
    """The kernel as JupyterLab has it: by its installed kernelspec, through Jupyter's own manager."""
    kernels.install(tmp_path)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share" / "jupyter"))
    manager = KernelManager(kernel_name="aftersales")
    manager.start_kernel(cwd=str(tmp_path))
    yield manager
    if manager.has_kernel:
        manager.shutdown_kernel(now=True)


@forking
def test_interrupt_restart_and_shutdown(
    server: dict[str, str], kernel: KernelManager, tmp_path: Path
) -> None:
    client = started(kernel)
    assert kernel.provisioner.warm
    first = value(client, "__import__('os').getpid()")
    sleeping = client.execute("import time; time.sleep(60)")
    time.sleep(0.3)
    kernel.interrupt_kernel()
    reply = client.get_shell_msg(timeout=5)
    assert reply["parent_header"]["msg_id"] == sleeping
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    client.execute_interactive("x = 1", timeout=10)

    kernel.restart_kernel(now=True)
    client.wait_for_ready(timeout=30)
    assert kernel.provisioner.warm
    assert value(client, "x") == "NameError"
    assert value(client, "__import__('os').getpid()") != first

    left = f"import atexit, pathlib; atexit.register(pathlib.Path({str(tmp_path / 'left')!r}).touch)"
    client.execute_interactive(left, timeout=10)
    sockets = Path(kernel.ip).parent
    assert sockets.stat().st_mode & 0o777 == 0o700
    client.stop_channels()
    kernel.shutdown_kernel()
    assert kernel.provisioner.exit_status == 0
    assert (tmp_path / "left").exists()
    assert not sockets.exists()


@forking
def test_interrupting_a_notebook_ends_those_it_runs(
    server: dict[str, str], kernel: KernelManager, tmp_path: Path
) -> None:
    notebook(tmp_path / "one.ipynb", SLEEPER)
    client = started(kernel)
    client.execute(
        "from aftersales.kernels import NotebookJob, execute_many\nfrom pathlib import Path\n"
        "execute_many([NotebookJob(Path('one.ipynb'), Path('made.ipynb'))] * 3, workers=1)"
    )
    assert until((tmp_path / "pids").exists)
    kernel.interrupt_kernel()
    assert client.get_shell_msg(timeout=10)["content"]["ename"] == "KeyboardInterrupt"
    chapter, _, helper = map(int, (tmp_path / "pids").read_text().split())
    assert until(lambda: not alive(chapter) and not alive(helper), 2)
    client.stop_channels()


@forking
def test_a_killed_kernel_is_seen(server: dict[str, str], kernel: KernelManager) -> None:
    client = started(kernel)
    os.kill(value(client, "__import__('os').getpid()"), signal.SIGKILL)
    assert until(lambda: not kernel.is_alive())
    assert kernel.provisioner.exit_status == -signal.SIGKILL
    client.stop_channels()


@forking
def test_without_a_server_kernels_are_stock_and_one_warning_says_so(
    no_server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    pid = "import json, os\nprint(json.dumps([os.getppid(), os.environ['AFTERSALES_KERNEL_WARNED']]))"
    assert run(tmp_path, pid) == [os.getpid(), "1"]
    monkeypatch.setenv(wire.VARIABLE, str(tmp_path / "gone"))
    assert run(tmp_path, pid) == [os.getpid(), "1"]
    assert len([record for record in caplog.records if "not forked" in record.message]) == 1


@forking
def test_a_kernel_that_needs_another_start_is_stock(
    server: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert run(tmp_path, "import json, os\nprint(json.dumps(os.getppid()))") == os.getpid()


EARLY = """
import json, os, sys
print(json.dumps([os.getppid(), "pandas" in sys.modules, "aftersales.display.charts.heat" in sys.modules]))
"""


@forking
def test_the_first_kernel_need_not_wait_for_the_imports_of_drawing(no_server: None, tmp_path: Path) -> None:
    with kernels.serving():
        first, *others = [run(tmp_path, EARLY) for _ in range(3)]
    assert first[1]
    assert others == [[first[0], True, True]] * 2


NESTED = """
import json, os, time
from pathlib import Path
from aftersales import kernels
names = ["one", "two"]
told = []
jobs = [kernels.NotebookJob(Path(f"{n}.ipynb"), Path(f"made/{n}.ipynb"), {"name": n}) for n in names]
done = kernels.execute_many(jobs, workers=2, on_done=lambda name, seconds, error: told.append(name))
parents = [json.loads(Path(f"made/{n}.txt").read_text()) for n in names]
print(json.dumps([os.getppid(), parents, sorted(told), [d.job.out.stem for d in done]]))
"""


@forking
def test_a_notebook_runs_others_from_the_same_server(server: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    write = "import json, os, pathlib\npathlib.Path(f'made/{name}.txt').write_text(json.dumps(os.getppid()))"
    for name in ("one", "two"):
        notebook(tmp_path / f"{name}.ipynb", write, parameters="name = ''")
    parent, parents, told, made = run(tmp_path, NESTED)
    assert parents == [parent, parent]
    assert told == made == ["one", "two"]


@forking
def test_a_failure_in_a_notebook_that_a_notebook_runs_is_told(
    server: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(message.VARIABLE, "en")
    (tmp_path / "made").mkdir()
    notebook(tmp_path / "one.ipynb", "1 / 0", parameters="name = ''")
    notebook(tmp_path / "two.ipynb", "1", parameters="name = ''")
    with pytest.raises(kernels.NotebookFailed) as caught:
        run(tmp_path, NESTED)
    assert "n.ipynb, cell 3: one.ipynb, cell 3: ZeroDivisionError: division by zero" in str(caught.value)
    assert (tmp_path / "made" / "two.ipynb").exists()


@forking
def test_many_kernels_in_parallel(server: dict[str, str], tmp_path: Path) -> None:
    made = notebook(tmp_path / "n.ipynb", "number * 2", parameters="number = 0")
    jobs = [kernels.NotebookJob(made, tmp_path / f"{n}.ipynb", {"number": n}) for n in range(32)]
    done = kernels.execute_many(jobs, workers=4)
    assert [d.job for d in done] == jobs
    for n in range(32):
        assert nbformat.read(tmp_path / f"{n}.ipynb", 4).cells[-1].outputs[0].data["text/plain"] == str(2 * n)
    assert list(Path(server[wire.VARIABLE]).parent.iterdir()) == [Path(server[wire.VARIABLE])]


@pytest.mark.parametrize(
    ("code", "name", "says"),
    [
        ("raise KeyError('列')", "KeyError", "'列'"),
        ("import sys\nsys.exit(0)", "SystemExit", "left before its end"),
        ("import os\nos._exit(0)", "the kernel died", "exit code 0"),
        ("import os\nos.kill(os.getpid(), 9)", "the kernel died", "SIGKILL, as the system does"),
    ],
)
@forking
def test_a_notebook_that_fails_is_told_and_saved(
    server: dict[str, str], tmp_path: Path, code: str, name: str, says: str
) -> None:
    made = notebook(tmp_path / "{店} 1.ipynb", "'before'", code, "'never'", parameters="x = 1")
    out = tmp_path / "out.ipynb"
    out.write_text("as it was")
    with pytest.raises(kernels.NotebookFailed) as caught:
        kernels.execute(made, out, {"x": 2}, failed=tmp_path / "failed" / "n.ipynb")
    error = caught.value
    assert (error.notebook, error.cell, error.source, str(error.name)) == (made, 4, code, name)
    assert says in str(error.value)
    assert "{店} 1.ipynb, cell 4: " in str(error)
    assert "\x1b" not in error.traceback
    assert out.read_text() == "as it was"
    saved = nbformat.read(tmp_path / "failed" / "n.ipynb", 4)
    assert any(c.source == "'before'" and c.outputs for c in saved.cells if c.cell_type == "code")
    assert str(tmp_path) not in json.dumps(saved.metadata)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["failed", "out.ipynb", "{店} 1.ipynb"]


def test_bad_parameters_and_notebooks_are_refused_before_anything_runs(tmp_path: Path) -> None:
    made = notebook(tmp_path / "n.ipynb", parameters='month = "2024-04"\nlang: str = "zh"')
    with pytest.raises(InputError, match=r"n\.ipynb: no parameter store\. Its parameters are: lang, month\."):
        kernels.execute(made, tmp_path / "out.ipynb", {"store": "A"})
    with pytest.raises(InputError, match="parameter month: got tuple"):
        kernels.execute(made, tmp_path / "out.ipynb", {"month": (1, 2)})
    with pytest.raises(InputError, match=r"none\.ipynb"):
        kernels.execute(tmp_path / "none.ipynb", tmp_path / "out.ipynb")


@forking
def test_several_failures_are_told_together(server: dict[str, str], tmp_path: Path) -> None:
    made = [notebook(tmp_path / f"{n}.ipynb", f"{n} / 0") for n in range(2)]
    jobs = [kernels.NotebookJob(path, tmp_path / "made" / path.name) for path in made]
    told: list[tuple[str, str]] = []
    with pytest.raises(AftersalesError, match="2 notebooks failed") as caught:
        kernels.execute_many(jobs, on_done=lambda name, _, error: told.append((name, type(error).__name__)))
    assert "0.ipynb, cell 3" in str(caught.value)
    assert "1.ipynb, cell 3" in str(caught.value)
    assert sorted(told) == [("0", "NotebookFailed"), ("1", "NotebookFailed")]


PARENT = """
import contextlib, signal, sys, threading
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore it
from aftersales import kernels
asked = {"month": "2024-04", "store": None, "source": "demo", "lang": "zh"}
with kernels.serving() as env:
    print(env["AFTERSALES_KERNEL_SERVER"], flush=True)
    with kernels.sharing(asked) if sys.argv[3:] else contextlib.nullcontext():
        kernels.execute(sys.argv[1], sys.argv[2])
"""
SLEEPER = """
import os, pathlib, subprocess, time
helper = subprocess.Popen(["sleep", "300"])
pathlib.Path("pids.part").write_text(f"{os.getpid()} {os.getppid()} {helper.pid}")
os.rename("pids.part", "pids")
time.sleep(300)
"""


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def zombies(parent: int) -> list[str]:
    """The children of a process that have ended and were not waited for."""
    found = []
    for at in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, of = at.read_text().rpartition(")")[2].split()[:2]
            found += [at.parent.name] if (state, int(of)) == ("Z", parent) else []
    return found


def until(what: Any, seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(what())


def parent(tmp_path: Path, *sharing: str) -> tuple[subprocess.Popen[str], Path, list[int]]:
    """A process that serves and runs a notebook; the server's socket; pids of kernel, server and helper."""
    made = notebook(tmp_path / "n.ipynb", SLEEPER)
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(made), str(tmp_path / "out.ipynb"), *sharing],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={k: v for k, v in os.environ.items() if k != wire.VARIABLE},
    )
    assert process.stdout is not None
    socket = Path(process.stdout.readline().strip())
    assert until((tmp_path / "pids").exists)
    return process, socket, [int(pid) for pid in (tmp_path / "pids").read_text().split()]


@forking
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("sharing", [(), ("sharing",)], ids=["", "sharing"])
def test_nothing_is_left_when_the_parent_goes(
    tmp_path: Path, number: signal.Signals, sharing: tuple[str, ...]
) -> None:
    process, socket, pids = parent(tmp_path, *sharing)
    assert socket.parent.stat().st_mode & 0o777 == 0o700
    process.send_signal(number)
    assert process.wait(20) != 0
    assert until(lambda: not any(map(alive, pids)), 5)
    assert until(lambda: not socket.parent.exists(), 5)


@forking
def test_when_the_server_dies_its_kernels_work_on_and_end_with_the_parent(tmp_path: Path) -> None:
    process, socket, (kernel, server, helper) = parent(tmp_path)
    os.kill(server, signal.SIGKILL)
    assert until(lambda: not alive(server), 5)
    time.sleep(0.2)
    assert alive(kernel)
    process.kill()
    process.wait(5)
    assert until(lambda: not alive(kernel) and not alive(helper), 5)
    shutil.rmtree(socket.parent)  # nobody was left to do it


@forking
def test_there_is_one_server_and_it_takes_its_socket_along(no_server: None) -> None:
    with kernels.serving() as env:
        folder = Path(env[wire.VARIABLE]).parent
        with kernels.serving() as inner:
            assert inner == env
        assert os.environ[wire.VARIABLE] == env[wire.VARIABLE]
    assert wire.VARIABLE not in os.environ
    assert not folder.exists()


RECORDS = {"month": "2024-04", "store": None, "source": "demo", "lang": "en"}
READS = """
import json, os
from aftersales import context
from aftersales.cache import inherited
from aftersales.contract import remembered
ready = [one for kept in inherited._READY.values() for one in (kept if type(kept) is tuple else (kept,))]
report = context(month, None, "demo", "en")
judged = report.judged
again = context(month, None, "demo", "en")
print(json.dumps({"parent": os.getppid(), "ready": len(ready),
    "read": any(report.tables is one for one in ready), "again": any(again.tables is one for one in ready),
    "judged": any(judged is one for one in ready), "remembers": remembered._reporting[0],
    "churn": report.room("churn").count.figures(),
    "reads": sorted(report.tables.used), "orders": len(report.tables.repair_orders)}))
"""


@forking
def test_the_notebooks_of_a_report_are_forked_from_a_process_that_has_its_records(
    server: dict[str, str], tmp_path: Path
) -> None:
    cells = ("month = '2024-04'", READS)
    alone = run(tmp_path, *cells)
    with kernels.sharing(RECORDS):
        first, second = run(tmp_path, *cells), run(tmp_path, *cells)
        of_another = run(tmp_path, "month = '2024-03'", READS)
    after = run(tmp_path, *cells)
    told = ("ready", "read", "again", "judged")
    for one in (first, second):  # whoever asks again may have changed what it was given
        assert [one[name] for name in told] == [3, True, False, True]
        for name in ("reads", "orders", "churn"):
            assert one[name] == alone[name]
    assert of_another["judged"] is False
    assert [one["remembers"] for one in (alone, first, second, after)] == [False, True, True, False]
    assert [alone[name] for name in told] == [after[name] for name in told] == [0, False, False, False]
    assert first["parent"] == second["parent"] != alone["parent"] == after["parent"]
    assert until(lambda: not alive(first["parent"]), 5)
    # nor has what was forked from it been left to the other server as zombies, hundreds in a group's run
    assert until(lambda: not zombies(alone["parent"]), 5)
    assert not [*Path(server[wire.VARIABLE]).parent.glob("report-*")]


@forking
def test_records_that_cannot_be_shared_are_the_notebook_s_to_tell_of(
    server: dict[str, str], tmp_path: Path
) -> None:
    asking = """
import json
from aftersales import context
try:
    context("2031-04", None, "demo", "en")
except Exception as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""
    with kernels.sharing({**RECORDS, "month": "2031-04"}):
        name, said = run(tmp_path, asking)
    assert name == "InputError"
    assert "2031-04" in said


@forking
def test_a_long_temporary_folder_is_no_hindrance(
    no_server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("long" * 30)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    assert run(tmp_path, "import json, os\nprint(json.dumps(os.getppid()))") == os.getpid()
    with kernels.serving() as env:
        assert Path(env[wire.VARIABLE]).is_socket()
    assert not Path(env[wire.VARIABLE]).parent.exists()


def test_install_writes_once(tmp_path: Path) -> None:
    folder = kernels.install(tmp_path)
    before = (folder / "kernel.json").stat()
    assert json.loads((folder / "kernel.json").read_text())["display_name"] == "客户服务月报 (aftersales)"
    kernels.install(tmp_path)
    assert (folder / "kernel.json").stat() == before
    (folder / "kernel.json").write_text("old")
    kernels.install(tmp_path)
    assert "aftersales-warm" in (folder / "kernel.json").read_text()
    assert [path.name for path in folder.iterdir()] == ["kernel.json"]


BESIDE = """
import builtins, sys, time
from concurrent.futures import ThreadPoolExecutor
from aftersales import report
from aftersales.contract import lazily
imported, longest = builtins.__import__, time.monotonic() + 2
def slowly(name, of=None, *rest, **more):
    in_the_middle = (of or {}).get("__name__") == "jupyter_client"
    while in_the_middle and "jupyter_client.manager" not in sys.modules and time.monotonic() < longest:
        time.sleep(0.01)
    return imported(name, of, *rest, **more)
builtins.__import__ = slowly
with ThreadPoolExecutor(1) as beside:
    prepared = beside.submit(report.prepare_formats)
    lazily.papermill()
    prepared.result()
"""


def test_notebooks_and_forms_do_not_find_each_other_s_half_imported_packages() -> None:
    """The thread of the notebooks is held up in the middle of a package that the forms import too."""
    told = subprocess.run([sys.executable, "-c", BESIDE], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr


NBCONVERT = """
import sys
from aftersales.contract import lazily
lazily.nbconvert()
import nbformat
from nbconvert import HTMLExporter
print("bs4" in sys.modules)
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# a")])
print("<h1" in HTMLExporter().from_notebook_node(notebook)[0], "bs4" in sys.modules)
"""


def test_beautiful_soup_is_imported_when_nbconvert_uses_it() -> None:
    told = subprocess.run([sys.executable, "-c", NBCONVERT], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "True", "True"]


SEABORN = """
import sys
from aftersales.contract import lazily
lazily.seaborn()
import seaborn as sns
print(*(name in sys.modules for name in ("scipy.stats", "scipy.cluster")))
import matplotlib.pyplot as plt, pandas as pd
print(len(sns.kdeplot(x=[1, 2, 4]).lines[0].get_xdata()))
frame = pd.DataFrame({"a": [1.0, 2, 9], "b": [2.0, 1, 8]})
print(sns.clustermap(frame).dendrogram_row.reordered_ind)
from scipy import stats
print(stats.norm.cdf(0), sys.modules["scipy.cluster"].__file__ is not None)
"""


def test_what_seaborn_uses_for_a_few_things_is_imported_then() -> None:
    told = subprocess.run([sys.executable, "-c", SEABORN], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines() == ["False False", "200", "[2, 0, 1]", "0.5 True"]


def test_endings_are_told_in_words() -> None:
    assert str(failure.ending(None)) == "its process does not answer"
    assert str(failure.ending(-11)) == "its process was ended by SIGSEGV"
    assert str(failure.ending(3)) == "its process ended with exit code 3"


@forking
def test_a_report_on_stock_kernels_is_the_same(tmp_path: Path) -> None:
    """Of one chapter: each kernel of the stock kind imports everything again."""
    for name, frame in demo.generate(seed=3, months=8, store="甲店").items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    few = conftest.chosen(tmp_path / "params", "06_churn")
    made = {}
    for kind in ("warm", "stock"):
        out = tmp_path / kind
        args = ("--month", "2024-04", "--source", tmp_path, "--out", out, "--fresh")
        done = conftest.run(
            "report",
            *args,
            AFTERSALES_KERNELS=kind,
            AFTERSALES_KERNEL_WARNED="",
            **few,
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr.count("没有从备好的进程复制") == (kind == "stock")
        folder = next((out / "2024-04").iterdir())
        made[kind] = {
            name: (folder / name).read_bytes() for name in ("figures.json", "report.html", "report.pdf")
        }
    assert made["warm"] == made["stock"]


def test_what_running_takes_is_imported_before_threads_are_started(tmp_path: Path) -> None:
    notebook(tmp_path / "a.ipynb", "1 + 1")
    code = (
        "import sys; from aftersales import kernels; kernels.prepare(); there = set(sys.modules); "
        "kernels.execute_many([kernels.NotebookJob(*map(__import__('pathlib').Path, "
        f"{[str(tmp_path / n) for n in ('a.ipynb', 'b.ipynb')]!r}))]); "
        "print(sorted(m for m in set(sys.modules) - there if not m.startswith('encodings.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
