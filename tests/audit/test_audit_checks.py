"""Each check finds what is wrong, and only that: rows made for it, and honest rows beside them."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

import comorbid as cm
from comorbid._numerics.rounding_box import least_std_error, log_asymmetry, odds_ratio_bounds, std_error_bounds
from comorbid.errors import SpecError

ROW = {"id": "x", "study": "Somebody 2001", "country": "Nowhere", "design": "cross-sectional", "measure": "odds_ratio"}


def audit(*rows: dict[str, Any], claims: pd.DataFrame | None = None) -> pd.DataFrame:
    return cm.audit_estimates(pd.DataFrame([{**ROW, "id": f"x{i}", **row} for i, row in enumerate(rows)]), claims)


def ratio(text: str, **more: Any) -> dict[str, Any]:
    """A row as printed: "1.98 (1.4 to 2.2)"."""
    estimate, low, high = (float(part) for part in text.replace("(", " ").replace(")", "").replace("to", " ").split())
    return {"printed": text, "estimate": estimate, "conf_low": low, "conf_high": high, **more}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1.98 (1.4 to 2.2)", True),
        ("1.98 (1.4 to 2.8)", False),
        ("0.6 (0.6 to 0.7)", False),  # rounding explains it
        ("0.60 (0.60 to 0.70)", True),
        ("8.82 (2.88 to 27.0)", False),
        ("3.0 (2.0 to 3.2)", True),
    ],
)
def test_symmetry_on_the_log_scale(text: str, found: bool) -> None:
    assert list(audit(ratio(text))["check"]) == ["symmetry on the log scale"] * found


def test_the_arithmetic_is_shown() -> None:
    row = audit(ratio("1.98 (1.4 to 2.2)")).iloc[0]
    assert row["arithmetic"] == (
        "log limits 0.336 and 0.788 around 0.683: mid 0.562, off by 0.121, rounding explains 0.032"
    )
    assert (
        row["size"] == pytest.approx(abs(math.log(1.4 * 2.2) / 2 - math.log(1.98))) and row["severity"] == "impossible"
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0.97 (0.98 to 0.99)", True),
        ("0.97 (0.97 to 0.99)", False),
        ("0.995 (0.98 to 0.99)", False),
        ("1.0 (0.7 to 0.9)", True),
    ],
)
def test_an_estimate_outside_its_interval(text: str, found: bool) -> None:
    assert list(audit(ratio(text, measure="specificity"))["check"]) == ["estimate outside its interval"] * found


def test_precision_that_a_sample_cannot_carry() -> None:
    narrow = ratio("2.10 (2.08 to 2.12)", n=8250)
    assert list(audit(narrow)["check"]) == ["precision its sample cannot carry"]
    assert audit({**narrow, "n": 2_000_000}).empty
    assert audit({**narrow, "exposure": "each further pain site"}).empty, "a count has no such bound"
    assert audit({**narrow, "measure": "risk_ratio"}).empty, "nor has a risk ratio"
    hazard = audit({**narrow, "measure": "hazard_ratio", "n": 100})
    assert "2/sqrt(n)" in hazard["arithmetic"].iloc[0]


def test_the_share_with_the_outcome_sharpens_the_bound() -> None:
    incidence = {"measure": "incidence", "estimate": 0.02, "n": 10_000, "outcome": "it", "a": 200, "b": 9800}
    effect = ratio("2.0 (1.67 to 2.4)", n=10_000, outcome="it")
    assert audit(effect).empty
    found = audit(effect, incidence)
    assert list(found["check"]) == ["precision its sample cannot carry"] and "200 of 10,000" in found["arithmetic"][0]


def test_a_total_in_the_note_that_would_fit_is_named() -> None:
    cells = dict(zip("abcd", (816, 1585, 1131, 4718), strict=True))
    row = ratio("2.1 (2.09 to 2.1)", n=8250, note="weighted to 10,360,601 girls", **cells)
    found = audit(row).set_index("check")
    assert found.loc["precision its sample cannot carry", "finding"].endswith(
        "the 10,360,601 that the note names would fit"
    )
    assert "1.93 to 2.39" in found.loc["counts give another interval", "finding"]


def test_counts_that_do_not_give_the_estimate() -> None:
    cells = dict(zip("abcd", (276, 46, 269, 206), strict=True))
    crude, adjusted = ({"estimate": 3.0, "printed": "3.0", "adjusted_for": text, **cells} for text in ("none", "age"))
    assert list(audit(crude)["severity"]) == ["impossible"]
    assert list(audit(adjusted)["severity"]) == ["to know"]
    assert audit({**crude, "estimate": 4.6, "printed": "4.6"}).empty
    assert audit(ratio("2.55 (1.49 to 4.38)", **dict(zip("abcd", (51, 125, 24, 150), strict=True)))).empty


@pytest.mark.parametrize(
    ("cells", "profile", "fisher"),
    [  # R 4.2: exp(confint(glm(y ~ e, weights = x, family = binomial))); fisher.test(matrix(x, 2, byrow = TRUE))
        ((8, 12, 5, 25), "3.33 (0.92 to 13.19)", "3.33 (0.75 to 15.61)"),
        ((51, 125, 24, 150), "2.55 (1.50 to 4.44)", "2.55 (1.44 to 4.58)"),
        ((5, 30, 4, 60), "2.50 (0.62 to 10.75)", "2.50 (0.49 to 13.44)"),
        ((20, 10, 9, 30), "6.67 (2.38 to 20.26)", "6.67 (2.05 to 22.21)"),
        ((14, 90, 6, 85), "2.20 (0.84 to 6.46)", "2.20 (0.75 to 7.30)"),
        ((6, 9, 7, 40), "3.81 (1.01 to 14.44)", "3.81 (0.82 to 16.86)"),
    ],
)
def test_other_honest_intervals_of_small_samples_raise_no_alarm(cells: tuple, profile: str, fisher: str) -> None:
    counts = dict(zip("abcd", cells, strict=True))
    assert audit(ratio(profile, **counts), ratio(fisher, study="Another", country="", **counts)).empty


def test_percentages_on_another_denominator() -> None:
    share = {"measure": "prevalence", "estimate": 0.02102, "a": 144, "b": 6708}
    assert audit(share).empty
    found = audit({**share, "note": "abstract prints 2.2%; 144/6852 is 2.10%"}).iloc[0]
    assert found["finding"] == "144 of 6,852 is 2.10%, printed is 2.2%"
    assert "off by 0.0010, rounding explains 0.0005; 2.2% would take 6,400 to 6,698 people" in found["arithmetic"]
    several = [{"measure": "prevalence", "estimate": p, "a": a, "n": 9944} for p, a in ((0.166, 1601), (0.125, 1202))]
    assert "9,616 to 9,655 would do for all 2" in audit(*several)["arithmetic"][0]
    weighted = audit({**share, "estimate": 0.03, "note": "weighted percentages"})
    assert list(weighted["severity"]) == ["to know"]


def test_a_part_that_passes_for_the_whole() -> None:
    cells = dict(zip("abcd", (104527, 114148, 45029, 140502), strict=True))
    row = {"estimate": 2.9, "printed": "2.9", "note": "of headache 12.1% + 35.7% with backache", **cells}
    found = audit(row)
    assert list(found["check"]) == ["a part of a percentage"] and "odds ratio would be 0.07" in found["arithmetic"][0]
    assert audit({**row, "note": "of headache 12.1% + 30.7% with backache"}).empty, "the parts are of something else"


PAIR = [
    {"measure": "prevalence", "estimate": p, "printed": text, "outcome": "pain", "study": "One"}
    for p, text in ((0.77, "0.77"), (0.232, "0.232"))
]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("pain is 12 times more prevalent", True),
        ("pain is 11 times as common", True),
        ("pain is 3.3 times more prevalent", False),
        ("pain is 3 times as prevalent", False),
        ("the odds ratio is 12", False),
    ],
)
def test_an_odds_ratio_told_as_a_number_of_times(words: str, found: bool) -> None:
    expected = ["odds ratio told as a number of times"] * found
    claims = pd.DataFrame({"claim": [words], "estimates": ["x0 x1"]})
    assert list(audit(*PAIR, claims=claims)["check"]) == expected
    noted = audit(*[{**row, "note": words} for row in PAIR])
    assert list(noted["check"]) == expected, "once, though both rows carry the note"


def test_the_same_people_counted_twice() -> None:
    studies = [{"study": "A 2015", "n": 797}, {"study": "B 2018", "n": 796}, {"study": "C 2018", "n": 700}]
    rows = [{"measure": "prevalence", "estimate": 0.5, **study} for study in studies]
    (found,) = audit(*rows).to_dict("records")
    assert found["severity"] == "doubtful" and "A 2015, B 2018 are of one size" in found["finding"]
    assert audit(rows[0], {**rows[1], "country": "Elsewhere"}).empty
    assert audit(rows[0], {**rows[1], "design": "cohort"}).empty


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("A (NHIS 2000-05)", "B (NHIS 2002)", True),
        ("A (NHIS 2000-05)", "B (NHIS 2012)", False),
        ("A (HUNT 2)", "B (HUNT 2-3)", True),
        ("A (HUNT 2)", "B (HUNT4)", False),
        ("A (AMPP)", "B (AMPP)", True),
        ("A (prevalence paper)", "B (prevalence paper)", False),
    ],
)
def test_surveys_are_known_by_their_names_and_rounds(one: str, other: str, found: bool) -> None:
    rows = [{"measure": "prevalence", "estimate": 0.5, "study": study} for study in (one, other)]
    assert list(audit(*rows)["severity"]) == ["to know"] * found


def test_a_frame_without_its_columns_is_refused() -> None:
    with pytest.raises(SpecError, match="no column measure"):
        cm.audit_estimates(pd.DataFrame({"id": ["x"], "study": ["y"], "estimate": [1.0]}))


def test_bounds_of_rounding_hold_what_was_rounded() -> None:
    off, least, most = log_asymmetry((2.0, 1.0, 4.0), (0.05, 0.05, 0.05))
    assert least < off == 0.0 < most
    low, high = std_error_bounds((2.1, 2.09, 2.1), (0.05, 0.005, 0.05))
    assert low == 0.0 and high == pytest.approx(math.log(2.15 / 2.085) / 3.919928, rel=1e-6)
    assert least_std_error(10_000) == pytest.approx(0.04) and least_std_error(10_000, 0.5) == pytest.approx(0.04)
    assert least_std_error(10_000, 0.02) > 0.04
    assert odds_ratio_bounds(10, 20, 30, 40)[0] < 10 * 40 / (20 * 30) < odds_ratio_bounds(10, 20, 30, 40)[1]
