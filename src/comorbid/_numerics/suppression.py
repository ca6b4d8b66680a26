"""Which cells of a table of counts to hide, so that no hidden one can be worked out from the others and the totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from comorbid._numerics.suppression_audit import known_sums, shown_again

__all__ = ["complementary"]

Dims = tuple[int, ...]


def complementary(
    counts: np.ndarray,
    primary: np.ndarray,
    threshold: int,
    moves: Iterable[Dims] | None = None,
    absent: np.ndarray | None = None,
    unknown: Mapping[frozenset[int], np.ndarray] | None = None,
    units: np.ndarray | None = None,
) -> np.ndarray:
    """Cells to hide: those of `primary`, and others that keep them from being told to within `threshold`.

    A hypercube has two coordinates on each of some axes; adding t to its even corners and taking t from its odd ones
    changes no sum along these axes. So with all sums along them and all other cells known, each corner can still be
    anything over a width of (smallest even corner) + (smallest odd corner). For each primary cell the hypercube is
    hidden that has at least this width and hides the fewest people anew. Where a cell has none, everything is hidden,
    then shown again as far as several hypercubes together protect (`shown_again`).

    Parameters
    ----------
    counts : ndarray of int
        People in each cell, unweighted, one axis for each variable.
    primary : ndarray of bool, same shape
        Cells that must not be shown.
    threshold : int
        Width that must remain.
    moves : iterable of tuple of int, optional
        Sets of axes along which hypercubes extend, tried alike; one with every axis of two or more levels without it.
    absent : ndarray of bool, same shape, optional
        Cells that are not part of the table and can protect nothing.
    unknown : mapping, optional
        By set of axes, which cells of the table's margin over them are hidden; none without it.
    units : ndarray of int, same shape, optional
        Cells of one number are shown or hidden together; each cell alone without it.

    Returns
    -------
    ndarray of bool, same shape

    Notes
    -----
    The hypercube method of cell suppression (Hundepool et al., Statistical Disclosure Control, Wiley 2012,
    doi:10.1002/9781118348239), whose protection is sufficient, not always the least.
    """
    outside = np.zeros(counts.shape, dtype=bool) if absent is None else absent
    axes = [move for move in ([_long(counts)] if moves is None else moves) if move]
    hidden = _by_hypercubes(counts, primary, outside, axes, threshold)
    if hidden is None:
        together = np.arange(counts.size).reshape(counts.shape) if units is None else units
        sums = known_sums(counts.shape, axes, unknown or {})
        hidden = shown_again(counts, primary, threshold, sums, together, outside)
    return hidden


def _by_hypercubes(
    counts: np.ndarray, primary: np.ndarray, outside: np.ndarray, axes: Sequence[Dims], threshold: int
) -> np.ndarray | None:
    """Cells to hide where each primary one has a hypercube of its own; None where one has none."""
    hidden = np.array(primary, dtype=bool)
    for cell in sorted(map(tuple, np.argwhere(primary & ~outside)), key=lambda at: (counts[at], at)):
        found = [cube for move in axes for cube in _cheapest(counts, hidden, outside, cell, move, threshold)]
        if not found:
            return None
        _, corners = min(found, key=lambda cube: cube[0])
        hidden[tuple(np.transpose(corners))] = True
    return hidden


def _long(counts: np.ndarray) -> Dims:
    return tuple(axis for axis, size in enumerate(counts.shape) if size > 1)


def _cheapest(
    counts: np.ndarray, hidden: np.ndarray, outside: np.ndarray, cell: Sequence[int], move: Dims, threshold: int
) -> list[tuple[int, list[tuple[int, ...]]]]:
    """The hypercube at a cell along some axes that is wide enough and hides the fewest people, with their number."""
    others = [[i for i in range(counts.shape[axis]) if i != cell[axis]] for axis in move]
    grid = np.stack(np.meshgrid(*others, indexing="ij"), axis=-1).reshape(-1, len(move))
    if not len(grid):
        return []
    least = {True: np.full(len(grid), np.inf), False: np.full(len(grid), np.inf)}
    cost = np.zeros(len(grid))
    for corner in np.ndindex(*(2,) * len(move)):
        at = _corner(cell, move, grid, corner)
        even = sum(corner) % 2 == 0
        least[even] = np.minimum(least[even], counts[at])
        cost += np.where(hidden[at], 0, counts[at] + 1) + np.where(outside[at], np.inf, 0)
    wide = np.isfinite(cost) & (least[True] + least[False] >= threshold)
    if not wide.any():
        return []
    best = int(np.argmin(np.where(wide, cost, np.inf)))
    one = grid[best : best + 1]
    corners = [tuple(int(i[0]) for i in _corner(cell, move, one, c)) for c in np.ndindex(*(2,) * len(move))]
    return [(int(cost[best]), corners)]


def _corner(cell: Sequence[int], move: Dims, grid: np.ndarray, corner: Sequence[int]) -> tuple[np.ndarray, ...]:
    """Indices of one corner of every hypercube of the grid."""
    at = [np.full(len(grid), place) for place in cell]
    for j, (axis, turned) in enumerate(zip(move, corner, strict=True)):
        if turned:
            at[axis] = grid[:, j]
    return tuple(at)
