"""The variance core by itself: means and totals of continuous variables, lonely PSUs, degrees of freedom, as in R."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid._numerics.linearise import covariance, variances
from comorbid.cells import Cells, collapse_cohort
from tests.fitting.test_survey_cases import DESIGNS, cohort, grouped, near, people
from tests.references import records


def mean(cells: Cells, variable: str) -> tuple[float, float]:
    """Weighted mean and its error: influence (x - mean) / sum w."""
    weight, x = cells.table.weight, cells.numeric(variable)
    estimate = weight @ x / weight.sum()
    z = (x - estimate)[:, None] / weight.sum()
    assert variances(z, cells.table, cells.clusters)[0] == pytest.approx(
        covariance(z, cells.table, cells.clusters)[0, 0], rel=1e-9
    )
    return estimate, np.sqrt(covariance(z, cells.table, cells.clusters)[0, 0])


@pytest.mark.parametrize(("design", "variable"), [("dstrat", "api00"), ("dclus1", "api00"), ("dclus2_no_fpc", "api00")])
def test_means(design, variable):
    (row,) = records("survey_cases", set="mean", design=design, domain="all", variable=variable)
    cells = collapse_cohort(cohort(design), [variable])
    for found, expected in zip(mean(cells, variable), (row["estimate"], row["se"]), strict=True):
        near(found, expected)
    assert cells.degrees_of_freedom == row["df"]


@pytest.mark.parametrize("design", ["dstrat", "dstrat_no_fpc", "dclus1", "dclus1_no_fpc", "dclus2_first_stage_fpc"])
def test_totals(design):
    """R16: 3,404,940 pupils (932,235) from 15 districts."""
    (row,) = records("survey_cases", set="mean", design=design, domain="all", variable="enroll")
    cells = collapse_cohort(cohort(design), ["enroll"])
    cells = cells.select(cells.known(["enroll"]))
    x = cells.numeric("enroll")
    near(cells.table.weight @ x, row["estimate"])
    near(np.sqrt(covariance(x[:, None], cells.table, cells.clusters)[0, 0]), row["se"])


@pytest.mark.parametrize(
    ("design", "option"), grouped("design", "option", set="lonely_psu", formula="mean api00")[:8], ids=str
)
def test_lonely_psus(design, option):
    """R20: 5.805778 certain or removed, 5.828058 adjusted, 6.009551 averaged."""
    (row,) = records("survey_cases", set="lonely_psu", design=design, option=option, formula="mean api00")
    cells = collapse_cohort(cohort(design, "all", option), ["api00"])
    for found, expected in zip(mean(cells, "api00"), (row["estimate"], row["se"]), strict=True):
        near(found, expected)
    assert cells.degrees_of_freedom == row["df"]


def test_a_domain_with_one_person_of_a_stratum():
    (row,) = records("survey_cases", set="lonely_psu", option="domain default")
    first = int(people("apistrat").query("stype == 'H'")["snum"].min())
    inside = cohort("dstrat_no_fpc").restrict(f"type == 'E' or snum == {first}", "outside the domain")
    cells = collapse_cohort(inside, ["api00"])
    for found, expected in zip(mean(cells, "api00"), (row["estimate"], row["se"]), strict=True):
        near(found, expected)
    assert cells.degrees_of_freedom == row["df"]


def test_strata_of_which_nothing_is_left_do_not_count_in_degrees_of_freedom():
    whole = collapse_cohort(cohort("nhanes"), ["race"]).degrees_of_freedom
    data = people("nhanes_2009_2010")
    one = int(data["SDMVSTRA"].iloc[0])
    assert whole == len(data[["SDMVSTRA", "SDMVPSU"]].drop_duplicates()) - data["SDMVSTRA"].nunique() == 16
    inside = cm.load_cohort(data.assign(there=data["SDMVSTRA"] == one), design=cohort("nhanes").design)
    cells = collapse_cohort(inside.restrict("there", "elsewhere"), ["race"])
    assert cells.degrees_of_freedom == data.loc[data["SDMVSTRA"] == one, "SDMVPSU"].nunique() - 1


def test_weights_of_zero_leave_the_domain_and_not_the_sample():
    """As a domain: people whose weight is zero still make their PSU a sampled one."""
    data = people("apiclus1")
    dropped = data.assign(pw=data["pw"].where(data["dnum"] != data["dnum"].iloc[0], 0.0))
    columns = DESIGNS["dclus1_no_fpc"][1]
    zero = cm.load_cohort(dropped, design=cm.SurveyDesign(**columns))
    assert zero.clusters.n_units == data["dnum"].nunique()
    assert collapse_cohort(zero, ["y"]).degrees_of_freedom == data["dnum"].nunique() - 2
    marked = cm.load_cohort(data.assign(inside=dropped["pw"] > 0), design=cm.SurveyDesign(**columns))
    kept = cm.prevalence(marked.restrict("inside", "elsewhere"), ["y"])
    pd.testing.assert_frame_equal(cm.prevalence(zero, ["y"]), kept)
