"""The superpopulation meets its inputs, whatever they are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comorbid.errors import ConvergenceError, SpecError, UnknownNameError
from comorbid.synthetic import CONDITIONS, PAIRS, build_truth, default_inputs, default_truth
from comorbid.synthetic.pairs import PAIR_INDEX, odds_ratio_of
from comorbid.synthetic.solve import COMBINATIONS


def assert_met(truth, prevalences, odds_ratios):
    for name in CONDITIONS:
        assert truth.prevalence(name) == pytest.approx(prevalences[name], rel=1e-10)
    for a, b in PAIRS:
        assert truth.odds_ratio(a, b) == pytest.approx(odds_ratios[a, b], rel=1e-10)


def test_the_defaults_are_met():
    inputs = default_inputs()
    assert_met(default_truth(), inputs.prevalences, inputs.odds_ratios)


def test_probabilities_are_positive_and_whole():
    truth = default_truth()
    assert truth.probability.shape == (4 * 2 * 4 * 3 * 3 * 2 * 16,)
    assert truth.probability.min() > 0
    assert truth.probability.sum() == pytest.approx(1, abs=1e-14)
    assert len(np.unique(truth.codes, axis=0)) == len(truth.codes)


@pytest.mark.parametrize("name", list(default_inputs().levels))
def test_covariates_have_their_shares(name):
    found = list(default_truth().shares(name).values())
    np.testing.assert_allclose(found, default_inputs().shares[name], atol=1e-14)


def test_associations_of_covariates_stay_through_raking():
    truth, weight = default_truth(), default_truth().probability
    old = truth.column("age_band") == 3
    rest = (truth.column("sex") == 1) & (truth.column("education") == 2) & (truth.column("bmi_band") == 0)
    cell = [
        weight[rest & (truth.column("smoking") == 0) & (truth.column("depression") == d) & band].sum()
        for d in (0, 1)
        for band in (truth.column("age_band") == 1, old)
    ]
    assert cell[3] * cell[0] / (cell[1] * cell[2]) == pytest.approx(0.6, rel=1e-9)


def test_effects_are_the_conditional_odds_ratios():
    truth = default_truth()
    at = {name: truth.column(name) == 0 for name in truth.variables}
    others = np.logical_and.reduce([at[name] for name in truth.variables if name not in ("sex", "migraine")])
    with_condition, women = truth.column("migraine") == 1, truth.column("sex") == 1
    p = [truth.probability[others & w & c].item() for w in (women, ~women) for c in (with_condition, ~with_condition)]
    assert p[0] * p[3] / (p[1] * p[2]) == pytest.approx(2.39, rel=1e-9)


cells = st.lists(st.floats(-4, 4), min_size=16, max_size=16).map(lambda logs: np.exp(logs) / np.exp(logs).sum())


@settings(max_examples=60)
@given(cells)
def test_any_inputs_that_some_population_has_are_met(cells):
    p = cells @ COMBINATIONS
    both = cells @ COMBINATIONS[:, PAIR_INDEX].prod(axis=2)
    prevalences = dict(zip(CONDITIONS, p.tolist(), strict=True))
    odds_ratios = {pair: odds_ratio_of(*p[PAIR_INDEX[index]], both[index]) for index, pair in enumerate(PAIRS)}
    truth = build_truth(default_inputs().with_prevalences(**prevalences).with_odds_ratios(odds_ratios))
    assert_met(truth, prevalences, odds_ratios)


def test_headache_days_have_their_shares():
    truth, headache = default_truth(), default_inputs().headache
    np.testing.assert_allclose(truth.headache_days.sum(axis=2), 1, rtol=1e-14)
    p = truth.prevalence("migraine")
    expected = p * headache.chronic_with_migraine + (1 - p) * headache.chronic_without_migraine
    assert truth.chronic_headache() == pytest.approx(expected, rel=1e-12)
    assert truth.headache_days_shares()[0] == pytest.approx((1 - p) * headache.none_without_migraine, rel=1e-12)
    chronic = truth.headache_days[:, :, 15:].sum(axis=2)
    np.testing.assert_allclose(chronic[:, 1] / chronic[:, 0], headache.depression_ratio, rtol=1e-12)


def test_subgroups_add_up_to_the_whole():
    truth, women = default_truth(), default_truth().shares("sex")["female"]
    parts = [truth.prevalence("neck_pain", {"sex": sex}) for sex in ("male", "female")]
    assert parts[0] * (1 - women) + parts[1] * women == pytest.approx(0.14, rel=1e-12)


def test_the_frame_carries_the_exact_table():
    frame = default_truth().frame()
    both = frame[(frame["migraine"] == "yes") & (frame["sex"] == "female")]
    women = frame.loc[frame["sex"] == "female", "probability"].sum()
    expected = default_truth().prevalence("migraine", {"sex": "female"})
    assert both["probability"].sum() / women == pytest.approx(expected, rel=1e-13)
    assert list(frame["smoking"].cat.categories) == ["never", "former", "current"]


def test_odds_ratios_that_cannot_hold_together_are_refused_with_a_way_out():
    impossible = {
        ("migraine", "low_back_pain"): 900,
        ("migraine", "neck_pain"): 900,
        ("low_back_pain", "neck_pain"): 0.01,
    }
    with pytest.raises(SpecError, match=r"low_back_pain & neck_pain from 0\.01 to above"):
        build_truth(default_inputs().with_odds_ratios(impossible))


def test_inputs_too_near_the_edge_are_refused_rather_than_half_met():
    inputs = default_inputs().with_prevalences(migraine=0.14).with_odds_ratios({("migraine", "neck_pain"): 1e17})
    with pytest.raises(ConvergenceError, match=r"relative error of .* Give odds ratios nearer to 1"):
        build_truth(inputs.with_odds_ratios({("migraine", "low_back_pain"): 8.57, ("migraine", "fibromyalgia"): 8.57}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda inputs: inputs.with_prevalences(migraine=1.2), r"prevalence of migraine = 1\.2 .* above 0 and below 1"),
        (lambda inputs: inputs.with_prevalences(migraine="0.2"), "prevalence of migraine = 0.2"),
        (
            lambda inputs: inputs.with_odds_ratios({("neck_pain", "migraine"): 0}),
            "odds ratio of migraine & neck_pain = 0",
        ),
        (lambda inputs: inputs.with_design(psu_per_stratum=1), "psu_per_stratum = 1 .* 2 or more"),
        (lambda inputs: inputs.with_design(oversampling={"sex": (1.0,)}), "has 1 values for 2 levels: male, female"),
    ],
)
def test_inputs_out_of_range_are_refused(change, message):
    with pytest.raises(SpecError, match=message):
        build_truth(change(default_inputs()))


@pytest.mark.parametrize(
    "change",
    [
        lambda inputs: inputs.with_prevalences(migrane=0.1),
        lambda inputs: inputs.with_odds_ratios({("migraine", "jaw_pain"): 2.0}),
        lambda inputs: inputs.with_odds_ratios({("migraine", "migraine"): 2.0}),
        lambda inputs: inputs.with_design(clusters=3),
        lambda _: default_truth().prevalence("migrane"),
        lambda _: default_truth().prevalence("migraine", {"sex": "women"}),
    ],
)
def test_names_that_do_not_exist_are_refused(change):
    with pytest.raises(UnknownNameError, match="Accepted: "):
        change(default_inputs())


def test_a_changed_input_loses_its_citation():
    inputs = default_inputs().with_prevalences(migraine=0.2).with_odds_ratios({("neck_pain", "migraine"): 3.0})
    lost = {c.input for c in default_inputs().citations} - {c.input for c in inputs.citations}
    assert lost == {"prevalences.migraine", "odds_ratios.migraine.neck_pain"}
    assert inputs.odds_ratios["migraine", "neck_pain"] == 3.0
