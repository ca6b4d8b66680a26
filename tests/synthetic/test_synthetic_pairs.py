"""Odds ratios to joint prevalences and back; which sets of them can hold together."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from comorbid.errors import SpecError
from comorbid.synthetic.inputs import PAIRS
from comorbid.synthetic.pairs import PAIR_INDEX, check_feasible, joint_prevalence, odds_ratio_of
from comorbid.synthetic.solve import COMBINATIONS

shares = st.floats(0.001, 0.999)
log_odds_ratios = st.floats(-7, 7)


@given(shares, shares, log_odds_ratios)
def test_the_joint_prevalence_gives_the_odds_ratio_back(p, q, log_odds_ratio):
    both = float(joint_prevalence(np.array(p), np.array(q), np.array(np.exp(log_odds_ratio))))
    assert max(0, p + q - 1) < both < min(p, q)
    assert odds_ratio_of(p, q, both) == pytest.approx(np.exp(log_odds_ratio), rel=1e-7)


def test_odds_ratio_one_is_independence():
    assert float(joint_prevalence(np.array(0.2), np.array(0.3), np.array(1.0))) == pytest.approx(0.06, rel=1e-15)


def distribution_exists(prevalences, odds_ratios):
    """Whether 16 probabilities, each above zero, have these moments, by linear programming; and by how much."""
    both = joint_prevalence(prevalences[PAIR_INDEX[:, 0]], prevalences[PAIR_INDEX[:, 1]], odds_ratios)
    features = np.hstack([np.ones((16, 1)), COMBINATIONS, COMBINATIONS[:, PAIR_INDEX].prod(axis=2)]).T
    equal = np.hstack([features, features.sum(axis=1, keepdims=True)])
    found = linprog(
        -np.eye(17)[16], A_eq=equal, b_eq=[1, *prevalences, *both], bounds=[(0, None)] * 16 + [(None, None)]
    )
    return found.x[16]


@settings(max_examples=150)
@given(st.lists(st.floats(0.02, 0.9), min_size=4, max_size=4), st.lists(st.floats(-4, 4), min_size=6, max_size=6))
def test_what_is_called_impossible_is_what_linear_programming_cannot_solve(prevalences, log_odds_ratios):
    prevalences, odds_ratios = np.array(prevalences), np.exp(log_odds_ratios)
    smallest = distribution_exists(prevalences, odds_ratios)
    if smallest > 1e-7:
        check_feasible(prevalences, odds_ratios)
    elif smallest < -1e-7:
        with pytest.raises(SpecError):
            check_feasible(prevalences, odds_ratios)


CLASH = np.array([200.0, 200.0, 1.0, 0.01, 1.0, 1.0])
THIRDS = np.array([0.3, 0.3, 0.3, 0.02])


def test_the_message_names_each_pair_that_can_mend_it_and_how_far():
    with pytest.raises(SpecError) as caught:
        check_feasible(THIRDS, CLASH)
    text = str(caught.value)
    assert "migraine & neck_pain 200" in text
    named = set(re.findall(r"(\w+ & \w+) from \S+ to (?:below|above|between) [\d.]+", text))
    assert named == {"migraine & low_back_pain", "migraine & neck_pain", "low_back_pain & neck_pain"}


def test_the_bounds_of_the_message_are_the_true_ones():
    with pytest.raises(SpecError) as caught:
        check_feasible(THIRDS, CLASH)
    pair, bound = re.search(r"(low_back_pain & neck_pain) from 0.01 to above ([\d.]+\d)", str(caught.value)).groups()
    index = [" & ".join(names) for names in PAIRS].index(pair)
    inside, outside = CLASH.copy(), CLASH.copy()
    inside[index], outside[index] = float(bound) * 1.01, float(bound) * 0.99
    check_feasible(THIRDS, inside)
    with pytest.raises(SpecError):
        check_feasible(THIRDS, outside)


def test_where_no_single_pair_is_to_blame_the_message_says_so():
    with pytest.raises(SpecError, match="No change of a single pair is enough"):
        check_feasible(np.full(4, 0.5), np.full(6, 0.001))
