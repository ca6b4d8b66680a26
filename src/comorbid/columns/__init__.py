"""The glossary of result frames: which columns there are, what each means, and in which order they stand."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from comorbid.errors import SpecError, listed

GLOSSARY: dict[str, str] = {
    "outcome": "condition that is studied as the effect",
    "outcome_level": "level of the outcome that the row is about; of a threshold, the levels it divides",
    "exposure": "condition or variable that is studied as the predictor",
    "condition_a": "first condition of a pair; in measures with a direction, the one that divides people",
    "condition_b": "second condition of a pair; in measures with a direction, the one whose prevalence is compared",
    "combination": "conditions that are present, all others being absent",
    "size": "number of conditions that are present in the combination",
    "model": "'crude' without covariates, 'adjusted' with them, or the name given to the model",
    "term": "variable of the model that the coefficient belongs to",
    "level": "level of the variable; missing for a continuous one",
    "reference": "level that the coefficient is compared with",
    "measure": "what `estimate` is",
    "estimate": "the estimate, on the scale that `measure` names",
    "std_error": "its standard error; of a ratio, on the log scale",
    "statistic": "estimate (log scale for a ratio) over its standard error; of a test, what its measure names",
    "df_num": "degrees of freedom of a test: coefficients tested",
    "df_den": "degrees of freedom of a test's denominator",
    "p_value": "two-sided, t distribution on the design degrees of freedom",
    "conf_low": "lower limit of the confidence interval",
    "conf_high": "upper limit of the confidence interval",
    "n": "people the estimate rests on, unweighted",
    "events": "of them, people with the outcome, unweighted",
    "n_a": "people with condition_a, unweighted",
    "n_b": "people with condition_b, unweighted",
    "n_both": "people with both, unweighted",
    "n_least": "fewest people in a level of a variable of the model, with or without the outcome, unweighted",
    "df_residual": "residual degrees of freedom of the model: people less coefficients",
    "q_value": "false discovery rate (Benjamini-Hochberg) over the pairs of one measure",
    "presentation": "'show', 'review' or 'suppress' by the NCHS standards for proportions",
    "presentation_reason": "what stands against the proportion, if anything",
    "e_value": "risk ratio, with exposure and outcome, by which confounding could explain the estimate away",
    "e_value_limit": "the same for the limit nearer to 1; 1 when the interval holds it",
    "e_value_form": "how the ratio was taken as a risk ratio: 'risk ratio', 'rare outcome' or 'common outcome'",
    "suppressed": "'[n<10]' where disclosure control hid a number of the row",
    "note": "what to know before reading the row, such as survey items that two case definitions share",
    "source": "'synthetic data' when nobody real is behind the numbers",
}

RATIO_MEASURES = frozenset(
    {
        "odds_ratio",
        "prevalence_ratio",
        "observed_expected",
        "adjusted_observed_expected",
        "risk_ratio",
        "hazard_ratio",
        "ratio_of_odds_ratios",
        "ratio_of_risk_ratios",
        "ratio_of_hazard_ratios",
        "ratio_of_prevalence_ratios",
        "synergy_index",
    }
)
"""Measures whose standard error stays on the log scale and whose null value is 1."""

PROPORTION_MEASURES = frozenset({"prevalence", "conditional_prevalence", "expected_prevalence", "share"})
"""Measures between 0 and 1 that readers expect as percentages."""

SYNTHETIC = "synthetic data"


def null_value(measure: str) -> float:
    """The value of a measure under no association: 1 for ratios, 0 otherwise."""
    return 1.0 if measure in RATIO_MEASURES else 0.0


def require_free(names: Iterable[str], what: str) -> None:
    """Raise when a variable that becomes a column of a result frame has the name of one that is there already.

    Raises
    ------
    SpecError
    """
    taken = [name for name in names if name in GLOSSARY]
    if taken:
        raise SpecError(
            f"{what} {listed(repr(name) for name in taken)}: result frames have a column of that name "
            f"({GLOSSARY[taken[0]]}). Name the variable otherwise in the codebook; `column` says its name in the data."
        )


def arrange(frame: pd.DataFrame, leading: Iterable[str] = ()) -> pd.DataFrame:
    """The same frame with `leading` columns first, then those of the glossary in its order, then others.

    `source` always stands last, so that synthetic numbers end in their label.
    """
    order = dict.fromkeys([*leading, *(name for name in GLOSSARY if name != "source")])
    known = [name for name in order if name in frame.columns]
    others = [name for name in frame.columns if name not in known and name != "source"]
    last = ["source"] if "source" in frame.columns else []
    return frame[[*known, *others, *last]].reset_index(drop=True)
