"""`comorbid check COHORT` or `FILE [--codebook FILE]`: every fault of the data in one list."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from comorbid.cli.output import add_format, write_frame

FAULTS = 1
"""Exit status when the data have faults; 0 when they have none, 2 when they cannot be read as data."""


def add_parser(subparsers: Any) -> None:
    """Add the command to the program's parser."""
    parser = subparsers.add_parser(
        "check",
        help="list every fault of a cohort's data",
        description="List every fault of a cohort's data: tables, codes, limits, weights, strata, sampled units, "
        "columns, and for a survey the counts that its publisher gives. "
        "Exit status 0: none; 1: some; 2: not to be read as data at all.",
    )
    parser.add_argument("cohort", metavar="COHORT", help="a registered cohort, a codebook, or a file")
    parser.add_argument("--codebook", metavar="FILE", help="codebook (TOML) of a file of your own")
    add_format(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print the faults; 1 when there are some."""
    from comorbid.sources.check import check_cohort

    faults = check_cohort(args.cohort, args.codebook)
    if args.format != "table":
        write_frame(faults, args.format)
    elif len(faults):
        write_frame(faults.assign(column=faults["column"].replace("", "(the file)")), args.format)
    else:
        print(f"{args.cohort}: no fault found.")
    return FAULTS if len(faults) else 0
