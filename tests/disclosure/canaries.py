"""A confidential cohort of one's own in which 25 people say things that nobody else says, in every column."""

from __future__ import annotations

import numpy as np
import pandas as pd

N, PLANTED = 3000, 25
SYLLABLES = ("zyx", "qov", "wub", "kex", "vyr")

CODEBOOK = """
id = "id"
name = "mine"
title = "A clinic of our own"
default_design = "interview"

[file]
path = "mine.csv"

[designs.interview]
weights = "weight"
strata = "stratum"
psu = "unit"

[variables.age]
kind = "continuous"
label = "Age"
unit = "years"

[variables.age_band]
label = "Age"
source = "age"
breaks = [18, 40, 60]
levels = { "18-39" = [], "40-59" = [], "60 and over" = [] }

[variables.sex]
label = "Sex"
levels = { male = 1, female = 2 }

[variables.education]
label = "Schooling"
levels = { low = 1, high = 2 }

[variables.smoking]
label = "Smoking"
levels = { never = 1, former = 2, current = 3 }
"""
CONDITIONS = {"migraine": 0.2, "low_back_pain": 0.35, "neck_pain": 0.2, "fibromyalgia": 0.03}


def codebook() -> str:
    """The codebook as TOML."""
    conditions = [
        f'[variables.{name}]\nkind = "condition"\nlabel = "{name.replace("_", " ").capitalize()}"\n'
        "levels = { no = 0, yes = 1 }\n"
        for name in CONDITIONS
    ]
    return "\n".join([CODEBOOK, *conditions])


def people() -> pd.DataFrame:
    """3,000 people; the first 25 are planted in every column that can hold something of one's own."""
    rng = np.random.default_rng(20)
    burden = rng.normal(size=N)
    frame = pd.DataFrame(
        {name: (rng.random(N) < _chance(rate, burden)).astype(int) for name, rate in CONDITIONS.items()}
    )
    frame["age"] = rng.integers(18, 80, N).astype(float)
    frame["sex"], frame["education"] = rng.integers(1, 3, N), rng.integers(1, 3, N)
    frame["smoking"] = rng.integers(1, 4, N)
    frame["weight"] = rng.integers(1, 9, N) * 100.0
    frame["stratum"], frame["unit"] = rng.integers(1, 11, N), rng.integers(1, 5, N)
    frame["id"], frame["name"] = np.arange(N), "somebody"
    frame["postcode"], frame["remark"] = "1000", ""
    frame = frame.astype({"stratum": object, "unit": object, "postcode": object})
    for i in range(PLANTED):
        own = word(i)
        frame.loc[i, ["name", "remark", "postcode"]] = [f"{own} Mac{own}", f"says {own} of the {own}", f"PC{own}"]
        frame.loc[i, ["age", "weight", "id"]] = [age(i), weight(i), 918273600 + 7 * i]
    return frame


def _chance(rate: float, burden: np.ndarray) -> np.ndarray:
    return np.clip(rate * np.exp(0.6 * burden - 0.18), 0, 0.95)


def word(i: int) -> str:
    """A word that nothing else holds."""
    return SYLLABLES[i % 5] + SYLLABLES[i // 5] + chr(ord("a") + i) + "ish"


def age(i: int) -> float:
    return round(30.1234567 + i * 1.0203041, 7)


def weight(i: int) -> float:
    return round(714.3182931 + i * 3.1071113, 7)


def marks() -> list[bytes]:
    """What must not stand anywhere: words, and numbers with their first seven digits."""
    numbers = [f"{value:.7f}"[:8] for i in range(PLANTED) for value in (age(i), weight(i))]
    records = [str(918273600 + 7 * i) for i in range(PLANTED)]
    return [mark.encode() for mark in (*map(word, range(PLANTED)), *numbers, *records)]
