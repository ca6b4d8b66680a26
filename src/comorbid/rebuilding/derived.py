"""Numbers that printed ones imply: a trend over grades, an E-value, and what chance does while nobody changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from comorbid.measures import e_value, trend_of_ratios
from comorbid.rebuilding.registry import FROM_COUNTS, SIMULATION, Number, Rows, rebuilds
from comorbid.rebuilding.simulations import REPEATS, SEED
from comorbid.synthetic.headache_days import calibrate_headache_days


@rebuilds(FROM_COUNTS)
def ratio_of_each_step(rows: Rows, grades: Sequence[str], among: bool = False) -> Number:
    """Odds ratio of each further grade, from printed odds ratios against one reference; `among` leaves that out.

    Grades count 1, 2, 3; the reference group is taken as large (`trend_of_ratios`).
    """
    frame = pd.DataFrame([rows[name] for name in grades])
    found = trend_of_ratios(frame, range(1, len(grades) + 1)).iloc[int(among)]
    return Number(str(found["measure"]), float(found["estimate"]), float(found["conf_low"]), float(found["conf_high"]))


@rebuilds(FROM_COUNTS)
def e_value_of(rows: Rows, estimate: str, rare: bool = True) -> Number:
    """E-value of a printed odds ratio; of its limits only the nearer to 1 has one, which the detail gives."""
    printed = rows[estimate]
    values = (float(printed[name]) for name in ("estimate", "conf_low", "conf_high"))
    found = e_value(*values, measure="odds_ratio", rare=rare)
    return Number("e_value", found.estimate, detail=f"E-value of the limit nearer to 1: {found.limit:.2f}")


@rebuilds(SIMULATION)
def share_crossing_by_chance(
    rows: Rows, people: str, chronic: str, mean: float, persistence: float | None = None
) -> Number:
    """Share of people below 15 headache days who are at 15 or above in another month, when nobody changes.

    Parameters
    ----------
    rows : mapping
        Published estimates by id.
    people : str
        Row whose number of people is simulated, 200 times.
    chronic : str
        Row with the share at 15 days or above.
    mean : float
        Mean headache days a month.
    persistence : float, optional
        Share of those at 15 days or above who are so in another month; without it months vary as binomial counts do.

    Returns
    -------
    Number
        "prevalence": mean over the simulated cohorts, with the 2.5th and 97.5th percentiles.
    """
    share = float(rows[chronic]["estimate"])
    model = calibrate_headache_days(mean, share, persistence)
    everybody = int(np.ceil(int(rows[people]["n"]) / (1 - share)))
    # People are alike and independent, so how many stand below and above in two months is multinomial.
    up = (1 - share) * model.crossing()
    cells = [1 - share - up, up, share]
    counts = np.random.default_rng(SEED).multinomial(everybody, cells, REPEATS)
    shares = counts[:, 1] / counts[:, :2].sum(axis=1)
    low, high = np.quantile(shares, [0.025, 0.975])
    return Number("prevalence", float(shares.mean()), float(low), float(high))
