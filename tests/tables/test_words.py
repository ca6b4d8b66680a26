"""Numbers and names as readers see them."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from comorbid.columns import words
from comorbid.columns.words import Words
from comorbid.errors import SpecError


@pytest.mark.parametrize(
    ("values", "measure", "text"),
    [
        ((1.84, 1.62, 2.09), "odds_ratio", "1.84 (1.62 to 2.09)"),
        ((0.215, 0.204, 0.226), "prevalence", "21.5% (20.4 to 22.6)"),
        ((0.0002, 0.0, 0.0004), "prevalence", "<0.1% (0.0 to <0.1)"),
        ((0.0744, -0.01, 0.15), "prevalence_difference", "7.4 (-1.0 to 15.0)"),
        ((0.001, 0.0001, 0.02), "odds_ratio", "<0.01 (<0.01 to 0.02)"),
        ((123.4, 12.3, 1e6), "odds_ratio", "123 (12.30 to >1,000)"),
        ((2.0, 0.5, math.inf), "observed_expected", "2.00 (0.50 to >1,000)"),
        ((-0.001, -0.02, 0.018), "phi", "0.00 (-0.02 to 0.02)"),
        ((1234.5, 1000.0, 2000.0), "mean", "1,234.50 (1,000.00 to 2,000.00)"),
        ((math.nan, math.nan, math.nan), "odds_ratio", "not estimable"),
        ((2.0, math.nan, math.nan), "odds_ratio", "2.00"),
        ((2.0, 1.0, math.nan), "odds_ratio", "2.00 (1.00 to not estimable)"),
    ],
)
def test_estimate_with_interval(values: tuple[float, float, float], measure: str, text: str) -> None:
    assert words.interval(*values, measure) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0004, "<0.001"), (0.001, "0.001"), (0.0123, "0.012"), (0.9999, ">0.999"), (1.0, ">0.999"), (math.nan, "")],
)
def test_p_values(value: float, text: str) -> None:
    assert words.p_value(value) == text


def test_counts_have_thousands_separators() -> None:
    assert [words.count(value) for value in (15332, 0, math.nan)] == ["15,332", "0", ""]


def test_names_fall_back_on_the_column() -> None:
    frame = pd.DataFrame()
    frame.attrs = {"labels": {"sex": "Gender", "bmi": "BMI"}, "levels": {"sex": {"f": "Women"}}}
    label = Words.of(frame, {"bmi": "Body mass index"})
    assert [label.name(name) for name in ("sex", "bmi", "neck_pain")] == ["Gender", "Body mass index", "Neck pain"]
    assert [label.level("sex", level) for level in ("f", "other_one", None, math.nan)] == ["Women", "Other one", "", ""]


def test_interactions_read_part_by_part() -> None:
    label = Words({"sex": "Sex", "neck_pain": "Neck pain"}, {"sex": {"f": "Women"}})
    assert label.name("neck_pain:sex") == "Neck pain × Sex"
    assert label.level("neck_pain:sex", "yes:f") == "Yes × Women"


@pytest.mark.parametrize(
    ("attributes", "source", "line"),
    [
        ({"cohort": "NHANES 1999-2004"}, None, "NHANES 1999-2004"),
        ({"cohort": "Made up", "synthetic": True}, None, "Synthetic data · Made up"),
        ({}, "synthetic data", "Synthetic data"),
        ({}, None, ""),
        ({"cohort": "Made up", "synthetic": True, "numbers": "published"}, None, "Published numbers"),
        ({"cohort": "Made up", "synthetic": True, "numbers": "simulated"}, "synthetic data", "Simulated"),
        (
            {"cohort": "Made up", "synthetic": True, "numbers": "people and published"},
            None,
            "Published numbers · Synthetic data · Made up",
        ),
    ],
)
def test_source(attributes: dict[str, object], source: str | None, line: str) -> None:
    frame = pd.DataFrame({"n": [1], **({"source": [source]} if source else {})})
    frame.attrs = dict(attributes)
    assert words.source_line(frame) == line


@pytest.mark.parametrize("numbers", ["", "printed", "people and people", "people or published"])
def test_numbers_come_from_people_print_or_a_model(numbers: str) -> None:
    with pytest.raises(SpecError, match="none, people, published, computed, simulated"):
        words.origins(numbers)
