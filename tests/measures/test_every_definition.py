"""Every definition: each row is what prevalence and co-occurrence give under that definition."""

from __future__ import annotations

import pandas as pd
import pytest

import comorbid as cm

CODEBOOK = """
conditions = ["migraine", "neck_pain", "fibromyalgia"]
[variables.migraine]
kind = "condition"
levels = { no = 0, yes = 1 }
items = ["site: head"]
[variables.neck_pain]
kind = "condition"
levels = { no = 0, yes = 1 }
items = ["site: neck"]
[variables.fibromyalgia]
kind = "condition"
levels = { no = 0, yes = 1 }
definition = "wide"
[variables.fibromyalgia.definitions.limbs]
label = "Limb pain"
column = "limbs"
items = ["site: limbs"]
[variables.fibromyalgia.definitions.wide]
label = "Widespread pain"
column = "wide"
items = ["site: limbs", "site: neck"]
"""


@pytest.fixture
def cohort(tmp_path) -> cm.Cohort:  # type: ignore[no-untyped-def]
    (tmp_path / "codebook.toml").write_text(CODEBOOK)
    patterns = [(m, k, w, f) for m in (0, 1) for k in (0, 1) for w in (0, 1) for f in (0, 1) if w >= f]
    counts = [60, 12, 5, 14, 9, 8, 13, 6, 4, 7, 5, 10]
    rows = [pattern for pattern, count in zip(patterns, counts, strict=True) for _ in range(count)]
    people = pd.DataFrame(rows, columns=["migraine", "neck_pain", "wide", "limbs"])
    return cm.load_cohort(people, codebook=cm.read_codebook(tmp_path / "codebook.toml"))


def test_rows_are_those_of_each_definition(cohort: cm.Cohort) -> None:
    frame = cm.every_definition(cohort)
    assert list(frame["definition"]) == [""] * 6 + ["wide"] * 3 + ["limbs"] * 3  # the more prevalent definition first
    for key in ("limbs", "wide"):
        changed = cohort.define(fibromyalgia=key)
        rows = frame[frame["definition"] == key].set_index("measure")
        assert rows.loc["prevalence", "estimate"] == cm.prevalence(changed, ["fibromyalgia"])["estimate"].iloc[0]
        pairs = cm.cooccurrence(changed, ["fibromyalgia", "neck_pain"], measures=["odds_ratio"])
        odds = rows.loc["odds_ratio"].set_index("condition_b")
        assert odds.loc["neck_pain", "estimate"] == pairs["estimate"].iloc[0]
        assert odds.loc["neck_pain", "conf_high"] == pairs["conf_high"].iloc[0]


def test_what_is_shared_and_what_is_in_use_is_said(cohort: cm.Cohort) -> None:
    frame = cm.every_definition(cohort)
    pairs = frame[(frame["condition_a"] == "fibromyalgia") & (frame["condition_b"] == "neck_pain")]
    assert pairs.set_index("definition")["shared"].to_dict() == {"wide": "site: neck", "limbs": ""}
    assert frame.groupby("definition")["in_use"].all().to_dict() == {"": True, "wide": True, "limbs": False}
    assert (frame.loc[frame["measure"] == "prevalence", "shared"] == "").all()


def test_two_conditions_are_needed_and_some_can_be_chosen(cohort: cm.Cohort) -> None:
    assert len(cm.every_definition(cohort, ["migraine", "fibromyalgia"])) == 6
    with pytest.raises(cm.ComorbidError, match="2 conditions or more"):
        cm.every_definition(cohort, ["migraine"])


def test_the_figure_has_a_line_a_definition_and_hollow_marks_where_sites_are_shared(cohort: cm.Cohort) -> None:
    left, right = cm.definition_plot(cm.every_definition(cohort)).axes
    names = [label.get_text().replace("\n", " ") for label in left.get_yticklabels()]
    assert names == ["migraine", "neck pain", "Widespread pain", "Limb pain"]
    hollow = [line for line in right.lines if line.get_markerfacecolor() == "white"]
    assert len(hollow) == 2  # neck pain with widespread pain, from either side
    assert right.get_xscale() == "log"


def test_words_stand_for_a_figure_whose_every_number_is_hidden(cohort: cm.Cohort) -> None:
    frame = cm.every_definition(cohort).assign(estimate=float("nan"), suppressed="[n<10]")
    figure = cm.definition_plot(frame)
    assert figure.axes == [] and "All numbers of this figure" in figure.texts[0].get_text()


def test_a_hidden_number_is_marked_where_it_would_stand(cohort: cm.Cohort) -> None:
    frame = cm.every_definition(cohort).assign(suppressed="")
    frame.attrs["release"] = "public-use"  # what is hidden is hidden here already
    assert not cm.definition_plot(frame).axes[1].texts
    hidden = frame.index[frame["measure"] == "odds_ratio"][0]
    frame.loc[hidden, ["estimate", "conf_low", "conf_high"]] = float("nan")
    frame.loc[hidden, "suppressed"] = "[n<10]"
    left, right = cm.definition_plot(frame).axes
    assert [text.get_text() for text in right.texts] == ["[n<10]"] and not left.texts


def test_a_frame_of_another_kind_is_refused(cohort: cm.Cohort) -> None:
    with pytest.raises(cm.ComorbidError, match="definition_label"):
        cm.definition_plot(cm.prevalence(cohort))
