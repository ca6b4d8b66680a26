"""A confidential cohort of one's own in which 25 people say things that nobody else says, in every column.

Coded columns too: each of the 25 answers with codes of their own, which the codebook maps to the levels and to reasons
for a missing answer. So whatever reaches a result from any column of a person is theirs, and can be searched for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

N, PLANTED = 3000, 25
SYLLABLES = ("zyx", "qov", "wub", "kex", "vyr")
CONDITIONS = {"migraine": 0.2, "low_back_pain": 0.35, "neck_pain": 0.2, "fibromyalgia": 0.05, "jaw_pain": 0.15}
CODED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(CONDITIONS, ("no", "yes")),
    "sex": ("male", "female"),
    "education": ("low", "high"),
    "smoking": ("never", "former", "current"),
}
"""Levels of coded columns; level k is 0 + k for conditions and 1 + k for the others, or a code of one person's own."""
IN_WORDS = ("sex", "jaw_pain")
"""Coded columns in which the 25 answer with a word, not a number."""
REFUSED = "smoking"
"""The coded column in which 13 of the 25 give a reason of their own for not answering; fewer than 10 could be told from
the difference of two populations, so the second report would be refused."""
HEAD = """
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
"""


def codebook() -> str:
    """The codebook as TOML: under each level the codes that mean it, those of the 25 among them."""
    return "\n".join([HEAD, *map(_variable, CODED)])


def write(folder: Path) -> Path:
    """Write the file of people and its codebook; returns the codebook's path."""
    people().to_csv(folder / "mine.csv", index=False)
    (folder / "mine.toml").write_text(codebook(), encoding="utf-8")
    return folder / "mine.toml"


def _variable(name: str) -> str:
    first = _first(name)
    codes: list[list[int | str]] = [[first + k] for k in range(len(CODED[name]))]
    gone: dict[int | str, str] = {}
    for i in range(PLANTED):
        if _refuses(name, i):
            gone[code(name, i)] = "did not answer"
        else:
            codes[_level(name, i)].append(code(name, i))
    levels = ", ".join(f"{level} = {_toml(of)}" for level, of in zip(CODED[name], codes, strict=True))
    missing = ", ".join(f'"{of}" = "{why}"' for of, why in gone.items())
    kind = "condition" if name in CONDITIONS else "categorical"
    label = name.replace("_", " ").capitalize()
    return (
        f'[variables.{name}]\nkind = "{kind}"\nlabel = "{label}"\nlevels = {{ {levels} }}\nmissing = {{ {missing} }}\n'
    )


def _toml(codes: list[int | str]) -> str:
    return str([*codes]).replace("'", '"')


def _first(name: str) -> int:
    return 0 if name in CONDITIONS else 1


def _level(name: str, i: int) -> int:
    """The level of a planted person; every level has some of them."""
    return (i + list(CODED).index(name)) % len(CODED[name])


def _refuses(name: str, i: int) -> bool:
    return name == REFUSED and i % 2 == 0


def people() -> pd.DataFrame:
    """3,000 people; the first 25 are planted in every column."""
    rng = np.random.default_rng(20)
    burden = rng.normal(size=N)
    frame = pd.DataFrame(
        {name: (rng.random(N) < _chance(rate, burden)).astype(int) for name, rate in CONDITIONS.items()}
    )
    for name in CODED.keys() - CONDITIONS.keys():
        frame[name] = rng.integers(1, 1 + len(CODED[name]), N)
    frame["age"] = rng.integers(18, 80, N).astype(float)
    frame["weight"] = rng.integers(1, 9, N) * 100.0
    frame["stratum"], frame["unit"] = rng.integers(1, 11, N).astype(str), rng.integers(1, 5, N).astype(str)
    frame["id"], frame["name"] = np.arange(N), "somebody"
    frame["postcode"], frame["remark"], frame["phone"] = "1000", "", ""
    frame["seen"], frame["income"] = "2019-05-06", 1000.0
    frame = frame.astype(dict.fromkeys(CODED, object))
    for i in range(PLANTED):
        own = planted(i)
        frame.loc[i, list(own)] = list(own.values())
    return frame


def _chance(rate: float, burden: np.ndarray) -> np.ndarray:
    return np.clip(rate * np.exp(0.6 * burden - 0.18), 0, 0.95)


def planted(i: int) -> dict[str, str | int | float]:
    """What a planted person says, by column; two or three share a stratum, since one unit alone has no variance."""
    own = word(i)
    return {
        **{name: code(name, i) for name in CODED},
        "age": age(i), "weight": weight(i), "income": round(52_431.1739 + i * 1_007.0317, 4),
        "stratum": f"region {word(min(i // 2 * 2, 22))}", "unit": f"ward {own}",
        "id": 918_273_600 + 7 * i, "name": f"{own} Mac{own}", "postcode": f"PC{own}",
        "remark": f"says {own} of the {own}", "phone": f"0049{73_100_417 + 13 * i}",
        "seen": seen(i).isoformat(),
    }  # fmt: skip


def word(i: int) -> str:
    """A word that nothing else holds."""
    return SYLLABLES[i % 5] + SYLLABLES[i // 5] + chr(ord("a") + i) + "ish"


def code(name: str, i: int) -> int | str:
    """What a planted person answers in a coded column."""
    return f"{word(i)} {name}" if name in IN_WORDS else 8_731_001 + 100_000 * list(CODED).index(name) + 11 * i


def age(i: int) -> float:
    return round(30.1234567 + i * 1.0203041, 7)


def weight(i: int) -> float:
    return round(714.3182931 + i * 3.1071113, 7)


def seen(i: int) -> date:
    return date(1903, 2, 17) + timedelta(days=37 * i)
