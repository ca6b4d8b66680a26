"""Frames as CSV that a spreadsheet opens as data: no text of a cell is taken for a formula."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

__all__ = ["csv_text"]

FORMULA = re.compile(r"[=+\-@\t\r]")
NUMBER = r"[+-]?\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?%?"
NUMBERS = re.compile(rf"{NUMBER}(?: \({NUMBER} to {NUMBER}\))?")
"""A number, or one with its interval: nothing that a spreadsheet could work out."""


def csv_text(frame: pd.DataFrame) -> str:
    """The frame as CSV, without its index, each line ended by a line feed.

    A text that begins as a formula of a spreadsheet does (=, +, -, @, tab, carriage return) gets an apostrophe before
    it, which makes it text there; numbers stay as they are, those below zero too. Levels and labels come from files
    and codebooks of others. Source: OWASP, CSV Injection, https://owasp.org/www-community/attacks/CSV_Injection.
    """
    safe = frame.rename(columns=_as_text)
    for name in safe.columns:
        dtype = safe[name].dtype
        if isinstance(dtype, (pd.CategoricalDtype, pd.StringDtype)) or pd.api.types.is_object_dtype(dtype):
            safe[name] = safe[name].astype(object).map(_as_text, na_action="ignore")
    text: str = safe.to_csv(index=False, lineterminator="\n")
    return text


def _as_text(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value.replace("\r", " ")  # it would end the line, and what follows could begin a formula
    formula = FORMULA.match(value) and not NUMBERS.fullmatch(value)
    return f"'{text}" if formula else text
