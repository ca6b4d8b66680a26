"""What every model needs before it is fitted: its people, its columns, and faults found early."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from comorbid._numerics.estimable import dependent_columns
from comorbid.cells import Cells, collapse_cohort
from comorbid.cohort import Cohort
from comorbid.errors import CollinearityError, EmptyDomainError, SpecError, few
from comorbid.fitting.matrix import Column, design_matrix, getter, model_columns
from comorbid.spec import LogisticSpec

DEGREES = ("design", "residual")


@dataclass(frozen=True, slots=True)
class Prepared:
    """The people of a model, collapsed, with its design matrix.

    rows : shape (P, k), values of the columns in each pattern of the cells, whose last variable is the outcome.
    group : shape (P,), covariate pattern of each pattern.
    first : shape (G,), first pattern of each covariate pattern.
    weight : shape (P,), sum of weights of each pattern.
    missing : people without a value, by variable; n_excluded : people left out.
    """

    cells: Cells
    columns: tuple[Column, ...]
    rows: np.ndarray
    group: np.ndarray
    first: np.ndarray
    weight: np.ndarray
    missing: Mapping[str, int]
    n_excluded: int

    @property
    def design(self) -> np.ndarray:
        """Rows of the design matrix by covariate pattern, shape (G, k)."""
        return self.rows[self.first]

    def total(self, values: np.ndarray | float = 1.0) -> np.ndarray:
        """Weighted sum of a value of each pattern, by covariate pattern, shape (G,)."""
        return np.bincount(self.group, weights=self.weight * values)

    def offset(self, spec: LogisticSpec) -> np.ndarray | None:
        """The offset by covariate pattern, shape (G,), where the model has one."""
        return getter(self.cells)(spec.offset)[self.first] if spec.offset else None


def prepare(cohort: Cohort, spec: LogisticSpec, binary: bool = True) -> Prepared:
    """People with a value in every variable of a model, collapsed, and its design matrix of full rank.

    Parameters
    ----------
    cohort : Cohort
    spec : LogisticSpec
    binary : bool
        Whether the outcome must have two levels, or may have more.

    Raises
    ------
    UnknownNameError, SpecError, EmptyDomainError, CollinearityError
        As `fit_logistic` says.
    """
    check_variables(cohort, spec, binary)
    predictors = [name for name in spec.variables if name != spec.outcome]
    everyone = collapse_cohort(cohort, [*predictors, spec.outcome])
    cells = everyone.select(everyone.known(spec.variables))
    check_outcome(cells, spec, everyone)
    columns = model_columns(spec, cells)
    rows = design_matrix(columns, getter(cells), cells.table.n_patterns)
    group, first = _covariate_patterns(cells)
    missing = missing_by_variable(everyone, spec.variables)
    prepared = Prepared(cells, columns, rows, group, first, cells.table.weight, missing, everyone.n - cells.n)
    _require_rank(prepared)
    return prepared


def degrees(df: str | float, cells: Cells, n_parameters: int) -> float:
    """Degrees of freedom by name, or the number given.

    Raises
    ------
    SpecError
        When there are none, or `df` is no name and no number above zero.
    """
    if isinstance(df, (bool, type(None))) or not isinstance(df, (str, int, float, np.number)):
        raise SpecError(f"df takes design, residual or a number above zero; {type(df).__name__} is not accepted.")
    if not isinstance(df, str):
        if not df > 0:
            raise SpecError(f"df = {df!r} is not above zero. Accepted: design, residual, or a number above zero.")
        return float(df)
    if df not in DEGREES:
        raise SpecError(f"df = {df!r} is not a choice. Accepted: design, residual, or a number.")
    design = cells.degrees_of_freedom
    found = design if df == "design" else design - (n_parameters - 1)
    if not found > 0:
        raise SpecError(
            f"df = {df!r} leaves {found:.0f} degrees of freedom: the people of the model lie in {_sampled(cells)}, and "
            f"the model has {n_parameters} coefficients. {_way_out(df, design)}"
        )
    return found


def _sampled(cells: Cells) -> str:
    """How many sampled units and strata the people of some cells lie in, for a message."""
    units = np.unique(cells.table.cell_unit)
    strata = len(np.unique(cells.clusters.stratum[units]))
    counted = f"{len(units):,} PSUs" if cells.clusters.sampling == "psu" else f"{few(cells.n)} people sampled singly"
    return f"{counted} of {strata:,} strata"


def _way_out(df: str, design: float) -> str:
    if df == "residual" and design > 0:
        return f"Take df='design' ({design:.0f}), or fewer terms."
    return "Widen the domain, or give a number: df=..."


def missing_by_variable(cells: Cells, names: Sequence[str]) -> dict[str, int]:
    """People without a value, unweighted, by variable."""
    return {name: int(cells.table.count[cells.codes(name) < 0].sum()) for name in names}


def scale_to_mean_one(cells: Cells) -> float:
    """What weights are multiplied by so that their mean over people is 1."""
    return cells.n / float(cells.table.weight.sum())


def check_variables(cohort: Cohort, spec: LogisticSpec, binary: bool = True) -> None:
    """Raise unless the variables of a model exist and can be its outcome and its offset."""
    for name in spec.variables:
        cohort.codebook[name]
    outcome = cohort.codebook[spec.outcome]
    if not outcome.is_categorical or (binary and len(outcome.levels) != 2):
        what = f"levels {', '.join(outcome.level_names)}" if outcome.is_categorical else "continuous values"
        needs = "a logistic model needs two levels, no and yes" if binary else "the model needs levels"
        more = "; fit_multinomial and fit_ordinal take more" if binary and outcome.is_categorical else ""
        raise SpecError(f"outcome `{spec.outcome}` has {what}; {needs}{more}.")
    if spec.offset and cohort.codebook[spec.offset].is_categorical:
        raise SpecError(f"offset `{spec.offset}` has levels; an offset is continuous, on the log-odds scale.")


def check_outcome(cells: Cells, spec: LogisticSpec, everyone: Cells) -> None:
    """Raise when nobody has a value in every variable, or all who have one have the same outcome."""
    if not cells.n:
        gone = missing_by_variable(everyone, spec.variables)
        counts = ", ".join(f"{name} {few(count)}" for name, count in gone.items() if count)
        raise EmptyDomainError(
            f"nobody of {everyone.n:,} people has a value in every variable; missing: {counts}. "
            "Leave out a variable that nobody has, or mend its column."
        )
    levels = np.unique(cells.codes(spec.outcome))
    if len(levels) == 1:
        name = cells.variable(spec.outcome).level_names[levels[0]]
        same = repr(name) if few(cells.n) == f"{cells.n:,}" else "the same"  # what a few people said is not told
        raise SpecError(
            f"outcome `{spec.outcome}` is {same} for all people of the model ({few(cells.n)}). "
            "Nothing was fitted. Widen the domain, or model another outcome."
        )


def _covariate_patterns(cells: Cells) -> tuple[np.ndarray, np.ndarray]:
    """Covariate pattern of each pattern, and the first row of each: the outcome is coded last, so these are runs."""
    codes = cells.table.codes[:, :-1]
    new = np.r_[True, (codes[1:] != codes[:-1]).any(axis=1)]
    return np.cumsum(new) - 1, np.flatnonzero(new)


def _require_rank(prepared: Prepared) -> None:
    design, columns, n = prepared.design, prepared.columns, prepared.cells.n
    if len(design) < design.shape[1]:
        raise CollinearityError(
            f"the model has {design.shape[1]} coefficients and {few(n)} people of {few(len(design))} covariate "
            "patterns: too few. Leave out terms or merge levels."
        )
    if dependent := dependent_columns(design, prepared.total()):
        names = [" + ".join(described(columns[j]) for j in group) for group in dependent]
        raise CollinearityError(
            f"these terms carry the same information: {'; '.join(names)}. Nothing was fitted. Leave one of them out."
        )


def described(column: Column) -> str:
    """A column for a message: its term and, where it has one, its level."""
    return f"`{column.term}`" + (f" = {column.level}" if column.level else "")
