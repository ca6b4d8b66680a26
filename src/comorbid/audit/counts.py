"""Checks of printed counts: do they give the estimate, the interval and the percentage beside them?"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from comorbid._numerics.published_cells import odds_ratio
from comorbid._numerics.rounding_box import odds_ratio_bounds
from comorbid.audit.finding import DOUBTFUL, IMPOSSIBLE, SHARES, TO_KNOW, Finding, Row, Rows
from comorbid.rebuilding.printed import read_printed

PRINTS = re.compile(r"\bprint(?:s|ed)\s+(?:as\s+)?(\d+(?:\.\d+)?%)")
PARTS = re.compile(r"(\d+(?:\.\d+)?%) \+ (\d+(?:\.\d+)?%)")
OTHER_METHOD = 0.25
"""Share of half the log width by which limits of another method than Woolf's may be off: profile likelihood and, in
small samples, exact."""


def not_from_counts(rows: Rows) -> Iterator[Finding]:
    """Odds ratios that their own cells a, b, c, d do not give."""
    for row in rows:
        cells = row.numbers("abcd")
        if row.text("measure") != "odds_ratio" or cells is None or min(cells) <= 0 or not row.printed.values:
            continue
        low, high = odds_ratio_bounds(*cells)
        x, half = row.printed.values[0], row.printed.half_units[0]
        exact = odds_ratio(*cells)
        shown = f"{cells[0]:,.0f} x {cells[3]:,.0f} / ({cells[1]:,.0f} x {cells[2]:,.0f}) = {exact[0]:.2f}"
        if x + half < low or x - half > high:
            yield _other_ratio(row, exact[0], shown)
        elif row.has_interval and _is_crude(row) and not _limits_fit(row, exact):
            yield row.found(
                "counts give another interval",
                f"the cells give {exact[1]:.2f} to {exact[2]:.2f}, printed is {_interval(row)}",
                f"{shown}; exp(log OR -/+ 1.96 sqrt(1/a + 1/b + 1/c + 1/d)) = {exact[1]:.2f} to {exact[2]:.2f}",
                IMPOSSIBLE, row.printed.values[2] / row.printed.values[1], exact[2] / exact[1],
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Share:
    """A printed percentage beside its count: people it is out of, value as a share, half a unit of its last digit."""

    row: Row
    count: float
    n: float
    value: float
    half: float

    @property
    def off(self) -> float:
        """Distance of the printed share from count over people."""
        return abs(self.count / self.n - self.value)

    @property
    def implied(self) -> tuple[float, float]:
        """Least and greatest number of people that the printed share would take."""
        return self.count / (self.value + self.half), self.count / max(self.value - self.half, 1e-12)

    def text(self) -> str:
        """The printed percentage with its digits."""
        return f"{100 * self.value:.{_decimals(self.half)}f}%"


def other_percentage(rows: Rows) -> Iterator[Finding]:
    """Printed percentages that are not the printed count over the printed number of people."""
    shares = [share for row in rows if (share := _share(row)) is not None]
    weighted = {row.text("study") for row in rows if "weighted" in row.text("note")}
    for share in (share for share in shares if share.off > share.half + 1e-9):
        row, is_weighted = share.row, share.row.text("study") in weighted
        exact = f"{100 * share.count / share.n:.{_decimals(share.half) + 1}f}%"
        yield row.found(
            "percentage on another denominator",
            f"{share.count:,.0f} of {share.n:,.0f} is {exact}, printed is {share.text()}"
            + ("; the study prints weighted percentages" if is_weighted else ""),
            f"{share.count:,.0f} / {share.n:,.0f} = {share.count / share.n:.4f}, off by {share.off:.4f}, "
            f"rounding explains {share.half:.4f}; {share.text()} would take "
            f"{share.implied[0]:,.0f} to {share.implied[1]:,.0f} people"
            + _common(share, shares),
            TO_KNOW if is_weighted else DOUBTFUL, share.off, share.half,
        )  # fmt: skip


def _share(row: Row) -> Share | None:
    count, n = row.number("a"), _people(row)
    quoted = PRINTS.search(row.text("note"))
    printed = read_printed(quoted[1]) if quoted else row.printed
    if row.text("measure") not in SHARES or count is None or not n or not printed.values:
        return None
    return Share(row, count, n, printed.values[0], printed.half_units[0])


def _common(share: Share, shares: list[Share]) -> str:
    """Numbers of people that would give all percentages of the study."""
    alike = [s for s in shares if s.row.text("study") == share.row.text("study") and s.n == share.n and s.count]
    low, high = max(s.implied[0] for s in alike), min(s.implied[1] for s in alike)
    return f", and {low:,.0f} to {high:,.0f} would do for all {len(alike)}" if len(alike) > 1 and low <= high else ""


def _decimals(half: float) -> int:
    """Decimals of a percentage whose share has half a unit of this size: 0.0005 is 0.05 points, one decimal."""
    return max(0, round(-math.log10(200 * half)))


def part_for_whole(rows: Rows) -> Iterator[Finding]:
    """Percentages that are one part of a share: the sum meets the cells, and a part alone would turn the result."""
    for row in rows:
        parts, cells = PARTS.search(row.text("note")), row.numbers("abcd")
        if parts is None or cells is None:
            continue
        a, b, c, d = cells
        first, second = (read_printed(part) for part in parts.groups())
        whole, half = first.values[0] + second.values[0], first.half_units[0] + second.half_units[0]
        if abs(a / (a + b) - whole) > half or abs(a / (a + b) - first.values[0]) <= half:
            continue
        fewer = first.values[0] * (a + b)
        moved = a - fewer
        other = fewer * (d - moved) / ((b + moved) * (c + moved))
        yield row.found(
            "a part of a percentage",
            f"{parts[1]} is one part: with the other, {parts[2]}, {100 * whole:.1f}% of those with "
            f"{row.text('exposure')} have {row.text('outcome')}",
            f"{parts[1]} + {parts[2]} = {100 * whole:.1f}% = {a:,.0f} / {a + b:,.0f}; with {parts[1]} as the whole the "
            f"odds ratio would be {other:.2f}, printed is {row.printed.values[0]:g}",
            DOUBTFUL, first.values[0], whole,
        )  # fmt: skip


def _other_ratio(row: Row, exact: float, shown: str) -> Finding:
    crude = _is_crude(row)
    said = "" if crude else f"; it is adjusted for {row.text('adjusted_for')}, the cells are not"
    return row.found(
        "counts give another estimate",
        f"the cells give {exact:.2f}, printed is {row.printed.values[0]:g}{said}",
        shown, IMPOSSIBLE if crude else TO_KNOW, row.printed.values[0], exact,
    )  # fmt: skip


def _limits_fit(row: Row, exact: tuple[float, float, float]) -> bool:
    """Whether limits within rounding, and with room for another method, are the printed ones."""
    room = math.exp(OTHER_METHOD * math.log(exact[2] / exact[1]) / 2)
    pairs = zip(exact[1:], row.printed.values[1:], row.printed.half_units[1:], strict=True)
    return all((p - h) / room <= value <= (p + h) * room for value, p, h in pairs)


def _is_crude(row: Row) -> bool:
    return not row.text("adjusted_for") or row.text("adjusted_for").lower().startswith(("none", "see note"))


def _interval(row: Row) -> str:
    return f"{row.printed.values[1]:g} to {row.printed.values[2]:g}"


def _people(row: Row) -> float | None:
    """People that a count is out of: a + b where both are printed, else n."""
    a, b = row.number("a"), row.number("b")
    return a + b if a is not None and b is not None else row.number("n")
