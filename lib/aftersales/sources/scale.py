"""Answers on another scale than the others (5 of 5 among 80 and 100): no answers, and told."""

from __future__ import annotations

import numpy as np
import pandas as pd

from aftersales.contract.errors import Fault
from aftersales.contract.message import Message
from aftersales.contract.schema import ANSWERS, OFF_SCALE, OFF_SCALE_ROW, QUESTIONS, SMALL_SCORE
from aftersales.sources.cells.typed import Origin

_STEPS = sorted(set(ANSWERS.values()))
_MOSTLY = 0.9  # of the other answers, so many are steps of the scale in words
_LEAST = 2  # other answers that are needed to know the scale
_SURE = 3  # small answers that are a scale of their own


def told_apart(calls: pd.DataFrame, origin: Origin) -> pd.DataFrame:
    """Calls with their answers on another scale taken out: the call counts, the question is unanswered.

    A small answer is on another scale where the others of its month are steps of the scale in words
    (20, 40 … 100): among these a 5 is no point of 100. Where others are any numbers it may be true and stays.

    Parameters
    ----------
    calls
        One store's; the index is the row number in the file.
    origin
        Where they stand.

    Returns
    -------
    DataFrame
        With ``off_scale`` (``q1 5``) and ``off_scale_row`` where there are any.
    """
    answers = calls[list(QUESTIONS)]
    small = (answers > 0) & (answers <= SMALL_SCORE)
    if not small.any(axis=None):
        return calls
    values, odd = answers.to_numpy(dtype=float), small.to_numpy(copy=True)
    for month in calls.loc[small.any(axis=1), "called_at"].dt.to_period("M").unique():
        then = (calls["called_at"].dt.to_period("M") == month).to_numpy()
        others = values[then][values[then] > SMALL_SCORE]
        if len(others) < _LEAST or np.isin(others, _STEPS).mean() < _MOSTLY:
            odd[then] = False
    if not odd.any():
        return calls
    rows = [
        origin.of(int(at))[1] if off and origin.numbered else np.nan
        for at, off in zip(calls.index, odd.any(axis=1), strict=True)
    ]
    said = [
        "; ".join(f"{q} {v:g}" for q, v, is_odd in zip(QUESTIONS, row, off, strict=True) if is_odd) or None
        for row, off in zip(values, odd, strict=True)
    ]
    out = calls.assign(**{q: answers[q].where(~odd[:, i]) for i, q in enumerate(QUESTIONS)})
    marks = {OFF_SCALE: pd.Series(said, calls.index, dtype="str")}
    return out.assign(**marks, **{OFF_SCALE_ROW: rows})


def faults_of(calls: pd.DataFrame, origin: Origin) -> list[Fault]:
    """A survey that is on a scale to 5 or 10 as a whole: its answers can't be points of 100."""
    out = []
    for question in QUESTIONS:
        answers = calls[question].dropna()
        given = answers[answers > 0]
        if (
            len(given) < _SURE
            or (given > SMALL_SCORE).any()
            or (calls[list(QUESTIONS)] > SMALL_SCORE).any(axis=None)
        ):
            continue
        (part, row), top = origin.of(int(given.index[0])), f"{given.max():g}"
        out.append(
            Fault(
                "other_scale",
                Message(f"{len(given)}个得分，最高{top}", f"{len(given)} answers, {top} at the most"),
                Message("0–100分，或满意程度的文字", "0 to 100 points, or the words of the scale"),
                part.file,
                part.sheet,
                row if part.numbered else None,
                part.headers.get(question, question),
                Message(
                    "像是5分制或10分制：换算成0–100分（5分制乘20），或填文字",
                    "It looks like a scale to 5 or 10: convert it to 0–100 (times 20 of 5), or give words",
                ),
            )
        )
    return out
