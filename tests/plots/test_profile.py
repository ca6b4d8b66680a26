"""Profile plots: panels, levels in order, groups side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from comorbid.errors import SpecError
from comorbid.plots import Figure, alt_text, profile_plot
from tests.plots.frames import blanked, pairs, prevalences
from tests.plots.seen import cut_off, texts


def test_a_panel_for_each_condition_with_levels_in_order() -> None:
    figure = profile_plot(prevalences())
    assert len(figure.axes) == 4
    for ax in figure.axes:
        assert [text.get_text() for text in ax.get_xticklabels()] == ["20-39", "40-59", "60+"]
        assert ax.get_ylim()[0] == 0.0


def test_a_categorical_keeps_the_order_of_its_categories() -> None:
    frame = prevalences()
    frame["age_band"] = pd.Categorical(frame["age_band"], ["60+", "40-59", "20-39", "unused"])
    labels = [text.get_text() for text in profile_plot(frame).axes[0].get_xticklabels()]
    assert labels == ["60+", "40-59", "20-39"]


def test_groups_are_named_with_their_labels_and_never_share_a_marker() -> None:
    figure = profile_plot(prevalences())
    handles = figure.legends[0].legend_handles
    assert len({handle.get_marker() for handle in handles}) == 2
    assert {"Women", "Men", "Age"} <= set(texts(figure))


def test_axis_and_groups_can_be_chosen() -> None:
    labels = [text.get_text() for text in profile_plot(prevalences(), by="sex").axes[0].get_xticklabels()]
    assert labels == ["Women", "Men"]


def test_points_stand_at_their_estimates() -> None:
    frame = prevalences().query("outcome == 'migraine' and sex == 'female'")
    (ax,) = profile_plot(frame).axes
    (points,) = [line for line in ax.lines if line.get_marker() == "o"]
    assert list(points.get_ydata()) == pytest.approx([0.215] * 3)
    assert list(points.get_xdata()) == [0, 1, 2]


def test_a_missing_estimate_says_so() -> None:
    frame = prevalences()
    assert texts(profile_plot(blanked(frame, [0]))).count("not estimable") == 1


def test_ratios_stand_on_a_log_axis_with_plain_ticks_and_arrows() -> None:
    frame = pd.concat([pairs(2).query("measure == 'odds_ratio'").assign(sex=sex) for sex in ("female", "male")])
    (ax,) = profile_plot(frame.assign(conf_high=np.inf)).axes
    ax.figure.canvas.draw()
    assert ax.get_yscale() == "log"
    assert "^" in {line.get_marker() for line in ax.lines}
    assert all(set(text.get_text()) <= set("0123456789.,") for text in ax.get_yticklabels())


@pytest.mark.parametrize("width", [3.6, 7.2])
def test_nothing_is_cut_off(width: float) -> None:
    assert cut_off(profile_plot(prevalences(), width=width)) == []


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(SpecError, match="needs a column of subgroups"):
        profile_plot(prevalences(by=False))
    with pytest.raises(SpecError, match="by='region'"):
        profile_plot(prevalences(), by="region")
    with pytest.raises(SpecError, match="fall on the point of another"):
        profile_plot(pd.concat([prevalences(), prevalences()]))


def test_bands_of_numbers_stand_in_their_order_whatever_the_reference() -> None:
    """A codebook names the reference first; an axis of ages that starts with it would draw a course that is none."""
    frame = prevalences()
    bands = {level: band for level, band in zip(frame["age_band"].unique(), ("20-34", "65+", "9-19"), strict=False)}
    shown = profile_plot(frame.replace({"age_band": bands})).axes[0].get_xticklabels()
    assert [text.get_text() for text in shown] == sorted(
        bands.values(), key=lambda band: int(band.split("-")[0].rstrip("+"))
    )


def test_words_stand_for_panels_whose_every_number_is_hidden() -> None:
    frame = blanked(prevalences(), slice(None)).assign(suppressed="[n<10]")
    assert [text for text in texts(profile_plot(frame)) if "All numbers of this figure are hidden ([n<10])" in text]
    assert Figure(profile_plot(frame), "Prevalence", "Hidden.", "hidden").png().startswith(b"\x89PNG")
    assert profile_plot(frame).axes == [] and cut_off(profile_plot(frame, width=3.4)) == []
    assert "All numbers of this figure are hidden ([n<10])" in alt_text(frame, "profile")
    rest = prevalences().assign(suppressed="")
    rest.loc[rest["outcome"] != "migraine"] = frame.loc[rest["outcome"] != "migraine"]
    scales = [len(ax.get_yticks()) > 0 for ax in profile_plot(rest).axes]
    assert sum(scales) == 1, "no scale where there is no number"


def test_marks_of_hidden_numbers_are_explained_in_the_figure_that_has_them() -> None:
    frame = prevalences().assign(suppressed="")
    assert not [text for text in texts(profile_plot(frame)) if "hidden" in text]
    frame = blanked(frame, [0])
    frame.loc[0, "suppressed"] = "[n<10]"
    (said,) = [text for text in texts(profile_plot(frame)) if "hidden" in text]
    assert said.startswith("[n<10]: hidden, since too few people stand behind it or it would tell of them")
    assert cut_off(profile_plot(frame, width=5.5)) == [] == cut_off(profile_plot(frame, width=3.4))
