"""Counts of pairs of conditions within covariate patterns: from the people who have a condition, not from everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np


@dataclass(frozen=True, slots=True)
class PairTables:
    """Weights by covariate pattern.

    whole : shape (G,), everybody in each of G groups (covariate pattern, and unit or subgroup)
    one : shape (d, G), people with each of d conditions
    both : shape (d, d, G), people with both of a pair; symmetric
    """

    whole: np.ndarray
    one: np.ndarray
    both: np.ndarray


def least_cell(fourfold: np.ndarray, radices: Sequence[int], n_parameters: int) -> int:
    """Fewest people that a model of an outcome by an exposure and categorical covariates rests on.

    Parameters
    ----------
    fourfold : ndarray of shape (2, 2, G)
        People by outcome, exposure and covariate pattern; the last covariate varies fastest.
    radices : sequence of int
        Levels of each covariate, whose product is G.
    n_parameters : int

    Returns
    -------
    int
        Least cell of the outcome by the exposure and by each covariate, at levels that somebody is in; of the outcome
        by the whole pattern, when there are as many coefficients as patterns; and of exposure and covariates, two by
        two.

    Notes
    -----
    At the maximum of the likelihood the fitted prevalences of a level's people add up to a whole number, its events.
    With the margins known, these equations have as a rule one solution in whole numbers: the two-way table itself.
    """
    patterns = fourfold.reshape(2, -1)
    whole = fourfold.reshape(2, 2, *radices)
    axes = range(1, whole.ndim)
    if n_parameters >= (patterns.sum(axis=0) > 0).sum():
        tables = [patterns]
    else:
        tables = [whole.sum(axis=tuple(other for other in axes if other != axis)) for axis in axes]
    tables.append(patterns.sum(axis=1, keepdims=True))
    crossed = [
        whole.sum(axis=tuple(other for other in range(whole.ndim) if other not in two)) for two in combinations(axes, 2)
    ]
    outcomes = [table[:, table.sum(axis=0) > 0] for table in tables]
    factors = [table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0] for table in crossed]
    return int(min(table.min() for table in [*outcomes, *factors]))


def pair_tables(
    group: np.ndarray, n_groups: int, conditions: list[np.ndarray], weights: np.ndarray | None
) -> PairTables:
    """Weights of everybody, of each condition and of each pair, by group.

    Parameters
    ----------
    group : ndarray of int, shape (n,)
    n_groups : int
    conditions : list of d ndarrays of bool, shape (n,)
    weights : ndarray of shape (n,), optional

    Notes
    -----
    People with condition a are picked once; those among them with b are few, so a pair costs what its cases cost.
    """
    d = len(conditions)
    whole = np.bincount(group, weights=weights, minlength=n_groups).astype(float)
    one, both = np.empty((d, n_groups)), np.zeros((d, d, n_groups))
    for a in range(d):
        rows = np.flatnonzero(conditions[a])
        groups = group[rows]
        share = None if weights is None else weights[rows]
        one[a] = np.bincount(groups, weights=share, minlength=n_groups)
        for b in range(a + 1, d):
            also = np.flatnonzero(conditions[b][rows])
            picked = None if share is None else share[also]
            both[a, b] = both[b, a] = np.bincount(groups[also], weights=picked, minlength=n_groups)
    return PairTables(whole, one, both)
