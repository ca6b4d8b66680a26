"""`comorbid prevalence COHORT`: prevalence of each condition."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from comorbid.cli.cohort_arguments import add_cohort, add_conf_level, load_asked
from comorbid.cli.output import add_format, write_frame


def add_parser(subparsers: Any) -> None:
    """Add the command to the program's parser."""
    parser = subparsers.add_parser("prevalence", help="prevalence of each condition")
    add_cohort(parser)
    parser.add_argument("--by", action="append", metavar="VARIABLE", help="a set of rows for each level, e.g. sex")
    parser.add_argument("--interval", default="logit", help="logit (default) or korn-graubard")
    add_conf_level(parser)
    add_format(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print the prevalence of every condition of the cohort."""
    from comorbid.measures import prevalence

    frame = prevalence(load_asked(args), by=args.by, conf_level=args.conf_level, interval=args.interval)
    write_frame(frame, args.format)
    return 0
