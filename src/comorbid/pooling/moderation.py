"""What moderators do together."""

from __future__ import annotations

import numpy as np
from scipy.special import chdtrc, fdtrc

from comorbid._numerics.pooling_tau2 import ESTIMATORS
from comorbid.pooling.design import Design
from comorbid.pooling.model import RANDOM, Model
from comorbid.pooling.studies import Studies

NAMES = ("moderator_statistic", "moderator_df_num", "moderator_df_den", "moderator_p_value", "r2")


def moderator_test(studies: Studies, design: Design, model: Model, method: str) -> dict[str, float]:
    """Wald test that all moderators have coefficient 0, and the share of tau2 that they take away, by `NAMES`.

    Chi-square under normal tests, F otherwise; all NaN without moderators.
    """
    size = len(design.term) - 1
    if not size:
        return dict.fromkeys(NAMES, np.nan)
    b, df = model.coefficients[1:], model.df
    wald = float(b @ np.linalg.solve(model.covariance[1:, 1:], b))
    if np.isinf(df):
        statistic, p_value = wald, chdtrc(size, wald)
    else:
        statistic, p_value = wald / size, fdtrc(size, df, wald / size)
    found = (statistic, size, df, float(p_value), _explained(studies, model, method))
    return dict(zip(NAMES, found, strict=True))


def _explained(studies: Studies, model: Model, method: str) -> float:
    """Percent of tau2 without moderators that is gone with them, at least 0; NaN where there is none to explain."""
    if method not in RANDOM or model.tau2 is None:
        return float("nan")
    without = ESTIMATORS[method](studies.y, studies.v, np.ones((studies.k, 1)))
    return max(0.0, 100 * (without - model.tau2) / without) if without > 0 else float("nan")
