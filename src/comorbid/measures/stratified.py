"""The odds ratio of two conditions within strata of other variables, and pooled over them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import fdtrc

from comorbid._numerics.intervals import two_sided_p, wald_interval, wald_statistic
from comorbid._numerics.linearise import covariance
from comorbid._numerics.replicates import reestimated_covariance
from comorbid._numerics.stratified import (
    breslow_day,
    cochran_mantel_haenszel,
    log_mantel_haenszel,
    mantel_haenszel_gradient,
    robins_breslow_greenland,
)
from comorbid.cells import Cells, collapse_cohort
from comorbid.cohort import Cohort
from comorbid.columns import arrange
from comorbid.disclosure import CONFIDENTIAL
from comorbid.errors import EmptyDomainError, SpecError, few
from comorbid.measures.arguments import check_conf_level, subgroups

SIGN = np.array([1.0, -1.0, -1.0, 1.0])


def stratified_odds_ratio(
    cohort: Cohort, outcome: str, exposure: str, by: str | Sequence[str], *, conf_level: float = 0.95
) -> pd.DataFrame:
    """Odds ratio in each stratum, crude, and pooled by Mantel and Haenszel, with tests of a common odds ratio.

    With A, B, C, D the weighted totals of exposed people with and without the outcome and of unexposed people with and
    without it, and T their sum, the pooled odds ratio is (sum_k A_k D_k / T_k) / (sum_k B_k C_k / T_k). With a design
    its error is that of the linearised logarithm (influence: its derivative to the person's cell). Without one it is
    Robins, Breslow and Greenland's, and strata and crude have Woolf's, sqrt(1/a + 1/b + 1/c + 1/d).

    Parameters
    ----------
    cohort : Cohort
    outcome, exposure : str
        Conditions, or variables with two levels; the second level counts as yes.
    by : str or sequence of str
        Categorical variables that make the strata.
    conf_level : float
        Between 0 and 1.

    Returns
    -------
    DataFrame
        One column for each variable of `by` (missing where all strata are meant), outcome, exposure, model ("stratum",
        "crude", "mantel_haenszel", "test"), measure, estimate, std_error (log scale), statistic, p_value, conf_low,
        conf_high, n, events, ndf, ddf. `measure` is "odds_ratio" or, in rows of tests, "cochran_mantel_haenszel" (the
        pooled odds ratio is 1), "breslow_day" and "tarone" (strata share one; chi-square) without a design;
        with one "wald_homogeneity" (strata share one; F on ndf and ddf).
        Of a confidential cohort also n_least, the fewest people in a cell: of the table of all for the crude row, of
        any stratum for the others, since strata, their sum and what is pooled over them tell of one another.
        A stratum with an empty cell has no finite odds ratio, counts in the pooled one and is left out of Wald's test.

    Raises
    ------
    UnknownNameError, DesignError
    SpecError
        When a variable is continuous, has more than two levels, or is named twice.
    EmptyDomainError
        When nobody has a value in every variable.

    Notes
    -----
    Wald: W = d' V(d)^-1 d for the K - 1 differences d of log odds ratios; F = W (df - K + 2) / ((K - 1) df).
    Source: Mantel & Haenszel, J Natl Cancer Inst 1959;22:719-48; Robins, Breslow & Greenland, Biometrics
    1986;42:311-23, doi:10.2307/2531052; Korn & Graubard, Analysis of Health Surveys, 1999, section 3.4.
    """
    groups = subgroups(cohort, by)
    check_conf_level(conf_level)
    _check(cohort, (outcome, exposure), groups)
    cells = collapse_cohort(cohort, [*groups, exposure, outcome])
    known = cells.select(cells.known([*groups, exposure, outcome]))
    if not known.n:
        raise EmptyDomainError(f"nobody of {few(cells.n)} people has a value of all of {outcome}, {exposure}, {by}.")
    strata = _Strata(known, groups, exposure, outcome)
    frame = strata.frame(conf_level)
    if cohort.release == CONFIDENTIAL:
        frame["n_least"] = np.where(frame["model"] == "crude", strata.counts.sum(axis=0).min(), strata.counts.min())
    frame = frame.assign(outcome=outcome, exposure=exposure)
    return cohort.labelled(arrange(frame, groups), conf_level=conf_level)


def _check(cohort: Cohort, pair: tuple[str, str], groups: Sequence[str]) -> None:
    if len({*pair, *groups}) < 2 + len(groups) or not groups:
        raise SpecError(f"outcome, exposure and `by` name different variables: {', '.join([*pair, *groups])}.")
    for name in pair:
        if len(cohort.codebook[name].levels) != 2:
            raise SpecError(f"`{name}` does not have two levels, which an odds ratio needs; recode it in the codebook.")


class _Strata:
    """Weighted and unweighted tables of each stratum that somebody is in, shape (K, 4)."""

    def __init__(self, cells: Cells, groups: Sequence[str], exposure: str, outcome: str) -> None:
        self.cells = cells
        self.groups = groups
        codes = np.stack([cells.codes(name) for name in groups], axis=1)
        self.strata, stratum = np.unique(codes, axis=0, return_inverse=True)
        cell = (3 - 2 * cells.present(exposure) - cells.present(outcome)).astype(int)
        self.member = np.zeros((len(codes), len(self.strata), 4))
        self.member[np.arange(len(codes)), stratum.reshape(-1), cell] = 1.0
        self.counts = self._tables(cells.table.count.astype(float))

    def _tables(self, weight: np.ndarray) -> np.ndarray:
        """Totals by stratum and cell, shape (..., K, 4), from weights of shape (..., P)."""
        return np.tensordot(weight, self.member, axes=1)

    def estimates(self, weight: np.ndarray) -> np.ndarray:
        """Log odds ratios of the strata, crude and pooled, shape (m, K + 2), from weights of shape (m, P)."""
        tables = self._tables(weight)
        with np.errstate(divide="ignore", invalid="ignore"):
            strata, crude = np.log(tables) @ SIGN, np.log(tables.sum(axis=-2)) @ SIGN
        return np.column_stack([strata, crude, log_mantel_haenszel(tables)])

    def covariance(self, estimates: np.ndarray) -> np.ndarray:
        """Covariance of the estimates; NaN where an empty cell leaves one undefined."""
        table, clusters = self.cells.table, self.cells.clusters
        if clusters.replication is not None:
            spread = reestimated_covariance(self.estimates, table, clusters)
        else:
            spread = covariance(self._influence(), table, clusters)
        undefined = ~np.isfinite(estimates)
        spread[undefined] = spread[:, undefined] = np.nan
        if clusters.sampling == "none":
            spread[-1, -1] = robins_breslow_greenland(self.counts)
        return spread

    def _influence(self) -> np.ndarray:
        tables = self._tables(self.cells.table.weight)
        with np.errstate(divide="ignore", invalid="ignore"):
            strata, crude = SIGN / tables, SIGN / tables.sum(axis=0)
        gradient = np.zeros((*tables.shape, len(tables) + 2))
        number = np.arange(len(tables))
        gradient[number, :, number] = strata
        gradient[:, :, -2] = crude
        gradient[:, :, -1] = mantel_haenszel_gradient(tables)
        return np.tensordot(self.member, np.where(np.isfinite(gradient), gradient, 0.0), axes=2)

    def frame(self, conf_level: float) -> pd.DataFrame:
        """Odds ratios of strata, crude and pooled, then the tests."""
        log_ratio = self.estimates(self.cells.table.weight[None])[0]
        spread = self.covariance(log_ratio)
        error, df = np.sqrt(np.diag(spread)), self.cells.degrees_of_freedom
        limits = np.exp(wald_interval(log_ratio, error, conf_level, df))
        statistic = wald_statistic(log_ratio, error)
        tables = np.concatenate([self.counts, np.tile(self.counts.sum(axis=0), (2, 1))])
        ratios = pd.DataFrame(
            {
                "model": [*["stratum"] * len(self.strata), "crude", "mantel_haenszel"],
                "measure": "odds_ratio",
                "estimate": np.exp(log_ratio),
                "std_error": error,
                "statistic": statistic,
                "p_value": two_sided_p(statistic, df),
                "conf_low": limits[:, 0],
                "conf_high": limits[:, 1],
                "n": tables.sum(axis=1).astype(np.int64),
                "events": (tables[:, 0] + tables[:, 2]).astype(np.int64),
            }
        )
        for j, name in enumerate(self.groups):
            levels = np.array(self.cells.variable(name).level_names, dtype=object)
            ratios[name] = [*levels[self.strata[:, j]], None, None]
        return pd.concat([ratios, self._tests(log_ratio[:-2], spread[:-2, :-2], df)], ignore_index=True)

    def _tests(self, log_ratio: np.ndarray, spread: np.ndarray, df: float) -> pd.DataFrame:
        rows: dict[str, tuple[float, float, float, float]] = {}
        if self.cells.clusters.sampling == "none":
            plain, tarone = breslow_day(self.counts)
            found = (cochran_mantel_haenszel(self.counts), plain, tarone)
            for name, test in zip(("cochran_mantel_haenszel", "breslow_day", "tarone"), found, strict=True):
                rows[name] = (test.statistic, test.df, np.inf, test.p_value)
        else:
            rows["wald_homogeneity"] = _homogeneity(log_ratio, spread, df)
        columns = ["statistic", "ndf", "ddf", "p_value"]
        frame = pd.DataFrame(list(rows.values()), columns=columns).assign(model="test", measure=list(rows))
        return frame.assign(n=self.cells.n, events=int(self.counts[:, [0, 2]].sum()))


def _homogeneity(log_ratio: np.ndarray, spread: np.ndarray, df: float) -> tuple[float, float, float, float]:
    """Adjusted Wald F that finite log odds ratios are equal: statistic, its degrees of freedom and p-value."""
    finite = np.flatnonzero(np.isfinite(log_ratio))
    q, ddf = len(finite) - 1, df - len(finite) + 2
    if q < 1 or ddf <= 0:
        return np.nan, float(max(q, 0)), float(ddf), np.nan
    contrast = np.eye(len(finite))[1:] - np.eye(len(finite))[0]
    difference = contrast @ log_ratio[finite]
    wald = difference @ np.linalg.solve(contrast @ spread[np.ix_(finite, finite)] @ contrast.T, difference)
    statistic = float(wald * ddf / (q * df))
    return statistic, float(q), float(ddf), float(fdtrc(q, ddf, statistic))
