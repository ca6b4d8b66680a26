"""A fitted logistic model and the frames it gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import check_conf_level, two_sided_p, wald_interval, wald_statistic
from comorbid._numerics.linearise import covariance
from comorbid._numerics.logistic import LogisticResult
from comorbid.cells import Cells
from comorbid.cohort import Cohort
from comorbid.columns import arrange
from comorbid.errors import SpecError
from comorbid.fitting.effects import Effects
from comorbid.fitting.frames import coefficient_frame, stacked
from comorbid.fitting.matrix import Column
from comorbid.fitting.profile import profiled
from comorbid.fitting.spread import Spread
from comorbid.fitting.support import with_support
from comorbid.overlap import with_overlap_notes
from comorbid.spec import LogisticSpec

INTERVALS = ("wald", "profile")


@dataclass(frozen=True, slots=True, repr=False)
class LogisticFit(Effects):
    """One fitted model.

    spec : what was asked
    columns : term, level and reference of each coefficient
    coefficients : shape (k,), log odds
    covariance : shape (k, k)
    influence : shape (P, k), influence of a person with each pattern on the coefficients, per unit of weight
    cells : the people of the model, collapsed
    result : the numerical fit
    group, first : covariate pattern of each pattern, and the first pattern of each
    replicates : shape (R, k), coefficients in each replicate, where the design has replicates
    cohort, missing, n_excluded, df : where it comes from, who was left out, and the t distribution's degrees
    method : "ml" or "firth"
    """

    spec: LogisticSpec
    columns: tuple[Column, ...]
    coefficients: np.ndarray
    covariance: np.ndarray
    influence: np.ndarray
    cells: Cells
    result: LogisticResult
    group: np.ndarray
    first: np.ndarray
    replicates: np.ndarray | None = None
    cohort: Cohort | None = None
    missing: Mapping[str, int] = field(default_factory=dict)
    n_excluded: int = 0
    df: float = float("inf")
    method: str = "ml"

    @property
    def n(self) -> int:
        """People in the model, unweighted."""
        return self.cells.n

    @property
    def events(self) -> int:
        """Of them, people with the outcome."""
        return int(self.cells.table.count @ self.cells.present(self.spec.outcome))

    @property
    def spread(self) -> Spread:
        """How uncertain the coefficients are."""
        return Spread(self.coefficients, self.covariance, self.replicates, self.cells.clusters.replication)

    def carried(self, slopes: np.ndarray) -> np.ndarray:
        """Delta method, g V g', by a way that keeps its digits when a covariate lies far from zero; shape (L, L)."""
        if self.cells.clusters.sampling == "none":
            turned = self.result.rescaling.slopes(slopes)
            return turned @ self.result.inner @ turned.T
        return covariance(self.influence @ slopes.T, self.cells.table, self.cells.clusters)

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
            **self._asked(), statistic=statistic, p_value=p_value, n=self.n, events=self.events
        )
        frame = self._labelled(frame, conf_level)
        return with_overlap_notes(frame, self.cohort.codebook, ("outcome", "term")) if self.cohort else frame

    def glance(self) -> pd.DataFrame:
        """One row: people, events, who was left out by variable, PSUs, strata, degrees of freedom, parameters."""
        clusters, table = self.cells.clusters, self.cells.table
        has_design = clusters.sampling != "none"
        units = np.unique(table.cell_unit)
        left_out = ", ".join(f"{name} {count:,}" for name, count in self.missing.items() if count)
        row = {
            **self._asked(),
            "n": self.n,
            "events": self.events,
            "n_excluded": self.n_excluded,
            "missing": left_out,
            "n_parameters": len(self.columns),
            "n_psu": len(units) if clusters.sampling == "psu" else None,
            "n_strata": len(np.unique(clusters.stratum[units])) if has_design else None,
            "df": self.df,
            "method": self.method,
            "log_likelihood": None if has_design else self.result.log_likelihood,
            "formula": self.spec.formula,
        }
        return self._labelled(pd.DataFrame([row]))

    def _asked(self) -> dict[str, str]:
        return {"outcome": self.spec.outcome, "exposure": self.spec.exposure, "model": self.spec.model}

    def _labelled(self, frame: pd.DataFrame, conf_level: float | None = None) -> pd.DataFrame:
        frame = arrange(with_support(frame, self.cohort, self.cells, self.spec, len(self.columns)))
        return self.cohort.labelled(frame, conf_level=conf_level) if self.cohort is not None else frame

    def __repr__(self) -> str:
        return f"<LogisticFit {self.spec.formula} ({self.spec.model}): {self.n:,} people, {self.events:,} events>"


def tidy(fits: Iterable[LogisticFit], exponentiate: bool = False, conf_level: float = 0.95) -> pd.DataFrame:
    """`fit.tidy()` of several models, one under the other."""
    frames = [fit.tidy(exponentiate, conf_level) for fit in fits]
    if not frames:
        raise SpecError("no fits were given; pass a list of what fit_logistic returns.")
    return stacked(frames)
