"""Two prevalences on every scale: by hand, by identity, and refused where they are none."""

from __future__ import annotations

import pytest

import comorbid as cm


def test_the_twelve_times_of_neck_pain_by_hand():
    """77.0% against 23.2%: 3.319 times, odds 3.348 against 0.302, so 11.08."""
    row = cm.compare_prevalences({"clinics": (0.770, 0.232)}).iloc[0]
    assert row["prevalence_ratio"] == pytest.approx(3.319, abs=0.0005)
    assert row["odds_ratio"] == pytest.approx(11.08, abs=0.005)
    assert row["prevalence_difference"] == pytest.approx(0.538)
    assert row["largest_prevalence_ratio"] == pytest.approx(4.310, abs=0.0005)


def test_swapping_groups_inverts_ratios_and_rare_conditions_have_the_same_ratio_on_both():
    both = cm.compare_prevalences({"a": (0.4, 0.1), "b": (0.1, 0.4), "rare": (3e-6, 1e-6)}).set_index("comparison")
    for scale in ("prevalence_ratio", "odds_ratio"):
        assert both.loc["a", scale] * both.loc["b", scale] == pytest.approx(1, rel=1e-12)
        assert both.loc["rare", scale] == pytest.approx(3, rel=1e-5)
    assert both.loc["a", "odds_ratio"] > both.loc["a", "prevalence_ratio"]


@pytest.mark.parametrize("wrong", [(77.0, 23.2), (0.5, 0.0), (1.0, 0.5), (float("nan"), 0.5)])
def test_what_is_no_prevalence_is_refused(wrong):
    with pytest.raises(cm.ComorbidError, match="clinics"):
        cm.compare_prevalences({"clinics": wrong})
