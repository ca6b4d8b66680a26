"""The people of a confidential cohort's report, as the record of released counts knows them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from comorbid.analyses.manifest import read_json
from comorbid.analyses.released import SHARED, Population, ReleasedCounts, counts_of
from comorbid.cohort import Cohort
from comorbid.disclosure import CONFIDENTIAL, read_rules
from comorbid.errors import AnalysisError, ComorbidError
from comorbid.people import PeopleFrame
from comorbid.restriction import Known, Narrowing, SharedGaps, names_in, parse_restriction

__all__ = ["hold", "population_of", "record_in", "record_of", "reserve"]

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


def hold(cohort: Cohort, folder: Path, confidential: bool) -> None:
    """Settle who the people of the report in `folder` are, and enter them in the record; nobody without `confidential`.

    They share their gaps in the variables that the study names, or in all of them outside the runner.
    """
    if not confidential:
        cohort.close()
        return
    named = read_json(folder.parent / "spec.json").get("variables")
    cohort.report_on(cohort.codebook.variables if named is None else named)
    record = record_in(folder)
    if record is not None:
        record.reserve(population_of(cohort))


def reserve(cohort: Cohort, folder: Path, frame: pd.DataFrame) -> None:
    """Enter the counts of a protected frame in the record of the report in `folder`.

    Raises
    ------
    AnalysisError
        When its people are not of the report's, or a count differs by a few from what an earlier report told.
    """
    record = record_in(folder)
    if record is None or frame.attrs.get("release") != CONFIDENTIAL:
        return
    theirs, ours = list(frame.attrs.get("restrictions", ())), [step.step for step in cohort.steps]
    if frame.attrs.get("cohort_name") == cohort.name and theirs[: len(ours)] != ours:
        raise AnalysisError(
            f"a table is about other people ({'; '.join(theirs) or 'everybody'}) than the report ("
            f"{'; '.join(ours) or 'everybody'}). Compute it from the cohort that `Report` was given, or restrict that."
        )
    record.reserve(population_of(cohort), counts_of(frame, tuple(theirs[len(ours) :])))


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
    steps = [step.step for step in cohort.steps]
    texts = [_said(part) if isinstance(part, Known | SharedGaps) else "" for part in cohort.domain]
    place = next((i for i, part in enumerate(cohort.domain) if isinstance(part, SharedGaps)), None)
    if place is not None:
        steps.insert(place, "")
    return (*(text or step for text, step in zip(texts, steps, strict=True)), *_definitions(cohort, cohort.domain))


def _said(part: Known | SharedGaps) -> str:
    names = ", ".join(part.variables)
    return f"{KNOWN}{names}" if isinstance(part, Known) else f"{SHARED}{part.least} people: {names}"


def _read(text: str) -> Narrowing:
    if text.startswith(KNOWN):
        return Known(tuple(text.removeprefix(KNOWN).split(", ")))
    if text.startswith(SHARED):
        least, _, names = text.removeprefix(SHARED).partition(" people: ")
        return SharedGaps(tuple(names.split(", ")), int(least))
    return parse_restriction(text)


def _definitions(cohort: Cohort, domain: tuple[Narrowing, ...]) -> list[str]:
    """The columns of conditions with several definitions that a domain looks at; gaps count under every definition."""
    looked_at = [part for part in domain if not isinstance(part, SharedGaps)]
    names = dict.fromkeys(name for part in looked_at for name in names_in(part))
    variables = [cohort.codebook[name] for name in names]
    return [f"{DEFINED}{variable.name} by {variable.column}" for variable in variables if variable.definitions]


def _apart(cohort: Cohort, earlier: tuple[str, ...]) -> tuple[int, int] | None:
    """People of the cohort who were not in an earlier population, and people of that one who are not in the cohort."""
    if not isinstance(cohort.people, PeopleFrame):
        return None
    try:
        domain = tuple(_read(text) for text in earlier if not text.startswith(DEFINED))
        if [text for text in earlier if text.startswith(DEFINED)] != _definitions(cohort, domain):
            return None
        there = _mask(cohort.people, domain, cohort)
    except ComorbidError:
        return None
    here = _mask(cohort.people, cohort.domain, cohort)
    return int((here & ~there).sum()), int((there & ~here).sum())


def _mask(people: PeopleFrame, domain: tuple[Narrowing, ...], cohort: Cohort) -> np.ndarray:
    mask = people.mask(domain, cohort.codebook)
    return np.ones(len(people), dtype=bool) if mask is None else mask
