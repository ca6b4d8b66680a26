"""How far two case definitions pick the same people."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from comorbid._numerics.classification import agreement_of_cells
from comorbid.definitions.definition import CaseDefinition

COUNTS = ("both", "only_a", "only_b", "neither")


def definition_agreement(
    people: pd.DataFrame, definitions: Iterable[CaseDefinition] | Iterable[tuple[CaseDefinition, CaseDefinition]]
) -> pd.DataFrame:
    """Cross-table and agreement of pairs of case definitions on the same people.

    Parameters
    ----------
    people : DataFrame
        One row a person with the columns that the definitions read.
    definitions : iterable of CaseDefinition, or of pairs of them
        Every pair of the definitions given, or the pairs themselves.

    Returns
    -------
    DataFrame
        definition_a, definition_b (labels), n, both, only_a, only_b, neither, kappa, positive_agreement,
        negative_agreement, overall_agreement; agreement is NaN where it has no denominator, such as kappa when nobody
        is a case by either.

    Raises
    ------
    SpecError
        When a column is absent or has missing values.

    Notes
    -----
    Kappa falls with prevalence at the same errors, so that positive agreement stands beside it. Cohen, Educ Psychol
    Meas 1960;20:37-46, doi:10.1177/001316446002000104; Cicchetti & Feinstein, J Clin Epidemiol 1990;43:551-8,
    doi:10.1016/0895-4356(90)90159-M.
    """
    called: dict[CaseDefinition, np.ndarray] = {}
    rows = []
    for a, b in _pairs(definitions):
        for definition in (a, b):
            if definition not in called:
                called[definition] = definition.applies(people).to_numpy()
        named = {"definition_a": a.label, "definition_b": b.label, "n": len(people)}
        rows.append(named | _cells(called[a], called[b]))
    return pd.DataFrame(rows)


def _pairs(
    definitions: Iterable[CaseDefinition] | Iterable[tuple[CaseDefinition, CaseDefinition]],
) -> list[tuple[CaseDefinition, CaseDefinition]]:
    """The pairs given, or every pair of the definitions given."""
    given: list[Any] = list(definitions)
    alone = bool(given) and isinstance(given[0], CaseDefinition)
    return list(itertools.combinations(given, 2)) if alone else given


def _cells(a: np.ndarray, b: np.ndarray) -> dict[str, float]:
    """People whom both, one or neither of two definitions call a case, and how far they agree."""
    cells = [int(np.count_nonzero(group)) for group in (a & b, a & ~b, ~a & b, ~a & ~b)]
    return dict(zip(COUNTS, cells, strict=True)) | agreement_of_cells(*cells)
