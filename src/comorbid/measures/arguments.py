"""Arguments that every measure takes, checked in one way."""

from __future__ import annotations

from collections.abc import Sequence

from comorbid.cohort import Cohort
from comorbid.errors import SpecError


def chosen_conditions(cohort: Cohort, conditions: Sequence[str] | None, least: int = 1) -> tuple[str, ...]:
    """Conditions to study: those named, each of which must be one of the cohort's, or all of them."""
    if isinstance(conditions, str):
        conditions = [conditions]
    names = tuple(dict.fromkeys(conditions)) if conditions is not None else cohort.conditions
    for name in names:
        cohort.codebook.condition(name)
    if len(names) < least:
        raise SpecError(f"this needs {least} conditions or more; {cohort.title} was asked for {len(names)}.")
    return names


def subgroups(cohort: Cohort, by: str | Sequence[str] | None) -> tuple[str, ...]:
    """Variables that make subgroups; each must have levels."""
    names = () if by is None else (by,) if isinstance(by, str) else tuple(dict.fromkeys(by))
    for name in names:
        if not cohort.codebook[name].is_categorical:
            raise SpecError(f"by = {name!r} is continuous; choose a variable with levels, such as a banded form of it.")
    return names


def check_conf_level(conf_level: float) -> None:
    if not 0 < conf_level < 1:
        raise SpecError(f"conf_level = {conf_level!r} is not between 0 and 1; write 0.95 for 95%.")
