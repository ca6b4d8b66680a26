"""How many of some people have other conditions beside one, in the cohort that is loaded."""

from __future__ import annotations

from collections.abc import Sequence

from comorbid.cohort import Cohort
from comorbid.measures.at_least import prevalence_of_at_least
from comorbid.measures.combinations import combinations
from comorbid.rebuilding.registry import REPLICATION, Number, rebuilds


@rebuilds(REPLICATION)
def survey_share_with_others(
    cohort: Cohort, condition: str, others: Sequence[str], least: int, among: str | None = None
) -> Number:
    """Weighted share of people with a condition who have at least so many of some others."""
    people = _domain(cohort, among).restrict(f"{condition} == 'yes'", reason=f"no {condition}")
    row = prevalence_of_at_least(people, others).iloc[least - 1]
    return Number("prevalence", float(row["estimate"]), float(row["conf_low"]), float(row["conf_high"]))


@rebuilds(REPLICATION)
def survey_share_alone(cohort: Cohort, condition: str, others: Sequence[str], among: str | None = None) -> Number:
    """Weighted share of all people who have a condition and none of some others."""
    found = combinations(_domain(cohort, among), [condition, *others])
    row = found[(found["combination"] == condition) & (found["measure"] == "prevalence")].iloc[0]
    return Number("prevalence", float(row["estimate"]), float(row["conf_low"]), float(row["conf_high"]))


def _domain(cohort: Cohort, among: str | None) -> Cohort:
    return cohort.restrict(among, reason=f"not {among}") if among else cohort
