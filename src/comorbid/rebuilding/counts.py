"""Numbers that follow exactly from printed ones: cells, percentages, rates."""

from __future__ import annotations

import math
from collections.abc import Sequence

from comorbid._numerics import published_cells as cell
from comorbid._numerics.rounding_box import Z, std_error_bounds
from comorbid.errors import SpecError
from comorbid.measures.proportions import detectable_difference
from comorbid.rebuilding.printed import read_printed
from comorbid.rebuilding.registry import FROM_COUNTS, Number, Rows, rebuilds

Cells = str | Sequence[float]
INTERVALS = {"wilson": cell.wilson, "exact": cell.clopper_pearson}


@rebuilds(FROM_COUNTS)
def odds_ratio(rows: Rows, cells: Cells) -> Number:
    """Odds ratio with Woolf's interval from the cells a, b, c, d of a published row, or from four counts."""
    return Number("odds_ratio", *cell.odds_ratio(*_four(rows, cells)))


@rebuilds(FROM_COUNTS)
def prevalence_ratio(rows: Rows, cells: Cells) -> Number:
    """Prevalence ratio with its log interval from the cells of a published row, or from four counts."""
    return Number("prevalence_ratio", *cell.prevalence_ratio(*_four(rows, cells)))


@rebuilds(FROM_COUNTS)
def prevalence_difference(rows: Rows, cells: Cells) -> Number:
    """Difference of prevalences with Newcombe's interval."""
    return Number("prevalence_difference", *cell.prevalence_difference(*_four(rows, cells)))


@rebuilds(FROM_COUNTS)
def proportion(rows: Rows, cells: Cells, interval: str = "wilson") -> Number:
    """a / (a + b) of a published row, or events and people, with Wilson's or the exact interval."""
    a, n = _events(rows, cells)
    if interval not in INTERVALS:
        raise SpecError(f"interval = {interval!r} is not a choice. Accepted: {', '.join(INTERVALS)}.")
    return Number("prevalence", *INTERVALS[interval](a, n))


@rebuilds(FROM_COUNTS)
def ratio_of_prevalences(rows: Rows, exposed: str | float, unexposed: str | float) -> Number:
    """Ratio of two printed prevalences or rates; without counts there is no interval."""
    return Number("prevalence_ratio", _share(rows, exposed) / _share(rows, unexposed))


@rebuilds(FROM_COUNTS)
def odds_ratio_of_prevalences(rows: Rows, exposed: str | float, unexposed: str | float) -> Number:
    """Odds ratio of two printed prevalences; without counts there is no interval."""
    p, q = _share(rows, exposed), _share(rows, unexposed)
    return Number("odds_ratio", p / (1 - p) / (q / (1 - q)))


@rebuilds(FROM_COUNTS)
def detectable_share(rows: Rows, groups: Sequence[int], other: float) -> Number:
    """The smallest share of the first group that a comparison shows, with 80% power, against `other` in the second.

    Fisher's exact test at 5%, two-sided; see `comorbid.measures.proportions.detectable_difference`.
    """
    found = detectable_difference(groups[0], groups[1], other)
    return Number("prevalence", float(found["share_a"].iloc[0]))


@rebuilds(FROM_COUNTS)
def implied_spread(rows: Rows, estimate: str, outcome: str) -> Number:
    """The standard deviation of a counted exposure that the printed interval of an odds ratio per unit implies.

    The standard error of such a log odds ratio is near 1 / (sd sqrt(n p (1 - p))) in n people of whom a share p has the
    outcome, so sd = 1 / (SE sqrt(n p (1 - p))); the limits follow from rounding of the printed interval.
    """
    printed, n = read_printed(rows[estimate]["printed"]), float(rows[estimate]["n"])
    share = _share(rows, outcome)
    low, high = std_error_bounds(printed.values, printed.half_units)
    middle = math.log(printed.values[2] / printed.values[1]) / (2 * Z)
    root = math.sqrt(n * share * (1 - share))
    return Number("standard_deviation", 1 / (middle * root), 1 / (high * root), 1 / (low * root))


def _four(rows: Rows, cells: Cells) -> list[float]:
    found = [float(rows[cells][name]) for name in "abcd"] if isinstance(cells, str) else [float(x) for x in cells]
    if len(found) != 4 or any(x != x for x in found):
        raise SpecError(f"cells = {cells!r}: four counts a, b, c, d are needed, and not all are published.")
    return found


def _events(rows: Rows, cells: Cells) -> tuple[float, float]:
    if isinstance(cells, str):
        a, b = float(rows[cells]["a"]), float(rows[cells]["b"])
        return a, a + b
    events, n = map(float, cells)
    return events, n


def _share(rows: Rows, value: str | float) -> float:
    return float(rows[value]["estimate"]) if isinstance(value, str) else float(value)
