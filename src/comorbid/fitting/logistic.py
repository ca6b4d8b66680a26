"""Fit a logistic model to a cohort."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from comorbid._numerics.linearise import covariance
from comorbid._numerics.logistic import LogisticResult, dependent_columns, fit_logistic_patterns
from comorbid.cells import Cells, collapse_cohort
from comorbid.cohort import Cohort
from comorbid.errors import CollinearityError, EmptyDomainError, SpecError, few
from comorbid.fitting.fit import LogisticFit
from comorbid.fitting.matrix import Column, design_matrix, getter, model_columns
from comorbid.fitting.separation import require_overlap
from comorbid.spec import LogisticSpec, as_spec

DEGREES = ("design", "residual")


def fit_logistic(cohort: Cohort, model: LogisticSpec | str, *, df: str | float = "design") -> LogisticFit:
    """Logistic regression with the survey's design respected.

    Solves sum_i w_i x_i (y_i - m_i) = 0, m_i = 1 / (1 + exp(-x_i'b)), over the people of the domain with a value in
    every variable of the model. The influence of a person on b is A^-1 x_i (y_i - m_i), A = sum w m (1 - m) x x';
    its sums by PSU give the covariance. Without a design the covariance is A^-1, as in an ordinary logistic model.

    Parameters
    ----------
    cohort : Cohort
    model : LogisticSpec or str
        A formula such as "migraine ~ low_back_pain + age_band + sex" names the exposure first. Categorical variables
        enter as indicators against their first level, continuous ones as they are.
    df : {"design", "residual"} or float
        Degrees of freedom of t: sampled PSUs minus strata in the domain (Stata, SUDAAN), that minus predictors (R
        `svyglm`), or a number.

    Returns
    -------
    LogisticFit

    Raises
    ------
    UnknownNameError, SpecError
        When a variable does not exist or cannot be used so.
    EmptyDomainError
        When nobody has a value in every variable.
    CollinearityError
        When terms carry the same information; the message names them.
    SeparationError
        When a level predicts the outcome perfectly; the message names it.

    Notes
    -----
    People with missing values are left out as a domain, and counted by variable in `glance()`.
    Binder, Int Stat Rev 1983;51:279-92, doi:10.2307/1402588. Pinned to R `survey::svyglm`.
    """
    spec = as_spec(model)
    _check_variables(cohort, spec)
    predictors = [name for name in spec.variables if name != spec.outcome]
    everyone = collapse_cohort(cohort, [*predictors, spec.outcome])
    cells = everyone.select(everyone.known(spec.variables))
    _check_outcome(cells, spec, everyone)
    columns = model_columns(spec, cells)
    fit = _fitted(cells, spec, columns)
    missing = {name: int(everyone.table.count[everyone.codes(name) < 0].sum()) for name in spec.variables}
    n_excluded = everyone.n - cells.n
    return replace(fit, cohort=cohort, missing=missing, n_excluded=n_excluded, df=_degrees(df, fit))


def _check_variables(cohort: Cohort, spec: LogisticSpec) -> None:
    for name in spec.variables:
        cohort.codebook[name]
    outcome = cohort.codebook[spec.outcome]
    if len(outcome.levels) != 2:
        what = f"levels {', '.join(outcome.level_names)}" if outcome.is_categorical else "continuous values"
        raise SpecError(f"outcome `{spec.outcome}` has {what}; a logistic model needs two levels, no and yes.")
    if spec.offset and cohort.codebook[spec.offset].is_categorical:
        raise SpecError(f"offset `{spec.offset}` has levels; an offset is continuous, on the log-odds scale.")


def _check_outcome(cells: Cells, spec: LogisticSpec, everyone: Cells) -> None:
    if not cells.n:
        gone = {name: few(int(everyone.table.count[everyone.codes(name) < 0].sum())) for name in spec.variables}
        counts = ", ".join(f"{name} {count}" for name, count in gone.items() if count != "0")
        raise EmptyDomainError(f"nobody of {everyone.n:,} people has a value in every variable; missing: {counts}.")
    levels = np.unique(cells.codes(spec.outcome))
    if len(levels) == 1:
        name = cells.variable(spec.outcome).level_names[levels[0]]
        raise SpecError(f"outcome `{spec.outcome}` is {name!r} for all {cells.n:,} people of the model.")


def _fitted(cells: Cells, spec: LogisticSpec, columns: tuple[Column, ...]) -> LogisticFit:
    group, first = _covariate_patterns(cells)
    read = getter(cells)
    rows = design_matrix(columns, read, cells.table.n_patterns)
    weight, outcome = cells.table.weight, cells.present(spec.outcome)
    total = np.bincount(group, weights=weight)
    events = np.bincount(group, weights=weight * outcome)
    design = rows[first]
    _require_rank(design, total, columns, cells)
    require_overlap(design, events, total, columns, cells, spec)
    offset = read(spec.offset)[first] if spec.offset else None
    result = fit_logistic_patterns(design, events, total, offset)
    influence = (rows @ result.bread) * (outcome - result.fitted[group])[:, None]
    none = cells.clusters.sampling == "none"
    spread = result.bread if none else covariance(influence, cells.table, cells.clusters)
    return LogisticFit(spec, columns, result.coefficients, spread, influence, cells, result, group, first)


def _covariate_patterns(cells: Cells) -> tuple[np.ndarray, np.ndarray]:
    """Covariate pattern of each pattern, and the first row of each: the outcome is coded last, so these are runs."""
    codes = cells.table.codes[:, :-1]
    new = np.r_[True, (codes[1:] != codes[:-1]).any(axis=1)]
    return np.cumsum(new) - 1, np.flatnonzero(new)


def _require_rank(design: np.ndarray, total: np.ndarray, columns: tuple[Column, ...], cells: Cells) -> None:
    if len(design) < design.shape[1] or (dependent := dependent_columns(design, total)):
        if len(design) < design.shape[1]:
            raise CollinearityError(
                f"the model has {design.shape[1]} coefficients and {cells.n:,} people of {len(design)} covariate "
                "patterns: too few. Leave out terms or merge levels."
            )
        names = [" + ".join(_described(columns[j]) for j in group) for group in dependent]
        raise CollinearityError(
            f"these terms carry the same information: {'; '.join(names)}. Nothing was fitted. Leave one of them out."
        )


def _described(column: Column) -> str:
    return f"`{column.term}`" + (f" = {column.level}" if column.level else "")


def _degrees(df: str | float, fit: LogisticFit) -> float:
    if isinstance(df, str):
        if df not in DEGREES:
            raise SpecError(f"df = {df!r} is not a choice. Accepted: design, residual, or a number.")
        design = fit.cells.degrees_of_freedom
        return design if df == "design" else design - (len(fit.columns) - 1)
    return float(df)


__all__ = ["LogisticResult", "fit_logistic"]
