"""Personal data of a store's tables masked, before anybody else sees them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial

import numpy as np
import pandas as pd

from aftersales.contract import mask
from aftersales.contract.archive import Archive
from aftersales.contract.schema import TABLES

_MASKS = {"phone": mask.phone, "plate": mask.plate, "name": mask.name}
# Tables whose free texts are about a case: the numbers stay by which it is looked up.
_CASES = ("complaints", "survey_calls", "grievances")


def masked(frames: Mapping[str, pd.DataFrame], archive: Archive) -> dict[str, pd.DataFrame]:
    """Personal data masked; a VIN stays a key: two that would look the same are distinguished by a suffix."""
    vins = pd.concat([f["vin"] for f in frames.values() if "vin" in f], ignore_index=True).drop_duplicates()
    known = list(vins.dropna().to_numpy(dtype=object))
    looks = pd.Series([mask.vin(v) for v in known], dtype=object)
    again = looks.groupby(looks).cumcount()
    shown = {v: look if n == 0 else f"{look}~{n + 1}" for v, look, n in zip(known, looks, again, strict=True)}
    out = {}
    for name, frame in frames.items():
        frame = frame.copy(deep=False)
        for column in TABLES[name].columns:
            change: Callable[[list[str]], list[str]]
            if column.personal == "vin":
                change = partial(_one_by_one, shown.__getitem__)
            elif column.personal == "free_text":
                change = partial(archive.hide, keep=archive.numbers if name in _CASES else ())
            elif column.personal:
                change = partial(_one_by_one, _MASKS[column.personal])
            elif column.kind == "text" and column.name != "store" and not column.name.endswith("_id"):
                change = partial(_staff_apart, archive)
            else:
                continue
            frame[column.name] = _each(frame[column.name], change)
        out[name] = frame
    return out


def _one_by_one(change: Callable[[str], str], texts: Collection[str]) -> list[str]:
    return [change(text) for text in texts]


def _staff_apart(archive: Archive, texts: list[str]) -> list[str]:
    """A cell with one of the store's own people and nothing else stays, though a customer be called so."""
    others = [text for text in texts if text not in archive.staff]
    shown = dict(zip(others, archive.hide(others), strict=True))
    return [shown.get(text, text) for text in texts]


def _each(values: pd.Series, change: Callable[[list[str]], list[str]]) -> pd.Series:
    """Texts changed, each distinct one once; missing ones stay so."""
    codes, distinct = pd.factorize(values)
    before = np.asarray(distinct, dtype=object).tolist()
    after = change(before)
    if after == before:
        return values
    return pd.Series(pd.array([*after, None], dtype="str").take(codes), values.index, name=values.name)
