"""The same question, asked of the cohort that is loaded."""

from __future__ import annotations

from collections.abc import Sequence

from comorbid.cohort import Cohort
from comorbid.fitting import fit_logistic
from comorbid.measures import prevalence
from comorbid.rebuilding.registry import REPLICATION, Number, rebuilds
from comorbid.spec import LogisticSpec


@rebuilds(REPLICATION)
def survey_odds_ratio(
    cohort: Cohort, outcome: str, exposure: str, covariates: Sequence[str] = (), among: str | None = None
) -> Number:
    """Prevalence odds ratio of a logistic model with the survey's design, crude without covariates."""
    spec = LogisticSpec(outcome=outcome, exposure=exposure).adjust_for(*covariates)
    tidy = fit_logistic(_domain(cohort, among), spec).tidy(exponentiate=True)
    row = tidy[tidy["term"] == exposure].iloc[0]
    return Number("odds_ratio", float(row["estimate"]), float(row["conf_low"]), float(row["conf_high"]))


@rebuilds(REPLICATION)
def survey_prevalence_ratio(
    cohort: Cohort, outcome: str, exposure: str, covariates: Sequence[str] = (), among: str | None = None
) -> Number:
    """Standardised prevalence ratio of the same model: prevalence if all were exposed over that if none were."""
    spec = LogisticSpec(outcome=outcome, exposure=exposure).adjust_for(*covariates)
    margins = fit_logistic(_domain(cohort, among), spec).margins(exposure)
    row = margins[margins["measure"] == "prevalence_ratio"].iloc[0]
    return Number("prevalence_ratio", float(row["estimate"]), float(row["conf_low"]), float(row["conf_high"]))


@rebuilds(REPLICATION)
def survey_prevalence(cohort: Cohort, condition: str, among: str | None = None) -> Number:
    """Weighted prevalence of a condition, over all or among the people of an expression such as `migraine == 'yes'`."""
    row = prevalence(_domain(cohort, among), [condition]).iloc[0]
    return Number("prevalence", float(row["estimate"]), float(row["conf_low"]), float(row["conf_high"]))


def _domain(cohort: Cohort, among: str | None) -> Cohort:
    return cohort.restrict(among, reason=f"not {among}") if among else cohort
