"""Association by construction: found, noted beside every estimate, and taken away."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.codebook import parse_codebook
from tests.references import records

DEFINED = {
    "wide": {"label": "Wide", "column": "wide", "items": ["map", "site: back"]},
    "limbs": {"label": "Limbs alone", "column": "limbs", "items": ["map"]},
    "other": {"label": "Back and more", "column": "wide", "items": ["site: back", "site: neck"]},
}
BACK = {"kind": "condition", "items": ["question", "site: back"]}


def cohort(pain: dict | None = None, back: dict | None = None) -> cm.Cohort:
    """A back condition and a widespread one, which is partly made of it."""
    rng = np.random.default_rng(5)
    back_pain, limbs = rng.random((2, 400)) < 0.3
    frame = pd.DataFrame({"back": back_pain, "limbs": limbs, "wide": limbs | (back_pain & (rng.random(400) < 0.5))})
    frame = frame.assign(head=rng.random(400) < 0.2, group=rng.integers(0, 2, 400)).astype(int)
    variables = {
        "back": back or BACK,
        "pain": {"kind": "condition", "definition": "wide", "definitions": DEFINED} if pain is None else pain,
        "head": {"kind": "condition", "items": ["site: head"]},
        "group": {"kind": "categorical", "levels": {"one": 0, "two": 1}},
    }
    return cm.load_cohort(frame, codebook=parse_codebook({"name": "small", "variables": variables}))


def test_every_row_of_an_overlapping_pair_is_noted_in_both_directions():
    frame = cm.cooccurrence(cohort())
    touched = [{a, b} == {"back", "pain"} for a, b in zip(frame["condition_a"], frame["condition_b"], strict=True)]
    assert frame["note"].tolist() == ["shares site: back" if found else "" for found in touched]
    assert sum(touched) == 12
    assert frame.attrs["overlap"] == {"back & pain": "site: back"}


def test_without_overlap_there_is_no_note():
    frame = cm.cooccurrence(cohort().define(pain="limbs"))
    assert "note" not in frame.columns and "overlap" not in frame.attrs
    assert "note" not in cm.cooccurrence(cohort(), ["back", "head"]).columns


def test_the_note_stands_before_the_source_of_synthetic_data():
    from dataclasses import replace

    made = cohort()
    made = replace(made, codebook=replace(made.codebook, synthetic=True))
    assert list(cm.cooccurrence(made).columns[-2:]) == ["note", "source"]


def test_the_overlap_is_taken_away_by_another_definition():
    frame = cm.overlap_sensitivity(cohort(), measures=["odds_ratio"])
    assert frame["overlap"].tolist() == ["with", "without"]
    assert frame["definition"].tolist() == ["pain: wide", "pain: limbs"]
    assert frame["note"].tolist() == ["shares site: back", "Limbs alone"]
    for row, definition in zip(frame.itertuples(), ("wide", "limbs"), strict=True):
        alone = cm.cooccurrence(cohort().define(pain=definition), ["back", "pain"], measures=["odds_ratio"]).iloc[0]
        assert (row.estimate, row.std_error, row.n_b) == (alone.estimate, alone.std_error, alone.n_b)
    assert frame["estimate"].iloc[0] > 2 * frame["estimate"].iloc[1]


def test_subgroups_and_a_choice_of_conditions():
    frame = cm.overlap_sensitivity(cohort(), by="group")
    assert list(frame.columns[:5]) == ["group", "condition_a", "condition_b", "overlap", "definition"]
    assert len(frame) == 2 * 2 * 2
    assert cm.overlap_sensitivity(cohort(), ["back", "head"]).empty


def test_without_overlap_chooses_the_first_definition_that_serves():
    assert cm.without_overlap(cohort(), "back", "pain").codebook["pain"].definition == "limbs"
    unchanged = cohort()
    assert cm.without_overlap(unchanged, "back", "head").codebook == unchanged.codebook


def test_both_definitions_change_where_one_is_not_enough():
    sites = {
        "a": {"label": "A", "column": "wide", "items": ["x", "y"]},
        "b": {"label": "B", "column": "limbs", "items": ["y"]},
    }
    other = {
        "a": {"label": "A", "column": "back", "items": ["x", "y"]},
        "b": {"label": "B", "column": "back", "items": ["x"]},
    }
    made = cohort(
        {"kind": "condition", "definition": "a", "definitions": sites},
        {"kind": "condition", "definition": "a", "definitions": other},
    )
    found = cm.without_overlap(made, "back", "pain").codebook
    assert (found["back"].definition, found["pain"].definition) == ("b", "b")


def test_where_no_definition_serves_the_estimate_says_so():
    fixed = cohort({"kind": "condition", "column": "wide", "items": ["site: back"]})
    frame = cm.overlap_sensitivity(fixed)
    assert frame["overlap"].eq("with").all()
    assert frame["note"].eq("shares site: back; the codebook has no definition without it").all()
    with pytest.raises(cm.ComorbidError, match="share site: back under each of 0 named definitions"):
        cm.without_overlap(fixed, "back", "pain")


def test_adjusted_ratios_are_noted_too():
    frame = cm.adjusted_observed_expected(cohort(), ["group"])
    assert set(frame.loc[frame["condition_a"] == "back", "note"]) == {"shares site: back", ""}


@pytest.mark.data
def test_low_back_pain_and_widespread_pain_of_the_real_cohort(nhanes):
    frame = cm.overlap_sensitivity(nhanes, measures=["odds_ratio"])
    pair = frame[frame["condition_a"] == "low_back_pain"].set_index("definition")
    assert pair.loc["fibromyalgia: A", "note"] == "shares site: low back"
    for definition, name in (("A", "fibromyalgia"), ("F", "fibromyalgia_F")):
        where = {"a": "low_back_pain", "b": name, "measure": "log_odds_ratio", "by": "none"}
        (record,) = records("nhanes_1999_2004", set="cooccurrence", **where)
        found = pair.loc[f"fibromyalgia: {definition}"]
        assert np.log(found.estimate) == pytest.approx(record["estimate"], rel=1e-8)
        assert found.std_error == pytest.approx(record["se"], rel=1e-8)
    ratios = pair["estimate"]
    assert ratios["fibromyalgia: A"] > 3 * ratios["fibromyalgia: F"] > 3


def test_models_note_outcomes_that_share_items_with_a_term():
    people = cohort()
    frame = cm.fit_logistic(people, "pain ~ back * head + group").tidy()
    noted = dict(zip(frame["term"], frame["note"], strict=True))
    assert noted == {
        "intercept": "",
        "back": "shares site: back",
        "head": "",
        "group": "",
        "back:head": "shares site: back",
    }
    assert frame.attrs["overlap"] == {"pain & back": "site: back"}
    assert "note" not in cm.fit_logistic(people, "pain ~ head").tidy()
    both = cm.tidy([cm.fit_logistic(people, model) for model in ("pain ~ head", "pain ~ back")])
    assert both["note"].tolist() == ["", "", "", "shares site: back"]
    assert cm.fit_multinomial(people, "pain ~ back").tidy()["note"].tolist() == ["", "shares site: back"]
    assert cm.fit_joint(people, ["pain ~ back", "head ~ back"]).tidy()["note"].tolist() == [
        "",
        "shares site: back",
        "",
        "",
    ]


def test_all_pairs_note_both_directions():
    frame = cm.fit_pairs(cohort())
    touched = [{a, b} == {"back", "pain"} for a, b in zip(frame["outcome"], frame["exposure"], strict=True)]
    assert frame["note"].tolist() == ["shares site: back" if found else "" for found in touched]
    assert sum(touched) == 2
