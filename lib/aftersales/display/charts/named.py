"""What the rows of a chart are called: codes looked up, in the report's language."""

from __future__ import annotations

import pandas as pd

from aftersales.contract import formats, questions, schema


def named(
    frame: pd.DataFrame,
    by: str,
    codes: str = "",
    lang: str = "zh",
    questionnaire: questions.Questionnaire | None = None,
    **columns: str,
) -> pd.DataFrame:
    """A frame as a chart takes it: ``label`` from the codes of a column, other columns under the chart's
    names.

    Parameters
    ----------
    by
        The column that names a row.
    codes
        The code set of its values; without one they are names already. MOT items get their short names,
        questions their topics.
    questionnaire
        The params' questions with their topics.
    columns
        The chart's name of a column to the frame's: ``value="count"``.

    Examples
    --------
    >>> frame = pd.DataFrame({"cause": ["noise"], "count": [3]})
    >>> named(frame, "cause", "rework_cause", "en", value="count")[["label", "value"]].values.tolist()
    [['Noise on the road', 3]]
    """
    if codes == "mot_item":
        labels = [schema.short_item(code, lang) for code in frame[by]]
    elif codes == "question":
        topics = questions.topics(questionnaire, lang)
        labels = [topics.get(code, code) for code in frame[by]]
    elif codes:
        labels = [schema.label(codes, code, lang) for code in frame[by]]
    else:
        labels = [formats.cut(n, lang, formats.NAME) if isinstance(n, str) else n for n in frame[by]]
    return frame.assign(label=labels, **{name: frame[column] for name, column in columns.items()})
