"""People drawn are true to the superpopulation, within what a survey of their size can tell."""

import numpy as np
import pandas as pd
import pytest

from comorbid.synthetic import CONDITIONS, PAIRS, default_truth, generate
from comorbid.synthetic.people import COLUMNS

N = 200_000


@pytest.fixture(scope="module")
def survey():
    return generate(N, seed=20, missing=False)


def ratio_se(weight, values, survey):
    """Linearised standard error of a weighted mean, by stratum and PSU."""
    mean = np.average(values, weights=weight)
    influence = pd.Series(weight * (values - mean) / weight.sum())
    totals = influence.groupby([survey["stratum"].to_numpy(), survey["psu"].to_numpy()]).sum()
    by_stratum = totals.groupby(level=0)
    return mean, float(np.sqrt((by_stratum.var(ddof=1) * by_stratum.size()).sum()))


def test_columns_and_levels(survey):
    assert tuple(survey.columns) == COLUMNS
    for name, levels in default_truth().levels.items():
        assert tuple(survey[name].cat.categories) == levels
    for name in ("age", "bmi", "headache_days", "weight"):
        assert survey[name].dtype == float
    assert survey.attrs["synthetic"] is True


@pytest.mark.parametrize("name", CONDITIONS)
def test_weighted_prevalences_are_within_four_standard_errors(survey, name):
    weight = survey["weight"].to_numpy()
    mean, se = ratio_se(weight, (survey[name] == "yes").to_numpy(float), survey)
    assert abs(mean - default_truth().prevalence(name)) < 4 * se


@pytest.mark.parametrize("pair", PAIRS, ids=" & ".join)
def test_weighted_odds_ratios_are_within_four_standard_errors(survey, pair):
    weight = survey["weight"].to_numpy()
    a, b = ((survey[name] == "yes").to_numpy() for name in pair)
    cells = [a & b, a & ~b, ~a & b, ~a & ~b]
    share = [np.average(cell, weights=weight) for cell in cells]
    log_ratio = np.log(share[0] * share[3] / (share[1] * share[2]))
    influence = sum(sign * cell / p for sign, cell, p in zip((1, -1, -1, 1), cells, share, strict=True))
    _, se = ratio_se(weight, influence, survey)
    assert abs(log_ratio - np.log(default_truth().odds_ratio(*pair))) < 4 * se


@pytest.mark.parametrize("variable", ["age_band", "sex", "education", "smoking", "bmi_band", "depression"])
def test_weighted_shares_of_covariates_are_within_four_standard_errors(survey, variable):
    for level, share in default_truth().shares(variable).items():
        mean, se = ratio_se(survey["weight"].to_numpy(), (survey[variable] == level).to_numpy(float), survey)
        assert abs(mean - share) < 4 * se, level


def test_headache_days_follow_their_distribution(survey):
    weight, truth = survey["weight"].to_numpy(), default_truth()
    for day in (0, 1, 5, 14, 15, 30):
        mean, se = ratio_se(weight, (survey["headache_days"] == day).to_numpy(float), survey)
        assert abs(mean - truth.headache_days_shares()[day]) < 4 * se, day


def test_weights_add_up_to_the_population(survey):
    assert survey["weight"].sum() == pytest.approx(200e6, rel=0.01)
    assert survey["weight"].min() > 0


def test_unweighted_numbers_are_off_as_selection_is_unequal(survey):
    assert (survey["age_band"] == "65+").mean() > 0.22


def test_the_design_costs_precision(survey):
    """Design effect of a prevalence: variance under the design over that of a simple random sample."""
    for name in ("migraine", "low_back_pain"):
        mean, se = ratio_se(survey["weight"].to_numpy(), (survey[name] == "yes").to_numpy(float), survey)
        assert se**2 / (mean * (1 - mean) / N) > 2


def test_measurements_lie_in_their_band(survey):
    assert survey["age"].between(20, 85).all() and (survey["age"] == survey["age"].round()).all()
    assert ((survey["age"] >= 65) == (survey["age_band"] == "65+")).all()
    assert ((survey["bmi"] >= 30) == (survey["bmi_band"] == "30 and over")).all()
    assert ((survey["bmi"] < 25) == (survey["bmi_band"] == "under 25")).all()
    top = survey.loc[survey["age_band"] == "65+", "age"] == 85
    assert top.mean() == pytest.approx(4 / 24, abs=0.01)
    assert survey["headache_days"].isin(range(31)).all()
    assert (survey.loc[survey["migraine"] == "yes", "headache_days"] > 0).all()


def test_thirty_strata_of_two_psus_of_equal_size(survey):
    sizes = survey.groupby(["stratum", "psu"]).size()
    assert len(sizes) == 60 and sizes.max() - sizes.min() <= 1
