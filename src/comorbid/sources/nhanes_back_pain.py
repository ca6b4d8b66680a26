"""NHANES 2009-2010: back, neck and hip pain of six weeks in a row, and of three months, by site; ages 20 to 69."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from comorbid.sources.nhanes_tables import PHQ9, address, asked, joined, phq9, smoking
from comorbid.sources.verify import checked_table

COHORT = "nhanes-2009-2010"
DEMO = [
    *("SEQN", "RIDSTATR", "RIAGENDR", "RIDAGEYR", "RIDRETH1", "DMDEDUC2"),
    *("SDMVSTRA", "SDMVPSU", "WTINT2YR", "WTMEC2YR"),
]
SITES = {"neck": ("ARQ020A", "ARQ024A"), "low_back": ("ARQ020D", "ARQ024D")}
"""Site marked on the diagram, and whether the pain there lasted three months in a row."""
PAIN = ["SEQN", "ARQ010", *(column for columns in SITES.values() for column in columns)]
OTHERS = {
    "BMX_F": ["SEQN", "BMXBMI"],
    "SMQ_F": ["SEQN", "SMQ020", "SMQ040"],
    "DPQ_F": ["SEQN", *PHQ9],
}


def tables() -> Iterator[tuple[str, str]]:
    """Name and address of every table that the cohort needs."""
    for name in ("DEMO_F", "ARQ_F", *OTHERS):
        yield name, address(name, 2009)


def load(folders: list[Path] | None = None) -> pd.DataFrame:
    """Everybody interviewed in the two years, one row a person, with the columns that the codebook names.

    Raises
    ------
    SourceError
        When a table is absent, is not what its name says, or does not fit the others.
    """
    people = checked_table("DEMO_F", COHORT, DEMO, folders)
    people = asked(people, checked_table("ARQ_F", COHORT, PAIN, folders), "ARQ_F")
    people = joined(people, OTHERS, COHORT, folders)
    for site, (marked, lasted) in SITES.items():
        people[f"{site}_6_weeks"] = six_weeks(people["ARQ010"], people[marked])
        people[f"{site}_3_months"] = three_months(people[f"{site}_6_weeks"], people[lasted])
    people["smoking"] = smoking(people["SMQ020"], people["SMQ040"])
    people["phq9"] = phq9(people)
    return people.drop(columns=["SEQN", *PHQ9, "SMQ020", "SMQ040"])


def six_weeks(screen: pd.Series, marked: pd.Series) -> pd.Series:
    """1: pain for six weeks and the site marked; 0: no such pain, or other sites; missing: refused, don't know.

    Only a yes to the first question leads to the diagram, on which all sites are marked that hurt.
    """
    unknown = marked.isin([777, 999])
    case = (screen == 1) & marked.notna() & ~unknown
    known = (screen == 2) | ((screen == 1) & ~unknown)
    return pd.Series(np.where(known, case.astype(float), np.nan), index=screen.index)


def three_months(weeks: pd.Series, lasted: pd.Series) -> pd.Series:
    """1: also three months in a row; 0: not so long, or no pain of six weeks; missing when not known."""
    return weeks.where(weeks != 1, lasted.map({1: 1.0, 2: 0.0}))
