"""The survey that samples the superpopulation: strata, PSUs that differ, unequal selection, and weights that undo it.

A PSU with tilt τ holds people in the proportions P(pattern) (1 + τ s(pattern)), where the score s is the number of
conditions (two or more counting as two), standardised under P. Tilts have mean zero over strata and PSUs, so the mean
over PSUs is P, exactly. People are selected at rates r(pattern), and weigh N / r, with N = Σ P (1 + τ s) r.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from comorbid.errors import SpecError
from comorbid.synthetic.alias import Alias, build_alias
from comorbid.synthetic.classes import by_level
from comorbid.synthetic.inputs import CONDITIONS
from comorbid.synthetic.solve import COMBINATIONS
from comorbid.synthetic.truth import Truth

__all__ = ["Sampling", "pattern_groups", "plan_sampling", "scores", "tilts"]

_WIDEST = float(np.sqrt(3))
_PEOPLE_PER_STRATUM = 64


@dataclass(frozen=True, slots=True)
class Sampling:
    """How people of each PSU are drawn; U PSUs, G groups of patterns with the same score.

    psu_per_stratum : int
    cumulative : ndarray of shape (U, G - 1), chance of a group or one below it
    alias : one distribution of patterns a group
    unit_weight : ndarray of shape (U,), weight of a person of the PSU whose rate of selection is 1
    pattern_weight : ndarray of shape (P,), 1 / r
    """

    psu_per_stratum: int
    cumulative: np.ndarray
    alias: Alias
    unit_weight: np.ndarray
    pattern_weight: np.ndarray


def pattern_groups(truth: Truth) -> np.ndarray:
    """Number of conditions of each pattern, two or more counting as two, shape (P,)."""
    first = len(truth.levels) - len(CONDITIONS)
    return np.minimum(truth.codes[:, first:].sum(axis=1), 2)


def scores(truth: Truth) -> np.ndarray:
    """Score of each group, shape (3,), with mean 0 and variance 1 over the superpopulation."""
    share = np.bincount(pattern_groups(truth), weights=truth.probability, minlength=3)
    centred = np.arange(3) - share @ np.arange(3)
    return centred / np.sqrt(share @ centred**2)


def tilts(truth: Truth, strata: int, psu_per_stratum: int, rng: np.random.Generator) -> np.ndarray:
    """Tilt of each PSU, stratum by stratum, shape (strata * psu_per_stratum,).

    Strata stand at even steps from the least to the most affected; PSUs within them are uniform with mean zero. Both
    are scaled so that the intra-cluster correlations asked for are the means over the four conditions.

    Raises
    ------
    SpecError
        When a PSU could be asked to hold a negative share of some pattern.
    """
    design = truth.inputs.design
    steps = np.arange(strata) - (strata - 1) / 2
    spread = steps / steps.std() if strata > 1 else steps
    scale = 1 / _explained(truth)
    between, within = np.sqrt(design.stratum_icc * scale), np.sqrt(design.psu_icc * scale)
    reach = (between * np.abs(spread).max() + within * _WIDEST) * np.abs(scores(truth)).max()
    if reach >= 1:
        raise SpecError(
            f"psu_icc {design.psu_icc:g} with stratum_icc {design.stratum_icc:g} would need PSUs with negative shares. "
            f"Accepted with this ratio of the two: psu_icc below {design.psu_icc / reach**2:.3g}, "
            f"stratum_icc below {design.stratum_icc / reach**2:.3g}."
        )
    return np.repeat(between * spread, psu_per_stratum) + within * rng.uniform(
        -_WIDEST, _WIDEST, strata * psu_per_stratum
    )


def plan_sampling(
    truth: Truth, n: int, rng: np.random.Generator, strata: int | None = None, psu_per_stratum: int | None = None
) -> Sampling:
    """Everything about the PSUs of a sample of `n` people that does not depend on the people drawn."""
    design = truth.inputs.design
    per_stratum = psu_per_stratum or design.psu_per_stratum
    tilt = tilts(truth, strata or min(design.strata, max(1, n // _PEOPLE_PER_STRATUM)), per_stratum, rng)
    rates = np.repeat(by_level(truth.inputs, design.oversampling), len(COMBINATIONS))
    groups, selected = pattern_groups(truth), truth.probability * rates
    members = [np.flatnonzero(groups == group) for group in range(3)]
    mass = np.array([selected[part].sum() for part in members]) * (1 + np.outer(tilt, scores(truth)))
    return Sampling(
        psu_per_stratum=per_stratum,
        cumulative=np.cumsum(mass, axis=1)[:, :-1] / mass.sum(axis=1, keepdims=True),
        alias=build_alias(members, [selected[part] for part in members]),
        unit_weight=mass.sum(axis=1) * (design.population / n),
        pattern_weight=1 / rates,
    )


def _explained(truth: Truth) -> float:
    """Squared correlation of the score with a condition, mean over the conditions."""
    score = scores(truth)[pattern_groups(truth)]
    has = np.column_stack([truth.column(name) for name in CONDITIONS]).astype(float)
    prevalence = truth.probability @ has
    covariance = (truth.probability * score) @ has
    return float(np.mean(covariance**2 / (prevalence * (1 - prevalence))))
