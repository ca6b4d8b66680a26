"""Public survey cases against R `survey`, to a relative error of 1e-8: designs, domains, lonely PSUs, margins."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from tests.references import FOLDER, records

RELATIVE = 1e-8
DESIGNS = {
    "dstrat": ("apistrat", {"strata": "stype", "weights": "pw", "fpc": "fpc"}),
    "dstrat_no_fpc": ("apistrat", {"strata": "stype", "weights": "pw"}),
    "dclus1": ("apiclus1", {"psu": "dnum", "weights": "pw", "fpc": "fpc"}),
    "dclus1_no_fpc": ("apiclus1", {"psu": "dnum", "weights": "pw"}),
    "dclus2_first_stage_fpc": ("apiclus2", {"psu": "dnum", "weights": "pw", "fpc": "fpc1"}),
    "dclus2_no_fpc": ("apiclus2", {"psu": "dnum", "weights": "pw"}),
    "dplain": ("apistrat", {"weights": "one"}),
    "nhanes": ("nhanes_2009_2010", {"strata": "SDMVSTRA", "psu": "SDMVPSU", "weights": "WTMEC2YR"}),
    "apiclus1_by_district": ("apiclus1", {"strata": "dnum", "weights": "pw"}),
    "apistrat_unit_moved": ("apistrat", {"strata": "moved", "weights": "pw"}),
}
"""R's name of a design: its data, and how it is written here. `dclus2` (two stages corrected) cannot be written."""

DOMAINS = {
    "ell > 20": "ell > 20",
    "stype E": "type == 'E'",
    "RIAGENDR 1": "RIAGENDR == '1'",
    "RIAGENDR 2": "RIAGENDR == '2'",
    "agecat 60+, race 3": "agecat == '60+' and race == '3'",
    "agecat not 0-19": "agecat != '0-19'",
}
MEASURES = {
    "log_odds_ratio": ("odds_ratio", False),
    "log_observed_expected": ("observed_expected", False),
    "log_prevalence_ratio_b_given_a": ("prevalence_ratio", False),
    "log_prevalence_ratio_a_given_b": ("prevalence_ratio", True),
    "prevalence_difference_b_given_a": ("prevalence_difference", False),
    "prevalence_difference_a_given_b": ("prevalence_difference", True),
    "p_b_given_a": ("conditional_prevalence", False),
    "p_a_given_b": ("conditional_prevalence", True),
    "phi": ("phi", False),
    "yule_q": ("yule_q", False),
    "jaccard": ("jaccard", False),
    "tetrachoric": ("tetrachoric", False),
}


def with_levels(column: pd.Series, *levels: str) -> pd.Categorical:
    return pd.Categorical(column.astype(str), levels)


@cache
def people(name: str) -> pd.DataFrame:
    if name == "nhanes_2009_2010":
        data = pd.read_csv(FOLDER / "data" / f"{name}.csv.xz")
        return data.assign(
            HI_CHOL=data["HI_CHOL"].astype("boolean"),
            older=data["agecat"] == "60+",
            race=with_levels(data["race"], *"1234"),
            agecat=with_levels(data["agecat"], "0-19", "20-39", "40-59", "60+"),
            RIAGENDR=with_levels(data["RIAGENDR"], *"12"),
        )
    data = pd.read_csv(FOLDER / "data" / f"{name}.csv")
    return data.assign(
        y=data["sch.wide"] == "Yes",
        met=data["comp.imp"] == "Yes",
        high=data["meals"] > 50,
        no_ell=data["ell"] == 0,
        type=with_levels(data["stype"], "E", "H", "M"),
        moved=data["stype"].where(data.index > 0, "Z"),
        one=1.0,
    )


@cache
def cohort(design: str, domain: str = "all", lonely: str = "error") -> cm.Cohort:
    data, columns = DESIGNS[design]
    whole = cm.load_cohort(people(data), design=cm.SurveyDesign(**columns, lonely=lonely))
    return whole if domain == "all" else whole.restrict(DOMAINS[domain], "outside the domain")


def written_here(formula: str) -> str:
    return formula.replace("stype", "type")


def near(found: float, expected: float) -> None:
    assert found == pytest.approx(expected, rel=RELATIVE, abs=1e-13)


def grouped(*keys: str, **where: str) -> list[tuple]:
    """Distinct values of some fields of the records, those of the two-stage correction left out."""
    rows = [row for row in records("survey_cases", **where) if row.get("design") != "dclus2"]
    return list(dict.fromkeys(tuple(row.get(key) for key in keys) for row in rows))


@pytest.mark.parametrize(
    ("design", "domain", "variable"),
    [
        key
        for key in grouped("design", "domain", "variable", set="mean")
        if key[2] in ("y", "HI_CHOL")  # means and totals of continuous variables are not measured
    ],
)
def test_prevalence(design, domain, variable):
    (row,) = records("survey_cases", set="mean", design=design, domain=domain, variable=variable)
    subset = cohort(design, domain)
    found = cm.prevalence(subset, [variable]).iloc[0]
    near(found.estimate, row["estimate"])
    near(found.std_error, row["se"])
    assert found.n == row["n"]


@pytest.mark.parametrize(
    ("design", "domain", "formula"),
    grouped("design", "domain", "formula", set="coefficient"),
    ids=lambda value: value.replace(" ", ""),
)
def test_logistic_model(design, domain, formula):
    rows = records("survey_cases", set="coefficient", design=design, domain=domain, formula=formula)
    fit = cm.fit_logistic(cohort(design, domain), written_here(formula))
    assert len(fit.columns) == len(rows)
    for (_, found), row in zip(fit.tidy().iterrows(), rows, strict=True):
        near(found.estimate, row["estimate"])
        near(found.std_error, row["se"])
        assert (found.level if isinstance(found.level, str) else "") == row["term_level"]
    assert (fit.n, fit.df) == (rows[0]["n"], rows[0]["design_df"])
    assert cm.fit_logistic(fit.cohort, fit.spec, df="residual").df == rows[0]["residual_df"]


@pytest.mark.parametrize(
    ("design", "domain", "a", "b"), grouped("design", "domain", "a", "b", set="cooccurrence"), ids=str
)
def test_pair_measures(design, domain, a, b):
    """R's tetrachoric error is linearised from its margins, so it is the same method."""
    frame = cm.cooccurrence(cohort(design, domain), [a, b])
    for name, (measure, swap) in MEASURES.items():
        (row,) = records("survey_cases", set="cooccurrence", design=design, domain=domain, a=a, b=b, measure=name)
        first = b if swap else a
        (found,) = frame[(frame["measure"] == measure) & (frame["condition_a"] == first)].itertuples()
        near(np.log(found.estimate) if name.startswith("log_") else found.estimate, row["estimate"])
        near(found.std_error, row["se"])
        assert found.n == row["n"]


def test_joint_prevalence_and_its_error():
    for row in records("survey_cases", set="cooccurrence", measure="p_both"):
        if row["design"] != "dclus2":
            frame = cm.combinations(cohort(row["design"], row["domain"]), [row["a"], row["b"]])
            found = frame[(frame["size"] == 2) & (frame["measure"] == "prevalence")].iloc[0]
            near(found.estimate, row["estimate"])
            near(found.std_error, row["se"])


@pytest.mark.parametrize(("method", "interval"), [("logit", "logit"), ("beta", "korn-graubard")])
def test_proportion_intervals(method, interval):
    """NCHS never counts more people than there are; R does where the design effect is below 1. R21 is a share of 2%."""
    capped = 0
    for row in records("survey_cases", set="proportion_interval", method=method):
        found = cm.prevalence(cohort(row["design"], row["domain"]), [row["variable"]], interval=interval).iloc[0]
        near(found.estimate, row["estimate"])
        effective = found.estimate * (1 - found.estimate) / found.std_error**2
        if method == "beta" and effective > row["n"]:
            capped += 1
            assert found.conf_low < row["conf_low"] < row["conf_high"] < found.conf_high
        else:
            near(found.conf_low, row["conf_low"])
            near(found.conf_high, row["conf_high"])
    assert capped == (2 if method == "beta" else 0)


def test_crude_prevalence_of_high_cholesterol():
    """R17: 13.6178% (0.657) of adults, before standardisation."""
    for row in records("survey_cases", set="age_standardised"):
        adults = cohort("nhanes").restrict("agecat != '0-19'", "younger than 20")
        if row["domain"] != "all":
            adults = adults.restrict(DOMAINS[row["domain"]], "the other sex")
        found = cm.prevalence(adults, ["HI_CHOL"]).iloc[0]
        near(found.estimate, row["crude"])
        near(found.std_error, row["crude_se"])
        assert found.n == row["n"]


@pytest.mark.parametrize("formula", [key[0] for key in grouped("formula", set="standardised")])
def test_predictive_margins(formula):
    """Full linearisation (0.0072674 for men), and with covariates fixed (0.0076130): R's svypredmeans gives neither."""
    rows = {row["measure"]: row for row in records("survey_cases", set="standardised", formula=formula)}
    fit = cm.fit_logistic(cohort("nhanes"), formula)
    full, fixed = fit.margins("RIAGENDR"), fit.margins("RIAGENDR", uncertainty="conditional")
    names = {
        ("prevalence", "1"): "prevalence_1",
        ("prevalence", "2"): "prevalence_2",
        ("prevalence_difference", "2"): "prevalence_difference",
        ("prevalence_ratio", "2"): "log_prevalence_ratio",
    }
    assert len(full) == len(rows)
    for (_, found), (_, conditional) in zip(full.iterrows(), fixed.iterrows(), strict=True):
        row = rows[names[found.measure, found.level]]
        near(np.log(found.estimate) if found.measure == "prevalence_ratio" else found.estimate, row["estimate"])
        near(found.std_error, row["se"])
        near(conditional.std_error, row["se_conditional"])
        assert found.std_error == pytest.approx(row["se_jkn"], rel=5e-3)


@pytest.mark.parametrize(
    ("design", "option", "formula"),
    [key for key in grouped("design", "option", "formula", set="lonely_psu") if (key[2] or "").startswith("y ~")],
    ids=str,
)
def test_lonely_psu_options(design, option, formula):
    rows = records("survey_cases", set="lonely_psu", design=design, option=option, formula=formula)
    fit = cm.fit_logistic(cohort(design, "all", option), formula)
    for row, estimate, variance in zip(rows, fit.coefficients, np.diag(fit.covariance), strict=True):
        near(estimate, row["estimate"])
        near(np.sqrt(variance), row["se"])
    assert fit.df == rows[0]["df"]


@pytest.mark.parametrize(("design", "stratum"), [("apiclus1_by_district", "413"), ("apistrat_unit_moved", "Z")])
def test_lonely_psu_is_an_error_that_names_the_stratum_and_the_choices(design, stratum):
    pattern = rf"stratum '{stratum}'(, '\d+')* holds one person.*adjust, average, remove, certainty"
    for action in (
        lambda: cm.prevalence(cohort(design)),
        lambda: cm.cooccurrence(cohort(design)),
        lambda: cm.combinations(cohort(design), ["y", "high"]),
        lambda: cm.fit_logistic(cohort(design), "y ~ ell"),
    ):
        with pytest.raises(cm.ComorbidError, match=pattern):
            action()


def test_a_domain_that_keeps_one_person_of_a_stratum_is_not_lonely():
    """R's default too: the number of PSUs of the whole stratum counts."""
    whole = cohort("dstrat_no_fpc")
    first = int(people("apistrat").query("stype == 'H'")["snum"].min())
    inside = whole.restrict(f"type == 'E' or snum == {first}", "outside the domain")
    (row,) = records("survey_cases", set="lonely_psu", option="domain default")
    found = cm.prevalence(inside, ["met"]).iloc[0]
    assert found.n == 101
    assert found.std_error > 0
    assert cm.fit_logistic(inside, "met ~ ell").df == row["df"]
