"""Variables made from patterns instead of people: a cohort whose people are known by their patterns alone.

What depends on a person only through the pattern (a number of conditions, a model's complete cases) needs no second
look at the data: the patterns carry every total that an estimate or its standard error uses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np

from comorbid._numerics.merging import merge_patterns
from comorbid._numerics.structure import Clusters, PatternTable
from comorbid.cells import Cells
from comorbid.codebook import Codebook, Variable
from comorbid.cohort import Cohort
from comorbid.design import SurveyDesign
from comorbid.errors import SpecError


class PatternPeople:
    """People of a domain, by pattern of some variables; stands where a cohort keeps its people.

    Parameters
    ----------
    cells : Cells
        The domain that is studied. It is final: restrict the cohort before its patterns are taken.
    """

    reported = None

    def __init__(self, cells: Cells) -> None:
        self._cells = cells

    def __len__(self) -> int:
        return self._cells.n

    def __repr__(self) -> str:
        return f"<{len(self):,} people in {self._cells.table.n_patterns:,} patterns>"

    def collapse(self, variables: Sequence[Variable], design: SurveyDesign | None, domain: Any) -> PatternTable:
        """The same people by pattern of fewer variables."""
        codes = [self._cells.codes(variable.name) for variable in variables]
        empty = np.empty((self._cells.table.n_patterns, 0), dtype=np.int32)
        return merge_patterns(self._cells.table, np.stack(codes, axis=1) if codes else empty)

    def distinct(self, variable: Variable) -> np.ndarray:
        """Values of a continuous variable, by code."""
        values = self._cells.values[[v.name for v in self._cells.variables].index(variable.name)]
        assert values is not None
        return values

    def mask(self, restrictions: Sequence[Any], codebook: Codebook) -> None:
        """Everybody of the domain; a further restriction is an error."""
        if restrictions:
            raise SpecError("these people are known by their patterns alone; restrict the cohort beforehand.")

    def weights(self, design: SurveyDesign | None) -> None:
        """Weights are totals of the patterns already."""

    def clusters(self, design: SurveyDesign | None) -> Clusters:
        return self._cells.clusters


def with_variable(cells: Cells, variable: Variable, codes: np.ndarray, values: np.ndarray | None = None) -> Cells:
    """The same patterns with one more variable, shape (P,); a continuous one has its values by code."""
    table = replace(cells.table, codes=np.column_stack([cells.table.codes, codes]))
    return replace(cells, variables=(*cells.variables, variable), values=(*cells.values, values), table=table)


def cohort_of_cells(cells: Cells, cohort: Cohort) -> Cohort:
    """A cohort of the people in some cells, some variables derived; measures and models take it as any other."""
    variables = {variable.name: variable for variable in cells.variables}
    conditions = tuple(name for name in cohort.conditions if name in variables)
    codebook = replace(cohort.codebook, variables={**cohort.codebook.variables, **variables}, conditions=conditions)
    return replace(cohort, people=cast(Any, PatternPeople(cells)), codebook=codebook, restrictions=(), steps=())
