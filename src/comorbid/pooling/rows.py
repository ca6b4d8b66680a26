"""Estimates as rows of a result frame, on the additive scale or turned into ratios."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import two_sided_p, wald_interval, wald_statistic
from comorbid.pooling.studies import Studies


@dataclass(frozen=True, slots=True)
class Scale:
    """measure : what estimates are called on this scale; exponentiate : whether logarithms are turned."""

    measure: str
    exponentiate: bool

    @classmethod
    def of(cls, studies: Studies, exponentiate: bool) -> Scale:
        """The scale of the studies: ratios by name when turned, "log_odds" or "log_..." when not."""
        if not studies.is_ratio or exponentiate:
            return cls(studies.measure, studies.is_ratio)
        return cls("log_odds" if studies.measure == "odds_ratio" else f"log_{studies.measure}", False)

    def turn(self, values: np.ndarray) -> np.ndarray:
        """Values of the additive scale on this one."""
        return np.exp(values) if self.exponentiate else values


def wald_rows(scale: Scale, estimate: np.ndarray, std_error: np.ndarray, conf_level: float, df: float) -> pd.DataFrame:
    """measure, estimate, std_error, statistic, p_value, conf_low and conf_high of estimates, shape (m,)."""
    limits = scale.turn(wald_interval(estimate, std_error, conf_level, df))
    statistic = wald_statistic(estimate, std_error)
    return pd.DataFrame(
        {
            "measure": scale.measure,
            "estimate": scale.turn(estimate),
            "std_error": std_error,
            "statistic": statistic,
            "p_value": two_sided_p(statistic, df),
            "conf_low": limits[:, 0],
            "conf_high": limits[:, 1],
        }
    )
