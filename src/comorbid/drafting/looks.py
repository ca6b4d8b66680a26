"""What the values of a column look like: numbers, days, addresses, words of people's own, another in every row."""

from __future__ import annotations

import re

import pandas as pd

from comorbid.drafting.names import is_missing_code
from comorbid.variables import key

__all__ = [
    "MANY",
    "SHARED",
    "are_own_sentences",
    "as_numbers",
    "has_decimal_commas",
    "has_thousands",
    "is_sentence",
    "is_whole",
    "look_like_contacts",
    "look_like_dates",
    "mostly",
    "numbers_as_text",
    "rare",
    "tells_apart",
]

NUMBER = r"-?(0|[1-9][0-9]{0,17})(\.[0-9]+)?"
COMMA = r"\s*-?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?\s*"
THOUSANDS = r"\s*-?\d{1,3}(,\d{3})*(\.\d+)?\s*"
MANY = 25
"""A text of more distinct values is taken for free text."""
SHARED = 5
"""A text that fewer people gave may be their own."""
CONTACT = re.compile(r"[^@\s]+@[^@\s]+\.\w+|\+?\d[\d ()-]{8,}\d|(\d{1,3}\.){3}\d{1,3}")
_YEAR, _PART = r"(1[89]|20)\d\d", r"(0?[1-9]|[12]\d|3[01])"
DATE = re.compile(
    rf"({_YEAR}(?P<a>[-/.]){_PART}(?P=a){_PART}|{_PART}(?P<b>[-/.]){_PART}(?P=b)({_YEAR}|\d\d))([T ,;Z].*)?"
)
"""A day by its year, month and day in figures; an address of a computer or a version is none."""
SENTENCE = 25
"""Letters of a text that is more than a word."""
LOOKED_AT = 1000
"""Texts that are compared with a pattern."""


def as_numbers(known: pd.Series) -> tuple[pd.Series, dict[str, str]]:
    """Numbers written as text, as numbers, and the marks for no answer among them, such as NA; others as they are."""
    if pd.api.types.is_numeric_dtype(known) or not (pd.api.types.is_string_dtype(known) or known.dtype == object):
        return known, {}
    texts = known.map(key).astype(str)  # sheets hold numbers and numbers as text in one column
    marks = [text for text in texts.unique() if is_missing_code(text)]
    rest = texts[~texts.isin(marks)]
    if not len(rest) or not rest.str.fullmatch(NUMBER).all():
        return known, {}
    return pd.to_numeric(rest), dict.fromkeys(marks, "missing")


def is_whole(known: pd.Series) -> bool:
    """Whether a column without missing values is of whole numbers."""
    numeric = pd.api.types.is_numeric_dtype(known) and not pd.api.types.is_bool_dtype(known)
    return numeric and bool((known % 1 == 0).all())


def tells_apart(known: pd.Series) -> bool:
    """Whether another whole number or text stands in every row, of more than a few."""
    return bool(
        known.is_unique and len(known) > MANY and (is_whole(known) or known.dtype == object or known.dtype == "str")
    )


def rare(texts: pd.Series) -> pd.Series:
    """Texts that few people gave, each once."""
    counts = texts.value_counts()
    return pd.Series(counts.index[counts < SHARED], dtype=object)


def is_sentence(text: str) -> bool:
    """Whether a text is more than a word or two."""
    return len(text) >= SENTENCE or text.count(" ") > 1


def are_own_sentences(texts: pd.Series) -> bool:
    """Whether most different texts are sentences that one person each wrote; as levels they would tell of people."""
    counts = texts.str.strip().value_counts()
    own = sum(map(is_sentence, counts.index[counts == 1]))
    return own > 1 and own > len(counts) / 2


def look_like_dates(texts: pd.Series) -> bool:
    """Whether most texts are days, as people write them."""
    return mostly(texts, DATE)


def look_like_contacts(texts: pd.Series) -> bool:
    """Whether most texts are addresses of electronic mail or telephone numbers."""
    return not pd.api.types.is_numeric_dtype(texts) and mostly(texts, CONTACT)


def mostly(texts: pd.Series, pattern: re.Pattern[str]) -> bool:
    """Whether more than half of the first texts are of a pattern."""
    return bool(texts.head(LOOKED_AT).map(lambda text: bool(pattern.fullmatch(str(text).strip()))).mean() > 0.5)


def has_decimal_commas(texts: pd.Series) -> bool:
    """Whether nearly all texts are numbers, and some have a comma for the decimal point."""
    return bool(texts.str.fullmatch(COMMA).mean() > 0.9 and texts.str.contains(",").any())


def has_thousands(texts: pd.Series) -> bool:
    """Whether all texts are numbers, and some have commas before three digits."""
    return bool(texts.str.fullmatch(THOUSANDS).all() and texts.str.contains(",").any())


def numbers_as_text(texts: pd.Series) -> bool:
    """Whether nearly all texts are numbers."""
    return bool(pd.to_numeric(texts, errors="coerce").notna().mean() > 0.9)
