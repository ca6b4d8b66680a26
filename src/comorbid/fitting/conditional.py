"""Conditional logistic regression of matched sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from comorbid._numerics.conditional import MatchedSets, fit_matched_sets, matched_sets
from comorbid._numerics.estimable import dependent_columns
from comorbid._numerics.newton import unbounded_direction
from comorbid._numerics.rescaling import rescaling_of
from comorbid.cells import Cells, collapse_cohort
from comorbid.cohort import Cohort
from comorbid.errors import CollinearityError, DesignError, EmptyDomainError, SeparationError, SpecError
from comorbid.fitting.conditional_fit import ConditionalFit
from comorbid.fitting.matrix import Column, design_matrix, getter, model_columns
from comorbid.fitting.prepare import check_outcome, check_variables, described, missing_by_variable
from comorbid.spec import LogisticSpec, as_spec


def fit_conditional(cohort: Cohort, model: LogisticSpec | str, *, matched_sets: str) -> ConditionalFit:
    """Conditional logistic regression of individually matched people, with the exact likelihood.

    Of a set with m people who have the outcome, L(b) = exp(sum over them of x b) / sum over all choices of m of its
    members of exp(sum over the chosen of x b). The product over sets is maximised; the covariance is the inverse of the
    observed information. Sets have any size and any number of people with the outcome (1:1, 1:M, n:m).

    Parameters
    ----------
    cohort : Cohort
        Without a survey design: the likelihood counts people.
    model : LogisticSpec or str
        As in `fit_logistic`. The model has no intercept, and no coefficient of what is the same throughout each set.
    matched_sets : str
        Variable that names the set of each person; with levels or numbers, which are labels only.

    Returns
    -------
    ConditionalFit
        Sets in which all or none have the outcome hold no information; `glance()` counts them.

    Raises
    ------
    UnknownNameError, SpecError
        When a variable does not exist or cannot be used so.
    DesignError
        When the cohort has weights, strata, PSUs or replicates.
    EmptyDomainError
        When nobody has a value in every variable, or no set holds people with the outcome and people without it.
    CollinearityError
        When terms carry the same information, or do not vary within any informative set; the message names them.
    SeparationError
        When a coefficient is not finite; the message names its term.

    Notes
    -----
    People with missing values are left out, and counted by variable; their set stays with the others.
    Breslow & Day, Statistical methods in cancer research I, 1980, chapter 7; Gail, Lubin & Rubinstein, Biometrika
    1981;68:703-7, doi:10.1093/biomet/68.3.703. Pinned to R `survival::clogit(method = "exact")`.
    """
    spec = as_spec(model)
    _check(cohort, spec, matched_sets)
    everyone = collapse_cohort(cohort, [matched_sets, *spec.predictors, spec.outcome])
    names = (matched_sets, *spec.variables)
    cells = everyone.select(everyone.known(names))
    check_outcome(cells, spec, everyone)
    columns = model_columns(spec, cells)[1:]
    people = _people(cells, columns, spec, matched_sets)
    sets = people.informative(spec, matched_sets)
    _require_information(sets, columns, spec)
    coefficients, covariance, log_likelihood = _solve(sets)
    return ConditionalFit(
        spec=spec,
        matched_sets=matched_sets,
        columns=columns,
        coefficients=coefficients,
        covariance=covariance,
        log_likelihood=log_likelihood,
        n=cells.n,
        events=int(people.event.sum()),
        n_sets=len(np.unique(people.label)),
        n_informative_sets=sum(len(group.rows) for group in sets),
        cohort=cohort,
        missing=missing_by_variable(everyone, names),
        n_excluded=everyone.n - cells.n,
    )


@dataclass(frozen=True, slots=True)
class _People:
    """One row a person: rows, shape (n, k); event and label of the set, shape (n,); offset, shape (n,)."""

    rows: np.ndarray
    event: np.ndarray
    label: np.ndarray
    offset: np.ndarray

    def informative(self, spec: LogisticSpec, name: str) -> list[MatchedSets]:
        sets = matched_sets(self.rows, self.event, self.label, self.offset)
        if not sets:
            raise EmptyDomainError(
                f"none of the {len(np.unique(self.label)):,} sets of `{name}` holds people with and people without "
                f"`{spec.outcome}`: matched sets compare the two. Name the variable that numbers the sets."
            )
        return sets


def _people(cells: Cells, columns: Sequence[Column], spec: LogisticSpec, name: str) -> _People:
    """Patterns written out person by person."""
    read, table = getter(cells), cells.table
    rows = design_matrix(columns, read, table.n_patterns)
    offset = read(spec.offset) if spec.offset else np.zeros(table.n_patterns)
    each = np.repeat(np.arange(table.n_patterns), table.count)
    return _People(rows[each], cells.present(spec.outcome)[each] == 1, cells.codes(name)[each], offset[each])


def _solve(sets: Sequence[MatchedSets]) -> tuple[np.ndarray, np.ndarray, float]:
    """Coefficients, their covariance and the log likelihood, computed on columns of spread 1 within sets."""
    within = _within(sets)
    rescaling = rescaling_of(within, np.ones(len(within)))
    scaled = [MatchedSets(rescaling.rows(group.rows), group.offset, group.n_events) for group in sets]
    coefficients, pieces = fit_matched_sets(scaled)
    return (
        rescaling.coefficients(coefficients),
        rescaling.covariance(np.linalg.inv(pieces.information)),
        pieces.value,
    )


def _within(sets: Sequence[MatchedSets]) -> np.ndarray:
    """Rows of the people of informative sets, relative to the first of their set; shape (n, k)."""
    return np.concatenate([group.rows.reshape(-1, group.rows.shape[2]) for group in sets])


def _check(cohort: Cohort, spec: LogisticSpec, name: str) -> None:
    check_variables(cohort, spec)
    cohort.codebook[name]
    if name in spec.variables:
        raise SpecError(f"`{name}` names the matched sets and stands in the model {spec.formula}; leave it out there.")
    if cohort.clusters.sampling != "none":
        raise DesignError(
            "the conditional likelihood of matched sets counts people; weights, strata, PSUs and replicates have no "
            "part in it. Load the cohort without a design, or take fit_logistic with the matching variables as terms."
        )


def _require_information(sets: Sequence[MatchedSets], columns: Sequence[Column], spec: LogisticSpec) -> None:
    """Raise when the likelihood has no single finite maximum."""
    within = _within(sets)
    dependent = dependent_columns(within, np.ones(len(within)))
    if dependent:
        names = [" + ".join(described(columns[j]) for j in group) for group in dependent]
        raise CollinearityError(
            f"these terms do not vary within any set that has people with and without `{spec.outcome}`, or carry the "
            f"same information there: {'; '.join(names)}. Nothing was fitted. Leave one of each out."
        )
    rescaling = rescaling_of(within, np.ones(len(within)))
    direction = unbounded_direction(np.concatenate([rescaling.rows(group.opposed()) for group in sets]))
    if direction is not None:
        moving = sorted({f"`{c.term}`" for c, size in zip(columns, direction, strict=True) if abs(size) > 1e-6})
        raise SeparationError(
            f"`{spec.outcome}` is told apart perfectly within the sets by {' + '.join(moving)}; "
            "an odds ratio is not finite. Nothing was fitted. Merge levels in the codebook, or leave the term out."
        )
