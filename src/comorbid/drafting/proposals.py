"""What each column of a file seems to be: a proposal that a person reads and mends before anything is loaded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from comorbid.drafting.names import design_role, is_identifier, is_missing_label, is_quasi_identifier, known_condition
from comorbid.variables import key

__all__ = [
    "DAYS",
    "MANY",
    "MOSTLY",
    "Proposal",
    "is_whole",
    "look_like_contacts",
    "look_like_dates",
    "numbers_as_text",
    "propose",
]

WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
"""A whole number as it is written; codes such as 01 are text, and longer ones are no codes."""
FEW = 12
"""Whole numbers of up to as many distinct values are taken for codes."""
MOSTLY = 0.8
"""Share of people with a number of their own from which on it is taken for an identifier."""
MANY = 25
"""A text of more distinct values is taken for free text."""
SHARED = 5
"""A text that fewer people gave may be their own."""
DECIMAL_SENTINELS = {"99.9", "999.9", "9999.9"}
SENTINELS = {"7", "8", "9", "77", "88", "99", "97", "98", "777", "888", "999", "997", "998", "7777", "9999"}
"""Codes that surveys give to refused and don't know; whole numbers below zero are another habit."""
YES, NO = (
    re.compile(r"^(yes|y|true|ja|oui|s[ií]|present|mentioned)\b", re.I),
    re.compile(r"^(no|n|false|nein|non|absent|not )", re.I),
)
CONTACT = re.compile(r"[^@\s]+@[^@\s]+\.\w+|\+?\d[\d ()-]{8,}\d")
DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")
DAYS = "exact dates can tell who somebody is"
LOOKED_AT = 1000
"""Texts that are compared with a pattern."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a column is taken for.

    role : "condition", "categorical", "continuous", "weights", "strata", "psu", "id" or "left out".
    why : what speaks for it, in words; no value of a person's.
    levels : level to code; missing : code to why.
    quasi : whether a neighbour could know it.
    """

    column: str
    role: str
    why: str
    label: str = ""
    condition: str = ""
    levels: Mapping[str, Any] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    quasi: bool = False


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
    known = column.dropna()
    refused = _left_out(name, label, known) or (DAYS if is_date else "")
    if refused:
        return Proposal(name, "left out", refused, label)
    role = design_role(name, label)
    if role and pd.api.types.is_numeric_dtype(column):
        return Proposal(name, role, "its name says so", label)
    if _tells_apart(known):
        return Proposal(name, "id", "another value in every row", label)
    found = _coded(known, {key(code): text for code, text in values.items()}, {key(code) for code in missing})
    quasi = is_quasi_identifier(name, label)
    if found is None:
        return Proposal(
            name, "continuous", _missing_numbers(known)[1], label, missing=_missing_numbers(known)[0], quasi=quasi
        )
    return _as_condition(replace(found, column=name, label=label, quasi=quasi), known_condition(name, label))


def _left_out(name: str, label: str, known: pd.Series) -> str:
    """Why a column should not be used; empty when it can be."""
    if not len(known):
        return "no row has a value"
    if (known == known.iloc[0]).all():
        return "every row has the same value"
    if pd.api.types.is_datetime64_any_dtype(known):
        return DAYS
    if is_identifier(name, label) and known.nunique() > FEW:
        return "its name says that it may tell who or where somebody is"
    if is_whole(known) and MOSTLY * len(known) < known.nunique() < len(known):
        return "nearly another number in every row: an identifier, of a household perhaps"
    if not pd.api.types.is_numeric_dtype(known):
        texts = known.astype(str)
        if look_like_dates(texts) or look_like_contacts(texts):
            return "its values look like dates, telephone numbers or addresses"
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
    codes = sorted({key(value): value for value in known.unique()}.items(), key=lambda item: _order(item[0]))
    numeric = pd.api.types.is_numeric_dtype(known)
    unlabelled = [code for code, _ in codes if code not in labels]
    if numeric and (len(unlabelled) > FEW or (labels and len(unlabelled) > len(codes) - len(unlabelled))):
        return None
    if numeric and not (known % 1 == 0).all():
        return None
    every = dict(codes) | {code: _number(code) if numeric else code for code in labels}
    missing = {code: labels.get(code, "missing") for code in every if _is_missing(code, labels, declared, list(every))}
    levels: dict[str, Any] = {}
    for code, value in sorted(every.items(), key=lambda item: _order(item[0])):
        if code not in missing:
            level = _level(code, labels)
            levels[f"{level} ({code})" if level in levels else level] = _plain(value)
    if len(levels) < 2:
        return None
    told = "labels of the file" if labels else f"{len(levels)} distinct codes"
    return Proposal("", "categorical", told, levels=levels, missing=missing)


def _is_missing(code: str, labels: Mapping[str, str], declared: set[str], codes: list[str]) -> bool:
    """By declaration, by label, or for want of both by habit: a sentinel well apart from the other codes."""
    if code in declared or is_missing_label(labels.get(code, "" if WHOLE.fullmatch(code) else code)):
        return True
    if labels.get(code) or not WHOLE.fullmatch(code):
        return False
    others = [int(other) for other in codes if WHOLE.fullmatch(other) and other not in SENTINELS]
    above = [int(other) for other in codes if other in SENTINELS and others and int(other) > max(others)]
    return int(code) < 0 or (int(code) in above and min(above) > max(others) + 2)


def _missing_numbers(known: pd.Series) -> tuple[dict[str, str], str]:
    """Sentinels of a quantity: numbers of nines or sevens that lie far above all others and come more than once."""
    if not pd.api.types.is_numeric_dtype(known):
        return {}, "numbers written as text: mend the column, or leave it out"
    ordinary = known[~known.map(key).isin(SENTINELS | DECIMAL_SENTINELS)]
    top = ordinary.max() if len(ordinary) else 0
    counts = known[known > top].map(key).value_counts()
    found = {str(code): "missing" for code in counts.index}
    return found, f"{known.nunique():,} different numbers" + (
        "; the codes far above them are taken for missing" if found else ""
    )


def _as_condition(proposal: Proposal, condition: str) -> Proposal:
    """A column of yes and no that names a condition becomes one; the code for yes by its label, else by habit."""
    if len(proposal.levels) != 2:
        return proposal
    codes = list(proposal.levels.items())
    yes = next((at for at, (level, _) in enumerate(codes) if YES.match(level)), None)
    no = next((at for at, (level, _) in enumerate(codes) if NO.match(level)), None)
    told = yes is not None and no is not None and yes != no
    if told:
        levels = {"no": codes[no or 0][1], "yes": codes[yes or 0][1]}
    elif condition and [str(code) for _, code in codes] in (["0", "1"], ["1", "2"]):
        levels = dict(
            zip(("no", "yes") if codes[0][1] == 0 else ("yes", "no"), (code for _, code in codes), strict=True)
        )
        levels = {"no": levels["no"], "yes": levels["yes"]}
    else:
        return proposal
    why = (
        proposal.why
        if told
        else f"codes {codes[0][1]} and {codes[1][1]} without labels: {levels['yes']} is taken for yes, CHECK"
    )
    role = "condition" if condition else "categorical"
    return replace(proposal, role=role, condition=condition, levels=levels, why=why)


def _level(code: str, labels: Mapping[str, str]) -> str:
    return " ".join(labels.get(code, code).split()) or code


def _number(code: str) -> Any:
    return int(code) if WHOLE.fullmatch(code) else code


def _plain(value: Any) -> Any:
    """A code as TOML writes it: a whole number, or text."""
    return _number(key(value))


def _order(code: str) -> tuple[int, float, str]:
    try:
        return 0, float(code), ""
    except ValueError:
        return 1, 0.0, code
