"""The Rao-Scott test against R `svychisq`, to a relative error of 1e-8."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency

import comorbid as cm
from tests.fitting.test_survey_cases import cohort, near, written_here
from tests.measures.test_nhanes_reference import BY, cohort_of
from tests.references import records

TABLES = sorted(
    {
        (row["design"], row["domain"], row["table"])
        for row in records("survey_cases", set="association", method="F")
        if row["design"] != "dclus2"  # both stages corrected
    }
)


def by_method(frame: pd.DataFrame) -> dict[str, pd.Series]:
    return {row.method: row for _, row in frame.iterrows()}


@pytest.mark.parametrize(("design", "domain", "table"), TABLES, ids=str)
def test_against_svychisq(design, domain, table):
    expected = {
        row["method"]: row
        for row in records("survey_cases", set="association", design=design, domain=domain)
        if row["table"] == table
    }
    row, column = written_here(table).split(" x ")
    found = by_method(cm.association_test(cohort(design, domain), row, column))
    second, first = found["rao_scott_f"], found["rao_scott_chi_square"]
    for ours, theirs in (("statistic", "statistic"), ("ndf", "ndf"), ("ddf", "ddf"), ("p_value", "p_value")):
        near(second[ours], expected["F"][theirs])
    near(first.statistic * first.design_effect, expected["Chisq"]["statistic"])  # R prints X2 before its correction
    near(first.p_value, expected["Chisq"]["p_value"])
    assert first.ndf == expected["Chisq"]["ndf"]


@pytest.mark.data
def test_pairs_of_the_real_cohort(nhanes):
    rows = records("nhanes_1999_2004", set="cooccurrence", measure="rao_scott_f")
    assert len(rows) == 27
    for row in rows:
        frame = cm.association_test(cohort_of(nhanes, row), row["a"], row["b"].removesuffix("_F"), by=BY[row["by"]])
        if BY[row["by"]]:
            frame = frame[frame[BY[row["by"]]] == row["level"]]
        found = by_method(frame)
        assert found["rao_scott_f"].statistic == pytest.approx(row["estimate"], rel=1e-8)
        assert found["rao_scott_f"].p_value == pytest.approx(row["p_value"], rel=1e-6)
        first = found["rao_scott_chi_square"]
        assert first.statistic * first.design_effect == pytest.approx(row["chisq"], rel=1e-8)
        assert found["rao_scott_f"].n == row["n"]


def test_without_a_design_it_is_pearsons_test():
    data = pd.DataFrame(
        {"a": np.arange(300) % 3 == 0, "b": pd.Categorical.from_codes(np.arange(300) % 7 % 3, list("xyz"))}
    )
    expected = chi2_contingency(pd.crosstab(data["a"], data["b"]), correction=False)
    for row in by_method(cm.association_test(cm.load_cohort(data), "a", "b")).values():
        assert row.p_value == pytest.approx(expected.pvalue)
        assert row.statistic * (1 if row.method == "rao_scott_chi_square" else 2) == pytest.approx(expected.statistic)
        assert row.design_effect == pytest.approx(1)


def test_rows_and_columns_trade_places_and_levels_may_be_empty():
    whole = cohort("nhanes")
    one = cm.association_test(whole, "HI_CHOL", "race")
    other = cm.association_test(whole, "race", "HI_CHOL")
    np.testing.assert_allclose(one["statistic"], other["statistic"], rtol=1e-10)
    two_races = whole.restrict("race in ['1', '3']", "other races")
    assert cm.association_test(two_races, "HI_CHOL", "race").loc[1, "ndf"] == 1


def test_replicates_and_own_degrees_of_freedom():
    plain = cm.association_test(cohort("dstrat"), "y", "type", df=20)
    replicated = cm.association_test(cohort("dstrat").with_replicates(mse=True), "y", "type", df=20)
    assert plain.loc[0, "ddf"] == pytest.approx(20 * plain.loc[0, "ndf"])
    np.testing.assert_allclose(replicated["statistic"], plain["statistic"], rtol=0.01)


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [("y", "y", "row and column"), ("y", "meals", "continuous"), ("y", "sex", "no variable 'sex'")],
)
def test_what_cannot_be_tested(row, column, message):
    with pytest.raises(cm.ComorbidError, match=message):
        cm.association_test(cohort("dstrat"), row, column)


def test_one_level_is_an_error_that_names_it():
    with pytest.raises(cm.ComorbidError, match="`type` has one level, 'E', among 100 people"):
        cm.association_test(cohort("dstrat", "stype E"), "y", "type")
