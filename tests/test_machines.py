"""Machines that lack something: a command works, or says at once what to do. Nothing is left by halves."""

import errno
import gc
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
import small_store
from xlsxwriter.exceptions import FileCreateError

from aftersales import cli, demo, template
from aftersales.check import command as checking
from aftersales.check import copying
from aftersales.contract import destination, machine
from aftersales.contract.errors import AftersalesError, InputError
from aftersales.contract.params import ROOT
from aftersales.kernels import execution, lifetime
from aftersales.sources.cached import cached_load
from aftersales.sources.options import ReadOptions

SETTLED = "from aftersales.contract import surroundings; surroundings.settle(); import os, sys, yaml, typing;"


def shell(text, folder=ROOT, **env):
    """What a shell makes of a line in which `python` is this one; `PYTHON…` of the tests' own is left out."""
    known = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    line = text.replace("python", f'"{sys.executable}"', 1)
    return subprocess.run(
        ["sh", "-c", line], cwd=folder, env=known | env, capture_output=True, timeout=120, check=False
    )


@pytest.fixture
def shadows(tmp_path):
    """A folder of somebody's own modules, three of which bear the names of others'."""
    folder = tmp_path / "my $HOME #1 '模块'"
    folder.mkdir()
    for name in ("yaml", "pandas", "typing", "json", "random", "token"):
        (folder / f"{name}.py").write_text("raise RuntimeError('shadowed')")
    (folder / "mine.py").write_text("here = True")
    return folder


def test_a_check_works_whatever_surrounds_it(tmp_path, shadows):
    """All at once: few open files, an encoding without Chinese, shadowing modules, no home."""
    source = small_store.write(tmp_path / "a $b \"c\" 'd' #1 50%\n二月")
    env = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    env |= {"PYTHONPATH": str(shadows), "PYTHONSTARTUP": str(shadows / "yaml.py"), "PYTHONWARNINGS": "error"}
    env |= {
        "PYTHONOPTIMIZE": "2",
        "PYTHONHASHSEED": "7",
        "TZ": "Mars/Olympus",
        "AFTERSALES_CACHE": "/dev/null/x",
    }
    env |= dict.fromkeys(("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR", "XDG_CACHE_HOME"), "/dev/null/x")
    done = shell(
        'umask 777; ulimit -n 40; ulimit -c 0; python -m aftersales check --month 2024-02 --source "$S" <&-',
        S=str(source),
        **env,
    )
    assert (done.returncode, done.stderr) == (0, b""), done.stderr.decode()
    assert "示范店 · 2024年2月" in done.stdout.decode()


def test_modules_of_ones_own_are_found_and_take_no_librarys_place(shadows):
    """From PYTHONPATH, in this process and in those that it starts; from the working folder, here alone."""
    code = f"{SETTLED} os.execv(sys.executable, [sys.executable, '-c', 'import yaml, typing, mine'])"
    assert shell(f'python -c "import sys; {code}"', PYTHONPATH=str(shadows)).returncode == 0
    assert shell(f'python -c "{SETTLED} import mine"', folder=shadows).returncode == 0


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_leads_nowhere(tmp_path, closed):
    """What is opened next does not get its number, so that nothing is written into it."""
    code = f"{SETTLED} print('x'); print('y', file=sys.stderr); sys.stdin.read();"
    code += f" os._exit(open({str(tmp_path / 'f')!r}, 'w').fileno() < 3)"
    done = shell(f'python -c "{code}" {closed}')
    assert done.returncode == 0
    assert (tmp_path / "f").read_text() == ""


@pytest.mark.parametrize(("encoding", "shown"), [("ascii", "店✗".encode()), ("latin-1", "店✗".encode()),
                                                 ("gbk", "店?".encode("gbk")), ("cp936", "店?".encode("gbk")),
                                                 ("utf-8", "店✗".encode())])  # fmt: skip
def test_what_an_encoding_lacks_breaks_nothing(encoding, shown):
    done = shell(f"python -c \"{SETTLED} print('店✗')\"", PYTHONIOENCODING=encoding)
    assert done.stdout.strip() == shown


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device", "/out/report.html"),
            "/out/report.html: the disk is full",
        ),
        (OSError(errno.EFBIG, "File too large"), "larger than the system allows"),
        (OSError(errno.EROFS, "Read-only file system", "x"), "can only be read"),
        (OSError(errno.EMFILE, "Too many open files"), "ulimit -n 1024"),
        (PermissionError(errno.EACCES, "Permission denied", "x"), "x: permission is denied"),
        (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), "no more processes"),
        (FileCreateError(OSError(errno.ENOSPC, "No space left on device")), "the disk is full"),
        (MemoryError(), "not enough memory"),
        (RuntimeError("can't start new thread"), "not enough memory"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), "the working folder was removed"),
    ],
)
def test_an_error_of_the_machine_is_no_fault_of_the_program(monkeypatch, capsys, error, told):
    def fails(_):
        raise error

    monkeypatch.setattr(cli, "_lab", fails)
    assert cli.main(["lab"]) == 1
    said = capsys.readouterr().err
    assert told in said
    assert "fault of the program" not in said


def test_a_kernels_error_of_the_machine_is_worded_too():
    """It comes as text, be it from Python, from ZeroMQ or from Rust."""
    assert "disk is full" in machine.hint("OSError: [Errno 28] No space left on device: 'x'").en
    assert "memory" in machine.hint("memory allocation of 1099511627776 bytes failed").en
    assert machine.hint("KeyError: 'vin'") is None


BLOCKED = {
    "a file in its way": "file/x.xlsx",
    "a device": "/dev/null/x.xlsx",
    "a folder that takes none": "/proc/x.xlsx",
    "a folder of its name": "folder.xlsx",
    "too long a name": "长" * 90 + ".xlsx",
    "too long a folder's": "长" * 90 + "/x.xlsx",
    "no name": "a\0b.xlsx",
}


@pytest.fixture(params=BLOCKED.values(), ids=BLOCKED)
def blocked(request, tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "folder.xlsx").mkdir()
    return tmp_path / request.param


def test_where_nothing_can_be_written_is_told_before_the_work(blocked, tmp_path, monkeypatch):
    """The source is not even there: it was not looked at."""
    monkeypatch.chdir(tmp_path)
    month = ["--month", "2024-04", "--source", "nowhere"]
    calls = [
        ["check", *month, "--xlsx"],
        ["template", "--source", "nowhere", "--out"],
        ["call-list", *month, "--out"],
    ]
    for call in calls:
        args = cli.parser().parse_args([*call, str(blocked)])
        with pytest.raises(InputError, match=r"^--(xlsx|out)"):
            args.run(args)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder.xlsx"]


@pytest.mark.parametrize("folder", ["file", "file/x", "/dev/null/x", "/proc/x", "长" * 90 + "/x"])
def test_a_folder_that_cannot_be_is_told_before_the_work(tmp_path, monkeypatch, folder):
    (tmp_path / "file").touch()
    monkeypatch.setattr(demo.files, "generate", None)
    with pytest.raises(InputError, match="cannot be written"):
        demo.write(tmp_path / folder)
    args = cli.parser().parse_args(
        ["report", "--month", "4", "--source", "demo", "--out", str(tmp_path / folder)]
    )
    with pytest.raises(InputError, match="cannot be written"):
        args.run(args)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_trying_leaves_nothing_and_touches_nothing(tmp_path):
    there = tmp_path / "there.xlsx"
    there.write_text("old")
    (tmp_path / "link.xlsx").symlink_to(there)
    before = there.stat()
    for name in ("there.xlsx", "link.xlsx", "new.xlsx", "a/b/new.xlsx"):
        destination.try_file(tmp_path / name, "--out")
    destination.try_folder(tmp_path / "a" / "b", "--out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.xlsx", "there.xlsx"]
    assert there.stat() == before


def test_what_breaks_off_leaves_what_was_there(tmp_path, monkeypatch):
    """A disk that is full half-way; a file that a link leads to is written, not the link."""
    there = tmp_path / "there.xlsx"
    there.write_text("old")
    (tmp_path / "link.xlsx").symlink_to(there)
    with pytest.raises(OSError, match="full"), destination.whole(there) as beside:  # noqa: PT012
        beside.write_text("half")
        raise OSError(errno.ENOSPC, "full")
    assert there.read_text() == "old"
    with destination.whole(tmp_path / "link.xlsx") as beside:
        beside.write_text("new")
    assert (there.read_text(), (tmp_path / "link.xlsx").is_symlink()) == ("new", True)
    monkeypatch.setattr(
        template.sheets, "write", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full"))
    )
    with pytest.raises(OSError, match="full"):
        template.write(tmp_path / "template.xlsx", "2024-05")
    monkeypatch.setattr(
        demo.files._Csv, "append", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full"))
    )
    with pytest.raises(OSError, match="full"):
        demo.write(tmp_path / "demo", months=1)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["demo", "link.xlsx", "there.xlsx"]
    assert not list((tmp_path / "demo").iterdir())


@pytest.mark.parametrize(
    ("limit", "at_once"), [(40, 0), (64, 0), (128, 0), (130, 1), (160, 2), (1024, 30), (-1, 1000)]
)
def test_few_open_files_are_told_or_made_do_with(monkeypatch, limit, at_once):
    monkeypatch.setattr(lifetime.resource, "getrlimit", lambda _: (limit, limit))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(16), raising=False)
    assert lifetime.most_at_once() == at_once
    assert lifetime.cores() == min(max(at_once, 1), 16)
    if not at_once:
        with pytest.raises(AftersalesError, match="ulimit -n 1024"), lifetime.serving():
            pass


def test_a_kernels_libraries_write_elsewhere_where_they_may_not(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("IPYTHONDIR", raising=False)
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "mpl"))
    assert lifetime._instead(tmp_path) == {}
    for home in ("/dev/null", "/proc/nobody"):
        monkeypatch.setenv("HOME", home)
        monkeypatch.setenv("MPLCONFIGDIR", f"{home}/x")
        own = Path(home).name
        (tmp_path / own).mkdir()
        found = lifetime._instead(tmp_path / own)
        assert all(Path(found[name]).is_dir() for name in ("IPYTHONDIR", "MPLCONFIGDIR"))


def workbook(path, old=b"", new=b""):
    """A workbook with one order; in its sheet's XML `old` is replaced."""
    book = openpyxl.Workbook()
    book.active.title = "维修工单"
    for row in (["工单号", "VIN", "客户类型", "开单时间"], ["R1", "LSVAA2180E2012345", "私车", "2024-04-09"]):
        book.active.append(row)
    book.save(path)
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert old in parts[sheet]
    parts[sheet] = parts[sheet].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return path


DAMAGED = {
    "a cell that no sheet has": (b'r="B2"', b'r="ZZZZ99999999999"'),
    "a row that no sheet has": (b'r="B2"', b'r="B4294967295"'),
    "a corner that takes all memory": (b'r="B2"', b'r="XFD1048576"'),
    "no cell at all": (b'r="B2"', b'r=""'),
    "row nought": (b'r="B2"', b'r="B0"'),
}


@pytest.mark.parametrize(("old", "new"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_workbook_ends_no_process(tmp_path, old, new):
    path = workbook(tmp_path / "四月.xlsx", old, new)
    with pytest.raises(InputError, match="四月"):
        cached_load(str(path), None, ReadOptions(default_store="本店"))


def test_a_copy_that_would_take_all_memory_is_refused(tmp_path, monkeypatch, capsys):
    """The reader passes a link over all cells by; a copy would make each of them."""
    far = b'</sheetData><hyperlinks><hyperlink ref="A1:XFD1048576" location="x"/></hyperlinks>'
    monkeypatch.setattr(copying, "_SECONDS", 2)
    path = workbook(tmp_path / "四月.xlsx", b"</sheetData>", far)
    with pytest.raises(InputError, match="cannot be copied"):
        checking.check("2024-04", source=str(path), lang="en", xlsx=tmp_path / "copy.xlsx")
    assert [p.name for p in tmp_path.iterdir()] == ["四月.xlsx"]
    assert "四月.xlsx" in capsys.readouterr().out


def test_a_damaged_database_is_told(tmp_path):
    """Its own message quotes what is damaged, which is in no encoding."""
    import sqlite3

    path = tmp_path / "dms.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table repair_orders (order_id text primary key, vin text)")
    whole = path.read_bytes()
    name = b"sqlite_autoindex_repair_orders_1"
    for damaged in (
        whole.replace(name, b"\xc1" + name[1:]),
        whole[:900],
        whole[:100] + b"\xff" * 900,
        b"x" * 999,
    ):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match="cannot be"):
            cached_load(f"sqlite:///{path}", None, ReadOptions(default_store="本店"), "2024-01", "2024-04")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes of POSIX")
@pytest.mark.parametrize(
    ("at", "args"),
    [
        ("pipe", ["check", "--source", "pipe"]),
        ("pipe.csv", ["report", "--source", "pipe.csv"]),
        ("pipe.xlsx", ["adopt", "--source", "pipe.xlsx"]),
        ("in/actions.csv", ["check", "--source", "in"]),
        ("in/actions.csv", ["call-list", "--source", "in", "--out", "list.xlsx"]),
        ("params/default.yml", ["check"]),
        ("params/2024-02.yml", ["report"]),
        ("params/corrections.yml", ["check"]),
        ("pipe.yml", ["check", "--printed", "pipe.yml"]),
        ("out", ["report", "--out", "out"]),
        ("out/2024-02", ["report", "--out", "out"]),
        ("out/2024-02/示范店", ["report", "--out", "out"]),
    ],
)
def test_a_pipe_is_told_as_one_and_nobody_waits_for_it(tmp_path, monkeypatch, capsys, at, args):
    small_store.write(tmp_path / "in")
    (tmp_path / "params").mkdir()
    default = (ROOT / "params" / "default.yml").read_text(encoding="utf-8")
    (tmp_path / "params" / "default.yml").write_text(default.replace("source: demo", "source: in"), "utf-8")
    (tmp_path / at).unlink(missing_ok=True)
    (tmp_path / at).parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(tmp_path / at)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AFTERSALES_PARAMS", str(tmp_path / "params"))
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))
    month = [] if args[0] == "adopt" else ["--month", "2024-02"]
    signal.alarm(60)
    try:
        assert cli.main([*args, *month, "--lang", "en"]) == 2
    finally:
        signal.alarm(0)
        gc.enable()
    told = capsys.readouterr().err
    assert ("cannot be written" if at.startswith("out") else "a named pipe (FIFO)") in told, told
    assert (tmp_path / at).is_fifo()
    cli.main([*args, *month, "--lang", "zh"])
    assert ("写不进去" if at.startswith("out") else "命名管道（FIFO）") in capsys.readouterr().err


@pytest.mark.parametrize("year", ["20240", "0", "-1", "0000", "0001", "9999", "二〇二四", "٢٠٢٤", "", "24"])
@pytest.mark.parametrize("command", ["report", "check", "template", "call-list", "mail"])
def test_a_bad_year_is_told_by_every_command(tmp_path, monkeypatch, capsys, command, year):
    monkeypatch.chdir(tmp_path)
    out = {"template": ["--out", "t.xlsx"], "call-list": ["--out", "l.xlsx"]}.get(command, [])
    assert cli.main([command, "--month", "4", f"--year={year}", *out, "--lang", "en"]) == 2
    assert "expected four digits from 1900 to 2199" in capsys.readouterr().err
    gc.enable()


def test_a_chapters_full_disk_is_told_once():

    full = OSError(errno.ENOSPC, "No space left on device")
    said = {str(execution._said(error)) for error in (full, OSError(errno.ENOSPC, "", "a.ipynb"))}
    assert said == {
        "the disk is full: free some space and try again.",
        "a.ipynb: the disk is full: free some space and try again.",
    }
