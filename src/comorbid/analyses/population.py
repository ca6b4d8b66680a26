"""The people of a confidential cohort's report, as the record of released counts knows them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from comorbid.analyses.manifest import read_json
from comorbid.analyses.released import Population, ReleasedCounts
from comorbid.cohort import Cohort
from comorbid.disclosure import read_rules
from comorbid.errors import AnalysisError, ComorbidError
from comorbid.people import PeopleFrame
from comorbid.restriction import Known, Restriction, names_in, parse_restriction

__all__ = ["population_of", "record_of"]

KNOWN, DEFINED = "answered: ", "defined: "


def record_of(spec: Mapping[str, Any]) -> ReleasedCounts:
    """The record of released counts of a job's cohort."""
    cohort, report = spec["cohort"]["name"], spec["analysis"]["name"]
    path = Path(spec["out"]) / ".released" / f"{cohort}.json"
    return ReleasedCounts(path, report, read_rules(cohort).threshold)


def record_in(folder: Path) -> ReleasedCounts | None:
    """The record of the job that writes to `folder`; None outside the runner."""
    spec = read_json(folder.parent / "spec.json")
    return record_of(spec) if spec else None


def population_of(cohort: Cohort) -> Population:
    """The people of a cohort's domain.

    Raises
    ------
    AnalysisError
        When they are fewer than the threshold.
    """
    threshold = read_rules(cohort.name).threshold
    if cohort.n < threshold:
        raise AnalysisError(f"the report is about fewer than {threshold} people; widen its restrictions.")

    def compare(earlier: tuple[str, ...]) -> tuple[int, int] | None:
        return _apart(cohort, earlier)

    return Population(_in_words(cohort), cohort.n, compare)


def _in_words(cohort: Cohort) -> tuple[str, ...]:
    """Restrictions as they can be read again, and which definition of a condition they look at."""
    texts = [
        KNOWN + ", ".join(restriction.variables) if isinstance(restriction, Known) else step.step
        for restriction, step in zip(cohort.restrictions, cohort.steps, strict=True)
    ]
    names = dict.fromkeys(name for restriction in cohort.restrictions for name in names_in(restriction))
    return (*texts, *_definitions(cohort, names))


def _definitions(cohort: Cohort, names: Mapping[str, None]) -> list[str]:
    variables = [cohort.codebook[name] for name in names]
    return [f"{DEFINED}{variable.name} by {variable.column}" for variable in variables if variable.definitions]


def _apart(cohort: Cohort, earlier: tuple[str, ...]) -> tuple[int, int] | None:
    """People of the cohort who were not in an earlier population, and people of that one who are not in the cohort."""
    if not isinstance(cohort.people, PeopleFrame):
        return None
    try:
        restrictions = tuple(_read(text) for text in earlier if not text.startswith(DEFINED))
        names = dict.fromkeys(name for restriction in restrictions for name in names_in(restriction))
        if [text for text in earlier if text.startswith(DEFINED)] != _definitions(cohort, names):
            return None
        there = _mask(cohort.people, restrictions, cohort)
    except ComorbidError:
        return None
    here = _mask(cohort.people, cohort.restrictions, cohort)
    return int((here & ~there).sum()), int((there & ~here).sum())


def _read(text: str) -> Restriction:
    return Known(tuple(text.removeprefix(KNOWN).split(", "))) if text.startswith(KNOWN) else parse_restriction(text)


def _mask(people: PeopleFrame, restrictions: tuple[Restriction, ...], cohort: Cohort) -> np.ndarray:
    mask = people.mask(restrictions, cohort.codebook)
    return np.ones(len(people), dtype=bool) if mask is None else mask
