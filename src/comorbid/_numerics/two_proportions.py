"""Fisher's exact test over every outcome of two binomials, and its power."""

from __future__ import annotations

import numpy as np

SAME = 1 + 1e-7
"""Tables whose probabilities differ by less than this factor are equally likely; rounding decides nothing."""


def fisher_p_values(n_a: int, n_b: int) -> np.ndarray:
    """Two-sided p of Fisher's exact test for every pair of counts.

    p(x, y) = sum of P(t | x + y) over the tables t no more likely than the one seen, given both margins.

    Parameters
    ----------
    n_a, n_b : int
        People in the two groups.

    Returns
    -------
    ndarray of shape (n_a + 1, n_b + 1)
        Row x, column y: x of n_a against y of n_b.
    """
    from scipy.stats import hypergeom  # loads slowly, and is wanted seldom

    p_values = np.ones((n_a + 1, n_b + 1))
    for total in range(n_a + n_b + 1):
        x = np.arange(max(0, total - n_b), min(n_a, total) + 1)
        chance = hypergeom.pmf(x, n_a + n_b, n_a, total)
        no_more_likely = chance[None, :] <= chance[:, None] * SAME
        p_values[x, total - x] = np.minimum((no_more_likely * chance[None, :]).sum(axis=1), 1.0)
    return p_values


def power_of(rejected: np.ndarray, share_a: np.ndarray, share_b: float) -> np.ndarray:
    """Chance that the outcome lies in a rejection region, for each share of the first group.

    Parameters
    ----------
    rejected : ndarray of bool, shape (n_a + 1, n_b + 1)
    share_a : ndarray of shape (k,)
    share_b : float

    Returns
    -------
    ndarray of shape (k,)
    """
    from scipy.stats import binom

    n_a, n_b = rejected.shape[0] - 1, rejected.shape[1] - 1
    in_a = binom.pmf(np.arange(n_a + 1)[None, :], n_a, np.asarray(share_a, dtype=float)[:, None])
    in_b = binom.pmf(np.arange(n_b + 1), n_b, share_b)
    return np.asarray(in_a @ (rejected @ in_b))
