"""`comorbid fit COHORT FORMULA`: one logistic model."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from comorbid.cli.cohort_arguments import add_cohort, add_conf_level, load_asked
from comorbid.cli.output import add_format, write_frame


def add_parser(subparsers: Any) -> None:
    """Add the command to the program's parser."""
    parser = subparsers.add_parser(
        "fit",
        help="one logistic model",
        description="Fit a logistic model with the survey's design. Prints odds ratios; standard errors are on the log "
        "scale.",
    )
    add_cohort(parser)
    parser.add_argument("formula", metavar="FORMULA", help='e.g. "migraine ~ low_back_pain + age_band + sex"')
    parser.add_argument("--log-odds", action="store_true", help="print coefficients instead of odds ratios")
    parser.add_argument("--method", default="ml", help="ml (default), or firth for rare levels and separation")
    parser.add_argument("--df", default="design", help="degrees of freedom: design (default), residual, or a number")
    parser.add_argument("--glance", action="store_true", help="print one row about the model instead")
    parser.add_argument("--margins", action="store_true", help="print standardised prevalences of the exposure instead")
    add_conf_level(parser)
    add_format(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Fit and print; who was left out for missing values is said on standard error."""
    from comorbid.fitting import fit_logistic

    cohort = load_asked(args)
    fit = fit_logistic(cohort, args.formula, method=args.method, df=_degrees(args.df))
    if args.glance:
        frame = fit.glance()
    elif args.margins:
        frame = fit.margins(conf_level=args.conf_level)
    else:
        frame = fit.tidy(exponentiate=not args.log_odds, conf_level=args.conf_level)
    write_frame(frame, args.format)
    if fit.n_excluded and args.format == "table":
        missing = ", ".join(f"{name} {cohort.shown(count)}" for name, count in fit.missing.items() if count)
        print(f"{cohort.shown(fit.n_excluded)} people left out for missing values ({missing}).", file=sys.stderr)
    return 0


def _degrees(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text
