"""The curve plot: lines, marks and axes as asked."""

from __future__ import annotations

import pytest

import comorbid as cm

FRAME = cm.predictive_values([0.001, 0.01, 0.1, 0.5], 0.9, [0.5, 0.9])


def test_one_line_a_group_with_marks() -> None:
    ax = cm.curve_plot(
        FRAME, "prevalence", "positive_predictive_value", group="specificity", marks={"survey": 0.025}, log=True
    )
    curves = [line for line in ax.lines if len(line.get_xdata()) == 4]
    assert [line.get_label() for line in curves] == ["0.5", "0.9"]
    assert len({line.get_linestyle() for line in curves}) == 2
    assert ax.get_xscale() == "log"
    assert [text.get_text() for text in ax.texts] == ["survey"]
    ax.figure.canvas.draw()
    assert all("%" in label.get_text() for label in ax.get_yticklabels())


def test_without_groups_there_is_one_line_and_no_legend() -> None:
    ax = cm.curve_plot(FRAME[FRAME["specificity"] == 0.9], "prevalence", "positive_predictive_value", level=0.5)
    assert ax.get_legend() is None
    assert len(ax.lines) == 2


def test_texts_of_marks_stand_above_the_lines_and_not_on_each_other() -> None:
    ax = cm.curve_plot(
        FRAME, "prevalence", "positive_predictive_value", group="specificity", marks={"one": 0.2, "another": 0.21}
    )
    ax.figure.canvas.draw()
    first, second = (text.get_window_extent() for text in ax.texts)
    inside = ax.get_window_extent()
    assert min(first.y0, second.y0) > inside.y1
    assert not first.overlaps(second)
    legend = ax.get_legend().get_window_extent()
    assert legend.y0 > max(first.y1, second.y1)


def test_an_absent_column_is_named() -> None:
    with pytest.raises(cm.ComorbidError, match="ppv not found"):
        cm.curve_plot(FRAME, "prevalence", "ppv")
