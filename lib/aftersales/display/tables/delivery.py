"""From the stamps of the orders to the score of the time in the shop."""

from __future__ import annotations

from typing import Any

import pandas as pd

from aftersales.contract import formats
from aftersales.contract.figures import FIGURES
from aftersales.contract.report_tables import table_record
from aftersales.contract.schema import label
from aftersales.display.exhibit import Exhibit
from aftersales.display.tables.columns import table


def delivery_story(frame: pd.DataFrame, **words: Any) -> Exhibit:
    """On-time delivery, hours in the shop, the MOT item and the cause: a row each, last month and this."""
    lang = words["lang"]
    rows = []
    for row in frame.to_dict("records"):
        figure = FIGURES.get(row["what"])
        values = [row["previous"], row["current"]]
        if figure is not None:
            name, cells = figure.label(lang), [formats.figure(v, figure, lang) for v in values]
        elif row["what"] == "time_in_shop":
            name = f"MOT {label('mot_item', 'time_in_shop', lang)}"
            cells = [formats.NONE if formats.missing(v) else formats.number(v, 1) for v in values]
        else:
            cause = label("cause", "time", lang)
            name = f"每百次有效回访提及“{cause}”" if lang == "zh" else f"{cause} named per 100 valid calls"
            cells = [formats.NONE if formats.missing(v) else formats.number(v, 1) for v in values]
        rows.append([name, *cells])
    columns = table_record("delivery.story").on_page
    shown = pd.DataFrame(rows, columns=["what", "previous", "current"])
    made = table(shown, columns, id="delivery.story", **words)
    for column in made.payload.get("columns", [])[1:]:
        column["align"] = "right"
    return made
