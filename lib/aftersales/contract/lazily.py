"""Imports that would take a second for something that nobody uses."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from types import ModuleType
from typing import Any

_one_at_a_time = Lock()


class _Later(ModuleType):
    """Stands for a module that is imported when one of its functions is first called."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)

        def call(*args: Any, **kwargs: Any) -> Any:
            return getattr(import_module(self.__name__), name)(*args, **kwargs)

        return call


def papermill() -> None:
    """Import papermill without that with which it would read and write notebooks on other machines."""
    _without("papermill", [_Later("requests"), _Later("boto3"), _Later("boto3.session"), *_grammars()])


def nbformat() -> None:
    """Import nbformat without the grammar of web addresses."""
    _without("nbformat", _grammars())


def nbconvert() -> None:
    """Import nbconvert without Beautiful Soup, which it uses for nothing but its own HTML and pictures in
    Markdown."""
    _without("nbconvert", [_Later("bs4"), *_grammars()])


def _grammars() -> list[_Later]:
    """Grammars of web addresses, which jsonschema compiles in a second or two where JupyterLab is installed.

    No notebook's schema has such an address.
    """
    return [_Later("rfc3987_syntax"), _Later("rfc3986_validator")]


def special() -> None:
    """Import SciPy's distributions without what compiles Fortran, which comes with all of numpy's names."""
    import_module("numpy")
    _without("scipy.special", [_Later("numpy.f2py")])


def seaborn() -> None:
    """Import seaborn without what it uses for a few things only.

    SciPy's statistics are for densities and dendrograms.
    """
    if find_spec("statsmodels") is not None:
        return  # seaborn imports it too, and it uses more of them
    cluster = _Later("scipy.cluster")
    cluster.hierarchy = _Later("scipy.cluster.hierarchy")  # type: ignore[attr-defined]
    _without("seaborn", [_Later("scipy.stats"), cluster])


def _without(name: str, others: list[_Later]) -> None:
    """Import a module while others are stood in for, unless they are imported already."""
    with _one_at_a_time:
        if name not in sys.modules:
            with _stood_in([other for other in others if find_spec(other.__name__.partition(".")[0])]):
                import_module(name)
    import_module(name)  # waits where another thread is in the middle of it


@contextmanager
def _stood_in(others: list[_Later]) -> Iterator[None]:
    mine = [other for other in others if other.__name__ not in sys.modules]
    parts = []
    for other in mine:
        sys.modules[other.__name__] = other
        package, _, part = other.__name__.rpartition(".")
        whole = sys.modules.get(package)
        if whole is not None and part not in vars(whole):  # numpy would look for it by importing it
            setattr(whole, part, other)
            parts.append((whole, part))
    try:
        yield
    finally:
        for other in mine:
            del sys.modules[other.__name__]
        for whole, part in parts:
            delattr(whole, part)
