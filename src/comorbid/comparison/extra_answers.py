"""What extra answers that have nothing to do with the truth would make of an odds ratio."""

from __future__ import annotations

import numpy as np
import pandas as pd

from comorbid.cohort import Cohort
from comorbid.columns import arrange
from comorbid.comparison.wording import labelled, titled
from comorbid.errors import SpecError
from comorbid.measures import combinations

__all__ = ["if_more_said_yes"]


def if_more_said_yes(fewer: Cohort, more: Cohort, condition_a: str, condition_b: str) -> pd.DataFrame:
    """What the odds ratio of one cohort would be if as many people said yes as in another, the extra ones at random.

    Of those who said no in `fewer`, a share f = (p_more - p_fewer) / (1 - p_fewer) is taken to say yes, for each
    condition by itself and whatever the answer to the other and the truth. This is what a lower threshold for saying
    yes does to an odds ratio when it has nothing to do with the other condition; it shows how far such answers reach,
    not that they were given.

    Returns
    -------
    DataFrame
        cohort, measure ("odds_ratio"), estimate, note: `fewer` as observed, `fewer` with the extra answers, `more` as
        observed.

    Raises
    ------
    SpecError
        When a condition is not more frequent in `more`.
    """
    pair = (condition_a, condition_b)
    titles = list(titled((fewer, more), pair))
    low, high = (_cells(cohort, pair) for cohort in (fewer, more))
    extra = []
    for axis, name in enumerate(pair):
        share, other = (float(cells.sum(axis=1 - axis)[0]) for cells in (low, high))
        if other < share:
            raise SpecError(f"{name} is less frequent in {titles[1]} than in {titles[0]}; exchange the two cohorts.")
        extra.append((other - share) / (1 - share))
    turn_a, turn_b = (np.array([[1.0, f], [0.0, 1 - f]]) for f in extra)
    rows = [
        (titles[0], _odds_ratio(low), "observed"),
        (
            titles[0],
            _odds_ratio(turn_a @ low @ turn_b.T),
            f"if as many said yes as in {titles[1]}, the extra at random",
        ),
        (titles[1], _odds_ratio(high), "observed"),
    ]
    frame = pd.DataFrame(rows, columns=["cohort", "estimate", "note"]).assign(measure="odds_ratio")
    return labelled((fewer, more), arrange(frame, ["cohort"]))


def _cells(cohort: Cohort, pair: tuple[str, str]) -> np.ndarray:
    """Weighted shares of people with both, a alone; b alone, neither, shape (2, 2)."""
    frame = combinations(cohort, list(pair))
    shares = frame[frame["measure"] == "prevalence"].set_index("combination")["estimate"]
    a, b = pair
    return np.array([[shares[f"{a} & {b}"], shares[a]], [shares[b], shares["none"]]], dtype=np.float64)


def _odds_ratio(cells: np.ndarray) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(cells[0, 0] * cells[1, 1] / (cells[0, 1] * cells[1, 0]))
