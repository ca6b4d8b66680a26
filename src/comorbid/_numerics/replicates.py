"""Variances from replicate weights: the estimate is computed anew with each replicate, from collapsed patterns.

Replicate weights are linear, so people are collapsed once to a matrix of patterns by replicates; with replicates made
from PSUs even that is not needed, since the cells keep each pattern's weight by PSU.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from comorbid._numerics.structure import Clusters, PatternTable, Replication
from comorbid.errors import DesignError

Estimator = Callable[[np.ndarray], np.ndarray]
"""Estimates, shape (m, q), from m sets of weights by pattern, shape (m, P)."""


def replicate_weights(table: PatternTable, clusters: Clusters) -> np.ndarray:
    """Weight of each pattern in each replicate, shape (P, R)."""
    replication = clusters.replication
    assert replication is not None
    if replication.factors is None:
        if table.replicates is None:
            raise DesignError(
                "these patterns carry no totals of replicate weights; use strata and PSUs, or collapse the cohort anew."
            )
        return table.replicates
    return unit_weights(table, clusters.n_units) @ replication.factors


def unit_weights(
    table: PatternTable, n_units: int, group: np.ndarray | None = None, values: np.ndarray | None = None
) -> np.ndarray:
    """Weight by pattern and sampled unit, shape (P, C).

    Parameters
    ----------
    table : PatternTable
    n_units : int
    group : ndarray of int, shape (P,), optional
        Groups of patterns to sum over; the rows are then the groups.
    values : ndarray of shape (P,), optional
        What the weights of each pattern are multiplied by.
    """
    row = table.cell_pattern if group is None else group[table.cell_pattern]
    n_rows = table.n_patterns if group is None else int(group.max(initial=-1)) + 1
    weight = table.cell_weight if values is None else table.cell_weight * values[table.cell_pattern]
    return np.bincount(row * n_units + table.cell_unit, weights=weight, minlength=n_rows * n_units).reshape(
        n_rows, n_units
    )


def replicate_covariance(estimates: np.ndarray, full: np.ndarray, replication: Replication) -> np.ndarray:
    """Covariance of q estimates: scale * sum_r rscales_r (t_r - centre)(t_r - centre)'.

    Parameters
    ----------
    estimates : ndarray of shape (R, q)
        The estimates in each replicate.
    full : ndarray of shape (q,)
        The estimates in the full sample, which are the centre when `replication.mse` says so.
    replication : Replication

    Returns
    -------
    ndarray of shape (q, q); NaN for an estimate that is NaN in a replicate.

    Notes
    -----
    Pinned to R `survey::svrVar`, which leaves replicates without an estimate out and warns.
    """
    deviations = _deviations(estimates, full, replication)
    return deviations.T @ deviations


def replicate_variances(estimates: np.ndarray, full: np.ndarray, replication: Replication) -> np.ndarray:
    """The diagonal of `replicate_covariance`, shape (q,)."""
    return np.square(_deviations(estimates, full, replication)).sum(axis=0)


def _deviations(estimates: np.ndarray, full: np.ndarray, replication: Replication) -> np.ndarray:
    counted = replication.rscales > 0
    centre = full if replication.mse else estimates[counted].mean(axis=0)
    return (estimates[counted] - centre) * np.sqrt(replication.scale * replication.rscales[counted])[:, None]


def reestimated_covariance(estimate: Estimator, table: PatternTable, clusters: Clusters) -> np.ndarray:
    """Covariance of estimates that are computed anew with the weights of each replicate.

    Parameters
    ----------
    estimate : function of weights (m, P) to estimates (m, q)
    table : PatternTable
    clusters : Clusters, with a replication

    Returns
    -------
    ndarray of shape (q, q)
    """
    return replicate_covariance(*_reestimated(estimate, table, clusters))


def reestimated_variances(estimate: Estimator, table: PatternTable, clusters: Clusters) -> np.ndarray:
    """The diagonal of `reestimated_covariance`, shape (q,)."""
    return replicate_variances(*_reestimated(estimate, table, clusters))


def _reestimated(
    estimate: Estimator, table: PatternTable, clusters: Clusters
) -> tuple[np.ndarray, np.ndarray, Replication]:
    assert clusters.replication is not None
    weights = np.ascontiguousarray(replicate_weights(table, clusters).T)
    return estimate(weights), estimate(table.weight[None])[0], clusters.replication


def jackknife(clusters: Clusters, mse: bool) -> Replication:
    """Delete-one replicates: unit c of stratum h leaves, its neighbours count n_h / (n_h - 1).

    rscales = (1 - f_h)(n_h - 1) / n_h. With one stratum this is JK1, with several JKn. A stratum that holds one unit is
    certain: nothing of it leaves (lonely "remove" or "certainty").
    """
    _require_neighbours(clusters)
    stratum, size = clusters.stratum, clusters.size
    leaving = np.flatnonzero(size[stratum] > 1)
    of = stratum[leaving]
    same = stratum[:, None] == of[None]
    factors = np.where(same, size[of] / (size[of] - 1), 1.0)
    factors[leaving, np.arange(len(leaving))] = 0.0
    return Replication(1.0, clusters.rest[of] * (size[of] - 1) / size[of], mse, factors)


def rescaled_bootstrap(clusters: Clusters, n_replicates: int, seed: int, mse: bool) -> Replication:
    """Rao and Wu's bootstrap: n_h - 1 units are drawn with replacement in each stratum.

    Factor = times drawn * n_h / (n_h - 1); scale = 1 / (R - 1). A finite population correction multiplies the distance
    of the factors from 1 by sqrt(1 - f_h).
    Source: Rao & Wu, J Am Stat Assoc 1988;83:231-41, doi:10.1080/01621459.1988.10478591.
    """
    _require_neighbours(clusters)
    draw = np.random.default_rng(seed)
    factors = np.ones((clusters.n_units, n_replicates))
    for h in np.flatnonzero(clusters.size > 1):
        units = np.flatnonzero(clusters.stratum == h)
        n = len(units)
        times = draw.multinomial(n - 1, np.full(n, 1 / n), size=n_replicates).T
        factors[units] = 1 + np.sqrt(clusters.rest[h]) * (times * n / (n - 1) - 1)
    return Replication(1 / (n_replicates - 1), np.ones(n_replicates), mse, factors)


def _require_neighbours(clusters: Clusters) -> None:
    clusters.require_pairs()
    if clusters.lonely in ("adjust", "average") and len(clusters.lonely_strata()):
        raise DesignError(
            f"lonely = {clusters.lonely!r} has no meaning for replicates: a stratum with one unit can only be certain. "
            "Choose lonely='certainty', or merge the stratum with a neighbour."
        )


def standard_scale(method: str, n: int, rho: float, stratified: bool) -> float:
    """What the sum of squares of n given replicates is multiplied by; see `SurveyDesign`."""
    if method == "jackknife":
        return 1.0 if stratified else (n - 1) / n
    if method == "sdr":
        return 4 / n
    return 1 / (n - 1) if method == "bootstrap" else 1 / (n * (1 - rho) ** 2)


def weight_rank(gram: np.ndarray) -> int:
    """Rank of replicate weights from their cross-products, shape (R, R); singular values under 1e-5 count as zero."""
    norm = np.sqrt(np.diag(gram))
    norm[norm == 0] = 1.0
    values = np.linalg.eigvalsh(gram / np.outer(norm, norm))
    return int((values > 1e-10 * max(values[-1], 0.0)).sum())
