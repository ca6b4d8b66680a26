"""Replicates of a sample: those whose weights came with the data, and those made from strata and PSUs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from comorbid._numerics.packing import BLOCK, CodedColumn, Packer, table_size
from comorbid._numerics.replicates import jackknife, rescaled_bootstrap, standard_scale, weight_rank
from comorbid._numerics.structure import Clusters, PatternTable, Replication
from comorbid.design import SurveyDesign
from comorbid.errors import DesignError, few, require_known
from comorbid.sampling import SampledUnits, design_numbers, sampled_units

MOST_REPLICATES = 2_500
"""Most replicates that a delete-one jackknife makes; a sample of more units is served better by other methods."""


def replicate_columns(design: SurveyDesign, available: Sequence[str]) -> tuple[str, ...]:
    """Names of the columns of given replicate weights, in their order.

    Raises
    ------
    DesignError
        When the pattern matches fewer than two columns.
    UnknownNameError
        When a named column is not in the data.
    """
    if not isinstance(design.replicates, str):
        return tuple(require_known(name, available, "column", "the data") for name in design.replicates)
    names = tuple(str(name) for name in available if re.fullmatch(design.replicates, str(name)))
    if len(names) < 2:
        raise DesignError(
            f"replicates = {design.replicates!r} matches {len(names)} of {len(available)} columns; replicate weights "
            "are two columns or more. It is a regular expression for whole names, such as 'repwt[0-9]+'."
        )
    return names


def replicated_units(
    columns: Mapping[str, pd.Series],
    design: SurveyDesign | None,
    n: int,
    available: Iterable[str] = (),
    people: np.ndarray | None = None,
) -> SampledUnits:
    """Sampled units of a design, with its replicates where it has any; see `sampled_units`."""
    units = sampled_units(columns, design, n, people)
    if design is None or design.method is None:
        return units
    if design.makes_replicates:
        units = _one_by_one(units, n) if units.clusters.sampling == "person" else units
        replication = _made(units.clusters, design)
    else:
        replication = _given(design, len(replicate_columns(design, tuple(available))))
    return replace(units, clusters=replace(units.clusters, replication=replication))


def _one_by_one(units: SampledUnits, n: int) -> SampledUnits:
    """Each person as a unit of its own, within its stratum."""
    stratum = np.zeros(n, dtype=np.intp) if units.unit is None else units.unit.astype(np.intp)
    return SampledUnits(np.arange(n), replace(units.clusters, sampling="psu", stratum=stratum))


def _made(clusters: Clusters, design: SurveyDesign) -> Replication:
    if design.method == "bootstrap":
        return rescaled_bootstrap(clusters, design.n_replicates, design.seed, design.mse)
    if clusters.n_units > MOST_REPLICATES:
        raise DesignError(
            f"a delete-one jackknife of {clusters.n_units:,} sampled units needs as many replicates; at most "
            f"{MOST_REPLICATES:,} are made. Name the PSUs, choose 'bootstrap', or use linearised standard errors."
        )
    return jackknife(clusters, design.mse)


def _given(design: SurveyDesign, n: int) -> Replication:
    rscales = np.ones(n) if design.rscales is None else np.array(design.rscales)
    if len(rscales) != n or (rscales < 0).any() or (design.scale is not None and design.scale <= 0):
        raise DesignError(
            f"rscales has {len(rscales)} numbers for {n} replicates; it takes one of zero or more for each, and scale "
            "is above zero."
        )
    assert design.method is not None
    scale = design.scale
    if scale is None:
        scale = standard_scale(design.method, n, design.rho, design.rscales is not None)
    return Replication(scale, rscales, design.mse, None, design.df)


def checked_replicate(column: pd.Series, weights: np.ndarray | None) -> np.ndarray:
    """One column of replicate weights as float64, shape (n,), times `weights` when it holds factors.

    Raises
    ------
    DesignError
        When a value is missing, infinite or not a number.
    """
    values = design_numbers(column)
    wrong = int((~np.isfinite(values)).sum())
    if wrong:
        raise DesignError(
            f"replicate weights {column.name!r}: {few(wrong)} of {len(values):,} are missing, infinite or not numbers. "
            "Each person has a finite one."
        )
    return values if weights is None else values * weights


def require_scale(replicates: Sequence[np.ndarray], weights: np.ndarray, design: SurveyDesign) -> None:
    """Raise when replicate weights are taken for whole weights and look like factors, or the other way round.

    Whatever the method, they stand for about as many people as the weights do, on the average of the replicates.

    Raises
    ------
    DesignError
        When it is less than 0.4 or more than 2.5 times as many.
    """
    ratio = float(np.mean([column.sum() for column in replicates]) / weights.sum())
    if 0.4 <= ratio <= 2.5:
        return
    wanted = "factors: combined=False" if design.combined else "whole weights: combined=True"
    raise DesignError(
        f"replicate weights stand for {ratio:.3g} times as many people as {design.weights!r} does, on average; about "
        f"as many are expected. They may be {wanted}; or `weights` is another survey year's."
    )


def with_replicate_totals(
    table: PatternTable,
    columns: Sequence[CodedColumn],
    weights: np.ndarray,
    replicates: Sequence[np.ndarray],
    domain: np.ndarray | None,
    rank: bool,
) -> PatternTable:
    """The same patterns with the total of each column of replicate weights.

    Parameters
    ----------
    table : PatternTable
        Of the same columns, weights and domain.
    columns : sequence of CodedColumn, each of shape (n,)
    weights : ndarray of shape (n,)
        People whose full-sample weight is zero are left out here too.
    replicates : sequence of ndarray of shape (n,)
        Replicate weights.
    domain : ndarray of bool, shape (n,), optional
    rank : bool
        Whether to find the rank of the replicate weights of these people, for degrees of freedom.
    """
    keep = weights > 0 if domain is None else domain & (weights > 0)
    people = np.flatnonzero(keep)
    pattern = _pattern_of(table, columns, people)
    totals = [np.bincount(pattern, weights=column[people], minlength=table.n_patterns) for column in replicates]
    found = weight_rank(_cross_products(replicates, people)) if rank else None
    return replace(table, replicates=np.stack(totals, axis=1), replicate_rank=found)


def _cross_products(replicates: Sequence[np.ndarray], people: np.ndarray) -> np.ndarray:
    gram = np.zeros((len(replicates), len(replicates)))
    for start in range(0, len(people), BLOCK):
        block = np.stack([column[people[start : start + BLOCK]] for column in replicates], axis=1)
        gram += block.T @ block
    return gram


def _pattern_of(table: PatternTable, columns: Sequence[CodedColumn], people: np.ndarray) -> np.ndarray:
    """Number of each person's pattern in the table, whose patterns stand in ascending order of their codes."""
    if table_size(columns) is None:
        codes = np.stack([column.values[people] for column in columns], axis=1)
        return np.unique(codes, axis=0, return_inverse=True)[1].reshape(-1)
    present = [CodedColumn(table.codes[:, j], c.n_levels, c.may_miss) for j, c in enumerate(columns)]
    return np.searchsorted(_codes(present, table.n_patterns), _codes(columns, None, people))


def _codes(columns: Sequence[CodedColumn], n: int | None, people: np.ndarray | None = None) -> np.ndarray:
    """Packed code of each row, shape (n,)."""
    chosen = columns if people is None else [CodedColumn(c.values[people], c.n_levels, c.may_miss) for c in columns]
    length = len(people) if people is not None else int(n or 0)
    packer = Packer(chosen, min(BLOCK, max(length, 1)))
    parts = [packer.pack(slice(a, min(a + BLOCK, length))).copy() for a in range(0, length, BLOCK)]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.intp)
