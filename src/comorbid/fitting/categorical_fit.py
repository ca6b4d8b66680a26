"""A fitted model of an outcome with several levels, and the frames it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import two_sided_p, wald_interval, wald_statistic
from comorbid._numerics.linearise import covariance
from comorbid.cells import Cells
from comorbid.cohort import Cohort
from comorbid.columns import arrange
from comorbid.fitting.categorical_effects import CategoricalEffects
from comorbid.fitting.matrix import Column
from comorbid.fitting.support import with_support
from comorbid.overlap import with_overlap_notes
from comorbid.spec import LogisticSpec


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One coefficient: its column, the outcome level (or cut, "low|high") it belongs to, and that level's reference."""

    column: Column
    outcome_level: str | None
    outcome_reference: str | None


@dataclass(frozen=True, slots=True, repr=False)
class CategoricalFit(CategoricalEffects):
    """One fitted multinomial or ordinal model.

    kind : "multinomial" or "ordinal"
    spec : what was asked
    terms : what each coefficient is
    columns : of the design matrix, the intercept first
    coefficients : shape (k,), log odds
    covariance : shape (k, k)
    influence : shape (P, k), influence of a person with each pattern on the coefficients, per unit of weight
    cells : the people of the model, collapsed
    levels : outcome levels that somebody has, in order
    log_likelihood : weighted; a pseudo-likelihood when weights are sampling weights
    replicates : shape (R, k), coefficients in each replicate, where the design has replicates
    cohort, missing, n_excluded, df : where it comes from, who was left out, and the t distribution's degrees
    """

    kind: str
    spec: LogisticSpec
    terms: tuple[Coefficient, ...]
    columns: tuple[Column, ...]
    coefficients: np.ndarray
    covariance: np.ndarray
    influence: np.ndarray
    cells: Cells
    levels: tuple[str, ...]
    log_likelihood: float
    replicates: np.ndarray | None = None
    cohort: Cohort | None = None
    missing: Mapping[str, int] = field(default_factory=dict)
    n_excluded: int = 0
    df: float = float("inf")

    @property
    def n(self) -> int:
        """People in the model, unweighted."""
        return self.cells.n

    def events(self, outcome_level: str) -> int:
        """People with an outcome level, unweighted."""
        number = self.cells.variable(self.spec.outcome).level_names.index(outcome_level)
        return int(self.cells.table.count[self.cells.codes(self.spec.outcome) == number].sum())

    def carried(self, slopes: np.ndarray) -> np.ndarray:
        """Covariance g V g' of functions of the coefficients with slopes g, shape (L, k); shape (L, L)."""
        if self.cells.clusters.sampling == "none":
            return slopes @ self.covariance @ slopes.T
        return covariance(self.influence @ slopes.T, self.cells.table, self.cells.clusters)

    def tidy(self, exponentiate: bool = False, conf_level: float = 0.95) -> pd.DataFrame:
        """One row a coefficient.

        Parameters
        ----------
        exponentiate : bool
            Give odds ratios: estimate and limits are turned, the standard error stays on the log scale. Thresholds stay
            as they are.
        conf_level : float

        Returns
        -------
        DataFrame
            outcome, outcome_level (of a multinomial coefficient; "lower|higher" of a threshold; missing for the common
            odds ratio of an ordinal model), exposure, model, term, level, reference, measure ("log_odds" or
            "odds_ratio"; "threshold"), estimate, std_error, statistic, p_value, conf_low, conf_high, n, events (people
            with the outcome level; above the lowest one for an ordinal model).
        """
        std_error = np.sqrt(np.diag(self.covariance))
        limits = wald_interval(self.coefficients, std_error, conf_level, self.df)
        statistic = wald_statistic(self.coefficients, std_error)
        threshold = np.array([term.column.term == "threshold" for term in self.terms])
        turned = ~threshold if exponentiate else np.zeros(len(threshold), dtype=bool)
        frame = pd.DataFrame(
            {
                "outcome": self.spec.outcome,
                "outcome_level": [term.outcome_level for term in self.terms],
                "exposure": self.spec.exposure,
                "model": self.spec.model,
                "term": [term.column.term for term in self.terms],
                "level": [term.column.level for term in self.terms],
                "reference": [term.column.reference for term in self.terms],
                "measure": np.select([threshold, turned], ["threshold", "odds_ratio"], "log_odds"),
                "estimate": _exp_where(turned, self.coefficients),
                "std_error": std_error,
                "statistic": statistic,
                "p_value": two_sided_p(statistic, self.df),
                "conf_low": _exp_where(turned, limits[:, 0]),
                "conf_high": _exp_where(turned, limits[:, 1]),
                "n": self.n,
                "events": [self._events_of(term) for term in self.terms],
            }
        )
        frame, leading = self._labelled(frame), ("outcome", "outcome_level")
        pair = ("outcome", "term")
        return with_overlap_notes(frame, self.cohort.codebook, pair, leading) if self.cohort else frame

    def glance(self) -> pd.DataFrame:
        """One row: people, who was left out by variable, outcome levels, parameters, degrees of freedom."""
        left_out = ", ".join(f"{name} {count:,}" for name, count in self.missing.items() if count)
        none = self.cells.clusters.sampling == "none"
        row = {
            "outcome": self.spec.outcome,
            "exposure": self.spec.exposure,
            "model": self.spec.model,
            "n": self.n,
            "n_excluded": self.n_excluded,
            "missing": left_out,
            "kind": self.kind,
            "levels": ", ".join(self.levels),
            "n_parameters": len(self.terms),
            "df": self.df,
            "log_likelihood": self.log_likelihood if none else None,
            "formula": self.spec.formula,
        }
        return self._labelled(pd.DataFrame([row]))

    def _events_of(self, term: Coefficient) -> int:
        if self.kind == "ordinal" or term.outcome_level is None:
            return self.n - self.events(self.levels[0])
        return self.events(term.outcome_level)

    def _labelled(self, frame: pd.DataFrame) -> pd.DataFrame:
        whole = with_support(frame, self.cohort, self.cells, self.spec, len(self.terms))
        frame = arrange(whole, ("outcome", "outcome_level"))
        return self.cohort.labelled(frame) if self.cohort is not None else frame

    def __repr__(self) -> str:
        return f"<CategoricalFit {self.kind} {self.spec.formula}: {self.n:,} people, levels {', '.join(self.levels)}>"


def _exp_where(turned: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.where(turned, np.exp(np.where(turned, values, 0.0)), values)
