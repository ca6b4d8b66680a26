"""Models of an outcome with several levels: multinomial, and ordinal with proportional odds."""

from __future__ import annotations

import itertools
from typing import Literal

import numpy as np

from comorbid._numerics.linearise import covariance
from comorbid._numerics.multinomial import (
    fit_multinomial_patterns,
    multinomial_bounds,
    multinomial_scores,
    multinomial_shares,
)
from comorbid._numerics.newton import Pieces, unbounded_direction
from comorbid._numerics.ordinal import fit_ordinal_patterns, ordinal_bounds, ordinal_scores
from comorbid._numerics.replicates import replicate_covariance, replicate_weights
from comorbid.cells import Cells
from comorbid.cohort import Cohort
from comorbid.errors import ConvergenceError, SeparationError, SpecError
from comorbid.fitting.categorical_fit import CategoricalFit
from comorbid.fitting.categorical_model import Coefficient
from comorbid.fitting.matrix import Column, getter
from comorbid.fitting.prepare import Prepared, degrees, prepare
from comorbid.fitting.replicates import require_all_replicates
from comorbid.spec import LogisticSpec, as_spec

Kind = Literal["multinomial", "ordinal"]


def fit_multinomial(cohort: Cohort, model: LogisticSpec | str, *, df: str | float = "design") -> CategoricalFit:
    """Multinomial logistic regression with the survey's design respected.

    log P(y = j | x) / P(y = first level | x) = x b_j for each other level j. Solves
    sum_i w_i x_i (1[y_i = j] - p_ij) = 0; the influence of a person is A^-1 times that score, A the weighted
    information, and its sums by PSU give the covariance. With replicate weights the model is fitted anew in each
    replicate. Without a design the covariance is A^-1.

    Parameters
    ----------
    cohort : Cohort
    model : LogisticSpec or str
        As in `fit_logistic`, with an outcome of two levels or more; levels nobody has are left out.
    df : {"design", "residual"} or float
        Degrees of freedom of t: sampled PSUs minus strata, that minus the predictors of one equation, or a number.

    Returns
    -------
    CategoricalFit

    Raises
    ------
    UnknownNameError, SpecError, EmptyDomainError, CollinearityError, DesignError
        As `fit_logistic` says; an offset cannot be used.
    SeparationError
        When a coefficient is not finite.

    Notes
    -----
    With two levels it is `fit_logistic`. Pinned to R `VGAM::vglm`, and with a design to a sandwich written out in R.
    Binder, Int Stat Rev 1983;51:279-92, doi:10.2307/1402588.
    """
    return _fitted(cohort, as_spec(model), "multinomial", df)


def fit_ordinal(cohort: Cohort, model: LogisticSpec | str, *, df: str | float = "design") -> CategoricalFit:
    """Ordinal logistic regression (proportional odds) with the survey's design respected.

    P(y <= j | x) = 1 / (1 + exp(-(c_j - x b))): exp(b) is the odds ratio of a higher level, the same at every cut. The
    influence of a person is A^-1 times the gradient of log P(y_i | x_i), A the observed information; its sums by PSU
    give the covariance. With replicate weights the model is fitted anew in each replicate. Without a design the
    covariance is A^-1.

    Parameters
    ----------
    cohort : Cohort
    model : LogisticSpec or str
        As in `fit_logistic`; the codebook's order of the outcome's levels is their rank.
    df : {"design", "residual"} or float

    Returns
    -------
    CategoricalFit
        Its frame ends with the thresholds c, whose `outcome_level` is "lower|higher".

    Raises
    ------
    UnknownNameError, SpecError, EmptyDomainError, CollinearityError, DesignError
        As `fit_logistic` says.
    SeparationError
        When a coefficient is not finite.

    Notes
    -----
    Assumes that odds ratios are the same at every cut. Observed information, as R `MASS::polr`; `VGAM` takes the
    expected one, up to 1% apart. R `polr` and `survey::svyolr` stop their search at some 1e-4 of a coefficient; with a
    design this is pinned to Newton's method written out in R. McCullagh, J R Stat Soc B 1980;42:109-42,
    doi:10.1111/j.2517-6161.1980.tb01109.x.
    """
    return _fitted(cohort, as_spec(model), "ordinal", df)


def _fitted(cohort: Cohort, spec: LogisticSpec, kind: Kind, df: str | float) -> CategoricalFit:
    if kind == "multinomial" and spec.offset:
        raise SpecError("a multinomial model has no single scale to hold an offset; leave offset() out.")
    people = prepare(cohort, spec, binary=False)
    cells = people.cells
    used, level = np.unique(cells.codes(spec.outcome), return_inverse=True)
    names = [cells.variable(spec.outcome).level_names[code] for code in used]
    counts = _counts(people, level, cells.table.weight)
    if (direction := _direction(kind, people.design, counts)) is not None:
        raise _separated(kind, people, direction, len(used), spec)
    coefficients, pieces = _solve(kind, people.design, counts, people.offset(spec))
    bread = np.linalg.inv(pieces.information)
    bread = (bread + bread.T) / 2
    influence = _scores(kind, people, coefficients, level, spec) @ bread
    replicates = _replicates(kind, people, level, counts, coefficients, people.offset(spec))
    return CategoricalFit(
        kind=kind,
        spec=spec,
        terms=_coefficients(kind, people.columns, names),
        columns=people.columns,
        coefficients=coefficients,
        covariance=_covariance(bread, influence, coefficients, replicates, cells),
        influence=influence,
        replicates=replicates,
        cells=cells,
        levels=tuple(names),
        log_likelihood=pieces.value,
        cohort=cohort,
        missing=people.missing,
        n_excluded=people.n_excluded,
        df=degrees(df, cells, len(people.columns)),
    )


def _counts(people: Prepared, level: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Weight of people with each outcome level in each covariate pattern, shape (G, K)."""
    n_levels = int(level.max()) + 1
    size = len(people.first) * n_levels
    return np.bincount(people.group * n_levels + level, weights=weight, minlength=size).reshape(-1, n_levels)


def _covariance(
    bread: np.ndarray, influence: np.ndarray, coefficients: np.ndarray, replicates: np.ndarray | None, cells: Cells
) -> np.ndarray:
    if cells.clusters.sampling == "none":
        return bread
    if replicates is not None and cells.clusters.replication is not None:
        return replicate_covariance(replicates, coefficients, cells.clusters.replication)
    return covariance(influence, cells.table, cells.clusters)


def _replicates(
    kind: Kind,
    people: Prepared,
    level: np.ndarray,
    counts: np.ndarray,
    coefficients: np.ndarray,
    offset: np.ndarray | None,
) -> np.ndarray | None:
    """Coefficients fitted anew with each replicate's weights, shape (R, k); None without replicates."""
    replication = people.cells.clusters.replication
    if replication is None:
        return None
    weights = replicate_weights(people.cells.table, people.cells.clusters)
    found = np.tile(coefficients, (len(replication.rscales), 1))
    for r in np.flatnonzero(replication.rscales > 0):
        found[r] = _refitted(kind, people.design, _counts(people, level, weights[:, r]), counts, offset)
    require_all_replicates(found[replication.rscales > 0])
    return found


def _refitted(
    kind: Kind, design: np.ndarray, counts: np.ndarray, whole: np.ndarray, offset: np.ndarray | None
) -> np.ndarray | float:
    """Coefficients from a replicate's counts; NaN without a finite fit, which only cells emptied by it can cause."""
    if not counts.sum(axis=0).all():
        return np.nan
    if ((counts > 0) != (whole > 0)).any() and _direction(kind, design, counts) is not None:
        return np.nan
    try:
        return _solve(kind, design, counts, offset)[0]
    except (ConvergenceError, np.linalg.LinAlgError):
        return np.nan


def _solve(kind: Kind, design: np.ndarray, counts: np.ndarray, offset: np.ndarray | None) -> tuple[np.ndarray, Pieces]:
    if kind == "multinomial":
        return fit_multinomial_patterns(design, counts)
    return fit_ordinal_patterns(design[:, 1:], counts, offset)


def _scores(kind: Kind, people: Prepared, b: np.ndarray, level: np.ndarray, spec: LogisticSpec) -> np.ndarray:
    if kind == "multinomial":
        return multinomial_scores(people.rows, multinomial_shares(people.rows, b), level)
    offset = getter(people.cells)(spec.offset) if spec.offset else 0.0
    n_levels = len(b) - (people.rows.shape[1] - 1) + 1
    return ordinal_scores(people.rows[:, 1:], b, level, n_levels, offset)


def _direction(kind: Kind, design: np.ndarray, counts: np.ndarray) -> np.ndarray | None:
    """A change of coefficients along which the likelihood rises for ever, or None when its maximum is finite."""
    everywhere = design[(counts > 0).all(axis=1)]
    if len(everywhere) and np.linalg.matrix_rank(everywhere) == design.shape[1]:
        return None
    if kind == "multinomial":
        return unbounded_direction(multinomial_bounds(design, counts))
    return unbounded_direction(ordinal_bounds(design[:, 1:], counts))


def _separated(
    kind: Kind, people: Prepared, direction: np.ndarray, n_levels: int, spec: LogisticSpec
) -> SeparationError:
    names = _coefficients(kind, people.columns, [str(j) for j in range(n_levels)])
    moving = {name.column.term for name, size in zip(names, direction, strict=True) if abs(size) > 1e-6}
    named = " + ".join(f"`{term}`" for term in sorted(moving))
    return SeparationError(
        f"`{spec.outcome}` is told apart perfectly by {named}; an odds ratio is not finite. Nothing was fitted. "
        "Merge levels in the codebook, or leave the term out."
    )


def _coefficients(kind: Kind, columns: tuple[Column, ...], levels: list[str]) -> tuple[Coefficient, ...]:
    if kind == "multinomial":
        return tuple(Coefficient(column, level, levels[0]) for level in levels[1:] for column in columns)
    cuts = [f"{low}|{high}" for low, high in itertools.pairwise(levels)]
    threshold = Column("threshold", None, None, ())
    return (
        *(Coefficient(column, None, None) for column in columns[1:]),
        *(Coefficient(threshold, c, None) for c in cuts),
    )
