"""Simulated people with headache: every feature, drawn with the shares that were asked for."""

from __future__ import annotations

import numpy as np
import pytest

import comorbid as cm

N = 40_000
TRUTH = cm.HeadacheTruth(0.5, 0.1, typical=0.8, elsewhere=0.2, lesion_elsewhere=0.4)


@pytest.fixture(scope="module")
def people():  # type: ignore[no-untyped-def]
    return cm.simulate_headaches(N, TRUTH, seed=2)


def share_is(found: np.ndarray, share: float) -> bool:
    """Within five standard errors of the share."""
    return abs(found.mean() - share) < 5 * np.sqrt(share * (1 - share) / len(found))


def test_every_feature_is_there_and_none_is_missing(people) -> None:
    assert list(people.columns.difference(["kind"])) == sorted(cm.HEADACHE_FEATURES)
    assert not people.isna().any().any()
    for rule in cm.headache_definitions().values():
        assert rule.applies(people).dtype == bool


def test_shares_are_those_asked_for(people) -> None:
    assert share_is((people["kind"] == "migraine").to_numpy(), 0.5)
    assert share_is((people["kind"] == "neck").to_numpy(), 0.1)
    migraine, neck = (people[people["kind"] == kind] for kind in ("migraine", "neck"))
    others = people[people["kind"] != "neck"]
    assert share_is(migraine["pulsating"].to_numpy(), 0.8)
    assert share_is(neck["pulsating"].to_numpy(), 0.2)
    assert share_is(neck["lesion_on_imaging"].to_numpy(), 0.8)
    assert share_is(others["lesion_on_imaging"].to_numpy(), 0.4)
    assert share_is(others["neck_disorder"].to_numpy(), 0.2)
    assert share_is((migraine["headache_days"] >= 15).to_numpy(), TRUTH.chronic_migraine_share)


def test_days_fit_together(people) -> None:
    assert people["headache_days"].between(1, 30).all()
    assert (people["migraine_days"] <= people["headache_days"]).all()
    assert (people.loc[people["kind"] != "migraine", "migraine_days"] == 0).all()


def test_the_same_seed_gives_the_same_people(people) -> None:
    assert people.equals(cm.simulate_headaches(N, TRUTH, seed=2))
    assert not people.equals(cm.simulate_headaches(N, TRUTH, seed=3))


def test_what_cannot_be_is_an_error() -> None:
    with pytest.raises(cm.ComorbidError, match="make more than everybody"):
        cm.HeadacheTruth(0.7, 0.4)
    with pytest.raises(cm.ComorbidError, match="typical lies outside"):
        cm.HeadacheTruth(0.5, 0.1, typical=75)
    with pytest.raises(cm.ComorbidError, match="no number of people"):
        cm.simulate_headaches(0, TRUTH)


RULES = cm.headache_definitions()
PAIRS = [(RULES["migraine_without_aura"], RULES["cervicogenic_headache"])]


def test_a_sweep_is_each_simulation_by_itself() -> None:
    swept = cm.sweep_agreement(PAIRS, TRUTH, {"typical": [0.6, 0.9], "elsewhere": [0.1, 0.3]}, people=500, seed=4)
    assert swept[["typical", "elsewhere"]].to_numpy().tolist() == [[0.6, 0.1], [0.6, 0.3], [0.9, 0.1], [0.9, 0.3]]
    alone = cm.HeadacheTruth(0.5, 0.1, typical=0.9, elsewhere=0.1, lesion_elsewhere=0.4)
    expected = cm.definition_agreement(cm.simulate_headaches(500, alone, seed=4), PAIRS)
    assert swept.loc[[2], expected.columns].reset_index(drop=True).equals(expected)


def test_a_sweep_of_an_unknown_frequency_is_an_error() -> None:
    with pytest.raises(cm.ComorbidError, match="no frequency 'typicl'"):
        cm.sweep_agreement(PAIRS, TRUTH, {"typicl": [0.5]})


def test_possible_months_are_all_of_them_and_all_migraine() -> None:
    months = cm.possible_months()
    assert len(months) == 465 == 30 * 31 // 2
    assert not months.duplicated(["headache_days", "migraine_days"]).any()
    assert RULES["migraine_without_aura"].applies(months).all()
    assert (RULES["episodic_migraine"].applies(months) == (months["headache_days"] < 15)).all()
