"""Shares of people with other conditions beside one, against people counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

import comorbid as cm
from comorbid.rebuilding.company import survey_share_alone, survey_share_with_others
from comorbid.rebuilding.declared import rebuilds


@pytest.fixture
def people() -> cm.Cohort:
    """5 with jaw pain alone, 3 with jaw and head, 2 with all four, 10 with back alone, 30 with none."""
    counts = {(1, 0, 0, 0): 5, (1, 1, 0, 0): 3, (1, 1, 1, 1): 2, (0, 0, 0, 1): 10, (0, 0, 0, 0): 30}
    rows = [pattern for pattern, count in counts.items() for _ in range(count)]
    return cm.load_cohort(pd.DataFrame(rows, columns=["jaw", "head", "neck", "back"]).astype(bool))


def test_by_hand(people: cm.Cohort) -> None:
    others = ["head", "neck", "back"]
    assert survey_share_alone(people, "jaw", others).estimate == pytest.approx(5 / 50)
    assert survey_share_with_others(people, "jaw", others, least=1).estimate == pytest.approx(5 / 10)
    assert survey_share_with_others(people, "jaw", others, least=2).estimate == pytest.approx(2 / 10)
    among = survey_share_with_others(people, "jaw", ["neck", "back"], least=1, among="head == 'yes'")
    assert among.estimate == pytest.approx(2 / 5)
    assert among.conf_low < among.estimate < among.conf_high


def test_the_other_conditions_are_among_the_columns_needed() -> None:
    (row,) = [row for row in rebuilds() if row.id == "survey-headache-two-pains"]
    assert set(row.needs()) == {"migraine", "jaw_pain", "neck_pain", "low_back_pain", "age"}
    frame = cm.rebuilt_numbers("synthetic", analysis="jaw-and-face-pain").set_index("rebuild")
    assert frame.loc[row.id, "why"].startswith("not in this cohort: lacks jaw_pain")
