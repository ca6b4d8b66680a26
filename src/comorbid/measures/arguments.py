"""Arguments that every measure takes, checked in one way."""

from __future__ import annotations

from collections.abc import Sequence

from comorbid._numerics.intervals import check_conf_level
from comorbid.cohort import Cohort
from comorbid.columns import require_free
from comorbid.errors import SpecError, names_given

__all__ = ["check_conf_level", "chosen_conditions", "subgroups"]


def chosen_conditions(cohort: Cohort, conditions: Sequence[str] | None, least: int = 1) -> tuple[str, ...]:
    """Conditions to study: those named, each of which must be one of the cohort's, or all of them."""
    names = names_given(conditions, "conditions") if conditions is not None else cohort.conditions
    for name in names:
        cohort.codebook.condition(name)
    if len(names) < least:
        raise SpecError(f"this needs {least} conditions or more; {cohort.title} was asked for {len(names)}.")
    return names


def subgroups(cohort: Cohort, by: str | Sequence[str] | None) -> tuple[str, ...]:
    """Variables that make subgroups; each must have levels, and a name that no column of a result frame has."""
    names = () if by is None else names_given(by, "by")
    require_free(names, "by =")
    for name in names:
        if not cohort.codebook[name].is_categorical:
            raise SpecError(f"by = {name!r} is continuous; choose a variable with levels, such as a banded form of it.")
    return names
