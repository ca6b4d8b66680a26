"""Days in three columns, years of birth that are great ages, and places on the map."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

import comorbid as cm

N = 200
RNG = np.random.default_rng(3)
YEARS, MONTHS, DAYS = RNG.integers(1990, 2020, N), RNG.integers(1, 13, N), RNG.integers(1, 29, N)


def found(columns: dict[str, object]) -> pd.DataFrame:
    frame = pd.DataFrame({"sex": ["f", "m"] * (N // 2), "pain": [True, True, False, False] * (N // 4), **columns})
    return cm.check_anonymity(frame, quasi_identifiers=["sex"], sensitive=["pain"])


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        ("dod_y", "dod_m", "dod_d"),
        ("year_of_birth", "month_of_birth", "day_of_birth"),
        ("Geburtsjahr", "Geburtsmonat", "Geburtstag"),
        ("DeathYear", "DeathMonth", "DeathDay"),
        ("dobyy", "dobmm", "dobdd"),
        ("a\u00f1o", "mes", "d\u00eda"),
    ],
)
def test_three_columns_that_make_a_day(year: str, month: str, day: str) -> None:
    days = YEARS.astype(float)
    days[:20] = 9999  # not known
    faults = found({year: days, month: MONTHS, day: DAYS})
    (fault,) = faults[(faults["fault"] == "exact-date") & faults["column"].str.contains(",")].to_dict("records")
    assert (fault["column"], fault["count"]) == (f"{year}, {month}, {day}", N - 20)


@pytest.mark.parametrize(
    "columns",
    [
        {"pain_y": YEARS, "pain_m": MONTHS},
        {"score_y": RNG.integers(0, 9, N), "score_m": RNG.integers(0, 9, N), "score_d": RNG.integers(0, 9, N)},
        {"birth_y": YEARS, "visit_m": MONTHS, "death_d": DAYS},
        {"wave_y": [2010] * N, "wave_m": [3] * N, "wave_d": [1] * N},
    ],
    ids=["no day", "no years", "three events", "one day for all"],
)
def test_what_makes_no_day(columns: dict[str, object]) -> None:
    assert "exact-date" not in set(found(columns)["fault"])


def test_years_of_birth_are_reckoned_against_this_year() -> None:
    """Of 200 people 12 were born so long ago that they are 90 this year, or would be; the youngest of them count."""
    this_year = date.today().year
    born = np.repeat([this_year - 90, this_year - 89, this_year - 40], [12, 88, 100])
    (fault,) = found({"birth_year": born}).query("fault == 'great-age'").to_dict("records")
    assert fault["count"] == 12 and str(this_year - 89) in fault["what"]


@pytest.mark.parametrize("name", ["lat", "lon", "Longitude", "gps_x"])
def test_a_place_on_the_map_is_a_place(name: str) -> None:
    assert "small-area" in set(found({name: RNG.uniform(6, 15, N).round(5)})["fault"])
