"""The interaction contrast against R `svyby` and `svycontrast`, and against people counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from tests.fitting.test_survey_cases import DESIGNS, cohort, near
from tests.fitting.test_survey_cases import people as survey_people
from tests.references import records


def with_sexes(design: str) -> cm.Cohort:
    """The cohort of a survey case; of NHANES with `female` as a condition."""
    if design != "nhanes":
        return cohort(design)
    data, columns = DESIGNS[design]
    frame = survey_people(data)
    return cm.load_cohort(frame.assign(female=frame["RIAGENDR"] == "2"), design=cm.SurveyDesign(**columns))


@pytest.mark.parametrize(
    "row",
    records("interaction_contrast", set="contrast"),
    ids=lambda r: f"{r['design']} {r['outcome']} {r['first']} {r['second']}",
)
def test_contrast_is_that_of_r(row: dict) -> None:
    frame = cm.interaction_contrast(with_sexes(row["design"]), row["outcome"], row["first"], row["second"])
    found = frame[frame["measure"] == "interaction_contrast"].iloc[0]
    near(found["estimate"], row["estimate"])
    near(found["std_error"], row["std_error"])


COUNTS = {(False, False): (100, 20), (True, False): (50, 20), (False, True): (40, 20), (True, True): (25, 20)}


def people() -> pd.DataFrame:
    """People by two conditions, so many of whom have the outcome: shares 0.2, 0.4, 0.5, 0.8."""
    rows = [(a, b, at < events) for (a, b), (n, events) in COUNTS.items() for at in range(n)]
    return pd.DataFrame(rows, columns=["a", "b", "y"])


def test_by_hand() -> None:
    frame = cm.interaction_contrast(cm.load_cohort(people()), "y", "a", "b")
    assert frame["estimate"].tolist() == pytest.approx([0.2, 0.5, 0.4, 0.8, 0.8 - 0.5 - 0.4 + 0.2])
    shares = {key: events / n for key, (n, events) in COUNTS.items()}
    variance = sum(shares[key] * (1 - shares[key]) / n for key, (n, _) in COUNTS.items())
    assert frame["std_error"].iloc[-1] == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert frame["n"].iloc[-1] == 215 and frame["events"].iloc[-1] == 80


def test_effects_that_add_up_have_no_contrast() -> None:
    shares = {(False, False): 0.1, (True, False): 0.3, (False, True): 0.4, (True, True): 0.6}
    rows = [(a, b, at < 10 * share) for (a, b), share in shares.items() for at in range(10)]
    frame = cm.interaction_contrast(cm.load_cohort(pd.DataFrame(rows, columns=["a", "b", "y"])), "y", "a", "b")
    assert frame["estimate"].iloc[-1] == pytest.approx(0, abs=1e-9)


def test_a_condition_cannot_stand_twice_and_the_result_is_labelled() -> None:
    adults = cm.load_cohort("synthetic")
    with pytest.raises(cm.ComorbidError, match="not all different"):
        cm.interaction_contrast(adults, "migraine", "migraine", "fibromyalgia")
    with pytest.raises(cm.ComorbidError, match="no condition"):
        cm.interaction_contrast(adults, "migraine", "sex", "fibromyalgia")
    frame = cm.interaction_contrast(adults, "neck_pain", "migraine", "fibromyalgia")
    assert (frame["source"] == "synthetic data").all()
    assert cm.format_estimates(frame).shape[0] == 5
