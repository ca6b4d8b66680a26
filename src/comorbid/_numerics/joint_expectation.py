"""How often two conditions are expected together, from a logistic model of each on the same covariates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from comorbid._numerics.logistic import fit_logistic_patterns
from comorbid.errors import ConvergenceError


@dataclass(frozen=True, slots=True)
class FittedModel:
    """fitted : probability of the condition, shape (P,); bread : inverse information, shape (k, k)."""

    fitted: np.ndarray
    bread: np.ndarray


def observed_and_expected(
    design: np.ndarray, present: np.ndarray, weight: np.ndarray, models: Sequence[FittedModel]
) -> tuple[np.ndarray, np.ndarray]:
    """O = sum w y_a y_b / sum w, E = sum w p_a p_b / sum w, and the influence on O, E and log(O / E).

    Parameters
    ----------
    design : ndarray of shape (P, k)
        Design matrix of both models.
    present : ndarray of shape (P, 2)
        Whether a pattern has each of the conditions, 0 or 1.
    weight : ndarray of shape (P,)
    models : two FittedModel

    Returns
    -------
    shares : ndarray of shape (2,)
    influence : ndarray of shape (P, 3)
        Of a person with each pattern, per unit of weight. That on E is (p_a p_b - E) / sum w + d_a'u_a + d_b'u_b, with
        u = bread x (y - p) the influence on a model's coefficients and d = sum w p_a p_b (1 - p) x / sum w.
    """
    total = weight.sum()
    both, joint = present.prod(axis=1), models[0].fitted * models[1].fitted
    shares = np.array([weight @ both, weight @ joint]) / total
    z = np.column_stack([both - shares[0], joint - shares[1]]) / total
    for y, model in zip(present.T, models, strict=True):
        slope = (weight * joint * (1 - model.fitted)) @ design / total
        z[:, 1] += (design @ (model.bread @ slope)) * (y - model.fitted)
    relative = z / np.where(shares > 0, shares, 1.0)
    return shares, np.column_stack([z, relative[:, 0] - relative[:, 1]])


def refitted(design: np.ndarray, present: np.ndarray, group: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """O, E and log(O / E) with both models fitted anew under each set of weights.

    Parameters
    ----------
    design, present : as above
    group : ndarray of int, shape (P,)
        Covariate pattern of each pattern, 0 to G - 1.
    weights : ndarray of shape (m, P)

    Returns
    -------
    ndarray of shape (m, 3); NaN where a model has no finite solution, or (the last) nobody has both conditions.
    """
    first = np.unique(group, return_index=True)[1]
    return np.array([_refitted(design[first], present, group, weight) for weight in weights])


def _refitted(design: np.ndarray, present: np.ndarray, group: np.ndarray, weight: np.ndarray) -> np.ndarray:
    total = np.bincount(group, weights=weight, minlength=len(design))
    live = total > 0
    joint = np.ones(int(live.sum()))
    for y in present.T:
        events = np.bincount(group, weights=weight * y, minlength=len(design))
        try:
            joint *= fit_logistic_patterns(design[live], events[live], total[live]).fitted
        except (ConvergenceError, np.linalg.LinAlgError):
            return np.full(3, np.nan)
    shares = np.array([weight @ present.prod(axis=1), total[live] @ joint]) / weight.sum()
    return np.r_[shares, np.log(shares[0] / shares[1]) if shares[0] > 0 else np.nan]
