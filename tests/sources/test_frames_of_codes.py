"""Frames whose numbers could be codes, and people given as what is no frame at all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.errors import CodebookError, SpecError

N = 120
PAIN = {"migraine": [True, False] * (N // 2)}


@pytest.mark.parametrize(
    ("values", "could_be_codes"),
    [
        ([1.0, 2.0, 9.0, np.nan], True),
        ([1.0, 2.0, np.nan, np.nan], True),
        ([1.0, 2.0, 3.0, 99.0, np.nan], True),
        ([0.0, 1.0, 2.0, np.nan], False),
        ([5.0, 6.0, 7.0, np.nan], False),
        ([1.0, 2.0, 9.0, 3.0], False),
        ([1.0, 2.5, 9.0, np.nan], False),
        ([18.0, 40.0, 65.0, np.nan], False),
    ],
    ids=[
        "codes and gaps",
        "1 and 2",
        "99",
        "a count",
        "up to seven",
        "floats without gaps",
        "fractions",
        "no low number",
    ],
)
def test_floats_that_pandas_made_of_codes_are_no_quantity(values: list[float], could_be_codes: bool) -> None:
    """`pd.read_csv` makes 1, 2, 9 and a gap floats; as a quantity 9 = refused would be nine times 1 = yes."""
    people = pd.DataFrame({**PAIN, "smoker": (values * N)[:N]})
    cohort = cm.load_cohort(people)
    if could_be_codes:
        with pytest.raises(CodebookError, match=r"could be codes.*pandas made floats"):
            cohort.codebook["smoker"]
    else:
        assert cohort.codebook["smoker"].kind == "continuous"


@pytest.mark.parametrize(
    "people", [None, {"migraine": [1]}, np.zeros((3, 2)), [PAIN]], ids=lambda people: type(people).__name__
)
def test_what_is_no_frame_is_refused_by_its_type(people: object) -> None:
    with pytest.raises(SpecError, match=rf"not as {type(people).__name__}\. Other data frames mostly have \.to_pandas"):
        cm.load_cohort(people)  # type: ignore[arg-type]
