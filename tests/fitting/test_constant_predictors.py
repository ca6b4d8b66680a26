"""A predictor that is the same for everybody is named, whatever its kind and the model's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm

FITS = [cm.fit_logistic, cm.fit_multinomial, cm.fit_ordinal]


@pytest.fixture(scope="module")
def cohort() -> cm.Cohort:
    rng = np.random.default_rng(0)
    columns = {"a": rng.random(200) < 0.3, "b": rng.random(200) < 0.4, "k": 3.0, "never": False}
    return cm.load_cohort(pd.DataFrame(columns))


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("model", ["a ~ k", "a ~ b + k", "a ~ b * k", "a ~ b + log(k)", "a ~ b + ns(k, df=3)"])
def test_a_continuous_one(cohort, fit, model):
    with pytest.raises(cm.ComorbidError, match="`k` has the same value for all 200 people") as caught:
        fit(cohort, model)
    assert "3.0" not in str(caught.value)


@pytest.mark.parametrize("fit", FITS)
def test_a_categorical_one(cohort, fit):
    with pytest.raises(cm.ComorbidError, match="`never` is 'no' for all 200 people"):
        fit(cohort, "a ~ b + never")
