"""Warm kernels in JupyterLab: started, debugged, interrupted, restarted and ended from the browser's side."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from tornado.websocket import websocket_connect

from aftersales import kernels
from aftersales.kernels import wire

_OPTIONS = ("--no-browser", "--port=0", "--allow-root", "--IdentityProvider.token=t")


class Lab:
    """JupyterLab's server, spoken to as a browser does."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *_OPTIONS, f"--ServerApp.root_dir={folder}"],
            env={**os.environ, **env, "JUPYTER_RUNTIME_DIR": str(folder / "runtime")},
            cwd=folder,
            stderr=subprocess.DEVNULL,
        )
        while not (told := list(folder.glob("runtime/jpserver-*.json"))):
            assert self.process.poll() is None
            time.sleep(0.1)
        self.url = json.loads(told[0].read_text())["url"]
        while not self.answer("GET", "api/kernelspecs"):
            time.sleep(0.1)

    def answer(self, method: str, path: str, body: Any = None) -> Any:
        request = Request(f"{self.url}{path}?token=t", None if body is None else json.dumps(body).encode())
        request.method = method
        try:
            with urlopen(request, timeout=30) as reply:
                return json.loads(reply.read() or "null")
        except URLError:
            return None


@pytest.mark.full
@pytest.mark.skipif(not wire.CAN_FORK, reason="kernels are forked on Linux only")
def test_in_jupyterlab(tmp_path: Path) -> None:
    with kernels.serving() as server:
        in_jupyterlab(server, tmp_path)


def in_jupyterlab(server: dict[str, str], tmp_path: Path) -> None:
    kernels.install(tmp_path)
    lab = Lab(tmp_path, {"JUPYTER_PATH": str(tmp_path / "share" / "jupyter")})
    try:
        assert "aftersales" in lab.answer("GET", "api/kernelspecs")["kernelspecs"]
        number = lab.answer("POST", "api/kernels", {"name": "aftersales"})["id"]
        told = json.loads((tmp_path / "runtime" / f"kernel-{number}.json").read_text())
        assert told["transport"] == "ipc"

        async def talk() -> None:
            url = f"{lab.url.replace('http', 'ws', 1)}api/kernels/{number}/channels?token=t"
            socket = await websocket_connect(url)

            async def ask(kind: str, channel: str = "shell", **content: Any) -> Any:
                header = {"msg_id": f"{time.time()}", "msg_type": kind, "session": "s", "version": "5.3"}
                header |= {"username": "", "date": "2024-01-01T00:00:00Z"}
                message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
                await socket.write_message(json.dumps({**message, "channel": channel, "buffers": []}))
                while True:
                    reply = json.loads(await asyncio.wait_for(socket.read_message(), 30))
                    asked = reply["parent_header"].get("msg_id") == header["msg_id"]
                    if asked and reply["channel"] == channel and "reply" in reply["msg_type"]:
                        return reply["content"]

            async def value(expression: str) -> str:
                asked = {"code": "", "silent": True, "user_expressions": {"it": expression}}
                return (await ask("execute_request", **asked))["user_expressions"]["it"]["data"]["text/plain"]

            parent = await value("__import__('os').getppid()")
            assert parent != str(lab.process.pid)
            arguments = {"clientID": "t", "adapterID": "", "pathFormat": "path"}
            debug = {"type": "request", "seq": 1, "command": "initialize", "arguments": arguments}
            assert (await ask("debug_request", "control", **debug))["success"]
            sleep = {"code": "import time; time.sleep(60)", "stop_on_error": False}
            sleeping = asyncio.ensure_future(ask("execute_request", **sleep))
            await asyncio.sleep(0.5)
            await asyncio.to_thread(lab.answer, "POST", f"api/kernels/{number}/interrupt", {})
            assert (await sleeping)["ename"] == "KeyboardInterrupt"
            before = await value("__import__('os').getpid()")
            await asyncio.to_thread(lab.answer, "POST", f"api/kernels/{number}/restart", {})
            assert await value("__import__('os').getpid()") != before
            assert await value("__import__('os').getppid()") == parent

        asyncio.run(talk())
        assert lab.answer("DELETE", f"api/kernels/{number}") is None
        assert lab.answer("GET", "api/kernels") == []
    finally:
        lab.process.terminate()
        lab.process.wait(20)
    assert [p.name for p in Path(server[wire.VARIABLE]).parent.iterdir()] == ["server"]
