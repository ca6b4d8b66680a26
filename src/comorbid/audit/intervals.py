"""Checks of one printed interval: around its estimate, symmetric, and no narrower than its sample allows."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterator, Mapping

from comorbid._numerics.rounding_box import Z, least_std_error, log_asymmetry, std_error_bounds
from comorbid.audit.finding import DOUBTFUL, IMPOSSIBLE, SHARES, Finding, Row, Rows, people

UNEVEN = 0.15
"""Share of half the log width by which a middle may be off besides rounding: limits from a profile likelihood are not
quite symmetric."""

PER_UNIT = re.compile(r"\b(each|per|every|additional)\b", re.IGNORECASE)


def outside(rows: Rows) -> Iterator[Finding]:
    """Estimates that lie outside their own interval, however the numbers were rounded."""
    for row in (row for row in rows if row.has_interval):
        (x, low, high), (x_half, low_half, high_half) = row.printed.values, row.printed.half_units
        below, above = (low - low_half) - (x + x_half), (x - x_half) - (high + high_half)
        if max(below, above) >= -1e-9:
            said = "below" if below >= above else "above"
            yield row.found(
                "estimate outside its interval",
                f"{x:g} lies {said} its own interval, {low:g} to {high:g}",
                f"an estimate between {x - x_half:g} and {x + x_half:g} rounds to {x:g}; limits between "
                f"{low - low_half:g} and {high + high_half:g} round to those printed; no number is in both",
                IMPOSSIBLE, max(x - high, low - x), 0.0,
            )  # fmt: skip


def asymmetric(rows: Rows) -> Iterator[Finding]:
    """Ratios whose limits are not equally far away on the log scale, by more than rounding explains."""
    for row in (row for row in rows if row.is_ratio):
        values, halves = row.printed.values, row.printed.half_units
        off, least, most = log_asymmetry(values, halves)
        beyond = max(least, -most)
        half_width = (math.log(values[2]) - math.log(values[1])) / 2
        if beyond <= UNEVEN * half_width:
            continue
        x, low, high = map(math.log, values)
        rounding = (most - least) / 2
        other = (values[0] ** 2 / values[1], values[0] ** 2 / values[2])
        yield row.found(
            "symmetry on the log scale",
            f"the limits {values[1]:g} to {values[2]:g} are not symmetric about {values[0]:g}; with the lower limit "
            f"right, the upper one would be {other[0]:.2g}; with the upper one right, the lower one {other[1]:.2g}",
            f"log limits {low:.3f} and {high:.3f} around {x:.3f}: mid {(low + high) / 2:.3f}, off by {abs(off):.3f}, "
            f"rounding explains {rounding:.3f}",
            IMPOSSIBLE if beyond > 0.25 * half_width else DOUBTFUL, abs(off), rounding,
        )  # fmt: skip


def too_narrow(rows: Rows) -> Iterator[Finding]:
    """Odds and hazard ratios with a smaller standard error than so many people can give."""
    shares = outcome_shares(rows)
    for row in rows:
        least, how = least_of_sample(row, shares)
        if least is None:
            continue
        widest = std_error_bounds(row.printed.values, row.printed.half_units)[1]
        if widest >= least:
            continue
        n = row.number("n") or math.nan
        middle = math.log(row.printed.values[2] / row.printed.values[1]) / (2 * Z)
        yield row.found(
            "precision its sample cannot carry",
            f"the interval {row.printed.values[1]:g} to {row.printed.values[2]:g} is too narrow for {n:,.0f} people: "
            f"it would take some {people(n * (least / middle) ** 2)}, at least {people(n * (least / widest) ** 2)}"
            + _total_that_fits(row, n, least, widest),
            f"standard error of the log ratio as printed {middle:.4f}, with rounding at most {widest:.4f}; "
            f"{how} {least:.4f}",
            IMPOSSIBLE, widest, least,
        )  # fmt: skip


def _total_that_fits(row: Row, n: float, least: float, widest: float) -> str:
    """A number of people in the note that would give the printed interval, such as a population weighted up to."""
    totals = [float(figure.replace(",", "")) for figure in re.findall(r"\d[\d,]*\d", row.text("note"))]
    narrowest, _ = std_error_bounds(row.printed.values, row.printed.half_units)
    fits = [total for total in totals if total > n and narrowest <= least * math.sqrt(n / total) <= widest]
    return f"; the {fits[0]:,.0f} that the note names would fit" if fits else ""


def least_of_sample(row: Row, shares: Mapping[Hashable, float]) -> tuple[float | None, str]:
    """The smallest standard error that the sample of a row can give, and how it was found.

    `shares` is what `outcome_shares` gives for the rows among which it stands.
    """
    n, measure = row.number("n"), row.text("measure")
    binary = not PER_UNIT.search(row.text("exposure"))
    if not row.is_ratio or n is None or not binary or measure not in ("odds_ratio", "hazard_ratio"):
        return None, ""
    if measure == "hazard_ratio":
        return 2 / math.sqrt(n), f"{n:,.0f} people give at least 2/sqrt(n) ="
    cells = row.numbers("abcd")
    if cells is not None and min(cells) > 0:
        return math.sqrt(sum(1 / cell for cell in cells)), "its own cells give sqrt(1/a + 1/b + 1/c + 1/d) ="
    share = shares.get(_people_and_outcome(row))
    if share is None:
        return least_std_error(n), f"{n:,.0f} people give at least 4/sqrt(n) ="
    return least_std_error(
        n, share
    ), f"{n * share:,.0f} of {n:,.0f} with the outcome give at least 2/sqrt(n p (1 - p)) ="


def outcome_shares(rows: Rows) -> dict[Hashable, float]:
    """Shares with an outcome that were printed, by study, number of people and outcome; of several, the first."""
    found: dict[Hashable, float] = {}
    for row in rows:
        share, key = row.number("estimate"), _people_and_outcome(row)
        if row.text("measure") in SHARES and share is not None and 0 < share < 1 and key is not None:
            found.setdefault(key, share)
    return found


def _people_and_outcome(row: Row) -> Hashable:
    """What two rows on the same outcome of the same people have in common; None where a part of it is missing."""
    found = tuple(row.facts.get(name) for name in ("study", "n", "outcome"))
    return found if all(value == value for value in found) else None
