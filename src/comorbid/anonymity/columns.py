"""Columns that point at people by themselves: identifiers, exact dates, small areas, free text, great ages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from comorbid.drafting.names import DATES, NAMING, PLACES, plain
from comorbid.drafting.proposals import (
    DAYS,
    MANY,
    MOSTLY,
    Proposal,
    is_whole,
    look_like_contacts,
    look_like_dates,
    numbers_as_text,
)
from comorbid.recode import key
from comorbid.sources.faults import Fault, of_people

__all__ = ["column_findings"]

OLDEST, LONGEST_LIFE = 89, 125
"""Years: greater ages are one class under the HIPAA safe harbor rule (45 CFR 164.514(b)(2)); more is no age."""
FEW_WORDS = 2
YEARS = "Keep the year, or age in years."
DROP = "Drop the column before the file is handed on; leave it out of the codebook."


def column_findings(column: pd.Series, proposal: Proposal, missing: tuple[str, ...], k: int) -> Iterator[Fault]:
    """What one column gives away by itself; the first that fits, and great ages beside it.

    Parameters
    ----------
    column : Series
    proposal : Proposal
        What the column was taken for.
    missing : tuple of str
        Codes that are no answers.
    k : int
        Fewest people of an area.
    """
    known = column[column.notna() & ~column.astype(object).map(key, na_action="ignore").isin(missing)]
    if not len(known) or proposal.role in ("weights", "strata", "psu"):
        return
    if proposal.why == DAYS:
        found: Fault | None = of_people(str(known.name), "exact-date", len(known), "values are exact dates", YEARS)
    else:
        found = _pointing(known, plain(proposal.column), plain(proposal.column, proposal.label), k)
    if found is not None:
        yield found
    elif re.search(r"\bage\b|^age|ridage", plain(proposal.column, proposal.label)):
        yield from _great_ages(known)


def _pointing(known: pd.Series, name: str, told: str, k: int) -> Fault | None:
    """Names, dates and places by what they are called or look like, then identifiers and free text by their values."""
    column, texts = str(known.name), known.astype(str).str.strip()
    distinct = texts.nunique()
    if _dates(known, texts, told):
        return of_people(column, "exact-date", len(known), "values are exact dates", YEARS)
    if look_like_contacts(texts) or (re.search(NAMING, told) and distinct > FEW_WORDS and not _coded(known)):
        return of_people(column, "identifier", len(known), "values are names, numbers or addresses of people", DROP)
    if re.search(PLACES, name) and distinct > FEW_WORDS:
        return _small_areas(column, texts, k)
    if is_whole(known) and len(known) > MANY and distinct > MOSTLY * len(known):
        what = f"values are nearly all different ({distinct:,}): an identifier"
        remedy = 'Declare it in the codebook, id = "...", where it is checked and goes no further; or drop it.'
        return of_people(column, "identifier", len(known), what, remedy)
    if not pd.api.types.is_numeric_dtype(known) and not numbers_as_text(texts) and distinct > MANY:
        what = f"texts, {distinct:,} of them different: free text or names"
        return of_people(column, "free-text", len(known), what, "Drop the column, or code what it says.")
    return None


def _coded(known: pd.Series) -> bool:
    """Whether numbers of few values stand there, as answers do."""
    return pd.api.types.is_numeric_dtype(known) and known.nunique() <= MANY


def _dates(known: pd.Series, texts: pd.Series, told: str) -> bool:
    """Whether values are days, by their type, their look, or as texts of a column that is called so."""
    if pd.api.types.is_numeric_dtype(known):
        return _packed_dates(known)
    called = bool(re.search(DATES, told)) and texts.nunique() > MANY
    return called or pd.api.types.is_datetime64_any_dtype(known) or look_like_dates(texts)


def _packed_dates(known: pd.Series) -> bool:
    """Whether whole numbers are days written as 19991231."""
    if not is_whole(known) or known.min() < 1_850_01_01 or known.max() > 2_100_12_31:
        return False
    numbers = known.to_numpy(dtype=np.int64)
    month, day = numbers // 100 % 100, numbers % 100
    return bool(((month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)).all())


def _small_areas(column: str, texts: pd.Series, k: int) -> Fault:
    lonely = int((texts.map(texts.value_counts()) < k).sum())
    what = f"values name a place of living; people of places with fewer than {k} in the file: " + (
        "some" if lonely else "none"
    )
    return of_people(column, "small-area", len(texts), what, "Keep a region of at least 20,000 people, or drop it.")


def _great_ages(known: pd.Series) -> Iterator[Fault]:
    ages = pd.to_numeric(known, errors="coerce")
    old = int(((ages > OLDEST) & (ages < LONGEST_LIFE)).sum())
    if old:
        what = f"people are older than {OLDEST} years"
        yield of_people(str(known.name), "great-age", old, what, "Give them one class, 90 and over.")
