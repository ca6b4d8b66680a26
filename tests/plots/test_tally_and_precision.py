"""Counts of verdicts as bars, and published precision against samples: what is drawn is what the frame holds."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib import pyplot as plt

from comorbid.errors import SpecError
from comorbid.plots import precision_plot, tally_plot
from tests.plots.seen import texts

TALLY = pd.DataFrame({"article": ["A $1", "A $1", "A $1", "B"], "verdict": ["agrees", "agrees", "misread", "outside"]})
RATIOS = pd.DataFrame(
    {
        "study": ["Fits 2001", "Narrow 2002"],
        "n": [1000.0, 8250.0],
        "std_error": [0.2, 0.0012],
        "std_error_low": [0.19, 0.0],
        "std_error_high": [0.21, 0.0078],
        "too_narrow": [False, True],
    }
)


def test_every_count_stands_in_its_bar() -> None:
    ax = tally_plot(TALLY, by="article", of="verdict", order=["misread", "never", "agrees"])
    assert [text.get_text() for text in ax.texts] == ["1", "2", "1"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Misread", "Agrees", "Outside"]
    assert sum(bar.get_width() for bar in ax.patches) == 4
    assert "A \\$1" in texts(ax)


def test_a_ratio_too_narrow_is_named_and_drawn_apart() -> None:
    ax = precision_plot(RATIOS)
    assert [text.get_text() for text in ax.texts] == ["Narrow 2002"]
    said = [text.get_text() for text in ax.get_legend().get_texts()]
    assert said == ["4 / √n, the least there can be", "printed interval", "too narrow for its sample"]
    only = precision_plot(RATIOS.head(1))
    assert "too narrow for its sample" not in [text.get_text() for text in only.get_legend().get_texts()]


def test_synthetic_frames_are_said_to_be_so_and_axes_can_be_given() -> None:
    for plot, frame, more in ((tally_plot, TALLY, {"by": "article", "of": "verdict"}), (precision_plot, RATIOS, {})):
        made = frame.assign(source="synthetic data")
        _, given = plt.subplots()
        assert plot(made, ax=given, **more) is given
        assert any("Synthetic data" in text for text in texts(given))


def test_what_is_absent_is_said() -> None:
    with pytest.raises(SpecError, match="verdict"):
        tally_plot(TALLY[["article"]], by="article", of="verdict")
    with pytest.raises(SpecError, match="too_narrow"):
        precision_plot(RATIOS.drop(columns="too_narrow"))
    with pytest.raises(SpecError, match="rows not found"):
        precision_plot(RATIOS.head(0))
