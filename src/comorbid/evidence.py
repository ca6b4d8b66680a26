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
        a, b, c, d (published cells), adjusted_for, doi, seen_in ("full text", "abstract" or "secondary"), note, and
        `printed`: estimate and interval with the digits they were written with, "2.0 (1.3 to 3.1)". Limits are those of
        95% intervals, but for the rows whose note says that they are a range.
    """
    path = resource_dir("evidence") / "estimates.csv"
    written = pd.read_csv(path, dtype=str, usecols=["estimate", "ci_low", "ci_high"], keep_default_na=False)
    frame = pd.read_csv(path, dtype={"article": str})
    frame["printed"] = [_printed(*row) for row in written.itertuples(index=False)]
    frame = frame.rename(columns={"ci_low": "conf_low", "ci_high": "conf_high"})
    frame["measure"] = frame["measure"].replace({"OR": "odds_ratio", "HR": "hazard_ratio", "RR": "risk_ratio"})
    if measure is not None:
        frame = frame[frame["measure"] == require_known(measure, frame["measure"].dropna().unique(), "measure")]
    for column, asked in (("outcome", outcome), ("exposure", exposure)):
        if asked is not None:
            words = asked.replace("_", " ").lower()
            frame = frame[frame[column].fillna("").str.lower().str.contains(words, regex=False)]
    frame = frame.reset_index(drop=True)
    frame.attrs |= {"release": "public-use", "numbers": "published", "conf_level": 0.95}
    return frame


def published_claims() -> pd.DataFrame:
    """What the articles claim, one row each.

    Returns
    -------
    DataFrame
        id, article, article_title, claim (in our words), kind, exposure, outcome, study (behind the claim), estimates
        (ids of `published_estimates`, separated by blanks), study_shows, rebuild; empty texts where nothing is known.
    """
    return pd.read_csv(resource_dir("evidence") / "claims.csv", dtype=str, keep_default_na=False)


def _printed(estimate: str, low: str, high: str) -> str:
    return f"{estimate} ({low} to {high})".strip() if low and high else estimate
