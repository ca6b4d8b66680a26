"""Codes that a column's label tells, such as "asthma, 1: ever, 0: never, 9: unknown" or "(yes=1, no=2)"."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

__all__ = ["renamed", "told_codes", "without_codes"]

CODE = r"-?\d{1,4}"
BEFORE = rf"(?<![\w.$<>-])({CODE})\s*[:=]\s*([^\s:=][^:=]{{0,200}}?)[\s,;/|)\]]*(?=(?<![\w.$<>-]){CODE}\s*[:=]|$)"
"""1: ever, 0: never"""
AFTER = rf"([^\W\d][^=:,;(\[]{{0,80}}?)\s*=\s*({CODE})(?=[\s,;)\]]|$)"
"""yes=1, no=2"""


def told_codes(label: str, codes: Collection[str]) -> dict[str, str]:
    """Code to meaning, as the label of a column lists them; empty unless it tells every code that is there.

    Parameters
    ----------
    label : str
    codes : collection of str
        The codes of the column, as text.
    """
    for pairs in (_pairs(label, BEFORE, 1), _pairs(label, AFTER, 2)):
        told = dict(pairs)
        if len(pairs) == len(told) >= 2 and set(codes) <= set(told) and len(set(told.values())) == len(told):
            return told
    return {}


def _pairs(label: str, pattern: str, code: int) -> list[tuple[str, str]]:
    return [(found[code], " ".join(found[3 - code].split())) for found in re.finditer(pattern, label)]


def without_codes(label: str) -> str:
    """A label without the codes that it lists, two or more; as it is without any."""
    for pattern in (BEFORE, AFTER):
        found = list(re.finditer(pattern, label))
        if len(found) >= 2:
            return label[: found[0].start()].rstrip(" ,;:([-")
    return label


def renamed(labels: Mapping[str, str], told: Mapping[str, str]) -> dict[str, str]:
    """Labels that are codes themselves, as the column's label names them: 1 is called "0", and 0 is male."""
    return {code: told.get(text, text) for code, text in labels.items()}
