"""Whether a model has one finite answer: columns that depend on one another, and separation, found before any fit.

Both look at centred and scaled columns, so that units and origins of covariates do not matter.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import qr

from comorbid._numerics.rescaling import rescaling_of

RANK_TOLERANCE = 1e-6
"""Share of a column's spread that the other columns leave unexplained, below which it counts as dependent on them."""


def dependent_columns(design: np.ndarray, weight: np.ndarray) -> list[np.ndarray]:
    """Sets of columns that are linear combinations of one another, as arrays of column numbers.

    Parameters
    ----------
    design : ndarray of shape (P, k)
    weight : ndarray of shape (P,)
        Weight of each pattern; only its being above zero counts.

    Returns
    -------
    list of ndarray
        One array per dependency: the column that could be left out, with those it depends on. Empty at full rank.
    """
    used = weight > 0
    rescaling = rescaling_of(design[used], weight[used])
    rows = rescaling.rows(design[used])
    if _plainly_full_rank(rows):
        return []
    norm = np.sqrt(np.square(rows).sum(axis=0))
    _, r, pivot = qr(rows / np.where(norm > 0, norm, 1.0), mode="economic", pivoting=True)
    diagonal = np.abs(np.diag(r)) if r.ndim == 2 else np.abs(r)
    rank = int((diagonal > RANK_TOLERANCE).sum())
    return [_dependency(r, pivot, rank, j) for j in range(rank, design.shape[1])]


def _plainly_full_rank(rows: np.ndarray) -> bool:
    """Whether columns are far from dependent, by the smallest eigenvalue of their scaled cross-product: cheap."""
    if len(rows) < rows.shape[1]:
        return False
    gram = rows.T @ rows
    norm = np.sqrt(np.diag(gram))
    return bool(norm.min() > 0 and np.linalg.eigvalsh(gram / np.outer(norm, norm))[0] > 1e-7)


def _dependency(r: np.ndarray, pivot: np.ndarray, rank: int, j: int) -> np.ndarray:
    combination = np.linalg.solve(r[:rank, :rank], r[:rank, j]) if rank else np.zeros(0)
    involved = pivot[:rank][np.abs(combination) > 1e-7]
    return np.r_[pivot[j], np.sort(involved)]


def separating_direction(design: np.ndarray, events: np.ndarray, total: np.ndarray) -> np.ndarray | None:
    """A change of coefficients along which the likelihood rises for ever, or None when the maximum is finite.

    Patterns that hold both outcomes fix x'd = 0. If they span the whole design there is no such d, which one rank
    tells. Otherwise a linear programme looks for d with x'd >= 0 where all have the outcome and <= 0 where none has.

    Parameters
    ----------
    design : ndarray of shape (P, k), of full column rank
    events, total : ndarray of shape (P,)

    Returns
    -------
    ndarray of shape (k,) or None

    Notes
    -----
    Its entries are in units of each column's spread, so that what moves is told apart from rounding at any scale.
    Albert & Anderson, Biometrika 1984;71:1-10, doi:10.1093/biomet/71.1.1; the programme is Konis's (Oxford, 2007).
    """
    design = rescaling_of(design, total).rows(design)
    both = (events > 0) & (events < total)
    if _plainly_full_rank(design[both]):
        return None
    from scipy.optimize import linprog

    sign = np.where(events > 0, 1.0, -1.0)[~both, None]
    pure = design[~both] * sign
    answer = linprog(
        -pure.sum(axis=0),
        A_ub=-pure,
        b_ub=np.zeros(len(pure)),
        A_eq=design[both] if both.any() else None,
        b_eq=np.zeros(int(both.sum())) if both.any() else None,
        bounds=(-1, 1),
        method="highs",
    )
    return answer.x if answer.status == 0 and -answer.fun > 1e-7 else None
