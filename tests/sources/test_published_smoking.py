"""The file of NHIS 2017 against what its publisher printed from it: cigarette smokers, with the survey's intervals.

Frequency documents of this file were not at hand, but the Centers for Disease Control and Prevention published shares
of current smokers by sex, age and ethnicity with intervals that respect strata and PSUs: Wang et al., Morbidity and
Mortality Weekly Report 67(44), 2018, doi:10.15585/mmwr.mm6744a2. They test weights, strata, PSUs, sex, age, ethnicity
and smoking of the same 26,742 people.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import comorbid as cm
from comorbid.codebook import parse_codebook
from comorbid.cohort import Cohort
from comorbid.sources.tables import locate

SMOKERS = {
    ("sex", "men"): (15.8, 15.0, 16.7),
    ("sex", "women"): (12.2, 11.4, 13.0),
    ("age_band", "18-24"): (10.4, 8.8, 12.0),
    ("age_band", "25-44"): (16.1, 15.1, 17.1),
    ("age_band", "45-64"): (16.5, 15.4, 17.5),
    ("age_band", "65 and older"): (8.2, 7.4, 9.0),
}
"""Group: per cent of current cigarette smokers, lower and upper end of the interval, as printed."""
WHITE_NOT_HISPANIC = (15.2, 14.4, 15.9)
ALL, MILLIONS = 14.0, 34.3
"""Per cent of all adults, and how many adults that is."""
PRINTED = 0.05
"""Half a unit of the last printed digit."""
NORMAL = 1.959964
DOCUMENT: dict[str, Any] = {
    "release": "public-use",
    "conditions": ["smoker"],
    "designs": {"interview": {"weights": "WTFA_SA", "strata": "PSTRAT", "psu": "PPSU"}},
    "variables": {
        "smoker": {
            "kind": "condition",
            "column": "SMKSTAT2",
            "levels": {"no": [3, 4], "yes": [1, 2]},
            "missing": {"5": "smoker, current status unknown", "9": "unknown if ever smoked"},
        },
        "sex": {"kind": "categorical", "column": "SEX", "levels": {"men": 1, "women": 2}},
        "age": {"kind": "continuous", "column": "AGE_P", "unit": "years"},
        "age_band": {
            "kind": "categorical",
            "source": "age",
            "unit": "years",
            "breaks": [18, 25, 45, 65],
            "levels": ["18-24", "25-44", "45-64", "65 and older"],
        },
        "race": {"kind": "categorical", "column": "RACERPI2", "levels": {"white": 1, "another": [2, 3, 4, 5, 6]}},
        "hispanic": {"kind": "categorical", "column": "HISPAN_I", "levels": {"no": 12, "yes": [*range(9)]}},
    },
}


@pytest.fixture(scope="module")
def adults() -> Cohort:
    path = locate("nhis2017_pain")
    if path is None:
        pytest.skip("nhis2017_pain is not in COMORBID_DATA")
    return cm.load_cohort(path, codebook=parse_codebook(DOCUMENT))


def interval(row: pd.Series) -> list[float]:
    """Per cent and the ends of an interval that is symmetric about it, as the publisher's software gives it."""
    return [100 * (row["estimate"] + z * row["std_error"]) for z in (0, -NORMAL, NORMAL)]


@pytest.mark.parametrize("group", sorted({name for name, _ in SMOKERS}))
def test_smokers_by_group(adults: Cohort, group: str) -> None:
    printed = {level: figures for (name, level), figures in SMOKERS.items() if name == group}
    rows = cm.prevalence(adults, by=group).set_index(group)
    assert set(rows.index) == set(printed)
    for level, figures in printed.items():
        assert interval(rows.loc[level]) == pytest.approx(figures, abs=PRINTED)


def test_smokers_among_non_hispanic_white_adults(adults: Cohort) -> None:
    people = adults.restrict("race == 'white' and hispanic == 'no'", "of another race, or Hispanic")
    assert interval(cm.prevalence(people).iloc[0]) == pytest.approx(WHITE_NOT_HISPANIC, abs=PRINTED)


def test_smokers_among_all_adults(adults: Cohort) -> None:
    row = cm.prevalence(adults).iloc[0]
    smokers = adults.restrict("smoker == 'yes'", "no smoker, or not known")
    weights = smokers.people.weights(smokers.design)
    assert 100 * row["estimate"] == pytest.approx(ALL, abs=PRINTED)
    assert float(weights[smokers.mask].sum()) / 1e6 == pytest.approx(MILLIONS, abs=PRINTED)
