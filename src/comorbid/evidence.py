"""Published estimates and claims, each with where it was seen."""

from __future__ import annotations

import pandas as pd

from comorbid.errors import require_known
from comorbid.paths import resource_dir


def published_estimates(
    outcome: str | None = None, exposure: str | None = None, measure: str | None = None
) -> pd.DataFrame:
    """Published estimates, one row each.

    Parameters
    ----------
    outcome, exposure : str, optional
        Rows whose outcome or exposure mentions this condition, e.g. "low_back_pain"; words, not case, must agree.
    measure : str, optional
        One of the measures in the file, e.g. "odds_ratio", "prevalence".

    Returns
    -------
    DataFrame
        id, study, year, country, design, population, n, exposure, outcome, measure, estimate, conf_low, conf_high,
        a, b, c, d (published cells), adjusted_for, doi, seen_in ("full text", "abstract" or "secondary"), note.
    """
    frame = pd.read_csv(resource_dir("evidence") / "estimates.csv", dtype={"article": str})
    frame = frame.rename(columns={"ci_low": "conf_low", "ci_high": "conf_high"})
    frame["measure"] = frame["measure"].replace({"OR": "odds_ratio", "HR": "hazard_ratio", "RR": "risk_ratio"})
    if measure is not None:
        frame = frame[frame["measure"] == require_known(measure, frame["measure"].dropna().unique(), "measure")]
    for column, asked in (("outcome", outcome), ("exposure", exposure)):
        if asked is not None:
            words = asked.replace("_", " ").lower()
            frame = frame[frame[column].fillna("").str.lower().str.contains(words, regex=False)]
    return frame.reset_index(drop=True)
