"""Several estimates of one study: a random effect of the study and one of the estimate within it, by REML."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from comorbid.errors import ConvergenceError

MAX_STEPS = 2000


@dataclass(frozen=True, slots=True)
class MultilevelFit:
    """coefficients : shape (p,)

    covariance : shape (p, p), inverse of X' V^-1 X
    between, within : variance of studies, and of estimates within a study
    weights : shape (k,), column sums of V^-1 as a share
    q : Cochran's q, with the sampling variances alone
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    between: float
    within: float
    weights: np.ndarray
    q: float


@dataclass(frozen=True, slots=True)
class _Projection:
    """V^-1, (X' V^-1 X)^-1 and P at some variances, with the restricted log likelihood."""

    inverse: np.ndarray
    covariance: np.ndarray
    p: np.ndarray
    likelihood: float


def fit_multilevel(y: np.ndarray, v: np.ndarray, x: np.ndarray, study: np.ndarray) -> MultilevelFit:
    """REML of V = diag(v) + within I + between (same study), by Fisher scoring.

    Parameters
    ----------
    y, v, x : arrays as in `pooling`
    study : ndarray of shape (k,)
        Number of the study of each estimate.

    Raises
    ------
    ConvergenceError

    Notes
    -----
    Source: Konstantopoulos, Res Synth Methods 2011;2:61-76, doi:10.1002/jrsm.35. Sampling errors of one study count as
    independent; the two variances take up what they share.
    """
    parts = np.stack([(study[:, None] == study).astype(float), np.eye(len(y))])
    basis, r = np.linalg.qr(x)  # well-conditioned whatever the units of the moderators
    variances = _maximise(y, v, basis, parts)
    best = _project(y, v, basis, parts, variances)
    back = solve_triangular(r, np.eye(len(r)))
    coefficients = back @ best.covariance @ basis.T @ best.inverse @ y
    covariance = back @ best.covariance @ back.T
    shares = best.inverse.sum(axis=0)
    plain = _project(y, v, basis, parts, np.zeros(2))
    q = float(y @ plain.p @ y)
    between, within = float(variances[0]), float(variances[1])
    return MultilevelFit(coefficients, covariance, between, within, shares / shares.sum(), q)


def _project(y: np.ndarray, v: np.ndarray, x: np.ndarray, parts: np.ndarray, variances: np.ndarray) -> _Projection:
    whole = np.diag(v) + np.tensordot(variances, parts, axes=1)
    inverse = np.linalg.inv(whole)
    information = x.T @ inverse @ x
    covariance = np.linalg.inv(information)
    p = inverse - inverse @ x @ covariance @ x.T @ inverse
    sizes = np.linalg.slogdet(whole)[1] + np.linalg.slogdet(information)[1]
    return _Projection(inverse, covariance, p, float(-0.5 * (sizes + y @ p @ y)))


def _maximise(y: np.ndarray, v: np.ndarray, x: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """The two variances, each at least 0; one that the likelihood pushes below 0 stays there."""
    here = np.full(2, float(np.var(y)) / 2 + float(v.min()))
    now = _project(y, v, x, parts, here)
    for _ in range(MAX_STEPS):
        after = _climb(y, v, x, parts, here, now, _step(y, parts, here, now))
        moved = float(np.abs(after - here).max())
        here, now = after, _project(y, v, x, parts, after)
        if moved <= 1e-14 * (float(here.sum()) + float(v.min())):
            return here
    raise ConvergenceError(f"the multilevel model did not converge in {MAX_STEPS} steps; pool one estimate a study.")


def _step(y: np.ndarray, parts: np.ndarray, here: np.ndarray, now: _Projection) -> np.ndarray:
    """Score solved against the expected information, over the variances that are free to move."""
    py = now.p @ y
    projected = now.p @ parts
    score = np.array([py @ part @ py for part in parts]) - np.trace(projected, axis1=1, axis2=2)
    information = np.einsum("aij,bji->ab", projected, projected)
    free = (here > 0) | (score > 0)
    step = np.zeros(len(here))
    if free.any():
        step[free] = np.linalg.solve(information[np.ix_(free, free)], score[free])
    return step


def _climb(
    y: np.ndarray,
    v: np.ndarray,
    x: np.ndarray,
    parts: np.ndarray,
    here: np.ndarray,
    now: _Projection,
    step: np.ndarray,
) -> np.ndarray:
    for _ in range(50):
        after = np.maximum(here + step, 0.0)
        if _project(y, v, x, parts, after).likelihood >= now.likelihood - 1e-13 * max(1.0, abs(now.likelihood)):
            return after
        step = step / 2
    return here
