"""Headache days a month given migraine and depression."""

from __future__ import annotations

import numpy as np

from comorbid.errors import SpecError
from comorbid.synthetic.inputs import HeadacheInputs

__all__ = ["CHRONIC_FROM", "DAYS", "headache_distribution"]

DAYS = np.arange(31)
CHRONIC_FROM = 15
_EPISODIC = (DAYS >= 1) & (DAYS < CHRONIC_FROM)
_CHRONIC = DAYS >= CHRONIC_FROM


def headache_distribution(inputs: HeadacheInputs, depressed: np.ndarray) -> np.ndarray:
    """P(days | migraine, depression), shape (2, 2, 31).

    Of people with (without) migraine the share `chronic_with_migraine` (`chronic_without_migraine`) has 15 days or
    more; the share is `depression_ratio` times higher in people with depression. Without migraine, the share
    `none_without_migraine` has none. Days within 1-14 and within 15-30 are truncated geometric.

    Parameters
    ----------
    inputs : HeadacheInputs
    depressed : ndarray of shape (2,)
        Share with depression among people without and with migraine.

    Raises
    ------
    SpecError
        When the shares asked for leave some group less than nobody.
    """
    result = np.zeros((2, 2, len(DAYS)))
    for migraine, name in enumerate(("without_migraine", "with_migraine")):
        chronic = getattr(inputs, f"chronic_{name}")
        base = chronic / (1 + depressed[migraine] * (inputs.depression_ratio - 1))
        none = 0.0 if migraine else inputs.none_without_migraine
        for depression, ratio in enumerate((1.0, inputs.depression_ratio)):
            shares = (none, 1 - none - base * ratio, base * ratio)
            _require_room(shares[1], name)
            result[migraine, depression] = _mixture(shares, inputs.decay[f"episodic_{name}"], inputs.decay["chronic"])
    return result


def _mixture(shares: tuple[float, float, float], episodic: float, chronic: float) -> np.ndarray:
    none, some, many = shares
    return none * (DAYS == 0) + some * _geometric(episodic, _EPISODIC) + many * _geometric(chronic, _CHRONIC)


def _geometric(decay: float, support: np.ndarray) -> np.ndarray:
    """Probabilities that fall by the factor `decay` from day to day on `support`."""
    weight = np.zeros(len(DAYS))
    weight[support] = decay ** np.arange(support.sum())
    return weight / weight.sum()


def _require_room(share: float, name: str) -> None:
    if share < 0:
        raise SpecError(
            f"headache_days: chronic_{name} with depression_ratio, and those without headache, come to more than "
            f"everybody (by {-share:.3g}). Lower one of them."
        )
