"""`format_estimates`: what stands in the cells, the columns, and what is said once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from comorbid.errors import SpecError
from comorbid.tables import format_estimates
from tests.plots.frames import blanked, pairs, pooled, prevalences, sets, tidy


def test_models_have_reference_rows_and_no_intercept() -> None:
    shown = format_estimates(tidy())
    assert list(shown.columns) == ["Model", "Variable", "Level", "Odds ratio (95% CI)", "p"]
    first = shown.iloc[:2].to_numpy().tolist()
    assert first == [
        ["Crude", "Low back pain, past 3 months", "No", "1 (reference)", ""],
        ["Crude", "Low back pain, past 3 months", "Yes", "3.06 (2.77 to 3.38)", "<0.001"],
    ]
    assert shown["Odds ratio (95% CI)"].eq("1 (reference)").sum() == 4
    assert "ntercept" not in shown.to_string()


def test_log_odds_keep_the_intercept_and_have_zero_as_reference() -> None:
    shown = format_estimates(tidy().assign(measure="log_odds"))
    assert shown["Variable"].eq("Intercept").sum() == 2
    assert shown["Log odds ratio (95% CI)"].eq("0 (reference)").sum() == 4


def test_what_all_rows_share_is_said_once() -> None:
    shown = format_estimates(tidy())
    assert shown.attrs["context"] == (
        "Outcome: Severe headache or migraine, past 3 months; Exposure: Low back pain, past 3 months; "
        "n: 14,102; Events: 2,911"
    )
    whole = format_estimates(tidy(), fold=False)
    assert {"Outcome", "Exposure", "n", "Events"} <= set(whole.columns)
    assert whole.attrs["context"] == ""


def test_the_exposure_is_not_said_twice() -> None:
    rows = tidy()
    shown = format_estimates(rows[rows["term"] == rows["exposure"]])
    assert "Exposure: Low back pain" in shown.attrs["context"] and "Variable" not in shown.attrs["context"]
    other = format_estimates(rows[rows["term"] == "sex"])
    assert "Variable: Sex" in other.attrs["context"]


def test_a_study_is_named_before_what_groups_it() -> None:
    frame = prevalences().assign(study="One 2020", country="DK")
    assert next(iter(format_estimates(frame, fold=False).columns)) == "Study"


def test_counts_that_differ_stay_columns() -> None:
    shown = format_estimates(prevalences())
    assert shown.iloc[0].tolist() == [
        "20-39", "Women", "Severe headache or migraine, past 3 months", "21.5% (19.5 to 23.7)", "2,000", "430",
    ]  # fmt: skip
    assert shown.attrs["numeric"] == ["Prevalence (95% CI)", "n", "Events"]


def test_models_side_by_side() -> None:
    shown = format_estimates(tidy(), columns="model")
    assert list(shown.columns[-2:]) == ["Crude, odds ratio (95% CI)", "Adjusted, odds ratio (95% CI)"]
    assert shown.iloc[1, -2:].tolist() == ["3.06 (2.77 to 3.38)", "2.87 (2.60 to 3.17)"]
    assert shown.iloc[-1, -2:].tolist() == ["", "1.01 (0.92 to 1.11)"]


def test_measures_side_by_side() -> None:
    shown = format_estimates(pairs().query("measure != 'prevalence_ratio'"), columns="measure")
    assert shown.shape == (6, 6)
    assert shown.iloc[0, 2:5].tolist() == ["2.00 (1.81 to 2.21)", "1.20 (1.09 to 1.32)", "0.20 (0.18 to 0.22)"]


def test_counts_that_hold_for_every_column_of_a_row_follow_the_estimates() -> None:
    frame = pairs()
    counts = {pair: f"{10 * at:,}" for at, pair in enumerate(frame.groupby(["condition_a", "condition_b"]).groups, 150)}
    pair = list(zip(frame["condition_a"], frame["condition_b"], strict=True))
    frame = frame.assign(n_both=[int(counts[one].replace(",", "")) for one in pair])
    shown = format_estimates(frame, columns="measure")
    assert set(shown["n (both)"]) == set(counts.values()) and "n (both)" in shown.attrs["numeric"]
    frame.loc[frame.index[0], "n_both"] += 1
    assert "n (both)" not in format_estimates(frame, columns="measure"), "of one pair they say two things"


def test_rows_that_would_fall_together_are_refused() -> None:
    with pytest.raises(SpecError, match="leaves 30 of 60 rows"):
        format_estimates(pd.concat([pairs(), pairs()]), columns="measure")


def test_combinations_and_studies_are_named() -> None:
    names = format_estimates(sets(2))["Combination"].tolist()
    assert names[::2] == [
        "None of them",
        "Severe headache or migraine, past 3 months",
        "Low back pain, past 3 months",
        "Severe headache or migraine, past 3 months + Low back pain, past 3 months",
    ]
    assert format_estimates(pooled())["Study"].tolist() == ["Yoon 2013", "Small 2020", "Pooled", "Prediction interval"]


def test_missing_estimates_say_so_and_missing_counts_are_blank() -> None:
    frame = prevalences()
    shown = format_estimates(blanked(frame, [0]).assign(n=np.where(frame.index == 0, np.nan, frame["n"])))
    assert shown.iloc[0, 3:5].tolist() == ["not estimable", ""]


def test_notes_and_the_nchs_standards_are_said() -> None:
    frame = prevalences().assign(presentation="show", presentation_reason="", note=None)
    assert "Note" not in format_estimates(frame)
    frame.loc[1, ["presentation", "presentation_reason"]] = ["suppress", "fewer than 30 people"]
    frame.loc[[1, 2], "note"] = "shares an item with neck pain"
    notes = format_estimates(frame)["Note"].tolist()
    assert notes[:3] == [
        "",
        "NCHS standard: suppress (fewer than 30 people); shares an item with neck pain",
        "shares an item with neck pain",
    ]


def test_digits_can_be_chosen() -> None:
    assert format_estimates(tidy(), digits=1).iloc[1, 3] == "3.1 (2.8 to 3.4)"
    assert format_estimates(prevalences(), percent_digits=0).iloc[0, 3] == "22% (19 to 24)"


def test_the_level_of_confidence_is_only_named_when_known() -> None:
    frame = prevalences()
    frame.attrs["conf_level"] = 0.9
    assert "Prevalence (90% CI)" in format_estimates(frame)
    frame.attrs = {}
    assert "Prevalence (CI)" in format_estimates(frame)


def test_the_frame_is_not_changed() -> None:
    frame = tidy()
    format_estimates(frame, columns="model")
    pd.testing.assert_frame_equal(frame, tidy())
    assert frame.attrs == tidy().attrs


def test_what_is_absent_is_named() -> None:
    with pytest.raises(SpecError, match="measure not found"):
        format_estimates(tidy().drop(columns="measure"))
    with pytest.raises(SpecError, match="cohort not found"):
        format_estimates(tidy(), columns="cohort")


def test_an_empty_frame_gives_an_empty_table() -> None:
    assert format_estimates(tidy().iloc[:0]).empty
