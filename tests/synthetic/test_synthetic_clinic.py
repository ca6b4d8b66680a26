"""Selection into a clinic: the exact expectation, simulated clinics, and Berkson's closed form."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import comorbid as cm

P, Q, BACKGROUND, A, B = 0.2, 0.05, 0.01, 0.1, 0.3


def independent(*, ratio: float = 1.0) -> pd.DataFrame:
    """Shares of two conditions with prevalences P and Q; `ratio` multiplies the share with both, out of neither's."""
    rows = []
    for a, b in itertools.product([False, True], repeat=2):
        share = (P if a else 1 - P) * (Q if b else 1 - Q)
        rows.append({"combination": f"{a}{b}", "a": a, "b": b, "measure": "prevalence", "estimate": share})
    frame = pd.DataFrame(rows)
    frame.loc[3, "estimate"] *= ratio
    frame["estimate"] /= frame["estimate"].sum()
    return frame


SELECTION = cm.ClinicSelection(BACKGROUND, {"a": A, "b": B})


def test_conditions_that_have_nothing_to_do_with_each_other_look_tied_in_a_clinic() -> None:
    """Berkson: the odds ratio of independent conditions becomes S11 S00 / (S10 S01), here far below 1."""
    found = cm.clinic_expectation(independent(), SELECTION, "a", "b").set_index("where")
    s00, s10, s01 = BACKGROUND, 1 - (1 - BACKGROUND) * (1 - A), 1 - (1 - BACKGROUND) * (1 - B)
    s11 = 1 - (1 - BACKGROUND) * (1 - A) * (1 - B)
    assert found.loc["population", "odds_ratio"] == pytest.approx(1, abs=1e-12)
    assert found.loc["population", "b_among_a"] == pytest.approx(Q, abs=1e-12)
    assert found.loc["clinic", "odds_ratio"] == pytest.approx(s11 * s00 / (s10 * s01), abs=1e-12)
    assert found.loc["clinic", "odds_ratio"] < 0.2
    assert found.loc["clinic", "b_among_a"] == pytest.approx(Q * s11 / (Q * s11 + (1 - Q) * s10), abs=1e-12)
    assert found.loc["clinic", "b_among_a"] > 2 * Q, "more common in the clinic than in the population all the same"


def test_the_selection_needed_is_the_one_that_was_made() -> None:
    found = cm.clinic_expectation(independent(ratio=3.0), SELECTION, "a", "b").set_index("where")["b_among_a"]
    s10, s11 = 1 - (1 - BACKGROUND) * (1 - A), 1 - (1 - BACKGROUND) * (1 - A) * (1 - B)
    assert cm.selection_needed(found["population"], found["clinic"]) == pytest.approx(s11 / s10, abs=1e-12)


def test_everybody_equally_likely_to_come_changes_nothing() -> None:
    found = cm.clinic_expectation(independent(ratio=3.0), cm.ClinicSelection(0.02), "a", "b")
    columns = [name for name in found.columns if name != "where"]
    assert found.loc[0, columns].tolist() == pytest.approx(found.loc[1, columns].tolist(), abs=1e-12)


def test_simulated_clinics_are_what_is_expected() -> None:
    shares, expected = independent(ratio=2.0), cm.clinic_expectation(independent(ratio=2.0), SELECTION, "a", "b")
    clinics = cm.simulate_clinics(shares, SELECTION, "a", "b", population=20_000, clinics=400, seed=7)
    assert len(clinics) == 400
    share = clinics["n_both"].sum() / clinics["n_a"].sum()
    want = expected.loc[1, "b_among_a"]
    assert abs(share - want) < 4 * np.sqrt(want * (1 - want) / clinics["n_a"].sum())
    # a clinic's share varies as a binomial of its patients
    spread = np.sqrt(want * (1 - want) / clinics["n_a"].mean())
    assert clinics["b_among_a"].std() == pytest.approx(spread, rel=0.15)  # 4 standard errors of a deviation from 400


def test_clinics_of_a_cohort_and_the_same_seed() -> None:
    adults = cm.load_cohort("synthetic").restrict("age >= 20", reason="younger than 20")
    sets = cm.combinations(adults)
    selection = cm.ClinicSelection(0.002, {"migraine": 0.05, "fibromyalgia": 0.2})
    first, again = (cm.simulate_clinics(sets, selection, "migraine", "fibromyalgia", seed=3) for _ in range(2))
    assert first.equals(again)
    pairs = cm.cooccurrence(adults, measures=["conditional_prevalence"]).set_index(["condition_a", "condition_b"])
    found = cm.clinic_expectation(sets, selection, "migraine", "fibromyalgia").set_index("where")
    population = pairs.loc[("migraine", "fibromyalgia"), "estimate"]
    # combinations rest on people with all four answers known, pairs on those with the two
    assert found.loc["population", "b_among_a"] == pytest.approx(population, rel=0.02)
    assert found.loc["clinic", "b_among_a"] > 2 * population


def test_nobody_with_the_condition_is_a_missing_share() -> None:
    rare = independent()
    rare["estimate"] = [1.0, 0.0, 0.0, 0.0]
    clinics = cm.simulate_clinics(rare, SELECTION, "a", "b", population=100, clinics=3)
    assert clinics["b_among_a"].isna().all()


def test_what_cannot_be_is_an_error() -> None:
    with pytest.raises(cm.ComorbidError, match="for a: give a share"):
        cm.ClinicSelection(0.01, {"a": 1.0})
    with pytest.raises(cm.ComorbidError, match="background"):
        cm.ClinicSelection(0.0)
    with pytest.raises(cm.ComorbidError, match="no condition 'c'"):
        cm.clinic_expectation(independent(), SELECTION, "a", "c")
    with pytest.raises(cm.ComorbidError, match="several groups"):
        cm.clinic_expectation(pd.concat([independent()] * 2), SELECTION, "a", "b")
    hidden = independent()
    hidden.loc[3, "estimate"] = np.nan
    with pytest.raises(cm.ComorbidError, match="shares of 1 of 4 combinations of conditions are not known"):
        cm.clinic_expectation(hidden, SELECTION, "a", "b")
    with pytest.raises(cm.ComorbidError, match="clinics = 0"):
        cm.simulate_clinics(independent(), SELECTION, "a", "b", clinics=0)
    with pytest.raises(cm.ComorbidError, match="population_share"):
        cm.selection_needed(6, 0.3)
