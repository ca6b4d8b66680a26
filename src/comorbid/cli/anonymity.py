"""`comorbid anonymity FILE` or `CODEBOOK`: whether the rows point at people."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from comorbid.cli.output import add_format, write_frame

FOUND = 1
"""Exit status when something was found; 0 when nothing was, 2 when it could not be looked at."""


def add_parser(subparsers: Any) -> None:
    """Add the command to the program's parser."""
    parser = subparsers.add_parser(
        "anonymity",
        help="whether the rows of a file point at people",
        description="k-anonymity and l-diversity on quasi-identifiers, columns like identifiers, exact dates, small "
        "areas, free text, ages over 89. No codebook is needed: without one, columns are taken for what their names "
        "say. Exit status 0: nothing found; 1: something; 2: could not be looked at.",
    )
    parser.add_argument("source", metavar="SOURCE", help="a file, a codebook that names one, or a registered cohort")
    parser.add_argument("--codebook", metavar="FILE", help="codebook (TOML) of a file of your own")
    parser.add_argument("--k", type=int, default=5, metavar="N", help="fewest people who are alike (default: 5)")
    parser.add_argument("--l", type=int, default=2, metavar="N", help="fewest answers of those (default: 2)")
    parser.add_argument("--quasi", metavar="A,B", help="what a neighbour could know: variables, or columns of a file")
    parser.add_argument("--sensitive", metavar="A,B", help="what must not be found out (default: the conditions)")
    add_format(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print the findings; 1 when there are some."""
    from comorbid.anonymity import anonymity_findings, question_of

    question = question_of(args.source, args.codebook, _names(args.quasi), _names(args.sensitive))
    findings = anonymity_findings(question, args.k, args.l)
    if args.format != "table":
        write_frame(findings, args.format)
        return FOUND if len(findings) else 0
    print(question.describe())
    if len(findings):
        write_frame(findings, args.format)
    else:
        print(f"Nothing found: every class has {args.k} people or more and {args.l} answers or more.")
    return FOUND if len(findings) else 0


def _names(given: str | None) -> list[str] | None:
    return [name.strip() for name in given.split(",") if name.strip()] if given else None
