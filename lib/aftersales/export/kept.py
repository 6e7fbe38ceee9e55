"""Where the program has put what may name a customer: call lists, replaced runs, published files."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from aftersales.cache import store
from aftersales.contract import alive, destination, params
from aftersales.export import history, publish
from aftersales.export.call_list import MARK

_LISTS = params.ROOT / ".call-lists.json"  # which were written; no customer is in it
_TITLE = "docProps/core.xml"
_ZIPPED = (".xlsx", ".pptx")


def note_list(path: Path) -> None:
    """Remember where a call list was written."""
    known = sorted({str(one) for one in _known()} | {str(path.resolve())})
    with suppress(OSError), destination.whole(_LISTS) as beside:  # a folder that may not be written
        beside.write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
        beside.chmod(0o600)


def call_lists() -> list[Path]:
    """The call lists that still exist as this program wrote them, or as somebody has filled them in."""
    return [path for path in _known() if _is_list(path)]


def _known() -> list[Path]:
    with suppress(OSError, ValueError, TypeError):
        return [Path(name) for name in json.loads(_LISTS.read_text(encoding="utf-8"))]
    return []


def _is_list(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as book:
            title = book.read(_TITLE).decode("utf-8", "replace")
    except (OSError, KeyError, zipfile.BadZipFile):
        return False
    return any(mark in title for mark in MARK.values())


def runs(out: Path) -> list[Path]:
    """The runs that others have replaced, of every store and month."""
    return sorted(p for p in out.glob(f"{publish.MONTHS}/{history.FOLDER}/*/*") if p.is_dir())


def cached() -> Iterator[Path]:
    """Everything in the cache."""
    for kind in store.KINDS:
        at = store.folder(kind)
        if at.is_dir():
            yield from sorted(at.iterdir())


def expire(out: Path, before: float) -> list[Path]:
    """Remove what was last written before a time [s since the epoch]: of cache, replaced runs, call lists.

    Returns
    -------
    list of Path
        The call lists that were removed, which somebody may miss.
    """
    for path in (*cached(), *runs(out)):
        with suppress(OSError):
            if path.stat().st_mtime < before:
                alive.remove(path)
    gone = []
    for path in call_lists():
        with suppress(OSError):
            if path.stat().st_mtime < before:
                path.unlink()
                gone.append(path)
    return gone


def take_out(vin: str, path: Path) -> int:
    """Take the rows of a vehicle out of a call list; how many there were."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    count = 0
    for sheet in book.worksheets:
        rows = [row[0].row for row in sheet.iter_rows() if any(_bare(cell.value) == vin for cell in row)]
        for row in reversed(rows):
            sheet.delete_rows(row)
        count += len(rows)
    if count:
        with destination.whole(path) as beside:
            book.save(beside)
            beside.chmod(0o600)
    return count


def _bare(value: object) -> str:
    return re.sub(r"\s", "", str(value or "")).upper()


def naming(files: Iterable[Path], cases: Iterable[str]) -> Mapping[Path, list[str]]:
    """Which files name which cases: numbers of orders, calls and complaints, or the masked VIN."""
    asked = sorted(cases, key=lambda case: (-len(case), case))
    if not asked:
        return {}
    pattern = re.compile("|".join(rf"(?<![\w*]){re.escape(case)}(?![\w-])" for case in asked))
    found = {}
    for file in files:
        named = {match for text in _texts(file) for match in pattern.findall(text)}
        if named:
            found[file] = sorted(named)
    return found


def _texts(file: Path) -> Iterator[str]:
    """What a file says, as far as a number is looked for in it."""
    suffix = file.suffix.lower()
    with suppress(OSError, zipfile.BadZipFile):
        if suffix in _ZIPPED:
            with zipfile.ZipFile(file) as parts:
                for name in parts.namelist():
                    yield parts.read(name).decode("utf-8", "replace")
        elif suffix == ".eml":
            import email
            from email import policy

            for part in email.message_from_bytes(file.read_bytes(), policy=policy.default).walk():
                if part.get_content_maintype() == "text":
                    yield part.get_content()
        elif suffix != ".pdf":  # it says what the page beside it says
            yield file.read_text(encoding="utf-8", errors="replace")


def published(out: Path) -> list[Path]:
    """Every file of every published report and draft."""
    places = (publish.MONTHS, f"{publish.DRAFTS}/{publish.MONTHS}", publish.COMPARED)
    folders = [at for place in places for at in out.glob(f"{place}/*")]
    return sorted(p for at in folders if at.name != history.FOLDER for p in at.rglob("*") if p.is_file())
