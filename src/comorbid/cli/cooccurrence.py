"""`comorbid cooccurrence COHORT`: every pair and every combination of conditions."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from comorbid.cli.cohort_arguments import add_cohort, add_conf_level, load_asked
from comorbid.cli.output import add_format, write_frame

PARTS = ("pairs", "combinations")


def add_parser(subparsers: Any) -> None:
    """Add the command to the program's parser."""
    parser = subparsers.add_parser("cooccurrence", help="pairs and combinations of conditions")
    add_cohort(parser)
    parser.add_argument("--by", action="append", metavar="VARIABLE", help="a set of rows for each level, e.g. sex")
    parser.add_argument("--only", choices=PARTS, help="pairs or combinations alone (default: both)")
    add_conf_level(parser)
    add_format(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print pairs, then combinations; CSV and JSON hold both in one list, with what does not apply left empty."""
    import pandas as pd

    from comorbid.columns import arrange
    from comorbid.disclosure import guarded
    from comorbid.measures import combinations, cooccurrence

    cohort = load_asked(args)
    measures = {"pairs": cooccurrence, "combinations": combinations}
    wanted = [args.only] if args.only else list(PARTS)
    frames = [guarded(measures[part](cohort, by=args.by, conf_level=args.conf_level)) for part in wanted]
    if args.format == "table":
        for number, frame in enumerate(frames):
            print() if number else None
            write_frame(frame, "table")
        return 0
    leading = args.by or []
    frame = frames[0] if len(frames) == 1 else arrange(pd.concat(frames, ignore_index=True), leading)
    write_frame(frame, args.format)
    return 0
