"""What every cohort of NHANES shares: addresses, tables joined by person, smoking and the PHQ-9."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from comorbid.errors import SourceError
from comorbid.sources.verify import checked_table

PHQ9 = [f"DPQ0{number}0" for number in range(1, 10)]
"""Items of the PHQ-9, 0 not at all to 3 nearly every day; 7 refused, 9 don't know."""


def address(table: str, year: int) -> str:
    """Where the publisher keeps a table of the cycle that begins in a year."""
    return f"https://wwwn.cdc.gov/Nchs/Data/Nhanes/Public/{year}/DataFiles/{table}.xpt"


def stacked(parts: Iterable[pd.DataFrame], cohort: str) -> pd.DataFrame:
    """The people of several releases, one under the other.

    Raises
    ------
    SourceError
        When somebody stands in two of them.
    """
    people = pd.concat(list(parts), ignore_index=True)
    if people["SEQN"].duplicated().any():
        raise SourceError(f"{cohort}: a person stands in two releases; a table lies under the wrong name.")
    return people


def joined(
    people: pd.DataFrame, others: Mapping[str, list[str]], cohort: str, folders: list[Path] | None
) -> pd.DataFrame:
    """People with the columns that other tables, one row a person, say of them."""
    for name, columns in others.items():
        table = checked_table(name, cohort, columns, folders)
        people = people.merge(table, on="SEQN", how="left", validate="one_to_one")
    return people


def asked(people: pd.DataFrame, table: pd.DataFrame, name: str) -> pd.DataFrame:
    """People with the answers of those who were asked; `asked` is 1 for them and 0 for the others.

    Raises
    ------
    SourceError
        When the table holds people who are not among them.
    """
    people = people.merge(table.assign(asked=1), on="SEQN", how="left", validate="one_to_one")
    if int(people["asked"].sum()) < len(table):
        raise SourceError(f"{name} holds people who are not in the demographic table; one lies under the wrong name.")
    return people.assign(asked=people["asked"].fillna(0).astype(np.int8))


def smoking(ever: pd.Series, now: pd.Series) -> pd.Series:
    """never: not 100 cigarettes in life; current: smokes every day or some days; former: not at all any more."""
    smoker = ever == 1
    choices = [ever == 2, smoker & (now == 3), smoker & now.isin([1, 2])]
    status = np.select(choices, ["never", "former", "current"], default="")
    return pd.Series(status, index=ever.index).replace("", pd.NA)


def phq9(people: pd.DataFrame) -> pd.Series:
    """PHQ-9 score, 0 to 27, higher is worse; missing when one of the nine items is.

    Source: Kroenke et al., J Gen Intern Med 2001;16:606-13, doi:10.1046/j.1525-1497.2001.016009606.x.
    """
    items = people[PHQ9].round()
    return items.sum(axis=1).where(items.isin(range(4)).all(axis=1))
