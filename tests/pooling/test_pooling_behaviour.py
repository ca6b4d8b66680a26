"""What pooling refuses, what it warns of, and identities that hold whatever the numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import comorbid as cm
from comorbid.errors import CollinearityError, ComorbidWarning, SpecError, UnknownNameError

RANDOM = ["dersimonian-laird", "paule-mandel", "reml", "ml"]


def studies(k: int = 6, measure: str = "odds_ratio") -> pd.DataFrame:
    """k studies with estimates, unrounded 95% intervals, and a number and a kind to compare by."""
    rng = np.random.default_rng(k)
    y, error = rng.normal(0.4, 0.4, k), rng.uniform(0.1, 0.4, k)
    values = np.exp(y[:, None] + stats.norm.ppf([0.5, 0.025, 0.975]) * error[:, None])
    frame = pd.DataFrame(values, columns=["estimate", "conf_low", "conf_high"])
    kinds = ["adults", "adolescents"] * (k // 2) + ["adults"] * (k % 2)
    return frame.assign(
        study=[f"Study {at}" for at in range(k)], measure=measure, year=2000 + rng.permutation(k), kind=kinds
    )


def cells() -> pd.DataFrame:
    return pd.DataFrame(
        {"study": list("uvwx"), "a": [12, 5, 20, 0], "b": [30, 44, 61, 0], "c": [7, 4, 15, 0], "d": [38, 47, 70, 9]}
    )


# ------------------------------------------------------------------ identities


def test_common_effect_is_the_inverse_variance_mean() -> None:
    result = cm.pool_estimates(studies(), method="common")
    y, v = result.studies.y, result.studies.v
    row = result.tidy().iloc[0]
    assert row["estimate"] == pytest.approx(np.average(y, weights=1 / v), rel=1e-12)
    assert row["std_error"] == pytest.approx((1 / v).sum() ** -0.5, rel=1e-12)


@pytest.mark.parametrize("method", RANDOM)
def test_equal_variances_give_the_closed_form(method: str) -> None:
    frame = studies().drop(columns=["conf_low", "conf_high"]).assign(std_error=0.1)
    result = cm.pool_estimates(frame, method=method)
    spread = np.log(frame["estimate"]).var(ddof=0 if method == "ml" else 1)
    assert result.model.tau2 == pytest.approx(spread - 0.01, rel=1e-9)
    assert result.tidy()["estimate"].iloc[0] == pytest.approx(np.log(frame["estimate"]).mean(), rel=1e-12)


@pytest.mark.parametrize("method", RANDOM)
def test_estimates_on_another_unit_give_the_same_test(method: str) -> None:
    frame = studies().assign(measure="mean_difference", std_error=0.2)
    one = cm.pool_estimates(frame, method=method)
    ten = cm.pool_estimates(frame.assign(estimate=10 * frame["estimate"], std_error=2.0), method=method)
    assert ten.model.tau2 == pytest.approx(100 * one.model.tau2, rel=1e-9)
    assert ten.tidy()["statistic"].iloc[0] == pytest.approx(one.tidy()["statistic"].iloc[0], rel=1e-9)


def test_agreeing_studies_have_no_spread() -> None:
    frame = studies().drop(columns=["conf_low", "conf_high"]).assign(estimate=2.0, std_error=[0.1, 0.2, 0.3] * 2)
    for method in RANDOM:
        spread = cm.pool_estimates(frame, method=method).glance().iloc[0]
        assert (spread["tau2"], spread["tau2_low"], spread["i2"], spread["h2"]) == (0.0, 0.0, 0.0, 1.0)


def test_order_of_studies_does_not_matter() -> None:
    frame = studies(9)
    one, other = (cm.pool_estimates(rows).tidy() for rows in (frame, frame.iloc[::-1]))
    assert np.allclose(one["estimate"], other["estimate"], rtol=1e-11)


def test_a_shift_of_a_moderator_moves_only_the_intercept() -> None:
    frame = studies(9)
    one, other = (
        cm.pool_estimates(rows, moderators="year").tidy().set_index("term")
        for rows in (frame, frame.assign(year=frame["year"] - 2000))
    )
    assert one.loc["year", "estimate"] == pytest.approx(other.loc["year", "estimate"], rel=1e-8)
    assert abs(one.loc["intercept", "estimate"] - other.loc["intercept", "estimate"]) > 1e-3


def test_a_two_level_moderator_is_the_subgroup_difference_under_a_common_effect() -> None:
    frame = studies(8)
    groups = cm.pool_estimates(frame, method="common").subgroups("kind")
    slope = cm.pool_estimates(frame, method="common", moderators="kind").tidy().iloc[1]
    pooled = groups[groups["type"] == "summary"]["estimate"].to_numpy()
    assert slope["estimate"] == pytest.approx(pooled[1] - pooled[0], rel=1e-10)
    assert (slope["level"], slope["reference"]) == ("adolescents", "adults")
    assert groups.iloc[-1]["statistic"] == pytest.approx(slope["statistic"] ** 2, rel=1e-10)


def test_a_level_of_a_moderator_is_predicted_and_a_new_one_refused() -> None:
    result = cm.pool_estimates(studies(8), moderators=["kind", "year"])
    rows = result.predict(pd.DataFrame({"kind": ["adults", "adolescents"], "year": [2003, 2003]}))
    assert rows["estimate"].diff().iloc[1] == pytest.approx(result.model.coefficients[1])
    with pytest.raises(SpecError, match="no level children"):
        result.predict(pd.DataFrame({"kind": ["children"], "year": [2003]}))
    with pytest.raises(SpecError, match="year not found"):
        result.predict(pd.DataFrame({"kind": ["adults"]}))


def test_intervals_of_another_level_give_the_same_standard_errors() -> None:
    frame = studies()
    y, error = (
        np.log(frame["estimate"]),
        (np.log(frame["conf_high"]) - np.log(frame["estimate"])) / stats.norm.ppf(0.975),
    )
    narrow = frame.assign(**{n: np.exp(y + z * error) for n, z in (("conf_low", -1.6448536), ("conf_high", 1.6448536))})
    assert np.allclose(cm.pool_estimates(narrow, interval_level=0.9).studies.v, error**2, rtol=1e-6)
    assert np.allclose(cm.pool_estimates(narrow.assign(conf_level=0.9)).studies.v, error**2, rtol=1e-6)


def test_log_odds_and_odds_ratios_are_the_same_estimates() -> None:
    frame = studies().assign(std_error=0.2)
    logged = frame.assign(measure="log_odds", estimate=np.log(frame["estimate"]))
    one, other = (cm.pool_estimates(rows).tidy(exponentiate=True) for rows in (frame, logged))
    pd.testing.assert_frame_equal(one, other)


# ------------------------------------------------------------------ what the frames hold


def test_ratios_are_turned_and_their_errors_are_not() -> None:
    result = cm.pool_estimates(studies())
    logged, turned = result.tidy(), result.tidy(exponentiate=True)
    assert list(logged["measure"].unique()) == ["log_odds"]
    assert list(turned["measure"].unique()) == ["odds_ratio"]
    for name in ("estimate", "conf_low", "conf_high"):
        assert np.allclose(np.exp(logged[name]), turned[name])
    assert np.allclose(logged["std_error"].iloc[0], turned["std_error"].iloc[0])


def test_studies_come_first_with_weights_that_sum_to_a_hundred() -> None:
    rows = cm.pool_estimates(studies()).tidy(studies=True)
    assert list(rows["type"]) == ["study"] * 6 + ["summary", "prediction"]
    assert rows["weight"].sum() == pytest.approx(100)


def test_prediction_interval_by_each_convention() -> None:
    for prediction, df in {"residual": 5, "higgins": 4, "as-test": np.inf}.items():
        result = cm.pool_estimates(studies(), prediction=prediction)
        half = stats.t.ppf(0.975, df) * np.sqrt(result.model.tau2 + result.model.covariance[0, 0])
        low, high = result.prediction_limits()
        assert (high - low) / 2 == pytest.approx(half, rel=1e-12)


def test_one_true_effect_predicts_nothing() -> None:
    row = cm.pool_estimates(studies(), method="common").tidy().iloc[1]
    assert row["type"] == "prediction"
    assert np.isnan([row["conf_low"], row["conf_high"]]).all()


def test_one_study_stands_as_it_is_under_a_common_effect_only() -> None:
    frame = studies().iloc[:1]
    result = cm.pool_estimates(frame, method="common")
    assert result.tidy(exponentiate=True)["estimate"].iloc[0] == pytest.approx(frame["estimate"].iloc[0])
    assert np.isnan(result.glance()["i2_low"].iloc[0])
    with pytest.raises(SpecError, match="too few"):
        cm.pool_estimates(frame)


def test_a_kind_with_one_study_is_not_lost() -> None:
    frame = studies(7).assign(kind=["one", *["many"] * 6])
    rows = cm.pool_estimates(frame, test="knapp-hartung").subgroups("kind")
    assert list(rows["k"].dropna()) == [1, 6]


def test_zero_cells_are_filled_for_their_own_table_and_silent_tables_left_out() -> None:
    frame = cells().iloc[:3].assign(a=[12, 0, 20])
    assert np.isfinite(cm.pool_estimates(frame).studies.y).all()
    with pytest.warns(ComorbidWarning, match="left out, since nobody or everybody"):
        result = cm.pool_estimates(cells().assign(b=[30, 44, 61, 8]), method="mantel-haenszel")
    assert result.studies.k == 3


def test_influence_points_at_the_study_that_lies_apart() -> None:
    frame = studies(10).drop(columns=["conf_low", "conf_high"]).assign(std_error=0.1)
    frame["estimate"] = [*np.linspace(1.9, 2.1, 9), 6.0]
    found = cm.pool_estimates(frame).influence()
    assert list(found["influential"]) == [False] * 9 + [True]


# ------------------------------------------------------------------ what is refused, and what is said


def test_measures_are_never_mixed() -> None:
    frame = pd.concat([studies(4), studies(3, "hazard_ratio").assign(study=list("xyz"))])
    with pytest.raises(SpecError, match=r"odds_ratio \(4\), hazard_ratio \(3\)"):
        cm.pool_estimates(frame)
    assert cm.pool_estimates(frame, measure="hazard_ratio").studies.k == 3


def test_one_cohort_is_not_counted_twice() -> None:
    frame = studies().assign(study=["A", "A", "B", "C", "C", "C"])
    with pytest.raises(SpecError, match=r"A \(2\), C \(3\).*\n.*multilevel"):
        cm.pool_estimates(frame, method="common")
    result = cm.pool_estimates(frame, method="multilevel", test="t")
    assert (result.studies.k, result.model.df) == (6, 2)
    assert list(result.tidy(studies=True)["study"][:2]) == ["A (1)", "A (2)"]
    assert list(result.leave_one_out()["study"]) == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("change", "asked", "message"),
    [
        ({"estimate": -1.0}, {}, "not above zero"),
        ({"conf_high": 0.01}, {}, "outside its interval"),
        ({"conf_low": -0.1}, {}, "reaches zero"),
        ({"estimate": "2.1"}, {}, None),
        ({"estimate": "about two"}, {}, "holds text"),
        ({"conf_low": np.nan}, {}, "nothing can be pooled"),
        ({}, {"method": "common", "test": "knapp-hartung"}, "random-effects"),
        ({}, {"test": "t"}, "multilevel"),
        ({}, {"method": "mantel-haenszel"}, "not found among"),
        ({}, {"method": "multilevel"}, "several estimates"),
        ({"kind": "adults"}, {"moderators": "kind"}, "every row"),
        ({"year": np.nan}, {"moderators": "year"}, "missing in 6"),
        ({}, {"conf_level": 95}, "0.95"),
    ],
)
def test_what_cannot_be_pooled_is_refused(change: dict, asked: dict, message: str | None) -> None:
    frame = studies().assign(**change)
    if message is None:
        frame["estimate"] = studies()["estimate"].astype(str)
        assert cm.pool_estimates(frame, **asked).studies.k == 6
        return
    with pytest.raises(SpecError, match=message):
        cm.pool_estimates(frame, **asked)


def test_names_that_are_not_known() -> None:
    for asked in ({"method": "hedges"}, {"test": "t-test"}, {"moderators": "yaer"}, {"measure": "risk_ratio"}):
        with pytest.raises(UnknownNameError):
            cm.pool_estimates(studies(), **asked)


def test_moderators_that_say_the_same() -> None:
    frame = studies(9).assign(again=lambda rows: 2 * rows["year"] + 1)
    with pytest.raises(CollinearityError, match="year, again"):
        cm.pool_estimates(frame, moderators=["year", "again"])


def test_what_needs_a_pooled_estimate_refuses_a_regression() -> None:
    result = cm.pool_estimates(studies(9), moderators="year")
    for name in ("leave_one_out", "small_study_tests", "trim_and_fill"):
        with pytest.raises(SpecError, match="without moderators"):
            getattr(result, name)()
    with pytest.raises(SpecError, match="moderators"):
        cm.compare_with_published(result.tidy(), result)


def test_asymmetric_and_coarse_intervals_are_said() -> None:
    frame = studies(2).round(2)
    opioid = pd.DataFrame(
        {"study": ["Bigal"], "measure": "odds_ratio", "estimate": 1.98, "conf_low": 1.4, "conf_high": 2.2}
    )
    with pytest.warns(ComorbidWarning, match="not symmetric on the log scale.*Bigal"):
        found = cm.pool_estimates(pd.concat([frame, opioid])).intervals()
    assert list(found["explained_by_rounding"]) == [True, True, False]
    assert found["asymmetry"].iloc[2] == pytest.approx(1.046, abs=1e-3)
    with pytest.warns(ComorbidWarning, match="coarsely.*Bigal"):
        cm.pool_estimates(pd.concat([frame, opioid.assign(estimate=2.1, conf_low=2.09, conf_high=2.1)]))


def test_rows_without_an_interval_are_left_out_aloud() -> None:
    frame = studies()
    frame.loc[2, "conf_low"] = np.nan
    with pytest.warns(ComorbidWarning, match="left out.*Study 2"):
        assert cm.pool_estimates(frame).studies.k == 5


def test_kinds_that_are_pooled_together_are_said_and_kept_apart() -> None:
    with pytest.warns(ComorbidWarning, match=r"`kind` holds 2 kinds.*adults \(3\)"):
        result = cm.pool_estimates(studies(), by="kind")
    assert list(result.subgroups()["kind"].dropna()) == ["adults", "adolescents"]
    assert list(result.drawn()["study"][-2:]) == ["All studies", "Prediction interval"]


# ------------------------------------------------------------------ one's own estimate among published ones


def own(estimate: float, measure: str = "odds_ratio") -> pd.DataFrame:
    return pd.DataFrame({"outcome": ["migraine"], "measure": measure, "estimate": estimate, "std_error": 0.1})


def test_an_own_estimate_is_set_among_published_ones() -> None:
    result = cm.pool_estimates(studies())
    centre, variance = result.model.coefficients[0], result.model.covariance[0, 0]
    row = cm.compare_with_published(own(3.0), result).iloc[0]
    z = (np.log(3.0) - centre) / np.sqrt(0.01 + variance)
    assert row["difference"] == pytest.approx(np.log(3.0) - centre)
    assert row["p_value"] == pytest.approx(2 * stats.norm.sf(abs(z)))
    whole = (np.log(3.0) - centre) / np.sqrt(0.01 + variance + result.model.tau2)
    assert row["p_value_new_study"] == pytest.approx(2 * stats.t.sf(abs(whole), 5))
    assert row["outcome"] == "migraine"


def test_inside_and_outside_the_prediction_interval() -> None:
    result = cm.pool_estimates(studies())
    inside = [cm.compare_with_published(own(value), result)["in_prediction_interval"].iloc[0] for value in (1.5, 30.0)]
    assert inside == [True, False]


def test_log_odds_of_a_fit_are_read_as_they_are() -> None:
    result = cm.pool_estimates(studies())
    one, other = (cm.compare_with_published(rows, result) for rows in (own(2.0), own(np.log(2.0), "log_odds")))
    pd.testing.assert_frame_equal(one, other)


def test_only_the_same_measure_is_compared() -> None:
    with pytest.raises(SpecError, match="prevalence_ratio"):
        cm.compare_with_published(own(2.0, "prevalence_ratio"), cm.pool_estimates(studies()))
    with pytest.raises(SpecError, match="std_error"):
        cm.compare_with_published(own(2.0).drop(columns="std_error"), cm.pool_estimates(studies()))
