"""Pearson's test of a weighted table, corrected for the design to the first and the second order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, fdtrc


@dataclass(frozen=True, slots=True)
class Corrected:
    """One test: statistic, its degrees of freedom (denominator infinite for chi-square) and p-value."""

    statistic: float
    ndf: float
    ddf: float
    p_value: float


@dataclass(frozen=True, slots=True)
class RaoScott:
    """chi_square : corrected to the first order; f : to the second; design_effect : mean generalised design effect."""

    chi_square: Corrected
    f: Corrected
    design_effect: float


def rao_scott(p: np.ndarray, spread: np.ndarray, n: int, df: float) -> RaoScott:
    """Test that rows and columns of a table are independent.

    X2 = n sum (p - e)^2 / e with e the product of the margins. Its distribution is that of a sum of chi-squares with
    the eigenvalues d of (C' D^-1 C / n)^-1 (C' D^-1 V D^-1 C) as weights, C a basis of the interaction and D = diag(p).
    First order: X2 / mean(d) is chi-square with (r - 1)(c - 1) degrees of freedom. Second order, Satterthwaite:
    X2 / sum(d) is F with k = (sum d)^2 / sum d^2 and k df degrees of freedom.

    Parameters
    ----------
    p : ndarray of shape (r, c)
        Weighted proportions, which sum to 1; no row or column is empty.
    spread : ndarray of shape (r * c, r * c)
        Design-based covariance of `p`, rows after one another.
    n : int
        People.
    df : float
        Design degrees of freedom; infinite without a design.

    Returns
    -------
    RaoScott

    Notes
    -----
    Source: Rao & Scott, Ann Stat 1984;12:46-60, doi:10.1214/aos/1176346391; Thomas & Rao, J Am Stat Assoc
    1987;82:630-6, doi:10.1080/01621459.1987.10478476. Pinned to R `survey::svychisq`.
    """
    effects = _design_effects(p, spread, n)
    trace, square = effects.trace(), np.trace(effects @ effects)
    expected = np.outer(p.sum(axis=1), p.sum(axis=0))
    pearson = float(n * (np.square(p - expected) / expected).sum())
    mean = trace / len(effects)
    k = trace**2 / square
    first = Corrected(pearson / mean, len(effects), np.inf, float(chdtrc(len(effects), pearson / mean)))
    statistic = pearson / trace
    tail = chdtrc(k, k * statistic) if np.isinf(df) else fdtrc(k, k * df, statistic) if df > 0 else np.nan
    return RaoScott(first, Corrected(statistic, float(k), float(k * df), float(tail)), float(mean))


def _design_effects(p: np.ndarray, spread: np.ndarray, n: int) -> np.ndarray:
    """Matrix whose eigenvalues are the generalised design effects, shape ((r - 1)(c - 1), (r - 1)(c - 1))."""
    basis = np.kron(_contrasts(p.shape[0]), _contrasts(p.shape[1]))
    flat = p.reshape(-1)
    inverse = np.divide(1.0, flat, out=np.zeros_like(flat), where=flat > 0)
    scaled = basis * inverse[:, None]
    return np.linalg.solve(basis.T @ scaled / n, scaled.T @ spread @ scaled)


def _contrasts(levels: int) -> np.ndarray:
    """Basis of the vectors that sum to zero, shape (levels, levels - 1)."""
    return np.eye(levels)[:, 1:] - 1 / levels
