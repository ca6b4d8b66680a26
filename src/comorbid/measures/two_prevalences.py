"""Two prevalences compared on every scale: how far an odds ratio is from "times more prevalent"."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from comorbid.errors import SpecError


def compare_prevalences(pairs: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    """Each pair of prevalences p and q as a ratio, an odds ratio and a difference.

    prevalence_ratio = p / q; odds_ratio = (p / (1 - p)) / (q / (1 - q)); prevalence_difference = p - q;
    largest_prevalence_ratio = 1 / q, since no prevalence exceeds 1. Without counts there are no intervals.

    Parameters
    ----------
    pairs : mapping of str to (float, float)
        By name of the comparison, the prevalence in one group and in the group it is compared with, between 0 and 1.

    Returns
    -------
    DataFrame
        comparison, prevalence, compared_with, prevalence_ratio, odds_ratio, prevalence_difference,
        largest_prevalence_ratio; one row a pair.

    Raises
    ------
    SpecError
        When a prevalence does not lie between 0 and 1.
    """
    wrong = [name for name, values in pairs.items() if not all(0 < value < 1 for value in values)]
    if wrong:
        raise SpecError(f"prevalences lie between 0 and 1 (0.15 for 15%); not so: {', '.join(wrong)}.")
    return pd.DataFrame([
        {
            "comparison": name, "prevalence": p, "compared_with": q, "prevalence_ratio": p / q,
            "odds_ratio": p / (1 - p) / (q / (1 - q)), "prevalence_difference": p - q,
            "largest_prevalence_ratio": 1 / q,
        }
        for name, (p, q) in pairs.items()
    ])  # fmt: skip
