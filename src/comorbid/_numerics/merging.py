"""Patterns merged: the same people, weights and sampled units, told apart by fewer or other codes."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np

from comorbid._numerics.structure import PatternTable


def pattern_keys(codes: np.ndarray) -> np.ndarray:
    """One whole number a row of codes, in the rows' lexicographic order: equal rows, equal keys.

    Parameters
    ----------
    codes : ndarray of int, shape (P, v)
        Levels from -1 (missing) upwards.

    Returns
    -------
    ndarray of int64, shape (P,)
    """
    radix = [int(top) + 2 for top in codes.max(axis=0, initial=-1)]
    if prod(radix) >= 1 << 62:
        return np.unique(codes, axis=0, return_inverse=True)[1].reshape(-1)
    keys = np.zeros(len(codes), dtype=np.int64)
    for column, size in zip(codes.T, radix, strict=True):
        keys = keys * size + (column + 1)
    return keys


def merge_patterns(table: PatternTable, codes: np.ndarray) -> PatternTable:
    """The same people by new codes of their patterns; patterns with the same codes become one.

    Parameters
    ----------
    table : PatternTable
    codes : ndarray of int, shape (P, v)
        New codes of each pattern.

    Returns
    -------
    PatternTable
        Patterns in ascending order of their codes, cells sorted by unit; every total by unit is kept.
    """
    _, first, pattern = np.unique(pattern_keys(codes), return_index=True, return_inverse=True)
    n = max(len(first), 1)
    cell, start = np.unique(table.cell_unit * n + pattern[table.cell_pattern], return_inverse=True)
    squares, replicates = table.cell_weight_sq, table.replicates
    return replace(
        table,
        codes=codes[first],
        count=_summed(table.count, pattern, len(first)).astype(np.int64),
        cell_unit=cell // n,
        cell_pattern=cell % n,
        cell_weight=_summed(table.cell_weight, start, len(cell)),
        cell_weight_sq=_summed(squares, start, len(cell)) if len(squares) else squares,
        replicates=None if replicates is None else _summed(replicates, pattern, len(first)),
    )


def _summed(values: np.ndarray, place: np.ndarray, n: int) -> np.ndarray:
    """Sums of values, shape (P, ...), that go to the same place, shape (n, ...)."""
    total = np.zeros((n, *values.shape[1:]))
    np.add.at(total, place, values)
    return total
