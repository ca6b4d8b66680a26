"""What figures of a meta-analysis share: the frame of a pooled result, and its spread in words."""

from __future__ import annotations

import math
from typing import Any, Protocol

import pandas as pd
from matplotlib.axes import Axes

from comorbid.columns import RATIO_MEASURES
from comorbid.columns.words import number, p_value
from comorbid.plots.lettering import text_width
from comorbid.plots.lines import BETWEEN, Page
from comorbid.plots.rows import Forest
from comorbid.plots.style import GREY, SMALL

METHODS = {
    "reml": "REML",
    "ml": "maximum likelihood",
    "dersimonian-laird": "DerSimonian-Laird",
    "paule-mandel": "Paule-Mandel",
    "common": "one common effect",
    "mantel-haenszel": "Mantel-Haenszel",
    "peto": "Peto",
    "multilevel": "multilevel REML",
}
BETWEEN_PARTS = " · "
TESTS = {"knapp-hartung": "Knapp-Hartung", "knapp-hartung-adhoc": "Knapp-Hartung (ad hoc)"}


class Drawable(Protocol):
    """A result that knows the frame its figures are drawn from."""

    def drawn(self) -> pd.DataFrame:
        """The frame to draw."""


def as_frame(given: pd.DataFrame | Drawable) -> pd.DataFrame:
    """The frame itself, or that of a result such as `PooledEstimates`."""
    return given if isinstance(given, pd.DataFrame) else given.drawn()


def spread_text(frame: pd.DataFrame) -> str:
    """ "REML, Knapp-Hartung · τ² 0.31 (0.12 to 1.11) · I² 92% (82 to 98) · Q 152.2 on 12 df, p <0.001", or nothing."""
    found = frame.attrs.get("pooled")
    if not found:
        return ""
    how = ", ".join(name for name in (METHODS.get(found["method"]), TESTS.get(found["test"])) if name)
    tau2 = _with_limits("τ²", found, "tau2", "", 2 if found["tau2"] >= 0.1 else 3)
    parts = [how, tau2, _with_limits("I²", found, "i2", "%", 0), _q_text(found)]
    return BETWEEN_PARTS.join(part for part in parts if part)


def _with_limits(label: str, found: dict[str, Any], name: str, unit: str, digits: int) -> str:
    value, low, high = (found[name + end] for end in ("", "_low", "_high"))
    if math.isnan(value):
        return ""
    limits = "" if math.isnan(low) else f" ({number(low, digits=digits)} to {number(high, digits=digits)})"
    return f"{label} {number(value, digits=digits)}{unit}{limits}"


def _q_text(found: dict[str, Any]) -> str:
    if math.isnan(found["p"]):
        return ""
    shown = p_value(found["p"])
    return f"Q {number(found['q'], digits=1)} on {found['df']} df, p {shown if shown[0] in '<>' else '= ' + shown}"


def mark_pooled(ax: Axes, forest: Forest, page: Page) -> None:
    """A dashed line down from the pooled estimate of all, and a rule above its row, where there is one."""
    rows = [line for line in page.lines if any(entry.kind == "summary" for entry in line.row.entries)]
    if not rows:
        return
    last = rows[-1]
    estimate = last.row.entries[0].estimate
    lower, upper = ax.get_xlim()
    if lower <= estimate <= upper and (estimate > 0 or forest.measure not in RATIO_MEASURES):
        ax.plot([estimate, estimate], [last.middle, 0.0], color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1.4)
    if last.row.depth == 0:
        edge = last.middle + 0.5 + BETWEEN / 2
        ax.axhline(edge, color=GREY, linewidth=0.6, zorder=1.2)


def write_spread(ax: Axes, frame: pd.DataFrame, left: float, room: float) -> None:
    """The spread between studies under the axis, from the left edge on, in lines of at most `room` points.

    `left` is the distance of the edge from the axis, in points.
    """
    lines = [""]
    for part in spread_text(frame).split(BETWEEN_PARTS):
        longer = f"{lines[-1]}{BETWEEN_PARTS}{part}" if lines[-1] else part
        lines = [*lines[:-1], longer] if text_width(longer) <= room or not lines[-1] else [*lines, part]
    ax.annotate(
        "\n".join(lines), (0.0, 0.0), (-left, -36.0), xycoords="axes fraction", textcoords="offset points",
        ha="left", va="top", fontsize=SMALL, color=GREY, linespacing=1.4, annotation_clip=False,
    )  # fmt: skip
