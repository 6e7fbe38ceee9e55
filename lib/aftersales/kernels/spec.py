"""The kernelspec `aftersales`: what JupyterLab lists and notebooks name."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

NAME = "aftersales"
_FILE = "kernel.json"


def content() -> dict[str, Any]:
    """The kernelspec, as it stands in its file."""
    return {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "客户服务月报 (aftersales)",
        "language": "python",
        "interrupt_mode": "signal",
        "metadata": {
            "debugger": True,
            "supported_encryption": "curve",
            "kernel_provisioner": {"provisioner_name": "aftersales-warm"},
        },
    }


def install(prefix: str | Path = sys.prefix) -> Path:
    """Write the kernelspec where Jupyter looks for it; nothing is written when it exists already.

    Parameters
    ----------
    prefix
        An environment's folder; by default that of the running interpreter.

    Returns
    -------
    Path
        The kernelspec's folder.
    """
    folder = Path(prefix) / "share" / "jupyter" / "kernels" / NAME
    text = json.dumps(content(), ensure_ascii=False, indent=1) + "\n"
    path = folder / _FILE
    try:
        if path.read_text(encoding="utf-8") == text:
            return folder
    except (FileNotFoundError, UnicodeDecodeError):
        folder.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=folder, prefix=f".{_FILE}-")
    try:
        with open(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.chmod(beside, 0o644)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise
    return folder
