"""E-values: how strong confounding would have to be to explain an association away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from comorbid._numerics.evalues import (
    e_value_of,
    e_value_of_limit,
    risk_ratio_of_hazard_ratio,
    risk_ratio_of_odds_ratio,
)
from comorbid.errors import SpecError, require_known

COMMON = 0.15
"""An outcome in more than this share of people is common: its odds ratio is no longer near its risk ratio."""

RISK_RATIOS = ("risk_ratio", "prevalence_ratio")
COMMON_FORM: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "odds_ratio": risk_ratio_of_odds_ratio,
    "hazard_ratio": risk_ratio_of_hazard_ratio,
}
MEASURES = (*RISK_RATIOS, *COMMON_FORM)
COLUMNS = ["e_value", "e_value_limit", "e_value_form"]
Prevalences = float | Mapping[str, float] | pd.DataFrame | None


@dataclass(frozen=True, slots=True)
class EValue:
    """estimate, limit : E-values of the estimate and of the limit nearer to 1 (NaN without one).

    form : "risk ratio", "rare outcome" (the ratio stands for the risk ratio) or "common outcome" (it was turned).
    """

    estimate: float
    limit: float
    form: str


def e_value(
    estimate: float,
    conf_low: float = float("nan"),
    conf_high: float = float("nan"),
    *,
    measure: str = "risk_ratio",
    outcome_prevalence: float | None = None,
    rare: bool | None = None,
) -> EValue:
    """The smallest risk ratio, with exposure and with outcome, by which a confounder could explain an estimate away.

    E = R + sqrt(R (R - 1)) with R the risk ratio, or 1 / R below 1. An odds ratio of a rare outcome (in at most 15% of
    people) stands for the risk ratio as it is; of a common one, its square root does. A hazard ratio of a common
    outcome becomes (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1 / HR)). The E-value of an interval is that of the limit nearer
    to 1, and 1 when the interval holds 1.

    Parameters
    ----------
    estimate, conf_low, conf_high : float
        Ratios above zero, not their logarithms.
    measure : {"risk_ratio", "prevalence_ratio", "odds_ratio", "hazard_ratio"}
    outcome_prevalence : float, optional
        Share of people with the outcome, 0 to 1; for odds and hazard ratios. Above 0.15 the outcome is common.
    rare : bool, optional
        Says so directly, in place of the prevalence.

    Returns
    -------
    EValue

    Raises
    ------
    UnknownNameError
        When the measure is another one.
    SpecError
        When a ratio is not above zero, the estimate lies outside its interval, or an odds or hazard ratio comes
        without the prevalence of its outcome.

    Notes
    -----
    Assumes that the estimate is otherwise unbiased: no selection, no misclassification. The E-value of a
    cross-sectional ratio speaks of confounding alone, not of direction.
    Source: VanderWeele & Ding, Ann Intern Med 2017;167:268-74, doi:10.7326/M16-2607; square root: VanderWeele,
    Epidemiology 2017;28:e58-60, doi:10.1097/EDE.0000000000000733.
    """
    require_known(measure, MEASURES, "measure with an E-value")
    ratios = np.array([estimate, conf_low, conf_high], dtype=float)
    _check_ratios(ratios)
    form = _form(measure, outcome_prevalence, rare)
    risk = COMMON_FORM[measure](ratios) if form == "common outcome" else ratios
    return EValue(float(e_value_of(risk[0])), float(e_value_of_limit(risk[1], risk[2])), form)


def _check_ratios(ratios: np.ndarray) -> None:
    estimate, low, high = ratios
    if not estimate > 0 or (ratios < 0).any():
        raise SpecError(
            "an E-value needs ratios above zero; exponentiate logarithms first (`tidy(exponentiate=True)`)."
        )
    if estimate < low or estimate > high:
        raise SpecError("the estimate lies outside its interval; give conf_low and conf_high of the same ratio.")


def _form(measure: str, prevalence: float | None, rare: bool | None) -> str:
    if measure in RISK_RATIOS:
        return "risk ratio"
    if rare is None:
        if prevalence is None:
            raise SpecError(
                f"{measure} needs outcome_prevalence (share of people with the outcome), or rare=True or False: "
                "for a common outcome it is not near the risk ratio."
            )
        if not 0 <= prevalence <= 1:
            raise SpecError(f"outcome_prevalence = {prevalence!r} is not between 0 and 1; write 0.15 for 15%.")
        rare = prevalence <= COMMON
    return "rare outcome" if rare else "common outcome"


def e_values(frame: pd.DataFrame, outcome_prevalence: Prevalences = None) -> pd.DataFrame:
    """A frame of estimates with the E-value of each ratio and of its limit.

    Parameters
    ----------
    frame : DataFrame
        Tidy estimates with measure, estimate, conf_low, conf_high, and outcome (or condition_b, whose prevalence is
        then meant): `fit.tidy(exponentiate=True)`, `fit.margins()`, `cooccurrence(...)`.
    outcome_prevalence : float, mapping or DataFrame, optional
        Share of people with the outcome: one for all rows, by name of the outcome, or what `prevalence(cohort)` gave.
        Without it the unweighted share of the row: events / n, or n_b / n.

    Returns
    -------
    DataFrame
        The same rows with e_value, e_value_limit and e_value_form ("risk ratio", "rare outcome", "common outcome").
        Rows that have none (intercepts, differences, missing estimates) are missing there.

    Raises
    ------
    SpecError
        When the frame holds log odds, lacks a column, or an outcome has no prevalence.

    Notes
    -----
    See `e_value` for formulas, assumptions and sources.
    """
    lacking = [name for name in ("measure", "estimate", "conf_low", "conf_high") if name not in frame.columns]
    if lacking:
        raise SpecError(f"the frame has no column {', '.join(lacking)}; pass e.g. `fit.tidy(exponentiate=True)`.")
    if (frame["measure"] == "log_odds").any():
        raise SpecError("the frame holds log odds; E-values are of odds ratios: use `fit.tidy(exponentiate=True)`.")
    found = [_of_row(row, outcome_prevalence) for row in frame.to_dict("records")]
    added = pd.DataFrame(found, columns=COLUMNS, index=frame.index)
    last = [name for name in ("note", "source") if name in frame.columns]
    kept = frame.drop(columns=[*last, *(name for name in COLUMNS if name in frame.columns)])
    whole = pd.concat([kept, added, frame[last]], axis=1)
    whole.attrs = dict(frame.attrs)
    return whole


def _of_row(row: Mapping, given: Prevalences) -> tuple[float, float, str | None]:
    measure, estimate = row["measure"], row["estimate"]
    if measure not in MEASURES or row.get("term") == "intercept" or not estimate > 0:
        return np.nan, np.nan, None
    share = None if measure in RISK_RATIOS else _prevalence(row, given)
    found = e_value(estimate, row["conf_low"], row["conf_high"], measure=measure, outcome_prevalence=share)
    return found.estimate, found.limit, found.form


def _prevalence(row: Mapping, given: Prevalences) -> float:
    outcome = row.get("outcome", row.get("condition_b"))
    if given is None:
        people, with_it = row.get("n"), row.get("events", row.get("n_b"))
        if pd.isna(people) or pd.isna(with_it):
            raise SpecError(f"`{outcome}`: the frame has no n and events; give outcome_prevalence.")
        return float(with_it) / float(people)
    if isinstance(given, pd.DataFrame):
        given = dict(zip(given["outcome"], given["estimate"], strict=True))
    if not isinstance(given, Mapping):
        return float(given)
    if outcome not in given:
        raise SpecError(f"no prevalence of `{outcome}` was given. Given: {', '.join(map(str, given)) or 'none'}.")
    return float(given[outcome])
