"""A fitted logistic model and the frames it gives."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import check_conf_level, two_sided_p, wald_interval, wald_statistic
from comorbid.errors import SpecError
from comorbid.fitting.effects import Effects
from comorbid.fitting.fitted import finished, supported
from comorbid.fitting.frames import asked, coefficient_frame, left_out, stacked
from comorbid.fitting.profile import profiled
from comorbid.overlap import with_overlap_notes

INTERVALS = ("wald", "profile")


class LogisticFit(Effects):
    """One fitted model; its fields are those of `FittedModel` and `LogisticModel`."""

    __slots__ = ()

    def tidy(self, exponentiate: bool = False, conf_level: float = 0.95, interval: str = "wald") -> pd.DataFrame:
        """One row a coefficient.

        Parameters
        ----------
        exponentiate : bool
            Give odds ratios: estimate and limits are turned, the standard error stays on the log scale. The intercept
            becomes the odds of the outcome where every variable is at its reference.
        conf_level : float
        interval : {"wald", "profile"}
            Estimate -/+ t std_error; or the values at which the profile of the likelihood (penalised, for Firth's
            method) falls by half the critical value of chi-square, with `statistic` the signed root of the likelihood
            ratio and `p_value` its chi-square tail. Profiles need a cohort without a design; that of the
            intercept is missing when a covariate lies a thousand of its spreads from zero.

        Returns
        -------
        DataFrame
            outcome, exposure, model, term, level, reference, measure ("log_odds" or "odds_ratio"), estimate, std_error,
            statistic, p_value, conf_low, conf_high, n, events; `note` where the case definitions of outcome and term
            share items, so that they are associated by construction.

        Raises
        ------
        SpecError
            When `interval` is not one of the two, or a profile is asked of a fit with a design.

        Notes
        -----
        Heinze & Schemper, Stat Med 2002;21:2409-19, doi:10.1002/sim.1047.
        """
        if interval not in INTERVALS:
            raise SpecError(f"interval = {interval!r} is not a choice. Accepted: {', '.join(INTERVALS)}.")
        check_conf_level(conf_level)
        std_error = np.sqrt(np.diag(self.covariance))
        if interval == "profile":
            limits, statistic, p_value = profiled(self, conf_level)
        else:
            limits = wald_interval(self.coefficients, std_error, conf_level, self.df)
            statistic = wald_statistic(self.coefficients, std_error)
            p_value = two_sided_p(statistic, self.df)
        frame = coefficient_frame(self.columns, self.coefficients, std_error, limits, exponentiate).assign(
            **asked(self.spec), statistic=statistic, p_value=p_value, n=self.n, events=self.events
        )
        frame = finished(self, supported(self, frame), conf_level=conf_level)
        return with_overlap_notes(frame, self.cohort.codebook, ("outcome", "term")) if self.cohort else frame

    def glance(self) -> pd.DataFrame:
        """One row: people, events, who was left out by variable, PSUs, strata, degrees of freedom, parameters."""
        clusters, table = self.cells.clusters, self.cells.table
        has_design = clusters.sampling != "none"
        units = np.unique(table.cell_unit)
        row = {
            **asked(self.spec),
            "n": self.n,
            "events": self.events,
            "n_excluded": self.n_excluded,
            "missing": left_out(self.missing),
            "n_parameters": len(self.columns),
            "n_psu": len(units) if clusters.sampling == "psu" else None,
            "n_strata": len(np.unique(clusters.stratum[units])) if has_design else None,
            "df": self.df,
            "method": self.method,
            "log_likelihood": None if has_design else self.result.log_likelihood,
            "formula": self.spec.formula,
        }
        return finished(self, supported(self, pd.DataFrame([row])))

    def __repr__(self) -> str:
        return f"<LogisticFit {self.spec.formula} ({self.spec.model}): {self.n:,} people, {self.events:,} events>"


def tidy(fits: Iterable[LogisticFit], exponentiate: bool = False, conf_level: float = 0.95) -> pd.DataFrame:
    """`fit.tidy()` of several models, one under the other."""
    frames = [fit.tidy(exponentiate, conf_level) for fit in fits]
    if not frames:
        raise SpecError("no fits were given; pass a list of what fit_logistic returns.")
    return stacked(frames)
