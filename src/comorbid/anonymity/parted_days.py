"""Days that lie in three columns: year, month and day of one event, such as dod_y, dod_m and dod_d."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from comorbid.anonymity.days import on_calendar
from comorbid.drafting.names import plain
from comorbid.sources.faults import Fault, of_people

__all__ = ["parted_days"]

PARTS = {
    "year": r"y{1,4}|yr|year|jahr|a\u00f1o|ano|anno|ann[e\u00e9]e|\u00e5r|jaar",
    "month": r"mm?|mo|mon|mth|month|monat|mes|m[e\u00ea]s|mese|mois|m\u00e5ned|maand",
    "day": r"dd?|day|tag|d[i\u00ed]a|giorno|jour|dag",
}
TOGETHER = r"(.*[^\W\d_])(yyyy|yy|mm|dd|year|month|day|jahr|monat|tag)"
"""Names without a sign between event and part: dobyy, dobmm, dobdd; Geburtsjahr."""
SOME = 5
"""Different days from which on they tell people apart."""


def parted_days(people: pd.DataFrame) -> Iterator[Fault]:
    """One finding for each three columns that are year, month and day of one event, where most rows have a day."""
    events: dict[str, dict[str, str]] = {}
    for name in map(str, people.columns):
        for part, event in _parts(name):
            events.setdefault(event, {}).setdefault(part, name)
    for columns in events.values():
        if set(columns) == set(PARTS) and (known := _days(people, columns)):
            named = ", ".join(columns[part] for part in PARTS)
            yield of_people(
                named, "exact-date", known, "people have year, month and day of one event", "Keep the year."
            )


def _parts(name: str) -> Iterator[tuple[str, str]]:
    """What part of a day a column could be, each with the rest of its name."""
    words = plain(name).split()
    together = re.fullmatch(TOGETHER, words[-1]) if words else None
    words = [*words[:-1], *together.groups()] if together else words
    for part, pattern in PARTS.items():
        for at, word in enumerate(words):
            if re.fullmatch(pattern, word):
                yield part, " ".join([*words[:at], "*", *words[at + 1 :]])


def _days(people: pd.DataFrame, columns: dict[str, str]) -> int:
    """People with a day, when most of those with all three numbers have one and they are several."""
    numbers = [
        pd.to_numeric(people[columns[part]], errors="coerce").to_numpy(np.float64, na_value=np.nan) for part in PARTS
    ]
    told = ~np.isnan(numbers).any(axis=0)
    fits = on_calendar(*numbers)
    days = np.column_stack(numbers)[fits]
    several = len(np.unique(days, axis=0)) >= SOME
    return int(fits.sum()) if several and fits.sum() > told.sum() / 2 else 0
