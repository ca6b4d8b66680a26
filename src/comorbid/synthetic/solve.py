"""The four conditions given the covariates: a log-linear model solved so that its margins are the inputs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from comorbid.errors import ConvergenceError
from comorbid.synthetic.inputs import CONDITIONS
from comorbid.synthetic.pairs import PAIR_INDEX

__all__ = ["COMBINATIONS", "Solution", "solve_conditions"]

COMBINATIONS = np.array(list(product((0, 1), repeat=len(CONDITIONS))), dtype=np.int8)
"""All combinations y of the conditions, shape (16, 4); the last condition runs fastest."""

_FEATURES = np.hstack([COMBINATIONS, COMBINATIONS[:, PAIR_INDEX].prod(axis=2)]).astype(float)
_TOLERANCE = 1e-12
_STEPS = 200


@dataclass(frozen=True, slots=True)
class Solution:
    """probability : shape (classes, 16), P(y | class); intercepts a : shape (4,); interactions θ : shape (6,)."""

    probability: np.ndarray
    intercepts: np.ndarray
    interactions: np.ndarray


def solve_conditions(shares: np.ndarray, linear: np.ndarray, prevalences: np.ndarray, both: np.ndarray) -> Solution:
    """P(y | x) ∝ exp(Σ_j y_j (a_j + b_j·x) + Σ_{j<k} θ_jk y_j y_k) with given marginal moments.

    Parameters
    ----------
    shares : ndarray of shape (C,)
        Share of each covariate class.
    linear : ndarray of shape (C, 4)
        b_j·x of each class and condition, log odds.
    prevalences, both : ndarray of shape (4,) and (6,)
        E[y_j] and E[y_j y_k] over the whole superpopulation.

    Returns
    -------
    Solution

    Raises
    ------
    ConvergenceError
        When the moments are not met to 1e-12 within 200 steps.

    Notes
    -----
    The parameters minimise Σ_x P(x) log Z(x) - a·E[y] - θ·E[yy], which is strictly convex, by Newton steps that are
    halved until the function falls. Its gradient is the difference between the moments reached and those asked for;
    steps go on for as long as they at least halve it, so that what is left is rounding.
    """
    target = np.concatenate([prevalences, both])
    offset = linear @ COMBINATIONS.T
    parameters = np.concatenate([np.log(prevalences / (1 - prevalences)), np.zeros(len(both))])
    value, probability = _evaluate(parameters, shares, offset, target)
    worst = np.inf
    for _ in range(_STEPS):
        gradient = (shares @ probability) @ _FEATURES - target
        previous, worst = worst, np.abs(gradient).max()
        if previous < _TOLERANCE and worst >= previous / 2:
            return Solution(probability, parameters[: len(prevalences)], parameters[len(prevalences) :])
        step = np.linalg.lstsq(_curvature(shares, probability), gradient)[0]
        parameters, value, probability = _descend(parameters, step, value, shares, offset, target)
    raise ConvergenceError(
        f"the synthetic superpopulation met its inputs to {worst:.1e} only, in {_STEPS} steps. "
        "Its odds ratios or effects are near the edge of what is possible: give values nearer to 1."
    )


def _evaluate(
    parameters: np.ndarray, shares: np.ndarray, offset: np.ndarray, target: np.ndarray
) -> tuple[float, np.ndarray]:
    """The convex function, and P(y | class)."""
    exponent = offset + _FEATURES @ parameters
    top = exponent.max(axis=1, keepdims=True)
    weight = np.exp(exponent - top)
    total = weight.sum(axis=1, keepdims=True)
    return float(shares @ (np.log(total) + top)[:, 0] - parameters @ target), weight / total


def _curvature(shares: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Mean over classes of the covariance of the features given the class, shape (10, 10)."""
    means = probability @ _FEATURES
    return (_FEATURES.T * (shares @ probability)) @ _FEATURES - (means.T * shares) @ means


def _descend(
    parameters: np.ndarray, step: np.ndarray, value: float, shares: np.ndarray, offset: np.ndarray, target: np.ndarray
) -> tuple[np.ndarray, float, np.ndarray]:
    """The Newton step, halved until the function does not rise (to rounding)."""
    size = 1.0
    while True:
        moved = parameters - size * step
        new, probability = _evaluate(moved, shares, offset, target)
        if new <= value + 1e-12 or size < 1e-10:
            return moved, new, probability
        size /= 2
