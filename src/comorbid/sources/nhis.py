"""National Health Interview Survey, sample adults of a year: an extract of the publisher's files.

The extract of a year, `nhis<year>_pain.csv`, holds the columns that are used here, unrecoded; in 2017 with education
and general health from the person file, joined by household, family and person.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from comorbid.codebook import Codebook, read_codebook
from comorbid.paths import resource_dir
from comorbid.sources import nhis_files
from comorbid.sources.frequencies import published_frequencies
from comorbid.sources.verify import checked_table

YEARS = range(1997, 2019)
FULL = 2017
"""The year whose codebook says everything; the others have what every year has."""
DESIGN = ["WTFA_SA", "PSTRAT", "PPSU", "SEX", "AGE_P"]
WHOLE = [*DESIGN, "PAINECK", "PAINLB", "PAINFACE", "AMIGR"]
DISTRESS = ["ASISAD", "ASINERV", "ASIRSTLS", "ASIHOPLS", "ASIEFFRT", "ASIWTHLS"]
"""Kessler's six items, 1 all of the time to 5 none of the time."""
MORE = ["HISPAN_I", "RACERPI2", "EDUC1", "SMKSTAT2", "BMI", "PHSTAT", "CHPAIN6M", "PAINLEG", "REGION", *DISTRESS]
"""Columns of the year 2017."""
FIBROMYALGIA = ["ARTH1", "ARTHTYP5", "MIGRAINE"]
"""Of 2007, 2008 and 2012; the last in 2008 alone."""


def tables(year: int) -> Iterator[tuple[str, str]]:
    """Name of the table that a year needs, and the address of the first archive that it is made from."""
    addresses = nhis_files.archives(year)
    yield _table(year), addresses[0] if addresses else f"{nhis_files.ADDRESS}/{year}/"


def archives(table: str) -> tuple[str, ...]:
    """Addresses of everything that a table is made from."""
    return nhis_files.archives(_year(table))


def build(table: str, folder: Path) -> pd.DataFrame:
    """A table from the publisher's files in a folder."""
    year = _year(table)
    return nhis_files.extract(year, folder, _columns(year), FIBROMYALGIA)


def load(year: int, folders: list[Path] | None = None) -> pd.DataFrame:
    """Every sample adult of a year, one row a person, with the columns that the codebook names.

    Raises
    ------
    SourceError
        When the extract is absent or is not what its name says.
    """
    people = extract_of(year, f"nhis-{year}", _columns(year), folders)
    if year != FULL:
        return people
    people["ethnicity"] = _ethnicity(people["HISPAN_I"], people["RACERPI2"])
    people["bmi"] = (people["BMI"] / 100).where(people["BMI"] != 9999)
    people["distress"] = distress_score(people)
    return people.drop(columns=["HISPAN_I", "RACERPI2", "BMI", *DISTRESS])


def extract_of(year: int, cohort: str, columns: list[str], folders: list[Path] | None) -> pd.DataFrame:
    """The extract of a year, checked."""
    ((name, _),) = tables(year)
    return checked_table(name, cohort, columns, folders)


def codebook(year: int) -> Codebook:
    """The codebook of a year: that of 2017 with what every year has."""
    whole = read_codebook(resource_dir("codebooks") / f"nhis-{FULL}.toml")
    if year == FULL:
        return whole
    names = _years()["common"]
    period = next(period for period in _years()["periods"] if period["first"] <= year <= period["last"])
    return replace(
        whole,
        name=f"nhis-{year}",
        title=f"NHIS {year}",
        about=f"{whole.about} Strata {period['strata']}, sampled units {period['psu']}; {period['form']}.",
        citation=whole.citation.replace(f"{FULL}, sample", f"{year}, sample").partition(" Hyattsville")[0],
        url=_years()["url"],
        people=published_frequencies(f"nhis-{year}").tables[_table(year)].get("SRVY_YR", {}).get(str(year)),
        variables={name: whole.variables[name] for name in names},
        conditions=tuple(name for name in whole.conditions if name in names),
    )


def distress_score(people: pd.DataFrame) -> pd.Series:
    """Kessler's K6, 0 to 24, higher is worse; missing when one of the six items is.

    Source: Kessler et al., Psychol Med 2002;32:959-76, doi:10.1017/S0033291702006074.
    """
    items = people[DISTRESS]
    known = items.isin(range(1, 6)).all(axis=1)
    return (5 - items).sum(axis=1).astype(float).where(known)


@cache
def _years() -> dict[str, Any]:
    """What differs between years."""
    return tomllib.loads((resource_dir("codebooks") / "nhis-years.toml").read_text(encoding="utf-8"))


def _table(year: int) -> str:
    return f"nhis{year}_pain"


def _year(table: str) -> int:
    return int(table.removeprefix("nhis").removesuffix("_pain"))


def _columns(year: int) -> list[str]:
    return [*WHOLE, *(MORE if year == FULL else [])]


def _ethnicity(hispanic: pd.Series, race: pd.Series) -> pd.Series:
    """Hispanic origin first (12 is not Hispanic), then the race: 1 White, 2 Black, all others together."""
    choices = [hispanic != 12, race == 1, race == 2]
    names = ["Hispanic", "non-Hispanic White", "non-Hispanic Black"]
    return pd.Series(np.select(choices, names, default="other"), index=race.index)
