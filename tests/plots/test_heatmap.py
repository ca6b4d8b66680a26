"""Heatmap: one cell a pair, colours centred on no association, cells that are not shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from comorbid.errors import SpecError
from comorbid.plots import cooccurrence_heatmap
from comorbid.plots.heatmap import _luminance, _scale
from comorbid.plots.pairs import triangle
from tests.plots.frames import MANY, blanked, pairs
from tests.plots.seen import cut_off, texts


def cells(ax) -> dict[tuple[int, int], str]:
    found = {}
    for text in ax.texts:
        if text.get_ha() == "center":
            found.setdefault(tuple(int(part) for part in text.xy), []).append(text.get_text())
    return {at: " ".join(" ".join(parts).split()) for at, parts in found.items()}


def test_each_pair_has_one_cell_with_estimate_and_interval() -> None:
    found = cells(cooccurrence_heatmap(pairs()))
    assert set(found) == {(0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 2)}
    assert found[0, 0] == "1.20 1.09 to 1.32"


def test_order_of_the_two_conditions_does_not_matter() -> None:
    frame = pairs()
    turned = frame.rename(columns={"condition_a": "condition_b", "condition_b": "condition_a"})
    for one, other in zip(triangle(frame, "phi").cells, triangle(turned, "phi").cells, strict=True):
        assert (one.estimate, one.interval) == (other.estimate, other.interval)


@pytest.mark.parametrize("measure", ["observed_expected", "odds_ratio", "phi"])
def test_white_is_no_association(measure: str) -> None:
    scale = _scale(triangle(pairs(), measure))
    assert scale(0.0) == pytest.approx(0.5)
    assert scale.vmin == pytest.approx(-scale.vmax)


def test_text_is_legible_on_its_cell() -> None:
    ax = cooccurrence_heatmap(pairs(7))
    fills = {
        tuple(int(part + 0.5) for part in patch.get_xy()): patch for patch in ax.patches if patch.get_facecolor()[3]
    }
    for text in ax.texts:
        if text.get_ha() == "center":
            back = _luminance(to_rgb(fills[tuple(int(part) for part in text.xy)].get_facecolor()))
            front = _luminance(to_rgb(text.get_color()))
            light, dark = max(back, front) + 0.05, min(back, front) + 0.05
            assert light / dark >= 4.5


def test_too_few_people_and_no_estimate_are_told_apart_and_hatched() -> None:
    frame = pairs()
    few = frame.assign(n_both=np.where(frame["condition_b"] == "neck_pain", 9, frame["n_both"]))
    few = blanked(few, (few["condition_a"] == "neck_pain") & (few["condition_b"] == "fibromyalgia"))
    ax = cooccurrence_heatmap(few)
    found = cells(ax)
    assert (found[0, 1], found[1, 1], found[2, 2]) == ("too few", "too few", "not estimable")
    assert len([patch for patch in ax.patches if patch.get_hatch()]) == 3


@pytest.mark.parametrize(("people", "shown"), [(9, False), (10, True), (11, True)])
def test_the_threshold_is_the_fewest_people_shown(people: int, shown: bool) -> None:
    assert (cells(cooccurrence_heatmap(pairs(2).assign(n_both=people)))[0, 0] != "too few") is shown


def test_a_count_that_was_withheld_is_too_few() -> None:
    assert cells(cooccurrence_heatmap(pairs(2).assign(n_both=np.nan)))[0, 0] == "too few"


def test_all_conditions_are_named_and_nothing_is_cut_off() -> None:
    for size, width in ((2, None), (4, None), (4, 4.0), (12, None)):
        ax = cooccurrence_heatmap(pairs(size), width=width)
        names = {"Low back pain, past 3 months", "Severe headache or migraine, past 3 months"}
        assert names <= set(texts(ax))
        assert cut_off(ax) == []
    assert len(MANY) == 12


def test_the_colour_bar_has_plain_ticks() -> None:
    ax = cooccurrence_heatmap(pairs(), "odds_ratio")
    ax.figure.canvas.draw()
    ticks = [text.get_text() for text in ax.figure.axes[1].get_xticklabels()]
    assert "1" in ticks
    assert all(set(tick) <= set("0123456789.,") for tick in ticks)


def test_what_a_triangle_cannot_show_is_refused() -> None:
    with pytest.raises(SpecError, match="differs with the direction"):
        cooccurrence_heatmap(pairs(), "prevalence_ratio")
    both = pd.concat([pairs().assign(sex=sex) for sex in ("female", "male")])
    with pytest.raises(SpecError, match="`sex` has 2 values"):
        cooccurrence_heatmap(both)
    with pytest.raises(SpecError, match="condition_a and condition_b"):
        cooccurrence_heatmap(pairs().drop(columns="condition_a"))


def test_words_stand_for_a_triangle_whose_every_number_is_hidden() -> None:
    ax = cooccurrence_heatmap(blanked(pairs(), slice(None)).assign(suppressed="[n<10]"))
    assert [text for text in texts(ax.figure) if "All numbers of this figure are hidden ([n<10])" in text]
    assert cut_off(ax.figure) == []
