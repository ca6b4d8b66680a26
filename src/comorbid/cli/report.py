"""`comorbid report` and `comorbid params`: run the notebooks of the study, and show what can be set in them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from comorbid.cli.output import add_format

__all__ = ["add_parser", "run", "run_params"]

DIFFERS, COULD_NOT = 1, 2
"""Exit status: all reports were made and a rebuilt number left its tolerance; a report could not be made."""

MADE = ("done", "unchanged", "differs")
"""Outcomes that leave a whole report of these inputs."""


def add_parser(subparsers: Any) -> None:
    """Add both commands to the program's parser."""
    _add_report(subparsers)
    _add_params(subparsers)


def _add_report(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "report",
        help="run the notebooks of the study and write their reports",
        description="Run notebooks and write reports to DIR/COHORT/ANALYSIS/, each whole or not at all. "
        "Reports whose notebook, parameters, library and data have not changed are left as they are.",
    )
    parser.add_argument("analyses", nargs="*", metavar="ANALYSIS", help="analyses to run (default: all)")
    parser.add_argument(
        "--cohort",
        default="synthetic",
        metavar="C",
        help="cohort, or codebook (TOML) of one's own (default: synthetic)",
    )
    parser.add_argument(
        "-p", dest="parameters", action="append", default=[], metavar="NAME=VALUE",
        help="set a parameter; `comorbid params ANALYSIS` lists them",
    )  # fmt: skip
    parser.add_argument("--out", default="reports", metavar="DIR", help="where reports go (default: reports)")
    parser.add_argument("--jobs", type=int, metavar="N", help="reports at a time (default: one a core)")
    parser.add_argument("--force", action="store_true", help="run also what has not changed")
    parser.add_argument(
        "--pdf", action="store_true", help="also print each report to DIR/COHORT/ANALYSIS.pdf; needs Chromium or Chrome"
    )
    parser.add_argument(
        "--crate", action="store_true", help="describe the cohort's reports as an RO-Crate (ro-crate-metadata.json)"
    )
    _add_study(parser)
    parser.set_defaults(run=run)


def _add_params(subparsers: Any) -> None:
    parser = subparsers.add_parser("params", help="show the parameters of an analysis")
    parser.add_argument("analysis", metavar="ANALYSIS")
    add_format(parser)
    _add_study(parser)
    parser.set_defaults(run=run_params)


def _add_study(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--study", metavar="FILE", help="study file of your own (default: the one of the library)")


def run(args: argparse.Namespace) -> int:
    """Run reports; 0 when all that were asked for are there, 1 when a number in one differs, 2 without one."""
    from comorbid.analyses.parameters import parse_assignments
    from comorbid.analyses.pdf import find_browser
    from comorbid.analyses.runner import run_study
    from comorbid.analyses.study import load_study

    browser = find_browser() if args.pdf else ""
    outcomes = run_study(
        load_study(args.study),
        args.analyses,
        cohort=args.cohort,
        given=parse_assignments(args.parameters),
        out=args.out,
        jobs=args.jobs,
        force=args.force,
    )
    made = [outcome for outcome in outcomes if outcome.status in MADE]
    if made and args.crate:
        _write_crate(made[0].path.parent)
    for outcome in made if browser else []:
        _print(outcome.path, browser)
    return _verdict(outcomes, set(args.analyses), Path(args.out))


def _write_crate(folder: Path) -> None:
    from comorbid.analyses.crate import write_crate

    print(f"crate: {write_crate(folder)}")


def _print(report: Path, browser: str) -> None:
    from comorbid.analyses.pdf import print_page

    print(f"pdf: {print_page(report / 'index.html', report.with_name(f'{report.name}.pdf'), browser)}")


def _verdict(outcomes: Iterable[Any], asked: set[str], out: Path) -> int:
    """Exit status, after one message on standard error for each report that failed, differs, or had to be skipped."""
    messages = [_failure(outcome, out) for outcome in outcomes if outcome.status == "failed"]
    skipped = [outcome for outcome in outcomes if outcome.status == "skipped" and outcome.analysis in asked]
    messages += [f"{outcome.analysis} was not run: {outcome.message}." for outcome in skipped]
    differing = [_difference(outcome) for outcome in outcomes if outcome.status == "differs"]
    for message in [*messages, *differing]:
        print(f"comorbid: {message}", file=sys.stderr)
    return COULD_NOT if messages else DIFFERS if differing else 0


def _difference(outcome: Any) -> str:
    return f"{outcome.cohort}/{outcome.analysis}: {outcome.message}. The report shows it: {outcome.path / 'index.html'}"


def _failure(outcome: Any, out: Path) -> str:
    from comorbid.analyses.progress import shown_path

    lines = [f"{outcome.cohort}/{outcome.analysis} failed at {outcome.message}"]
    if outcome.path.suffix == ".ipynb":
        lines.append(f"  The notebook as far as it ran: {shown_path(outcome.path, Path.cwd())}")
    last = out / outcome.cohort / outcome.analysis
    lines.append(f"  The last good report stays at {last}." if last.is_dir() else "  No report was written.")
    return "\n".join(lines)


def run_params(args: argparse.Namespace) -> int:
    """Print the parameters of an analysis."""
    import pandas as pd

    from comorbid.analyses.parameter_cell import read_parameters
    from comorbid.analyses.study import load_study
    from comorbid.cli.output import write_frame

    (analysis,) = load_study(args.study).select([args.analysis])
    rows = [_row(parameter, analysis.parameters or {}) for parameter in read_parameters(analysis.notebook)]
    if args.format != "json":
        rows = [{**row, "default": "none" if row["default"] is None else str(row["default"])} for row in rows]
    write_frame(pd.DataFrame(rows).astype(object), args.format)
    return 0


def _row(parameter: Any, study: Any) -> dict[str, Any]:
    choices = ", ".join(map(str, parameter.choices))
    if parameter.choices_from:
        choices = f"{parameter.choices_from} of the cohort"
    return {
        "name": parameter.name,
        "type": parameter.type_name,
        "default": study.get(parameter.name, parameter.default),
        "choices": choices,
        "help": parameter.help,
    }
