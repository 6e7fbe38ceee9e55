"""A chapter or a run that takes more than it may is ended, and told by name; nothing of it is left."""

from __future__ import annotations

import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from test_kernels import alive, forking, notebook, until

from aftersales import kernels
from aftersales.chapters import notebooks as chapters
from aftersales.contract import alive as held
from aftersales.contract import message, params, processes
from aftersales.contract.errors import AftersalesError, InputError
from aftersales.kernels import Limits, NotebookFailed, wire

pytestmark = forking
SMALL = {
    "chapter_seconds": Limits(seconds=1, memory_mb=300, output_mb=1),
    "chapter_memory_mb": Limits(seconds=20, memory_mb=300, output_mb=1),
    "chapter_output_mb": Limits(seconds=20, memory_mb=3000, output_mb=1),
}


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    with kernels.serving():
        yield


@pytest.fixture(params=["warm", "stock"])
def kind(request: pytest.FixtureRequest, server: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """Forked kernels, and those that Jupyter starts."""
    if request.param == "stock":
        monkeypatch.setenv(wire.VARIABLE, "")
        monkeypatch.setenv("AFTERSALES_KERNEL_WARNED", "1")
    return str(request.param)


ATTACKS = {
    "sleeps": ("import time\ntime.sleep(600)", "chapter_seconds"),
    "does not listen": (
        "import signal, time\n[signal.signal(s, signal.SIG_IGN) for s in (2, 15)]\ntime.sleep(600)",
        "chapter_seconds",
    ),
    "allocates": ("taken = bytearray(8 << 30)", "chapter_memory_mb"),
    "allocates bit by bit": ("taken = []\nwhile True: taken.append(b'x' * (1 << 20))", "chapter_memory_mb"),
    "allocates by numpy": ("import numpy as np\nnp.ones(1 << 30)", "chapter_memory_mb"),
    "allocates by arrow": ("import pyarrow as pa\npa.allocate_buffer(8 << 30)", "chapter_memory_mb"),
    "has children allocate": (
        "import subprocess, sys\n"
        "one = [sys.executable, '-c', 'import time; a = b\"x\" * (1 << 27); time.sleep(600)']\n"
        "[child.wait() for child in [subprocess.Popen(one) for _ in range(4)]]",
        "chapter_memory_mb",
    ),
    "prints": ("print('x' * (20 << 20))", "chapter_output_mb"),
    "shows": (
        "from IPython.display import display\n"
        "while True: display({'text/html': 'x' * 100_000, 'text/plain': ''}, raw=True)",
        "chapter_output_mb",
    ),
}
STOCK = ("sleeps", "allocates")  # the others differ in nothing that a stock kernel does otherwise


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_notebook_that_takes_too_much_is_ended_and_named(kind: str, tmp_path: Path, attack: str) -> None:
    if kind == "stock" and attack not in STOCK:
        pytest.skip("as a forked one")
    code, key = ATTACKS[attack]
    made = notebook(tmp_path / "08_mine.ipynb", "'before'", f"# the cell\n{code}")
    began = time.monotonic()
    with pytest.raises(NotebookFailed) as caught:
        kernels.execute(made, tmp_path / "out.ipynb", limits=SMALL[key], failed=tmp_path / "failed.ipynb")
    assert time.monotonic() - began < 12
    told = caught.value.text("en")
    assert told.startswith("08_mine.ipynb, cell 4: over its limit: more "), told
    assert "# the cell" in told
    assert f"`limits.{key}`" in told
    zh = caught.value.text("zh")
    assert zh.startswith("08_mine.ipynb 第4个单元格：超过上限：")
    assert f"`limits.{key}`" in zh
    assert not (tmp_path / "out.ipynb").exists()
    assert (tmp_path / "failed.ipynb").stat().st_mode & 0o777 == 0o600
    assert any(c.get("outputs") for c in nbformat.read(tmp_path / "failed.ipynb", 4).cells)


def test_what_is_within_its_limits_runs_as_ever(kind: str, tmp_path: Path) -> None:
    """Reading, numerics and charts included: no limit is nearer than it says."""
    work = (
        "import numpy as np, pandas as pd, pyarrow as pa, matplotlib.pyplot as plt\n"
        "pd.DataFrame(np.ones((1_000_000, 20))).sum(); pa.array(range(1_000_000)); plt.plot([1, 2]);\n"
        "import concurrent.futures as f\nwith f.ThreadPoolExecutor(8) as p: list(p.map(len, [b'x'] * 8))"
    )
    made = notebook(tmp_path / "n.ipynb", work, "print('x' * (1 << 19))")
    kernels.execute(made, tmp_path / "out.ipynb", limits=Limits(60, 900, 1))
    assert (tmp_path / "out.ipynb").exists()


def test_the_output_of_all_chapters_is_counted_together(server: None, tmp_path: Path) -> None:
    made = [notebook(tmp_path / f"{n}.ipynb", "print('x' * 700_000)") for n in range(2)]
    jobs = [kernels.NotebookJob(path, tmp_path / "made" / path.name) for path in made]
    with pytest.raises(NotebookFailed, match=r"1\.ipynb, cell 3: .* whole report .*limits\.run_output_mb"):
        kernels.execute_many(jobs, workers=1, limits=Limits(output_mb=1, total=kernels.Total(1)))


FORKED_AWAY = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execve("/bin/sleep", ["sleep", "321"], {})  # not even its environment tells where it is from
    os._exit(0)
"""


def test_a_child_that_is_forked_away_does_not_outlive_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asleep() -> list[int]:
        found = []
        for process in (p for p in Path("/proc").iterdir() if p.name.isdecimal()):
            with suppress(OSError):  # of the machine's other processes one may just have ended
                if (process / "cmdline").read_bytes() == b"sleep\x00321\x00":
                    found.append(int(process.name))
        return found

    monkeypatch.delenv(wire.VARIABLE, raising=False)
    with kernels.serving():
        kernels.execute(notebook(tmp_path / "n.ipynb", FORKED_AWAY), tmp_path / "out.ipynb")
        assert until(lambda: len(asleep()) == 1, 5)
        (pid,) = asleep()
    assert not alive(pid)


RUNS_ITSELF = """
from pathlib import Path
from aftersales import kernels
kernels.execute_many([kernels.NotebookJob(Path({path!r}), Path({path!r}).with_suffix(".out.ipynb"))])
"""


def test_a_notebook_that_runs_itself_comes_to_its_end(
    server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(message.VARIABLE, "en")
    path = tmp_path / "n.ipynb"
    notebook(path, RUNS_ITSELF.format(path=str(path)))
    with pytest.raises(AftersalesError, match=r"n\.ipynb, cell 3: .*a chapter cannot run notebooks in turn"):
        kernels.execute(path, tmp_path / "out.ipynb")


def test_the_master_is_no_chapter() -> None:
    with pytest.raises(AftersalesError, match="master runs all chapters and can be none") as caught:
        chapters.check(["01_review", "master"])
    assert not isinstance(caught.value, InputError)  # exit 1
    chapters.check(["01_review"])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{chapter_seconds: 0}", r"limits\.chapter_seconds: got 0; expected a number above 0"),
        ("{run_memory_mb: lots}", r"limits\.run_memory_mb: got 'lots'; expected a number above 0"),
        ("{run_seconds: true}", r"limits\.run_seconds: got True"),
        ("{output_mb: .nan}", r"unknown key limits\.output_mb. Did you mean limits\.run_output_mb"),
        ("{chapter_output_mb: .nan}", r"limits\.chapter_output_mb: got nan"),
        ("[1]", r"limits: expected `key: value` lines"),
    ],
)
def test_limits_are_numbers(tmp_path: Path, line: str, told: str) -> None:
    text = (params.ROOT / "params" / "default.yml").read_text(encoding="utf-8")
    (tmp_path / "default.yml").write_text(text, encoding="utf-8")
    (tmp_path / "2024-04.yml").write_text(f"limits: {line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=told):
        params.load("2024-04", tmp_path)


def test_a_month_may_have_a_limit_of_its_own_and_older_params_have_them_all(tmp_path: Path) -> None:
    text = (params.ROOT / "params" / "default.yml").read_text(encoding="utf-8")
    before, _, rest = text.partition("limits:\n")
    (tmp_path / "default.yml").write_text(before + rest.partition("\n\n")[2], encoding="utf-8")
    (tmp_path / "2024-04.yml").write_text("limits: {chapter_seconds: 900}\n", encoding="utf-8")
    limits = params.load("2024-04", tmp_path).limits
    assert limits == {**params.SHIPPED["limits"], "chapter_seconds": 900}
    assert params.load("2024-03", tmp_path).limits == params.load().limits == params.SHIPPED["limits"]


EXIT_A_THREAD = {"x86_64": 60, "aarch64": 93}  # the system call's number
LINGERING = """
import ctypes, os, sys, threading, time
from pathlib import Path
from aftersales.contract import alive
alive.hold_file(Path(sys.argv[1]))
threading.Thread(target=time.sleep, args=(60,)).start()
print(os.getpid(), flush=True)
ctypes.CDLL(None).syscall(int(sys.argv[2]), 0)
"""


@pytest.mark.skipif(platform.machine() not in EXIT_A_THREAD, reason="calls the system by number")
def test_a_process_has_not_ended_while_a_thread_of_it_holds_its_files(tmp_path: Path) -> None:
    """Its first thread has: what is swept then is still taken for held, and stays."""
    lock = tmp_path / "work.lock"
    lingering = [sys.executable, "-c", LINGERING, str(lock), str(EXIT_A_THREAD[platform.machine()])]
    between = [sys.executable, "-c", "import subprocess, sys; subprocess.run(sys.argv[1:])", *lingering]
    with subprocess.Popen(between, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert until(lambda: ") Z" in Path(f"/proc/{pid}/stat").read_text(), 5)
        assert pid in processes.descendants(process.pid)
        processes.end_all(process.pid)
        assert pid not in processes.descendants(process.pid)
        with held.dead(lock) as left:
            assert left
