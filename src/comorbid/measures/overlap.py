"""Association by construction: case definitions that use the same survey items or body sites."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pandas as pd

from comorbid.codebook import Codebook, Variable
from comorbid.cohort import Cohort
from comorbid.columns import arrange
from comorbid.errors import CodebookError
from comorbid.overlap import common_items, overlaps, with_overlap_notes

COLUMNS = ["condition_a", "condition_b", "shared"]


def shared_items(cohort: Cohort) -> pd.DataFrame:
    """Pairs of conditions whose case definitions use the same survey items or body sites.

    Two definitions that share a site are associated whatever people have: one is partly made of the other.

    Parameters
    ----------
    cohort : Cohort
        The definitions in use count; `cohort.define(...)` chooses others.

    Returns
    -------
    DataFrame
        condition_a, condition_b, shared (items and sites, as the codebook names them); no rows when none are shared.
    """
    found = overlaps(cohort.codebook, cohort.conditions)
    rows = [(*pair, ", ".join(shared)) for pair, shared in found.items()]
    return cohort.labelled(pd.DataFrame(rows, columns=COLUMNS))


def without_overlap(cohort: Cohort, condition_a: str, condition_b: str) -> Cohort:
    """The same people with two conditions under definitions that share no item or body site.

    Parameters
    ----------
    cohort : Cohort
    condition_a, condition_b : str

    Returns
    -------
    Cohort
        The cohort itself where the definitions in use share nothing. Otherwise one definition is exchanged for another
        of the codebook, or both are; the first that serves, in the codebook's order, fewest changes first.

    Raises
    ------
    UnknownNameError
        When a name is no condition.
    CodebookError
        When every choice of definitions shares something.
    """
    changes = changes_without_overlap(cohort.codebook, condition_a, condition_b)
    if not changes:
        shared = ", ".join(common_items(cohort.codebook, condition_a, condition_b))
        number = sum(len(cohort.codebook.condition(name).definitions) for name in (condition_a, condition_b))
        raise CodebookError(
            f"`{condition_a}` and `{condition_b}` share {shared} under each of {number} named definitions. "
            "Give one of them a definition without it in the codebook ([variables.<name>.definitions.<key>])."
        )
    return cohort.define(**changes[0])


def condition_definitions(cohort: Cohort) -> pd.DataFrame:
    """What each condition of a cohort means: label, question, recall period, items and a note, as the codebook has it.

    Returns
    -------
    DataFrame
        condition, label, question, recall, items, note; the definitions in use.
    """
    variables = [cohort.codebook.condition(name) for name in cohort.conditions]
    rows = [(v.name, v.label, v.question, v.recall, ", ".join(v.items), v.note) for v in variables]
    return cohort.labelled(pd.DataFrame(rows, columns=["condition", "label", "question", "recall", "items", "note"]))


def changes_without_overlap(codebook: Codebook, condition_a: str, condition_b: str) -> list[dict[str, str]]:
    """Choices of definitions that share nothing, as arguments of `define`, fewest changes first; {} for no change."""
    names = (condition_a, condition_b)
    kept = [{name: key for name, key in zip(names, keys, strict=True) if key} for keys in _choices(codebook, names)]
    free = [changes for changes in kept if not common_items(codebook.define(changes), condition_a, condition_b)]
    return sorted(free, key=len)


def _choices(codebook: Codebook, names: Sequence[str]) -> itertools.product[tuple[str, ...]]:
    """Definitions of each condition: "" for the one in use, then the others by name."""
    variables: list[Variable] = [codebook.condition(name) for name in names]
    return itertools.product(*[["", *(key for key in v.definitions if key != v.definition)] for v in variables])


def labelled_pairs(
    cohort: Cohort, frame: pd.DataFrame, groups: Sequence[str] = (), conf_level: float | None = None
) -> pd.DataFrame:
    """A frame of pairs in the order of the glossary, with labels, and `note` where case definitions overlap.

    The column is there only when a pair of the frame overlaps; `attrs["overlap"]` then says which share what.
    """
    labelled = cohort.labelled(arrange(frame, groups), conf_level=conf_level)
    return with_overlap_notes(labelled, cohort.codebook, ("condition_a", "condition_b"), groups)
