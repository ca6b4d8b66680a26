"""Standard populations for direct age standardisation, and what each age band of a cohort weighs in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from comorbid.codebook import Variable
from comorbid.errors import SpecError, listed, require_known

FIVE_YEARS = tuple(range(20, 86, 5))


@dataclass(frozen=True, slots=True)
class StandardPopulation:
    """People by age.

    label, citation : as a report says them
    lower : youngest age of each group, ascending; the last group is open
    people : size of each group, in any unit
    """

    label: str
    citation: str
    lower: tuple[int, ...]
    people: tuple[float, ...]

    def between(self, low: int, high: int | None) -> float | None:
        """People aged `low` to under `high` (no limit when None); None when groups do not end there."""
        if low not in self.lower or (high is not None and high not in self.lower):
            return None
        inside = [n for age, n in zip(self.lower, self.people, strict=True) if age >= low and (not high or age < high)]
        return float(sum(inside))


STANDARDS = {
    "us-2000": StandardPopulation(
        "projected US population of 2000, thousands",
        "Klein RJ, Schoenborn CA. Age adjustment using the 2000 projected U.S. population. Healthy People 2010 "
        "Statistical Notes no. 20. NCHS, 2001 (US Census Bureau, P25-1130)",
        (0, 1, 5, 10, 15, 18, *FIVE_YEARS),
        (
            *(3_795, 15_192, 19_920, 20_057, 11_819, 8_001),
            *(18_257, 17_722, 19_511, 22_180, 22_479, 19_806, 17_224, 13_307, 10_654),
            *(9_410, 8_726, 7_415, 4_900, 4_259),
        ),
    ),
    "who-world": StandardPopulation(
        "WHO world standard 2000-2025, percent",
        "Ahmad OB, Boschi-Pinto C, Lopez AD, et al. Age standardization of rates: a new WHO standard. GPE Discussion "
        "Paper 31. World Health Organization, 2001",
        (0, 5, 10, 15, *FIVE_YEARS, 90, 95, 100),
        (
            *(8.86, 8.69, 8.60, 8.47, 8.22, 7.93, 7.61, 7.15, 6.59, 6.04, 5.37, 4.55, 3.72),
            *(2.96, 2.21, 1.52, 0.91, 0.44, 0.15, 0.04, 0.005),
        ),
    ),
}


def standard_people(standard: str | Mapping[str, float], age: Variable) -> np.ndarray:
    """People of the standard population in each level of an age variable, shape (levels,); NaN where it is not told.

    Parameters
    ----------
    standard : str or mapping
        One of `STANDARDS`, or people by level, for the levels that are to be studied.
    age : Variable
        Bands, by their breaks or by levels such as "20-34" and "65+".

    Raises
    ------
    SpecError
        When a band does not begin and end where groups of the standard do, or a number is not above zero.
    UnknownNameError
        When there is no such standard or level.
    """
    if isinstance(standard, str):
        known = STANDARDS[require_known(standard, STANDARDS, "standard population")]
        return np.array([_people_of(known, standard, age, *bounds) for bounds in age_bounds(age)])
    for level, people in standard.items():
        require_known(str(level), age.level_names, "level", f"`{age.name}`")
        if not (np.isfinite(people) and people > 0):
            raise SpecError(
                f"standard population of `{age.name}` = {level!r} is {people!r}; people are a number above zero."
            )
    return np.array([float(standard.get(level, np.nan)) for level in age.level_names])


def _people_of(known: StandardPopulation, name: str, age: Variable, low: int, high: int | None) -> float:
    people = known.between(low, high)
    if people is None:
        band = f"{low}+" if high is None else f"{low}-{high - 1}"
        raise SpecError(
            f"age band {band} of `{age.name}` cannot be made of the groups of {name!r}, which begin at "
            f"{listed(known.lower, 25)}. Give the numbers yourself: standard={{level: people}}."
        )
    return people


def age_bounds(age: Variable) -> list[tuple[int, int | None]]:
    """Youngest age of each band, and the age at which the next one begins (None for an open band).

    Raises
    ------
    SpecError
        When a level does not read as an age band.
    """
    if age.breaks:
        edges = [int(edge) for edge in age.breaks]
        return list(zip(edges, [*edges[1:], None], strict=True))[: len(age.levels)]
    return [_read_band(level, age.name) for level in age.level_names]


def _read_band(level: str, name: str) -> tuple[int, int | None]:
    if closed := re.fullmatch(r"(\d+)\s*(?:-|–|to)\s*(\d+)(?: years)?", level.strip()):
        return int(closed[1]), int(closed[2]) + 1
    if opened := re.fullmatch(r"(\d+)(?: years)?\s*(?:\+|and over|and older|or over|or older)", level.strip()):
        return int(opened[1]), None
    raise SpecError(
        f"level {level!r} of `{name}` does not read as an age band such as '20-34' or '65+'. "
        "Give the numbers yourself: standard={level: people}."
    )
