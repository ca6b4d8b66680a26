"""What a check says, and what it is given."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from comorbid.rebuilding.printed import Printed, read_printed

IMPOSSIBLE, DOUBTFUL, TO_KNOW = "impossible", "doubtful", "to know"
ODDS_RATIOS, RATIOS = ("odds_ratio",), ("odds_ratio", "risk_ratio", "hazard_ratio", "prevalence_ratio")
SHARES = ("prevalence", "incidence")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not add up.

    Attributes
    ----------
    id, study : str
        Row and study it is about; of two rows, the first.
    check : str
        Name of the check.
    finding, arithmetic : str
        What is wrong, and the sum that shows it.
    severity : str
        "impossible" (no honest rounding gives this), "doubtful", or "to know".
    size, bound : float
        The discrepancy and the largest that rounding, or the sample, explains.
    """

    id: str
    study: str
    check: str
    finding: str
    arithmetic: str
    severity: str
    size: float = float("nan")
    bound: float = float("nan")


@dataclass(frozen=True, slots=True)
class Row:
    """One published estimate with the digits it was printed with."""

    facts: Mapping[str, Any]
    printed: Printed

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Row:
        """From a row of a frame; without a `printed` column, the shortest digits that give each number."""
        text = facts.get("printed")
        return cls(facts, read_printed(text if isinstance(text, str) else _shortest(facts)))

    def text(self, name: str) -> str:
        """A text column; empty where it is missing or absent."""
        value = self.facts.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> float | None:
        """A column of numbers; None where it is missing or absent."""
        value = self.facts.get(name)
        return None if value is None or value != value else float(value)

    def numbers(self, names: str) -> list[float] | None:
        """Several such columns, each named by a letter; None when one is missing."""
        found = [self.number(name) for name in names]
        return None if None in found else [float(value or 0) for value in found]

    @property
    def has_interval(self) -> bool:
        """Whether estimate and both limits were printed."""
        return len(self.printed.values) == 3

    @property
    def is_ratio(self) -> bool:
        """Whether it is a ratio above zero, with its limits."""
        return self.text("measure") in RATIOS and self.has_interval and min(self.printed.values) > 0

    def found(self, check: str, finding: str, arithmetic: str, severity: str, *sizes: float) -> Finding:
        """A finding on this row."""
        return Finding(self.text("id"), self.text("study"), check, finding, arithmetic, severity, *sizes)


Rows = Sequence[Row]


def _shortest(facts: Mapping[str, Any]) -> str:
    values = [facts.get(name) for name in ("estimate", "conf_low", "conf_high")]
    texts = [f"{float(value):.12g}" for value in values if value is not None and math.isfinite(float(value))]
    return texts[0] + (f" ({texts[1]} to {texts[2]})" if len(texts) == 3 else "") if texts else ""


def people(value: float) -> str:
    """A number of people, to two digits where it is an order of magnitude."""
    return f"{value:,.0f}" if value < 100_000 else f"{float(f'{value:.2g}'):,.0f}"
