"""What a warm process imports before it is wanted, so that no kernel need do it."""

from __future__ import annotations

import builtins
import importlib
import os
import pkgutil
import signal
import sys
from collections.abc import Iterable, Iterator
from types import SimpleNamespace

from aftersales.contract import lazily
from aftersales.contract.message import phrase

INLINE = "module://matplotlib_inline.backend_inline"  # how a kernel draws
# These look for a kernel when they are imported, so a kernel imports them anew.
_LOOKING = ("matplotlib_inline.backend_inline", "tqdm.auto", "tqdm.autonotebook")
# What a kernel and a notebook that draws nothing need. Packages of aftersales come whole.
FIRST = (
    "numpy",
    "pandas",
    "pyarrow.parquet",
    "scrapbook",
    "papermill",
    "nbclient",
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "psutil",
    "faulthandler",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.core.pylabtools",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
    "pandas.io.formats.html",
    "pyarrow.pandas_compat",
    "jupyter_client.asynchronous",
    "aftersales.sources.load",
    "aftersales.chapters.scraps",
    "aftersales.chapters.notebooks",
    "aftersales.kernels.execution",
    "aftersales.kernels.direct",
    "aftersales.display.exhibit",
    "aftersales.metrics",
    "aftersales.findings",
    "aftersales.display.tables",
)
# What the master's kernel need not have, which is forked between two of them.
REST = (
    "aftersales.display.charts",
    "aftersales.explanation.explain",
)


# Where whole commands are forked from the server: what making a report takes besides, and what some of its
# notebooks import by themselves.
COMMANDS = (
    "aftersales.guard",
    "aftersales.cli",
    "aftersales.leftovers",
    "aftersales.cache.reports",
    "aftersales.check.faults",
    "aftersales.report",
    "aftersales.sources",
    "aftersales.reconcile",
    "aftersales.explanation",
    "aftersales.kernels.manager",
    "cryptography.hazmat.primitives.ciphers.aead",
)
EVERYTHING = "AFTERSALES_PRELOAD"  # set where they are
READING = "aftersales.chapters.context"  # what reads the records of a report


def first() -> Iterator[str]:
    """Import one module after the other; a caller may stop between two."""
    lazily.papermill()
    yield "papermill"
    lazily.special()
    yield from _imported(FIRST)
    _warm()
    if os.environ.get(EVERYTHING):
        yield from _imported((*REST, *COMMANDS))
        sys.modules["aftersales.cache.store"].program()
        sys.modules["aftersales.report"].prepare_formats(typst=False)  # it starts threads


def rest() -> Iterator[str]:
    """Import what is left; a caller may do something else between two."""
    if not os.environ.get(EVERYTHING):
        yield from _imported(REST)
    # A fork leaves the locks of other threads as they are, and shares the position in open files.
    if len(os.listdir("/proc/self/task")) > 1:
        _say(
            phrase(
                "有模块在导入时启动了线程，内核可能停住", "an import has started threads; kernels may hang"
            )
        )
    for path in _open_files():
        _say(
            phrase(
                f"有模块在导入后没有关闭 {path}，内核无法读取它",
                f"an import has left {path} open; kernels cannot read it",
            )
        )


def everything() -> None:
    """Import all that a notebook needs."""
    lazily.papermill()
    lazily.special()
    for _ in _imported((*FIRST, *REST)):
        pass
    _warm()


def as_new() -> None:
    """What a process that has the imports done does to be one that has just been started as a kernel."""
    for name in _LOOKING:
        sys.modules.pop(name, None)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _warm() -> None:
    """Do once what each notebook that runs others would do.

    Compile the notebooks' schema, look for provisioners.
    """
    import nbformat
    from jupyter_client.provisioning.factory import KernelProvisionerFactory

    nbformat.validate(nbformat.v4.new_notebook())
    KernelProvisionerFactory.instance()


def _imported(names: Iterable[str]) -> Iterator[str]:
    """The names, each when it is imported, and after a package of aftersales its modules."""
    for name in names:
        _import(name)
        yield name
        for folder in getattr(sys.modules.get(name), "__path__", ()):
            if name.startswith("aftersales."):
                for module in pkgutil.iter_modules([folder]):
                    _import(f"{name}.{module.name}")
                    yield f"{name}.{module.name}"


def sources() -> dict[str, int]:
    """The files of this package's imported modules and when they were changed."""
    ours = [module for name, module in sys.modules.items() if name.startswith("aftersales")]
    files = [getattr(module, "__file__", None) for module in ours]
    return {path: changed(path) for path in files if path}


def changed(path: str) -> int:
    """When a file was changed, 0 when it is no more."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def _import(name: str) -> None:
    # How wide pandas prints depends on whether it finds itself in a kernel when it is imported.
    if name == "pandas":
        builtins.get_ipython = lambda: SimpleNamespace(kernel=None)  # type: ignore[attr-defined]
    try:
        importlib.import_module(name)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        _say(phrase(f"无法导入 {name}。原文：“{said}”", f"cannot import {name}: {said}"))
    finally:
        if name == "pandas":
            del builtins.get_ipython  # type: ignore[attr-defined]


def _open_files() -> list[str]:
    """Files that are open, but for the standard streams."""
    open_files = [f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd") if int(fd) > 2]
    paths = [os.readlink(link) for link in open_files if os.path.lexists(link)]
    return [path for path in paths if path.startswith("/") and not path.startswith(("/dev/", "/proc/"))]


def _say(text: str) -> None:
    print(phrase(f"内核服务：{text}", f"kernel server: {text}"), file=sys.stderr, flush=True)
