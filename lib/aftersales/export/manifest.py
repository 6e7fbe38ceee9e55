"""The manifest of a report: what it was made from and what it consists of, as hashes.

It tells two runs apart without their records: which table, setting or code another run had. No path, no
secret and no time of day is in it, so that equal input gives an equal manifest.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aftersales.contract import params as settings
from aftersales.contract.schema import TABLES

if TYPE_CHECKING:
    import pandas as pd

    from aftersales.contract.params import Params
    from aftersales.contract.tables import Tables

NAME = "manifest.json"
FORMAT = 1
_PACKAGE = Path(__file__).resolve().parents[1]
_LOCK = settings.ROOT / "requirements.lock"
_DATE = re.compile(rb"^Date: [^\r\n]*\r?\n", re.MULTILINE)
_TIMES = ("start_time", "end_time", "duration")
_CORRECTIONS = "corrections.yml"
# Where the records are may hold a password, and is no setting of the report; nor is where a setting stands.
_NOT_SETTINGS = frozenset({"source", "origins"})


def of_tables(tables: Tables) -> dict[str, dict[str, Any] | None]:
    """Rows and hash of each table that the report was made from, masked as the report is; None = absent."""
    return {name: _of_table(tables[name], name) for name in TABLES}


def _of_table(frame: pd.DataFrame | None, name: str) -> dict[str, Any] | None:
    if frame is None:
        return None
    import pandas as pd

    digest = hashlib.sha256()
    for column in TABLES[name].names:
        if column in frame:
            digest.update(column.encode() + b"\0")
            if isinstance(frame[column].dtype, pd.StringDtype):
                for part in _texts(frame[column]):
                    digest.update(part)
            else:
                digest.update(pd.util.hash_pandas_object(frame[column], index=False).to_numpy().tobytes())
    return {"rows": len(frame), "sha256": digest.hexdigest()}


def _texts(column: pd.Series[Any]) -> tuple[Any, Any]:
    """How long each text is, -1 for none, and all of them one after another: in a third of the time of
    pandas' hash."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pa.array(column, pa.large_string(), from_pandas=True)
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    lengths = pc.binary_length(texts).fill_null(-1).to_numpy()
    whole = pa.ListArray.from_arrays([0, len(texts)], texts.fill_null(""))
    return lengths.tobytes(), pc.binary_join(whole, pa.scalar("", pa.large_string()))[0].as_buffer()


def of_params(params: Params, folder: Path) -> dict[str, str]:
    """The hash of each setting, and of the corrections where there are any."""
    values = {f.name: getattr(params, f.name) for f in dataclasses.fields(params)}
    hashes = {name: _of_value(value) for name, value in values.items() if name not in _NOT_SETTINGS}
    if params.slides_template and (template := settings.template_file(params.slides_template)).is_file():
        hashes["slides_template"] = _sha256(template.read_bytes())
    corrections = folder / _CORRECTIONS
    return hashes | ({"corrections": _of_files([corrections], folder)} if corrections.exists() else {})


def of_code(notebooks: Iterable[Path]) -> str:
    """The hash of the program and of the notebooks that it runs."""
    package = (p for p in _PACKAGE.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    books = [[path.name, _sha256(path.read_bytes())] for path in notebooks]
    return _of_value([_of_files(package, _PACKAGE), books])


def write(
    folder: Path,
    meta: Mapping[str, Any],
    tables: Mapping[str, Mapping[str, Any] | None],
    params: Params,
    notebooks: Sequence[Path],
) -> Path:
    """Write ``manifest.json`` into the folder of a report that is otherwise whole.

    Parameters
    ----------
    folder
        The report's; every file in it is named with its hash.
    meta
        The report's ``store``, ``month``, ``lang``, ``masked``, ``synthetic`` and ``version``.
    tables
        Of `of_tables`.
    notebooks
        Those that the report is made by.
    """
    about = ("store", "month", "lang", "masked", "synthetic", "version")
    manifest = {
        "format": FORMAT,
        **{name: meta[name] for name in about},
        **({"draft": True} if meta.get("draft") else {}),
        "input": tables,
        "params": of_params(params, settings.folder()),
        "code": of_code(notebooks),
        "lock": _of_files([_LOCK], _LOCK.parent) if _LOCK.exists() else None,
        "files": of_files(folder),
    }
    path = folder / NAME
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def of_files(folder: Path) -> dict[str, str]:
    """The hash of every file of a report."""
    files = [p for p in folder.rglob("*") if p.is_file() and _counts(p.relative_to(folder))]
    return {p.relative_to(folder).as_posix(): _sha256(p.read_bytes()) for p in sorted(files)}


def read(folder: Path) -> dict[str, Any]:
    """The manifest of a report's folder."""
    found: dict[str, Any] = json.loads((folder / NAME).read_text(encoding="utf-8"))
    return found


def content(path: Path) -> bytes | None:
    """What a file of a report says, which is the same however often it is made: all of it but the time at
    which a notebook ran, and the date of the mail, which is that time. None where there is no such file."""
    if not path.is_file():
        return None
    data = path.read_bytes()
    if path.suffix == ".eml":
        return _DATE.sub(b"", data, count=1)
    if path.suffix != ".ipynb":
        return data
    notebook = json.loads(data)
    for part in (notebook, *notebook.get("cells", [])):
        for name in _TIMES:
            part.get("metadata", {}).get("papermill", {}).pop(name, None)
    return json.dumps(notebook, sort_keys=True).encode()


def made_from(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest without the hashes of the report's own files: what the report was made from."""
    return {name: value for name, value in manifest.items() if name != "files"}


def _counts(path: Path) -> bool:
    """Whether a file is one of the report's: no manifest, nothing that begins with a dot."""
    return path.as_posix() != NAME and not any(part.startswith(".") for part in path.parts)


def _of_files(paths: Iterable[Path], base: Path) -> str:
    return _of_value([(p.relative_to(base).as_posix(), _sha256(p.read_bytes())) for p in sorted(paths)])


def _of_value(value: Any) -> str:
    return _sha256(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str).encode())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
