"""A fitted model of an outcome with several levels, and the frames it gives."""

from __future__ import annotations

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import two_sided_p, wald_interval, wald_statistic
from comorbid.fitting.categorical_effects import LEADING, CategoricalEffects
from comorbid.fitting.categorical_model import Coefficient
from comorbid.fitting.fitted import finished, supported
from comorbid.fitting.frames import asked, left_out
from comorbid.overlap import with_overlap_notes


class CategoricalFit(CategoricalEffects):
    """One fitted multinomial or ordinal model; its fields are those of `FittedModel` and `CategoricalModel`."""

    __slots__ = ()

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
                **asked(self.spec),
                "outcome_level": [term.outcome_level for term in self.terms],
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
        frame = finished(self, supported(self, frame), LEADING, conf_level)
        return with_overlap_notes(frame, self.cohort.codebook, ("outcome", "term"), LEADING) if self.cohort else frame

    def glance(self) -> pd.DataFrame:
        """One row: people, who was left out by variable, outcome levels, parameters, degrees of freedom."""
        none = self.cells.clusters.sampling == "none"
        row = {
            **asked(self.spec),
            "n": self.n,
            "n_excluded": self.n_excluded,
            "missing": left_out(self.missing),
            "kind": self.kind,
            "levels": ", ".join(self.levels),
            "n_parameters": len(self.terms),
            "df": self.df,
            "log_likelihood": self.log_likelihood if none else None,
            "formula": self.spec.formula,
        }
        return finished(self, supported(self, pd.DataFrame([row])), LEADING)

    def _events_of(self, term: Coefficient) -> int:
        if self.kind == "ordinal" or term.outcome_level is None:
            return self.n - self.events(self.levels[0])
        return self.events(term.outcome_level)

    def __repr__(self) -> str:
        return f"<CategoricalFit {self.kind} {self.spec.formula}: {self.n:,} people, levels {', '.join(self.levels)}>"


def _exp_where(turned: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.where(turned, np.exp(np.where(turned, values, 0.0)), values)
