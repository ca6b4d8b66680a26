"""Joint models against influence values stacked in R, and against what each model says by itself."""

from __future__ import annotations

import numpy as np
import pytest

import comorbid as cm
from comorbid.fitting import fit_joint
from tests.fitting.models_data import cohort, people
from tests.references import records

CONDITIONS = ("migraine", "low_back_pain", "neck_pain", "fibromyalgia")


@pytest.fixture(scope="module")
def joint(nhanes):
    specs = [cm.LogisticSpec(outcome, "age_band", ("sex",)) for outcome in CONDITIONS]
    return fit_joint(nhanes.restrict("age >= 20", "younger than 20"), specs, people="each")


def here(name: str) -> str:
    """R's name of a coefficient, as it is here."""
    outcome, _, rest = name.partition(":")
    for variable in ("age_band", "sex"):
        rest = rest.replace(variable, f"{variable}:")
    return f"{outcome}:{rest.replace('(Intercept)', 'intercept')}"


@pytest.mark.data
def test_coefficients(joint):
    rows = records("nhanes_effects", set="joint_coefficient")
    assert [here(row["coefficient"]) for row in rows] == list(joint.names)
    np.testing.assert_allclose(joint.coefficients, [row["estimate"] for row in rows], rtol=1e-9)
    np.testing.assert_allclose(np.sqrt(np.diag(joint.covariance)), [row["se"] for row in rows], rtol=1e-9)


@pytest.mark.data
@pytest.mark.parametrize(
    "row", records("nhanes_effects", set="joint_covariance"), ids=lambda row: f"{row['row']}-{row['column']}"
)
def test_covariance_and_differences(joint, row):
    first, second = here(row["row"]), here(row["column"])
    i, j = joint.names.index(first), joint.names.index(second)
    assert joint.covariance[i, j] == pytest.approx(row["covariance"], rel=1e-8)
    found = joint.contrast({first: 1, second: -1}).iloc[0]
    assert found.estimate == pytest.approx(row["difference"], rel=1e-8)
    assert found.std_error == pytest.approx(row["difference_se"], rel=1e-8)


@pytest.mark.data
def test_comparison_and_jackknife(joint):
    (row,) = records("nhanes_effects", set="joint_jackknife")
    frame = joint.compare("sex", "female").head(3)
    np.testing.assert_allclose(frame["estimate"], row["estimate"], rtol=1e-8)
    np.testing.assert_allclose(frame["std_error"], row["se_jkn"], rtol=2e-3)
    ratios = joint.compare("sex", "female", exponentiate=True)
    assert len(ratios) == 6
    np.testing.assert_allclose(ratios["estimate"].head(3), np.exp(row["estimate"]), rtol=1e-8)


@pytest.mark.data
def test_one_coefficient_in_all_models(joint):
    (row,) = records("nhanes_effects", set="joint_test")
    found = joint.test_equal("sex", "female").iloc[0]
    assert found.statistic == pytest.approx(row["wald_f"], rel=1e-8)
    assert found.p_value == pytest.approx(row["p_value"], rel=1e-7)
    assert (found.df_num, found.df_den) == (row["ndf"], row["ddf"])


@pytest.mark.parametrize("method", ["ml", "firth"])
@pytest.mark.parametrize("case", ["apistrat, strata, no fpc", "apiclus1, clusters, no fpc"])
def test_each_block_is_the_model_itself(case, method):
    models = ["y ~ ell", "y ~ ell + meals + ns(mobility, df=2)"]
    joint = fit_joint(cohort(case), models, method=method)
    place = 0
    for fit in joint.fits:
        block = slice(place, place + len(fit.columns))
        np.testing.assert_allclose(joint.covariance[block, block], fit.covariance, rtol=1e-9, atol=1e-14)
        place = block.stop
    assert joint.names[1] == "y (crude):ell"
    change = joint.contrast({"y (adjusted):ell": 1, "y (crude):ell": -1}).iloc[0]
    assert 0 < change.std_error < joint.tidy()["std_error"][[1, 3]].max()
    assert joint.tidy()["name"].tolist() == list(joint.names)


def test_without_a_design_it_is_robust():
    """HC0 with n / (n - 1), the same as with a column of ones as weights."""
    models = ["low ~ smoke", "low ~ smoke + race"]
    plain = fit_joint(cohort("birthwt"), models)
    data = people("birthwt")
    robust = fit_joint(cm.load_cohort(data.assign(one=1.0), design=cm.SurveyDesign(weights="one")), models)
    np.testing.assert_allclose(robust.covariance, plain.covariance, rtol=1e-9)
    assert plain.df == np.inf


@pytest.mark.data
def test_same_people_in_all_models(nhanes):
    models = ["migraine ~ sex", "migraine ~ sex + education + smoking"]
    common = fit_joint(nhanes, models)
    assert common.fits[0].n == common.fits[1].n
    each = fit_joint(nhanes, models, people="each")
    assert each.fits[0].n > each.fits[1].n


def test_messages():
    with pytest.raises(cm.ComorbidError, match="needs two models"):
        fit_joint(cohort("birthwt"), ["low ~ smoke"])
    joint = fit_joint(cohort("birthwt"), ["low ~ smoke", "low ~ race"])
    with pytest.raises(cm.ComorbidError, match="no coefficient"):
        joint.contrast({"low:smoke": 1})
    with pytest.raises(cm.ComorbidError, match="1 of the models"):
        joint.compare("smoke")
