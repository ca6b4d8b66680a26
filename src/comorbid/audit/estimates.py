"""The audit: every check over a frame of published estimates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, fields

import pandas as pd

from comorbid.audit.cohorts import counted_twice
from comorbid.audit.counts import not_from_counts, other_percentage, part_for_whole
from comorbid.audit.finding import DOUBTFUL, IMPOSSIBLE, TO_KNOW, Finding, Row, Rows
from comorbid.audit.intervals import asymmetric, outside, too_narrow
from comorbid.audit.wording import odds_as_times
from comorbid.errors import SpecError, listed
from comorbid.evidence import published_claims, published_estimates

CHECKS: tuple[Callable[[Rows], Iterator[Finding]], ...] = (
    outside, asymmetric, too_narrow, not_from_counts, other_percentage, part_for_whole, counted_twice,
)  # fmt: skip
ORDER = (IMPOSSIBLE, DOUBTFUL, TO_KNOW)
NEEDED = ("id", "study", "measure", "estimate")


def audit_estimates(frame: pd.DataFrame | None = None, claims: pd.DataFrame | None = None) -> pd.DataFrame:
    """What does not add up in published estimates, each with the sum that shows it.

    Every printed number stands for all numbers that round to it, and a finding is only made when none of them will do:
    honest rounding raises no alarm. Checks: the estimate lies in its interval; the limits of a ratio are symmetric on
    the log scale; so many people can give so narrow an interval; the cells give the odds ratio and its interval; the
    count gives the percentage; a percentage is the whole and not a part; a number of "times" is not an odds ratio; two
    studies are not the same people.

    Parameters
    ----------
    frame : DataFrame, optional
        Columns id, study, measure, estimate, and as far as there are: conf_low, conf_high, n, a, b, c, d, exposure,
        outcome, country, design, adjusted_for, note, and `printed` (estimate and interval with the digits printed). By
        default `published_estimates()`.
    claims : DataFrame, optional
        Texts in which numbers are quoted: claim, and estimates (ids, separated by blanks). By default
        `published_claims()` when no frame is given.

    Returns
    -------
    DataFrame
        id, study, check, finding, arithmetic, severity ("impossible", "doubtful", "to know"), size (the discrepancy),
        bound (the largest that rounding or the sample explains); the gravest first.

    Raises
    ------
    SpecError
        When a column is lacking.

    Notes
    -----
    A finding speaks of what was printed or copied, not of a study's conduct. False alarms: `false_alarm_rate`.
    """
    if frame is None:
        frame, claims = published_estimates(), published_claims() if claims is None else claims
    lacking = [name for name in NEEDED if name not in frame.columns]
    if lacking:
        raise SpecError(f"the frame has no column {listed(lacking)}; `published_estimates()` shows what is meant.")
    rows = [Row.of({str(key): value for key, value in facts.items()}) for facts in frame.to_dict("records")]
    found = [finding for check in CHECKS for finding in check(rows)] + list(odds_as_times(rows, claims))
    found.sort(key=lambda finding: ORDER.index(finding.severity))
    return pd.DataFrame([asdict(finding) for finding in found], columns=[field.name for field in fields(Finding)])
