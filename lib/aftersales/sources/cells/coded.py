"""A column of texts with each distinct one kept once: what a large file is read into."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import pyarrow as pa


class Coded:
    """Cells that behave as an array of objects, empty ones None, and take the room of their distinct texts.

    Parameters
    ----------
    codes
        Which text each cell has, -1 where it is empty.
    texts
        The distinct ones.
    """

    def __init__(self, codes: np.ndarray, texts: pa.Array) -> None:
        self.codes, self.texts = codes, texts

    def __len__(self) -> int:
        return len(self.codes)

    def equal(self, text: str) -> np.ndarray:
        """Which cells are a text."""
        import pyarrow.compute as pc

        found = pc.equal(self.texts, text)
        return np.asarray(np.append(np.asarray(found), False)[self.codes])

    def matching(self, pattern: str) -> np.ndarray:
        """Which cells have a text in which a pattern (of RE2) is found, whatever its case."""
        import pyarrow.compute as pc

        found = pc.match_substring_regex(self.texts, pattern, ignore_case=True)
        return np.asarray(np.append(np.asarray(found), False)[self.codes])

    @overload
    def __getitem__(self, place: int) -> str | None: ...
    @overload
    def __getitem__(self, place: np.ndarray | slice) -> Coded: ...
    def __getitem__(self, place: int | np.ndarray | slice) -> str | Coded | None:
        if isinstance(place, (np.ndarray, slice)):
            return Coded(self.codes[place], self.texts)
        code = int(self.codes[place])
        return None if code < 0 else self.texts[code].as_py()

    def __iter__(self) -> Iterator[Any]:
        return iter(self.copy())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self.copy() if dtype is None else self.copy().astype(dtype)

    def copy(self) -> np.ndarray:
        """The cells as an array of objects."""
        texts = np.full(len(self.texts) + 1, None, dtype=object)
        texts[:-1] = _objects(self.texts)
        return np.asarray(texts[self.codes])

    def used(self) -> tuple[np.ndarray, pa.Array]:
        """The code of each cell, -1 where it is empty, and the texts that occur, in the order of cells."""
        codes, used = pd.factorize(self.codes)
        numbers = np.where(used < 0, -1, np.cumsum(used >= 0) - 1)
        return numbers[codes], self.texts.take(used[used >= 0])


Cells = np.ndarray | Coded


def factorized(cells: Cells) -> tuple[np.ndarray, Any]:
    """The code of each cell, -1 where it is empty, and the distinct values in the order of their first."""
    if isinstance(cells, Coded):
        codes, texts = cells.used()
        return codes, _objects(texts)
    numbers, distinct = pd.factorize(cells, use_na_sentinel=True)
    return numbers, distinct


def _objects(texts: pa.Array) -> np.ndarray:
    return np.asarray(texts.to_numpy(zero_copy_only=False), dtype=object)
