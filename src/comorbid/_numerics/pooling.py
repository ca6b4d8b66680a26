"""Weighted least squares of study estimates, heterogeneity and prediction; arrays in, records out.

Throughout: y, shape (k,), estimates of k studies; v, shape (k,), their sampling variances; x, shape (k, p), the design
matrix, a column of ones when estimates are pooled without moderators.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import chdtrc


@dataclass(frozen=True, slots=True)
class WeightedFit:
    """coefficients : shape (p,)

    covariance : shape (p, p), (X' W X)^-1
    weights : shape (k,), 1 / (v + tau2)
    residuals : shape (k,)
    q : weighted sum of squared residuals
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    weights: np.ndarray
    residuals: np.ndarray
    q: float


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Cochran's q with its degrees of freedom and p-value, I2 in percent and H2."""

    q: float
    df: int
    p_value: float
    i2: float
    h2: float


def weighted_fit(y: np.ndarray, v: np.ndarray, x: np.ndarray, tau2: float = 0.0) -> WeightedFit:
    """Coefficients that minimise sum w (y - x b)^2 with w = 1 / (v + tau2), by a QR decomposition."""
    w = 1 / (v + tau2)
    root = np.sqrt(w)
    q, r = np.linalg.qr(root[:, None] * x)
    coefficients = solve_triangular(r, q.T @ (root * y))
    inverse = solve_triangular(r, np.eye(x.shape[1]))
    residuals = y - x @ coefficients
    return WeightedFit(coefficients, inverse @ inverse.T, w, residuals, float(w @ residuals**2))


def orthonormal(x: np.ndarray) -> np.ndarray:
    """An orthonormal basis of the columns of x: what depends on their space alone keeps its digits with it."""
    return np.linalg.qr(x)[0]


def trace_p(fit: WeightedFit, x: np.ndarray) -> float:
    """Trace of P = W - W X (X' W X)^-1 X' W."""
    return float(fit.weights.sum() - np.sum(fit.covariance * _moment(fit.weights, x, 2)))


def _moment(w: np.ndarray, x: np.ndarray, power: int) -> np.ndarray:
    """X' W^power X."""
    return x.T @ (w[:, None] ** power * x)


def trace_pp(fit: WeightedFit, x: np.ndarray) -> float:
    """Trace of P P."""
    inner = fit.covariance @ _moment(fit.weights, x, 2)
    cubic = np.sum(fit.covariance * _moment(fit.weights, x, 3))
    return float(np.sum(fit.weights**2) - 2 * cubic + np.trace(inner @ inner))


def typical_variance(v: np.ndarray, x: np.ndarray) -> float:
    """(k - p) / trace(P) at tau2 = 0, the sampling variance of a typical study; NaN without degrees of freedom.

    Source: Higgins & Thompson, Stat Med 2002;21:1539-58, doi:10.1002/sim.1186.
    """
    df, x = len(v) - x.shape[1], orthonormal(x)
    return df / trace_p(weighted_fit(np.zeros(len(v)), v, x), x) if df else float("nan")


def inconsistency(tau2: np.ndarray | float, typical: float) -> tuple[np.ndarray, np.ndarray]:
    """I2 = 100 tau2 / (tau2 + typical), in percent, and H2 = tau2 / typical + 1."""
    tau2 = np.asarray(tau2, dtype=float)
    return 100 * tau2 / (tau2 + typical), tau2 / typical + 1


def cochran(q: float, df: int) -> Heterogeneity:
    """Cochran's test that studies share one effect, with I2 = 100 (q - df) / q, at least 0, and H2 = q / df."""
    if df < 1:
        return Heterogeneity(q, df, float("nan"), float("nan"), float("nan"))
    i2 = max(0.0, 100 * (q - df) / q) if q > 0 else 0.0
    return Heterogeneity(q, df, float(chdtrc(df, q)), i2, q / df)


def knapp_hartung_factor(fit: WeightedFit, adhoc: bool = False) -> float:
    """q / (k - p) of the random-effects weights, by which the covariance is multiplied; with `adhoc` never below 1.

    Source: Knapp & Hartung, Stat Med 2003;22:2693-710, doi:10.1002/sim.1482; ad hoc: Röver, Knapp & Friede,
    BMC Med Res Methodol 2015;15:99, doi:10.1186/s12874-015-0091-1.
    """
    factor = fit.q / (len(fit.residuals) - len(fit.coefficients))
    return max(1.0, factor) if adhoc else factor


def hat_values(fit: WeightedFit, x: np.ndarray) -> np.ndarray:
    """Diagonal of X (X' W X)^-1 X' W, shape (k,)."""
    return fit.weights * np.einsum("ij,jk,ik->i", x, fit.covariance, x)
