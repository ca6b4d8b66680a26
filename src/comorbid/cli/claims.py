"""`comorbid claims`: the ledger, one row a claim."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from comorbid.cli.output import add_format, write_frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["add_parser", "run"]

DIFFERS = 1
"""Exit status: a rebuilt number left the tolerance recorded for it."""

ON_A_TERMINAL = ["claim", "claimed", "rebuilt", "verdict"]
"""Columns that fit; the other formats have all."""


def add_parser(subparsers: Any) -> None:
    """Add the command to the program's parser."""
    parser = subparsers.add_parser(
        "claims",
        help="the ledger: claimed, published, rebuilt, verdict",
        description="Print what the articles claim, what the studies behind it published, the numbers rebuilt from "
        "counts, by simulation of the design or in a survey, and the verdict. A table tells how many numbers were "
        "rebuilt, how many agree with print, and the most telling one; csv and json have all of it, and why. Exit "
        "status 1 when a rebuilt number left its tolerance.",
    )
    parser.add_argument("--cohort", metavar="C", help="cohort for the replications (default: they are left out)")
    parser.add_argument("--claim", action="append", metavar="ID", help="this claim alone; can be given again")
    add_format(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print the ledger; 1 when a rebuilt number left its tolerance, with one message that names the numbers."""
    from comorbid.errors import listed
    from comorbid.rebuilding import ledger, rebuilt_numbers

    numbers = rebuilt_numbers(args.cohort, args.claim)
    frame = ledger(claims=args.claim, numbers=numbers)
    write_frame(_short(frame, numbers)[ON_A_TERMINAL] if args.format == "table" else frame, args.format)
    left = numbers[numbers["within_tolerance"].eq(False).fillna(False)]
    if left.empty:
        return 0
    named = (f"{row['analysis']}, {row['rebuild']}" for row in left.to_dict("records"))
    print(f"comorbid: these rebuilt numbers left their tolerance: {listed(named)}.", file=sys.stderr)
    return DIFFERS


def _short(frame: pd.DataFrame, numbers: pd.DataFrame) -> pd.DataFrame:
    """The ledger with the rebuilt numbers of a claim counted, and the one that tells most."""
    found = numbers[numbers["rebuilt"] != ""]
    verdicts = {claim: list(rows) for claim, rows in found.groupby("claim")["verdict"]}
    told = [
        f"{_counted(verdicts[claim])} {_first(rebuilt)}" if claim in verdicts else rebuilt
        for claim, rebuilt in zip(frame["claim"], frame["rebuilt"], strict=True)
    ]
    return frame.assign(rebuilt=told)


def _counted(verdicts: list[str]) -> str:
    """How many numbers were rebuilt, and how many of those set beside a printed one agree with it."""
    agree = sum(verdict.startswith("agrees") for verdict in verdicts)
    compared = agree + verdicts.count("differs")
    return f"{len(verdicts)} rebuilt, {agree} of {compared} compared with print agree."


def _first(rebuilt: str) -> str:
    """The first of the numbers that the ledger shows of a claim."""
    return rebuilt.partition(";")[0].partition(". ")[0].rstrip(".") + "."
