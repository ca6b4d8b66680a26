"""Counts and figures of the real files that are published or stated in the survey's documentation."""

from __future__ import annotations

import numpy as np
import pytest

import comorbid as cm
from comorbid.cells import collapse_cohort

pytestmark = pytest.mark.data

ADULTS = 15_332
KNOWN_PAIN = 15_308

TWO_DECIMALS, ONE_DECIMAL = 0.005, 0.05
"""Half a unit of the last printed digit."""

# Cases by rule among adults whose pain and its duration are known.
CASES = {"A": 618, "B": 473, "C": 533, "D": 779, "E": 439, "F": 438, "F4": 297, "A-head": 646}

# Weighted per cent, six-year interview weight; then 1999-2002, four-year examination weight.
PER_CENT = {"A": (4.42, 4.09), "B": (3.39, 3.13), "C": (3.80, 3.60), "D": (5.70, 5.40), "E": (3.20, 2.91),
            "A-head": (4.60, 4.28)}  # fmt: skip


def row(frame, **where):
    for name, value in where.items():
        frame = frame[frame[name] == value]
    (found,) = frame.to_dict("records")
    return found


def prevalence_of(cohort, variable: str) -> float:
    """Weighted per cent of a yes/no variable of the codebook among those of the domain whose answer is known."""
    values = cohort.people.coded(cohort.codebook[variable]).values
    weights = cohort.people.weights(cohort.design)
    known = (values >= 0) & cohort.mask
    return float(100 * weights[known & (values == 1)].sum() / weights[known].sum())


def test_adults_asked_and_their_weight(nhanes) -> None:
    assert nhanes.n == ADULTS
    assert len(nhanes.people) == 31_126
    weights = nhanes.people.weights(nhanes.design)
    assert round(float(weights[nhanes.mask].sum()), 2) == 200_707_728.74


def test_strata_units_and_degrees_of_freedom(nhanes) -> None:
    assert (nhanes.clusters.n_strata, nhanes.clusters.n_units) == (43, 87)
    assert collapse_cohort(nhanes, ["sex"]).degrees_of_freedom == 44


@pytest.mark.parametrize(("cycles", "adults"), [(["1999-2000"], 4_880), (["2001-2002"], 5_411), (["2003-2004"], 5_041)])
def test_adults_by_cycle(nhanes, cycles: list[str], adults: int) -> None:
    assert nhanes.restrict(f"cycle in {cycles}", "another cycle").n == adults


def test_adults_of_the_first_four_years(nhanes) -> None:
    assert nhanes.restrict("cycle in ['1999-2000', '2001-2002']", "2003-2004").n == 10_291


@pytest.mark.parametrize("rule", CASES)
def test_cases_of_widespread_pain(nhanes, rule: str) -> None:
    found = row(cm.prevalence(nhanes.define(fibromyalgia=rule)), outcome="fibromyalgia")
    assert (found["events"], found["n"]) == (CASES[rule], KNOWN_PAIN)


@pytest.mark.parametrize("rule", PER_CENT)
def test_prevalence_of_widespread_pain(nhanes, rule: str) -> None:
    six_years, first_four = PER_CENT[rule]
    found = row(cm.prevalence(nhanes.define(fibromyalgia=rule)), outcome="fibromyalgia")
    assert 100 * found["estimate"] == pytest.approx(six_years, abs=TWO_DECIMALS)
    early = nhanes.with_design("examination").restrict("cycle != '2003-2004'", "2003-2004")
    found = row(cm.prevalence(early.define(fibromyalgia=rule)), outcome="fibromyalgia")
    assert 100 * found["estimate"] == pytest.approx(first_four, abs=TWO_DECIMALS)


def test_no_site_is_counted_for_people_who_refused_or_did_not_know(nhanes) -> None:
    people = nhanes.people
    pain = people.coded(nhanes.codebook["pain_over_24_hours"]).values
    for rule in CASES:
        case = people.coded(nhanes.define(fibromyalgia=rule).codebook["fibromyalgia"]).values
        assert not ((case == 1) & (pain != 1)).any()
        assert (case[pain == -1] == -1).all()


def test_stricter_rules_hold_no_case_that_looser_ones_lack(nhanes) -> None:
    case = {
        rule: nhanes.people.coded(nhanes.define(fibromyalgia=rule).codebook["fibromyalgia"]).values == 1
        for rule in CASES
    }
    for strict, loose in [
        ("B", "A"),
        ("B", "C"),
        ("C", "A-head"),
        ("A", "D"),
        ("E", "A"),
        ("A", "A-head"),
        ("F4", "F"),
    ]:
        assert not (case[strict] & ~case[loose]).any(), (strict, loose)


def test_published_chronic_pain_1999_2002(nhanes) -> None:
    """14.6 per cent, examination weight (Hardt et al., Pain Med 2008;9:803)."""
    early = nhanes.with_design("examination").restrict("cycle != '2003-2004'", "2003-2004")
    assert prevalence_of(early, "chronic_pain") == pytest.approx(14.6, abs=ONE_DECIMAL)


def test_published_pain_over_24_hours(nhanes) -> None:
    """26.96 per cent of 14,213; Slade et al. (J Pain 2012) print 26.9 on 14,184, which these files come near to."""
    examined = nhanes.with_design("examination").restrict("examined == 'yes'", "not examined")
    assert examined.n == 14_213
    assert prevalence_of(examined, "pain_over_24_hours") == pytest.approx(26.96, abs=TWO_DECIMALS)


def test_examined_adults_are_those_with_an_examination_weight(nhanes) -> None:
    examined = nhanes.restrict("examined == 'yes'", "not examined")
    weights = nhanes.with_design("examination").people.weights(nhanes.codebook.design("examination"))
    assert np.array_equal(weights[nhanes.mask] > 0, examined.mask[nhanes.mask])


@pytest.mark.parametrize(
    ("condition", "yes", "no"),
    [
        ("neck_pain", 899 + 1034 + 1018, 3972 + 4376 + 4021),
        ("low_back_pain", 1825 + 2064 + 1912, 3049 + 3346 + 3126),
        ("migraine", 963 + 1079 + 1003, 3909 + 4331 + 4035),
    ],
)
def test_answers_are_those_of_the_publisher_s_tables(nhanes, condition: str, yes: int, no: int) -> None:
    found = row(cm.prevalence(nhanes), outcome=condition)
    assert (found["events"], found["n"]) == (yes, yes + no)


def test_overlap_by_construction_is_what_the_documentation_says(nhanes) -> None:
    """93 per cent of rule-A cases say yes to low back pain and 78 per cent to neck pain; unweighted."""
    cases = nhanes.restrict("fibromyalgia == 'yes'", "no widespread pain")
    shares = {name: row(cm.prevalence(cases), outcome=name) for name in ("low_back_pain", "neck_pain")}
    assert round(100 * shares["low_back_pain"]["events"] / shares["low_back_pain"]["n"]) == 93
    assert round(100 * shares["neck_pain"]["events"] / shares["neck_pain"]["n"]) == 78
