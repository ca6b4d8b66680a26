"""A fitted model holds what it was fitted with, no more, and is the same after it was pickled."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import comorbid as cm

FITS: dict[str, Callable[[cm.Cohort], Any]] = {
    "logistic": lambda cohort: cm.fit_logistic(cohort, "migraine ~ low_back_pain + sex"),
    "multinomial": lambda cohort: cm.fit_multinomial(cohort, "age_band ~ migraine + sex"),
    "ordinal": lambda cohort: cm.fit_ordinal(cohort, "age_band ~ migraine + sex"),
}


@pytest.fixture(params=FITS)
def fit(request: pytest.FixtureRequest) -> Any:
    return FITS[request.param](cm.load_cohort("synthetic"))


def test_a_pickled_fit_gives_the_same_frames(fit: Any) -> None:
    again = pickle.loads(pickle.dumps(fit))
    assert type(again) is type(fit)
    variable = fit.spec.exposure
    for frame, same in zip(frames(fit, variable), frames(again, variable), strict=True):
        pd.testing.assert_frame_equal(frame, same, check_exact=True)


def frames(fit: Any, variable: str) -> list[pd.DataFrame]:
    return [fit.tidy(), fit.glance(), fit.margins(variable), fit.test_terms()]


def test_nothing_can_be_added_to_a_fit(fit: Any) -> None:
    assert not hasattr(fit, "__dict__")
    with pytest.raises((AttributeError, TypeError)):
        fit.found = 1
    with pytest.raises(AttributeError):
        fit.df = 1.0
