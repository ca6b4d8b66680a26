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
from comorbid.cohort import Cohort
from comorbid.errors import SeparationError, SpecError
from comorbid.fitting.categorical_fit import CategoricalFit, Coefficient
from comorbid.fitting.matrix import Column, getter
from comorbid.fitting.prepare import Prepared, degrees, prepare
from comorbid.spec import LogisticSpec, as_spec

Kind = Literal["multinomial", "ordinal"]


def fit_multinomial(cohort: Cohort, model: LogisticSpec | str, *, df: str | float = "design") -> CategoricalFit:
    """Multinomial logistic regression with the survey's design respected.

    log P(y = j | x) / P(y = first level | x) = x b_j for each other level j. Solves
    sum_i w_i x_i (1[y_i = j] - p_ij) = 0; the influence of a person is A^-1 times that score, A the weighted
    information, and its sums by PSU give the covariance. Without a design the covariance is A^-1.

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
    give the covariance. Without a design the covariance is A^-1.

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
    codes = cells.codes(spec.outcome)
    used, level = np.unique(codes, return_inverse=True)
    names = [cells.variable(spec.outcome).level_names[code] for code in used]
    counts = np.column_stack([people.total(level == j) for j in range(len(used))])
    _require_finite(kind, people, counts, spec)
    coefficients, pieces = _solve(kind, people, counts, spec)
    bread = np.linalg.inv(pieces.information)
    bread = (bread + bread.T) / 2
    influence = _scores(kind, people, coefficients, level, spec) @ bread
    none = cells.clusters.sampling == "none"
    return CategoricalFit(
        kind=kind,
        spec=spec,
        terms=_coefficients(kind, people.columns, names),
        coefficients=coefficients,
        covariance=bread if none else covariance(influence, cells.table, cells.clusters),
        influence=influence,
        cells=cells,
        levels=tuple(names),
        log_likelihood=pieces.value,
        cohort=cohort,
        missing=people.missing,
        n_excluded=people.n_excluded,
        df=degrees(df, cells, len(people.columns)),
    )


def _solve(kind: Kind, people: Prepared, counts: np.ndarray, spec: LogisticSpec) -> tuple[np.ndarray, Pieces]:
    if kind == "multinomial":
        return fit_multinomial_patterns(people.design, counts)
    return fit_ordinal_patterns(people.design[:, 1:], counts, people.offset(spec))


def _scores(kind: Kind, people: Prepared, b: np.ndarray, level: np.ndarray, spec: LogisticSpec) -> np.ndarray:
    if kind == "multinomial":
        return multinomial_scores(people.rows, multinomial_shares(people.rows, b), level)
    offset = getter(people.cells)(spec.offset) if spec.offset else 0.0
    n_levels = len(b) - (people.rows.shape[1] - 1) + 1
    return ordinal_scores(people.rows[:, 1:], b, level, n_levels, offset)


def _require_finite(kind: Kind, people: Prepared, counts: np.ndarray, spec: LogisticSpec) -> None:
    everywhere = people.design[(counts > 0).all(axis=1)]
    if len(everywhere) and np.linalg.matrix_rank(everywhere) == people.design.shape[1]:
        return
    design = people.design if kind == "multinomial" else people.design[:, 1:]
    bounds = multinomial_bounds if kind == "multinomial" else ordinal_bounds
    direction = unbounded_direction(bounds(design, counts))
    if direction is not None:
        names = _coefficients(kind, people.columns, [str(j) for j in range(counts.shape[1])])
        moving = {name.column.term for name, size in zip(names, direction, strict=True) if abs(size) > 1e-6}
        named = " + ".join(f"`{term}`" for term in sorted(moving))
        raise SeparationError(
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
