"""The column that tells people apart: one row each, or the data are not what they are taken for."""

from __future__ import annotations

import pandas as pd

from comorbid.errors import CohortError, few
from comorbid.sources.faults import Fault, of_people

__all__ = ["id_faults", "require_one_row_each"]

ONE_ROW = (
    "Keep one row each; or choose among them in the codebook, universe = \"wave == '1'\" for instance; or, with a row "
    "an answer, write under [file]: long = { person = ..., item = ..., value = ... }."
)


def require_one_row_each(people: pd.DataFrame, column: str) -> None:
    """Raise when somebody has no identifier or stands in the rows more than once.

    Raises
    ------
    CohortError
        The message counts rows and people, and names nobody.
    """
    if column not in people.columns:
        raise CohortError(
            f"the codebook names `{column}` as the column that tells people apart; the data have none such."
        )
    ids = people[column]
    unnamed, distinct = int(ids.isna().sum()), int(ids.nunique())
    if unnamed:
        raise CohortError(f"`{column}` is empty in {few(unnamed)} of {len(ids):,} rows: people cannot be told apart.")
    if distinct < len(ids):
        raise CohortError(
            f"`{column}` tells {distinct:,} people apart in {len(ids):,} rows: some stand there more than once. "
            + ONE_ROW
        )


def id_faults(people: pd.DataFrame, column: str) -> list[Fault]:
    """Rows without an identifier and rows that repeat one; none when the codebook declares no such column."""
    if not column:
        return []
    if column not in people.columns:
        what = "tells people apart by the codebook, and the data have none of the name"
        return [Fault(column, "missing-column", what, 1, "Mend its name, in the data or codebook.")]
    ids = people[column]
    found = [
        ("missing-id", int(ids.isna().sum()), "rows have no identifier", "Fill it, or leave these rows out."),
        ("repeated-id", int(ids[ids.notna()].duplicated().sum()), "rows repeat the identifier of another", ONE_ROW),
    ]
    return [of_people(column, fault, count, what, remedy) for fault, count, what, remedy in found if count]
