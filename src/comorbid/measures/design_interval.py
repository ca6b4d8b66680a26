"""The interval that a study of a given size would give, for an odds ratio and margins that are supposed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from comorbid._numerics.design_simulation import table_of_margins
from comorbid._numerics.intervals import critical_value
from comorbid.errors import SpecError


def interval_of_design(
    odds_ratio: float,
    n: int,
    exposed: Sequence[float],
    outcome: Sequence[float],
    *,
    design_effect: float = 1.0,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Expected interval of a crude odds ratio, for every pair of a share exposed and a share with the outcome.

    exp(log OR -/+ z sqrt(deff (1/a + 1/b + 1/c + 1/d))), with a, b, c, d the expected cells of n people (Woolf).

    Parameters
    ----------
    odds_ratio : float
        Above zero.
    n : int
        People.
    exposed, outcome : sequence of float
        Shares of people, between 0 and 1.
    design_effect : float
        Factor on the variance: above 1 where people resemble each other, as twins do.
    conf_level : float
        Between 0 and 1.

    Returns
    -------
    DataFrame
        exposed, outcome, conf_low, conf_high, log_width (of the interval); one row a pair.

    Raises
    ------
    SpecError
        When the odds ratio, n, the design effect or a share cannot be meant.
    """
    shares = np.array([*exposed, *outcome], dtype=float)
    if not (odds_ratio > 0 and n > 0 and design_effect > 0) or not ((shares > 0) & (shares < 1)).all():
        raise SpecError("interval_of_design: odds ratio, n and design effect above 0, shares between 0 and 1.")
    pairs = [(share, risk) for share in exposed for risk in outcome]
    errors = [np.sqrt(design_effect * (1 / (n * table_of_margins(*pair, odds_ratio))).sum()) for pair in pairs]
    half = critical_value(conf_level, np.inf) * np.array(errors)
    limits = {"conf_low": odds_ratio * np.exp(-half), "conf_high": odds_ratio * np.exp(half), "log_width": 2 * half}
    return pd.DataFrame({**pd.DataFrame(pairs, columns=["exposed", "outcome"]), **limits})
