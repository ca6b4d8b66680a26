"""Covariate classes: every combination of the covariates' levels, and its share of the superpopulation."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from comorbid.errors import SpecError
from comorbid.synthetic.inputs import TruthInputs

__all__ = ["by_level", "class_codes", "class_shares"]

_ROUNDS = 1000


def class_codes(inputs: TruthInputs) -> np.ndarray:
    """Level of each covariate in each class, int8, shape (classes, covariates); the last covariate runs fastest."""
    sizes = [len(levels) for levels in inputs.levels.values()]
    return np.indices(sizes, dtype=np.int8).reshape(len(sizes), -1).T


def by_level(inputs: TruthInputs, table: Mapping[str, tuple[float, ...]]) -> np.ndarray:
    """Product over covariates of the number that `table` gives the level, 1 where it is silent; shape (classes,)."""
    codes = class_codes(inputs)
    result = np.ones(len(codes))
    for position, name in enumerate(inputs.levels):
        if name in table:
            result *= np.asarray(table[name], dtype=float)[codes[:, position]]
    return result


def class_shares(inputs: TruthInputs) -> np.ndarray:
    """Share of each class, shape (classes,).

    Proportional to the product of the odds ratios in `associations`, raked until the share of every level is met;
    raking leaves odds ratios as they are. Source: Deming & Stephan 1940, doi 10.1214/aoms/1177731829.

    Raises
    ------
    SpecError
        When raking does not settle.
    """
    codes = class_codes(inputs)
    shares = _associated(inputs, codes)
    margins = [np.asarray(inputs.shares[name]) / sum(inputs.shares[name]) for name in inputs.levels]
    for _ in range(_ROUNDS):
        before = shares
        for position, margin in enumerate(margins):
            found = np.bincount(codes[:, position], weights=shares, minlength=len(margin))
            shares = shares * (margin / found)[codes[:, position]]
        if np.abs(shares - before).max() < 1e-17:
            return shares / shares.sum()
    raise SpecError(
        f"the shares and associations of the covariates were not met in {_ROUNDS} rounds of raking. "
        "Give odds ratios nearer to 1."
    )


def _associated(inputs: TruthInputs, codes: np.ndarray) -> np.ndarray:
    """Product of the odds ratios of `associations` that apply to each class."""
    names = list(inputs.levels)
    result = np.ones(len(codes))
    for ends, value in inputs.associations.items():
        applies = np.ones(len(codes), dtype=bool)
        for variable, level in ends:
            applies &= codes[:, names.index(variable)] == inputs.levels[variable].index(level)
        result[applies] *= value
    return result
