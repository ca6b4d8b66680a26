"""Exact conditional likelihood of matched sets: given how many members of a set have the outcome, which ones do.

For a set with rows x_i, m of whose n members have the outcome, L(b) = exp(sum over them of x_i b) / sum over all
subsets R of m members of exp(sum over R of x_i b). Independent draws y_i with P(y_i = 1) = 1 / (1 + exp(-(a + x_i
b))), given that m of them are 1, have that distribution for any a. So the sums over subsets follow from the
distribution of N = sum y_i and T = sum y_i x_i, built up person by person with positive terms alone; with a chosen so
that E N = m, nothing overflows in sets of any size. Source: Gail, Lubin & Rubinstein, Biometrika 1981;68:703-7,
doi:10.1093/biomet/68.3.703 (the recursion, there without the shift a).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from comorbid._numerics.newton import Pieces, ascend

LARGEST = 4_000_000
"""Numbers that the second moments of a block of sets may hold at once."""


@dataclass(frozen=True, slots=True)
class MatchedSets:
    """Sets of one shape, those with the outcome first.

    rows : ndarray of shape (S, n, k), relative to the set's first member.
    offset : ndarray of shape (S, n)
    n_events : int, members with the outcome in each; more than none and fewer than all.
    """

    rows: np.ndarray
    offset: np.ndarray
    n_events: int

    @property
    def blocks(self) -> list[slice]:
        step = max(1, LARGEST // ((self.n_events + 1) * self.rows.shape[2] ** 2))
        return [slice(start, start + step) for start in range(0, len(self.rows), step)]

    def opposed(self) -> np.ndarray:
        """Members with the outcome minus members without, each with each, shape (S m (n - m), k), repeats left out."""
        cases, others = self.rows[:, : self.n_events], self.rows[:, self.n_events :]
        apart = cases[:, :, None, :] - others[:, None, :, :]
        return np.unique(apart.reshape(-1, self.rows.shape[2]), axis=0)


def matched_sets(rows: np.ndarray, event: np.ndarray, label: np.ndarray, offset: np.ndarray) -> list[MatchedSets]:
    """Informative sets, gathered by their size and number of events.

    Parameters
    ----------
    rows : ndarray of shape (n, k)
        Without an intercept.
    event : ndarray of bool, shape (n,)
    label : ndarray of int, shape (n,)
        Set of each person.
    offset : ndarray of shape (n,)

    Returns
    -------
    list of MatchedSets
        Sets in which all or none have the outcome hold no information and are left out.
    """
    order = np.lexsort((~event, label))
    rows, event, offset = rows[order], event[order], offset[order]
    _, start, size = np.unique(label[order], return_index=True, return_counts=True)
    events = np.add.reduceat(event.astype(int), start)
    informative = (events > 0) & (events < size)
    shapes = sorted(set(zip(size[informative].tolist(), events[informative].tolist(), strict=True)))
    return [_of_shape(rows, offset, start[(size == n) & (events == m)], n, m) for n, m in shapes]


def _of_shape(rows: np.ndarray, offset: np.ndarray, start: np.ndarray, n: int, m: int) -> MatchedSets:
    members = start[:, None] + np.arange(n)
    apart = rows[members] - rows[start][:, None, :]
    return MatchedSets(apart, offset[members], m)


def fit_matched_sets(sets: Sequence[MatchedSets]) -> tuple[np.ndarray, Pieces]:
    """Maximise the sum of log L(b) over matched sets.

    Returns
    -------
    coefficients : ndarray of shape (k,)
    pieces : Pieces
        Log likelihood, gradient and observed information there.

    Raises
    ------
    ConvergenceError
        When there is no finite maximum; look for separation and dependent columns beforehand.
    """
    k = sets[0].rows.shape[2]
    return ascend(lambda b: conditional_pieces(sets, b), np.zeros(k), float(sum(len(group.rows) for group in sets)))


def conditional_pieces(sets: Sequence[MatchedSets], coefficients: np.ndarray) -> Pieces:
    """The log likelihood of all sets at some coefficients, with its gradient and observed information."""
    k = len(coefficients)
    value, gradient, information = 0.0, np.zeros(k), np.zeros((k, k))
    for group in sets:
        m = group.n_events
        for block in group.blocks:
            rows = group.rows[block]
            linear = rows @ coefficients + group.offset[block]
            log_sum, mean, spread = _subsets(rows, linear, m)
            value += float(linear[:, :m].sum() - log_sum.sum())
            gradient += (rows[:, :m].sum(axis=1) - mean).sum(axis=0)
            information += spread
    return Pieces(value, gradient, information)


def _subsets(rows: np.ndarray, linear: np.ndarray, m: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log of the sum over subsets of m, shape (S,); mean of T, (S, k); covariance of T summed over sets, (k, k)."""
    n_sets, n, k = rows.shape
    shift = _shift(linear, m)
    p = expit(linear + shift[:, None])
    chance = np.zeros((n_sets, m + 1))
    chance[:, 0] = 1.0
    first, second = np.zeros((n_sets, m + 1, k)), np.zeros((n_sets, m + 1, k, k))
    for i in range(n):
        chance, first, second = _with_member(chance, first, second, rows[:, i], p[:, i])
    mean = first[:, m] / chance[:, m, None]
    spread = (second[:, m] / chance[:, m, None, None]).sum(axis=0) - mean.T @ mean
    log_sum = np.log(chance[:, m]) + np.logaddexp(0, linear + shift[:, None]).sum(axis=1) - m * shift
    return log_sum, mean, spread


def _with_member(
    chance: np.ndarray, first: np.ndarray, second: np.ndarray, x: np.ndarray, p: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """P(N = j), E[T; N = j] and E[T T'; N = j] for j up to m, after one more member with row x and P(y = 1) = p."""
    q, cross = 1 - p, x[:, None, :, None] * first[:, :-1, None, :]
    outer = (x[:, :, None] * x[:, None, :])[:, None]
    joined = second[:, :-1] + cross + np.swapaxes(cross, -1, -2) + outer * chance[:, :-1, None, None]
    second = q[:, None, None, None] * second
    second[:, 1:] += p[:, None, None, None] * joined
    moved = first[:, :-1] + x[:, None, :] * chance[:, :-1, None]
    first = q[:, None, None] * first
    first[:, 1:] += p[:, None, None] * moved
    before = chance[:, :-1]
    chance = q[:, None] * chance
    chance[:, 1:] += p[:, None] * before
    return chance, first, second


def _shift(linear: np.ndarray, m: int) -> np.ndarray:
    """a with sum of 1 / (1 + exp(-(a + linear))) near m, shape (S,), by halving; it need not be exact."""
    n = linear.shape[1]
    centre = np.log(m / (n - m))
    low, high = centre - linear.max(axis=1), centre - linear.min(axis=1)
    for _ in range(12):
        middle = (low + high) / 2
        above = expit(linear + middle[:, None]).sum(axis=1) > m
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return (low + high) / 2
