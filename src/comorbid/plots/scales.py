"""Axes that print plain numbers: a ratio reads 0.5, 1, 2, 5, 10 and never a power of ten."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from comorbid.columns import PROPORTION_MEASURES, RATIO_MEASURES
from comorbid.columns.words import is_percentage

REACH = 5.0
"""How many times the outermost estimate an interval may stretch the axis; beyond it is cut, with an arrow."""
RATIO_RANGE = (1e-3, 1e3)
FEWEST = 3
STEPS: tuple[tuple[float, ...], ...] = (
    (1, 2, 5),
    (1, 1.5, 2, 3, 5, 7),
    (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 7),
    (1, 3),
    (1,),
)


def plain(value: float) -> str:
    """A number in digits: "0.05", "1", "1,000"."""
    text = np.format_float_positional(abs(value), precision=10, trim="-")
    whole, _, rest = text.partition(".")
    return ("−" if value < 0 else "") + f"{int(whole):,}" + (f".{rest}" if rest else "")


def ratio_limits(estimates: Sequence[float], low: Sequence[float], high: Sequence[float]) -> tuple[float, float]:
    """Limits of a ratio axis that show every estimate and 1, and intervals as far as `REACH` beyond them.

    Parameters
    ----------
    estimates, low, high : sequence of float
        Estimates with their intervals; missing, zero, negative and infinite values are passed over.

    Returns
    -------
    tuple of float
        Lower and upper limit, within `RATIO_RANGE`.
    """
    points = np.clip([1.0, *_positive(estimates)], *RATIO_RANGE)
    lows, highs = np.array([*points, *_positive(low)]), np.array([*points, *_positive(high)])
    lower = max(lows.min(), points.min() / REACH, RATIO_RANGE[0])
    upper = min(highs.max(), points.max() * REACH, RATIO_RANGE[1])
    room = max((upper / lower) ** 0.04, 1.05)
    return float(lower / room), float(upper * room)


def _positive(values: Sequence[float]) -> list[float]:
    found = np.asarray(values, dtype=float)
    return list(found[np.isfinite(found) & (found > 0)])


def plain_ticks(lower: float, upper: float, most: int = 7) -> list[float]:
    """Ticks of a log axis: 1, 2, 5 and the like, or equal steps where the axis is short; at most `most`."""
    decades = range(int(np.floor(np.log10(lower))), int(np.ceil(np.log10(upper))) + 1)
    for steps in STEPS:
        ticks = [float(f"{step}e{decade}") for decade in decades for step in steps]
        within = [tick for tick in ticks if lower <= tick <= upper]
        if FEWEST <= len(within) <= most:
            return within
    even = MaxNLocator(most - 1, steps=[1, 2, 5, 10]).tick_values(lower, upper)
    return [round(float(tick), 10) for tick in even if lower <= tick <= upper]


def limits_of(
    measure: str, estimates: Sequence[float], low: Sequence[float], high: Sequence[float]
) -> tuple[float, float]:
    """Limits of an axis of this measure for these estimates with their intervals."""
    if measure in RATIO_MEASURES:
        return ratio_limits(estimates, low, high)
    return linear_limits(measure, estimates, low, high)


def linear_limits(
    measure: str, estimates: Sequence[float], low: Sequence[float], high: Sequence[float]
) -> tuple[float, float]:
    """Limits of a plain axis: all intervals and 0; a proportion never leaves 0 to 1."""
    values = np.array([0.0, *estimates, *low, *high], dtype=float)
    values = values[np.isfinite(values)]
    lower, upper = float(values.min()), float(values.max())
    room = 0.04 * (upper - lower or 1.0)
    if measure in PROPORTION_MEASURES:
        return 0.0, min(upper + room, 1.0)
    return lower - room * (lower < 0), upper + room


def scale_axis(axis: Axis, measure: str, limits: tuple[float, float], most: int = 7) -> None:
    """Put an axis on the scale of a measure: log with plain ticks for ratios, percent for prevalences."""
    set_limits = axis.axes.set_xlim if axis.axis_name == "x" else axis.axes.set_ylim  # type: ignore[attr-defined]
    if measure in RATIO_MEASURES:
        (axis.axes.set_xscale if axis.axis_name == "x" else axis.axes.set_yscale)("log")  # type: ignore[attr-defined]
        axis.set_major_locator(FixedLocator(plain_ticks(*limits, most)))
    else:
        axis.set_major_locator(MaxNLocator(most - 1, steps=[1, 2, 2.5, 5, 10]))
    set_limits(*limits)
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick_text(value, measure)))


def scale_to_rows(axis: Axis, measure: str, rows: pd.DataFrame, most: int = 7) -> None:
    """Put an axis on the scale of a measure, with limits that show the estimates of some rows and their intervals."""
    estimates, low, high = (rows[name].tolist() for name in ("estimate", "conf_low", "conf_high"))
    scale_axis(axis, measure, limits_of(measure, estimates, low, high), most)


def tick_text(value: float, measure: str) -> str:
    """What a tick says: "2" for a ratio, "20%" for a prevalence, "5" for percentage points."""
    value = round(value * (100 if is_percentage(measure) else 1), 10)
    return plain(value) + ("%" if measure in PROPORTION_MEASURES else "")
