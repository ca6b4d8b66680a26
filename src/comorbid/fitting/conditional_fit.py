"""A fitted conditional logistic model and the frames it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import two_sided_p, wald_interval, wald_statistic
from comorbid.cohort import Cohort
from comorbid.columns import arrange
from comorbid.fitting.frames import asked, coefficient_frame, left_out
from comorbid.fitting.matrix import Column
from comorbid.overlap import with_overlap_notes
from comorbid.spec import LogisticSpec


@dataclass(frozen=True, slots=True, repr=False)
class ConditionalFit:
    """One model fitted to matched sets.

    spec, matched_sets : what was asked
    columns : term, level and reference of each coefficient; there is no intercept
    coefficients : shape (k,), log odds ratios within sets
    covariance : shape (k, k)
    log_likelihood : conditional, at the coefficients
    n, events : people of the model and of them those with the outcome
    n_sets, n_informative_sets : sets, and those with people who have the outcome and people who do not
    cohort, missing, n_excluded : where it comes from, and who was left out
    """

    spec: LogisticSpec
    matched_sets: str
    columns: tuple[Column, ...]
    coefficients: np.ndarray
    covariance: np.ndarray
    log_likelihood: float
    n: int
    events: int
    n_sets: int
    n_informative_sets: int
    cohort: Cohort
    missing: Mapping[str, int] = field(default_factory=dict)
    n_excluded: int = 0

    def tidy(self, exponentiate: bool = False, conf_level: float = 0.95) -> pd.DataFrame:
        """One row a coefficient.

        Parameters
        ----------
        exponentiate : bool
            Give odds ratios: estimate and limits are turned, the standard error stays on the log scale.
        conf_level : float

        Returns
        -------
        DataFrame
            outcome, exposure, model, term, level, reference, measure ("log_odds" or "odds_ratio"), estimate, std_error,
            statistic, p_value (normal distribution), conf_low, conf_high, n, events;
            `note` where the case definitions of outcome and term share items.
        """
        std_error = np.sqrt(np.diag(self.covariance))
        limits = wald_interval(self.coefficients, std_error, conf_level, np.inf)
        statistic = wald_statistic(self.coefficients, std_error)
        frame = coefficient_frame(self.columns, self.coefficients, std_error, limits, exponentiate)
        p_value = two_sided_p(statistic, np.inf)
        frame = frame.assign(**asked(self.spec), statistic=statistic, p_value=p_value, n=self.n, events=self.events)
        frame = self.cohort.labelled(arrange(frame), conf_level=conf_level)
        return with_overlap_notes(frame, self.cohort.codebook, ("outcome", "term"))

    def glance(self) -> pd.DataFrame:
        """One row: people, events, sets, sets with information, who was left out by variable, log likelihood."""
        row = {
            **asked(self.spec),
            "n": self.n,
            "events": self.events,
            "n_sets": self.n_sets,
            "n_informative_sets": self.n_informative_sets,
            "n_excluded": self.n_excluded,
            "missing": left_out(self.missing),
            "n_parameters": len(self.columns),
            "matched_sets": self.matched_sets,
            "log_likelihood": self.log_likelihood,
            "formula": self.spec.formula,
        }
        return self.cohort.labelled(arrange(pd.DataFrame([row])))

    def __repr__(self) -> str:
        return f"<ConditionalFit {self.spec.formula}: {self.n:,} people in {self.n_sets:,} sets>"
