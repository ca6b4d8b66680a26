"""What points at one person if it stands in a report: rare texts and long numbers of the data, names of columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from comorbid.columns import GLOSSARY

__all__ = ["Identity", "identity_of"]

WORD = re.compile(r"[^\W_]+")
NUMBERS = (re.compile(r"\d+(?:\.\d+)?"), re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)"))
"""Numbers as written, plain and with thousands separators."""
LEAST_DIGITS = 6
LONGEST = 8
"""Words of a text that are looked for."""
DIGITS = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
"""A text that is a number, such as an identifier that is kept as text for its leading zeros."""
NAMES = frozenset({"patient_id", "person_id", "participant_id", "respondent_id", "record_id", "subject_id", "seqn"})
"""Columns that are never results, whatever they hold."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Texts (as tuples of words in small letters), numbers (as written) and columns that belong to single people.

    columns : of each column that no variable stands for, by its name in small letters, the values that it holds.
    """

    texts: frozenset[tuple[str, ...]] = frozenset()
    numbers: frozenset[str] = frozenset()
    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def owns(self, name: str, cells: Iterable[str]) -> bool:
        """Whether a column of a table is the people's: by its name and a value of theirs, or by a name alone."""
        theirs = self.columns.get(name, frozenset())
        return name in NAMES or any(_same(cell) in theirs for cell in cells)

    def found_in(self, text: str) -> int:
        """How many of the people's texts and numbers stand in a text."""
        words = [word.lower() for word in WORD.findall(text)]
        longest = max(map(len, self.texts), default=0)
        windows = {tuple(words[i : i + k]) for k in range(1, longest + 1) for i in range(len(words) - k + 1)}
        numbers = {number.replace(",", "") for pattern in NUMBERS for number in pattern.findall(text)}
        return len(self.texts & windows) + len(self.numbers & numbers)


def identity_of(columns: Iterable[pd.Series], described: Iterable[str], spoken: str, fewest: int) -> Identity:
    """What identifies people in the columns of their data.

    Parameters
    ----------
    columns : iterable of Series
        The data, column by column.
    described : iterable of str
        Columns that a variable of the codebook stands for; the values of the others do not belong in a report under
        their names.
    spoken : str
        Texts of the library and the notebook, whose words identify nobody.
    fewest : int
        A value that as many people share is nobody's own.
    """
    known, owned = set(described), {}
    texts: set[tuple[str, ...]] = set()
    numbers: set[str] = set()
    common = {word.lower() for word in WORD.findall(spoken)}
    for column in columns:
        if str(column.name) not in known and str(column.name) not in GLOSSARY:
            owned[str(column.name).lower()] = frozenset(_same(str(value)) for value in column.dropna().unique())
        counts = column.value_counts()
        for value in counts.index[counts < fewest]:
            if pd.api.types.is_numeric_dtype(column):
                numbers.update(_written(value))
            elif DIGITS.fullmatch(str(value).strip()):
                numbers.update(_long(str(value).strip()))
            else:
                texts.update(_words(str(value), common))
    return Identity(frozenset(texts), frozenset(numbers), owned)


def _same(value: str) -> str:
    """A value as it is compared: whatever its case, and whether a whole number is written 7 or 7.0."""
    return value.strip().lower().removesuffix(".0")


def _written(value: float) -> Iterator[str]:
    """A number as it would be printed, when it is long enough to be somebody's."""
    yield from _long(f"{int(value)}" if float(value).is_integer() else repr(float(value)))


def _long(text: str) -> Iterator[str]:
    """Digits that are long enough to be somebody's; a text of fewer is found in its column alone."""
    if sum(letter.isdigit() for letter in text.lstrip("+-0.")) >= LEAST_DIGITS:
        yield text.lstrip("+-").replace(",", ".")


def _words(text: str, common: set[str]) -> Iterator[tuple[str, ...]]:
    """The words of a text, unless all of them are common; a short word alone identifies nobody."""
    words = tuple(word.lower() for word in WORD.findall(text))[:LONGEST]
    if words and not set(words) <= common and (len(words) > 1 or len(words[0]) >= 4):
        yield words
