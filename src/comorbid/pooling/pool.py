"""Published estimates pooled into one, with the spread between studies said beside it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from comorbid.errors import ComorbidWarning, SpecError, listed, names_given, require_known
from comorbid.pooling.design import design_of
from comorbid.pooling.model import METHODS, TESTS, fit_model
from comorbid.pooling.pooled import PREDICTIONS, PooledEstimates
from comorbid.pooling.studies import Studies, read_studies

MATERIAL = 0.1
"""Asymmetry beyond rounding, in standard errors, from which the reader is told."""
COARSE = 2 / 3
"""Share of a standard error that may be rounding, from which the reader is told."""


def pool_estimates(
    frame: pd.DataFrame,
    *,
    method: str = "reml",
    test: str = "z",
    moderators: str | Sequence[str] = (),
    by: str | None = None,
    measure: str | None = None,
    conf_level: float = 0.95,
    interval_level: float = 0.95,
    prediction: str = "residual",
) -> PooledEstimates:
    """Pool estimates of several studies, or regress them on what the studies differ in.

    The estimates are y_i = x_i' b + u_i + e_i with sampling variances v_i and variance tau2 of the true effects u_i.
    Ratios are pooled as logarithms. b is weighted least squares with weights 1 / (v_i + tau2).

    Parameters
    ----------
    frame : DataFrame
        One row an estimate: `study`, `measure`, `estimate` and `conf_low`, `conf_high` (or `std_error`, of a ratio on
        the log scale); or `study` and the cells `a` (exposed with the outcome), `b` (exposed without), `c` (unexposed
        with), `d` (unexposed without). Where there is an `estimate` it is used, unless the method needs cells. A
        standard error is half the interval over the normal critical value. Other columns can be moderators.
    method : str
        How the spread between studies is estimated. "reml" (restricted likelihood; where a study comes several times
        the multilevel model takes its place, with a warning), "paule-mandel",
        "dersimonian-laird", "ml"; "common" takes one true effect for all; "mantel-haenszel" (odds ratio, risk ratio,
        risk difference) and "peto" (odds ratio) pool cells under one true effect; "multilevel" takes several estimates
        of one study, by a random effect of the study and one of the estimate within it.
    test : {"z", "knapp-hartung", "knapp-hartung-adhoc", "t"}
        Normal tests; or t on k - p degrees of freedom, with the error widened by the spread seen (never narrowed, for
        "knapp-hartung-adhoc"); or, for "multilevel", t on studies minus coefficients.
    moderators : str or sequence of str
        Columns to regress on: numbers as they are, categories against their first level.
    by : str, optional
        Column that says what the studies are of, such as the kind of population. Several values are pooled with a
        warning; `.subgroups()` pools each alone and tests whether they differ.
    measure : str, optional
        Of a frame with several measures, the one to pool; of cells, "odds_ratio" (default), "risk_ratio" or
        "risk_difference".
    conf_level : float
        Level of every interval of the result, prediction interval included.
    interval_level : float
        Level of the intervals in the frame; a column `conf_level` there goes before it.
    prediction : {"residual", "higgins", "as-test"}
        Degrees of freedom of the prediction interval: k - p; k - p - 1, after Higgins, Thompson and Spiegelhalter; or
        those of the test, normal for "z", as metafor has it. They agree for "residual" and "as-test" under Knapp and
        Hartung's test. A multilevel model counts studies in place of k.

    Returns
    -------
    PooledEstimates
        With tidy, glance, heterogeneity, predict, subgroups, intervals, leave_one_out, influence, small_study_tests,
        trim_and_fill; `forest_plot` and `funnel_plot` take it.

    Raises
    ------
    UnknownNameError
        When a method, test, measure or moderator is not known.
    SpecError
        When measures are mixed, a study comes several times under a method that would count the same people several
        times, a value is impossible, or the method cannot do what is asked.

    Warns
    -----
    ComorbidWarning
        When a study comes several times; when rows without an interval, or tables that say nothing about a ratio, are
        left out; when an interval does not lie about its estimate as rounding allows, or is printed too coarsely to
        weigh it; when `by` holds several kinds.

    Notes
    -----
    Estimates of different studies count as independent. Cells: where one is zero, a half is added to the four of that
    table for its own estimate; Mantel-Haenszel and Peto pool unchanged cells; tables where nobody or everybody has the
    outcome are left out of ratios. Pinned to R `metafor` in tests/reference.
    Source: Viechtbauer, J Stat Softw 2010;36(3), doi:10.18637/jss.v036.i03; prediction interval: Higgins, Thompson &
    Spiegelhalter, J R Stat Soc A 2009;172:137-59, doi:10.1111/j.1467-985X.2008.00552.x.
    """
    require_known(method, METHODS, "method")
    require_known(test, TESTS, "test")
    require_known(prediction, PREDICTIONS, "prediction")
    studies = read_studies(frame, method, measure, interval_level)
    method, test = _for_repeats(studies, method, test)
    _warn_of_intervals(studies)
    _warn_of_kinds(studies, by)
    design = design_of(studies.frame, names_given(moderators, "moderators") if moderators else ())
    model = fit_model(studies, design.x, method, test)
    return PooledEstimates(studies, design, model, method, test, conf_level, prediction, by)


def _for_repeats(studies: Studies, method: str, test: str) -> tuple[str, str]:
    """Method and test for studies that may come several times: restricted likelihood has a model for them."""
    counts = pd.Series(studies.names).value_counts(sort=False)
    repeated = listed(f"{name} ({count})" for name, count in counts[counts > 1].items())
    if not repeated or method == "multilevel":
        return method, test
    if method != "reml":
        raise SpecError(
            f"several estimates of one study would count the same people more than once: {repeated}.\n"
            "  Keep one estimate a study, or take method='multilevel'."
        )
    message = (
        f"studies with several estimates: {repeated}. The multilevel model is taken, by the same likelihood, with "
        f"{'t tests' if test != 'z' else 'normal tests'}; keep one estimate a study to pool without it."
    )
    warnings.warn(message, ComorbidWarning, stacklevel=3)
    return "multilevel", "t" if test != "z" else "z"


def _warn_of_intervals(studies: Studies) -> None:
    found, labels = studies.intervals, np.array(studies.labels)
    if found is None:
        return
    scale = "on the log scale " if studies.is_ratio else ""
    asymmetric = f"interval not symmetric {scale}about its estimate, beyond rounding; its width alone is used"
    blurred = "interval printed so coarsely that rounding may decide its weight"
    for wrong, what in ((found.beyond > MATERIAL, asymmetric), (found.uncertainty > COARSE, blurred)):
        if wrong.any():
            warnings.warn(f"{what}: {listed(labels[wrong])}. See `.intervals()`.", ComorbidWarning, stacklevel=3)


def _warn_of_kinds(studies: Studies, by: str | None) -> None:
    if by is None:
        return
    kinds = studies.frame[require_known(by, map(str, studies.frame.columns), "column", "the frame")].value_counts()
    if len(kinds) > 1:
        said = listed(f"{name} ({count})" for name, count in kinds.items())
        message = f"`{by}` holds {len(kinds)} kinds, pooled into one: {said}. `.subgroups()` keeps them apart."
        warnings.warn(message, ComorbidWarning, stacklevel=3)
