"""Groups of people that a database has counted, put together as the cells of a pattern table."""

from __future__ import annotations

import numpy as np

from comorbid._numerics.structure import PatternTable


def assemble_patterns(
    codes: np.ndarray, unit: np.ndarray, count: np.ndarray, weight: np.ndarray, weight_sq: np.ndarray
) -> PatternTable:
    """A pattern table from groups of people in any order; groups of one pattern and unit are added up.

    Parameters
    ----------
    codes : ndarray of int, shape (m, v)
        Levels of each group; -1 is missing.
    unit : ndarray of int, shape (m,)
    count, weight, weight_sq : ndarray of shape (m,)
        People, sum of weights and of squared weights; `weight_sq` may be empty.

    Returns
    -------
    PatternTable
        Patterns ascending with the last variable fastest, cells sorted by unit, then pattern.
    """
    by_pattern = np.lexsort(codes.T[::-1]) if codes.shape[1] else np.arange(len(unit))
    ordered = codes[by_pattern]
    new = _starts(ordered)
    pattern = np.empty(len(unit), dtype=np.intp)
    pattern[by_pattern] = np.cumsum(new) - 1
    people = np.bincount(pattern, weights=count, minlength=int(new.sum())).astype(np.int64)
    order = np.lexsort((pattern, unit))
    unit, pattern = unit[order], pattern[order]
    first = np.flatnonzero(_starts(np.stack([unit, pattern], axis=1)))
    total, squares = (np.add.reduceat(sums[order], first) if len(sums) else sums for sums in (weight, weight_sq))
    return PatternTable(ordered[new].astype(np.int32), people, unit[first], pattern[first], total, squares)


def _starts(rows: np.ndarray) -> np.ndarray:
    """Rows that differ from the one before them, shape (m,)."""
    return np.r_[True, (rows[1:] != rows[:-1]).any(axis=1)] if len(rows) else np.zeros(0, dtype=bool)
