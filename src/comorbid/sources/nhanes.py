"""NHANES 1999-2004: three cycles of five tables joined, six-year weights, chronic widespread pain from the body map."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from comorbid.sources.body_map import RULES, SITES, widespread_pain
from comorbid.sources.nhanes_tables import address, asked, joined, smoking, stacked
from comorbid.sources.verify import checked_table

COHORT = "nhanes-1999-2004"
CYCLES = {"": 1999, "_B": 2001, "_C": 2003}
"""Suffix of a cycle's tables and its first year."""

DEMO = [
    "SEQN",
    "SDDSRVYR",
    "RIDSTATR",
    "RIAGENDR",
    "RIDAGEYR",
    "RIDRETH1",
    "DMDEDUC2",
    "SDMVSTRA",
    "SDMVPSU",
    "WTINT2YR",
    "WTMEC2YR",
]
FOUR_YEAR = ["WTINT4YR", "WTMEC4YR"]
MPQ = ["SEQN", "MPQ060", "MPQ070", "MPQ080", "MPQ090", "MPQ100", "MPQ110", *(f"MPQ120{letter}" for letter in SITES)]
OTHERS = {"BMX": ["SEQN", "BMXBMI"], "SMQ": ["SEQN", "SMQ020", "SMQ040"], "HUQ": ["SEQN", "HUQ010"]}


def tables() -> Iterator[tuple[str, str]]:
    """Name and address of every table that the cohort needs."""
    for suffix, year in CYCLES.items():
        for stem in ("DEMO", "MPQ", *OTHERS):
            name = f"{stem}{suffix}"
            yield name, address(name, year)


def load(folders: list[Path] | None = None) -> pd.DataFrame:
    """Everybody interviewed in the six years, one row a person, with the columns that the codebook names.

    Raises
    ------
    SourceError
        When a table is absent, is not what its name says, or does not fit the others.
    """
    people = stacked((_cycle(suffix, folders) for suffix in CYCLES), COHORT)
    people["weight_interview"] = _six_year(people, "WTINT")
    people["weight_examination"] = _six_year(people, "WTMEC")
    people["smoking"] = smoking(people["SMQ020"], people["SMQ040"])
    people["chronic_pain"] = _chronic(people["MPQ100"], people["MPQ110"])
    for rule in RULES:
        people[f"cwp_{rule}"] = widespread_pain(people, rule)
    kept = [name for name in people.columns if not name.startswith(("MPQ120", "WT", "SMQ")) and name != "SEQN"]
    return people[kept]


def _cycle(suffix: str, folders: list[Path] | None) -> pd.DataFrame:
    """One cycle: everybody in the demographic table, with what the other tables say of them."""
    demo_columns = DEMO + (FOUR_YEAR if suffix != "_C" else [])
    people = checked_table(f"DEMO{suffix}", COHORT, demo_columns, folders)
    pain = checked_table(f"MPQ{suffix}", COHORT, MPQ, folders)
    people = asked(people, pain, f"MPQ{suffix}")
    others = {f"{stem}{suffix}": columns for stem, columns in OTHERS.items()}
    return joined(people, others, COHORT, folders)


def _six_year(people: pd.DataFrame, stem: str) -> pd.Series:
    """Two thirds of the four-year weight in 1999-2002, a third of the two-year weight in 2003-2004."""
    early = people["SDDSRVYR"] < 3
    return (people[f"{stem}4YR"] * 2 / 3).where(early, people[f"{stem}2YR"] / 3)


def _chronic(pain: pd.Series, duration: pd.Series) -> pd.Series:
    """1: pain for three months or more; 0: shorter, or none; missing when either is not known."""
    chronic = (pain == 1) & duration.isin([3, 4])
    not_chronic = (pain == 2) | ((pain == 1) & duration.isin([1, 2]))
    return pd.Series(np.select([chronic, not_chronic], [1.0, 0.0], default=np.nan), index=pain.index)
