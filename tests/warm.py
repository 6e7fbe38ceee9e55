"""The command in a process forked from a warm one, as a group's worker has its stores' reports made."""

import atexit
import contextlib
import functools
import json
import os
import subprocess
import sys
import tempfile

from aftersales import kernels
from aftersales.contract import lazily, params
from aftersales.kernels import preload, server, wire

lazily.nbformat()  # for the tests too: its grammar of addresses takes each process that runs some seconds

# Read while a module is imported, which has happened already in a process that is forked.
_AT_IMPORT = (*server.FIXED, "AFTERSALES_KERNELS", "AFTERSALES_PRELOAD", "AFTERSALES_PROJECT")
_SECONDS = 240


def can(cwd, env):
    """Whether a command may be forked: it asks for nothing that is decided when Python or a module starts."""
    return wire.CAN_FORK and cwd == params.ROOT and not any(name.startswith(_AT_IMPORT) for name in env)


@functools.cache
def _served():
    """What a process is told of this one's fork server, which is started when it is first asked for."""
    stack, before = contextlib.ExitStack(), dict(os.environ)
    os.environ[preload.EVERYTHING] = "1"
    added = dict(stack.enter_context(kernels.serving()))
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
    environment = {**os.environ, **_served(), **{name: str(value) for name, value in env.items()}}
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
