"""Every measure and model of the coverage study for many surveys at once, as array formulas.

The public functions make a frame a call, which at 24,000 surveys is most of the time spent. Here the same formulas run
over a whole batch; coverage.py holds the first surveys of every setting against the public functions, number by number.

W is the weight by survey, unit and pattern, shape (R, C, K); units 2h and 2h + 1 form stratum h. Each block returns
estimate, standard error and limits, shape (R, T, 4), rows in the order of the public function's frame.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from universe import CODES

from comorbid._numerics.intervals import critical_value, korn_graubard_interval, logit_interval
from comorbid._numerics.pairs import DIRECTED, SWAP, SYMMETRIC
from comorbid._numerics.scales import limits_on
from comorbid._numerics.tetrachoric import tetrachoric

Y = CODES[:, 2:].astype(float)
AGE, SEX = CODES[:, 0], CODES[:, 1]
COVARIATES = np.stack([AGE == 1, AGE == 2, SEX == 1], axis=1).astype(float)
PAIRS = list(itertools.combinations(range(4), 2))
SCALES = {"phi": "fisher", "yule_q": "fisher", "tetrachoric": "fisher", "jaccard": "logit",
          "conditional_prevalence": "logit", "prevalence_difference": "plain"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """weight : W; n : people in each survey; df : design degrees of freedom."""

    weight: np.ndarray
    n: int
    df: float

    @property
    def total(self) -> np.ndarray:
        """Weight by pattern, shape (R, K)."""
        return self.weight.sum(axis=1)

    def errors(self, z: np.ndarray) -> np.ndarray:
        """Standard errors from influence, shape (R, K, T): two units a stratum, so the variance is sum (t1 - t2)^2."""
        sums = self.weight @ z
        return np.sqrt(np.square(sums[:, ::2] - sums[:, 1::2]).sum(axis=1))

    def limits(self, scale: str, estimate: np.ndarray, error: np.ndarray) -> np.ndarray:
        if scale == "logit":
            return logit_interval(estimate, error, 0.95, self.df)
        return np.stack(limits_on(scale, estimate, error, critical_value(0.95, self.df)), axis=-1)

    def block(self, scale: str, estimate: np.ndarray, error: np.ndarray) -> np.ndarray:
        """Rows of one kind; on "log", estimates come as logarithms and leave as ratios."""
        limits = self.limits(scale, estimate, error)
        shown = np.exp(estimate) if scale == "log" else estimate
        return np.concatenate([np.stack([shown, error], axis=-1), limits], axis=-1)


def prevalences(batch: Batch, interval: str) -> np.ndarray:
    p, z = _shares(batch, Y)
    error = batch.errors(z)
    if interval == "logit":
        return batch.block("logit", p, error)
    n = np.full(p.shape, float(batch.n))
    return np.concatenate([np.stack([p, error], axis=-1), korn_graubard_interval(p, error, n, 0.95, batch.df)], axis=-1)


def _shares(batch: Batch, member: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted shares of patterns, shape (R, T), and their influence, (R, K, T)."""
    total = batch.total
    base = total.sum(axis=1)[:, None]
    share = total @ member / base
    return share, (member - share[:, None, :]) / base[:, :, None]


def pair_measures(batch: Batch) -> np.ndarray:
    return np.concatenate([_of_pair(batch, a, b) for a, b in PAIRS], axis=1)


def _of_pair(batch: Batch, a: int, b: int) -> np.ndarray:
    ya, yb = Y[:, a], Y[:, b]
    cells = np.stack([ya * yb, ya * (1 - yb), (1 - ya) * yb, (1 - ya) * (1 - yb)], axis=1)
    p, z = _shares(batch, cells)
    asked = [(name, function, False) for name, function in {**SYMMETRIC, "tetrachoric": tetrachoric}.items()]
    asked += [(name, function, swap) for name, function in DIRECTED.items() for swap in (False, True)]
    rows = []
    for name, function, swap in asked:
        value, gradient = function(p[:, SWAP] if swap else p)
        gradient = gradient[:, SWAP] if swap else gradient
        error = batch.errors(z @ gradient[:, :, None])[:, 0]
        rows.append(batch.block(SCALES.get(name, "log"), value, error))
    return np.stack(rows, axis=1)


def combinations(batch: Batch) -> np.ndarray:
    sets = np.array(list(itertools.product([0.0, 1.0], repeat=4)))
    sets = sets[np.lexsort((-sets @ 2.0 ** -np.arange(4), sets.sum(axis=1)))]
    observed, z_observed = _shares(batch, (Y[:, None, :] == sets).all(axis=2).astype(float))
    p, z_p = _shares(batch, Y)
    expected = np.prod(np.where(sets == 1, p[:, None], 1 - p[:, None]), axis=2)
    slope = np.where(sets == 1, 1 / p[:, None], -1 / (1 - p[:, None]))
    z_log = z_p @ slope.transpose(0, 2, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(observed > 0, np.log(observed / expected), np.nan)
        z_ratio = z_observed / observed[:, None] - z_log
    parts = [("logit", observed, z_observed), ("logit", expected, z_log * expected[:, None]), ("log", ratio, z_ratio)]
    return np.concatenate([batch.block(scale, value, batch.errors(z)) for scale, value, z in parts], axis=1)


@dataclass(frozen=True, slots=True)
class Fits:
    """One logistic model in every survey: coefficients (R, k), fitted (R, K), influence (R, K, k)."""

    coefficients: np.ndarray
    fitted: np.ndarray
    influence: np.ndarray


def fit(batch: Batch, x: np.ndarray, y: np.ndarray) -> Fits:
    """Newton steps in all surveys; one that does not converge is NaN."""
    weight = batch.total / batch.total.sum(axis=1, keepdims=True)
    beta = np.zeros((len(weight), x.shape[1]))
    for _ in range(20):
        fitted = 1 / (1 + np.exp(-beta @ x.T))
        information = np.einsum("rk,ki,kj->rij", weight * fitted * (1 - fitted), x, x, optimize=True)
        step = np.linalg.solve(information, ((weight * (y - fitted)) @ x)[..., None])[..., 0]
        beta = beta + step
        if np.abs(step).max() < 1e-11:
            break
    beta[np.abs(step).max(axis=1) > 1e-10] = np.nan
    fitted = 1 / (1 + np.exp(-beta @ x.T))
    information = np.einsum("rk,ki,kj->rij", weight * fitted * (1 - fitted), x, x, optimize=True)
    bread = np.linalg.inv(information) / batch.total.sum(axis=1)[:, None, None]
    return Fits(beta, fitted, (x @ bread) * (y - fitted)[:, :, None])


def models(batch: Batch, outcome: int, exposure: int) -> np.ndarray:
    y, crude = Y[:, outcome], np.stack([np.ones(len(Y)), Y[:, exposure]], axis=1)
    adjusted = np.concatenate([crude, COVARIATES], axis=1)
    fits = [fit(batch, x, y) for x in (crude, adjusted)]
    rows = [batch.block("plain", f.coefficients, batch.errors(f.influence)) for f in fits]
    return np.concatenate([*rows, _standardised(batch, fits[1], adjusted)], axis=1)


def _standardised(batch: Batch, model: Fits, x: np.ndarray) -> np.ndarray:
    total = batch.total
    base = total.sum(axis=1)
    means, influences = [], []
    for level in (0.0, 1.0):
        changed = x.copy()
        changed[:, 1] = level
        p = 1 / (1 + np.exp(-model.coefficients @ changed.T))
        mean = (total * p).sum(axis=1) / base
        slope = (total * p * (1 - p)) @ changed / base[:, None]
        influences.append((model.influence @ slope[:, :, None])[..., 0] + (p - mean[:, None]) / base[:, None])
        means.append(mean)
    mean, z = np.stack(means, axis=1), np.stack(influences, axis=2)
    parts = [("logit", mean, z)]
    for scale, value, slope in (
        ("log", np.log(mean), 1 / mean),
        ("plain", mean, np.ones_like(mean)),
        ("log", np.log(mean / (1 - mean)), 1 / (mean * (1 - mean))),
    ):
        turned = z * slope[:, None]
        parts.append((scale, value[:, 1:] - value[:, :1], turned[..., 1:] - turned[..., :1]))
    return np.concatenate([batch.block(scale, value, batch.errors(zz)) for scale, value, zz in parts], axis=1)


def adjusted_expected(batch: Batch, a: int, b: int) -> np.ndarray:
    x = np.concatenate([np.ones((len(Y), 1)), COVARIATES], axis=1)
    total = batch.total
    base = total.sum(axis=1, keepdims=True)
    fits = [fit(batch, x, Y[:, j]) for j in (a, b)]
    joint, both = fits[0].fitted * fits[1].fitted, Y[:, a] * Y[:, b]
    o, e = (total @ both)[:, None] / base, (total * joint).sum(axis=1, keepdims=True) / base
    slopes = [(total * joint * (1 - model.fitted)) @ x / base for model in fits]
    moved = sum((f.influence @ slope[:, :, None])[..., 0] for f, slope in zip(fits, slopes, strict=True))
    z_o, z_e = ((both - o) / base)[..., None], ((joint - e) / base + moved)[..., None]
    z_ratio = z_o / o[..., None] - z_e / e[..., None]
    parts = [("logit", o, z_o), ("logit", e, z_e), ("log", np.log(o / e), z_ratio)]
    return np.concatenate([batch.block(scale, value, batch.errors(z)) for scale, value, z in parts], axis=1)
