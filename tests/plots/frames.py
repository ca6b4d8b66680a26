"""Small result frames with the columns and attributes that the library's own have."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

LABELS = {
    "migraine": "Severe headache or migraine, past 3 months",
    "low_back_pain": "Low back pain, past 3 months",
    "neck_pain": "Neck pain, past 3 months",
    "fibromyalgia": "Chronic widespread pain (fibromyalgia proxy)",
    "age_band": "Age",
    "sex": "Sex",
}
LEVELS = {"sex": {"female": "Women", "male": "Men"}}
CONDITIONS = ("migraine", "low_back_pain", "neck_pain", "fibromyalgia")
MANY = (*CONDITIONS, *(f"condition_{number}" for number in range(5, 13)))


def finished(rows: list[dict[str, Any]], synthetic: bool) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    if synthetic:
        frame["source"] = "synthetic data"
    attributes = {"cohort": "NHANES 1999-2004", "synthetic": synthetic, "labels": LABELS, "levels": LEVELS}
    frame.attrs = {**attributes, "conf_level": 0.95, "note": ""}
    return frame


def estimate(value: float, error: float = 0.05) -> dict[str, float]:
    low, high = value * np.exp(-1.96 * error), value * np.exp(1.96 * error)
    return {"estimate": value, "std_error": error, "conf_low": low, "conf_high": high}


def blanked(frame: pd.DataFrame, rows: Any) -> pd.DataFrame:
    """The frame with missing estimates in some rows."""
    frame = frame.copy()
    frame.loc[rows, ["estimate", "conf_low", "conf_high"]] = np.nan
    return frame


def tidy(synthetic: bool = True) -> pd.DataFrame:
    """Crude and adjusted odds ratios as `fit.tidy(exponentiate=True)` stacks them."""
    found = [
        ("crude", "intercept", None, None, 0.2),
        ("crude", "low_back_pain", "yes", "no", 3.06),
        ("adjusted", "intercept", None, None, 0.1),
        ("adjusted", "low_back_pain", "yes", "no", 2.87),
        ("adjusted", "age_band", "40-59", "20-39", 0.97),
        ("adjusted", "age_band", "60+", "20-39", 0.41),
        ("adjusted", "sex", "female", "male", 1.84),
        ("adjusted", "bmi", None, None, 1.01),
    ]
    rows = [
        {"outcome": "migraine", "exposure": "low_back_pain", "model": model, "term": term, "level": level}
        | {"reference": reference, "measure": "odds_ratio", "p_value": 0.0004, "n": 14102, "events": 2911}
        | estimate(value)
        for model, term, level, reference, value in found
    ]
    return finished(rows, synthetic)


def prevalences(by: bool = True, synthetic: bool = True) -> pd.DataFrame:
    """Prevalence by age band and sex, or overall."""
    groups = [(age, sex) for age in ("20-39", "40-59", "60+") for sex in ("female", "male")] if by else [None]
    rows = []
    for at, group in enumerate(groups):
        for outcome, value in zip(CONDITIONS, (0.215, 0.376, 0.165, 0.036), strict=True):
            subgroup = dict(zip(("age_band", "sex"), group, strict=True)) if group else {}
            counts = {"n": 2000 + at, "events": round(2000 * value)}
            rows.append({**subgroup, "outcome": outcome, "measure": "prevalence", **estimate(value), **counts})
    return finished(rows, synthetic)


def pairs(size: int = 4, synthetic: bool = True) -> pd.DataFrame:
    """Every pair of `size` conditions with three symmetric measures and one that has a direction."""
    rows = []
    for at, (a, b) in enumerate(combinations(MANY[:size], 2)):
        counts = {"n": 14102, "n_a": 3012, "n_b": 5230, "n_both": 400 + at}
        for measure, value in (("odds_ratio", 2.0 + at), ("observed_expected", 1.2 + at / 4), ("phi", 0.2)):
            found = {"measure": measure, **estimate(value), "p_value": 0.0004, "q_value": 0.0008}
            rows.append({"condition_a": a, "condition_b": b, **found, **counts})
        for one, other in ((a, b), (b, a)):
            found = {"measure": "prevalence_ratio", **estimate(1.5 + at / 10), "p_value": 0.01, "q_value": 0.02}
            rows.append({"condition_a": one, "condition_b": other, **found, **counts})
    return finished(rows, synthetic)


def sets(size: int = 4, synthetic: bool = True) -> pd.DataFrame:
    """All combinations of `size` conditions, observed and expected."""
    names, rows = MANY[:size], []
    for count in range(size + 1):
        for members in combinations(names, count):
            value = 0.4 / (1 + len(rows))
            who = {"combination": " & ".join(members) or "none", "size": count}
            who |= {name: name in members for name in names}
            counts = {"n": 14102, "events": round(14102 * value)}
            rows.append({**who, "measure": "prevalence", **estimate(value), **counts})
            rows.append({**who, "measure": "expected_prevalence", **estimate(0.8 * value), **counts})
    return finished(rows, synthetic)


def pooled() -> pd.DataFrame:
    """Studies with their pooled estimate and prediction interval."""
    found = [("Yoon 2013", 2.1, 1.7, 2.6, 60.0), ("Small 2020", 4.0, 0.2, 1e6, 1.0)]
    rows = [
        {"study": study, "type": "study", "measure": "odds_ratio", "estimate": value, "conf_low": low, "weight": weight}
        | {"conf_high": high}
        for study, value, low, high, weight in found
    ]
    whole = {"measure": "odds_ratio", "estimate": 2.5, "weight": np.nan}
    rows.append({"study": "Pooled", "type": "summary", **whole, "conf_low": 1.6, "conf_high": 3.9})
    rows.append({"study": "Prediction interval", "type": "prediction", **whole, "conf_low": 0.8, "conf_high": 7.6})
    return pd.DataFrame(rows)
