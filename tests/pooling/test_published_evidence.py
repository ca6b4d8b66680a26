"""The published estimates of this project pooled as its design has it, in one line."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.errors import ComorbidWarning, SpecError


def test_estimates_of_low_back_pain_are_pooled_study_by_study() -> None:
    """Prevalences have no interval and stay out; three studies come several times, so they are pooled on two levels."""
    published = cm.published_estimates(outcome="low_back_pain")
    with pytest.warns(ComorbidWarning) as told:
        pooled = cm.pool_estimates(published, method="reml", test="knapp-hartung")
    said = [str(warning.message) for warning in told]
    assert any(text.startswith("left out, having no estimate with an interval: ") for text in said)
    assert any("studies with several estimates: Yoon 2013 (4)" in text and "with t tests" in text for text in said)
    found = pooled.glance().iloc[0]
    assert (found["method"], found["test"], found["k"], found["n_studies"]) == ("multilevel", "t", 15, 3)
    asked = published[(published["measure"] == "odds_ratio") & published["conf_low"].notna()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ComorbidWarning)
        named = cm.pool_estimates(asked, method="multilevel", test="t")
    pd.testing.assert_frame_equal(pooled.tidy(), named.tidy())
    row = pooled.tidy(exponentiate=True).iloc[0]
    assert row["conf_low"] < row["estimate"] < row["conf_high"]


@pytest.mark.parametrize("method", ["common", "paule-mandel", "dersimonian-laird", "ml"])
def test_methods_without_a_model_for_repeats_refuse_them(method: str) -> None:
    frame = pd.DataFrame({"study": ["a", "a", "b"], "measure": "odds_ratio", "estimate": [1.5, 1.6, 2.0]})
    frame["std_error"] = np.full(3, 0.1)
    with pytest.raises(SpecError, match=r"more than once: a \(2\)"):
        cm.pool_estimates(frame, method=method)
