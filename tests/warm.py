"""The command in a process forked from a warm one, as a group's worker has its stores' reports made."""

import atexit
import contextlib
import functools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from aftersales import kernels
from aftersales.contract import home, lazily, params
from aftersales.kernels import preload, server, wire

lazily.nbformat()  # for the tests too: its grammar of addresses takes each process that runs some seconds

# Read while a module is imported, which has happened already in a process that is forked.
_AT_IMPORT = (*server.FIXED, "AFTERSALES_KERNELS", "AFTERSALES_PRELOAD", "AFTERSALES_PROJECT")
_SECONDS = 240
# Folders with a copy of the package that are used again and again: each has a server of its own.
COPIES: set[Path] = set()


def can(cwd, env):
    """Whether a command may be forked: it asks for nothing that is decided when Python or a module starts."""
    known = cwd == params.ROOT or cwd in COPIES
    return wire.CAN_FORK and known and not any(name.startswith(_AT_IMPORT) for name in env)


def of_a_copy(root):
    """What has a process import a copy's package; the program itself would put nothing in another order."""
    plain = [sys.executable, "-P", "-c", "import os, sys; print(os.pathsep.join(sys.path))"]
    found = subprocess.run(plain, capture_output=True, text=True, check=True).stdout.strip()
    path = os.pathsep.join([str(root / "lib"), found])
    return {"PYTHONPATH": path, "PYTHONSAFEPATH": "1", home.PROJECT: str(root)}


@functools.cache
def _served(root=params.ROOT):
    """What a process is told of this one's fork server, which is started when it is first asked for."""
    stack, before = contextlib.ExitStack(), dict(os.environ)
    its = of_a_copy(root) if root in COPIES else {}
    os.environ.update({preload.EVERYTHING: "1", **its})
    added = its | stack.enter_context(kernels.serving())
    here = dict(os.environ)
    os.environ.clear()
    os.environ.update(before)  # other processes that tests start have servers of their own

    @atexit.register
    def end():
        os.environ.update(here)
        stack.close()

    return added


def run(args, cwd, env):
    """The command's end, as `subprocess.run` has it."""
    argv = [sys.executable, "-m", wire.COMMAND, *args]
    environment = {**os.environ, **_served(cwd), **{name: str(value) for name, value in env.items()}}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        streams = out.fileno(), err.fileno()
        connection, pid, heard = wire.ask(environment[wire.VARIABLE], argv, environment, str(cwd), *streams)
        with connection:
            connection.settimeout(_SECONDS)
            while b"\n" not in heard:
                part = connection.recv(4096)
                if not part:
                    raise AssertionError(f"{args}: process {pid} went away")
                heard += part
        status = json.loads(heard.partition(b"\n")[0])["status"]
        texts = [stream.seek(0) or stream.read() for stream in (out, err)]
    return subprocess.CompletedProcess(argv, status, *texts)
