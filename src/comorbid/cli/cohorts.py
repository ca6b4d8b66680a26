"""`comorbid cohorts`: which cohorts there are, and whether their files are here."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from comorbid.cli.output import add_format, write_frame


def add_parser(subparsers: Any) -> None:
    """Add the command to the program's parser."""
    parser = subparsers.add_parser("cohorts", help="list cohorts: real or synthetic, conditions, design, files")
    add_format(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print the registered cohorts."""
    from comorbid.sources.registry import list_cohorts

    found = list_cohorts()
    last = ["files", "design"]  # of a narrow terminal the last column is left out first
    write_frame(found[[*found.columns.drop(last), *last]], args.format)
    return 0
