"""Co-occurrence with and without what two case definitions have in common."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from comorbid.cohort import Cohort
from comorbid.columns import arrange
from comorbid.measures.arguments import chosen_conditions
from comorbid.measures.cooccurrence import cooccurrence
from comorbid.measures.overlap import changes_without_overlap, shared_items
from comorbid.overlap import common_items

MEASURES = ("odds_ratio", "observed_expected")
LEADING = ("condition_a", "condition_b", "overlap", "definition")


def overlap_sensitivity(
    cohort: Cohort,
    conditions: Sequence[str] | None = None,
    *,
    by: str | Sequence[str] | None = None,
    measures: Sequence[str] = MEASURES,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Pairs whose case definitions share items, measured as they stand and under definitions that share nothing.

    Part of the first estimate is construction: a person with low back pain is nearer to pain on both sides of the
    waist by definition. The second is what is left when that part is taken away; it also has another case definition,
    often a narrower one, so that the two differ for that reason too.

    Parameters
    ----------
    cohort : Cohort
        The definitions in use count; `cohort.define(...)` chooses others.
    conditions : sequence of str, optional
        Two or more conditions of the codebook; all without it.
    by : str or sequence of str, optional
        Categorical variables, as in `cooccurrence`.
    measures : sequence of str
        As in `cooccurrence`.
    conf_level : float
        Between 0 and 1.

    Returns
    -------
    DataFrame
        [by,] condition_a, condition_b, overlap ("with", "without"), definition ("fibromyalgia: F", the definitions
        named in the codebook), then the columns of `cooccurrence` but q_value; `note` says what is shared (and whether
        the codebook lacks a definition without it), or which definition took its place. Every choice of definitions
        that shares nothing has its rows, those with the fewest changes. No rows when no pair overlaps.

    Raises
    ------
    UnknownNameError, SpecError, EmptyDomainError, DesignError
    """
    names = chosen_conditions(cohort, conditions, least=2)
    pairs = shared_items(cohort)[["condition_a", "condition_b"]].itertuples(index=False, name=None)
    frames = [
        _measured(cohort, pair, changes, by=by, measures=measures, conf_level=conf_level)
        for pair in pairs
        if set(pair) <= set(names)
        for changes in _versions(cohort, pair)
    ]
    if not frames:
        return cohort.labelled(pd.DataFrame(columns=[*LEADING, "measure", "estimate"]), conf_level=conf_level)
    groups = [by] if isinstance(by, str) else list(by or ())
    frame = pd.concat(frames, ignore_index=True)
    return cohort.labelled(arrange(frame, [*groups, *LEADING]), conf_level=conf_level)


def _versions(cohort: Cohort, pair: tuple[str, str]) -> list[dict[str, str]]:
    """The definitions in use, then those that share nothing with the fewest changes."""
    free = changes_without_overlap(cohort.codebook, *pair)
    return [{}, *(changes for changes in free if len(changes) == len(free[0]))]


def _measured(cohort: Cohort, pair: tuple[str, str], changes: dict[str, str], **asked: object) -> pd.DataFrame:
    changed = cohort.define(**changes)
    frame = cooccurrence(changed, pair, **asked).drop(columns=["q_value", "source"], errors="ignore")  # type: ignore[arg-type]
    shared = common_items(changed.codebook, *pair)
    overlap = "with" if shared else "without"
    note = f"shares {', '.join(shared)}" if shared else "; ".join(changed.codebook[name].label for name in changes)
    if shared and not changes_without_overlap(cohort.codebook, *pair):
        note += "; the codebook has no definition without it"
    return frame.assign(overlap=overlap, definition=_definition(changed, pair), note=note)


def _definition(cohort: Cohort, pair: tuple[str, str]) -> str:
    """Named definitions in use, e.g. "fibromyalgia: F"; empty when neither condition has any."""
    variables = [cohort.codebook.condition(name) for name in pair]
    return ", ".join(f"{v.name}: {v.definition}" for v in variables if v.definition)
