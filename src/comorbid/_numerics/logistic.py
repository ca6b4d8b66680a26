"""Weighted logistic regression on patterns: Newton steps on the gradient, separation and collinearity found first.

All of it happens on centred and scaled columns, so that units and origins of covariates do not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import cho_factor, cho_solve, qr, solve_triangular

from comorbid._numerics.rescaling import Rescaling, rescaling_of
from comorbid.errors import ConvergenceError

MAX_STEPS = 50
RANK_TOLERANCE = 1e-6
"""Share of a column's spread that the other columns leave unexplained, below which it counts as dependent on them."""
WELL_CONDITIONED = 1e-4
"""Smallest eigenvalue of a scaled information matrix whose inverse by Cholesky is good to some twelve digits."""


@dataclass(frozen=True, slots=True)
class LogisticResult:
    """Root of the weighted score equations.

    coefficients : shape (k,), log odds.
    bread : shape (k, k), inverse of the weighted information at the coefficients.
    fitted : shape (P,), probability of the outcome in each pattern.
    log_likelihood : weighted log likelihood at the root (a pseudo-likelihood when weights are sampling weights).
    n_steps : Newton steps taken.
    rescaling : of the columns, for the arithmetic.
    inner : shape (k, k), the bread in terms of the rescaled columns.
    """

    coefficients: np.ndarray
    bread: np.ndarray
    fitted: np.ndarray
    log_likelihood: float
    n_steps: int
    rescaling: Rescaling = field(kw_only=True)
    inner: np.ndarray = field(kw_only=True)

    def influence(self, rows: np.ndarray, score: np.ndarray) -> np.ndarray:
        """Influence on the coefficients, bread x s, of people with design rows x, shape (P, k), and scores s, (P,)."""
        return self.rescaling.coefficients((self.rescaling.rows(rows) @ self.inner) * score[:, None])


def fit_logistic_patterns(
    design: np.ndarray, events: np.ndarray, total: np.ndarray, offset: np.ndarray | None = None
) -> LogisticResult:
    """Maximise the weighted binomial likelihood over covariate patterns.

    Solves sum_p x_p (e_p - t_p m_p) = 0 with m = 1 / (1 + exp(-(x b + o))).

    Parameters
    ----------
    design : ndarray of shape (P, k)
        Row of the design matrix of each covariate pattern.
    events, total : ndarray of shape (P,)
        Weight of people with the outcome, and of all people, in each pattern; total above zero.
    offset : ndarray of shape (P,), optional

    Returns
    -------
    LogisticResult
        The information is computed at the final coefficients, not one step before them.

    Raises
    ------
    ConvergenceError
        When the gradient does not vanish, which separation or collinearity would cause; look for both beforehand.
    """
    offset = np.zeros(len(total)) if offset is None else offset
    rescaling = rescaling_of(design, total)
    design = rescaling.rows(design)
    scale = total.sum()
    coefficients = np.zeros(design.shape[1])
    fitted, value = _evaluate(design, events, total, offset, coefficients)
    for n_steps in range(1, MAX_STEPS + 1):
        gradient = design.T @ (events - total * fitted)
        step = _newton_step(design, total, fitted, gradient)
        decrement = gradient @ step / scale
        coefficients, fitted, value = _advance(design, events, total, offset, coefficients, step, value)
        if decrement < 1e-20:
            inner = inverse_information(design, total * fitted * (1 - fitted))
            outer = rescaling.coefficients(coefficients), rescaling.covariance(inner)
            return LogisticResult(*outer, fitted, value, n_steps, rescaling=rescaling, inner=inner)
    raise ConvergenceError(
        f"the model did not converge in {MAX_STEPS} Newton steps (Newton decrement {decrement:.2g}). "
        "Look for rare levels and for covariates on very different scales."
    )


def _evaluate(
    design: np.ndarray, events: np.ndarray, total: np.ndarray, offset: np.ndarray, coefficients: np.ndarray
) -> tuple[np.ndarray, float]:
    """Fitted probabilities and log likelihood; stable for large linear predictors of either sign."""
    linear = design @ coefficients + offset
    small = np.exp(-np.abs(linear))
    fitted = np.where(linear >= 0, 1.0, small) / (1.0 + small)
    softplus = np.maximum(linear, 0) + np.log1p(small)
    return fitted, float(events @ linear - total @ softplus)


def _newton_step(design: np.ndarray, total: np.ndarray, fitted: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    information = design.T @ (design * (total * fitted * (1 - fitted))[:, None])
    try:
        return cho_solve(cho_factor(information), gradient)
    except np.linalg.LinAlgError:
        raise ConvergenceError(
            "the information matrix is singular along the way; look for separation, and for terms that carry nearly "
            "the same information."
        ) from None


def inverse_information(design: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(X' diag(w) X)^-1, shape (k, k); by QR decomposition of the rows where columns are close to dependent.

    Raises
    ------
    ConvergenceError
        When it is singular.
    """
    root = design * np.sqrt(weight)[:, None]
    gram = root.T @ root
    norm = np.sqrt(np.diag(gram))
    if not norm.min() > 0:
        raise ConvergenceError("the information matrix is singular at the root; look for separation.")
    if np.linalg.eigvalsh(gram / np.outer(norm, norm))[0] > WELL_CONDITIONED:
        return np.asarray(cho_solve(cho_factor(gram), np.eye(len(gram))))
    try:
        inverse = solve_triangular(np.linalg.qr(root / norm, mode="r"), np.eye(len(gram))) / norm[:, None]
    except np.linalg.LinAlgError:
        raise ConvergenceError("the information matrix is singular at the root; look for separation.") from None
    return np.asarray(inverse @ inverse.T)


def _advance(
    design: np.ndarray,
    events: np.ndarray,
    total: np.ndarray,
    offset: np.ndarray,
    coefficients: np.ndarray,
    step: np.ndarray,
    value: float,
) -> tuple[np.ndarray, np.ndarray, float]:
    """One Newton step, halved while it lowers the likelihood by more than rounding does."""
    slack = 1e-12 * abs(value)
    for _ in range(30):
        trial = coefficients + step
        fitted, new = _evaluate(design, events, total, offset, trial)
        if new >= value - slack:
            return trial, fitted, new
        step = step / 2
    raise ConvergenceError("the likelihood does not rise along the Newton direction; look for separation.")


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
