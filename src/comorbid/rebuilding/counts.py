"""Numbers that follow exactly from printed ones: cells, percentages, rates."""

from __future__ import annotations

from collections.abc import Sequence

from comorbid._numerics import published_cells as cell
from comorbid.errors import SpecError
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
