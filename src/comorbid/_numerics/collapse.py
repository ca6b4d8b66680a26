"""People to patterns: one pass over coded columns, in blocks that stay in the processor's cache.

The levels of several variables are packed into one whole number (mixed radix), whose frequencies are counted by
`bincount`. Nothing of the length of the data is copied; what is kept has the length of the patterns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from comorbid._numerics.packing import BLOCK, CodedColumn, Packer, table_size
from comorbid._numerics.structure import PatternTable

__all__ = ["BLOCK", "DENSE", "CodedColumn", "collapse"]

DENSE = 1 << 22
"""Largest table of all possible patterns that is counted directly; beyond it, people are sorted by pattern."""


def collapse(
    columns: Sequence[CodedColumn],
    n_people: int,
    weights: np.ndarray | None = None,
    units: np.ndarray | None = None,
    n_units: int = 1,
    domain: np.ndarray | None = None,
    squares: bool = False,
) -> PatternTable:
    """Count and weigh people by pattern of the columns and by sampled unit.

    Parameters
    ----------
    columns : sequence of CodedColumn, each of shape (n,)
    n_people : int
        n, which counts when there are no columns.
    weights : ndarray of shape (n,), optional
        Sampling weights; every person counts 1 without them.
    units : ndarray of int, shape (n,), optional
        Sampled unit of each person, 0 to n_units - 1; all in unit 0 without it.
    n_units : int
    domain : ndarray of bool, shape (n,), optional
        People to keep; all without it. People with a weight of zero are left out too.
    squares : bool
        Also keep sums of squared weights by unit and pattern.

    Returns
    -------
    PatternTable
        Patterns in ascending order of their codes (missing first), cells sorted by unit.
    """
    size = table_size(columns)
    if size is None or size > DENSE or size * n_units > 8 * DENSE:
        return _collapse_sparse(columns, n_people, weights, units, domain, squares)
    return _collapse_dense(columns, n_people, weights, units, n_units, domain, squares, size)


def _blocks(n: int, step: int) -> Iterator[slice]:
    return (slice(start, min(start + step, n)) for start in range(0, n, step))


def _collapse_dense(
    columns: Sequence[CodedColumn],
    n: int,
    weights: np.ndarray | None,
    units: np.ndarray | None,
    n_units: int,
    domain: np.ndarray | None,
    squares: bool,
    size: int,
) -> PatternTable:
    full = size * (n_units if units is not None else 1)
    count = np.zeros(size, dtype=np.int64)
    total = np.zeros(full) if weights is not None or units is not None else None
    total_sq = np.zeros(full) if squares and weights is not None else None
    step = min(BLOCK, max(n, 1))
    packer = Packer(columns, step)
    for part in _blocks(n, step):
        code = packer.pack(part)
        keep = _kept(domain, weights, part)
        if keep is not None:
            code = code[keep]
        count += np.bincount(code, minlength=size)
        if total is None:
            continue
        if units is not None:
            code += _chosen(units[part], keep).astype(np.intp) * size
        share = None if weights is None else _chosen(weights[part], keep)
        _add(total, code, share)
        if total_sq is not None and share is not None:
            _add(total_sq, code, share * share)
    total = count.astype(float) if total is None else total
    total_sq = total if squares and total_sq is None else total_sq
    return _from_dense(columns, count, total, total_sq)


def _add(total: np.ndarray, code: np.ndarray, share: np.ndarray | None) -> None:
    """Add people, or their weights, to totals by code; a long table is not gone through for a short block."""
    if len(total) > len(code):
        np.add.at(total, code, 1.0 if share is None else share)
    else:
        total += np.bincount(code, weights=share, minlength=len(total))


def _chosen(values: np.ndarray, keep: np.ndarray | None) -> np.ndarray:
    return values if keep is None else values[keep]


def _kept(domain: np.ndarray | None, weights: np.ndarray | None, part: slice) -> np.ndarray | None:
    """People of a block who count, or None when all do."""
    keep = None if domain is None else domain[part]
    if weights is not None:
        positive = weights[part] > 0
        if not positive.all():
            keep = positive if keep is None else keep & positive
    return None if keep is None or keep.all() else keep


def _from_dense(
    columns: Sequence[CodedColumn], count: np.ndarray, total: np.ndarray, total_sq: np.ndarray | None
) -> PatternTable:
    live = np.flatnonzero(count)
    by_unit = total.reshape(-1, len(count))
    unit, code = np.nonzero(by_unit)
    position = np.zeros(len(count), dtype=np.intp)
    position[live] = np.arange(len(live))
    squares = total_sq.reshape(by_unit.shape)[unit, code] if total_sq is not None else np.empty(0)
    return PatternTable(_unpacked(live, columns), count[live], unit, position[code], by_unit[unit, code], squares)


def _unpacked(code: np.ndarray, columns: Sequence[CodedColumn]) -> np.ndarray:
    levels = np.empty((len(code), len(columns)), dtype=np.int32)
    for j in range(len(columns) - 1, -1, -1):
        code, digit = np.divmod(code, columns[j].radix)
        levels[:, j] = digit - columns[j].shift
    return levels


def _collapse_sparse(
    columns: Sequence[CodedColumn],
    n: int,
    weights: np.ndarray | None,
    units: np.ndarray | None,
    domain: np.ndarray | None,
    squares: bool,
) -> PatternTable:
    """The same when possible patterns outnumber what a table can hold: people are sorted by pattern instead."""
    keep = _kept(domain, weights, slice(0, n))
    rows = np.arange(n) if keep is None else np.flatnonzero(keep)
    pattern, levels = _ranked(columns, rows)
    unit = np.zeros(len(rows), dtype=np.intp) if units is None else units[rows].astype(np.intp)
    share = np.ones(len(rows)) if weights is None else np.asarray(weights[rows], dtype=float)
    cell, inverse = np.unique(unit * len(levels) + pattern, return_inverse=True)
    cell_unit, cell_pattern = np.divmod(cell, max(len(levels), 1))
    total = np.bincount(inverse, weights=share, minlength=len(cell))
    total_sq = np.bincount(inverse, weights=share * share, minlength=len(cell)) if squares else np.empty(0)
    count = np.bincount(pattern, minlength=len(levels))
    return PatternTable(levels, count, cell_unit, cell_pattern, total, total_sq)


def _ranked(columns: Sequence[CodedColumn], rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rank of each person's pattern among the patterns that occur, and the levels of those patterns."""
    rank = np.zeros(len(rows), dtype=np.int64)
    first = np.zeros(min(len(rows), 1), dtype=np.int64)
    for column in columns:
        code = rank * column.radix + column.values[rows] + column.shift
        _, first, rank = np.unique(code, return_index=True, return_inverse=True)
    people = rows[first]
    levels = [np.asarray(column.values[people], dtype=np.int32) for column in columns]
    return rank, np.stack(levels, axis=1) if levels else np.empty((len(first), 0), dtype=np.int32)
