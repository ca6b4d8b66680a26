"""Faults of a survey design: columns that are not there, weights that cannot be, strata with one unit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from comorbid.design import SurveyDesign
from comorbid.errors import DesignError, listed
from comorbid.sampling import design_numbers, numbered_labels, shown_label
from comorbid.sources.faults import Fault, of_people

__all__ = ["design_faults"]

LONELY = 'Merge the stratum with a neighbour, or choose lonely = "adjust", "average", "remove" or "certainty".'


def design_faults(people: pd.DataFrame, design: SurveyDesign) -> list[Fault]:
    """Every fault of the design's columns; none when a design-based variance can be computed."""
    faults = [_absent(name) for name in design.columns if name not in people.columns]
    if design.weights in people.columns:
        faults += _weight_faults(people[design.weights])
    try:
        return [*faults, *_label_faults(people, design)]
    except DesignError as fault:
        return [*faults, Fault("", fault.code, str(fault), 1, "The message says what to do.")]


def _label_faults(people: pd.DataFrame, design: SurveyDesign) -> list[Fault]:
    """People without stratum or PSU, and strata with one sampled unit."""
    faults = []
    for name, what in ((design.strata, "stratum"), (design.psu, "psu")):
        if name and name in people.columns and (missing := int((numbered_labels(people[name])[0] < 0).sum())):
            remedy = "Drop people outside the sample from the file, or mend the column."
            faults.append(of_people(name, f"missing-{what}", missing, f"people have no {what}", remedy))
    if design.lonely == "error" and {design.strata, design.psu} - {None} <= {*people.columns}:
        faults += _lonely(people, design)
    return faults


def _absent(name: str) -> Fault:
    what = "the survey design needs this column, and the data have none of the name"
    return Fault(name, "missing-column", what, 1, "Mend its name, in the data or in the codebook's design.")


def _weight_faults(column: pd.Series) -> Iterator[Fault]:
    weights = design_numbers(column)
    remedy = "Weights are finite numbers of zero or more; mend the column, or leave these people out of the file."
    found = [
        ("missing-weight", int(np.isnan(weights).sum()), "weights are missing or no numbers"),
        ("infinite-weight", int(np.isinf(weights).sum()), "weights are infinite"),
        ("negative-weight", int((weights < 0).sum()), "weights are below zero"),
    ]
    yield from (of_people(str(column.name), fault, count, what, remedy) for fault, count, what in found if count)
    if len(weights) and not (weights > 0).any():
        yield Fault(str(column.name), "zero-weights", "no weight is above zero", 1, "Name the column of the weights.")


def _lonely(people: pd.DataFrame, design: SurveyDesign) -> list[Fault]:
    """Strata that hold one sampled unit, named by their labels."""
    alone = np.zeros(len(people), dtype=np.intp), ("all",)
    stratum, labels = numbered_labels(people[design.strata]) if design.strata else alone
    unit = numbered_labels(people[design.psu])[0] if design.psu else np.arange(len(people))
    known = (stratum >= 0) & (unit >= 0)
    units = pd.Series(unit[known]).groupby(stratum[known]).nunique()
    lonely = units.index[units == 1]
    if not len(lonely):
        return []
    sharing = np.bincount(stratum[known])
    names = listed(shown_label(labels[number], int(sharing[number])) for number in lonely)
    what = f"strata with one sampled unit, which give no variance: {names}"
    return [Fault(design.strata or design.psu or "", "lonely-psu", what, len(lonely), LONELY)]
