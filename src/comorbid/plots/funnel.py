"""Funnel plot: estimates against their standard errors, with contours of significance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from comorbid.columns import RATIO_MEASURES, null_value
from comorbid.columns.words import measure_label
from comorbid.errors import SpecError
from comorbid.plots.canvas import axes_for, room_of
from comorbid.plots.pooled import Drawable, as_frame
from comorbid.plots.scales import scale_axis
from comorbid.plots.style import BLUE, GREY, INK, WIDTH

SHAPE, NARROW = 0.62, 6.0
"""Height over width; inches below which the legend goes under the plot."""
CONTOURS = ((2.5758293035489004, "0.01 < p ≤ 0.05", "#EDEDED"), (1.959963984540054, "0.05 < p ≤ 0.10", "#D6D6D6"))
INSIDE = (1.6448536269514722, "p > 0.10", "white")
OUTSIDE = ("p ≤ 0.01", "#F8F8F8")
Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Funnel:
    """Estimates on the additive scale with their standard errors, which of them were filled in, and pooled values."""

    measure: str
    y: np.ndarray
    std_error: np.ndarray
    filled: np.ndarray
    pooled: float
    adjusted: float

    @property
    def null(self) -> float:
        """No association on the additive scale."""
        return 0.0

    def shown(self, values: np.ndarray | float) -> np.ndarray:
        """Values of the additive scale as they stand on the axis."""
        return np.exp(values) if self.measure in RATIO_MEASURES else np.asarray(values, dtype=float)


def arrange_funnel(frame: pd.DataFrame) -> Funnel:
    """What a funnel plot draws, from rows of type "study", "filled", "summary" and "adjusted".

    Raises
    ------
    SpecError
        When columns or rows of studies are absent.
    """
    needed = ("study", "type", "measure", "estimate", "std_error")
    absent = [name for name in needed if name not in frame.columns]
    if absent or not frame["type"].eq("study").any():
        raise SpecError(
            f"funnel_plot needs rows of studies with {', '.join(needed)}; {', '.join(absent) or 'no such row'} "
            "found wanting.\n  Give a pooled result, or its trim_and_fill(exponentiate=True)."
        )
    measure = str(frame["measure"].iloc[0])
    values = np.log(frame["estimate"]) if measure in RATIO_MEASURES else frame["estimate"]
    dots = frame["type"].isin(["study", "filled"]).to_numpy()
    errors, filled = frame.loc[dots, "std_error"].to_numpy(dtype=float), frame.loc[dots, "type"].eq("filled").to_numpy()
    pooled, adjusted = (_value(values, frame["type"] == kind) for kind in ("summary", "adjusted"))
    return Funnel(measure, values[dots].to_numpy(dtype=float), errors, filled, pooled, adjusted)


def _value(values: pd.Series, rows: pd.Series) -> float:
    """The last value among some rows; NaN when there is none."""
    return float(values[rows].iloc[-1]) if rows.any() else float("nan")


def funnel_plot(frame: pd.DataFrame | Drawable, ax: Axes | None = None, *, width: float = WIDTH) -> Axes:
    """Estimates against their standard errors, the most precise at the top, with contours of significance in grey.

    Contours are drawn about no association: where small studies are missing from the white field, they may be missing
    because they were not significant; where they are missing from a grey one, that is not the reason. The line is the
    pooled estimate, with the limits in which 95% of studies would lie if sampling error were all. Studies that trim and
    fill adds are hollow, with the estimate they lead to.

    Parameters
    ----------
    frame : DataFrame or PooledEstimates
        `pooled`, or `pooled.trim_and_fill(exponentiate=True)`.
    ax : Axes, optional
        Where to draw; a figure is made when absent.
    width : float
        Width of the figure in inches, when one is made.

    Returns
    -------
    Axes

    Raises
    ------
    SpecError
        When the frame has no studies.

    Notes
    -----
    Source: Peters and others, J Clin Epidemiol 2008;61:991-6, doi:10.1016/j.jclinepi.2007.11.010.
    """
    frame = as_frame(frame)
    funnel = arrange_funnel(frame)
    with axes_for(frame, ax, width, SHAPE * width + (1.8 if width < NARROW else 0.6)) as target:
        deepest = 1.08 * float(funnel.std_error.max())
        low, high = _reach(funnel, deepest)
        _contours(target, funnel, deepest)
        _pooled(target, funnel, deepest)
        _points(target, funnel)
        scale_axis(target.xaxis, funnel.measure, (float(funnel.shown(low)), float(funnel.shown(high))))
        target.set_ylim(deepest, 0.0)
        log = " (log scale)" if funnel.measure in RATIO_MEASURES else ""
        target.set_xlabel(measure_label(funnel.measure) + log)
        target.set_ylabel("Standard error" + (" (log scale)" if log else ""))
        _legend(target, funnel, width if ax is None else room_of(ax))
    return target


def _reach(funnel: Funnel, deepest: float) -> tuple[float, float]:
    """Limits of the axis on the additive scale: every estimate, no association, and the pooled funnel."""
    centre = funnel.pooled if np.isfinite(funnel.pooled) else float(np.median(funnel.y))
    ends = np.array([*funnel.y, funnel.null, centre - Z95 * deepest, centre + Z95 * deepest])
    room = 0.04 * float(np.ptp(ends))
    return float(ends.min() - room), float(ends.max() + room)


def _contours(ax: Axes, funnel: Funnel, deepest: float) -> None:
    """Fields of significance about no association, drawn from the widest inwards."""
    ax.set_facecolor(OUTSIDE[1])
    depth = np.array([0.0, deepest])
    for z, _, colour in (*CONTOURS, INSIDE):
        left, right = funnel.shown(funnel.null - z * depth), funnel.shown(funnel.null + z * depth)
        ax.fill_betweenx(depth, left, right, color=colour, linewidth=0, zorder=0.5)
    ax.axvline(null_value(funnel.measure), color=INK, linewidth=0.9, zorder=1.5)


def _pooled(ax: Axes, funnel: Funnel, deepest: float) -> None:
    """The pooled estimate with the limits of sampling error, and the estimate with filled studies."""
    depth = np.array([0.0, deepest])
    for z, style in ((0.0, "-"), (-Z95, "--"), (Z95, "--")):
        ax.plot(funnel.shown(funnel.pooled + z * depth), depth, color=BLUE, linewidth=1.1, linestyle=style, zorder=2)
    if np.isfinite(funnel.adjusted):
        ax.plot(funnel.shown(np.full(2, funnel.adjusted)), depth, color=GREY, linewidth=1.1, linestyle=":", zorder=2)


def _points(ax: Axes, funnel: Funnel) -> None:
    for rows, face, edge in ((~funnel.filled, BLUE, "white"), (funnel.filled, "white", BLUE)):
        if rows.any():
            shown = funnel.shown(funnel.y[rows])
            ax.plot(shown, funnel.std_error[rows], "o", color=face, mec=edge, mew=0.9, markersize=6, zorder=3)


def _legend(ax: Axes, funnel: Funnel, room: float) -> None:
    """Lines and points, then the fields: beside the plot, or under it where there are fewer than `NARROW` inches."""
    dot = {"marker": "o", "linestyle": "none", "markersize": 6}
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=BLUE, mec="white", label="Study", **dot),  # type: ignore[arg-type]
        Line2D([], [], color=BLUE, linewidth=1.1, label="Pooled, 95% by sampling error"),
    ]
    if funnel.filled.any():
        handles += [
            Line2D([], [], color="white", mec=BLUE, label="Filled in", **dot),  # type: ignore[arg-type]
            Line2D([], [], color=GREY, linewidth=1.1, linestyle=":", label="Pooled with them"),
        ]
    fields = [(INSIDE[1], INSIDE[2]), *((name, colour) for _, name, colour in reversed(CONTOURS)), OUTSIDE]
    handles += [Patch(facecolor=colour, edgecolor=GREY, linewidth=0.5, label=name) for name, colour in fields]
    place: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0)}
    if room < NARROW:
        place = {"loc": "upper left", "bbox_to_anchor": (-0.12, -0.14), "ncols": 2 if room > 4.2 else 1}
    ax.legend(handles=handles, borderaxespad=0.0, handlelength=1.8, **place)
