"""Result frames on standard output: a table to read, CSV, or JSON rows at full precision."""

from __future__ import annotations

import json
import math
import shutil
import sys
from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("table", "csv", "json")
PIPED, NARROWEST = 100, 60


def add_format(parser: ArgumentParser) -> None:
    """The option that every command with a table has."""
    parser.add_argument("--format", choices=FORMATS, default="table", help="how to print (default: table)")


def write_frame(frame: pd.DataFrame, form: str) -> None:
    """Print a frame, protected when its cohort is confidential.

    In CSV and JSON numbers keep all their digits, and what is missing is empty or null.
    """
    from comorbid.disclosure import guarded

    frame = guarded(frame)
    if form == "json":
        sys.stdout.write(json.dumps(rows(frame), indent=1, ensure_ascii=False) + "\n")
    elif form == "csv":
        from comorbid.columns.csv import csv_text

        sys.stdout.write(csv_text(frame))
    else:
        from comorbid.tables import to_text

        sys.stdout.write(to_text(frame, width=line_width()).rstrip("\n") + "\n")


def line_width() -> int:
    """Characters a line of a table may have: what the terminal shows, and a fixed number in a pipe or a file."""
    return max(shutil.get_terminal_size().columns, NARROWEST) if sys.stdout.isatty() else PIPED


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain Python values, ready for JSON."""
    return [{str(key): _plain(value) for key, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    missing = value is None or type(value).__name__ in ("NAType", "NaTType")
    return None if missing or (isinstance(value, float) and not math.isfinite(value)) else value
