"""UpSet plot: order, bars, dots, margins."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from comorbid.errors import SpecError
from comorbid.plots import alt_text, upset_plot
from comorbid.plots.sets import arrange_sets
from tests.plots.frames import blanked, prevalences, sets
from tests.plots.seen import cut_off, texts


def test_most_common_first_and_nobody_in_words() -> None:
    found = arrange_sets(sets())
    observed = [one.observed for one in found.combinations]
    assert observed == sorted(observed, reverse=True)
    assert len(observed) == 15
    assert "None of them: 40.0%" in texts(upset_plot(sets()))


def test_by_size_first_when_asked() -> None:
    sizes = [len(one.members) for one in arrange_sets(sets(), order="size").combinations]
    assert sizes == sorted(sizes)


def test_bars_and_expected_values_stand_over_their_dots() -> None:
    matrix, bars, _ = upset_plot(sets()).axes
    found = arrange_sets(sets())
    heights = [patch.get_height() for patch in bars.patches]
    assert heights == pytest.approx([one.observed for one in found.combinations])
    (markers,) = [line for line in bars.lines if line.get_marker() == "D"]
    assert list(markers.get_ydata()) == pytest.approx([one.expected for one in found.combinations])
    inside = [line for line in matrix.lines if line.get_linestyle() == "-"]
    for at, (line, one) in enumerate(zip(inside, found.combinations, strict=True)):
        assert {found.conditions[row] for row in line.get_ydata()} == one.members
        assert set(line.get_xdata()) == {at}


def test_margins_are_sums_over_combinations_or_given() -> None:
    frame = sets()
    rows = frame[(frame["measure"] == "prevalence") & frame["migraine"]]
    assert arrange_sets(frame).marginals["migraine"][0] == pytest.approx(rows["estimate"].sum())
    assert arrange_sets(frame, prevalences(by=False)).marginals["migraine"][0] == 0.215
    with pytest.raises(SpecError, match="not by subgroup"):
        upset_plot(frame, marginals=prevalences())


def test_missing_prevalences_stand_last_and_say_so() -> None:
    frame = sets()
    missing = blanked(frame, frame["combination"] == "migraine")
    found = arrange_sets(missing)
    assert np.isnan(found.combinations[-1].observed)
    assert "not estimable" in texts(upset_plot(missing))
    assert np.isnan(found.marginals["migraine"][0])


def test_a_long_list_is_cut_and_says_so() -> None:
    figure = upset_plot(sets(6))
    assert len(figure.axes[1].patches) == 25
    assert any("25 of 63 combinations" in text for text in texts(figure))


@pytest.mark.parametrize(("size", "width"), [(1, 7.2), (2, 4.0), (4, 3.8), (4, 7.2), (6, 12.0)])
def test_nothing_is_cut_off(size: int, width: float) -> None:
    assert cut_off(upset_plot(sets(size), width=width)) == []


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(SpecError, match="order='name'"):
        upset_plot(sets(), order="name")
    with pytest.raises(SpecError, match=r"cm\.combinations"):
        upset_plot(prevalences())
    with pytest.raises(SpecError, match="`sex` has 2 values"):
        upset_plot(pd.concat([sets().assign(sex=sex) for sex in ("female", "male")]))


def test_words_stand_for_a_figure_whose_every_number_is_hidden() -> None:
    frame = blanked(sets(), slice(None)).assign(suppressed="[n<10]")
    assert [text for text in texts(upset_plot(frame)) if "All numbers of this figure are hidden ([n<10])" in text]
    assert upset_plot(frame).axes == [] and cut_off(upset_plot(frame)) == []
    assert "All numbers of this figure are hidden ([n<10])" in alt_text(frame, "upset")
    marginals = prevalences().drop(columns=["age_band", "sex"]).drop_duplicates("outcome")
    bars = upset_plot(frame, marginals=marginals).axes[1]
    assert list(bars.get_yticks()) == [], "no scale where there is no number"


def test_hidden_combinations_take_no_room_and_are_counted() -> None:
    frame = sets()
    few = frame["fibromyalgia"]
    part = blanked(frame, few).assign(suppressed=few.map({True: "[n<10]", False: ""}))
    assert arrange_sets(part).hidden == 8 and len(arrange_sets(part).combinations) == 7
    figure = upset_plot(part)
    said = texts(figure)
    assert any("8 of 15 combinations hidden: [n<10]" in text for text in said) and cut_off(figure) == []
    assert any("[n<10]: hidden, since too few people stand behind it" in text for text in said)
    assert not any(text == "[n<10]" for text in said), "neither bars nor margins that say nothing"
    assert "8 of 15 combinations hidden ([n<10])" in alt_text(part, "upset")
