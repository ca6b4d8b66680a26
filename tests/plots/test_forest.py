"""Forest plots: rows, references, groups, plain ticks, intervals that run away."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex

from comorbid.errors import SpecError
from comorbid.plots import forest_plot
from comorbid.plots.rows import forest_rows
from tests.plots.frames import blanked, pairs, pooled, prevalences, tidy
from tests.plots.seen import cut_off, texts


def rows_of(ax: plt.Axes) -> list[str]:
    return [" ".join(text.get_text().split()) for text in ax.get_yticklabels()]


def ticks_of(ax: plt.Axes) -> list[str]:
    ax.figure.canvas.draw()
    low, high = ax.get_xlim()
    return [text.get_text() for text in ax.get_xticklabels() if low <= text.get_position()[0] <= high]


def test_terms_head_their_levels_and_references_are_rows() -> None:
    expected = ["Low back pain, past 3 months", "No (reference)", "Yes", "Age", "20-39 (reference)", "40-59", "60+"]
    assert rows_of(forest_plot(tidy())) == [*expected, "Sex", "Men (reference)", "Women", "Bmi"]


def test_each_reference_is_drawn_once_at_one() -> None:
    ax = forest_plot(tidy())
    hollow = [line for line in ax.lines if line.get_markerfacecolor() == "white"]
    assert [line.get_xdata()[0] for line in hollow] == [1.0, 1.0, 1.0]


def test_intercept_is_not_drawn() -> None:
    assert not [text for text in texts(forest_plot(tidy())) if "intercept" in text.lower()]


def test_estimates_are_printed_beside_the_axis() -> None:
    seen = texts(forest_plot(tidy()))
    assert {"Odds ratio (95% CI)", "3.06 (2.77 to 3.38)", "2.87 (2.60 to 3.17)"} <= set(seen)


def test_groups_differ_in_colour_and_marker() -> None:
    forest = forest_plot(tidy())
    handles = forest.get_legend().legend_handles
    assert len({to_hex(handle.get_color()) for handle in handles}) == 2
    assert len({handle.get_marker() for handle in handles}) == 2


def test_counts_are_said_once_where_they_do_not_differ_and_beside_each_row_where_they_do() -> None:
    assert "Crude (events 2,911, n 14,102)" in texts(forest_plot(tidy()))
    seen = texts(forest_plot(prevalences(), group="sex"))
    assert "Events/n" in seen
    assert "430/2,000" in seen
    assert not {"Events/n", "430/2,000"} & set(texts(forest_plot(prevalences(), group="sex", counts=False)))


@pytest.mark.parametrize("value", [1.01, 1.3, 3.06, 12.0, 300.0, 0.02])
def test_ratio_ticks_are_plain_numbers_and_at_least_two(value: float) -> None:
    frame = tidy().iloc[[1]].assign(estimate=value, conf_low=0.9 * value, conf_high=1.1 * value)
    ticks = ticks_of(forest_plot(frame))
    assert len(ticks) >= 2
    assert all(set(tick) <= set("0123456789.,") for tick in ticks), ticks


def test_prevalences_stand_on_a_percent_axis_from_zero_without_a_line_of_no_effect() -> None:
    ax = forest_plot(prevalences())
    assert ax.get_xscale() == "linear"
    assert ax.get_xlim()[0] == 0.0
    assert all(tick.endswith("%") for tick in ticks_of(ax))
    assert not [line for line in ax.lines if list(line.get_xdata()) == [0.0, 0.0]]


def test_an_interval_that_runs_away_is_cut_with_an_arrow_and_kept_in_print() -> None:
    frame = tidy().iloc[[1]].assign(conf_low=1e-6, conf_high=1e6)
    ax = forest_plot(frame)
    assert ax.get_xlim()[1] < 100
    assert {"<", ">"} <= {line.get_marker() for line in ax.lines}
    assert "3.06 (<0.01 to >1,000)" in texts(ax)


@pytest.mark.parametrize("limit", [np.inf, 1e300])
def test_infinite_limits_do_not_stretch_the_axis(limit: float) -> None:
    assert forest_plot(tidy().iloc[[1]].assign(conf_low=0.0, conf_high=limit)).get_xlim()[1] < 100


def test_missing_estimates_keep_their_row_and_say_so() -> None:
    frame = tidy()
    ax = forest_plot(blanked(frame, frame["term"] == "sex"))
    assert "Women" in rows_of(ax)
    assert "not estimable" in texts(ax)


def test_a_frame_of_missing_estimates_alone_can_be_drawn() -> None:
    frame = pairs()
    assert texts(forest_plot(blanked(frame, frame.index), measure="odds_ratio")).count("not estimable") == 6


def test_rows_of_missing_values_change_nothing_else() -> None:
    frame = tidy()
    whole, part = forest_plot(blanked(frame, frame["term"] == "bmi")), forest_plot(frame[frame["term"] != "bmi"])
    assert whole.get_xlim() == part.get_xlim()


def test_a_pair_of_a_directed_measure_says_its_direction() -> None:
    rows = rows_of(forest_plot(pairs(2), measure="prevalence_ratio", labels={"migraine": "Migraine"}))
    assert rows == [
        "Low back pain, past 3 months in people with migraine",
        "Migraine in people with low back pain, past 3 months",
    ]


def test_subgroups_stand_under_their_condition() -> None:
    rows = rows_of(forest_plot(prevalences()))
    assert rows[:5] == ["Severe headache or migraine, past 3 months", "20-39", "40-59", "60+", rows[4]]


def test_strata_of_a_model_keep_their_terms_apart() -> None:
    frame = tidy().query("model == 'crude'")
    both = pd.concat([frame.assign(cycle=cycle) for cycle in ("one", "two", "three", "four")])
    rows = rows_of(forest_plot(both))
    assert rows.count("Cycle: One") == 1
    assert rows.count("No (reference)") == 4


def test_meta_analysis_has_squares_a_diamond_and_a_bar() -> None:
    ax = forest_plot(pooled())
    sizes = [line.get_markersize() for line in ax.lines if line.get_marker() == "s"]
    assert sizes[0] > sizes[1]
    assert len(ax.patches) == 1
    assert {"Weight", "60.0%", "2.50 (1.60 to 3.90)", "0.80 to 7.60"} <= set(texts(ax))


@pytest.mark.parametrize("width", [3.4, 5.0, 7.2, 11.0])
def test_no_text_is_cut_off_whatever_the_width(width: float) -> None:
    for frame in (tidy(), prevalences(), pooled()):
        assert cut_off(forest_plot(frame, width=width)) == []


def test_twelve_conditions_and_one_row_fit() -> None:
    assert cut_off(forest_plot(pairs(12), measure="odds_ratio")) == []
    assert cut_off(forest_plot(tidy().iloc[[1]])) == []


def test_axes_of_the_user_are_drawn_on_and_say_synthetic() -> None:
    _, axes = plt.subplots(1, 2, figsize=(14, 5))
    drawn = forest_plot(tidy(), ax=axes[1])
    assert drawn is axes[1]
    assert "Synthetic data · NHANES 1999-2004" in texts(drawn)
    assert cut_off(drawn) == []


def test_settings_of_the_user_are_left_alone() -> None:
    before = dict(mpl.rcParams)
    forest_plot(tidy())
    assert dict(mpl.rcParams) == before


def test_several_measures_need_a_choice() -> None:
    with pytest.raises(SpecError, match=r"no measure was named.*odds_ratio, observed_expected, phi"):
        forest_plot(pairs())
    with pytest.raises(SpecError, match="measure='hazard'"):
        forest_plot(pairs(), measure="hazard")


def test_what_is_absent_is_named() -> None:
    with pytest.raises(SpecError, match="conf_low not found"):
        forest_plot(tidy().drop(columns="conf_low"))
    with pytest.raises(SpecError, match="group='cohort'"):
        forest_plot(tidy(), group="cohort")
    with pytest.raises(SpecError, match="0 rows"):
        forest_plot(tidy().iloc[:0])


def test_an_explicit_reference_row_is_not_doubled() -> None:
    frame = tidy().iloc[[1]]
    both = pd.concat([frame.assign(level="no", estimate=1.0, conf_low=np.nan, conf_high=np.nan), frame])
    assert [row.label for row in forest_rows(both).rows if row.reference] == ["No"]


def test_words_stand_for_a_figure_whose_every_number_is_hidden() -> None:
    frame = blanked(tidy(), slice(None)).assign(suppressed="[n<10]")
    ax = forest_plot(frame)
    assert [text for text in texts(ax.figure) if "All numbers of this figure are hidden ([n<10])" in text]
    assert not ax.axison and cut_off(ax.figure) == []
    _, given = plt.subplots()
    assert forest_plot(frame, ax=given) is given
