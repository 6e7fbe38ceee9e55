"""The kernel manager and client that notebooks are run with: nothing to install, no idle waiting."""

from __future__ import annotations

import time
from collections.abc import Callable
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import Type, default

from aftersales.contract import processes
from aftersales.contract.message import phrase
from aftersales.kernels import spec


class _Outputs(AsyncZMQSocketChannel):
    """The channel of a kernel's outputs, which tells of each that comes."""

    heard: Callable[[Any], object] | None = None

    async def get_msg(  # type: ignore[override]
        self, timeout: float | None = None
    ) -> dict[str, Any]:
        message: dict[str, Any] = await super().get_msg(timeout)
        if self.heard is not None:
            self.heard(message["content"])
        return message


class Client(AsyncKernelClient):
    """A client that is ready as soon as the kernel has answered on both channels."""

    iopub_channel_class = Type(_Outputs)
    heard: Callable[[Any], object] | None = None

    @property
    def iopub_channel(self) -> Any:
        channel = super().iopub_channel
        channel.heard = self.heard
        return channel

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers and its outputs arrive.

        Jupyter's own way ends by listening for a fifth of a second to hear that nothing comes; here it ends
        with the message by which the kernel says that it has done what was requested.
        """
        until = time.monotonic() + (timeout or 3600)
        while True:
            request = self.kernel_info()
            if await self._hears(self.shell_channel, request, "kernel_info_reply", 1) and await self._hears(
                self.iopub_channel, request, "status", 0.2
            ):
                return
            if not await self.is_alive():
                raise RuntimeError(phrase("内核还没有就绪就终止了", "the kernel died before it was ready"))
            if time.monotonic() > until:
                raise RuntimeError(
                    phrase(f"内核 {timeout} 秒内没有就绪", f"the kernel was not ready within {timeout} s")
                )

    async def _hears(self, channel: Any, request: str, kind: str, seconds: float) -> bool:
        """Whether the answer of a kind to a request comes in time; a status is one when it is idle."""
        try:
            while True:
                message = await channel.get_msg(timeout=seconds)
                if message["parent_header"].get("msg_id") != request or message["msg_type"] != kind:
                    continue
                if kind == "kernel_info_reply":
                    self._handle_kernel_info_reply(message)
                    return True
                if message["content"]["execution_state"] == "idle":
                    return True
        except Empty:
            return False


class _Specs(KernelSpecManager):
    """The installed kernelspecs, and ours whether it is installed or not."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        if kernel_name == spec.NAME:
            return KernelSpec(resource_dir="", **spec.content())
        return super().get_kernel_spec(kernel_name)


class Manager(AsyncKernelManager):
    """A manager of one notebook's kernel."""

    @default("kernel_spec_manager")
    def _our_specs(self) -> KernelSpecManager:
        return _Specs(parent=self)

    @default("client_factory")
    def _our_client(self) -> type:
        return Client

    async def shutdown_kernel(  # type: ignore[override]
        self, now: bool = False, restart: bool = False
    ) -> None:
        """End the kernel; at once means without the interrupt that Jupyter sends first."""
        if now and self.provisioner is not None:
            await self.provisioner.kill(restart=restart)
        await super().shutdown_kernel(now=now, restart=restart)

    heard: Callable[[Any], object] | None = None

    def client(self, **kwargs: Any) -> Any:
        """A client that tells this manager's run of each output."""
        client: Any = super().client(**kwargs)
        client.heard = self.heard
        return client

    @property
    def exit_status(self) -> int | None:
        """How the kernel ended, as far as is known."""
        process = getattr(self.provisioner, "process", None)
        known = getattr(self.provisioner, "exit_status", None)
        return known if known is not None else getattr(process, "returncode", None)

    def end(self) -> None:
        """Kill the kernel; may be called from any thread."""
        process = getattr(self.provisioner, "process", None)
        if process is None or process.poll() is not None:
            return
        processes.end(process.pid)
