"""Measures of fourfold tables against their textbook formulas, with counts that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri
from scipy.stats import multivariate_normal

import comorbid as cm

TABLES = [(12, 8, 20, 60), (3, 40, 25, 11), (50, 1, 1, 50), (7, 21, 9, 27)]
"""Both, a only, b only, neither; the last is independent."""


def people(table: tuple[int, int, int, int]) -> pd.DataFrame:
    a, b = np.repeat([True, True, False, False], table), np.repeat([True, False, True, False], table)
    return pd.DataFrame({"a": a, "b": b})


def measured(table: tuple[int, int, int, int], **arguments) -> pd.DataFrame:
    """Rows of the pair in the direction a, b, by measure."""
    frame = cm.cooccurrence(cm.load_cohort(people(table)), **arguments)
    return frame[frame["condition_a"] == "a"].set_index("measure")


@pytest.fixture(params=TABLES, ids=str)
def table(request) -> tuple[int, int, int, int]:
    return request.param


def test_estimates(table):
    both, only_a, only_b, neither = table
    n, a, b = sum(table), both + only_a, both + only_b
    ratio = both * neither / (only_a * only_b)
    expected = {
        "odds_ratio": ratio,
        "observed_expected": both * n / (a * b),
        "prevalence_ratio": both / a / (only_b / (n - a)),
        "prevalence_difference": both / a - only_b / (n - a),
        "conditional_prevalence": both / a,
        "phi": np.corrcoef(*people(table).to_numpy(float).T)[0, 1],
        "yule_q": (ratio - 1) / (ratio + 1),
        "jaccard": both / (both + only_a + only_b),
    }
    found = measured(table)
    for measure, value in expected.items():
        assert found.loc[measure, "estimate"] == pytest.approx(value, rel=1e-12, abs=1e-12), measure
    assert found.loc["phi", ["n", "n_a", "n_b", "n_both"]].tolist() == [n, a, b, both]


def test_standard_errors(table):
    """Woolf's for the odds ratio; the binomial ones for what rests on two groups; delta method for Yule's Q."""
    both, only_a, only_b, _ = table
    n, a = sum(table), both + only_a
    with_a, without = both / a, only_b / (n - a)
    woolf = np.sqrt(sum(1 / count for count in table))
    q = measured(table).loc["yule_q", "estimate"]
    expected = {
        "odds_ratio": woolf,
        "prevalence_ratio": np.sqrt(1 / both - 1 / a + 1 / only_b - 1 / (n - a)),
        "prevalence_difference": np.sqrt(with_a * (1 - with_a) / a + without * (1 - without) / (n - a)),
        "conditional_prevalence": np.sqrt(with_a * (1 - with_a) / a),
        "yule_q": (1 - q**2) / 2 * woolf,
    }
    found = measured(table)
    for measure, value in expected.items():
        assert found.loc[measure, "std_error"] == pytest.approx(value, rel=1e-11), measure


def test_odds_ratio_is_that_of_a_logistic_model(table):
    fit = cm.fit_logistic(cm.load_cohort(people(table)), "b ~ a").tidy(exponentiate=True).iloc[1]
    found = measured(table).loc["odds_ratio"]
    for column in ("estimate", "std_error", "p_value", "conf_low", "conf_high"):
        assert found[column] == pytest.approx(fit[column], rel=1e-8), column


def test_tetrachoric_gives_the_table_back(table):
    both, only_a, only_b, _ = table
    n, rho = sum(table), measured(table).loc["tetrachoric", "estimate"]
    normal = multivariate_normal([0, 0], [[1, rho], [rho, 1]])
    thresholds = ndtri([(both + only_a) / n, (both + only_b) / n])
    assert normal.cdf(thresholds) == pytest.approx(both / n, abs=1e-5)


def test_independence():
    found = measured(TABLES[-1])
    for measure in ("phi", "yule_q", "tetrachoric", "prevalence_difference"):
        assert found.loc[measure, "estimate"] == pytest.approx(0, abs=1e-9)
        assert found.loc[measure, "p_value"] == pytest.approx(1, abs=1e-6)
    for measure in ("odds_ratio", "observed_expected", "prevalence_ratio"):
        assert found.loc[measure, "estimate"] == pytest.approx(1, rel=1e-12)


def test_both_directions(table):
    both, only_a, only_b, _ = table
    frame = cm.cooccurrence(cm.load_cohort(people(table)), measures=["conditional_prevalence"])
    assert frame["condition_a"].tolist() == ["a", "b"]
    assert frame["estimate"].tolist() == pytest.approx([both / (both + only_a), both / (both + only_b)])


@pytest.mark.parametrize("empty", range(4))
def test_an_empty_cell_leaves_no_test(empty):
    """Undefined measures are missing; at the end of a range there is an estimate, and neither test nor interval."""
    counts = [10, 20, 30, 40]
    counts[empty] = 0
    found = measured(tuple(counts))
    for measure in ("odds_ratio", "tetrachoric"):
        assert found.loc[measure, ["estimate", "std_error", "p_value"]].isna().all()
    assert found.loc["yule_q", "estimate"] == (-1 if empty in (0, 3) else 1)
    assert found.loc["yule_q", ["statistic", "p_value", "conf_low", "conf_high"]].isna().all()


@pytest.mark.parametrize(("table", "sign"), [((30, 0, 0, 70), 1), ((0, 30, 70, 0), -1)])
def test_perfect_association(table, sign):
    found = measured(table)
    for measure in ("phi", "yule_q", "prevalence_difference"):
        assert found.loc[measure, "estimate"] == pytest.approx(sign, rel=1e-12)
        assert found.loc[measure, ["statistic", "p_value", "conf_low", "conf_high"]].isna().all()


def test_prevalence(table):
    frame = cm.prevalence(cm.load_cohort(people(table)), ["a"])
    n, share = sum(table), (table[0] + table[1]) / sum(table)
    assert frame.loc[0, ["estimate", "n", "events"]].tolist() == pytest.approx([share, n, share * n])
    assert frame.loc[0, "std_error"] == pytest.approx(np.sqrt(share * (1 - share) / n), rel=1e-12)


def test_combinations_of_two_are_the_table(table):
    frame = cm.combinations(cm.load_cohort(people(table)))
    shares = frame[frame["measure"] == "prevalence"].set_index("combination")
    both, only_a, only_b, neither = table
    assert shares["events"].to_dict() == {"none": neither, "a": only_a, "b": only_b, "a & b": both}
    pair = frame[frame["measure"] == "observed_expected"].set_index("combination").loc["a & b"]
    found = measured(table).loc["observed_expected"]
    for column in ("estimate", "std_error", "p_value", "conf_low", "conf_high"):
        assert pair[column] == pytest.approx(found[column], rel=1e-10), column


@pytest.mark.parametrize("k", [2, 3, 5])
def test_combinations_sum_to_one(k):
    rng = np.random.default_rng(k)
    frame = pd.DataFrame({f"c{j}": rng.random(300) < 0.2 + 0.1 * j for j in range(k)}).assign(w=rng.uniform(1, 5, 300))
    found = cm.combinations(cm.load_cohort(frame, design=cm.SurveyDesign(weights="w")))
    for measure in ("prevalence", "expected_prevalence"):
        rows = found[found["measure"] == measure]
        assert len(rows) == 2**k and rows["estimate"].sum() == pytest.approx(1, rel=1e-12)
        for name in frame.columns.drop("w"):
            share = np.average(frame[name], weights=frame["w"])
            assert rows.loc[rows[name], "estimate"].sum() == pytest.approx(share, rel=1e-12)


def test_a_condition_that_nobody_has():
    """Observed equals expected by construction: a ratio of 1, and nothing to test."""
    frame = people(TABLES[0]).assign(b=False)
    ratios = cm.combinations(cm.load_cohort(frame))
    ratios = ratios[(ratios["measure"] == "observed_expected") & ratios["estimate"].notna()]
    assert ratios["estimate"].tolist() == pytest.approx([1, 1])
    assert ratios[["statistic", "p_value", "conf_low", "conf_high"]].isna().all(axis=None)
