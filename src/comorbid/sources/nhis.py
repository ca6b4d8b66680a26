"""National Health Interview Survey, sample adult file of one year or of several pooled: an extract a year.

The extract of a year, `nhis<year>_pain.csv`, holds the sample adult's columns that are used here, unrecoded; in 2017
with education and general health from the person file, joined by household, family and person.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from comorbid.sources.tables import find_table
from comorbid.sources.verify import checked_table

ADDRESS = "https://ftp.cdc.gov/pub/Health_Statistics/NCHS/Datasets/NHIS"
WHOLE = ["WTFA_SA", "PSTRAT", "PPSU", "SEX", "AGE_P", "PAINECK", "PAINLB", "PAINFACE", "AMIGR"]
"""Columns of every extract."""
MORE = [
    *("HISPAN_I", "RACERPI2", "EDUC1", "SMKSTAT2", "BMI", "PHSTAT", "CHPAIN6M", "PAINLEG", "REGION"),
    *("ASISAD", "ASINERV", "ASIRSTLS", "ASIHOPLS", "ASIEFFRT", "ASIWTHLS"),
]
"""Columns of the year 2017."""
DISTRESS = MORE[-6:]
"""Kessler's six items, 1 all of the time to 5 none of the time."""


def tables(year: int) -> Iterator[tuple[str, str]]:
    """Name and address of the table that a year needs."""
    yield f"nhis{year}_pain", f"{ADDRESS}/{year}/samadultcsv.zip"


def load(year: int, folders: list[Path] | None = None) -> pd.DataFrame:
    """Every sample adult of a year, one row a person, with the columns that the codebook names.

    Raises
    ------
    SourceError
        When the extract is absent or is not what its name says.
    """
    ((name, _),) = tables(year)
    cohort = f"nhis-{year}"
    people = checked_table(find_table(name, cohort, folders), name, cohort, [*WHOLE, *MORE])
    people["ethnicity"] = _ethnicity(people["HISPAN_I"], people["RACERPI2"])
    people["bmi"] = (people["BMI"] / 100).where(people["BMI"] != 9999)
    people["distress"] = distress_score(people)
    return people.drop(columns=["HISPAN_I", "RACERPI2", "BMI", *DISTRESS])


def distress_score(people: pd.DataFrame) -> pd.Series:
    """Kessler's K6, 0 to 24, higher is worse; missing when one of the six items is.

    Source: Kessler et al., Psychol Med 2002;32:959-76, doi:10.1017/S0033291702006074.
    """
    items = people[DISTRESS]
    known = items.isin(range(1, 6)).all(axis=1)
    return (5 - items).sum(axis=1).astype(float).where(known)


def _ethnicity(hispanic: pd.Series, race: pd.Series) -> pd.Series:
    """Hispanic origin first (12 is not Hispanic), then the race: 1 White, 2 Black, all others together."""
    choices = [hispanic != 12, race == 1, race == 2]
    names = ["Hispanic", "non-Hispanic White", "non-Hispanic Black"]
    return pd.Series(np.select(choices, names, default="other"), index=race.index)
