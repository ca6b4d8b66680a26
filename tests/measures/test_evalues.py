"""E-values against worked examples in print, the definition they come from, and the frames they are added to."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid._numerics.evalues import e_value_of, e_value_of_limit, risk_ratio_of_hazard_ratio

# VanderWeele & Ding 2017 (breastfeeding and respiratory death; leukaemia), and the R package EValue's vignette (smoking
# and lung cancer): ratio, limits, E-values as printed, digits printed
PRINTED = [
    (3.9, 1.8, 8.7, 7.26, 3.0, 0.005),
    (0.80, 0.71, 0.91, 1.81, 1.43, 0.005),
    (10.73, 8.02, 14.36, 20.94777, 15.52336, 5e-6),
]


@pytest.mark.parametrize(("ratio", "low", "high", "estimate", "limit", "digits"), PRINTED)
def test_published_examples(ratio, low, high, estimate, limit, digits):
    found = cm.e_value(ratio, low, high)
    assert (found.estimate, found.limit) == pytest.approx((estimate, limit), abs=digits)
    assert found.form == "risk ratio"


def test_it_is_the_strength_at_which_the_bounding_factor_reaches_the_estimate():
    """Ding & VanderWeele 2016: confounding g, d changes a risk ratio by g d / (g + d - 1) at most."""
    ratio = np.array([1.0, 1.2, 2.0, 3.9, 50.0])
    strength = e_value_of(ratio)
    assert strength**2 / (2 * strength - 1) == pytest.approx(ratio, rel=1e-12)
    assert e_value_of(1 / ratio) == pytest.approx(strength, rel=1e-12)


@pytest.mark.parametrize(
    ("low", "high", "nearest"), [(1.2, 3, 1.2), (0.4, 0.7, 0.7), (0.9, 1.1, 1.0), (1.0, 2, 1.0), (0.0, 5.0, 1.0)]
)
def test_the_limit_nearer_to_one_counts(low, high, nearest):
    assert e_value_of_limit(low, high) == e_value_of(nearest)
    assert np.isnan(e_value_of_limit(low, np.nan))


@pytest.mark.parametrize(("prevalence", "form"), [(0.15, "rare outcome"), (0.1501, "common outcome")])
def test_an_odds_ratio_is_taken_by_its_outcome(prevalence, form):
    found = cm.e_value(4.0, 2.25, 9.0, measure="odds_ratio", outcome_prevalence=prevalence)
    expected = cm.e_value(4.0, 2.25, 9.0) if form == "rare outcome" else cm.e_value(2.0, 1.5, 3.0)
    assert (found.estimate, found.limit) == pytest.approx((expected.estimate, expected.limit), rel=1e-12)
    assert found.form == form
    assert cm.e_value(4.0, 2.25, 9.0, measure="odds_ratio", rare=form == "rare outcome") == found


def test_a_hazard_ratio_of_a_common_outcome_keeps_its_inverse():
    ratio = np.array([0.3, 1.0, 2.5])
    assert risk_ratio_of_hazard_ratio(ratio) * risk_ratio_of_hazard_ratio(1 / ratio) == pytest.approx(np.ones(3))
    assert cm.e_value(0.5, measure="hazard_ratio", rare=False).estimate < cm.e_value(0.5).estimate


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"estimate": -0.3}, "above zero"),
        ({"estimate": float("nan")}, "above zero"),
        ({"estimate": 2.0, "conf_low": 2.1, "conf_high": 3.0}, "outside its interval"),
        ({"estimate": 2.0, "measure": "odds_ratio"}, "needs outcome_prevalence"),
        ({"estimate": 2.0, "measure": "odds_ratio", "outcome_prevalence": 15}, "not between 0 and 1"),
        ({"estimate": 0.1, "measure": "prevalence_difference"}, "no measure with an E-value"),
    ],
)
def test_what_has_no_e_value_is_refused(asked, message):
    with pytest.raises(cm.ComorbidError, match=message):
        cm.e_value(**asked)


@pytest.fixture(scope="module")
def cohort() -> cm.Cohort:
    return cm.load_cohort("synthetic", n=4000, seed=2)


def test_models_get_the_form_that_their_outcome_asks_for(cohort):
    share = cm.prevalence(cohort)
    common = dict(zip(share["outcome"], share["estimate"] > 0.15, strict=True))
    assert common["low_back_pain"] and not common["fibromyalgia"]
    for outcome, form in (("low_back_pain", "common outcome"), ("fibromyalgia", "rare outcome")):
        frame = cm.fit_logistic(cohort, f"{outcome} ~ migraine + sex").tidy(exponentiate=True)
        found = cm.e_values(frame, share).set_index("term")
        row = found.loc["migraine"]
        alone = cm.e_value(row.estimate, row.conf_low, row.conf_high, measure="odds_ratio", rare=form[0] == "r")
        assert (row.e_value, row.e_value_limit, row.e_value_form) == (alone.estimate, alone.limit, form)
        assert np.isnan(found.loc["intercept", "e_value"])
        assert list(found.columns[-4:]) == ["e_value", "e_value_limit", "e_value_form", "source"]


def test_the_prevalence_may_be_one_number_a_mapping_or_the_rows_own(cohort):
    frame = cm.fit_logistic(cohort, "migraine ~ sex").tidy(exponentiate=True)
    own = frame["events"].iloc[0] / frame["n"].iloc[0]
    whole = cm.e_values(frame)
    pd.testing.assert_frame_equal(whole, cm.e_values(frame, own))
    pd.testing.assert_frame_equal(whole, cm.e_values(frame, {"migraine": own}))
    pd.testing.assert_frame_equal(whole, cm.e_values(whole, own))
    assert whole.attrs == frame.attrs


def test_margins_and_pairs(cohort):
    margins = cm.e_values(cm.fit_logistic(cohort, "migraine ~ neck_pain + sex").margins())
    assert margins.dropna(subset="e_value")["measure"].tolist() == ["prevalence_ratio"]
    pairs = cm.e_values(cm.cooccurrence(cohort, measures=["odds_ratio", "prevalence_ratio", "phi"]))
    assert pairs.groupby("measure")["e_value"].apply(lambda e: e.notna().all()).to_dict() == {
        "odds_ratio": True, "phi": False, "prevalence_ratio": True
    }  # fmt: skip
    share = pairs["n_b"] / pairs["n"]
    common = (share > 0.15) & (pairs["measure"] == "odds_ratio")
    assert pairs.loc[common, "e_value_form"].eq("common outcome").all() and common.any()


def test_a_ratio_of_zero_leaves_its_row_empty():
    row = {"outcome": "a", "measure": "prevalence_ratio", "estimate": 0.0, "conf_low": np.nan, "conf_high": np.nan}
    assert cm.e_values(pd.DataFrame([row]))["e_value"].isna().all()


@pytest.mark.parametrize(
    ("change", "prevalence", "message"),
    [
        (lambda f: f.assign(measure="log_odds"), None, "log odds"),
        (lambda f: f.drop(columns="conf_low"), None, "no column conf_low"),
        (lambda f: f.drop(columns="n"), None, "no n and events"),
        (lambda f: f, {"neck_pain": 0.2}, "no prevalence of `migraine` was given. Given: neck_pain"),
    ],
)
def test_frames_that_cannot_be_read(cohort, change, prevalence, message):
    frame = cm.fit_logistic(cohort, "migraine ~ sex").tidy(exponentiate=True)
    with pytest.raises(cm.ComorbidError, match=message):
        cm.e_values(change(frame), prevalence)
