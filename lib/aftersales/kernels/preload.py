"""What the fork server imports before it forks, so that no kernel need do it."""

from __future__ import annotations

import builtins
import importlib
import os
import pkgutil
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import aftersales
from aftersales.kernels import lazily

# What notebooks and the kernel itself need, the heaviest first. Packages of aftersales come whole.
PRELOAD = (
    "numpy",
    "pandas",
    "pyarrow.parquet",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "scipy.stats",
    "seaborn",
    "scrapbook",
    "papermill",
    "nbclient",
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.pylabtools",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
    "pandas.io.formats.html",
    "pyarrow.pandas_compat",
    "jupyter_client.asynchronous",
    "aftersales.inputs",
    "aftersales.scraps",
    "aftersales.explain",
    "aftersales.chapters",
    "aftersales.kernels.execution",
    "aftersales.exhibit",
)
PACKAGES = ("metrics", "charts", "findings", "show")


def imports() -> Iterator[str]:
    """Import one module after the other; a caller may stop between two."""
    lazily.jsonschema()
    for name in names():
        _import(name)
        yield name
    if len(os.listdir("/proc/self/task")) > 1:
        # A fork leaves the locks of other threads as they are.
        _say("an import has started threads; kernels may hang")


def names() -> Iterator[str]:
    """The modules, in their order."""
    yield from PRELOAD
    for package in PACKAGES:
        yield f"aftersales.{package}"
        for folder in aftersales.__path__:
            for module in pkgutil.iter_modules([f"{folder}/{package}"]):
                yield f"aftersales.{package}.{module.name}"


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
        _say(f"cannot import {name}: {type(error).__name__}: {error}")
    finally:
        if name == "pandas":
            del builtins.get_ipython  # type: ignore[attr-defined]


def _say(text: str) -> None:
    print(f"kernel server: {text}", file=sys.stderr, flush=True)
