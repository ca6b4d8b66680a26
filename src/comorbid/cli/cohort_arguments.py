"""Arguments that say which people a command is about."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from comorbid.errors import SpecError

if TYPE_CHECKING:
    from comorbid.cohort import Cohort


def add_cohort(parser: ArgumentParser) -> None:
    """COHORT and the options that choose its codebook, design, definitions and domain."""
    parser.add_argument("cohort", metavar="COHORT", help="a registered cohort, a codebook, or a file")
    parser.add_argument("--codebook", metavar="FILE", help="codebook (TOML) of a file of your own")
    parser.add_argument("--design", metavar="NAME", help="one of the codebook's designs, e.g. examination")
    for name, what in (("weights", "sampling weights"), ("strata", "strata"), ("psu", "primary sampling units")):
        parser.add_argument(f"--{name}", metavar="COLUMN", help=f"column of {what} of a file of your own")
    parser.add_argument(
        "--define", action="append", default=[], metavar="CONDITION=RULE", help="another definition: fibromyalgia=F"
    )
    parser.add_argument("--where", metavar="EXPRESSION", help="a domain, e.g. \"sex == 'female' and age >= 50\"")


def add_conf_level(parser: ArgumentParser) -> None:
    parser.add_argument("--conf-level", type=float, default=0.95, metavar="P", help="confidence level (default: 0.95)")


def load_asked(args: Namespace) -> Cohort:
    """The cohort that the arguments ask for."""
    from comorbid.sources.load import load_cohort

    cohort = load_cohort(
        args.cohort, codebook=args.codebook, design=_design(args), definitions=dict(map(_definition, args.define))
    )
    return cohort.restrict(args.where, "outside the domain asked for") if args.where else cohort


def _definition(text: str) -> tuple[str, str]:
    condition, equals, rule = text.partition("=")
    if not (condition and equals and rule):
        raise SpecError(f"--define {text!r} is not of the form CONDITION=RULE, such as fibromyalgia=F.")
    return condition, rule


def _design(args: Namespace):  # type: ignore[no-untyped-def]
    from comorbid.design import SurveyDesign

    columns = {name: getattr(args, name) for name in ("weights", "strata", "psu") if getattr(args, name)}
    if columns and args.design:
        raise SpecError("--design names one of the codebook's designs; leave --weights, --strata and --psu out then.")
    return SurveyDesign(**columns) if columns else args.design
