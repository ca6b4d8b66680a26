"""The column that tells people apart: one row each, or the data are not what they are taken for."""

from __future__ import annotations

import pandas as pd

from comorbid.errors import CohortError, few

__all__ = ["require_one_row_each"]


def require_one_row_each(people: pd.DataFrame, column: str) -> None:
    """Raise when somebody has no identifier or stands in the data more than once.

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
            "Keep one row each; for a file with a row an answer, write under [file] in the codebook: "
            "long = { person = ..., item = ..., value = ... }."
        )
