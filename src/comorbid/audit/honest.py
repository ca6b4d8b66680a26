"""Honest estimates: simulated, rounded as print rounds, nothing wrong. What the audit says of them is false alarm."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from comorbid._numerics import published_cells as cell
from comorbid._numerics.design_simulation import table_of_margins
from comorbid.audit.estimates import audit_estimates

SEED = 1844


def honest_estimates(n: int = 1000, seed: int = SEED) -> pd.DataFrame:
    """Simulated published estimates whose only fault is rounding.

    Half are crude odds ratios, a quarter adjusted ones (no cells, an interval up to twice as wide), a quarter
    prevalences with their counts and Wilson intervals. Samples have 100 to 200,000 people; numbers are rounded to one,
    two or, for prevalences, three decimals; every study has its own country.

    Parameters
    ----------
    n : int
        Number of estimates.
    seed : int

    Returns
    -------
    DataFrame
        As `audit_estimates` takes it.
    """
    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    while len(rows) < n:
        row = _prevalence(rng) if rng.random() < 0.25 else _odds_ratio(rng, crude=rng.random() < 2 / 3)
        if row is not None:
            name = f"simulated {len(rows) + 1}"
            rows.append({"id": name, "study": name, "country": name, "design": "cross-sectional", **row})
    return pd.DataFrame(rows)


def false_alarm_rate(n: int = 1000, seed: int = SEED) -> float:
    """Share of honest estimates of which the audit says anything."""
    return audit_estimates(honest_estimates(n, seed))["id"].nunique() / n


def _odds_ratio(rng: np.random.Generator, crude: bool) -> dict[str, Any] | None:
    people = _people(rng)
    table = table_of_margins(rng.uniform(0.05, 0.6), rng.uniform(0.03, 0.6), float(np.exp(rng.normal(0.5, 0.6))))
    counts = rng.multinomial(people, table)
    if counts.min() < 3:
        return None
    estimate, low, high = cell.odds_ratio(*counts)
    wider = 1.0 if crude else rng.uniform(1.0, 2.0)
    low, high = estimate * (low / estimate) ** wider, estimate * (high / estimate) ** wider
    cells = dict(zip("abcd", counts.tolist(), strict=True)) if crude else {}
    covariates = "none" if crude else "age, sex"
    decimals = int(rng.integers(1, 3))
    if round(low, decimals) <= 0:
        return None
    return {"measure": "odds_ratio", "n": people, "adjusted_for": covariates, **cells,
            **_rounded(decimals, estimate, low, high)}  # fmt: skip


def _prevalence(rng: np.random.Generator) -> dict[str, Any]:
    people = _people(rng)
    events = int(rng.binomial(people, rng.uniform(0.01, 0.9)))
    decimals = int(rng.integers(2, 4))
    return {"measure": "prevalence", "n": people, "a": events, "b": people - events,
            **_rounded(decimals, *cell.wilson(events, people))}  # fmt: skip


def _people(rng: np.random.Generator) -> int:
    return int(np.exp(rng.uniform(np.log(100), np.log(200_000))))


def _rounded(decimals: int, estimate: float, low: float, high: float) -> dict[str, Any]:
    texts = [f"{value:.{decimals}f}" for value in (estimate, low, high)]
    values = dict(zip(("estimate", "conf_low", "conf_high"), map(float, texts), strict=True))
    return {**values, "printed": f"{texts[0]} ({texts[1]} to {texts[2]})"}
