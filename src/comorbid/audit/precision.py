"""How precise each published ratio claims to be, beside what its sample can give."""

from __future__ import annotations

import math

import pandas as pd

from comorbid._numerics.rounding_box import Z, std_error_bounds
from comorbid.audit.finding import Row
from comorbid.audit.intervals import least_of_sample, outcome_shares
from comorbid.evidence import published_estimates

COLUMNS = [
    "id", "study", "measure", "n", "std_error", "std_error_low", "std_error_high", "least_std_error", "too_narrow",
]  # fmt: skip


def published_precision(frame: pd.DataFrame | None = None) -> pd.DataFrame:
    """Standard errors behind printed intervals, and the least that so many people can give.

    Parameters
    ----------
    frame : DataFrame, optional
        As `audit_estimates` takes it; `published_estimates()` by default.

    Returns
    -------
    DataFrame
        One row for each odds or hazard ratio with an interval, a number of people and an exposure that is yes or no:
        id, study, measure, n, std_error (of the log ratio, from the printed limits), std_error_low and std_error_high
        (the least and greatest that round to them), least_std_error (of its sample), too_narrow.
    """
    given = published_estimates() if frame is None else frame
    rows = [Row.of({str(key): value for key, value in facts.items()}) for facts in given.to_dict("records")]
    shares = outcome_shares(rows)
    found = [(row, least) for row in rows if (least := least_of_sample(row, shares)[0]) is not None]
    return pd.DataFrame([_row(row, least) for row, least in found], columns=COLUMNS)


def _row(row: Row, least: float) -> tuple[object, ...]:
    low, high = std_error_bounds(row.printed.values, row.printed.half_units)
    printed = math.log(row.printed.values[2] / row.printed.values[1]) / (2 * Z)
    names = (row.text("id"), row.text("study"), row.text("measure"), row.number("n"))
    return (*names, printed, low, high, least, high < least)
