"""`comorbid verify REPORT`: whether a report still follows from the code and data at hand."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comorbid.cli.output import add_format, write_frame

if TYPE_CHECKING:
    from comorbid.analyses.verify import Check

DIFFERS = 1
"""Exit status: the report was read, and it does not follow from what is at hand."""


def add_parser(subparsers: Any) -> None:
    """Add the command to the program's parser."""
    parser = subparsers.add_parser(
        "verify",
        help="say whether a report still follows from the code and data at hand",
        description="Compare a report's files, inputs and packages with its manifest and with what is at hand. "
        "Exit status 0: all the same; 1: something differs, and the table says what.",
    )
    parser.add_argument("report", metavar="REPORT", help="folder of a report, or a folder with several")
    parser.add_argument("--rebuild", action="store_true", help="also run it anew and compare every file byte for byte")
    parser.add_argument("--study", metavar="FILE", help="study file of your own (default: the one of the library)")
    add_format(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print what differs as a table, or every check as CSV or JSON."""
    from comorbid.analyses.study import load_study
    from comorbid.analyses.verify import find_reports, verify_report

    study, folder = load_study(args.study), Path(args.report)
    checks = [(report, verify_report(report, study, rebuild=args.rebuild)) for report in find_reports(folder)]
    differing = sum(check.status != "same" for _, found in checks for check in found)
    if args.format == "table":
        _tell(checks, folder)
    rows = [(report, check) for report, found in checks for check in found]
    shown = rows if args.format != "table" else [row for row in rows if row[1].status != "same"]
    if shown:
        write_frame(_frame(shown, folder, short=args.format == "table"), args.format)
    return DIFFERS if differing else 0


def _tell(checks: Sequence[tuple[Path, Sequence[Check]]], folder: Path) -> None:
    """One line a report: what is the same, and whether all is."""
    for report, found in checks:
        parts = dict.fromkeys(check.part for check in found)
        same = {part: sum(c.part == part and c.status == "same" for c in found) for part in parts}
        all_of = {part: sum(c.part == part for c in found) for part in parts}
        counts = ", ".join(f"{same[part]} of {all_of[part]} {part}s" for part in parts)
        verdict = "follows from" if same == all_of else "does not follow from"
        sys.stdout.write(f"{_name(report, folder)} {verdict} the code and data at hand: {counts} the same.\n")


def _frame(rows: Sequence[tuple[Path, Check]], folder: Path, *, short: bool) -> Any:
    import pandas as pd

    columns = ["report", "part", "name", "status", "recorded", "found"]
    values = [
        (_name(report, folder), c.part, c.name, c.status, _shown(c.recorded, short), _shown(c.found, short))
        for report, c in rows
    ]
    return pd.DataFrame(values, columns=columns)


def _shown(value: str, short: bool) -> str:
    """A hash by its first twelve digits where people read it."""
    return value[:12] if short else value


def _name(report: Path, folder: Path) -> str:
    """The report as seen from the folder asked for."""
    return report.relative_to(folder).as_posix() if report != folder and report.is_relative_to(folder) else str(report)
