"""Several logistic models with the covariance between them, so that coefficients of different outcomes compare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from comorbid._numerics.linearise import covariance
from comorbid._numerics.replicates import replicate_covariance
from comorbid.cells import Cells, collapse_cohort
from comorbid.cohort import Cohort
from comorbid.errors import SpecError
from comorbid.fitting.fit import LogisticFit
from comorbid.fitting.joint_fit import JointFit
from comorbid.fitting.logistic import coefficient_influence, fit_logistic
from comorbid.fitting.matrix import design_matrix, getter
from comorbid.spec import LogisticSpec, as_spec

PEOPLE = ("common", "each")


def fit_joint(
    cohort: Cohort,
    models: Sequence[LogisticSpec | str],
    *,
    people: str = "common",
    method: str = "ml",
    df: float | None = None,
) -> JointFit:
    """Fit several logistic models and the covariance of all their coefficients.

    Each model is fitted by itself. Influence values of all coefficients are laid side by side, zero for people a model
    does not use, and their sums by PSU give one covariance, the blocks between models included. With replicate weights
    the covariance is that of the coefficients fitted anew in each replicate.

    Parameters
    ----------
    cohort : Cohort
    models : sequence of LogisticSpec or str
        Two or more: several outcomes, or a crude model and an adjusted one.
    people : {"common", "each"}
        Fit all models on the people with a value in every variable of all of them, or each on its own.
    method : {"ml", "firth"}
    df : float, optional
        Degrees of freedom of t; those of the design without it.

    Returns
    -------
    JointFit

    Raises
    ------
    SpecError
        When fewer than two models are given, or an argument is not one of its choices.
    UnknownNameError, EmptyDomainError, CollinearityError, SeparationError, DesignError
        As `fit_logistic` says.

    Notes
    -----
    Without a design the covariance is the robust one throughout, since models of the same people share no likelihood:
    HC0 with the factor n / (n - 1), as `fit_logistic` has it for robust errors; the errors of `tidy` stay those of the
    models. Weesie, Stata Tech Bull 1999;52:34-47 (seemingly unrelated
    estimation); Binder, Int Stat Rev 1983;51:279-92, doi:10.2307/1402588. Pinned to influence values stacked in R.
    """
    specs = [as_spec(model) for model in models]
    if len(specs) < 2 or people not in PEOPLE:
        raise SpecError(f"a joint fit needs two models or more (here {len(specs)}) and people = common or each.")
    variables = list(dict.fromkeys(name for spec in specs for name in spec.variables))
    if people == "common":
        cohort = cohort.complete_cases(variables)
    fits = tuple(fit_logistic(cohort, spec, method=method) for spec in specs)
    cells = collapse_cohort(cohort, variables)
    used = np.logical_or.reduce([cells.known(spec.variables) for spec in specs])
    cells = cells.select(used)
    return JointFit(
        fits,
        _names(fits),
        np.concatenate([fit.coefficients for fit in fits]),
        _joint_covariance(fits, cells),
        cells.degrees_of_freedom if df is None else float(df),
    )


def _joint_covariance(fits: Sequence[LogisticFit], cells: Cells) -> np.ndarray:
    """From the coefficients in each replicate where there are replicates, from stacked influence values otherwise."""
    replication = cells.clusters.replication
    if replication is None:
        influence = np.concatenate([influence_on(fit, cells) for fit in fits], axis=1)
        found = covariance(influence, cells.table, cells.clusters)
        return found * cells.n / (cells.n - 1) if cells.clusters.sampling == "none" else found
    replicates = np.concatenate([fit.replicates for fit in fits if fit.replicates is not None], axis=1)
    return replicate_covariance(replicates, np.concatenate([fit.coefficients for fit in fits]), replication)


def influence_on(fit: LogisticFit, cells: Cells) -> np.ndarray:
    """Influence on a fit's coefficients of a person with each pattern of other cells, shape (P, k); zero if unused."""
    known = cells.known(fit.spec.variables)
    inside, read = cells.select(known), getter(cells.select(known))
    rows = design_matrix(fit.columns, read, inside.table.n_patterns)
    linear = rows @ fit.coefficients + (read(fit.spec.offset) if fit.spec.offset else 0.0)
    fitted = 1 / (1 + np.exp(-linear))
    influence = np.zeros((cells.table.n_patterns, rows.shape[1]))
    influence[known] = coefficient_influence(fit.result, rows, inside.present(fit.spec.outcome), fitted, fit.cells)
    return influence


def _names(fits: Sequence[LogisticFit]) -> tuple[str, ...]:
    outcomes = Counter(fit.spec.outcome for fit in fits)
    models = Counter((fit.spec.outcome, fit.spec.model) for fit in fits)
    names = []
    for number, fit in enumerate(fits, 1):
        name = fit.spec.outcome
        if outcomes[name] > 1:
            name += f" ({fit.spec.model})" if models[name, fit.spec.model] == 1 else f" ({number})"
        names += [":".join([name, c.term, *([c.level] if c.level else [])]) for c in fit.columns]
    return tuple(names)
