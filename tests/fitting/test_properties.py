"""What must not change a fit, and how it must change: on random designs, to a relative error of 1e-9.

The oracle is a weighted logit at row level with its linearised covariance, written here from the formulas alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import comorbid as cm
from comorbid._numerics import collapse

RELATIVE = 1e-9
MODEL = "outcome ~ exposure + age + group"
DESIGN = cm.SurveyDesign(weights="w", strata="stratum", psu="psu")
examples = settings(max_examples=10, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
more_examples = settings(examples, max_examples=20)
"""Against the row-level oracle, on which all the rest leans."""


@dataclass(frozen=True)
class Sample:
    """A random survey: outcome, exposure, age (few distinct values), group of three levels, weights and design."""

    frame: pd.DataFrame
    seed: int

    @property
    def rng(self) -> np.random.Generator:
        return np.random.default_rng(self.seed + 1)

    def with_(self, **columns) -> Sample:
        return replace(self, frame=self.frame.assign(**columns))

    def take(self, rows) -> Sample:
        return replace(self, frame=self.frame.iloc[rows].reset_index(drop=True))


def draw_frame(seed: int, n_strata: int, n_psu: int, per_psu: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = n_strata * n_psu * per_psu
    stratum = np.repeat(np.arange(n_strata), n_psu * per_psu)
    psu = np.tile(np.repeat(np.arange(n_psu), per_psu), n_strata)
    shift = rng.normal(scale=0.4, size=(n_strata, n_psu))[stratum, psu]
    age, group = rng.integers(20, 80, n).astype(float), rng.integers(0, 3, n)
    exposure = rng.random(n) < 1 / (1 + np.exp(0.5 - shift))
    linear = -0.3 + 0.8 * exposure + 0.01 * (age - 50) + 0.3 * (group == 2) + shift
    return pd.DataFrame(
        {
            "outcome": rng.random(n) < 1 / (1 + np.exp(-linear)),
            "exposure": exposure,
            "age": age,
            "group": pd.Categorical(np.array(["a", "b", "c"])[group], ["a", "b", "c"]),
            "w": rng.lognormal(sigma=0.8, size=n),
            "stratum": stratum,
            "psu": psu,
            "inside": rng.random(n) < 0.7,
        }
    )


@st.composite
def samples(draw) -> Sample:
    """One to four strata of two to four PSUs of 15 to 40 people, with overlap enough to be estimable."""
    seed = draw(st.integers(0, 2**32 - 2))
    frame = draw_frame(seed, draw(st.integers(1, 4)), draw(st.integers(2, 4)), draw(st.integers(15, 40)))
    assume(fewest(frame, np.ones(len(frame), dtype=bool)) > 0 and fewest(frame, frame["inside"].to_numpy()) > 0)
    return Sample(frame, seed)


def fewest(frame: pd.DataFrame, inside: np.ndarray) -> int:
    """People in the emptiest cell of outcome, exposure and group."""
    cell = frame["group"].cat.codes.to_numpy() * 4 + frame["exposure"].to_numpy() * 2 + frame["outcome"].to_numpy()
    return int(np.bincount(cell[inside], minlength=12).min())


def fit(sample: Sample, model: str = MODEL, design: cm.SurveyDesign | None = DESIGN) -> cm.LogisticFit:
    return cm.fit_logistic(cm.load_cohort(sample.frame, design=design), model)


def same(left: cm.LogisticFit, right: cm.LogisticFit, scale: object = 1.0, variance: float = 1.0) -> None:
    """`right` has the coefficients of `left` times `scale`, and its covariance to match times `variance`."""
    factor = np.ones(len(left.coefficients)) * scale
    closely(right.coefficients, left.coefficients * factor)
    closely(right.covariance, left.covariance * np.outer(factor, factor) * variance)


def closely(found: np.ndarray, expected: np.ndarray) -> None:
    """Relative to each number, or to the largest where numbers cancel (a covariance near zero)."""
    np.testing.assert_allclose(found, expected, rtol=RELATIVE, atol=RELATIVE * np.abs(expected).max() / 10)


# ---- the oracle -------------------------------------------------------------------------------------------------


def rows_of(frame: pd.DataFrame) -> np.ndarray:
    group = frame["group"].to_numpy()
    columns = [np.ones(len(frame)), frame["exposure"], frame["age"], group == "b", group == "c"]
    return np.column_stack([np.asarray(column, dtype=float) for column in columns])


def naive(frame: pd.DataFrame, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and linearised covariance of MODEL in a domain, one row a person, every PSU counted."""
    x, y = rows_of(frame), frame["outcome"].to_numpy(float)
    w = np.where(inside, frame["w"].to_numpy(), 0.0)
    b = np.zeros(x.shape[1])
    for _ in range(60):
        m = 1 / (1 + np.exp(-x @ b))
        step = np.linalg.solve(x.T @ (x * (w * m * (1 - m))[:, None]), x.T @ (w * (y - m)))
        b = b + step
        if np.abs(step).max() < 1e-15:
            break
    m = 1 / (1 + np.exp(-x @ b))
    bread = np.linalg.inv(x.T @ (x * (w * m * (1 - m))[:, None]))
    influence = (x * (w * (y - m))[:, None]) @ bread
    total = np.zeros_like(bread)
    for stratum in frame["stratum"].unique():
        here = (frame["stratum"] == stratum).to_numpy()
        psus = frame.loc[here, "psu"].unique()
        sums = np.array([influence[here & (frame["psu"] == p).to_numpy()].sum(axis=0) for p in psus])
        apart = sums - sums.mean(axis=0)
        total += len(psus) / (len(psus) - 1) * apart.T @ apart
    return b, total


@more_examples
@given(samples(), st.booleans())
def test_collapsed_is_row_by_row(sample, domain):
    cohort = cm.load_cohort(sample.frame, design=DESIGN)
    inside = sample.frame["inside"].to_numpy() if domain else np.ones(len(sample.frame), dtype=bool)
    found = cm.fit_logistic(cohort.restrict("inside", "outside") if domain else cohort, MODEL)
    coefficients, covariance = naive(sample.frame, inside)
    closely(found.coefficients, coefficients)
    closely(found.covariance, covariance)
    assert (found.n, found.events) == (inside.sum(), (sample.frame["outcome"] & inside).sum())


@more_examples
@given(samples())
def test_people_sampled_one_by_one_are_row_by_row(sample):
    """Without PSUs each person is one; the oracle is given a PSU a person."""
    found = fit(sample, design=cm.SurveyDesign(weights="w", strata="stratum"))
    frame = sample.frame.assign(psu=np.arange(len(sample.frame)))
    coefficients, covariance = naive(frame, np.ones(len(frame), dtype=bool))
    closely(found.coefficients, coefficients)
    closely(found.covariance, covariance)
    same(found, fit(Sample(frame, 0)))


@more_examples
@given(samples())
def test_no_design_is_the_inverse_information(sample):
    found = fit(sample, design=None)
    x = rows_of(sample.frame)
    m = 1 / (1 + np.exp(-x @ found.coefficients))
    closely(found.covariance, np.linalg.inv(x.T @ (x * (m * (1 - m))[:, None])))
    np.testing.assert_allclose(x.T @ (sample.frame["outcome"] - m), 0, atol=1e-9 * len(x))


# ---- what changes nothing ---------------------------------------------------------------------------------------


@examples
@given(samples())
def test_row_order(sample):
    same(fit(sample), fit(sample.take(sample.rng.permutation(len(sample.frame)))))


@examples
@given(samples(), st.sampled_from([1e-4, 3.0, 1e4]))
def test_scale_of_the_weights(sample, factor):
    same(fit(sample), fit(sample.with_(w=sample.frame["w"] * factor)))


@examples
@given(samples())
def test_strata_and_psus_by_other_names(sample):
    strata = sample.frame["stratum"].map(lambda h: ["north", "east", "south", "west"][h])
    psus = sample.frame["psu"].map(lambda c: f"site {97 * (c + 1) % 11}")
    same(fit(sample), fit(sample.with_(stratum=strata, psu=psus)))
    same(fit(sample), fit(sample.with_(stratum=-1.5 * sample.frame["stratum"], psu=psus.astype("category"))))


@examples
@given(samples())
def test_psu_labels_count_within_their_stratum(sample):
    unique = sample.frame["stratum"] * 100 + sample.frame["psu"]
    same(fit(sample), fit(sample.with_(psu=unique)))


@examples
@given(samples())
def test_a_row_split_into_part_weights(sample):
    share = sample.rng.uniform(0.05, 0.95, len(sample.frame))
    parts = [sample.frame.assign(w=sample.frame["w"] * s) for s in (share, 1 - share)]
    same(fit(sample), fit(replace(sample, frame=pd.concat(parts, ignore_index=True))))


@examples
@given(samples())
def test_rows_of_weight_zero(sample):
    noise = sample.frame.assign(w=0.0, outcome=~sample.frame["outcome"], age=sample.frame["age"] + 3)
    more = replace(sample, frame=pd.concat([sample.frame, noise], ignore_index=True))
    same(fit(sample), fit(more))
    assert fit(more).n == len(sample.frame)


@examples
@given(samples(), st.sampled_from(["outcome", "exposure", "age", "group"]))
def test_rows_with_a_missing_value(sample, name):
    blank = sample.frame.astype({"outcome": "boolean", "exposure": "boolean"})
    blank[name] = blank[name].where(np.zeros(len(blank), dtype=bool))
    whole = sample.frame.astype({"outcome": "boolean", "exposure": "boolean"})
    found = fit(replace(sample, frame=pd.concat([whole, blank], ignore_index=True)))
    same(fit(sample), found)
    assert (found.n, found.n_excluded, dict(found.missing)[name]) == (len(whole), len(blank), len(blank))


@examples
@given(samples())
def test_missing_values_elsewhere(sample):
    same(fit(sample), fit(sample.with_(unused=np.where(sample.rng.random(len(sample.frame)) < 0.5, np.nan, 1.0))))


@examples
@given(samples())
def test_levels_by_other_names(sample):
    renamed = sample.frame["group"].cat.rename_categories({"a": "zz", "b": "m", "c": "a a"})
    same(fit(sample), fit(sample.with_(group=renamed)))


@examples
@given(samples())
def test_a_level_that_nobody_has(sample):
    more = sample.frame["group"].cat.set_categories(["never", "a", "none either", "b", "c"])
    found = fit(sample.with_(group=more))
    same(fit(sample), found)
    assert found.tidy()["reference"].tolist()[-2:] == ["a", "a"]


@examples
@given(samples())
def test_dense_and_sparse(sample):
    dense = fit(sample)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collapse, "DENSE", 1)
        patch.setattr(collapse, "BLOCK", 7)
        same(dense, fit(sample))


@examples
@given(samples())
def test_a_two_level_variable_as_a_number(sample):
    """Continuous 0/1 and indicator are one column."""
    number = fit(sample.with_(exposure=sample.frame["exposure"].astype(float)))
    same(fit(sample), number)


@examples
@given(samples())
def test_order_of_the_terms(sample):
    turned = fit(sample, "outcome ~ group + age + exposure")
    order = [0, 4, 3, 1, 2]
    whole = fit(sample)
    closely(turned.coefficients[order], whole.coefficients)
    closely(turned.covariance[np.ix_(order, order)], whole.covariance)


@examples
@given(samples())
def test_two_runs_are_equal_to_the_last_bit(sample):
    first, second = fit(sample), fit(sample)
    assert (first.coefficients == second.coefficients).all()
    assert (first.covariance == second.covariance).all()


# ---- what changes it in a known way -----------------------------------------------------------------------------


@examples
@given(samples())
def test_outcome_turned_round(sample):
    same(fit(sample), fit(sample.with_(outcome=~sample.frame["outcome"])), scale=-1)


@examples
@given(samples())
def test_exposure_turned_round(sample):
    """OR becomes 1 / OR; the intercept takes the coefficient up."""
    left, right = fit(sample).tidy(exponentiate=True), fit(sample.with_(exposure=~sample.frame["exposure"]))
    turned = right.tidy(exponentiate=True)
    closely(turned["estimate"][1:2] * left["estimate"][1], np.ones(1))
    closely(turned["conf_low"][1:2] * left["conf_high"][1], np.ones(1))
    closely(turned["std_error"][1:].to_numpy(), left["std_error"][1:].to_numpy())
    closely(turned["estimate"][:1].to_numpy(), (left["estimate"][:1] * left["estimate"][1]).to_numpy())


@examples
@given(samples())
def test_another_reference_inverts_the_odds_ratio(sample):
    left = fit(sample).tidy().set_index("level")
    right = fit(sample.with_(group=sample.frame["group"].cat.reorder_categories(["c", "b", "a"]))).tidy()
    right = right.set_index("level")
    assert right.loc["a", "reference"] == "c"
    closely(np.array([right.loc["a", "estimate"]]), np.array([-left.loc["c", "estimate"]]))
    closely(np.array([right.loc["a", "std_error"]]), np.array([left.loc["c", "std_error"]]))
    difference = left.loc["b", "estimate"] - left.loc["c", "estimate"]
    assert right.loc["b", "estimate"] == pytest.approx(difference, rel=1e-8, abs=1e-10)


@examples
@given(samples())
def test_age_in_decades(sample):
    decades = fit(sample.with_(age=sample.frame["age"] / 10))
    same(fit(sample), decades, scale=np.array([1, 1, 10, 1, 1]))


@examples
@given(samples(), st.sampled_from([-50.0, 7.0, 30.0]))
def test_age_from_another_zero(sample, shift):
    left, right = fit(sample), fit(sample.with_(age=sample.frame["age"] + shift))
    closely(right.coefficients[1:], left.coefficients[1:])
    closely(right.covariance[1:, 1:], left.covariance[1:, 1:])
    intercept = left.coefficients[0] - shift * left.coefficients[2]
    assert right.coefficients[0] == pytest.approx(intercept, rel=1e-8, abs=1e-9)


@examples
@given(samples())
def test_psus_twice_over(sample):
    """Every PSU in two copies: half the variance, but for m / (m - 1) with m PSUs a stratum."""
    copy = sample.frame.assign(psu=sample.frame["psu"] + 100)
    m = sample.frame.groupby("stratum")["psu"].nunique().iloc[0]
    twice = fit(replace(sample, frame=pd.concat([sample.frame, copy], ignore_index=True)))
    same(fit(sample), twice, variance=0.5 * (2 * m / (2 * m - 1)) / (m / (m - 1)))


@examples
@given(samples())
def test_people_twice_in_their_psu(sample):
    """Copies inside a PSU bring nothing: the same as weights times two."""
    same(fit(sample), fit(replace(sample, frame=pd.concat([sample.frame] * 2, ignore_index=True))))


@examples
@given(samples())
def test_odds_ratio_of_outcome_and_exposure_is_symmetric(sample):
    left, right = fit(sample, "outcome ~ exposure").tidy(), fit(sample, "exposure ~ outcome").tidy()
    closely(right["estimate"][1:].to_numpy(), left["estimate"][1:].to_numpy())
    closely(right["std_error"][1:].to_numpy(), left["std_error"][1:].to_numpy())


@examples
@given(samples())
def test_interaction_with_a_level_is_two_models(sample):
    """exposure within each level of group, fitted at once or level by level as domains."""
    whole = fit(sample, "outcome ~ exposure + group + exposure:group")
    cohort = cm.load_cohort(sample.frame, design=DESIGN)
    parts = [cm.fit_logistic(cohort.restrict(f"group == '{g}'", "other"), "outcome ~ exposure") for g in "abc"]
    slopes = np.array([whole.coefficients[1], *(whole.coefficients[1] + whole.coefficients[-2:])])
    np.testing.assert_allclose(slopes, [part.coefficients[1] for part in parts], rtol=1e-8, atol=1e-9)
    errors = np.sqrt([whole.covariance[1, 1], parts[0].covariance[1, 1]])
    assert errors[0] == pytest.approx(errors[1], rel=RELATIVE, abs=1e-12)


@examples
@given(samples())
def test_offset_of_the_fitted_covariates(sample):
    """What the covariates add, given as an offset, leaves the other coefficients where they are."""
    whole = fit(sample)
    known = rows_of(sample.frame)[:, 2:] @ whole.coefficients[2:]
    part = fit(sample.with_(known=known), "outcome ~ exposure + offset(known)")
    np.testing.assert_allclose(part.coefficients, whole.coefficients[:2], rtol=1e-8, atol=1e-9)


@examples
@given(samples())
def test_a_domain_is_not_a_filtered_file(sample):
    """The coefficients agree; the errors do not, once the filter takes a PSU away that the domain keeps."""
    frame = sample.frame.assign(inside=sample.frame["inside"] & (sample.frame["psu"] > 0))
    inside = frame["inside"].to_numpy()
    assume(fewest(frame, inside) > 0 and frame["psu"].max() > 1)
    domain = cm.fit_logistic(cm.load_cohort(frame, design=DESIGN).restrict("inside", "outside"), MODEL)
    filtered = fit(Sample(frame[frame["inside"]], 0))
    closely(filtered.coefficients, domain.coefficients)
    assert abs(filtered.covariance[1, 1] / domain.covariance[1, 1] - 1) > 1e-6
    assert filtered.df == domain.df


@examples
@given(samples(), st.sampled_from([0.5, 0.9, 0.95]))
def test_limits_stand_around_the_estimate(sample, conf_level):
    frame = fit(sample).tidy(exponentiate=True, conf_level=conf_level)
    assert (frame["conf_low"] > 0).all() and (frame["conf_low"] < frame["estimate"]).all()
    assert (frame["estimate"] < frame["conf_high"]).all() and frame["p_value"].between(0, 1).all()
    margins = fit(sample).margins(conf_level=conf_level)
    assert (margins["conf_low"] < margins["estimate"]).all() and (margins["estimate"] < margins["conf_high"]).all()
    assert margins.loc[margins["measure"] == "prevalence", "estimate"].between(0, 1).all()
