"""One model within subgroups: does the association differ between women and men, or by age?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from comorbid.cohort import Cohort
from comorbid.errors import CollinearityError, ConvergenceError, EmptyDomainError, SeparationError, SpecError
from comorbid.fitting.frames import asked, stacked
from comorbid.fitting.logistic import fit_logistic
from comorbid.spec import LogisticSpec, as_spec

NOT_ESTIMABLE = (SeparationError, CollinearityError, ConvergenceError, EmptyDomainError, SpecError)


def fit_by(
    cohort: Cohort, model: LogisticSpec | str, by: str | Sequence[str], *, conf_level: float = 0.95
) -> pd.DataFrame:
    """Odds ratios of the exposure within the levels of one or more effect modifiers.

    The model is fitted in each level of each modifier on its own, as a domain; the modifier leaves the covariates.

    Parameters
    ----------
    cohort : Cohort
    model : LogisticSpec or str
    by : str or sequence of str
        Categorical variables, taken one after another, not crossed.
    conf_level : float

    Returns
    -------
    DataFrame
        effect_modifier, effect_modifier_level, then the columns of `LogisticFit.tidy` (odds ratios), the exposure's
        rows alone; `term`, `level` and `reference` are left out where the exposure has one contrast. Where a level has
        too few people for the model, the estimate is missing.

    Raises
    ------
    UnknownNameError, SpecError
        When a modifier does not exist, is continuous, or is the exposure or the outcome.
    """
    spec = as_spec(model)
    modifiers = [by] if isinstance(by, str) else list(by)
    for modifier in modifiers:
        if not cohort.codebook[modifier].is_categorical or modifier in (spec.outcome, spec.exposure):
            raise SpecError(f"by = {modifier!r}: choose a variable with levels, other than outcome and exposure.")
    frames = [
        _in_level(cohort, spec, modifier, level, conf_level)
        for modifier in modifiers
        for level in cohort.codebook[modifier].level_names
    ]
    frame = stacked(frames)
    if frame.groupby(["effect_modifier", "effect_modifier_level"], sort=False).size().max() == 1:
        frame = frame.drop(columns=["term", "level", "reference"])
    return cohort.labelled(frame, conf_level=conf_level)


def _in_level(cohort: Cohort, spec: LogisticSpec, modifier: str, level: str, conf_level: float) -> pd.DataFrame:
    kept = tuple(name for name in spec.covariates if modifier not in name.split(":"))
    reduced = replace(spec, covariates=kept, name=spec.model)
    where = f"{modifier} == {level!r}"
    try:
        fit = fit_logistic(cohort.restrict(where, f"{modifier} is not {level}"), reduced)
        rows = fit.tidy(exponentiate=True, conf_level=conf_level)
        rows = rows[rows["term"] == spec.exposure]
    except NOT_ESTIMABLE:
        rows = _missing(spec, *_counted(cohort, reduced, where))
    described = {"effect_modifier": modifier, "effect_modifier_level": level}
    return rows.assign(**described)[[*described, *rows.columns]]


def _missing(spec: LogisticSpec, n: int, events: int) -> pd.DataFrame:
    numbers = dict.fromkeys(("estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"), np.nan)
    said = {**asked(spec), "term": spec.exposure, "level": None, "reference": None, "measure": "odds_ratio"}
    return pd.DataFrame([{**said, **numbers, "n": n, "events": events}])


def _counted(cohort: Cohort, spec: LogisticSpec, where: str) -> tuple[int, int]:
    """People of a level without a model, and those with the outcome: without them the other levels, subtracted from
    everybody, would tell what a confidential cohort hides."""
    counts = [0, 0]
    try:
        known = cohort.restrict(where, "other levels").complete_cases(spec.variables)
        counts[0] = known.n
        present = cohort.codebook[spec.outcome].level_names[-1]
        counts[1] = known.restrict(f"{spec.outcome} == {present!r}", "without the outcome").n
    except EmptyDomainError:
        pass
    return counts[0], counts[1]
