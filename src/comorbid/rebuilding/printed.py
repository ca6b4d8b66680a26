"""Printed numbers: their values, how many digits they were printed with, and rebuilt numbers in the same manner."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from comorbid.columns import PROPORTION_MEASURES, RATIO_MEASURES
from comorbid.rebuilding.registry import Number

FIGURE = re.compile(r"-?\d[\d,]*\.?\d*")
PERCENT_MEASURES = PROPORTION_MEASURES | {"prevalence_difference", "incidence", "sensitivity", "specificity"}
UNITS = {"prevalence_difference": " points", "interval_width_ratio": " times as wide as simulated"}
LOG_MEASURES = RATIO_MEASURES | {"interval_width_ratio"}


@dataclass(frozen=True, slots=True)
class Printed:
    """Values of a printed text (estimate, then limits if any) and half a unit of the last digit of each."""

    values: tuple[float, ...]
    half_units: tuple[float, ...]


def read_printed(text: str) -> Printed:
    """Read "2.2%", "1.98 (1.4 to 2.2)" or "12"; percentages become shares. Empty text gives no values."""
    factor = 0.01 if "%" in text else 1.0
    figures = [figure.replace(",", "") for figure in FIGURE.findall(text)]
    values = tuple(float(figure) * factor for figure in figures)
    return Printed(values, tuple(factor * 0.5 * 10.0 ** -len(figure.partition(".")[2]) for figure in figures))


def published_text(measure: str, printed: str) -> str:
    """What was printed, shares as percentages: "14.2% (13.1 to 15.4)", "2.1 (1.7 to 2.6)"."""
    if measure not in PERCENT_MEASURES or "%" in printed:
        return printed
    found = [_percent(figure) for figure in FIGURE.findall(printed)]
    return f"{found[0]}%" + (f" ({' to '.join(found[1:])})" if found[1:] else "") if found else ""


def number_text(number: Number) -> str:
    """A rebuilt number with its interval: "2.55 (1.49 to 4.38)", "38.0% (29.1 to 47.5)"; empty without an estimate.

    The width of a printed interval is said in words, since it stands beside a printed ratio and is none:
    "1.20 times as wide as simulated (1.12 to 1.26)".
    """
    if math.isnan(number.estimate):
        return ""
    texts = [_text(number.measure, value) for value in (number.estimate, number.conf_low, number.conf_high)]
    unit = UNITS.get(number.measure, "%" if number.measure in PERCENT_MEASURES else "")
    spread = "" if math.isnan(number.conf_low) else f" ({texts[1]} to {texts[2]})"
    return f"{texts[0]}{unit}{spread}"


def _text(measure: str, value: float) -> str:
    if measure in PERCENT_MEASURES:
        return f"{100 * value:.1f}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}"


def _percent(figure: str) -> str:
    decimals = max(len(figure.partition(".")[2]) - 2, 0)
    return f"{100 * float(figure):.{decimals}f}"
