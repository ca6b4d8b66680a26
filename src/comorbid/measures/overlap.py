"""Association by construction: case definitions that use the same survey items or body sites."""

from __future__ import annotations

import itertools

import pandas as pd

from comorbid.cohort import Cohort

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
    rows = []
    for a, b in itertools.combinations(cohort.conditions, 2):
        of_a, of_b = (cohort.codebook.condition(name).items for name in (a, b))
        shared = [item for item in of_a if item in of_b]
        if shared:
            rows.append((a, b, ", ".join(shared)))
    return cohort.labelled(pd.DataFrame(rows, columns=COLUMNS))


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
