"""NHANES 2013 to March 2020: the reason for each prescribed medicine, ICD-10-CM, as conditions of people.

The cycle 2017-2018 is part of the release 2017 to March 2020 and is not read a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from comorbid.sources.nhanes_tables import PHQ9, address, asked, joined, phq9, smoking, stacked
from comorbid.sources.verify import checked_table

COHORT = "nhanes-2013-2020-rx"
YEARS = 7.2
"""Years of the three releases together: 2, 2 and, to March 2020, 3.2."""
DEMO = ["SEQN", "SDDSRVYR", "RIDSTATR", "RIAGENDR", "RIDAGEYR", "RIDRETH1", "DMDEDUC2", "SDMVSTRA", "SDMVPSU"]
REASONS = ["RXDRSC1", "RXDRSC2", "RXDRSC3"]
CODES = {"migraine": "G43", "fibromyalgia": "M79.7", "dorsalgia": "M54"}
"""What a reason begins with; M54 stands alone from 2015 on, so that back and neck cannot be told apart."""


@dataclass(frozen=True, slots=True)
class Release:
    """One release: how its tables are named, its first year, the end of its weights' names, and its years."""

    name: str
    year: int
    weight: str
    years: float

    def table(self, stem: str) -> str:
        return self.name.format(stem)


RELEASES = (Release("{}_H", 2013, "2YR", 2), Release("{}_I", 2015, "2YR", 2), Release("P_{}", 2017, "PRP", 3.2))
OTHERS = {"BMX": ["SEQN", "BMXBMI"], "SMQ": ["SEQN", "SMQ020", "SMQ040"], "DPQ": ["SEQN", *PHQ9]}


def tables() -> Iterator[tuple[str, str]]:
    """Name and address of every table that the cohort needs."""
    for release in RELEASES:
        for stem in ("DEMO", "RXQ_RX", *OTHERS):
            yield release.table(stem), address(release.table(stem), release.year)


def load(folders: list[Path] | None = None) -> pd.DataFrame:
    """Everybody interviewed, one row a person, with the columns that the codebook names.

    Raises
    ------
    SourceError
        When a table is absent, is not what its name says, or does not fit the others.
    """
    people = stacked((_release(release, folders) for release in RELEASES), COHORT)
    people["smoking"] = smoking(people["SMQ020"], people["SMQ040"])
    people["phq9"] = phq9(people)
    return people.drop(columns=["SEQN", *PHQ9, "SMQ020", "SMQ040"])


def treated(medicines: pd.DataFrame) -> pd.DataFrame:
    """One row a person from one row a medicine: whether any was taken, and for which conditions.

    A person has a condition when one of the up to three reasons of one medicine or more begins with its code; without
    a medicine, or with other reasons alone, the person has it not. When it was refused or not known whether a medicine
    was taken, nothing is known.
    """
    any_medicine = medicines.groupby("SEQN")["RXDUSE"].first()
    people = any_medicine.rename("prescription").to_frame()
    for condition, code in CODES.items():
        found = np.logical_or.reduce([medicines[column].astype("str").str.startswith(code) for column in REASONS])
        cases = medicines.loc[np.asarray(found, dtype=bool), "SEQN"].unique()
        flag = pd.Series(people.index.isin(cases), index=people.index).astype(float)
        people[f"treated_{condition}"] = flag.where(any_medicine.isin([1, 2]))
    return people.reset_index()


def _release(release: Release, folders: list[Path] | None) -> pd.DataFrame:
    """One release: everybody in the demographic table, with weights that add up over the releases."""
    weights = {f"WTINT{release.weight}": "weight_interview", f"WTMEC{release.weight}": "weight_examination"}
    people = checked_table(release.table("DEMO"), COHORT, [*DEMO, *weights], folders).rename(columns=weights)
    people[[*weights.values()]] *= release.years / YEARS
    name = release.table("RXQ_RX")
    people = asked(people, treated(checked_table(name, COHORT, ["SEQN", "RXDUSE", *REASONS], folders)), name)
    others = {release.table(stem): columns for stem, columns in OTHERS.items()}
    return joined(people, others, COHORT, folders)
