"""Where the project and its params lie, what comes with the package, and the language that the params name,
before anything of them is read.

The project is the folder at work, or the one above it, that has params, as `aftersales init` fills one; else
the checkout. What that folder has not (the chapter notebooks, params) comes with the package or the checkout.
"""

from __future__ import annotations

import os
import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

VARIABLE = "AFTERSALES_PARAMS"
PROJECT = "AFTERSALES_PROJECT"  # told to the processes that are started, whose folder may be another
DEFAULT = "default.yml"
_LANG = re.compile(rb"^lang:\s*['\"]?(zh|en)\b", re.M)
_HERE = Path(__file__).resolve().parents[3]


def _checkout() -> Path | None:
    return _HERE if (_HERE / "notebooks" / "master.ipynb").exists() else None


def _project() -> Path:
    """The nearest folder, from the one at work upwards, with params; else the checkout, where this is one."""
    if told := os.environ.get(PROJECT):
        return Path(told)
    here, checkout = Path.cwd(), _checkout()
    found = next((at for at in (here, *here.parents) if (at / "params" / DEFAULT).is_file()), None)
    if checkout is not None and (found is None or found.resolve().is_relative_to(checkout)):
        return checkout
    return found or here


def _delivered() -> Path:
    """The folder with ``notebooks/`` and ``params/`` as they are delivered."""
    if (checkout := _checkout()) is not None:
        return checkout
    try:
        files = distribution("aftersales").files or ()
    except PackageNotFoundError:
        files = ()
    for file in files:
        if file.name == "master.ipynb":
            return Path(str(file.locate())).resolve().parents[1]
    return _HERE


ROOT = _project()
DELIVERED = _delivered()
os.environ.setdefault(PROJECT, str(ROOT))


def folder() -> Path:
    """The folder of the params: that of ``AFTERSALES_PARAMS``, the project's, or the delivered ones."""
    if given := os.environ.get(VARIABLE):
        return Path(given)
    own = ROOT / "params"
    return own if (own / DEFAULT).is_file() or DELIVERED == ROOT else DELIVERED / "params"


def language(params: Path | None = None) -> str:
    """The language of the params as far as their file can be looked into, else Chinese.

    Help and the faults of the params themselves are said in it, so no part of YAML may be needed.
    """
    file = (params or folder()) / DEFAULT
    try:
        found = _LANG.search(file.read_bytes()) if file.is_file() else None
    except OSError:
        found = None
    return found[1].decode() if found else "zh"
