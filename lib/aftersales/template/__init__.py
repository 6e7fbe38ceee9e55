"""The template: an empty workbook to fill in, which the reader takes as it is."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import xlsxwriter

from aftersales.contract import call, command, destination, params, place
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message
from aftersales.contract.schema import TABLES
from aftersales.sources import load as inputs
from aftersales.sources.cached import check_store
from aftersales.template import guide, sheets
from aftersales.template.styles import Styles


def write(
    out: Path | None = None,
    month: str | None = None,
    year: str | None = None,
    store: str | None = None,
    source: str | None = None,
) -> Path:
    """Write the template.

    Parameters
    ----------
    out
        The file; an existing one is not written over.
    month, year
        The month to fill in; by default the one after the source's last.
    store, source
        Whose measures are carried over: those of the month before, and older ones that are open. By default
        the params', if they name a source.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        The file exists already; the source or the month is bad.
    """
    if out is not None:
        _try_place(out)
    request = None if month is None else call.parse_month(month, year)
    settings = params.load(store=store)
    given = source or (settings.source if not place.is_demo(settings.source) else None)
    check_store(given or "", store)
    tables = inputs.load(given, store) if given else None
    months = [] if tables is None else inputs.months_with_records(tables)
    period = _period(request, months[-1] if months else None)
    path = out or Path(f"客服部月报数据{'' if period is None else f'-{period}'}.xlsx")
    _try_place(path)
    carried = carried_over(None if tables is None else tables.actions, period)
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with destination.whole(path) as beside, xlsxwriter.Workbook(str(beside), options) as book:
        book.set_size(2400, 1600)
        styles = Styles(book)
        guide.write(
            book, styles, period, store or (settings.store if tables is None else tables.store), len(carried)
        )
        for table in TABLES.values():
            sheets.write(book, styles, table, period, carried if table.name == "actions" else None)
    return path


def _try_place(path: Path) -> None:
    if path.suffix.lower() != ".xlsx":
        raise InputError(
            Message(f"{path}：应是以 .xlsx 结尾的文件。", f"{path}: expected a file ending in .xlsx.")
        )
    destination.try_file(path, "out")
    if path.exists():
        option = command.option("out")
        raise InputError(
            Message(
                f"{path} 已经有了，可能已填：删去它，或用 {option} 换个名称。",
                f"{path} is there already and may be filled in: remove it, or give another name "
                f"with {option}.",
            )
        )


def _period(request: tuple[int, int | None] | None, last: pd.Period | None) -> pd.Period | None:
    """The month to fill in; of a number alone the first such month after the source's last."""
    if request is None:
        return None if last is None else last + 1
    number, year = request
    if year is not None:
        return pd.Period(year=year, month=number, freq="M")
    if last is None:
        return None
    return next(last + n for n in range(1, 13) if (last + n).month == number)


def carried_over(actions: pd.DataFrame | None, month: pd.Period | None) -> pd.DataFrame:
    """The measures that go into a month's sheet.

    All of the month before, which its report reviews, and older ones that are open.
    """
    if actions is None or month is None:
        return pd.DataFrame(columns=TABLES["actions"].names)
    last = actions["month"] == str(month - 1)
    older = (actions["month"] < str(month - 1)) & (actions["status"] != "done")
    return (
        actions[last | older]
        .sort_values(["month", "department", "rank"], kind="stable")
        .reset_index(drop=True)
    )
