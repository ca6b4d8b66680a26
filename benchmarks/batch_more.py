"""More blocks in the manner of batch.py: standardised to ages, pooled over strata, graded, joint, removed exposure."""

from __future__ import annotations

import numpy as np
from batch import AGE, COVARIATES, PAIRS, Batch, Y, fit

from comorbid._numerics.stratified import log_mantel_haenszel

STANDARD = np.array([0.47, 0.37, 0.16])
BANDS = (AGE[:, None] == np.arange(3)).astype(float)
SIGN = np.array([1.0, -1.0, -1.0, 1.0])


def _standardised(batch: Batch, member: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """sum_k s_k p_k of each column of member, shape (R, T), and its influence, (R, K, T)."""
    total = batch.total
    share = np.einsum("rk,kb,kt->rbt", total, BANDS, member, optimize=True) / (total @ BANDS)[:, :, None]
    scale = (STANDARD / (total @ BANDS)) @ BANDS.T
    return np.tensordot(share, STANDARD, axes=(1, 0)), scale[:, :, None] * (member - share[:, AGE])


def standardised_prevalences(batch: Batch) -> np.ndarray:
    p, z = _standardised(batch, Y)
    return batch.block("logit", p, batch.errors(z))


def standardised_pairs(batch: Batch) -> np.ndarray:
    """Prevalence of both conditions, then observed/expected, pair by pair."""
    rows = []
    for a, b in PAIRS:
        p, z = _standardised(batch, np.stack([Y[:, a], Y[:, b], Y[:, a] * Y[:, b]], axis=1))
        slope = np.stack([-1 / p[:, 0], -1 / p[:, 1], 1 / p[:, 2]], axis=1)
        ratio = np.log(p[:, 2:] / (p[:, :1] * p[:, 1:2]))
        rows.append(batch.block("logit", p[:, 2:], batch.errors(z[:, :, 2:])))
        rows.append(batch.block("log", ratio, batch.errors(z @ slope[:, :, None])))
    return np.concatenate(rows, axis=1)


def stratified(batch: Batch, outcome: int, exposure: int) -> np.ndarray:
    """Odds ratio in each age band, crude, and pooled by Mantel and Haenszel; the pooled one's slope by differences."""
    x, y = Y[:, exposure], Y[:, outcome]
    cells = np.stack([x * y, x * (1 - y), (1 - x) * y, (1 - x) * (1 - y)], axis=1)
    member = BANDS[:, :, None] * cells[:, None, :]
    tables = np.tensordot(batch.total, member, axes=1)
    whole = tables.sum(axis=1)
    value = np.column_stack([np.log(tables) @ SIGN, np.log(whole) @ SIGN, log_mantel_haenszel(tables)])
    slopes = [member[:, j] @ (SIGN / tables[:, j])[:, :, None] for j in range(3)]
    slopes.append(cells @ (SIGN / whole)[:, :, None])
    slopes.append(np.tensordot(_pooled_slope(tables), member, axes=([1, 2], [1, 2]))[:, :, None])
    return batch.block("log", value, batch.errors(np.concatenate(slopes, axis=2)))


def _pooled_slope(tables: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """Slope of the pooled log odds ratio in each cell, by central differences of relative width `step`."""
    slope = np.empty_like(tables)
    for k, j in np.ndindex(tables.shape[1:]):
        up, down = tables.copy(), tables.copy()
        up[:, k, j] *= 1 + step
        down[:, k, j] *= 1 - step
        slope[:, k, j] = (log_mantel_haenszel(up) - log_mantel_haenszel(down)) / (2 * step * tables[:, k, j])
    return slope


def graded(batch: Batch, outcome: int) -> np.ndarray:
    """Odds ratios by number of the other conditions, then of each further one, adjusted."""
    number = np.delete(Y, outcome, axis=1).sum(axis=1)
    ones = np.ones((len(Y), 1))
    levels = (number[:, None] == np.arange(1, 4)).astype(float)
    rows = []
    for exposure in (levels, number[:, None]):
        model = fit(batch, np.concatenate([ones, exposure, COVARIATES], axis=1), Y[:, outcome])
        chosen = slice(1, 1 + exposure.shape[1])
        rows.append(batch.block("log", model.coefficients[:, chosen], batch.errors(model.influence[:, :, chosen])))
    return np.concatenate(rows, axis=1)


def interaction(batch: Batch, outcome: int, first: int, second: int) -> np.ndarray:
    """Odds ratios of one, the other and both exposures, their ratio, RERI, attributable proportion, synergy index."""
    x, y = Y[:, first], Y[:, second]
    model = fit(batch, np.column_stack([np.ones(len(Y)), x, y, x * y, COVARIATES]), Y[:, outcome])
    combine = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 1.0]])
    logs, z = model.coefficients[:, 1:4] @ combine.T, model.influence[:, :, 1:4] @ combine.T
    a, b, c = np.exp(logs).T
    reri, ones = c - a - b + 1, np.ones_like(a)
    measures = [
        ("log", logs[:, 2] - logs[:, 1] - logs[:, 0], [-ones, -ones, ones]),
        ("plain", reri, [-a, -b, c]),
        ("rest", np.log((a + b - 1) / c), [a / (a + b - 1), b / (a + b - 1), -ones]),
        ("log", np.log((c - 1) / (a + b - 2)), [-a / (a + b - 2), -b / (a + b - 2), c / (c - 1)]),
    ]
    rows = [batch.block("log", logs, batch.errors(z))]
    for scale, value, slope in measures:
        error = batch.errors(z @ np.stack(slope, axis=1)[:, :, None])
        rows.append(_of_rest(batch, value, error) if scale == "rest" else batch.block(scale, value[:, None], error))
    return np.concatenate(rows, axis=1)


def _of_rest(batch: Batch, log_rest: np.ndarray, error: np.ndarray) -> np.ndarray:
    """A share whose limits are formed on the logarithm of what is left."""
    rest, limits = np.exp(log_rest)[:, None], 1 - batch.limits("log", log_rest[:, None], error)[..., ::-1]
    return np.concatenate([np.stack([1 - rest, rest * error], axis=-1), limits], axis=-1)


def attributable(batch: Batch, outcome: int, exposure: int) -> np.ndarray:
    """1 - m(unexposed) / m from the adjusted model; limits formed on the logarithm of what is left."""
    x = np.concatenate([np.ones((len(Y), 1)), Y[:, [exposure]], COVARIATES], axis=1)
    model, total = fit(batch, x, Y[:, outcome]), batch.total
    base = total.sum(axis=1, keepdims=True)
    means, influences = [], []
    for changed in (x * (np.arange(x.shape[1]) != 1), x):
        p = 1 / (1 + np.exp(-model.coefficients @ changed.T))
        mean = (total * p).sum(axis=1, keepdims=True) / base
        slope = (total * p * (1 - p)) @ changed / base
        influences.append(((model.influence @ slope[:, :, None])[..., 0] + (p - mean) / base) / mean)
        means.append(mean)
    rest = means[0] / means[1]
    error = batch.errors((influences[0] - influences[1])[..., None])
    return _of_rest(batch, np.log(rest[:, 0]), error)
