"""Fit a logistic model to a cohort."""

from __future__ import annotations

import numpy as np

from comorbid._numerics.firth import FirthResult, fit_firth_patterns
from comorbid._numerics.linearise import covariance
from comorbid._numerics.logistic import LogisticResult, fit_logistic_patterns
from comorbid._numerics.replicates import replicate_covariance
from comorbid.cells import Cells
from comorbid.cohort import Cohort
from comorbid.disclosure import CONFIDENTIAL
from comorbid.errors import SpecError
from comorbid.fitting.fit import LogisticFit
from comorbid.fitting.prepare import Prepared, degrees, prepare, scale_to_mean_one
from comorbid.fitting.replicates import replicate_coefficients
from comorbid.fitting.separation import require_overlap
from comorbid.spec import LogisticSpec, as_spec

METHODS = ("ml", "firth")


def fit_logistic(
    cohort: Cohort, model: LogisticSpec | str, *, method: str = "ml", df: str | float = "design"
) -> LogisticFit:
    """Logistic regression with the survey's design respected.

    Solves sum_i w_i x_i (y_i - m_i) = 0, m_i = 1 / (1 + exp(-x_i'b)), over the people of the domain with a value in
    every variable of the model. The influence of a person on b is A^-1 x_i (y_i - m_i), A = sum w m (1 - m) x x';
    its sums by PSU give the covariance. On a cohort with replicate weights, given or made, the model is fitted anew in
    each replicate instead: V = scale * sum_r rscales_r (b_r - centre)(b_r - centre)'. Without a design the covariance
    is A^-1, as in an ordinary logistic model.

    Parameters
    ----------
    cohort : Cohort
    model : LogisticSpec or str
        A formula such as "migraine ~ low_back_pain + age_band + sex" names the exposure first. Categorical variables
        enter as indicators against their first level, continuous ones as they are.
    method : {"ml", "firth"}
        Maximum likelihood, or Firth's penalised likelihood for rare cells and separation: it maximises
        l(b) + log det A(b) / 2, whose score adds h_i (1/2 - m_i) x_i, h_i = w_i m_i (1 - m_i) x_i' A^-1 x_i, for each
        person. Weights are scaled to mean 1 over the people of the model, since the penalty does not grow with them.
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
        When a level predicts the outcome perfectly, by maximum likelihood alone; the message names it.
    DesignError
        When a stratum holds one PSU and the design does not say what to do.
    ConvergenceError
        When the model has no finite fit in a replicate; the message counts them.

    Notes
    -----
    People with missing values are left out as a domain, and counted by variable in `glance()`.
    Binder, Int Stat Rev 1983;51:279-92, doi:10.2307/1402588. Pinned to R `survey::svyglm`,
    on replicate designs too.

    Without weights, `SurveyDesign(psu=...)` gives cluster-robust errors: those of R `sandwich::vcovCL` of type HC0 with
    its factor G / (G - 1) for G clusters. A column of ones as weights gives robust errors, HC0 with n / (n - 1).

    Firth: Biometrika 1993;80:27-38, doi:10.1093/biomet/80.1.27. Without a design the covariance is A^-1 (Heinze &
    Schemper, Stat Med 2002;21:2409-19, doi:10.1002/sim.1047; brglm2 "AS_mean"), and profile intervals are the better
    ones. With a design the influence of a person is the derivative of the estimate in that person's weight, through the
    penalty too: H^-1 (x_i (y_i - m_i + h_i (1/2 - m_i)) - v_i T(., z_i, z_i)), v = m (1 - m), z = A^-1 x,
    T = sum w v (1/2 - m) x x x, and H minus the second derivative of the penalised likelihood. Replicates keep the
    scale of the whole sample's weights. The jackknife lies no further from it than it does by maximum likelihood.
    """
    if method not in METHODS:
        raise SpecError(f"method = {method!r} is not a choice. Accepted: {', '.join(METHODS)}.")
    spec = as_spec(model)
    people = prepare(cohort, spec)
    cells = people.cells
    result = _firth(people, spec) if method == "firth" else _maximum_likelihood(people, spec, cohort.release)
    fitted = result.fitted[people.group]
    influence = coefficient_influence(result, people.rows, cells.present(spec.outcome), fitted, cells)
    replicates = replicate_coefficients(people, spec, result.coefficients, method)
    return LogisticFit(
        spec=spec,
        columns=people.columns,
        coefficients=result.coefficients,
        covariance=_covariance(result, influence, replicates, cells),
        influence=influence,
        replicates=replicates,
        cells=cells,
        result=result,
        group=people.group,
        first=people.first,
        cohort=cohort,
        missing=people.missing,
        n_excluded=people.n_excluded,
        df=degrees(df, cells, len(people.columns)),
        method=method,
    )


def _covariance(
    result: LogisticResult, influence: np.ndarray, replicates: np.ndarray | None, cells: Cells
) -> np.ndarray:
    if cells.clusters.sampling == "none":
        return result.bread
    if replicates is not None and cells.clusters.replication is not None:
        return replicate_covariance(replicates, result.coefficients, cells.clusters.replication)
    return covariance(influence, cells.table, cells.clusters)


def _maximum_likelihood(people: Prepared, spec: LogisticSpec, release: str) -> LogisticResult:
    design, total = people.design, people.total()
    events = people.total(people.cells.present(spec.outcome))
    require_overlap(design, events, total, people.columns, people.cells, spec, named=release != CONFIDENTIAL)
    return fit_logistic_patterns(design, events, total, people.offset(spec))


def _firth(people: Prepared, spec: LogisticSpec) -> FirthResult:
    cells = people.cells
    scale = scale_to_mean_one(cells)
    events = people.total(cells.present(spec.outcome))
    return fit_firth_patterns(people.design, events * scale, people.total() * scale, people.offset(spec))


def coefficient_influence(
    result: LogisticResult, rows: np.ndarray, event: np.ndarray, fitted: np.ndarray, cells: Cells
) -> np.ndarray:
    """Influence on the coefficients of people with some rows, outcomes and probabilities, per unit of weight, (P, k).

    `cells` are those of the model, whose weights a Firth fit scaled.
    """
    influence = result.influence(rows, event, fitted)
    return influence * scale_to_mean_one(cells) if isinstance(result, FirthResult) else influence


__all__ = ["METHODS", "LogisticResult", "coefficient_influence", "fit_logistic"]
