"""Imports that would take a second for something that nobody asks for."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from types import ModuleType

_GRAMMAR = "rfc3987_syntax"
_one_at_a_time = Lock()


def jsonschema() -> None:
    """Import jsonschema, on which nbformat and papermill rest, without the grammar of its check of IRIs.

    That grammar is compiled when its module is imported, which takes two thirds of papermill's import; here
    that happens when an IRI is first checked.
    """
    with _one_at_a_time:
        if _GRAMMAR in sys.modules or "jsonschema" in sys.modules or find_spec(_GRAMMAR) is None:
            return
        stand_in = ModuleType(_GRAMMAR)
        stand_in.is_valid_syntax = _is_valid_syntax  # type: ignore[attr-defined]
        sys.modules[_GRAMMAR] = stand_in
        try:
            import_module("jsonschema")
        finally:
            del sys.modules[_GRAMMAR]


def _is_valid_syntax(rule: str, text: str) -> bool:
    return bool(import_module(_GRAMMAR).is_valid_syntax(rule, text))
