"""The one place where standard errors come from: influence values, summed by sampled unit.

An estimate that is a smooth function of weighted totals, or the root of weighted estimating equations, changes to
first order by sum_i w_i z_i when the sample changes; z_i is the influence of a person per unit of weight. Its variance
is therefore that of a weighted total, which the first stage of the design estimates by the spread of PSU sums:

    V = sum_h (1 - f_h) n_h / (n_h - 1) sum_c (t_hc - mean_h)(t_hc - mean_h)',   t_hc = sum of w z in PSU c.

People who share a pattern share z, so that sums over people become sums over cells, exactly. With replicate weights the
same influence values are summed with each replicate's weights instead: to first order what estimating anew would give,
and for a stratified delete-one jackknife the formula above. `replicates.reestimated_covariance` estimates anew.
Source: Binder, Int Stat Rev 1983;51:279-92, doi:10.2307/1402588.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from comorbid._numerics.replicates import replicate_covariance, replicate_variances, replicate_weights
from comorbid._numerics.structure import Clusters, PatternTable

FULL = 4
"""Units times patterns, in cells that somebody is in, up to which the table of weights is written out in full."""


def unit_sums(z: np.ndarray, table: PatternTable, n_units: int) -> np.ndarray:
    """Weighted sums of influence by sampled unit.

    Parameters
    ----------
    z : ndarray of shape (P, q)
        Influence of a person with each pattern, per unit of weight, for q estimates.
    table : PatternTable
    n_units : int
        Units of the whole sample; those without anybody in the domain sum to zero.

    Returns
    -------
    ndarray of shape (n_units, q)
    """
    shape = (n_units, table.n_patterns)
    if n_units * table.n_patterns <= FULL * max(len(table.cell_unit), 1):
        weight = np.zeros(shape)
        weight[table.cell_unit, table.cell_pattern] = table.cell_weight
        return weight @ z
    starts = np.searchsorted(table.cell_unit, np.arange(n_units + 1))
    return np.asarray(csr_array((table.cell_weight, table.cell_pattern, starts), shape=shape) @ z)


def covariance(z: np.ndarray, table: PatternTable, clusters: Clusters) -> np.ndarray:
    """Covariance of q estimates from their influence values.

    Parameters
    ----------
    z : ndarray of shape (P, q)
        Influence of a person with each pattern, per unit of weight.
    table : PatternTable
    clusters : Clusters

    Returns
    -------
    ndarray of shape (q, q)

    Raises
    ------
    DesignError
        When a stratum holds one PSU and the design does not say what to do; the message names the stratum.

    Notes
    -----
    With-replacement first stage, or with a finite population correction of that stage; or replicates of the totals.
    """
    if clusters.replication is not None:
        return replicate_covariance(*_replicated_totals(z, table, clusters), clusters.replication)
    clusters.require_pairs()
    if clusters.sampling == "psu":
        deviations = _deviations(unit_sums(z, table, clusters.n_units), clusters)
        return deviations.T @ deviations
    scale, sums = _person_parts(z, table, clusters)
    return (z * scale[:, None]).T @ z - sums.T @ sums


def variances(z: np.ndarray, table: PatternTable, clusters: Clusters) -> np.ndarray:
    """The diagonal of `covariance`, shape (q,), without the rest: for many unrelated estimates at once."""
    if clusters.replication is not None:
        return replicate_variances(*_replicated_totals(z, table, clusters), clusters.replication)
    clusters.require_pairs()
    if clusters.sampling == "psu":
        return np.square(_deviations(unit_sums(z, table, clusters.n_units), clusters)).sum(axis=0)
    scale, sums = _person_parts(z, table, clusters)
    return np.maximum(scale @ np.square(z) - np.square(sums).sum(axis=0), 0.0)


def _replicated_totals(z: np.ndarray, table: PatternTable, clusters: Clusters) -> tuple[np.ndarray, np.ndarray]:
    """Totals of influence by replicate, shape (R, q), and by the full sample, shape (q,)."""
    assert clusters.replication is not None
    factors = clusters.replication.factors
    if factors is None:
        return replicate_weights(table, clusters).T @ z, table.weight @ z
    return factors.T @ unit_sums(z, table, clusters.n_units), table.weight @ z


def variance_of_sums(sums: np.ndarray, clusters: Clusters) -> np.ndarray:
    """Variances of q estimates, shape (q,), from influence that is summed by PSU already, shape (n_units, q)."""
    clusters.require_pairs()
    return np.square(_deviations(sums, clusters)).sum(axis=0)


def _deviations(sums: np.ndarray, clusters: Clusters) -> np.ndarray:
    """Rows whose cross-product is the variance: PSU sums, centred in their stratum and scaled."""
    stratum, size = clusters.stratum, clusters.size
    centre = _by_stratum(sums, clusters) / size[:, None]
    factor = clusters.rest * np.divide(size, size - 1, out=np.zeros_like(size), where=size > 1)
    alone = clusters.lonely_strata()
    if len(alone):
        centre, factor = _settle_lonely(centre, factor, sums, alone, clusters)
    return (sums - centre[stratum]) * np.sqrt(factor)[stratum, None]


def _settle_lonely(
    centre: np.ndarray, factor: np.ndarray, sums: np.ndarray, alone: np.ndarray, clusters: Clusters
) -> tuple[np.ndarray, np.ndarray]:
    """Lonely strata: spread about the grand mean (adjust), mean of the other strata (average), or nothing."""
    centre, factor = centre.copy(), factor.copy()
    if clusters.lonely == "adjust":
        centre[alone] = sums.mean(axis=0)
        factor[alone] = clusters.rest[alone]
    elif clusters.lonely == "average":
        factor = factor * clusters.n_strata / (clusters.n_strata - len(alone))
    return centre, factor


def _by_stratum(rows: np.ndarray, clusters: Clusters) -> np.ndarray:
    total = np.zeros((clusters.n_strata, rows.shape[1]))
    np.add.at(total, clusters.stratum, rows)
    return total


def _person_parts(z: np.ndarray, table: PatternTable, clusters: Clusters) -> tuple[np.ndarray, np.ndarray]:
    """Per-pattern scale of z z', and rows to take away: sum (w z - mean)^2 = sum w^2 z^2 - (sum w z)^2 / n."""
    if clusters.sampling == "none":
        return table.count.astype(float), np.zeros((1, z.shape[1]))
    size = clusters.size
    factor = clusters.rest * np.divide(size, size - 1, out=np.zeros_like(size), where=size > 1)
    squares = table.cell_weight_sq * factor[table.cell_unit]
    scale = np.bincount(table.cell_pattern, weights=squares, minlength=table.n_patterns)
    sums = unit_sums(z, table, clusters.n_units)
    return scale, sums * np.sqrt(factor / size)[:, None]


def degrees_of_freedom(table: PatternTable, clusters: Clusters) -> float:
    """Design degrees of freedom of a domain: its sampled units minus its strata; infinite without a design.

    Units and strata count when somebody of the domain, with a weight above zero, is in them. With given replicate
    weights: what the publisher states, or their rank in the domain minus 1 when no PSUs are named.
    Source: Korn & Graubard, Analysis of Health Surveys, 1999, section 5.2.
    """
    return float(degrees_of_freedom_by(np.ones((table.n_patterns, 1), dtype=bool), table, clusters)[0])


def degrees_of_freedom_by(known: np.ndarray, table: PatternTable, clusters: Clusters) -> np.ndarray:
    """Design degrees of freedom of several domains of the same patterns, shape (q,).

    Parameters
    ----------
    known : ndarray of bool, shape (P, q)
        Patterns of the people in each domain; domains that are alike are counted once.
    table : PatternTable
    clusters : Clusters

    Notes
    -----
    The rank of given replicate weights is that of all patterns, since it cannot be had from their totals.
    """
    if clusters.sampling == "none":
        return np.full(known.shape[1], np.inf)
    if clusters.replication is not None and clusters.replication.df is not None:
        return np.full(known.shape[1], float(clusters.replication.df))
    if table.replicate_rank is not None:
        return np.full(known.shape[1], float(table.replicate_rank - 1))
    distinct: dict[bytes, float] = {}
    columns = np.ascontiguousarray(known.T)
    for column in columns:
        if column.tobytes() not in distinct:
            distinct[column.tobytes()] = _counted(column, table, clusters)
    return np.array([distinct[column.tobytes()] for column in columns])


def _counted(known: np.ndarray, table: PatternTable, clusters: Clusters) -> float:
    """Units minus strata, or people minus strata, of the patterns marked."""
    inside = np.zeros(clusters.n_units, dtype=bool)
    inside[table.cell_unit[known[table.cell_pattern] & (table.cell_weight > 0)]] = True
    strata = np.zeros(clusters.n_strata, dtype=bool)
    strata[clusters.stratum[inside]] = True
    sampled = table.count @ known if clusters.sampling == "person" else inside.sum()
    return float(sampled - strata.sum())
