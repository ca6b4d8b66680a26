"""Does a printed interval fit the printed sample? A cohort of that size is simulated with the printed effect."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from comorbid._numerics.design_simulation import log_widths, table_of_groups, table_of_margins
from comorbid.errors import SpecError
from comorbid.rebuilding.registry import SIMULATION, Number, Rows, rebuilds

REPEATS = 200
SEED = 20130612


@rebuilds(SIMULATION)
def odds_ratio_width(
    rows: Rows,
    estimate: str,
    n: int | None = None,
    exposed: str | float | None = None,
    outcome: str | float | None = None,
    groups: Sequence[int] | None = None,
    unexposed_prevalence: float | None = None,
    design_effect: float = 1.0,
) -> Number:
    """Width of a printed odds ratio interval over the widths in 200 simulated samples, on the log scale.

    Parameters
    ----------
    rows : mapping
        Published estimates by id.
    estimate : str
        Row with the printed odds ratio and its limits.
    n : int, optional
        People; those of the row without it.
    exposed, outcome : str or float, optional
        Shares of people exposed and with the outcome, or ids of published prevalences. One that was not published is
        left out: then 50% stands for it, which gives the narrowest intervals there can be.
    groups : two int, optional
        People exposed and unexposed, in place of n, exposed and outcome, together with `unexposed_prevalence`.
    unexposed_prevalence : float, optional
        Share of the unexposed with the outcome.
    design_effect : float
        Factor on the variance.

    Returns
    -------
    Number
        "interval_width_ratio": printed width over the mean simulated width; limits from the 2.5th to the 97.5th
        percentile of the simulated widths. Nothing is said about the effect itself.
    """
    printed = rows[estimate]
    if groups is not None:
        if unexposed_prevalence is None:
            raise SpecError(
                f"{estimate}: groups need unexposed_prevalence, the share of the unexposed with the outcome."
            )
        people, least = sum(groups), False
        table = table_of_groups(groups[0], groups[1], unexposed_prevalence, printed["estimate"])
    else:
        people, least = int(n or printed["n"]), exposed is None or outcome is None
        table = _table(rows, exposed, outcome, float(printed["estimate"]))
    widths = log_widths(table, people, REPEATS, SEED, design_effect)
    width = float(np.log(printed["conf_high"] / printed["conf_low"]))
    low, high = width / np.quantile(widths, [0.975, 0.025])
    return Number(
        "interval_width_ratio", width / widths.mean(), low, high, _detail(people, widths.mean(), width, least), least
    )


def _table(rows: Rows, exposed: str | float | None, outcome: str | float | None, ratio: float) -> np.ndarray:
    """Cells with the known margins; a margin that is not known is set so that the interval is narrowest."""
    known = [_share(rows, exposed), _share(rows, outcome)]
    if None not in known:
        return table_of_margins(float(known[0] or 0), float(known[1] or 0), ratio)
    given = next((share for share in known if share is not None), None)
    shares = np.linspace(0.02, 0.98, 97)
    tables = [table_of_margins(share, given if given is not None else 0.5, ratio) for share in shares]
    return min(tables, key=lambda table: float((1 / table).sum()))


def _share(rows: Rows, value: str | float | None) -> float | None:
    return float(rows[value]["estimate"]) if isinstance(value, str) else value


def _detail(people: int, simulated: float, width: float, least: bool) -> str:
    most = "the narrowest intervals that" if least else "intervals that"
    return f"{most} {people:,} people give are {simulated:.3f} wide on the log scale, the printed one {width:.3f}"
