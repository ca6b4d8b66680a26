"""The survey samples the superpopulation without bias: checked on exact probabilities, not on draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comorbid.errors import SpecError
from comorbid.synthetic import CONDITIONS, build_truth, default_inputs, default_truth
from comorbid.synthetic.alias import build_alias
from comorbid.synthetic.sampling import pattern_groups, plan_sampling, scores, tilts


def alias_probability(alias, which, outcomes):
    """What the table of one distribution draws, exactly."""
    first, size = alias.start[which], int(alias.size[which])
    places = slice(first, first + size)
    result = np.bincount(alias.here[places], alias.accept[places] / size, minlength=outcomes)
    return result + np.bincount(alias.there[places], (1 - alias.accept[places]) / size, minlength=outcomes)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40).filter(lambda weights: sum(weights) > 1e-3))
def test_alias_tables_hold_the_distribution(weights):
    weights = np.array(weights)
    alias = build_alias([np.arange(2), np.arange(len(weights))], [np.ones(2), weights])
    found = alias_probability(alias, 1, len(weights))
    np.testing.assert_allclose(found, weights / weights.sum(), atol=1e-14)


def test_alias_draws_stay_inside_their_distribution():
    alias = build_alias([np.array([5, 7]), np.array([2])], [np.array([1.0, 3.0]), np.array([1.0])])
    uniform = (np.arange(4000) + 0.5) / 4000
    drawn = alias.draw(np.zeros(4000, dtype=np.intp), uniform)
    assert (drawn == 7).mean() == pytest.approx(0.75, abs=1e-3) and set(drawn) == {5, 7}
    assert set(alias.draw(np.ones(4000, dtype=np.intp), uniform)) == {2}


def weighted_shares(truth, sampling, n):
    """E[weight x pattern] / (population / n) in each PSU, shape (U, P)."""
    groups = np.diff(sampling.cumulative, axis=1, prepend=0, append=1)
    drawn = sum(np.outer(groups[:, g], alias_probability(sampling.alias, g, len(truth.probability))) for g in range(3))
    weight = np.outer(sampling.unit_weight, sampling.pattern_weight) * n / truth.inputs.design.population
    return drawn * weight


def test_each_psu_holds_the_superpopulation_tilted_by_its_score():
    truth = default_truth()
    sampling = plan_sampling(truth, 5000, np.random.default_rng(3))
    tilt = tilts(truth, 30, 2, np.random.default_rng(3))
    score = scores(truth)[pattern_groups(truth)]
    expected = truth.probability * (1 + np.outer(tilt, score))
    assert expected.min() > 0
    np.testing.assert_allclose(weighted_shares(truth, sampling, 5000), expected, rtol=1e-10)
    np.testing.assert_allclose(expected.sum(axis=1), 1, rtol=1e-13)


def test_the_mean_over_strata_is_the_superpopulation_exactly():
    truth = build_truth(default_inputs().with_design(psu_icc=0.0))
    sampling = plan_sampling(truth, 5000, np.random.default_rng(0))
    shares = weighted_shares(truth, sampling, 5000)
    assert np.abs(shares / truth.probability - 1).max() > 0.05
    np.testing.assert_allclose(shares.mean(axis=0), truth.probability, rtol=1e-12)


def test_tilts_of_psus_have_mean_zero_and_the_correlation_asked_for():
    truth = build_truth(default_inputs().with_design(stratum_icc=0.0, psu_icc=0.006))
    tilt = tilts(truth, 100_000, 2, np.random.default_rng(1))
    assert abs(tilt.mean()) < 4 * tilt.std() / np.sqrt(len(tilt))
    score = scores(truth)[pattern_groups(truth)]
    explained = []
    for name in CONDITIONS:
        has = truth.column(name) == 1
        p = truth.prevalence(name)
        between = tilt.var() * (truth.probability @ (score * has)) ** 2
        explained.append(between / (p * (1 - p)))
    assert np.mean(explained) == pytest.approx(0.006, rel=0.02)


def test_scores_are_standardised():
    truth = default_truth()
    score = scores(truth)[pattern_groups(truth)]
    assert truth.probability @ score == pytest.approx(0, abs=1e-14)
    assert truth.probability @ score**2 == pytest.approx(1, rel=1e-13)


def test_a_correlation_that_asks_for_negative_shares_is_refused_with_the_limit():
    truth = build_truth(default_inputs().with_design(psu_icc=0.2))
    with pytest.raises(SpecError, match=r"psu_icc 0\.2 .* Accepted with this ratio of the two: psu_icc below"):
        tilts(truth, 30, 2, np.random.default_rng(0))


def test_older_people_are_selected_more_often_and_weigh_less():
    truth = default_truth()
    sampling = plan_sampling(truth, 5000, np.random.default_rng(0))
    old, young = truth.column("age_band") == 3, truth.column("age_band") == 0
    assert sampling.pattern_weight[old].mean() == pytest.approx(sampling.pattern_weight[young].mean() / 1.8)
