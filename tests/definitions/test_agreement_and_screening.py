"""Agreement, predictive values and misclassification against figures worked by hand and published examples."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

import comorbid as cm

RULES = cm.headache_definitions()


def test_agreement_is_what_statsmodels_and_the_formulas_give() -> None:
    people = cm.simulate_headaches(4_000, cm.HeadacheTruth(0.5, 0.1), seed=3)
    chosen = [RULES["migraine_without_aura"], RULES["cervicogenic_headache"]]
    row = cm.definition_agreement(people, chosen).iloc[0]
    table = np.array([[row["both"], row["only_a"]], [row["only_b"], row["neither"]]], dtype=float)
    assert table.sum() == 4_000 == row["n"]
    assert row["kappa"] == pytest.approx(cohens_kappa(table).kappa, abs=1e-12)
    assert row["positive_agreement"] == pytest.approx(2 * table[0, 0] / (2 * table[0, 0] + table[0, 1] + table[1, 0]))
    assert row["negative_agreement"] == pytest.approx(2 * table[1, 1] / (2 * table[1, 1] + table[0, 1] + table[1, 0]))
    assert row["overall_agreement"] == pytest.approx((table[0, 0] + table[1, 1]) / 4_000)


def test_the_paradox_of_kappa_is_seen() -> None:
    """Same overall agreement, 0.85, and another kappa: Feinstein & Cicchetti, J Clin Epidemiol 1990;43:543-9."""
    even = _agreement(40, 9, 6, 45)
    skewed = _agreement(80, 10, 5, 5)
    assert even["overall_agreement"] == skewed["overall_agreement"] == 0.85
    assert round(even["kappa"], 2) == 0.70
    assert round(skewed["kappa"], 2) == 0.32


def _agreement(both: int, only_a: int, only_b: int, neither: int) -> pd.Series:
    yes_a = [True] * (both + only_a) + [False] * (only_b + neither)
    yes_b = [True] * both + [False] * only_a + [True] * only_b + [False] * neither
    people = pd.DataFrame({"one_sided": yes_a, "pulsating": yes_b})
    rules = [
        cm.CaseDefinition(name, name, (cm.Criterion("A", name, (name,), lambda f, name=name: f[name]),), "here", "1")
        for name in people.columns
    ]
    return cm.definition_agreement(people, rules).iloc[0]


def test_agreement_of_a_definition_with_itself_and_of_none_with_none() -> None:
    people = cm.simulate_headaches(500, cm.HeadacheTruth(0.5, 0.0, elsewhere=0.0), seed=1)
    same = cm.definition_agreement(people, [(RULES["migraine_without_aura"],) * 2]).iloc[0]
    assert same["kappa"] == same["positive_agreement"] == 1
    nobody = cm.definition_agreement(people, [(RULES["cervicogenic_headache"],) * 2]).iloc[0]
    assert nobody["both"] == 0 and np.isnan(nobody["kappa"]) and np.isnan(nobody["positive_agreement"])


def test_every_pair_of_three_definitions_has_its_row() -> None:
    people = cm.simulate_headaches(200, cm.HeadacheTruth(0.5, 0.1), seed=1)
    names = ["migraine_without_aura", "cervicogenic_headache", "chronic_migraine"]
    assert len(cm.definition_agreement(people, [RULES[name] for name in names])) == 3


def test_predictive_values_by_hand() -> None:
    """1% prevalence, 99% and 99%: of 10,000 people 99 are true and 99 false positives."""
    row = cm.predictive_values(0.01, 0.99, 0.99).iloc[0]
    assert row["positive_predictive_value"] == pytest.approx(0.5)
    assert row["negative_predictive_value"] == pytest.approx(9801 / 9802)
    assert row["share_positive"] == pytest.approx(0.0198)
    assert row["false_per_true"] == pytest.approx(1)


def test_predictive_values_meet_the_published_one_of_id_migraine() -> None:
    """Lipton 2003 prints PPV 0.93 beside sensitivity 0.81 and specificity 0.75; the prevalence that gives it is 80%."""
    published = cm.published_estimates().set_index("id")["estimate"]
    found = cm.predictive_values(0.8, published["idm03_sens"], published["idm03_spec"])
    assert found["positive_predictive_value"].iloc[0] == pytest.approx(0.93, abs=0.005)


def test_predictive_values_of_every_combination_and_at_the_ends() -> None:
    grid = cm.predictive_values([0.0, 0.5, 1.0], [0.0, 1.0], [0.5, 1.0])
    assert len(grid) == 12
    nobody_positive = grid[(grid["sensitivity"] == 0) & (grid["specificity"] == 1)]
    assert nobody_positive["positive_predictive_value"].isna().all()
    useless = cm.predictive_values(0.3, 0.6, 0.4).iloc[0]  # a test that says yes to 60% of everybody
    assert useless["positive_predictive_value"] == pytest.approx(0.3)
    assert useless["negative_predictive_value"] == pytest.approx(0.7)
    with pytest.raises(cm.ComorbidError, match="lies outside 0 to 1"):
        cm.predictive_values(15, 0.8, 0.8)


CELLS = {"both": 20, "only_a": 20, "only_b": 20, "neither": 60}


def test_a_questionnaire_without_error_changes_nothing() -> None:
    found = cm.misclassified_pair(CELLS)
    assert found["prevalence_a"] == found["prevalence_b"] == pytest.approx(1 / 3)
    assert found["odds_ratio"] == pytest.approx(3.0)


def test_misclassification_by_hand() -> None:
    """Sensitivity 0.5 of a alone: half of each row of cases moves to the row without."""
    found = cm.misclassified_pair(CELLS, errors_a=(0.5, 1.0))
    assert found["prevalence_a"] == pytest.approx(20 / 120)
    assert found["prevalence_b"] == pytest.approx(40 / 120)
    assert found["odds_ratio"] == pytest.approx((10 * 70) / (10 * 30))


def test_misclassification_agrees_with_people_who_are_misclassified() -> None:
    rng = np.random.default_rng(5)
    n = 400_000
    shares = np.array(list(CELLS.values())) / sum(CELLS.values())
    cell = rng.choice(4, size=n, p=shares)
    a, b = np.isin(cell, [0, 1]), np.isin(cell, [0, 2])
    said_a = np.where(a, rng.random(n) < 0.8, rng.random(n) > 0.9)
    said_b = np.where(b, rng.random(n) < 0.7, rng.random(n) > 0.95)
    found = cm.misclassified_pair(CELLS, (0.8, 0.9), (0.7, 0.95))
    table = [np.count_nonzero(x) for x in (said_a & said_b, said_a & ~said_b, ~said_a & said_b, ~said_a & ~said_b)]
    ratio = table[0] * table[3] / (table[1] * table[2])
    error = 4 * np.sqrt(sum(1 / count for count in table))  # four standard errors of the log odds ratio
    assert found["prevalence_a"] == pytest.approx(said_a.mean(), abs=4 * 0.5 / np.sqrt(n))
    assert found["prevalence_b"] == pytest.approx(said_b.mean(), abs=4 * 0.5 / np.sqrt(n))
    assert abs(np.log(found["odds_ratio"] / ratio)) < error
    assert 1 < found["odds_ratio"] < 3


def test_misclassification_refuses_what_cannot_be() -> None:
    with pytest.raises(cm.ComorbidError, match="errors_a"):
        cm.misclassified_pair(CELLS, errors_a=(80, 1))
    with pytest.raises(cm.ComorbidError, match="nobody"):
        cm.misclassified_pair(dict.fromkeys(CELLS, 0))
    for wrong in (np.inf, np.nan, -1):
        with pytest.raises(cm.ComorbidError, match="give both, only_a, only_b and neither"):
            cm.misclassified_pair(CELLS | {"both": wrong})
    with pytest.raises(cm.ComorbidError, match="give both, only_a, only_b and neither"):
        cm.misclassified_pair({"both": 1, "only_a": 1, "only_b": 1})
