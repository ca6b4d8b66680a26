"""Columns that point at people by themselves: identifiers, exact dates, small areas, free text, great ages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pandas as pd

from comorbid.anonymity.days import MAY_BE, days_told
from comorbid.drafting.looks import (
    MANY,
    SHARED,
    has_decimal_commas,
    has_thousands,
    is_sentence,
    is_whole,
    look_like_contacts,
    numbers_as_text,
)
from comorbid.drafting.names import NAMING, PLACES, gives_birth_year, known_covariate, plain
from comorbid.drafting.proposal import Proposal
from comorbid.drafting.proposals import DAYS, MOSTLY
from comorbid.recode import key
from comorbid.sources.faults import Fault, of_people

__all__ = ["column_findings"]

OLDEST, LONGEST_LIFE = 89, 125
"""Years: greater ages are one class under the HIPAA safe harbor rule (45 CFR 164.514(b)(2)); more is no age."""
FEW_WORDS = 2
BAND = r"^\D*(\d{2,3})\s*(?:-|–|to)\s*\d{2,3}\b"
YEARS = "Keep the year, or age in years."
WORDS = "Drop the column, or code what it says."
DROP = "Drop the column before the file is handed on; leave it out of the codebook."


def column_findings(
    column: pd.Series, proposal: Proposal, missing: tuple[str, ...], k: int, declared: tuple[str, ...] = ()
) -> Iterator[Fault]:
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
    declared : tuple of str
        Codes of the codebook, which are nobody's own words.
    """
    known = column[column.notna() & ~column.astype(object).map(key, na_action="ignore").isin(missing)]
    if not len(known) or proposal.role in ("weights", "strata", "psu"):
        return
    told = plain(proposal.column, proposal.label)
    if proposal.why == DAYS:
        found: Fault | None = of_people(str(known.name), "exact-date", len(known), "values are exact dates", YEARS)
    else:
        found = _pointing(known, plain(proposal.column), told, k) or _own_words(known, declared)
    if found is not None:
        yield found
    elif re.search(r"\bage\b|^age|ridage", told) or known_covariate(proposal.column, proposal.label, "continuous"):
        yield from _great_ages(known, 12 if re.search(r"month|\bmos?\b", told) else 1)
    elif gives_birth_year(told):
        yield from _early_births(known)


def _pointing(known: pd.Series, name: str, told: str, k: int) -> Fault | None:
    """Names, dates and places by what they are called or look like, then identifiers and free text by their values."""
    column, texts = str(known.name), known.astype(str).str.strip()
    distinct = texts.nunique()
    days = days_told(known, texts, told)
    if days is not None and days != MAY_BE:
        return of_people(column, "exact-date", len(known), days, YEARS)
    if look_like_contacts(texts) or (re.search(NAMING, told) and distinct > FEW_WORDS and not _coded(known)):
        return of_people(column, "identifier", len(known), "values are names, numbers or addresses of people", DROP)
    if re.search(PLACES, name) and distinct > FEW_WORDS:
        return _small_areas(column, texts, k)
    if len(known) > MANY and distinct > MOSTLY * len(known) and _whole_numbers(known, texts):
        what = f"values are nearly all different ({distinct:,}): an identifier, or a quantity told as exactly as one"
        remedy = (
            'Declare it in the codebook, id = "...", where it is checked and goes no further; or drop it; or round the '
            "quantity."
        )
        return of_people(column, "identifier", len(known), what, remedy)
    if days is not None:
        return of_people(column, "exact-date", len(known), days, YEARS)
    if not pd.api.types.is_numeric_dtype(known) and not _are_numbers(texts) and distinct > MANY:
        what = f"texts, {distinct:,} of them different: free text or names"
        return of_people(column, "free-text", len(known), what, WORDS)
    return None


def _own_words(known: pd.Series, declared: tuple[str, ...]) -> Fault | None:
    """Texts that hardly anybody else gave: several of some words beside answers that many gave, or all there are."""
    if pd.api.types.is_numeric_dtype(known) or isinstance(known.dtype, pd.CategoricalDtype):
        return None
    given = known.astype(str).str.strip().value_counts()
    given = given[(given < SHARED) & ~given.index.isin(declared)]
    alone = len(given) == len(known)
    own = given[[alone or is_sentence(text) for text in given.index]]
    if len(own) < (FEW_WORDS + 1 if alone else FEW_WORDS) or _are_numbers(own.index.to_series()):
        return None
    what = f"texts that fewer than {SHARED} people gave each: free text or names"
    return of_people(str(known.name), "free-text", int(own.sum()), what, WORDS)


def _are_numbers(texts: pd.Series) -> bool:
    """Whether texts are numbers, with decimal commas or signs between thousands too."""
    return numbers_as_text(texts) or has_decimal_commas(texts) or has_thousands(texts)


def _whole_numbers(known: pd.Series, texts: pd.Series) -> bool:
    """Whether values are whole numbers, or texts of such: 000123 is one too."""
    if pd.api.types.is_numeric_dtype(known):
        return is_whole(known)
    return numbers_as_text(texts) and is_whole(pd.to_numeric(texts, errors="coerce").dropna())


def _coded(known: pd.Series) -> bool:
    """Whether numbers of few values stand there, as answers do."""
    return pd.api.types.is_numeric_dtype(known) and known.nunique() <= MANY


def _small_areas(column: str, texts: pd.Series, k: int) -> Fault:
    lonely = int((texts.map(texts.value_counts()) < k).sum())
    what = f"values name a place of living; people of places with fewer than {k} in the file: " + (
        "some" if lonely else "none"
    )
    return of_people(column, "small-area", len(texts), what, "Keep a region of at least 20,000 people, or drop it.")


def _great_ages(known: pd.Series, a_year: int) -> Iterator[Fault]:
    """Ages in units of which a year has so many; of a band, its lower end, unless it is open above."""
    bands = known.astype(str).str.extract(BAND, expand=False)
    ages = pd.to_numeric(known.astype(object).where(bands.isna(), bands), errors="coerce")
    if a_year == 1 and ages[ages >= LONGEST_LIFE].nunique() > FEW_WORDS:
        a_year = 12  # several values that are no years of life: they are months
    old = int(((ages >= (OLDEST + 1) * a_year) & (ages < LONGEST_LIFE * a_year)).sum())
    if old:
        what = f"people are older than {OLDEST} years"
        yield of_people(str(known.name), "great-age", old, what, "Give them one class, 90 and over.")


def _early_births(known: pd.Series) -> Iterator[Fault]:
    """Years of birth that make somebody a great age this year; when the people were asked is not known."""
    this_year = date.today().year
    years = pd.to_numeric(known, errors="coerce")
    old = int(((years > this_year - LONGEST_LIFE) & (years < this_year - OLDEST)).sum())
    if old:
        what = f"people were born before {this_year - OLDEST}: they are, or would be, older than {OLDEST} years"
        yield of_people(str(known.name), "great-age", old, what, "Give them one class, the earliest year and before.")
