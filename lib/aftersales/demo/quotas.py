"""Handing out exact numbers at random: the demo store is built to counts, never corrected afterwards."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]


def rank_within(groups: ArrayLike, keys: ArrayLike) -> Ints:
    """Rank of each member within its group by key, from 0; equal keys keep their order.

    >>> rank_within([0, 1, 0, 1], [.5, .1, .2, .9]).tolist()
    [1, 0, 0, 1]
    """
    groups = np.asarray(groups)
    order = np.lexsort((np.asarray(keys), groups))
    ordered = groups[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(groups) else np.zeros(0, int)
    sizes = np.diff(np.r_[starts, len(groups)])
    ranks = np.empty(len(groups), np.int64)
    ranks[order] = np.arange(len(groups)) - np.repeat(starts, sizes)
    return ranks


def deal(groups: ArrayLike, keys: ArrayLike, counts: ArrayLike) -> Ints:
    """Hand out labels within groups: in order of key, the first ``counts[g, 0]`` members get 0, and so on.

    Parameters
    ----------
    groups
        Row of `counts` that each member belongs to.
    keys
        Order within the group; random keys make it a lottery, see `weighted`.
    counts
        How many of each label a group has to give, shape (groups, labels).

    Returns
    -------
    array of int
        The label of each member; the number of labels where the group's are used up.

    Examples
    --------
    >>> deal([0, 0, 0, 1], [.3, .1, .2, 0], [[1, 1], [1, 0]]).tolist()
    [2, 0, 1, 0]
    """
    groups = np.asarray(groups)
    ends = np.cumsum(np.asarray(counts), axis=1)
    ranks = rank_within(groups, keys)
    labels = np.zeros(len(groups), np.int64)
    for column in ends.T:
        labels += ranks >= column[groups]
    return labels


def weighted(rng: np.random.Generator, weights: ArrayLike) -> NDArray[np.float64]:
    """Random keys by which members come up early in proportion to their weights."""
    weights = np.asarray(weights, float)
    keys: NDArray[np.float64] = rng.exponential(size=weights.shape) / weights
    return keys


def allot(total: int, weights: ArrayLike, low: ArrayLike, high: ArrayLike) -> Ints:
    """Whole numbers in proportion to `weights`, each within its bounds, that sum to `total`.

    >>> allot(10, [1, 1, 2], [0, 4, 0], [9, 9, 9]).tolist()
    [2, 4, 4]
    """
    low, high = np.asarray(low), np.asarray(high)
    shares = np.asarray(weights, float)
    ideal = total * shares / shares.sum()
    parts: Ints = np.clip(np.floor(ideal).astype(np.int64), low, high)
    while parts.sum() != total:
        step = 1 if parts.sum() < total else -1
        room = parts < high if step > 0 else parts > low
        if not room.any():
            raise ValueError(f"{total} does not fit between {low.sum()} and {high.sum()}")
        parts[np.argmax(np.where(room, step * (ideal - parts), -np.inf))] += step
    return parts
