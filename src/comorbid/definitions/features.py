"""What the columns hold that headache definitions read: one row a person, about the person's usual headache."""

from __future__ import annotations

from numbers import Real

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from comorbid.errors import few

HEADACHE_FEATURES: dict[str, str] = {
    "attacks": "attacks of this kind in life, with or without aura; whole number",
    "attacks_with_aura": "attacks with aura in life; whole number",
    "duration_hours": "hours an attack lasts, untreated or with treatment that failed",
    "under_18": "younger than 18 years; true or false",
    "one_sided": "pain on one side; true or false",
    "pulsating": "pulsating (throbbing) pain; true or false",
    "moderate_or_severe": "moderate or severe pain; true or false",
    "worsened_by_activity": "worse with routine activity, or activity avoided; true or false",
    "nausea_or_vomiting": "nausea, vomiting or both; true or false",
    "photophobia": "light disturbs; true or false",
    "phonophobia": "sound disturbs; true or false",
    "aura_kinds": "kinds of fully reversible aura symptoms, 0 to 6: visual, sensory, speech, motor, brainstem, retinal",
    "aura_spreads": "an aura symptom spreads over 5 minutes or more; true or false",
    "aura_in_succession": "two aura symptoms or more, one after the other; true or false",
    "aura_5_to_60_minutes": "each aura symptom lasts 5 to 60 minutes; true or false",
    "aura_one_sided": "an aura symptom is on one side; true or false",
    "aura_positive": "an aura symptom is positive (scintillations, pins and needles); true or false",
    "aura_then_headache": "headache with the aura or within 60 minutes; true or false",
    "headache_days": "days with headache of any kind, a month; 0 to 31",
    "migraine_days": "days with migraine, a month; 0 to headache_days",
    "months": "months for which this number of days has held",
    "better_explained": "another diagnosis explains it better; true or false",
    "neck_disorder": "evidence (clinical, laboratory, imaging) of a neck disorder able to cause it; true or false",
    "onset_with_neck_disorder": "headache began with the neck disorder; true or false",
    "improves_with_neck_disorder": "headache improves as the neck disorder does; true or false",
    "reduced_neck_movement": "neck moves less than it should; true or false",
    "worsened_by_neck_provocation": "provocation of the neck makes it worse; true or false",
    "abolished_by_block": "a diagnostic block of the neck abolishes it; true or false",
    "lesion_on_imaging": "a lesion on imaging of the neck; true or false",
}
MOST = {"headache_days": 31.0, "migraine_days": 31.0, "aura_kinds": 6.0}
"""Largest value of a feature that has one."""


def feature_fault(name: str, column: pd.Series) -> str:
    """What is wrong with a column for the feature that it is named after; empty when nothing is.

    Text is not read, and of codes only 1 (true) and 0: a code of 2 for "no", and the word itself, would be true.
    """
    if name not in HEADACHE_FEATURES or is_bool_dtype(column.dtype):
        return "" if not _is_number(name) else f"`{name}` holds true and false, where a number is read"
    values = _numbers(column)
    if not _is_number(name):
        wrong = int((~np.isin(values, (0.0, 1.0))).sum())
        return f"`{name}` has {few(wrong)} values that are not true or false (1 or 0)" if wrong else ""
    most = MOST.get(name, np.inf)
    wrong = int((~((values >= 0) & (values <= most) & np.isfinite(values))).sum())
    accepted = f"from 0 to {most:g}" if np.isfinite(most) else "from 0"
    return f"`{name}` has {few(wrong)} values that are not numbers {accepted}" if wrong else ""


def _is_number(name: str) -> bool:
    return name in HEADACHE_FEATURES and not HEADACHE_FEATURES[name].endswith("true or false")


def _numbers(column: pd.Series) -> np.ndarray:
    """Values as float64, true and false as 1 and 0; NaN for text and other objects."""
    if is_numeric_dtype(column.dtype) and column.dtype.kind != "c":
        return column.to_numpy(dtype=np.float64)
    plain = column.astype(object).map(lambda value: float(value) if isinstance(value, Real | np.bool_) else np.nan)
    return plain.to_numpy(dtype=np.float64)
