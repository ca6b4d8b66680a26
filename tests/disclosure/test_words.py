"""What sentences say where a number is missing, and why clinics cannot be simulated from hidden shares."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.disclosure import protect
from comorbid.paths import REPORT_DIR


def cohort() -> cm.Cohort:
    rng = np.random.default_rng(5)
    return cm.load_cohort(pd.DataFrame({name: rng.random(150) < 0.15 for name in ("a", "b")}))


@pytest.mark.parametrize("confidential", [True, False])
def test_a_missing_number_in_a_headline_says_why(
    confidential: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(REPORT_DIR, str(tmp_path))
    people = cohort() if confidential else cm.load_cohort("synthetic", n=50, seed=1)
    cm.Report(people).headline(f"{math.nan:.0%} of women, ratio {math.nan:+.1f} ({math.nan:.2f} to 3.2), nancy.")
    said = json.loads((tmp_path / "contents.json").read_text(encoding="utf-8"))["headline"]
    word = "[n<10]" if confidential else "not estimable"
    begun = word[0].upper() + word[1:]
    assert said.startswith(f"{begun} of women, ratio {word} ({word} to 3.2), nancy.")
    assert ("hidden, because it rests on fewer than 10 people" in said) == confidential


def test_hidden_shares_leave_the_clinics_out_in_words() -> None:
    sets = cm.combinations(cohort())
    assert cm.why_no_clinics(sets) == ""
    hidden = protect(sets)
    assert hidden["estimate"].isna().any(), "a cell of fewer than 10 people"
    assert "too few people" in cm.why_no_clinics(hidden)
    with pytest.raises(cm.ComorbidError, match="too few people"):
        cm.simulate_clinics(hidden, cm.ClinicSelection(0.01, {"a": 0.1}), "a", "b")
    assert math.isnan(cm.selection_needed(math.nan, 0.3))
