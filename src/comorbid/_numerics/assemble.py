"""Cells that a database has counted, put into the order of a pattern table."""

from __future__ import annotations

import numpy as np

from comorbid._numerics.structure import PatternTable


def assemble_patterns(
    codes: np.ndarray, unit: np.ndarray, count: np.ndarray, weight: np.ndarray, weight_sq: np.ndarray
) -> PatternTable:
    """A pattern table from cells in any order.

    Parameters
    ----------
    codes : ndarray of int, shape (m, v)
        Levels of each cell's pattern; -1 is missing.
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
    new = np.r_[True, (ordered[1:] != ordered[:-1]).any(axis=1)] if len(ordered) else np.zeros(0, dtype=bool)
    pattern = np.empty(len(unit), dtype=np.intp)
    pattern[by_pattern] = np.cumsum(new) - 1
    people = np.bincount(pattern, weights=count, minlength=int(new.sum())).astype(np.int64)
    order = np.lexsort((pattern, unit))
    squares = weight_sq[order] if len(weight_sq) else weight_sq
    return PatternTable(ordered[new].astype(np.int32), people, unit[order], pattern[order], weight[order], squares)
