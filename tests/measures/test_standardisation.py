"""Age-standardised prevalence and observed/expected against R `svystandardize` and its contrasts, to 1e-8."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.codebook import Variable
from comorbid.measures.standards import STANDARDS, age_bounds, standard_people
from tests.fitting.test_survey_cases import DOMAINS, cohort, near
from tests.references import records

ADULTS = {"20-39": 77670, "40-59": 72816, "60+": 45364}


def adults(domain: str = "all") -> cm.Cohort:
    whole = cohort("nhanes").restrict("agecat != '0-19'", "younger than 20")
    return whole if domain == "all" else whole.restrict(DOMAINS[domain], "the other sex")


@pytest.mark.parametrize("standard", ["us-2000", ADULTS], ids=["built in", "given"])
def test_high_cholesterol_is_the_published_13_4_percent(standard):
    """R17; NCHS Data Brief 92. The bands' numbers are those of the built-in standard."""
    for row in records("survey_cases", set="age_standardised"):
        frame = cm.standardised_prevalence(adults(row["domain"]), ["HI_CHOL"], standard=standard, age="agecat")
        found = frame.iloc[0]
        near(found.estimate, row["estimate"])
        near(found.estimate, row["svystandardize"])
        near(found.std_error, row["se_svystandardize"])
        assert found.n == row["n"]
    whole = cm.standardised_prevalence(adults(), ["HI_CHOL"], standard=standard, age="agecat").iloc[0]
    assert round(100 * whole.estimate, 1) == 13.4
    assert whole.presentation == "show"


def test_subgroups_equal_domains():
    by_sex = cm.standardised_prevalence(adults(), ["HI_CHOL"], age="agecat", by="RIAGENDR")
    for sex, row in by_sex.groupby("RIAGENDR", observed=True):
        alone = cm.standardised_prevalence(adults(f"RIAGENDR {sex}"), ["HI_CHOL"], age="agecat").iloc[0]
        near(row.iloc[0].estimate, alone.estimate)
        near(row.iloc[0].std_error, alone.std_error)


@pytest.mark.data
def test_pairs_of_the_real_cohort(nhanes):
    rows = records("nhanes_effects", set="age_standardised")
    assert len(rows) == 32
    overall = cm.standardised_observed_expected(nhanes)
    by_sex = cm.standardised_observed_expected(nhanes, by="sex")
    for row in rows:
        frame = overall if row["level"] == "all" else by_sex[by_sex["sex"] == row["level"]]
        pair = frame[(frame["condition_a"] == row["a"]) & (frame["condition_b"] == row["b"])].set_index("measure")
        assert pair.loc["prevalence", "n"] == row["n"]
        if row["measure"] == "log_observed_expected":
            near(np.log(pair.loc["observed_expected", "estimate"]), row["estimate"])
            near(pair.loc["observed_expected", "std_error"], row["se"])
        elif row["measure"] == "prevalence_both":
            near(pair.loc["prevalence", "estimate"], row["estimate"])
            near(pair.loc["prevalence", "std_error"], row["se"])
        else:
            condition, other = (row["a"], row["b"]) if row["measure"] == "prevalence_a" else (row["b"], row["a"])
            answered = nhanes.complete_cases([condition, other])
            if row["level"] != "all":
                answered = answered.restrict(f"sex == '{row['level']}'", "the other sex")
            found = cm.standardised_prevalence(answered, [condition]).iloc[0]
            near(found.estimate, row["estimate"])
            near(found.std_error, row["se"])


@pytest.mark.data
def test_jackknife_replicates_of_the_real_cohort(nhanes):
    """Estimated anew in each replicate, as R's withReplicates does."""
    (row,) = records(
        "nhanes_effects", set="age_standardised", level="all", measure="log_observed_expected",
        a="migraine", b="fibromyalgia",
    )  # fmt: skip
    for mse, field in ((False, "se_jkn"), (True, "se_jkn_mse")):
        frame = cm.standardised_observed_expected(nhanes.with_replicates(mse=mse), ["migraine", "fibromyalgia"])
        near(frame.loc[frame["measure"] == "observed_expected", "std_error"].item(), row[field])


def test_the_samples_own_ages_as_standard_give_the_crude_prevalence():
    people = cm.load_cohort(pd.DataFrame({
        "migraine": np.arange(900) % 7 < 2,
        "age_band": pd.Categorical.from_codes(np.arange(900) % 3, ["20-34", "35-64", "65+"]),
    }))  # fmt: skip
    own = cm.standardised_prevalence(people, standard={"20-34": 1, "35-64": 1, "65+": 1}).iloc[0]
    assert own.estimate == pytest.approx(cm.prevalence(people).loc[0, "estimate"])
    assert own.standard == "given"


def test_an_empty_band_in_a_subgroup_has_no_estimate():
    person = np.arange(200)
    south = ((person > 60) | (person % 2 == 1)).astype(int)
    people = pd.DataFrame({
        "migraine": person % 3 == 0,
        "age_band": pd.Categorical.from_codes(person % 2, ["20-64", "65+"]),
        "site": pd.Categorical.from_codes(south, ["north", "south"]),
    })  # fmt: skip
    frame = cm.standardised_prevalence(cm.load_cohort(people), by="site").set_index("site")
    assert np.isnan(frame.loc["north", "estimate"])
    assert np.isnan(frame.loc["north", "std_error"])
    assert frame.loc["north", "presentation"] == "suppress"
    assert 0.3 < frame.loc["south", "estimate"] < 0.4


def test_built_in_standards_add_up_to_their_publishers_totals():
    us, who = STANDARDS["us-2000"], STANDARDS["who-world"]
    assert sum(us.people) == 274_634  # thousands
    assert sum(who.people) == pytest.approx(100.035)  # as published, rounded by group
    assert us.between(25, 35) == 37_233
    assert us.between(5, 15) == 39_977
    assert us.between(15, 25) == 38_077
    assert us.between(75, 85) == 12_315
    assert us.between(18, 45) == 108_150
    assert who.between(85, None) == pytest.approx(0.635)
    assert us.between(21, 30) is None


def test_bands_are_read_from_breaks_and_from_labels():
    levels = {"20-34": (1,), "35 to 64": (2,), "65 and over": (3,)}
    read = Variable("age_band", "categorical", "Age", levels=levels)
    cut = Variable("age_band", "categorical", "Age", levels=levels, source="age", breaks=(20, 35, 65))
    assert age_bounds(read) == age_bounds(cut) == [(20, 35), (35, 65), (65, None)]
    assert list(standard_people("us-2000", cut)) == [55_490, 105_650, 34_710]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"standard": "europe"}, "no standard population 'europe'.*us-2000, who-world"),
        ({"standard": {"20-39": 1}}, "no number for `agecat` = 40-59, 60\\+"),
        ({"standard": {"20-49": 1}}, "no level '20-49'"),
        ({"standard": {**ADULTS, "60+": 0}}, "people are a number above zero"),
        ({"age": "race"}, "does not read as an age band"),
        ({"age": "age_groups"}, "no variable"),
        ({"by": "agecat"}, "leave it out of `by`"),
    ],
)
def test_what_cannot_be_standardised(arguments, message):
    with pytest.raises(cm.ComorbidError, match=message):
        cm.standardised_prevalence(adults(), ["HI_CHOL"], **{"age": "agecat", **arguments})


def test_bands_across_groups_of_the_standard_are_an_error_that_says_what_to_do():
    people = pd.DataFrame({"migraine": [True, False], "age_band": pd.Categorical(["18-33", "34+"])})
    with pytest.raises(cm.ComorbidError, match=r"band 18-33 of `age_band`.*standard=\{level: people\}"):
        cm.standardised_prevalence(cm.load_cohort(people))


def test_degrees_of_freedom_are_those_of_the_people_who_answered():
    """Asked in one district alone, a condition rests on the schools of that district."""
    people = pd.DataFrame({
        "asked": pd.array([True, False] * 20 + [pd.NA] * 40, dtype="boolean"),
        "everywhere": np.arange(80) % 3 == 0,
        "age_band": pd.Categorical.from_codes(np.arange(80) // 2 % 2, ["20-64", "65+"]),
        "psu": np.arange(80) // 10,
    })  # fmt: skip
    whole = cm.load_cohort(people, design=cm.SurveyDesign(psu="psu"))
    frame = cm.standardised_prevalence(whole).set_index("outcome")
    alone = cm.standardised_prevalence(whole.complete_cases(["asked"]), ["asked"]).set_index("outcome")
    columns = ["estimate", "std_error", "conf_low", "conf_high"]
    np.testing.assert_allclose(
        frame.loc["asked", columns].astype(float), alone.loc["asked", columns].astype(float), rtol=1e-12
    )
    assert frame.loc["asked", "n"] == 40
    assert frame.loc["everywhere", "n"] == 80
