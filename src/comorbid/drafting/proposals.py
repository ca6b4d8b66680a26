"""What each column of a file seems to be: a proposal that a person reads and mends before anything is loaded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from comorbid.drafting.names import (
    calls_it_a_date,
    design_role,
    is_identifier,
    is_missing_code,
    is_quasi_identifier,
    known_condition,
    names_a_person,
)
from comorbid.drafting.no_answer import WHOLE, is_missing, missing_numbers
from comorbid.drafting.order import order
from comorbid.drafting.told import renamed, told_codes
from comorbid.variables import key

__all__ = [
    "DAYS",
    "MANY",
    "MOSTLY",
    "Proposal",
    "guess_yes",
    "is_whole",
    "look_like_contacts",
    "look_like_dates",
    "numbers_as_text",
    "propose",
    "two_plain_codes",
]

NUMBER = r"-?(0|[1-9][0-9]{0,17})(\.[0-9]+)?"
COMMA = r"\s*-?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?\s*"
FEW = 12
"""Whole numbers of up to as many distinct values are taken for codes."""
MOSTLY = 0.8
"""Share of people with a number of their own from which on it is taken for an identifier."""
MANY = 25
"""A text of more distinct values is taken for free text."""
SHARED = 5
"""A text that fewer people gave may be their own."""
YES, NO = (
    re.compile(r"^(yes|y|true|ja|oui|s[iíì]|sim|kyllä|present|mentioned|ever|checked|selected)\b", re.I),
    re.compile(r"^(no|n|false|nein|non|ei$|absent|never|unchecked|not )", re.I),
)
CONTACT = re.compile(r"[^@\s]+@[^@\s]+\.\w+|\+?\d[\d ()-]{8,}\d|(\d{1,3}\.){3}\d{1,3}")
_YEAR, _PART = r"(1[89]|20)\d\d", r"(0?[1-9]|[12]\d|3[01])"
DATE = re.compile(
    rf"({_YEAR}(?P<a>[-/.]){_PART}(?P=a){_PART}|{_PART}(?P<b>[-/.]){_PART}(?P=b)({_YEAR}|\d\d))([T ,;Z].*)?"
)
"""A day by its year, month and day in figures; an address of a computer or a version is none."""
DAYS = "exact dates can tell who somebody is"
SAME = "every row has the same value"
TICKED = "ticked or blank: write a code where a blank means no"
REPEATS = "rows repeat people"
TOLD = "codes as the label of the column tells them, CHECK"
ADULT = 18
LOOKED_AT = 1000
"""Texts that are compared with a pattern."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a column is taken for.

    role : "condition", "categorical", "continuous", "weights", "strata", "psu", "id" or "left out".
    why : what speaks for it, in words; no value of a person's.
    levels : level to code; missing : code to why.
    quasi : whether a neighbour could know it.
    adult : whether a number reaches 18, as the years of adults do.
    """

    column: str
    role: str
    why: str
    label: str = ""
    condition: str = ""
    levels: Mapping[str, Any] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    quasi: bool = False
    adult: bool = True


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
    refused = _left_out(name, label, known, is_date)
    refused = TICKED if refused == SAME and len(known) < len(column) else refused
    if refused:
        return Proposal(name, "left out", refused, label)
    role = design_role(name, label)
    if role and pd.api.types.is_numeric_dtype(known) and not marks and (role != "weights" or _could_weigh(known)):
        return Proposal(name, role, "its name says so", label)
    if _tells_apart(known):
        return Proposal(name, "id", "another value in every row", label)
    if names_a_person(name) and known.nunique() > MANY:
        return Proposal(name, "id", f"{REPEATS}: {known.nunique():,} of them in {len(known):,} rows", label)
    found = _coded(known, codes, declared)
    quasi = is_quasi_identifier(name, label)
    if found is None:
        gone, why = missing_numbers(known, codes, declared)
        adult = not pd.api.types.is_numeric_dtype(known) or bool((known >= ADULT).any())
        return Proposal(name, "continuous", why, label, missing=gone | marks, quasi=quasi, adult=adult)
    found = replace(found, why=TOLD if told else found.why)
    found = replace(found, column=name, label=label, quasi=quasi, missing={**found.missing, **marks})
    return _as_condition(found, known_condition(name, label))


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


def as_numbers(known: pd.Series) -> tuple[pd.Series, dict[str, str]]:
    """Numbers written as text, as numbers, and the marks for no answer among them, such as NA; others as they are."""
    if pd.api.types.is_numeric_dtype(known) or not pd.api.types.is_string_dtype(known):
        return known, {}
    texts = known.astype(str).str.strip()
    marks = [text for text in texts.unique() if is_missing_code(text)]
    rest = texts[~texts.isin(marks)]
    if not len(rest) or not rest.str.fullmatch(NUMBER).all():
        return known, {}
    return pd.to_numeric(rest), dict.fromkeys(marks, "missing")


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
        if texts.str.fullmatch(COMMA).mean() > 0.9 and texts.str.contains(",").any():
            return "text: numbers with a decimal comma; store them as numbers"
        if texts.nunique() > MANY and not numbers_as_text(texts) and texts.nunique() < len(texts):
            return f"text of {texts.nunique():,} different values: free text or an identifier"
        rare = _rare(texts)
        if len(rare) >= FEW and not numbers_as_text(rare) and not _tells_apart(known):
            return f"{len(rare)} texts that fewer than {SHARED} people each gave: words of people's own, or small areas"
    return ""


def _rare(texts: pd.Series) -> pd.Series:
    """Texts that few people gave, each once."""
    counts = texts.value_counts()
    return pd.Series(counts.index[counts < SHARED], dtype=object)


def _tells_apart(known: pd.Series) -> bool:
    return bool(
        known.is_unique and len(known) > MANY and (is_whole(known) or known.dtype == object or known.dtype == "str")
    )


def _could_weigh(known: pd.Series) -> bool:
    """Whether numbers could be weights: none below zero, and more than the two of a yes-or-no answer."""
    return bool((known >= 0).all()) and known.nunique() > 2


def is_whole(known: pd.Series) -> bool:
    """Whether a column without missing values is of whole numbers."""
    numeric = pd.api.types.is_numeric_dtype(known) and not pd.api.types.is_bool_dtype(known)
    return numeric and bool((known % 1 == 0).all())


def look_like_dates(texts: pd.Series) -> bool:
    """Whether most texts are days, as people write them."""
    return _mostly(texts, DATE)


def look_like_contacts(texts: pd.Series) -> bool:
    """Whether most texts are addresses of electronic mail or telephone numbers."""
    return not pd.api.types.is_numeric_dtype(texts) and _mostly(texts, CONTACT)


def _mostly(texts: pd.Series, pattern: re.Pattern[str]) -> bool:
    return bool(texts.head(LOOKED_AT).map(lambda text: bool(pattern.fullmatch(str(text).strip()))).mean() > 0.5)


def numbers_as_text(texts: pd.Series) -> bool:
    """Whether nearly all texts are numbers."""
    return bool(pd.to_numeric(texts, errors="coerce").notna().mean() > 0.9)


def _coded(known: pd.Series, labels: Mapping[str, str], declared: set[str]) -> Proposal | None:
    """A column of codes with its levels and missing codes; None for a quantity."""
    codes = sorted({key(value): value for value in known.unique()}.items(), key=lambda item: order(item[0]))
    numeric = pd.api.types.is_numeric_dtype(known)
    unlabelled = [code for code, _ in codes if code not in labels]
    if numeric and (len(unlabelled) > FEW or (labels and len(unlabelled) > len(codes) - len(unlabelled))):
        return None
    if numeric and not (known % 1 == 0).all():
        return None
    every = dict(codes) | {code: _number(code) if numeric else code for code in labels}
    missing = {code: labels.get(code, "missing") for code in every if is_missing(code, labels, declared, list(every))}
    levels: dict[str, Any] = {}
    for code, value in sorted(every.items(), key=lambda item: order(item[0])):
        if code not in missing:
            level = _level(code, labels)
            levels[f"{level} ({code})" if level in levels else level] = _plain(value)
    if len(levels) < 2:
        return None
    guessed = [code for code in missing if code not in labels and code not in declared and not is_missing_code(code)]
    told = "labels of the file" if labels else f"{len(levels)} distinct codes"
    told += f"; {', '.join(guessed)} taken for missing, CHECK" if guessed else ""
    return Proposal("", "categorical", told, levels=levels, missing=missing)


def _as_condition(proposal: Proposal, condition: str) -> Proposal:
    """A column of yes and no that names a condition becomes one; the code for yes by its label, else by habit."""
    found = guess_yes(proposal, asked=bool(condition))
    if found is None:
        return proposal
    return replace(found, role="condition" if condition else "categorical", condition=condition)


def guess_yes(proposal: Proposal, *, asked: bool) -> Proposal | None:
    """The proposal with the levels no and yes, by labels; where it is asked also by the habit of 0/1 and 1/2."""
    codes = list(proposal.levels.items())
    if len(codes) != 2:
        return None
    yes = next((at for at, (level, _) in enumerate(codes) if YES.match(level)), None)
    no = next((at for at, (level, _) in enumerate(codes) if NO.match(level)), None)
    if yes is not None and no is not None and yes != no:
        return replace(proposal, levels={"no": codes[no][1], "yes": codes[yes][1]})
    if asked and (yes is None) != (no is None):
        at = 1 - no if no is not None else yes or 0
        why = f"{proposal.why}; {codes[at][0]!r} is taken for yes, CHECK"
        return replace(proposal, levels={"no": codes[1 - at][1], "yes": codes[at][1]}, why=why)
    if not asked or not two_plain_codes(proposal):
        return None
    said_no, said_yes = (0, 1) if codes[0][1] == 0 else (2, 1)
    why = f"codes {codes[0][1]} and {codes[1][1]} without labels: {said_yes} is taken for yes, CHECK"
    return replace(proposal, levels={"no": said_no, "yes": said_yes}, why=why)


def two_plain_codes(proposal: Proposal) -> bool:
    """Whether a column holds 0 and 1, or 1 and 2, and no label says what they are."""
    codes = [(level, str(code)) for level, code in proposal.levels.items()]
    return codes in ([("0", "0"), ("1", "1")], [("1", "1"), ("2", "2")])


def _level(code: str, labels: Mapping[str, str]) -> str:
    return " ".join(labels.get(code, code).split()) or code


def _number(code: str) -> Any:
    return int(code) if WHOLE.fullmatch(code) else code


def _plain(value: Any) -> Any:
    """A code as TOML writes it: a whole number, or text."""
    return _number(key(value))
