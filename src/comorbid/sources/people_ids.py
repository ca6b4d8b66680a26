"""The column that tells people apart: one row each, or the data are not what they are taken for."""

from __future__ import annotations

from typing import Any

import pandas as pd

from comorbid.errors import CohortError, few
from comorbid.relation_columns import fetched
from comorbid.sources.faults import Fault, of_people
from comorbid.variables import key

__all__ = ["id_faults", "require_one_row_each"]

ONE_ROW = (
    "Keep one row each; or choose among them in the codebook, universe = \"wave == '1'\" for instance; or, with a row "
    "an answer, write under [file]: long = { person = ..., item = ..., value = ... }."
)


def require_one_row_each(people: Any, column: str, mask: Any = None) -> None:
    """Raise when somebody has no identifier or stands in the rows more than once.

    Parameters
    ----------
    people : DataFrame or ibis.Table
    column : str
        1, 1.0 and "1" are one identifier; blanks around text do not count.
    mask : array or ibis expression of bool, optional
        Which of the people must be told apart; all without it.

    Raises
    ------
    CohortError
        The message counts rows and people, and names nobody.
    """
    if column not in people.columns:
        raise CohortError(
            f"the codebook names `{column}` as the column that tells people apart; the data have none such."
        )
    studied = people if mask is None else people[mask] if isinstance(people, pd.DataFrame) else people.filter(mask)
    rows, unnamed, distinct = (
        _counted(studied[column]) if isinstance(people, pd.DataFrame) else _counted_in_table(studied, column)
    )
    if unnamed:
        raise CohortError(f"`{column}` is empty in {few(unnamed)} of {rows:,} rows: people cannot be told apart.")
    if distinct < rows:
        raise CohortError(
            f"`{column}` tells {distinct:,} people apart in {rows:,} rows: some stand there more than once. " + ONE_ROW
        )


def _counted(ids: pd.Series) -> tuple[int, int, int]:
    """Rows, rows without an identifier, and different identifiers."""
    known = _told_apart(ids).dropna()
    return len(ids), len(ids) - len(known), int(known.nunique())


def _told_apart(ids: pd.Series) -> pd.Series:
    """Identifiers as they are compared; blank ones are missing."""
    if ids.dtype.kind in "iufb":
        return ids
    texts = ids.astype(object).map(key, na_action="ignore")
    return texts.mask(texts == "")


def _counted_in_table(table: Any, column: str) -> tuple[int, int, int]:
    """The same of people who stay in a database."""
    ids = table[column]
    if ids.type().is_string():
        ids = ids.strip().nullif("")
    elif ids.type().is_floating():
        ids = ids.nullif(float("nan"))
    found = fetched(table.aggregate(rows=table.count(), known=ids.count(), distinct=ids.nunique())).sum()
    return int(found["rows"]), int(found["rows"] - found["known"]), int(found["distinct"])


def id_faults(people: pd.DataFrame, column: str) -> list[Fault]:
    """Rows without an identifier and rows that repeat one; none when the codebook declares no such column."""
    if not column:
        return []
    if column not in people.columns:
        what = "tells people apart by the codebook, and the data have none of the name"
        return [Fault(column, "missing-column", what, 1, "Mend its name, in the data or codebook.")]
    ids = _told_apart(people[column])
    found = [
        ("missing-id", int(ids.isna().sum()), "rows have no identifier", "Fill it, or leave these rows out."),
        ("repeated-id", int(ids[ids.notna()].duplicated().sum()), "rows repeat the identifier of another", ONE_ROW),
    ]
    return [of_people(column, fault, count, what, remedy) for fault, count, what, remedy in found if count]
