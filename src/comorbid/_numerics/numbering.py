"""Labels to consecutive numbers, quickly where the labels are whole numbers in a small range, as design codes are."""

from __future__ import annotations

import numpy as np

from comorbid._numerics.packing import BLOCK, narrowest

SMALL = 1 << 20
"""Widest range of whole numbers that is numbered by a table instead of by hashing."""


def numbered_integers(values: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Rank of each value among the distinct ones, and the distinct values; None when their range is wide.

    Parameters
    ----------
    values : ndarray of int, shape (n,), without missing values

    Returns
    -------
    ranks : ndarray of int, shape (n,); the values themselves where they are their own ranks
    distinct : ndarray of int, ascending
    """
    if not len(values):
        return None
    low, high = (int(end) for end in extremes(values))
    if high - low >= SMALL or high > np.iinfo(np.intp).max:
        return None
    live = np.zeros(high - low + 1, dtype=bool)
    for part in _parts(len(values)):
        live[values[part].astype(np.intp) - low] = True
        if live.all():  # every number of the range is taken: nothing is left to find
            break
    distinct = np.flatnonzero(live)
    if len(distinct) == len(live) and low == 0:
        return values, distinct
    table = np.zeros(len(live), dtype=narrowest(len(distinct)))
    table[distinct] = np.arange(len(distinct))
    return _looked_up(table, values, low), distinct + low


def extremes(values: np.ndarray) -> tuple[float, float]:
    """Smallest and largest value; both NaN where a value is; in one pass through memory."""
    ends = [(values[part].min(), values[part].max()) for part in _parts(len(values))]
    low, high = np.array(ends, dtype=values.dtype).T
    return low.min(), high.max()


def numbered_pairs(first: np.ndarray, second: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Rank of each pair among the distinct pairs, and the first member of each distinct pair.

    Parameters
    ----------
    first, second : ndarray of int, shape (n,), from 0; second below `width`
    width : int

    Returns
    -------
    ranks : ndarray of int, shape (n,)
    of_first : ndarray of int, shape (distinct pairs,), ascending
    """
    size = (int(first.max(initial=0)) + 1) * width
    if size > 1 << 24:
        pairs, place = np.unique(first.astype(np.int64) * width + second, return_inverse=True)
        return place.astype(narrowest(len(pairs))), (pairs // width).astype(np.intp)
    live = np.zeros(size, dtype=bool)
    live[_pair(first[:BLOCK], second[:BLOCK], width)] = True
    ranks = _pair_ranks(first, second, width, live)
    if ranks is None:
        ranks = _pair_ranks(first, second, width, live)
        assert ranks is not None
    return ranks, np.flatnonzero(live) // width


def _pair_ranks(first: np.ndarray, second: np.ndarray, width: int, live: np.ndarray) -> np.ndarray | None:
    """Rank of each pair among those marked as live; None when others occur, which are marked then."""
    distinct = np.flatnonzero(live)
    rank_of = np.full(len(live), -1, dtype=narrowest(len(distinct)))
    rank_of[distinct] = np.arange(len(distinct))
    ranks, known = np.empty(len(first), dtype=rank_of.dtype), True
    for part in _parts(len(first)):
        code = _pair(first[part], second[part], width)
        np.take(rank_of, code, out=ranks[part], mode="clip")
        if ranks[part].min() < 0:
            known = False
            live[code] = True
    return ranks if known else None


def _parts(n: int) -> list[slice]:
    return [slice(start, start + BLOCK) for start in range(0, n, BLOCK)]


def _pair(first: np.ndarray, second: np.ndarray, width: int) -> np.ndarray:
    code = first.astype(np.intp)
    code *= width
    code += second
    return code


def _looked_up(table: np.ndarray, values: np.ndarray, low: int) -> np.ndarray:
    ranks = np.empty(len(values), dtype=table.dtype)
    for part in _parts(len(values)):
        np.take(table, values[part].astype(np.intp) - low, out=ranks[part], mode="clip")
    return ranks
