"""A run that is stopped, at any stage, is gone within two seconds; so is one that takes too much."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import yaml
from test_kernels import forking, until

from aftersales import demo
from aftersales.contract import home

pytestmark = forking


class Project:
    """A copy of the project with one chapter and one small store, and its command."""

    def __init__(self, root: Path, temporary: Path) -> None:
        self.root, self.temporary = root, temporary
        for folder in ("lib", "notebooks", "params"):
            shutil.copytree(home.ROOT / folder, root / folder, ignore=shutil.ignore_patterns("*.egg-info"))
        for name, frame in demo.generate(seed=3, months=8, store="甲店").items():
            (root / "in").mkdir(exist_ok=True)
            frame.to_csv(root / "in" / f"{name}.csv", index=False)
        self.set(["06_churn"])

    def set(self, chapters: list[str], **limits: float) -> None:
        """The chapters of the params, and their limits."""
        file = self.root / "params" / "default.yml"
        settings = yaml.safe_load(file.read_text(encoding="utf-8"))
        settings |= {"chapters": chapters, "limits": limits}
        file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")

    def start(self, **env: str) -> Run:
        """The command, begun."""
        mark = uuid.uuid4().hex
        process = subprocess.Popen(
            [sys.executable, "-m", "aftersales", "report", "--month", "2024-04", "--source", "in"],
            cwd=self.root,
            env={
                **os.environ,
                "PYTHONPATH": str(self.root / "lib"),
                "AFTERSALES_CACHE": str(self.root / "cache"),
                "TMPDIR": str(self.temporary),
                "MARK": mark,
                **env,
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            # a shell that runs the tests in the background has Ctrl-C ignored
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        return Run(process, mark)

    def left(self) -> list[str]:
        """What is there that is neither a report nor kept in the cache."""
        found = [p for at in ("cache", "output") for p in (self.root / at).rglob("*")]
        found = [p for p in found if re.search(r"^\.(new|making|before|keeping)-|\.lock$|^snap", p.name)]
        empty = [p for p in (self.root / "output").glob("*") if not any(p.iterdir())]
        return [p.name for p in (*found, *empty, *self.temporary.iterdir())]


class Run:
    """A command at work."""

    def __init__(self, process: subprocess.Popen[str], mark: str) -> None:
        self.process, self.mark, self.said = process, f"MARK={mark}".encode(), ""

    def until(self, marker: str) -> None:
        """Read what it says until it says this."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said += line
            if marker in line:
                return
        raise AssertionError(self.said)

    def end(self) -> tuple[int, str]:
        """Its exit code, and what it said from here on."""
        assert self.process.stderr is not None
        rest = self.process.stderr.read()
        return self.process.wait(30), rest

    def processes(self) -> list[int]:
        """All that came of it, however it was forked away."""
        found = []
        for at in Path("/proc").iterdir():
            try:
                if at.name.isdecimal() and self.mark in (at / "environ").read_bytes():
                    found.append(int(at.name))
            except OSError:
                continue
        return found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with tempfile.TemporaryDirectory(dir="/tmp") as temporary:  # short enough for sockets in it
        yield Project(tmp_path_factory.mktemp("project"), Path(temporary))


def mine(project: Project, code: str) -> None:
    """A chapter of one's own of one cell."""
    cells = [
        nbformat.v4.new_markdown_cell("# 我的一章"),
        nbformat.v4.new_code_cell("month = store = source = lang = None", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(code),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), project.root / "notebooks" / "08_mine.ipynb")


FORKED_AWAY = """import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    time.sleep(600)
"""


@pytest.mark.parametrize(
    ("limits", "code", "told"),
    [
        (
            {"chapter_seconds": 2},
            "# 等\n" + FORKED_AWAY + "time.sleep(600)",
            "错误：master.ipynb 第6个单元格：08_mine.ipynb 第3个单元格：超过上限：时间超过一章的上限 2 秒。"
            "请让它少做一些，或提高参数里的 `limits.chapter_seconds`。\n    # 等\n",
        ),
        (
            {"run_seconds": 6},
            FORKED_AWAY + "time.sleep(600)",
            "时间超过整个报告的上限 6 秒。请让它少做一些，或提高参数里的 `limits.run_seconds`。\n",
        ),
        (
            {"run_memory_mb": 200},
            "import time; time.sleep(600)",
            "内存超过整个报告的上限 200 MB。",
        ),
    ],
)
def test_a_report_that_takes_too_much_ends_with_1_and_says_which_limit(
    project: Project, limits: dict[str, float], code: str, told: str
) -> None:
    mine(project, code)
    project.set(["08_mine"], **limits)
    run = project.start()
    code_, said = run.end()
    assert (code_, told in said) == (1, True), said
    assert said.splitlines()[-1].startswith(("错误：", "  运行到出错处的笔记本"))
    assert "Traceback" not in said
    assert not run.processes()
    assert project.left() == []


def test_a_run_that_runs_itself_is_refused_at_once(project: Project) -> None:
    project.set(["master"])
    code, said = project.start().end()
    assert code == 1
    assert said.endswith(
        "参数：chapters：master 运行所有的章，自己不能是一章，否则没完没了。请把它从 `chapters` 中去掉。\n"
    )
    assert "运行笔记本" not in said


STAGES = [
    ("reading", "读取数据", signal.SIGTERM),
    ("kernels start", "运行笔记本", signal.SIGINT),
    ("chapters at work", "", signal.SIGTERM),
    ("writing", "生成网页", signal.SIGTERM),
]


@pytest.mark.parametrize(("stage", "marker", "number"), STAGES)
@pytest.mark.parametrize("kernels", ["warm", "stock"])
def test_a_run_that_is_stopped_is_gone_within_two_seconds(
    project: Project, stage: str, marker: str, number: signal.Signals, kernels: str
) -> None:
    if kernels == "stock" and stage != "chapters at work":
        pytest.skip("as with forked ones")
    project.set(["06_churn"])
    if stage == "chapters at work":
        mine(project, f"{FORKED_AWAY}open('began', 'w').close()\ntime.sleep(600)")
        project.set(["08_mine"])
        (project.root / "began").unlink(missing_ok=True)
    run = project.start(AFTERSALES_KERNELS=kernels)
    if marker:
        run.until(marker)
    else:
        assert until((project.root / "began").exists)
    began = time.monotonic()
    run.process.send_signal(number)
    code, said = run.end()
    assert time.monotonic() - began < 2
    assert code == 128 + number
    assert said.splitlines()[-1] == "已停止：什么也没有发布"
    assert said.count("已停止") == 1
    assert "Traceback" not in said
    assert not run.processes()
    assert project.left() == []
    assert not list((project.root / "output").glob("*"))


def test_what_a_run_leaves_that_is_killed_with_all_that_came_of_it_goes_with_the_next(
    project: Project,
) -> None:
    """The next is refused, and removes it all the same; a report that was published stays."""
    project.set(["06_churn"])
    run = project.start()
    run.until("生成网页")
    for pid in [run.process.pid, *run.processes()]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    run.end()
    assert until(lambda: not run.processes(), 5)
    assert {name[:8] for name in project.left()} >= {".making-", "aftersal"}
    project.set(["master"])
    assert project.start().end()[0] == 1
    assert project.left() == []
