"""Which codes of a column stand for no answer: as the file declares or labels them, else by the habits of surveys."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from comorbid.drafting.names import is_missing_code, is_missing_label
from comorbid.sources.selfdescribed import NO_ANSWER
from comorbid.variables import key

__all__ = ["WHOLE", "is_missing", "missing_numbers"]

WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
"""A whole number as it is written; codes such as 01 are text, and longer ones are no codes."""
DECIMAL_SENTINELS = {"99.9", "999.9", "9999.9"}
OPEN_ENDED = re.compile(r"\+|\b(more|over|above|older|m[a\u00e1]s|mehr|plus)\b", re.I)
"""What labels of a last number say that holds all larger ones."""
MOST_BELOW = 4
SENTINELS = set(map(str, NO_ANSWER))
"""Codes that surveys give to refused and don't know; whole numbers below zero are another habit."""


def is_missing(code: str, labels: Mapping[str, str], declared: set[str], codes: list[str]) -> bool:
    """By declaration, by label, or for want of both by habit: a sentinel well apart from the other codes."""
    if code in declared or is_missing_label(labels.get(code, "")) or (code not in labels and is_missing_code(code)):
        return True
    if labels.get(code) or not WHOLE.fullmatch(code):
        return False
    others = [int(other) for other in codes if WHOLE.fullmatch(other) and other not in SENTINELS]
    above = [int(other) for other in codes if other in SENTINELS and others and int(other) > max(others)]
    return int(code) < 0 or (int(code) in above and min(above) > max(others) + 2)


def missing_numbers(known: pd.Series, labels: Mapping[str, str], declared: set[str]) -> tuple[dict[str, str], str]:
    """Missing codes of a quantity, and what to say of it: as the file declares or labels them, else sentinels.

    Sentinels are sevens, eights or nines that lie more than two above all other numbers.
    """
    if not pd.api.types.is_numeric_dtype(known):
        return {}, "numbers written as text: mend the column, or leave it out"
    told = f"{known.nunique():,} different numbers"
    said = {code: labels.get(code, "missing") for code in [*labels, *sorted(declared - set(labels))]}
    gone = {code: why for code, why in said.items() if code in declared or is_missing_label(why)}
    far = [code for code in labels if code in SENTINELS and code not in gone and int(code) > _top(known, labels) + 2]
    far = [code for code in far if not OPEN_ENDED.search(labels[code])]
    numbers = [code for code in labels if code not in gone and code not in far]
    told += f"; {', '.join(numbers)} have labels in the file and stay numbers" if numbers else ""
    told += f"; {', '.join(far)} lie far above them and are taken for missing, CHECK" if far else ""
    gone |= {code: labels[code] for code in far}
    if gone:
        return gone, told
    known = known[~known.map(key).isin(numbers)]
    below = _below(known)
    known = known[~known.isin(below)]
    top = _top(known, {})
    above = known[known > top]
    above = above if len(above) and above.min() > top + 2 else above[:0]
    found = {place: sorted(set(codes.map(key))) for place, codes in (("above", above), ("below", below)) if len(codes)}
    for place, codes in found.items():
        told += f"; {', '.join(codes)} lie far {place} them and are taken for missing, CHECK"
    return {code: "missing" for codes in found.values() for code in codes}, told


def _top(known: pd.Series, labels: Mapping[str, str]) -> float:
    """The largest number that is neither labelled nor a usual code for no answer."""
    ordinary = known[~known.map(key).isin(SENTINELS | DECIMAL_SENTINELS | set(labels))]
    return float(ordinary.max()) if len(ordinary) else 0.0


def _below(known: pd.Series) -> pd.Series:
    """Codes below zero that surveys give, such as -9 and -99, where nothing else is below zero; none otherwise."""
    negative = known[known < 0].drop_duplicates()
    usual = negative.map(lambda number: key(-number)).isin(SENTINELS).all()
    return negative if usual and len(negative) <= MOST_BELOW else negative[:0]
