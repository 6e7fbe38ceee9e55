"""An unchanged report is recognised before anything heavy is imported."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from aftersales.cache import content, store
from aftersales.contract import params, place
from aftersales.contract.errors import InputError


def fingerprint(request: Mapping[str, Any], notebooks: Iterable[Path]) -> str | None:
    """A hash of everything a report depends on.

    None where that can't be known without reading it (a database).
    """
    settings = store.settings(request.get("store"))
    sources = [request["source"]] if request.get("source") else _named(settings, "source")
    states = []
    for source in sources:
        try:
            if place.is_url(source):
                return None
            path = None if place.is_demo(source) else place.path(source)
        except InputError:  # reported when it is read, if it is
            return None
        if path is not None:
            states += content.of_files(path)
    templates = [params.template_file(name) for name in _named(settings, "slides_template")]
    states += [state for path in templates if path.is_file() for state in content.of_files(path)]
    books = [(p.name, hashlib.sha256(p.read_bytes()).hexdigest()) for p in notebooks]
    parameters = {k: str(v) for k, v in request.items()} | {"out": str(Path(request["out"]).resolve())}
    return store.digest([store.program(), settings, sources, states, books, parameters])


def _named(settings: Sequence[tuple[str, str]], key: str) -> list[str]:
    """Every value of a setting that a params file names: which one counts depends on the month."""
    found = []
    for name, _ in settings:
        with suppress(Exception):  # a bad file is reported when the params are loaded
            found += [str(params._read(params.folder() / name).get(key) or "")]
    return sorted({s for s in found if s})


def _state(files: Iterable[Path]) -> dict[str, str]:
    return {str(f): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def published(key: str | None) -> list[Path] | None:
    """The paths of a report that was published from the same and still exists as it was; else None."""
    if key is None or store.fresh_requested():
        return None
    with suppress(OSError, ValueError, KeyError):
        record = json.loads((store.folder("reports") / key).read_text(encoding="utf-8"))
        if _state(map(Path, record["state"])) == record["state"]:
            return [Path(p) for p in record["paths"]]
    return None


def remember(key: str | None, paths: Sequence[Path]) -> None:
    """Note what was published from what."""
    if key is None:
        return
    files = [f for p in paths for f in (sorted(p.iterdir()) if p.is_dir() else [p])]
    record = json.dumps({"paths": [str(p) for p in paths], "state": _state(files)}, ensure_ascii=False)
    with suppress(OSError):  # what can't be noted is made again, no more
        store.write(store.folder("reports") / key, record.encode())
        store.sweep(store.folder("reports"), "*", store.LIMIT)
