"""A column of codes: its levels, its codes for no answer, and which of two levels is yes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from comorbid.drafting.names import is_missing_code
from comorbid.drafting.no_answer import WHOLE, is_missing
from comorbid.drafting.order import order
from comorbid.drafting.proposal import Proposal
from comorbid.drafting.spellings import one_spelling
from comorbid.variables import key

__all__ = ["FEW", "as_condition", "coded", "guess_yes", "two_plain_codes"]

FEW = 12
"""Whole numbers of up to as many distinct values are taken for codes."""
YES, NO = (
    re.compile(r"^(yes|y|true|ja|oui|s[iíì]|sim|kyllä|present|mentioned|ever|checked|selected)\b", re.I),
    re.compile(r"^(no|n|false|nein|non|ei$|absent|never|unchecked|not )", re.I),
)


def coded(known: pd.Series, labels: Mapping[str, str], declared: set[str]) -> Proposal | None:
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
    merged = {} if numeric or labels else one_spelling(levels)
    more, levels = (len(levels) - len(merged), merged) if len(merged) > 1 else (0, levels)
    if len(levels) < 2:
        return None
    guessed = [code for code in missing if code not in labels and code not in declared and not is_missing_code(code)]
    told = "labels of the file" if labels else f"{len(levels)} distinct codes"
    told += f"; {', '.join(guessed)} taken for missing, CHECK" if guessed else ""
    told += f"; {more} more differ by capital letters or blanks alone: taken for the same, CHECK" if more else ""
    return Proposal("", "categorical", told, levels=levels, missing=missing)


def as_condition(proposal: Proposal, condition: str) -> Proposal:
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
