"""Verdicts on rebuilt numbers: computed, by kind, never mixed."""

from __future__ import annotations

import math

from comorbid.rebuilding.printed import LOG_MEASURES, Printed
from comorbid.rebuilding.registry import FROM_COUNTS, SIMULATION, Number

AGREES, ROUNDING, DIFFERS = "agrees", "agrees within rounding", "differs"
NOT_COMPARED = "not compared"
SYNTHETIC_VERDICT = "no verdict: synthetic data"
GRAIN = 1e-9
ROOM = 1.5
"""How many times as wide as in a simple sample without covariates a printed interval may be before it does not fit."""
Z = 1.959963984540054
Said = tuple[str, str]


def verdict(kind: str, number: Number, published: Printed, tolerance: float) -> Said:
    """Verdict on a rebuilt number, and why.

    From counts: "agrees" when every digit printed is met, "agrees within rounding" when all are within the tolerance.
    Design simulation: "agrees" when the spread of simulated widths holds the printed width or that is wider, up to
    `ROOM` times, as adjustment and a sampling design make it; "agrees within rounding" when this is so of a width that
    rounds to the printed limits. Replication: "agrees" when the two estimates differ by less than 1.96 standard errors
    of their difference.
    """
    if not published.values:
        return NOT_COMPARED, "nothing was published to set beside it"
    if kind == FROM_COUNTS:
        return _of_counts(number, published, tolerance)
    if kind == SIMULATION:
        return _of_widths(number, published)
    return _of_surveys(number, published)


def departure(number: Number, target: float, value: float | None = None) -> float:
    """Distance of the estimate (or another value of it) from a target: of logarithms for ratios."""
    value = number.estimate if value is None else value
    if number.measure not in LOG_MEASURES:
        return value - target
    return math.log(value / target) if value > 0 and target > 0 else math.inf


def _of_counts(number: Number, published: Printed, tolerance: float) -> Said:
    rebuilt = (number.estimate, number.conf_low, number.conf_high)
    pairs = [(r, p, h) for r, p, h in zip(rebuilt, published.values, published.half_units, strict=False) if r == r]
    if all(abs(r - p) <= h + GRAIN for r, p, h in pairs):
        return AGREES, "every printed digit is met"
    if all(abs(departure(number, p, r)) <= tolerance or abs(r - p) <= h + GRAIN for r, p, h in pairs):
        return ROUNDING, "the difference is no more than rounding of the printed numbers explains"
    return DIFFERS, "the difference is more than rounding explains"


def _of_widths(number: Number, published: Printed) -> Said:
    low, high = number.conf_low, number.conf_high
    narrowest, widest = _widths_that_round(published)
    room = math.inf if number.least else ROOM
    if high >= 1 and low <= room:
        return AGREES, number.detail
    if high * widest >= 1 and low * narrowest <= room:
        return ROUNDING, number.detail
    return DIFFERS, number.detail


def _widths_that_round(published: Printed) -> tuple[float, float]:
    """Narrowest and widest log width that rounds to the printed limits, as shares of the printed width."""
    (_, low, high), (_, low_half, high_half) = published.values[:3], published.half_units[:3]
    width = math.log(high / low)
    narrow = max(math.log((high - high_half) / (low + low_half)), 0.0)
    return narrow / width, math.log((high + high_half) / max(low - low_half, 1e-12)) / width


def _of_surveys(number: Number, published: Printed) -> Said:
    value = published.values[0]
    if len(published.values) < 3:
        inside = number.conf_low <= value <= number.conf_high
        where = "inside" if inside else "outside"
        return (AGREES if inside else DIFFERS), f"the published value lies {where} the survey's interval"
    errors = [
        _std_error(number, low, high) for low, high in (published.values[1:3], (number.conf_low, number.conf_high))
    ]
    distance = abs(departure(number, value)) / math.hypot(*errors)
    return (AGREES if distance < Z else DIFFERS), f"{distance:.1f} standard errors of the difference apart"


def _std_error(number: Number, low: float, high: float) -> float:
    return abs(departure(number, low, high)) / (2 * Z)
