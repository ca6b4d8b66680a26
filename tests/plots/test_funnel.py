"""Funnel plots, and forest plots of pooled results."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from comorbid.errors import SpecError
from comorbid.plots import alt_text, forest_plot, funnel_plot
from tests.plots.frames import pooled
from tests.plots.seen import cut_off, texts


def studies(filled: int = 2) -> pd.DataFrame:
    """Eight studies of an odds ratio, some filled in, pooled before and after."""
    error = np.linspace(0.1, 0.8, 8 + filled)
    kinds = ["study"] * 8 + ["filled"] * filled + ["summary"] + ["adjusted"] * bool(filled)
    values = [*np.exp(0.4 + error * np.where(np.arange(8 + filled) % 2, 1, -0.5)), 1.5, *[1.4] * bool(filled)]
    frame = pd.DataFrame({"study": [f"S{at}" for at in range(len(kinds))], "type": kinds, "estimate": values})
    frame["std_error"] = [*error, *[0.1] * (len(kinds) - len(error))]
    return frame.assign(measure="odds_ratio")


class Result:
    """What `PooledEstimates` is to a figure."""

    def drawn(self) -> pd.DataFrame:
        frame = pooled()
        limits = {f"{name}_{end}": 1.0 for name in ("tau2", "i2", "h2") for end in ("low", "high")}
        found = {"method": "reml", "test": "knapp-hartung", "tau2": 0.3132, "i2": 92.2, "h2": 12.0, **limits}
        frame.attrs = {"conf_level": 0.95, "pooled": {**found, "q": 152.233, "df": 12, "p": 1e-5}}
        return frame


def test_most_precise_studies_are_at_the_top_and_null_and_pooled_are_lines() -> None:
    ax = funnel_plot(studies(0))
    assert ax.get_ylim()[1] == 0.0
    assert ax.get_ylim()[0] > 0.8
    upright = {round(float(line.get_xdata()[0]), 6) for line in ax.lines if len(set(line.get_xdata())) == 1}
    assert {1.0, 1.5} <= upright


def test_contours_lie_about_no_association() -> None:
    ax = funnel_plot(studies(0))
    deepest = ax.get_ylim()[0]
    ends = [collection.get_paths()[0].vertices[:, 0].max() for collection in ax.collections]
    assert np.allclose(ends, np.exp(np.array([2.5758293, 1.959964, 1.6448536]) * deepest))


def test_filled_studies_are_hollow_and_their_estimate_is_dotted() -> None:
    ax = funnel_plot(studies())
    hollow = [line for line in ax.lines if line.get_marker() == "o" and to_hex(line.get_markerfacecolor()) == "#ffffff"]
    assert [len(line.get_xdata()) for line in hollow] == [2]
    assert [line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == ":"] == pytest.approx([1.4])
    assert "Filled in" in texts(ax)
    assert "Filled in" not in texts(funnel_plot(studies(0)))


@pytest.mark.parametrize("width", [3.6, 5.0, 7.2, 10.0])
def test_no_text_is_cut_off(width: float) -> None:
    assert cut_off(funnel_plot(studies(), width=width)) == []
    assert cut_off(forest_plot(Result(), width=width)) == []


def test_a_funnel_needs_studies() -> None:
    with pytest.raises(SpecError, match="rows of studies"):
        funnel_plot(pooled().drop(columns="type"))


def test_a_pooled_result_says_its_spread_and_marks_its_estimate() -> None:
    ax = forest_plot(Result())
    assert "REML, Knapp-Hartung · τ² 0.31 (1.00 to 1.00) · I² 92% (1 to 1) · Q 152.2 on 12 df, p <0.001" in texts(ax)
    dashed = [line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == "--" and len(line.get_xdata()) == 2]
    assert dashed == [2.5]
    assert [label.get_text() for label in ax.get_yticklabels() if label.get_fontweight() == "bold"] == ["Pooled"]


def test_subgroups_head_their_studies() -> None:
    frame = pooled().iloc[[0, 1, 2]].assign(setting=["clinic", "school", None])
    ax = forest_plot(frame)
    rows = [" ".join(label.get_text().split()) for label in ax.get_yticklabels()]
    assert rows == ["Clinic", "Yoon 2013", "School", "Small 2020", "Pooled"]


def test_figures_in_words_begin_with_the_pooled_estimate() -> None:
    said = alt_text(Result(), "forest")
    assert said.index("Pooled: 2.50") < said.index("Yoon 2013")
    funnel = alt_text(studies(), "funnel")
    assert "8 studies" in funnel
    assert "2 studies filled in, pooled with them 1.40" in funnel
