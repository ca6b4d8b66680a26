"""Printed numbers are read as they were printed, and verdicts follow from them alone."""

from __future__ import annotations

import math

import pytest

from comorbid.rebuilding.printed import number_text, published_text, read_printed
from comorbid.rebuilding.registry import FROM_COUNTS, REPLICATION, SIMULATION, Number
from comorbid.rebuilding.verdicts import departure, verdict


@pytest.mark.parametrize(
    ("text", "values", "half_units"),
    [
        ("2.2%", (0.022,), (0.0005,)),
        ("1.98 (1.4 to 2.2)", (1.98, 1.4, 2.2), (0.005, 0.05, 0.05)),
        ("28.0", (28.0,), (0.05,)),
        ("12", (12.0,), (0.5,)),
        ("8,250", (8250.0,), (0.5,)),
        ("", (), ()),
    ],
)
def test_digits_that_were_printed_are_kept(text: str, values: tuple, half_units: tuple) -> None:
    read = read_printed(text)
    assert read.values == pytest.approx(values) and read.half_units == pytest.approx(half_units)


@pytest.mark.parametrize(
    ("measure", "text", "shown"),
    [
        ("prevalence", "0.77 (0.69 to 0.864)", "77% (69 to 86.4)"),
        ("prevalence", "0.5637", "56.37%"),
        ("odds_ratio", "2.0 (1.3 to 3.1)", "2.0 (1.3 to 3.1)"),
        ("incidence", "2.2%", "2.2%"),
        ("prevalence", "", ""),
    ],
)
def test_shares_are_shown_as_percentages_with_their_digits(measure: str, text: str, shown: str) -> None:
    assert published_text(measure, text) == shown


def test_rebuilt_numbers_as_text() -> None:
    assert number_text(Number("odds_ratio", 2.55, 1.486, 4.376)) == "2.55 (1.49 to 4.38)"
    assert number_text(Number("prevalence", 0.3786)) == "37.9%"
    assert number_text(Number("prevalence_difference", 0.538, 0.5, 0.6)) == "53.8 points (50.0 to 60.0)"
    assert number_text(Number("odds_ratio", math.nan)) == ""
    width = Number("interval_width_ratio", 1.2, 1.12, 1.263)
    assert number_text(width) == "1.20 times as wide as simulated (1.12 to 1.26)", "no ratio beside the printed one"


@pytest.mark.parametrize(
    ("number", "printed", "tolerance", "said"),
    [
        (Number("odds_ratio", 2.5496, 1.4861, 4.3752), "2.55 (1.49 to 4.38)", 0.0, "agrees"),
        (Number("odds_ratio", 2.5496, 1.4761, 4.3752), "2.55 (1.49 to 4.38)", 0.0, "differs"),
        (Number("odds_ratio", 2.5496, 1.4761, 4.3752), "2.55 (1.49 to 4.38)", 0.02, "agrees within rounding"),
        (Number("incidence", 144 / 6852), "2.2%", 0.0001, "differs"),
        (Number("incidence", 144 / 6852), "2.1%", 0.0001, "agrees"),
        (Number("odds_ratio", 2.0), "", 0.1, "not compared"),
    ],
)
def test_from_counts_every_printed_digit_counts(number: Number, printed: str, tolerance: float, said: str) -> None:
    assert verdict(FROM_COUNTS, number, read_printed(printed), tolerance)[0] == said


@pytest.mark.parametrize(
    ("number", "printed", "said"),
    [
        (Number("interval_width_ratio", 1.01, 0.97, 1.05), "2.1 (1.7 to 2.6)", "agrees"),
        (Number("interval_width_ratio", 1.30, 1.25, 1.35), "2.1 (1.7 to 2.6)", "agrees"),
        (Number("interval_width_ratio", 0.85, 0.80, 0.90), "2.1 (1.7 to 2.6)", "agrees within rounding"),
        (Number("interval_width_ratio", 1.90, 1.80, 2.00), "2.1 (1.7 to 2.6)", "differs"),
        (Number("interval_width_ratio", 1.60, 1.50, 1.70, least=True), "2.1 (1.7 to 2.6)", "agrees"),
        (Number("interval_width_ratio", 0.02, 0.02, 0.02, least=True), "2.1 (2.09 to 2.10)", "differs"),
    ],
)
def test_a_simulated_design_speaks_of_widths_alone(number: Number, printed: str, said: str) -> None:
    assert verdict(SIMULATION, number, read_printed(printed), 0.0)[0] == said


@pytest.mark.parametrize(
    ("number", "printed", "said"),
    [
        (Number("odds_ratio", 2.0, 1.6, 2.5), "2.3 (1.9 to 2.8)", "agrees"),
        (Number("odds_ratio", 2.0, 1.9, 2.1), "3.0 (2.8 to 3.2)", "differs"),
        (Number("prevalence", 0.20, 0.18, 0.22), "0.21", "agrees"),
        (Number("prevalence", 0.20, 0.18, 0.22), "0.25", "differs"),
    ],
)
def test_a_replication_differs_when_chance_does_not_explain_it(number: Number, printed: str, said: str) -> None:
    assert verdict(REPLICATION, number, read_printed(printed), 0.0)[0] == said


def test_distance_is_taken_on_the_log_scale_for_ratios() -> None:
    assert departure(Number("odds_ratio", 4.0), 2.0) == pytest.approx(math.log(2))
    assert departure(Number("prevalence", 0.4), 0.3) == pytest.approx(0.1)
    assert departure(Number("odds_ratio", 4.0), 0.0) == math.inf
