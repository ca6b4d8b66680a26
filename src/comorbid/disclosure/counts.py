"""Which columns of a result frame hold numbers of people or rest on them, and which of their numbers are small."""

from __future__ import annotations

import numpy as np
import pandas as pd

from comorbid.disclosure.rules import Rules

__all__ = [
    "ESTIMATES",
    "LEFT_OUT",
    "SUPPRESSED",
    "are_small",
    "as_numbers",
    "count_columns",
    "hidden_before",
    "is_count",
    "small_losses",
]

SUPPRESSED = "suppressed"
ESTIMATES = (
    "estimate", "std_error", "statistic", "p_value", "q_value", "conf_low", "conf_high", "e_value", "e_value_limit",
    "log_likelihood", "design_effect",
)  # fmt: skip
COUNTS = ("n", "events", "n_a", "n_b", "n_both", "n_least")
NOT_PEOPLE = frozenset({"n_psu", "n_strata", "n_parameters", "n_units", "n_studies", "n_replicates"})
LEFT_OUT = ("n_excluded", "n_missing")
"""Counts of people who are not studied: nobody is no secret."""


def count_columns(frame: pd.DataFrame) -> list[str]:
    """Columns that hold numbers of people."""
    return [str(name) for name in frame.columns if is_count(str(name))]


def is_count(name: str) -> bool:
    """Whether a column of this name holds numbers of people."""
    return (name in COUNTS or name.startswith("n_")) and name not in NOT_PEOPLE


def are_small(counts: np.ndarray, rules: Rules) -> np.ndarray:
    """Counts under the threshold; where there is no row (-1) nothing is small."""
    return (counts < rules.threshold) & (counts >= (0 if rules.hide_zeros else 1))


def small_losses(column: pd.Series, rules: Rules) -> np.ndarray:
    """Where some, but few, people are left out."""
    counts = as_numbers(column)
    return (counts > 0) & (counts < rules.threshold)


def as_numbers(column: pd.Series) -> np.ndarray:
    """A column of counts as numbers; one that is missing is not small."""
    return pd.to_numeric(column).astype(float).fillna(np.inf).to_numpy()


def hidden_before(rows: pd.DataFrame) -> np.ndarray:
    """Rows that were hidden before."""
    if SUPPRESSED not in rows:
        return np.zeros(len(rows), dtype=bool)
    return rows[SUPPRESSED].fillna("").ne("").to_numpy(copy=True)  # rows joined from an unprotected frame say nothing
