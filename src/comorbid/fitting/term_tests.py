"""Tests of whole terms: are all coefficients of a variable zero?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd
from scipy.special import chdtrc, fdtrc

from comorbid._numerics.likelihood import climb
from comorbid._numerics.mixtures import sum_of_f_tail
from comorbid.errors import SpecError, require_known
from comorbid.fitting.fitted import FittedModel, LogisticModel
from comorbid.fitting.profile import likelihood_of

METHODS = ("wald", "lrt")


def term_tests(fit: LogisticModel, terms: list[str] | None, method: str) -> pd.DataFrame:
    """One row a term; see `LogisticFit.test_terms`."""
    if method not in METHODS:
        raise SpecError(f"method = {method!r} is not a choice. Accepted: {', '.join(METHODS)}.")
    test, measure = (wald_test, "wald_f") if method == "wald" else (likelihood_ratio_test, "likelihood_ratio")
    of = [column.term if column.factors else None for column in fit.columns]
    return tests_by_term(of, terms, partial(test, fit), fit).assign(measure=measure)


def tests_by_term(
    of: Sequence[str | None],
    terms: list[str] | None,
    test: Callable[[np.ndarray], tuple[float, float]],
    fit: FittedModel,
) -> pd.DataFrame:
    """One row a term: statistic, df_num, df_den, p_value of the test that all its coefficients are zero.

    Parameters
    ----------
    of : sequence of str or None
        Term of each coefficient; None for one that is never tested.
    terms : list of str, optional
        Those to test; all without it.
    test : function of the numbers of the coefficients, to a statistic and its p-value
    fit : fitted model
    """
    known = [term for term in dict.fromkeys(of) if term is not None]
    for term in terms or ():
        require_known(term, known, "term", f"the model {fit.spec.formula}")
    rows = []
    for term in terms or known:
        index = np.array([j for j, name in enumerate(of) if name == term])
        statistic, p_value = test(index)
        numbers = {"statistic": statistic, "df_num": len(index), "df_den": fit.df, "p_value": p_value}
        rows.append({"term": term, **numbers})
    return pd.DataFrame(rows)


def wald_test(fit: FittedModel, index: np.ndarray) -> tuple[float, float]:
    """F = b' V^-1 b / q of the numbered coefficients, and its p-value."""
    return wald_f(fit.coefficients[index], fit.covariance[np.ix_(index, index)], fit.df)


def wald_f(estimates: np.ndarray, covariance: np.ndarray, df: float) -> tuple[float, float]:
    """F = t' V^-1 t / q of q estimates that are zero under the hypothesis, and P(F(q, df) > it).

    Raises
    ------
    SpecError
        When the covariance has too low a rank: more estimates than the design has degrees of freedom for.
    """
    unit = np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    estimates, covariance = estimates / unit, covariance / np.outer(unit, unit)
    if np.linalg.matrix_rank(covariance, hermitian=True) < len(estimates):
        raise SpecError(
            f"{len(estimates)} coefficients cannot be tested together: their covariance rests on fewer sampled units. "
            "Merge levels."
        )
    q = len(estimates)
    statistic = float(estimates @ np.linalg.solve(covariance, estimates)) / q
    p_value = chdtrc(q, q * statistic) if np.isinf(df) else fdtrc(q, df, statistic)
    return statistic, float(p_value)


def likelihood_ratio_test(fit: LogisticModel, index: np.ndarray) -> tuple[float, float]:
    """Fall of twice the log likelihood, weights of mean 1, when the numbered coefficients are zero; its p-value."""
    rescaling = fit.result.rescaling
    likelihood, there = likelihood_of(fit, rescaling), rescaling.scaled(fit.coefficients)
    start = there.copy()
    start[index] = 0.0
    free = np.setdiff1d(np.arange(len(start)), index)
    statistic = 2 * (climb(likelihood, there).value - climb(likelihood, start, free).value)
    return statistic, _rao_scott_p(statistic, design_effects(fit, index), fit.df)


def design_effects(fit: LogisticModel, index: np.ndarray) -> np.ndarray:
    """Eigenvalues of N^-1 V, largest first: V the covariance, N that of independent people with weights of mean 1."""
    block, rescaling = np.ix_(index, index), fit.result.rescaling
    information = likelihood_of(fit, rescaling).at(rescaling.scaled(fit.coefficients)).information
    naive = np.linalg.inv(information)[block]
    robust = fit.covariance[block] * np.outer(rescaling.scale[index], rescaling.scale[index])
    found = np.linalg.eigvals(np.linalg.solve(naive, robust)).real
    return np.sort(found)[::-1]


def _rao_scott_p(statistic: float, effects: np.ndarray, df: float) -> float:
    """Exact when all design effects are alike, by saddlepoint otherwise."""
    q, effect = len(effects), float(effects.mean())
    if np.ptp(effects) > 1e-6 * effect:
        return sum_of_f_tail(statistic, effects, df)
    scaled = max(statistic, 0.0) / effect
    return float(chdtrc(q, scaled) if np.isinf(df) else fdtrc(q, df, scaled / q))
