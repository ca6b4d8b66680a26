"""The command line: one module a command, each with `add_parser` and `run`; heavy imports wait until they are needed.

Exit status 0: done. 1: done, and the answer is no. 2: could not be done; one message on standard error.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from comorbid import __version__
from comorbid.errors import ComorbidError

__all__ = ["main"]

COMMANDS = (
    "cohorts",
    "fetch",
    "check",
    "anonymity",
    "codebook",
    "prevalence",
    "cooccurrence",
    "fit",
    "claims",
    "report",
    "verify",
    "simulate",
)
"""Modules of this package, in the order in which help lists them."""

COULD_NOT, INTERRUPTED = 2, 130


def build_parser() -> argparse.ArgumentParser:
    """The parser of every command."""
    parser = argparse.ArgumentParser(
        prog="comorbid",
        description="How migraine, low back pain, neck pain and fibromyalgia occur together in real surveys.",
        epilog="Source files are looked for in the folders of COMORBID_DATA, then in the user's cache folder.",
    )
    parser.add_argument("--version", action="version", version=f"comorbid {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in COMMANDS:
        importlib.import_module(f"comorbid.cli.{name}").add_parser(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; a user's mistake is one message, never a traceback."""
    try:
        args = build_parser().parse_args(arguments)
        return int(args.run(args))
    except ComorbidError as fault:
        print(f"comorbid: {fault}", file=sys.stderr)
        return COULD_NOT
    except KeyboardInterrupt:
        print("comorbid: stopped; nothing half-written was left.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone; keep the interpreter from complaining about it on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
