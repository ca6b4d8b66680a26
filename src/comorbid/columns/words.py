"""What names and numbers look like to a reader.

Tables and figures say both in the same way: this file stands in each of the two layers, which know neither the
other nor anything but columns and errors, and a test keeps the two the same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from comorbid.columns import PROPORTION_MEASURES, RATIO_MEASURES, SYNTHETIC
from comorbid.errors import SpecError

NOT_ESTIMABLE = "not estimable"
RATIO_CEILING = 1000.0
"""A ratio above it is printed as ">1,000": the digits of a limit that far out carry nothing."""

MEASURE_LABELS = {
    "log_odds": "Log odds ratio",
    "odds_ratio": "Odds ratio",
    "prevalence": "Prevalence",
    "conditional_prevalence": "Conditional prevalence",
    "expected_prevalence": "Expected prevalence",
    "prevalence_ratio": "Prevalence ratio",
    "prevalence_difference": "Prevalence difference, percentage points",
    "interaction_contrast": "Interaction contrast, percentage points",
    "observed_expected": "Observed/expected ratio",
    "adjusted_observed_expected": "Adjusted observed/expected ratio",
    "risk_ratio": "Risk ratio",
    "hazard_ratio": "Hazard ratio",
    "ratio_of_odds_ratios": "Ratio of odds ratios",
    "reri": "RERI",
    "phi": "Phi coefficient",
    "yule_q": "Yule's Q",
    "jaccard": "Jaccard index",
    "tetrachoric": "Tetrachoric correlation",
    "mean": "Mean",
}

NAMED = ("outcome", "exposure", "condition_a", "condition_b", "term")
"""Columns whose values are names of variables."""

POINT_MEASURES = frozenset({"prevalence_difference", "interaction_contrast"})
"""Measures printed in percentage points: times 100, without a sign."""


def sentence_case(name: object) -> str:
    """A column's name or a level as words: underscores to spaces, first letter a capital."""
    words = str(name).replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def measure_label(measure: str) -> str:
    """The name of a measure as readers know it."""
    return MEASURE_LABELS.get(measure, sentence_case(measure))


@dataclass(frozen=True, slots=True)
class Words:
    """Labels of variables and of their levels, with the column's own name where there is none."""

    labels: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, frame: pd.DataFrame, labels: Mapping[str, str] | None = None) -> Words:
        """Labels that travel with a result frame (`frame.attrs`), overridden by `labels`."""
        carried = frame.attrs.get("labels") or {}
        return cls({**carried, **(labels or {})}, frame.attrs.get("levels") or {})

    def name(self, name: object) -> str:
        """Label of a variable; `a:b` is an interaction and reads "A × B"."""
        text = str(name)
        if text in self.labels:
            return str(self.labels[text])
        if ":" in text:
            return " × ".join(self.name(part) for part in text.split(":"))
        return sentence_case(text)

    def level(self, variable: object, level: object) -> str:
        """Label of a level of a variable, part by part for an interaction; empty when there is no level."""
        if level is None or (isinstance(level, float) and math.isnan(level)) or level is pd.NA:
            return ""
        names, parts = str(variable).split(":"), str(level).split(":")
        if len(names) > 1 and len(names) == len(parts):
            return " × ".join(self.level(name, part) for name, part in zip(names, parts, strict=True))
        known = self.levels.get(str(variable), {})
        return str(known.get(str(level), sentence_case(level)))


def value_text(name: str, value: Any, label: Words) -> str:
    """One value of an identifying column in words; empty when it is missing."""
    if pd.isna(value):
        return ""
    if name in NAMED:
        return label.name(value)
    if name == "combination":
        return combination_label(str(value), label)
    if name == "measure":
        return measure_label(str(value))
    return str(value) if name == "study" else label.level(name, value)


def combination_label(combination: str, label: Words) -> str:
    """ "migraine & neck_pain" as "Migraine + Neck pain"; "none" as "None of them"."""
    if combination == "none":
        return "None of them"
    return " + ".join(label.name(part.strip()) for part in combination.split(" & "))


def is_percentage(measure: str) -> bool:
    """Whether readers expect the measure times 100."""
    return measure in PROPORTION_MEASURES or measure in POINT_MEASURES


def number(value: float, measure: str = "", digits: int = 2, percent_digits: int = 1) -> str:
    """One value of a measure, without a percent sign: "1.84", "21.5", ">1,000"; empty when it is missing."""
    if pd.isna(value):
        return ""
    if measure in PROPORTION_MEASURES and 0 < 100 * value < 10.0**-percent_digits / 2:
        return f"<{10.0**-percent_digits:.{percent_digits}f}"
    if is_percentage(measure):
        return _fixed(100 * value, percent_digits)
    if measure in RATIO_MEASURES:
        return _ratio(value, digits)
    return _fixed(value, digits)


def _ratio(value: float, digits: int) -> str:
    smallest = 10.0**-digits
    if value > RATIO_CEILING:
        return f">{RATIO_CEILING:,.0f}"
    if 0 < value < smallest / 2:
        return f"<{smallest:.{digits}f}"
    return _fixed(value, 0 if value >= 100 else digits)


def _fixed(value: float, digits: int) -> str:
    if math.isinf(value):
        return "-∞" if value < 0 else "∞"
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if not text.strip("-0.,") else text


def interval(
    estimate: float, low: float, high: float, measure: str = "", digits: int = 2, percent_digits: int = 1
) -> str:
    """Estimate with its interval: "1.84 (1.62 to 2.09)", "21.5% (20.4 to 22.6)", or "not estimable"."""
    if pd.isna(estimate):
        return NOT_ESTIMABLE
    shown, lower, upper = (number(value, measure, digits, percent_digits) for value in (estimate, low, high))
    shown += "%" if measure in PROPORTION_MEASURES else ""
    if not lower and not upper:
        return shown
    return f"{shown} ({lower or NOT_ESTIMABLE} to {upper or NOT_ESTIMABLE})"


def unknown(row: Mapping[Any, Any]) -> str:
    """Why a row shows no estimate: the mark of what disclosure control hid, "[n<10]", or "not estimable"."""
    mark = row.get("suppressed")
    return mark if isinstance(mark, str) and mark else NOT_ESTIMABLE


def p_value(value: float) -> str:
    """A p or q value with three decimals: "0.012", "<0.001"; empty when it is missing."""
    if pd.isna(value):
        return ""
    if value < 0.001:
        return "<0.001"
    return ">0.999" if value > 0.999 else f"{value:.3f}"


def count(value: float) -> str:
    """A number of people with thousands separators; empty when it is missing."""
    return "" if pd.isna(value) else f"{value:,.0f}"


ORIGINS = ("people", "published", "computed", "simulated")
"""Where a number can come from: the people of a cohort, print, a supposition worked out, or chance on a computer."""


def origins(numbers: str) -> tuple[str, ...]:
    """The parts of "people", "published and people", "published, simulated and people"; none of "none".

    Raises
    ------
    SpecError
        When a part is none of `ORIGINS`, or stands twice.
    """
    if numbers == "none":
        return ()
    parts = tuple(re.split(r", | and ", numbers))
    if not set(parts) <= set(ORIGINS) or len(set(parts)) < len(parts):
        accepted = f"none, {', '.join(ORIGINS)}, or several joined by ` and `"
        raise SpecError(f"`numbers={numbers!r}` says of no numbers where they come from; {accepted}, are accepted.")
    return parts


def origins_of(frame: pd.DataFrame) -> tuple[str, ...]:
    """Where the numbers of a frame come from, by `attrs["numbers"]`; from people when it does not say."""
    return origins(str(frame.attrs.get("numbers") or "people"))


def is_synthetic(frame: pd.DataFrame) -> bool:
    """Whether numbers of a result frame come from synthetic people, by its `source` column or its attributes."""
    marked = "source" in frame.columns and frame["source"].eq(SYNTHETIC).any()
    return bool("people" in origins_of(frame) and (marked or frame.attrs.get("synthetic")))


def slug(text: str) -> str:
    """A name that can stand in an address or an identifier: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "unnamed"


def source_line(frame: pd.DataFrame) -> str:
    """Where numbers come from: "Synthetic data · NHANES 1999-2004", "Published numbers", "Simulated", or nothing."""
    found = origins_of(frame)
    cohort = str(frame.attrs.get("cohort") or "") if "people" in found else ""
    parts = (
        "Published numbers" * ("published" in found),
        "Computed" * ("computed" in found),
        "Simulated" * ("simulated" in found),
        "Synthetic data" * is_synthetic(frame),
        cohort,
    )
    return " · ".join(part for part in parts if part)


def interval_name(frame: pd.DataFrame) -> str:
    """ "95% CI" when the frame carries its level of confidence (`attrs["conf_level"]`), "CI" otherwise."""
    level = frame.attrs.get("conf_level")
    return "CI" if level is None else f"{100 * float(level):.10g}% CI"
