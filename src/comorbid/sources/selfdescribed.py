"""A frame whose columns describe themselves: categories are levels, booleans are conditions, numbers are continuous."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from comorbid.codebook import Codebook, Variable
from comorbid.design import SurveyDesign
from comorbid.errors import CohortError, require_known
from comorbid.replication import replicate_columns

YES_NO = {"no": (0,), "yes": (1,)}


def describe_frame(
    frame: pd.DataFrame,
    design: SurveyDesign | str | None = None,
    conditions: Sequence[str] | None = None,
    name: str = "cohort",
) -> Codebook:
    """A codebook made from the types of a frame's columns; columns of other types are left out of it.

    Raises
    ------
    CohortError
        When no column can serve as a condition, or a column stands in the frame twice.
    """
    if frame.columns.duplicated().any():
        twice = str(frame.columns[frame.columns.duplicated()][0])
        raise CohortError(f"column {twice!r} stands in the frame twice; rename or drop one of them.")
    reserved = set(design.columns if isinstance(design, SurveyDesign) else ())
    if isinstance(design, SurveyDesign) and design.replicates:
        reserved.update(replicate_columns(design, [str(column) for column in frame.columns]))
    wanted = None if conditions is None else tuple(require_known(c, frame.columns, "column") for c in conditions)
    variables = {}
    for column in frame.columns:
        if column not in reserved:
            variable = _describe(str(column), frame[column], wanted)
            if variable is not None:
                variables[variable.name] = variable
    found = tuple(v.name for v in variables.values() if v.kind == "condition")
    if not found:
        raise CohortError(
            "no column can serve as a condition: make conditions boolean, name them with conditions=[...], "
            "or describe the columns in a codebook."
        )
    return Codebook(name=name, title=name, variables=variables, conditions=wanted or found)


def _describe(name: str, column: pd.Series, wanted: Sequence[str] | None) -> Variable | None:
    label = name.replace("_", " ")
    boolean = pd.api.types.is_bool_dtype(column.dtype)
    if boolean or (wanted is not None and name in wanted):
        kind = "condition" if wanted is None or name in wanted else "categorical"
        levels = YES_NO
        if isinstance(column.dtype, pd.CategoricalDtype):
            levels = {str(level): (level,) for level in column.cat.categories}
        return Variable(name, kind, label, name, levels)  # type: ignore[arg-type]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return Variable(name, "categorical", label, name, {str(level): (level,) for level in column.cat.categories})
    if pd.api.types.is_numeric_dtype(column.dtype):
        return Variable(name, "continuous", label, name)
    return None
