"""The audit finds the known faults of the evidence without being told, and is quiet about honest rounding."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import comorbid as cm
from comorbid.audit import estimates as module


@pytest.fixture(scope="module")
def findings() -> pd.DataFrame:
    return cm.audit_estimates()


@pytest.mark.parametrize(
    ("row", "check", "said"),
    [
        ("bigal08_opi", "symmetry on the log scale", "1.4 to 2.2"),
        ("bigal08_opi", "precision its sample cannot carry", "8,219"),
        ("viv_ghandour04", "precision its sample cannot carry", "8,250"),
        ("alkhazali22_mig", "odds ratio told as a number of times", '"12 times"'),
        ("ashina12_inc06", "percentage on another denominator", "144 of 6,852"),
        ("msq10_spec", "estimate outside its interval", "0.97"),
        ("swain14", "a part of a percentage", "12.1%"),
        ("yoon12prev_em", "percentage on another denominator", "16.6%"),
        ("yoon13_epi_low", "same people counted twice", "Yoon 2012"),
        ("ashina18_any", "same people counted twice", "Ashina 2015"),
    ],
)
def test_known_faults_are_found(findings: pd.DataFrame, row: str, check: str, said: str) -> None:
    found = findings[(findings["id"] == row) & (findings["check"] == check)]
    assert len(found) == 1 and said in found["finding"].iloc[0] and found["arithmetic"].iloc[0]


def test_nothing_in_the_code_names_a_row() -> None:
    source = "".join(path.read_text() for path in Path(module.__file__).parent.glob("*.py"))
    assert [name for name in cm.published_estimates()["id"] if name in source] == []
    dois = cm.published_estimates()["doi"].dropna()
    assert [doi for doi in dois if doi in source] == []


def test_findings_do_not_hang_on_names(findings: pd.DataFrame) -> None:
    frame = cm.published_estimates().sample(frac=1, random_state=3)
    frame["id"] = [f"row {i}" for i in range(len(frame))]
    again = cm.audit_estimates(frame)
    counts = again["check"].value_counts()
    assert (counts == findings["check"].value_counts().reindex(counts.index)).all()


def test_impossible_findings_are_those_that_are_known(findings: pd.DataFrame) -> None:
    grave = findings[findings["severity"] == "impossible"]
    assert set(grave["id"]) == {"msq10_spec", "bigal08_opi", "viv_ghandour04"}
    assert list(findings["severity"]) == sorted(findings["severity"], key=["impossible", "doubtful", "to know"].index)


def test_honest_rounding_raises_no_alarm() -> None:
    honest = cm.honest_estimates(1000)
    assert len(honest) == 1000 and set(honest["measure"]) == {"odds_ratio", "prevalence"}
    assert honest["a"].isna().any() and honest["conf_low"].notna().all()
    assert cm.false_alarm_rate(1000) < 0.02


def test_the_same_estimates_with_one_digit_wrong_are_mostly_found() -> None:
    honest = cm.honest_estimates(400, seed=5)
    ratios = honest[(honest["measure"] == "odds_ratio") & (honest["conf_high"] > 2)].copy()
    ratios["conf_high"] *= 1.6
    ratios["printed"] = [
        f"{e} ({lo} to {hi:.2f})" for e, lo, hi in ratios[["estimate", "conf_low", "conf_high"]].values
    ]
    assert cm.audit_estimates(ratios)["id"].nunique() > 0.6 * len(ratios)


def test_precision_says_what_the_audit_says(findings: pd.DataFrame) -> None:
    precision = cm.published_precision().set_index("id")
    narrow = set(findings.loc[findings["check"] == "precision its sample cannot carry", "id"])
    assert set(precision.index[precision["too_narrow"]]) == narrow
    assert (precision["std_error_low"] <= precision["std_error"]).all()
    assert (precision["std_error"] <= precision["std_error_high"]).all()
    assert not precision.index.duplicated().any() and len(precision) > 40
