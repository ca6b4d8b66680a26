"""What each column of a file seems to be: a proposal that a person reads and mends before anything is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from comorbid.drafting.coded import FEW, as_condition, coded
from comorbid.drafting.looks import (
    MANY,
    SHARED,
    are_own_sentences,
    as_numbers,
    has_decimal_commas,
    has_thousands,
    is_whole,
    look_like_contacts,
    look_like_dates,
    numbers_as_text,
    rare,
    tells_apart,
)
from comorbid.drafting.names import (
    calls_it_a_date,
    design_role,
    is_identifier,
    is_quasi_identifier,
    known_condition,
    known_covariate,
    names_a_person,
)
from comorbid.drafting.no_answer import missing_numbers
from comorbid.drafting.proposal import Proposal
from comorbid.drafting.told import renamed, told_codes
from comorbid.variables import key

__all__ = ["DAYS", "MOSTLY", "REPEATS", "propose"]

MOSTLY = 0.8
"""Share of people with a number of their own from which on it is taken for an identifier."""
DAYS = "exact dates can tell who somebody is"
ITS_NAME = "its name says so"
SAME = "every row has the same value"
TICKED = "ticked or blank: where a blank means no, name it under [file] ticked = [...], with 0 for no"
REPEATS = "rows repeat people"
TOLD = "codes as the label of the column tells them, CHECK"
ADULT = 18
AGES = (0, 120)
YOUNGEST = 9
"""Years; groups of ages are seldom as many."""


def propose(
    column: pd.Series, label: str, values: Mapping[Any, str], missing: tuple[Any, ...], *, is_date: bool = False
) -> Proposal:
    """What one column is taken for.

    Parameters
    ----------
    column : Series
    label : str
        What the file calls it; empty when it does not.
    values : mapping of code to label
        Labels of codes in the file.
    missing : tuple
        Codes that the file declares missing.
    is_date : bool
        Whether the file says that its numbers are days.
    """
    name = str(column.name)
    known, marks = as_numbers(_known(column))
    codes, told = _labels(known, values, label)
    declared = {key(code) for code in missing}
    role = design_role(name, label)
    if role in ("strata", "psu") and not pd.api.types.is_numeric_dtype(known) and 1 < known.nunique() < len(known):
        return Proposal(name, role, ITS_NAME, label)
    refused = _left_out(name, label, known, is_date)
    refused = TICKED if refused == SAME and len(known) < len(column) else refused
    if refused:
        return Proposal(name, "left out", refused, label)
    if role and pd.api.types.is_numeric_dtype(known) and not marks and (role != "weights" or _could_weigh(known)):
        return Proposal(name, role, ITS_NAME, label)
    if tells_apart(known):
        return Proposal(name, "id", "another value in every row", label)
    if names_a_person(name) and known.nunique() > MANY:
        return Proposal(name, "id", f"{REPEATS}: {known.nunique():,} of them in {len(known):,} rows", label)
    found = None if _in_years(known, name, label, codes) else coded(known, codes, declared)
    quasi = is_quasi_identifier(name, label)
    if found is None:
        gone, why = missing_numbers(known, codes, declared)
        adult = not pd.api.types.is_numeric_dtype(known) or bool((known >= ADULT).any())
        limits = _limits(known[~known.map(key).isin(gone)], name, label)
        return Proposal(name, "continuous", why, label, missing=gone | marks, quasi=quasi, adult=adult, limits=limits)
    found = replace(found, why=TOLD if told else found.why)
    found = replace(found, column=name, label=label, quasi=quasi, missing={**found.missing, **marks})
    return as_condition(found, known_condition(name, label))


def _labels(known: pd.Series, values: Mapping[Any, str], label: str) -> tuple[dict[str, str], bool]:
    """Labels of codes, and whether they stand in the label of the column, since the codes have none or numbers."""
    codes = {key(code): text for code, text in values.items() if key(code)}
    if not pd.api.types.is_numeric_dtype(known) or known.nunique() > MANY:
        return codes, False
    named = {key(value) for value in known.unique()} if not codes else {text.strip() for text in codes.values()}
    told = told_codes(label, named)
    return (renamed(codes, told) if codes else told, bool(told)) if told else (codes, False)


def _known(column: pd.Series) -> pd.Series:
    """Values of a column; an empty text is none."""
    known = column.dropna()
    return known if pd.api.types.is_numeric_dtype(known) else known[known.astype(str).str.strip() != ""]


def _left_out(name: str, label: str, known: pd.Series, is_date: bool) -> str:
    """Why a column should not be used; empty when it can be."""
    if not len(known):
        return "no row has a value"
    if (known == known.iloc[0]).all():
        return SAME
    if is_date or pd.api.types.is_datetime64_any_dtype(known):
        return DAYS
    if calls_it_a_date(name) and is_whole(known) and known.nunique() > FEW:
        return DAYS
    if is_identifier(name, label) and known.nunique() > FEW:
        return "its name says that it may tell who or where somebody is"
    if is_whole(known) and MOSTLY * len(known) < known.nunique() < len(known) and not names_a_person(name):
        return "nearly another number in every row: an identifier, of a household perhaps"
    if not pd.api.types.is_numeric_dtype(known):
        texts = known.astype(str)
        if look_like_dates(texts) or look_like_contacts(texts):
            return "its values look like dates, telephone numbers or addresses"
        if has_thousands(texts):
            return "text: numbers with commas before three digits, thousands perhaps; store them without"
        if has_decimal_commas(texts):
            return "text: numbers with a decimal comma; store them as numbers"
        if texts.nunique() > MANY and not numbers_as_text(texts) and texts.nunique() < len(texts):
            return f"text of {texts.nunique():,} different values: free text or an identifier"
        if are_own_sentences(texts) and not tells_apart(known):
            return "texts of several words that one person each gave: free text"
        own = rare(texts)
        if len(own) >= FEW and not numbers_as_text(own) and not tells_apart(known):
            return f"{len(own)} texts that fewer than {SHARED} people each gave: words of people's own, or small areas"
    return ""


def _limits(known: pd.Series, name: str, label: str) -> tuple[int, int] | None:
    """Those of human ages for a column of them, in which nearly all numbers are such; a code among them is a fault."""
    if known_covariate(name, label, "continuous") != "age" or not pd.api.types.is_numeric_dtype(known):
        return None
    return AGES if len(known) and known.between(*AGES).mean() > 0.9 else None


def _in_years(known: pd.Series, name: str, label: str, codes: Mapping[str, str]) -> bool:
    """Whether numbers are ages of people of a few years, such as students, and no codes of groups."""
    if codes or known_covariate(name, label, "continuous") != "age" or not pd.api.types.is_numeric_dtype(known):
        return False
    return bool((known > YOUNGEST).mean() > MOSTLY) and known.nunique() > 2


def _could_weigh(known: pd.Series) -> bool:
    """Whether numbers could be weights: none below zero, and more than the two of a yes-or-no answer."""
    return bool((known >= 0).all()) and known.nunique() > 2
