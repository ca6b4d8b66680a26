"""The people that a model's estimates rest on at the least: what disclosure control asks of a model."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from comorbid.cells import Cells
from comorbid.cohort import Cohort
from comorbid.disclosure import CONFIDENTIAL
from comorbid.spec import LogisticSpec

__all__ = ["least_cell", "with_support"]


def with_support(
    frame: pd.DataFrame, cohort: Cohort | None, cells: Cells, spec: LogisticSpec, n_parameters: int
) -> pd.DataFrame:
    """The rows of a model on a confidential cohort with `n_least` and `df_residual`; those of others as they are.

    n_least : fewest people, unweighted, in a level of a term's variables and of the outcome; in a pattern of all
        variables and a level of the outcome when the model has as many coefficients as there are patterns, since it
        then gives each of them away; and in levels of two variables, since the equations that the coefficients solve
        give their table away to who knows the margins.
    df_residual : people less coefficients.
    """
    if cohort is None or cohort.release != CONFIDENTIAL:
        return frame
    terms: list[Sequence[str]] = [term.variables for term in spec.terms]
    if n_parameters >= _patterns(cells, spec.predictors).max() + 1:
        terms = [spec.predictors]
    least = min(least_cell(cells, spec.outcome, variables) for variables in [(), *terms])
    factors = [name for name in spec.predictors if cells.variable(name).is_categorical]
    crossed = [_least_crossing(cells, *two) for two in combinations(dict.fromkeys(factors), 2)]
    return frame.assign(n_least=min(least, *crossed) if crossed else least, df_residual=cells.n - n_parameters)


def least_cell(cells: Cells, outcome: str, variables: Sequence[str]) -> int:
    """Fewest people in a cell of the variables with levels, jointly, and the outcome; empty outcome cells count."""
    categorical = [name for name in variables if cells.variable(name).is_categorical]
    pattern, level = _patterns(cells, categorical), cells.codes(outcome)
    levels, place = np.unique(level, return_inverse=True)
    counts = np.bincount(pattern * len(levels) + place, cells.table.count, (pattern.max() + 1) * len(levels))
    return int(counts.min())


def _least_crossing(cells: Cells, first: str, second: str) -> int:
    """Fewest people with a level of one variable and a level of another, of the levels that somebody has."""
    (rows, row), (columns, column) = (np.unique(cells.codes(name), return_inverse=True) for name in (first, second))
    cell = row.reshape(-1) * len(columns) + column.reshape(-1)
    return int(np.bincount(cell, cells.table.count, len(rows) * len(columns)).min())


def _patterns(cells: Cells, variables: Sequence[str]) -> np.ndarray:
    """Number of the pattern of some variables, by pattern of all; shape (P,)."""
    codes = np.zeros((cells.table.n_patterns, len(variables) + 1))
    for place, name in enumerate(variables):
        codes[:, place] = cells.codes(name)
    _, number = np.unique(codes, axis=0, return_inverse=True)
    return np.asarray(number).reshape(-1)
