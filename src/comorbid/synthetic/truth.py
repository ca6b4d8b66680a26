"""The superpopulation: every pattern of covariates and conditions with its exact probability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from comorbid.errors import require_known
from comorbid.synthetic.headache import CHRONIC_FROM, DAYS
from comorbid.synthetic.inputs import CONDITIONS, PAIRS, Pair, TruthInputs
from comorbid.synthetic.pairs import odds_ratio_of

__all__ = ["Truth"]


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What a synthetic cohort is a sample of.

    inputs : what it was built from
    levels : by variable, its levels, reference first; the covariates, then the conditions ("no", "yes")
    codes : ndarray of int8, shape (P, v), level of each variable in each pattern
    probability : ndarray of float, shape (P,), share of each pattern; sums to 1
    headache_days : ndarray of float, shape (2, 2, 31), P(days a month | migraine, depression)
    intercepts, interactions : ndarray of shape (4,) and (6,), log odds and log odds ratios that were solved for;
        an interaction is the association of two conditions given covariates and the other conditions
    """

    inputs: TruthInputs
    levels: Mapping[str, tuple[str, ...]]
    codes: np.ndarray
    probability: np.ndarray
    headache_days: np.ndarray
    intercepts: np.ndarray
    interactions: np.ndarray

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(self.levels)

    def column(self, variable: str) -> np.ndarray:
        """Codes of one variable, int8, shape (P,)."""
        require_known(variable, self.levels, "variable", "the synthetic truth")
        return self.codes[:, self.variables.index(variable)]

    def prevalence(self, condition: str, where: Mapping[str, str] | None = None) -> float:
        """Share with the condition, in everybody or in those with the levels `where`, as `{"sex": "female"}`."""
        weight = self._weight(where)
        return float(weight @ (self.column(condition) == 1) / weight.sum())

    def odds_ratio(self, a: str, b: str, where: Mapping[str, str] | None = None) -> float:
        """Crude odds ratio of two conditions, in everybody or in those with the levels `where`."""
        weight = self._weight(where)
        with_a, with_b = self.column(a) == 1, self.column(b) == 1
        p, q, both = (float(weight @ marked / weight.sum()) for marked in (with_a, with_b, with_a & with_b))
        return odds_ratio_of(p, q, both)

    def prevalences(self) -> dict[str, float]:
        """Prevalence of each condition."""
        return {name: self.prevalence(name) for name in CONDITIONS}

    def odds_ratios(self) -> dict[Pair, float]:
        """Crude odds ratio of each pair of conditions."""
        return {(a, b): self.odds_ratio(a, b) for a, b in PAIRS}

    def shares(self, variable: str) -> dict[str, float]:
        """Share of each level of a variable."""
        found = np.bincount(self.column(variable), weights=self.probability, minlength=len(self.levels[variable]))
        return dict(zip(self.levels[variable], found.tolist(), strict=True))

    def headache_days_shares(self) -> np.ndarray:
        """P(headache days a month) in everybody, shape (31,)."""
        groups = self.column("migraine") * 2 + self.column("depression")
        return np.bincount(groups, weights=self.probability, minlength=4) @ self.headache_days.reshape(4, -1)

    def chronic_headache(self) -> float:
        """Share with headache on 15 days a month or more."""
        return float(self.headache_days_shares()[DAYS >= CHRONIC_FROM].sum())

    def frame(self) -> pd.DataFrame:
        """One row a pattern: categorical columns, and `probability`, which serves as an exact weight."""
        columns: dict[str, object] = {
            name: pd.Categorical.from_codes(self.column(name), dtype=pd.CategoricalDtype(list(levels)))
            for name, levels in self.levels.items()
        }
        return pd.DataFrame({**columns, "probability": self.probability})

    def _weight(self, where: Mapping[str, str] | None) -> np.ndarray:
        keep = np.ones(len(self.probability), dtype=bool)
        for variable, level in (where or {}).items():
            codes = self.column(variable)
            require_known(level, self.levels[variable], f"level of {variable}", "the synthetic truth")
            keep &= codes == self.levels[variable].index(level)
        return self.probability * keep
