"""Hiding everything, and showing again what tells nothing: for tables in which single hypercubes protect too little."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations

import numpy as np

__all__ = ["known_sums", "shown_again"]

Dims = tuple[int, ...]
Range = list[np.ndarray]
"""Two tables of whole numbers that an attacker cannot rule out: one with few people in a cell, one with many."""


def shown_again(
    counts: np.ndarray, primary: np.ndarray, threshold: int, sums: np.ndarray, units: np.ndarray, absent: np.ndarray
) -> np.ndarray:
    """Cells to hide, when others are shown, the largest first, as long as no primary one is told.

    A cell is told when fewer whole numbers than `threshold` + 1 remain for it, over all tables of whole numbers that
    have the same known sums and the same shown cells. Least and most of a cell are found by integer programming.

    Parameters
    ----------
    counts : ndarray of int
        People in each cell.
    primary : ndarray of bool, same shape
        Cells that must not be told.
    threshold : int
        Width that must remain.
    sums : ndarray of shape (known, cells)
        Sums that are known, as rows of 0 and 1 over the flattened table.
    units : ndarray of int, same shape
        Cells of one number are shown or hidden together.
    absent : ndarray of bool, same shape
        Cells that are no part of the table.

    Returns
    -------
    ndarray of bool, same shape
        All cells where hiding all of them is not enough.
    """
    arrays = [np.ascontiguousarray(one) for one in (counts, primary, sums, units, absent)]
    hidden = _shown_again(threshold, *((one.tobytes(), one.dtype.str, one.shape) for one in arrays))
    return np.frombuffer(hidden, dtype=bool).reshape(counts.shape)


Packed = tuple[bytes, str, tuple[int, ...]]
"""An array as what can be looked up: its bytes, type and shape."""


@lru_cache(maxsize=256)
def _shown_again(threshold: int, *packed: Packed) -> bytes:
    """`shown_again`, remembered: one table is protected for the screen, its file and its figure, at seconds each."""
    counts, primary, sums, units, absent = (np.frombuffer(one, kind).reshape(shape) for one, kind, shape in packed)
    table, fixed, flat = counts.ravel(), absent.ravel(), units.ravel()
    found = {int(cell): [table, table] for cell in np.flatnonzero(primary.ravel() & ~fixed)}
    if _widened(found, table, fixed, sums, threshold):
        waiting = [_largest_first(table, flat, primary.ravel() | fixed)]
        while waiting:
            chosen = waiting.pop()
            kept, more = {cell: list(ends) for cell, ends in found.items()}, fixed | np.isin(flat, chosen)
            if _widened(kept, table, more, sums, threshold):
                found, fixed = kept, more
            elif len(chosen) > 1:  # those of fewer people wait until those of more have been tried
                half = len(chosen) // 2
                waiting += [chosen[half:], chosen[:half]]
    return np.asarray(~fixed & ~absent.ravel()).tobytes()


def known_sums(shape: Sequence[int], moves: Iterable[Dims], unknown: Mapping[frozenset[int], np.ndarray]) -> np.ndarray:
    """Sums that an attacker knows, rows of 0 and 1 over the flattened table.

    These are the margins over every set of axes that holds no move whole, since no hypercube along a move changes
    them, but for those that are hidden; margins that follow from others are left out.

    shape : levels of each axis.
    moves : sets of axes, as in `complementary`.
    unknown : by set of axes, which cells of its margin are hidden, shape of these axes in order.
    """
    sets = _margins(len(shape), [frozenset(move) for move in moves])
    known = {axes: ~unknown.get(axes, np.zeros([shape[i] for i in sorted(axes)], dtype=bool)) for axes in sets}
    size = int(np.prod(shape))
    rows = [np.zeros((0, size))]
    for axes, cells in known.items():
        more = [axes | {axis} for axis in range(len(shape)) if axis not in axes and axes | {axis} in known]
        finer = [known[one].all(axis=sorted(one).index(*(one - axes))) for one in more]
        told = cells & ~np.any(finer, axis=0) if finer else cells
        rows.append(_sums(shape, axes)[told.ravel()])
    return np.concatenate(rows)


def _margins(n_axes: int, moves: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    """The sets of axes that hold no move whole."""
    sets = [frozenset(chosen) for k in range(n_axes + 1) for chosen in combinations(range(n_axes), k)]
    return [chosen for chosen in sets if not any(move <= chosen for move in moves)]


def _sums(shape: Sequence[int], axes: frozenset[int]) -> np.ndarray:
    """The cells of a margin as sums over the flattened table, shape (cells of the margin, cells of the table)."""
    kept = [np.arange(size) if axis in axes else np.zeros(size, dtype=int) for axis, size in enumerate(shape)]
    dims = [size if axis in axes else 1 for axis, size in enumerate(shape)]
    belongs = np.ravel_multi_index(np.meshgrid(*kept, indexing="ij"), dims).ravel() if len(shape) else np.zeros(1, int)
    return (belongs == np.arange(int(np.prod(dims)))[:, None]).astype(float)


def _largest_first(table: np.ndarray, units: np.ndarray, closed: np.ndarray) -> list[int]:
    """Units that hold no closed cell, those of most people first."""
    free = [int(unit) for unit in np.unique(units) if not closed[units == unit].any()]
    return sorted(free, key=lambda unit: (-int(table[units == unit].sum()), unit))


def _widened(found: dict[int, Range], table: np.ndarray, fixed: np.ndarray, sums: np.ndarray, threshold: int) -> bool:
    """Find wide enough tables for every cell, in place; those that still hold are kept."""
    for cell, ends in found.items():
        for side, sign in ((0, 1.0), (1, -1.0)):
            if ends[side] is table or (ends[side][fixed] != table[fixed]).any():
                ends[side] = _extreme(table, fixed, sums, cell, sign)
        if ends[1][cell] - ends[0][cell] < threshold:
            return False
    return True


def _extreme(table: np.ndarray, fixed: np.ndarray, sums: np.ndarray, cell: int, sign: float) -> np.ndarray:
    """The table with the least (sign 1) or most (sign -1) people in a cell; the true one where none is found."""
    from scipy.optimize import LinearConstraint, milp  # 80 ms that public cohorts do without

    objective = np.zeros(len(table))
    objective[cell] = sign
    low, high = np.where(fixed, table, 0), np.where(fixed, table, table.clip(0).sum())
    known = sums @ table
    solved = milp(objective, integrality=1, bounds=(low, high), constraints=LinearConstraint(sums, known, known))
    return np.rint(solved.x).astype(np.int64) if solved.x is not None else table
