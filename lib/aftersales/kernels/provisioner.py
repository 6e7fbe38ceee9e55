"""The kernel provisioner `aftersales-warm`: a local kernel, forked when a fork server is running."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from aftersales.contract.message import phrase
from aftersales.kernels.lifetime import FOLDER, THREADS
from aftersales.kernels.process import ForkedProcess
from aftersales.kernels.wire import CAN_FORK, VARIABLE, Refused

_log = logging.getLogger(__name__)
_WARNED = "AFTERSALES_KERNEL_WARNED"
# A Unix socket's path has 107 bytes at most, 103 on macOS.
_LONGEST_PATH = 100
_KILLING_SECONDS = 2
_UNDERSTOOD = {"env", "cwd", "stdin", "stdout", "stderr", "kernel_id", "extra_arguments"}
_BINDING_SECONDS = 10


class WarmProvisioner(LocalProvisioner):
    """Starts a kernel from the fork server that the environment names, else as Jupyter does.

    Both talk over Unix sockets in a private folder, where the platform has them, in the same environment.

    Attributes
    ----------
    warm
        Whether the kernel was forked.
    exit_status
        How it ended, as `subprocess.Popen.returncode`; None while it runs.
    """

    warm = False
    exit_status: int | None = None
    folder: str | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose Unix sockets, then as Jupyter does."""
        self._choose_sockets()
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel, or start it when that cannot be."""
        self.exit_status = None
        env = kwargs["env"]
        for name, value in THREADS.items():
            env.setdefault(name, value)
        try:
            self.process = await self._fork(cmd, kwargs)
        except (Refused, OSError) as reason:
            self.warm = False
            self._warn(str(reason), env)
            return await super().launch_kernel(cmd, **kwargs)
        self.warm = True
        self.pid = self.pgid = self.process.pid
        self.cwd = kwargs.get("cwd") or Path.cwd()
        await self._bound()
        return self.connection_info

    async def poll(self) -> int | None:
        """The exit status, None while the kernel runs."""
        code = await super().poll()
        if self.process is not None and code is not None:
            self.exit_status = code
        return code

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel's process group, unless it has ended: another may have its number."""
        if not self.has_process or await self.poll() is None:
            await super().send_signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel and see it dead, so that nobody sleeps on it."""
        await super().kill(restart)
        until = time.monotonic() + _KILLING_SECONDS
        while self.has_process and await self.poll() is None and time.monotonic() < until:
            await asyncio.sleep(0.002)

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the private folder."""
        await super().cleanup(restart)
        if self.folder and not restart:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None

    def _choose_sockets(self) -> None:
        """Have the manager use Unix sockets in a folder of this kernel's own, unless configured otherwise.

        Where there are none, what goes over the loopback is encrypted.
        """
        manager = self.parent
        if manager is None or manager.transport != "tcp" or any(manager.ports):
            return
        if not hasattr(socket, "AF_UNIX"):
            if zmq.has("curve"):
                manager.transport_encryption = "auto"
            return
        beside = os.environ.get(FOLDER, "")
        folder = tempfile.mkdtemp(prefix="k-", dir=beside if os.path.isdir(beside) else None)
        if len(os.fsencode(folder)) > _LONGEST_PATH:
            os.rmdir(folder)
            return
        self.folder = folder
        manager.transport, manager.ip, manager.cache_ports = "ipc", f"{folder}/s", False
        if not manager.connection_file:
            manager.connection_file = f"{folder}/kernel.json"

    async def _fork(self, cmd: list[str], kwargs: dict[str, Any]) -> Any:
        if not CAN_FORK:
            raise Refused("this platform cannot fork them, or stock ones were asked for")
        server = kwargs["env"].get(VARIABLE)
        if not server:
            raise Refused(f"no kernel server is running ({VARIABLE} is not set)")
        strange = sorted(set(kwargs) - _UNDERSTOOD)
        if strange:
            raise Refused(f"it was asked for with {', '.join(strange)}")
        cwd = os.path.abspath(kwargs.get("cwd") or os.getcwd())
        with _stream(kwargs.get("stdout"), 1) as stdout, _stream(kwargs.get("stderr"), 2) as stderr:
            return await ForkedProcess.start(server, cmd, kwargs["env"], cwd, stdout, stderr)

    async def _bound(self) -> None:
        """Wait for the kernel's sockets: who connects earlier tries again a tenth of a second later."""
        info, until = self.connection_info, time.monotonic() + _BINDING_SECONDS
        if info["transport"] != "ipc":
            return
        paths = [f"{info['ip']}-{value}" for name, value in info.items() if name.endswith("_port")]
        while time.monotonic() < until and await self.poll() is None:
            if all(os.path.exists(path) for path in paths):
                return
            await asyncio.sleep(0.002)

    def _warn(self, reason: str, env: dict[str, str]) -> None:
        """Say once, here and in the kernels started from here, that kernels are slow."""
        if not os.environ.get(_WARNED):
            told = phrase(
                f"内核逐个启动，没有从备好的进程复制，每个要多几秒。原文：“{reason}”",
                f"Kernels are started, not forked, which takes seconds longer: {reason}.",
            )
            _log.warning("%s", told)
            os.environ[_WARNED] = "1"
        env[_WARNED] = "1"


@contextlib.contextmanager
def _stream(request: Any, standard: int) -> Iterator[int]:
    """A file descriptor for a kernel's stream, as `subprocess.Popen` understands the argument."""
    if request == subprocess.PIPE or request == subprocess.STDOUT:
        raise Refused("it was asked for with a pipe")
    fd = standard if request is None else request if isinstance(request, int) else request.fileno()
    try:
        if fd == subprocess.DEVNULL:
            raise OSError
        os.fstat(fd)
    except OSError:
        nothing = os.open(os.devnull, os.O_RDWR)
        try:
            yield nothing
        finally:
            os.close(nothing)
    else:
        yield fd
