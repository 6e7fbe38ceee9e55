"""JupyterLab on the project: its kernel chosen.

Notebooks, params and the published months in the file browser.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aftersales import kernels
from aftersales.contract.home import ROOT
from aftersales.contract.message import phrase, spoken

SETTINGS = Path(__file__).with_name("lab_settings") / "overrides.json"
_TRANSLATION = "@jupyterlab/translation-extension:plugin"
# A kernel that no tab shows any more ends after so many seconds without work.
_IDLE = 2 * 3600
# Nothing is requested and nothing is fetched: no news, no update check, no list of extensions from the
# network.
OPTIONS = (
    "--ServerApp.contents_manager_class=aftersales.chapters.contents.Contents",
    f"--MappingKernelManager.cull_idle_timeout={_IDLE}",
    "--MappingKernelManager.cull_interval=300",
    f"--MultiKernelManager.default_kernel_name={kernels.NAME}",
    f"--KernelSpecManager.allowed_kernelspecs={kernels.NAME}",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--LanguageServerManager.autodetect=False",
    "--ServerApp.allow_root=True",
    "--ServerApp.answer_yes=True",
)

_ENDING_SECONDS = 10


def run(options: Sequence[str] = (), root: Path = ROOT) -> int:
    """Open JupyterLab on the tour and wait until it ends.

    Kernels are forked from a server that has the imports done, and started as Jupyter does where that cannot
    be.

    Parameters
    ----------
    options
        Options of JupyterLab, as ``--no-browser``; they win over ours.
    root
        The project's folder.

    Returns
    -------
    int
        JupyterLab's exit code.
    """
    kernels.install()
    trust(root / "output")
    print(
        phrase(
            "打开JupyterLab，按 Ctrl+C 结束。以下是它自己的输出，只有英文：",
            "Opening JupyterLab; Ctrl+C ends it. What follows is its own:",
        ),
        file=sys.stderr,
        flush=True,
    )
    where = (f"--ServerApp.root_dir={root}", "--LabApp.default_url=/lab/tree/notebooks/explore.ipynb")
    with kernels.serving(), tempfile.TemporaryDirectory() as settings:
        (Path(settings) / SETTINGS.name).write_text(json.dumps(overrides(spoken())), encoding="utf-8")
        chosen = f"--LabApp.app_settings_dir={settings}"
        return _until_it_ends([sys.executable, "-m", "jupyterlab", *where, chosen, *OPTIONS, *options], root)


def overrides(lang: str) -> dict[str, Any]:
    """JupyterLab's settings here, its menus in the language of the store."""
    given: dict[str, Any] = json.loads(SETTINGS.read_text(encoding="utf-8"))
    return given | {_TRANSLATION: {"locale": "zh_CN" if lang == "zh" else "default"}}


def _until_it_ends(command: list[str], root: Path) -> int:
    with subprocess.Popen(command, cwd=root) as lab:
        signal.signal(signal.SIGTERM, lambda *_: _stop(lab))
        try:
            return lab.wait()
        except KeyboardInterrupt:  # JupyterLab hears it too; at times it ends all but a thread of its own
            with contextlib.suppress(subprocess.TimeoutExpired):
                return lab.wait(_ENDING_SECONDS)
            return 0
        finally:
            lab.kill()


def _stop(lab: subprocess.Popen[bytes]) -> None:
    lab.terminate()
    raise KeyboardInterrupt


def trust(published: Path) -> None:
    """Sign the notebooks of the published months, as `jupyter trust` does.

    Else JupyterLab would not draw their charts.
    """
    from nbformat import from_dict
    from nbformat.sign import NotebookNotary

    notary = NotebookNotary()
    for path in sorted(published.glob("*/*/notebooks/*.ipynb")):
        with contextlib.suppress(ValueError, KeyError):  # one that is none is shown as what it is
            notary.sign(from_dict(json.loads(path.read_text(encoding="utf-8"))))
