"""What a test or a questionnaire can tell at a prevalence, and what its errors do to an association."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from comorbid._numerics.classification import classified_cells, predictive_values_of
from comorbid.errors import SpecError


def predictive_values(
    prevalence: float | Iterable[float], sensitivity: float | Iterable[float], specificity: float | Iterable[float]
) -> pd.DataFrame:
    """Positive and negative predictive value at each combination of prevalence, sensitivity and specificity.

    PPV = p se / [p se + (1 - p)(1 - sp)], NPV = (1 - p) sp / [(1 - p) sp + p (1 - se)], by Bayes.

    Parameters
    ----------
    prevalence, sensitivity, specificity : float or sequence of float
        Shares between 0 and 1; every combination is computed.

    Returns
    -------
    DataFrame
        prevalence, sensitivity, specificity, positive_predictive_value, negative_predictive_value, share_positive
        (people who test positive), false_per_true (people positive without the condition for one with it).

    Raises
    ------
    SpecError
        When a share lies outside 0 to 1.

    Notes
    -----
    Assumes that sensitivity and specificity are the same at every prevalence; in clinics, which see clearer cases, both
    are often higher than in a population.
    """
    given = [np.atleast_1d(np.asarray(value, dtype=float)) for value in (prevalence, sensitivity, specificity)]
    names = ("prevalence", "sensitivity", "specificity")
    for name, values in zip(names, given, strict=True):
        _check_shares(name, values)
    grid = [axis.ravel() for axis in np.meshgrid(*given, indexing="ij")]
    ppv, npv, positive = predictive_values_of(*grid)
    true = grid[0] * grid[1]
    false_per_true = np.divide(positive - true, true, out=np.full(true.shape, np.nan), where=true > 0)
    columns = {"positive_predictive_value": ppv, "negative_predictive_value": npv}
    return pd.DataFrame(
        {**dict(zip(names, grid, strict=True)), **columns, "share_positive": positive, "false_per_true": false_per_true}
    )


def misclassified_pair(
    cells: Mapping[str, float],
    errors_a: tuple[float, float] = (1.0, 1.0),
    errors_b: tuple[float, float] = (1.0, 1.0),
) -> dict[str, float]:
    """Prevalences and odds ratio of a pair as a questionnaire with known errors would find them.

    Errors are taken as independent of each other and the same in people with and without the other condition
    (non-differential); the odds ratio then moves towards 1.

    Parameters
    ----------
    cells : mapping
        Shares or counts of people: both, only_a, only_b, neither.
    errors_a, errors_b : tuple of float
        Sensitivity and specificity of what is asked about a and about b; (1, 1) makes no error.

    Returns
    -------
    dict
        prevalence_a, prevalence_b, odds_ratio.

    Raises
    ------
    SpecError
        When a share lies outside 0 to 1, or a cell is absent, negative or infinite.

    Notes
    -----
    Copeland et al., Am J Epidemiol 1977;105:488-95, doi:10.1093/oxfordjournals.aje.a112408.
    """
    for name, errors in (("errors_a", errors_a), ("errors_b", errors_b)):
        _check_shares(name, np.asarray(errors, dtype=float))
    given = [cells.get(name, np.nan) for name in ("neither", "only_b", "only_a", "both")]
    true = np.array(given, dtype=float).reshape(2, 2)
    if not ((true >= 0).all() and 0 < true.sum() < np.inf):
        raise SpecError("cells hold no share, a negative one, or nobody; give both, only_a, only_b and neither.")
    found = classified_cells(true / true.sum(), errors_a, errors_b)
    apart = found[0, 1] * found[1, 0]
    ratio = found[1, 1] * found[0, 0] / apart if apart > 0 else float("nan")
    return {"prevalence_a": found[1].sum(), "prevalence_b": found[:, 1].sum(), "odds_ratio": float(ratio)}


def _check_shares(name: str, values: np.ndarray) -> None:
    if not ((values >= 0) & (values <= 1)).all():
        raise SpecError(f"{name} lies outside 0 to 1; write 0.15 for 15%.")
