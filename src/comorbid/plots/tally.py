"""Counts of what was concluded, by group: one bar a group, one part a conclusion, each with its number."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from comorbid.columns.words import sentence_case
from comorbid.plots.canvas import axes_for
from comorbid.plots.lettering import literal, wrapped
from comorbid.plots.style import ABOVE, SMALL, WIDTH, looks
from comorbid.plots.subjects import require_rows

BAR, ROOM = 0.55, 1.0
HATCHES = ("", "//", "..", "xx", "\\\\", "++")
LABEL = 34


def tally_plot(
    frame: pd.DataFrame, by: str, of: str, *, order: Sequence[str] = (), ax: Axes | None = None, width: float = WIDTH
) -> Axes:
    """Stacked bars of how many rows of each group (`by`) have each value of `of`.

    Parameters
    ----------
    frame : DataFrame
        One row a thing counted.
    by, of : str
        Columns: a bar for each value of the first, in order of appearance; a part for each value of the second.
    order : sequence of str, optional
        Order of the parts; values that are not named follow.
    ax : Axes, optional
        Where to draw; a figure is made when absent.
    width : float
        In inches, when a figure is made.

    Returns
    -------
    Axes

    Raises
    ------
    SpecError
        When a column is absent or the frame has no row.
    """
    require_rows(frame, (by, of), "tally_plot", f"the frame has {len(frame)} rows.")
    groups = list(dict.fromkeys(frame[by]))
    parts = [part for part in dict.fromkeys([*order, *frame[of]]) if (frame[of] == part).any()]
    counts = pd.crosstab(frame[by], frame[of]).reindex(index=groups, columns=parts)
    with axes_for(frame, ax, width, ROOM + BAR * len(groups)) as target:
        _bars(target, counts)
        _axes(target, groups)
    return target


def _bars(ax: Axes, counts: pd.DataFrame) -> None:
    start = [0] * len(counts)
    for at, (part, look) in enumerate(zip(counts.columns, looks(counts.shape[1]), strict=True)):
        lengths = counts[part].tolist()
        ax.barh(
            range(len(counts)), lengths, left=start, height=0.7, color=look.colour, alpha=0.55,
            hatch=HATCHES[at % len(HATCHES)], edgecolor="white", linewidth=0.8, label=literal(sentence_case(part)),
        )  # fmt: skip
        for row, (left, length) in enumerate(zip(start, lengths, strict=True)):
            if length:
                box = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
                ax.text(left + length / 2, row, str(length), ha="center", va="center", fontsize=SMALL, bbox=box)
        start = [left + length for left, length in zip(start, lengths, strict=True)]


def _axes(ax: Axes, groups: Sequence[str]) -> None:
    ax.set_yticks(range(len(groups)), [wrapped(group, LABEL) for group in groups], fontsize=SMALL)
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    ax.set_xticks([])
    ax.spines[["bottom", "left"]].set_visible(False)
    ax.legend(ncols=2, handlelength=1.2, **ABOVE)
