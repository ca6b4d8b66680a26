"""Two-by-two classifications: agreement, predictive values, and what errors of classification do to a pair."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def agreement_of_cells(both: float, only_a: float, only_b: float, neither: float) -> dict[str, float]:
    """Cohen's kappa, positive, negative and overall agreement of two yes/no classifications.

    With N people: overall o = (both + neither) / N, by chance e = [A B + (N - A) (N - B)] / N^2 with A and B the totals
    of each; kappa = (o - e) / (1 - e); positive agreement 2 both / (A + B), negative 2 neither / (2 N - A - B).
    What has a denominator of zero is NaN. Sources: Cohen, Educ Psychol Meas 1960;20:37-46,
    doi:10.1177/001316446002000104; Cicchetti & Feinstein, J Clin Epidemiol 1990;43:551-8,
    doi:10.1016/0895-4356(90)90159-M.
    """
    n = both + only_a + only_b + neither
    total_a, total_b = both + only_a, both + only_b
    overall = _share(both + neither, n)
    chance = _share(total_a * total_b + (n - total_a) * (n - total_b), n * n)
    return {
        "kappa": _share(overall - chance, 1 - chance),
        "positive_agreement": _share(2 * both, total_a + total_b),
        "negative_agreement": _share(2 * neither, 2 * n - total_a - total_b),
        "overall_agreement": overall,
    }


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def predictive_values_of(
    prevalence: ArrayLike, sensitivity: ArrayLike, specificity: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positive and negative predictive value and the share of positive tests, by Bayes; arrays broadcast together.

    NaN where nobody tests positive, or nobody negative.
    """
    p, se, sp = (np.asarray(value, dtype=float) for value in (prevalence, sensitivity, specificity))
    true_positive, false_positive = p * se, (1 - p) * (1 - sp)
    true_negative, false_negative = (1 - p) * sp, p * (1 - se)
    positive = true_positive + false_positive
    negative = true_negative + false_negative
    nothing = np.full(np.shape(positive), np.nan)
    ppv = np.divide(true_positive, positive, out=nothing.copy(), where=positive > 0)
    npv = np.divide(true_negative, negative, out=nothing.copy(), where=negative > 0)
    return ppv, npv, positive


def classified_cells(cells: np.ndarray, errors_a: tuple[float, float], errors_b: tuple[float, float]) -> np.ndarray:
    """Expected cells of a pair after each condition is classified with errors, independently of each other.

    Parameters
    ----------
    cells : ndarray of shape (2, 2)
        Shares of people by condition a (rows: no, yes) and b (columns: no, yes).
    errors_a, errors_b : tuple of float
        Sensitivity and specificity of the classification of a and of b.

    Returns
    -------
    ndarray of shape (2, 2)
        M_a' cells M_b with M = [[specificity, 1 - specificity], [1 - sensitivity, sensitivity]].
    """
    matrices = [np.array([[sp, 1 - sp], [1 - se, se]]) for se, sp in (errors_a, errors_b)]
    return np.asarray(matrices[0].T @ np.asarray(cells, dtype=float) @ matrices[1])
