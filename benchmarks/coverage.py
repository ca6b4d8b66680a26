"""Do 95% intervals hold the truth in 95 of 100 surveys? python benchmarks/coverage.py --replicates 4000

Draws clustered, stratified, weighted surveys from populations whose truth is known (universe.py), computes every
measure and model, and writes coverage.csv and COVERAGE.md: coverage of the interval, mean standard error over the
empirical one, failures. Replicate r of setting s uses the generator seeded with (seed, s, r), so that each can be drawn
again alone. The first five of every setting are computed by the public functions, all by the same formulas on arrays
(batch.py), which must agree. Results are kept in --work; a second start goes on from there.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from batch import Batch, adjusted_expected, combinations, models, pair_measures, prevalences
from batch_more import (
    STANDARD,
    attributable,
    graded,
    interaction,
    standardised_pairs,
    standardised_prevalences,
    stratified,
)
from coverage_report import write_report
from universe import CONDITIONS, LEVELS, make_universe, people_per_unit

import comorbid as cm
from comorbid.columns import RATIO_MEASURES

SETTINGS = [(n, df) for n in (2_000, 10_000) for df in (5, 15, 30)]
CHUNK = 200
COVARIATES = ("age_band", "sex")
MODELS = (("migraine", "low_back_pain"), ("fibromyalgia", "neck_pain"))
INTERACTIONS = (("migraine", "low_back_pain", "neck_pain"), ("fibromyalgia", "migraine", "neck_pain"))
LOGARITHMIC = RATIO_MEASURES | {"ratio_of_odds_ratios", "synergy_index"}
STANDARD_PEOPLE = dict(zip(LEVELS["age_band"], STANDARD, strict=True))
NUMBERS = ["estimate", "std_error", "conf_low", "conf_high"]


def named(frame: pd.DataFrame, family: str) -> pd.DataFrame:
    """Rows of one family, each with a name of what it estimates."""
    parts = [c for c in ("condition_a", "condition_b", "outcome", "combination", "term", "level") if c in frame]
    target = frame[parts].astype(object).fillna("").agg(" ".join, axis=1).str.strip()
    return frame[["measure", *NUMBERS]].assign(family=family, target=target)


def with_the_library(cohort: cm.Cohort) -> pd.DataFrame:
    """Every estimate by the public functions; `with_arrays` gives the same rows for a batch."""
    parts = [
        named(cm.prevalence(cohort), "prevalence, logit interval"),
        named(cm.prevalence(cohort, interval="korn-graubard"), "prevalence, Korn-Graubard interval"),
        named(cm.cooccurrence(cohort), "pair"),
        named(cm.combinations(cohort), "combination"),
    ]
    parts += [
        named(cm.adjusted_observed_expected(cohort, COVARIATES, pair), "pair, adjusted for age and sex")
        for pair in MODELS
    ]
    parts.append(named(cm.standardised_prevalence(cohort, standard=STANDARD_PEOPLE), "age-standardised"))
    parts.append(named(cm.standardised_observed_expected(cohort, standard=STANDARD_PEOPLE), "pair, age-standardised"))
    for pair in MODELS:
        strata = cm.stratified_odds_ratio(cohort, *pair, by="age_band")
        strata = strata[strata["measure"] == "odds_ratio"].assign(level=lambda f: f["age_band"].fillna(f["model"]))
        parts.append(named(strata, "strata of age: odds ratios, crude, Mantel-Haenszel"))
    for outcome, _ in MODELS:
        parts.append(named(cm.graded_exposure(cohort, outcome, covariates=COVARIATES), "number of other conditions"))
    for outcome, exposure in MODELS:
        crude = cm.LogisticSpec(outcome, exposure)
        fits = [cm.fit_logistic(cohort, spec) for spec in (crude, crude.adjust_for(*COVARIATES))]
        parts += [named(fit.tidy(), f"logistic, {fit.spec.model}") for fit in fits]
        margins = fits[1].margins(exposure, contrasts=("prevalence_ratio", "prevalence_difference", "odds_ratio"))
        parts.append(named(margins, "standardised from the adjusted model"))
        parts.append(named(fits[1].attributable_fraction(exposure), "standardised from the adjusted model"))
    for outcome, *pair in INTERACTIONS:
        spec = cm.LogisticSpec(outcome, pair[0]).interact(*pair).adjust_for(*COVARIATES)
        parts.append(named(cm.fit_logistic(cohort, spec).interaction(*pair), "interaction"))
    return pd.concat(parts, ignore_index=True)


def with_arrays(batch: Batch) -> np.ndarray:
    """Estimate, standard error and limits, shape (R, T, 4)."""
    pairs = [tuple(CONDITIONS.index(name) for name in pair) for pair in MODELS]
    blocks = [prevalences(batch, interval) for interval in ("logit", "korn-graubard")]
    blocks += [pair_measures(batch), combinations(batch)]
    blocks += [adjusted_expected(batch, *pair) for pair in pairs]
    blocks += [standardised_prevalences(batch), standardised_pairs(batch)]
    blocks += [stratified(batch, *pair) for pair in pairs]
    blocks += [graded(batch, outcome) for outcome, _ in pairs]
    for pair in pairs:
        blocks += [models(batch, *pair), attributable(batch, *pair)]
    blocks += [interaction(batch, *(CONDITIONS.index(name) for name in names)) for names in INTERACTIONS]
    return np.concatenate(blocks, axis=1)


class Setting:
    """One size and design: its universe, its truth and the replicates so far."""

    def __init__(self, number: int, n: int, df: int, seed: int, work: Path) -> None:
        self.number, self.n, self.df, self.seed = number, n, df, seed
        self.universe = make_universe(df, seed)
        with np.errstate(over="ignore"):
            self.truth = with_the_library(self.universe.truth())
        self.file = work / f"coverage_{seed}_{n}_{df}.npy"
        self.draws = np.load(self.file) if self.file.exists() else np.empty((0, len(self.truth), 4))
        self.check()

    def check(self, count: int = 5) -> None:
        """The array formulas give what the public functions give, in the first replicates."""
        with np.errstate(all="ignore"):
            found = with_arrays(self.batch(range(count)))
            asked = [with_the_library(self.universe.sample(self.rng(r), self.n)) for r in range(count)]
        for ours, frame in zip(found, asked, strict=True):
            np.testing.assert_allclose(ours, frame[NUMBERS].to_numpy(float), rtol=1e-7, atol=1e-12)
            assert (frame["target"] == self.truth["target"]).all()

    def rng(self, replicate: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, self.number, replicate])

    def batch(self, replicates: range) -> Batch:
        weight = np.stack([self.universe.draw(self.rng(r), self.n)[1] for r in replicates])
        people = 2 * self.df * people_per_unit(self.n, self.df)
        return Batch(weight, people, float(self.df))

    def advance(self, count: int) -> None:
        """More replicates, some at a time, to bound memory."""
        start = len(self.draws)
        parts = [range(r, min(r + CHUNK, start + count)) for r in range(start, start + count, CHUNK)]
        with np.errstate(all="ignore"):
            self.draws = np.concatenate([self.draws, *(with_arrays(self.batch(part)) for part in parts)])
        np.save(self.file, self.draws)

    def summary(self) -> pd.DataFrame:
        """Coverage, error ratios and failures of each target."""
        log = self.truth["measure"].isin(LOGARITHMIC).to_numpy()
        estimate, error, low, high = np.moveaxis(self.draws, 2, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            estimate = np.where(log, np.log(estimate), estimate)
        usable = np.isfinite(estimate) & np.isfinite(error) & np.isfinite(low)
        estimate, error = (np.where(usable, values, np.nan) for values in (estimate, error))
        truth = self.truth["estimate"].to_numpy()
        covered = np.where(usable, (low <= truth) & (truth <= high), np.nan)
        empirical = np.nanstd(estimate, axis=0, ddof=1)
        bias = np.nanmean(estimate, axis=0) - np.where(log, np.log(np.where(log, truth, 1)), truth)
        return self.truth[["family", "measure", "target"]].assign(
            n=self.n,
            df=self.df,
            replicates=len(self.draws),
            failed=(~usable).sum(axis=0),
            truth=truth,
            bias_in_se=bias / empirical,
            coverage=np.nanmean(covered, axis=0),
            error_ratio=np.nanmean(error, axis=0) / empirical,
            rms_ratio=np.sqrt(np.nanmean(error**2, axis=0)) / empirical,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=4000)
    parser.add_argument("--round", type=int, default=200, help="replicates of each setting between savings")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="start no round after so many")
    parser.add_argument("--seed", type=int, default=20260)
    parser.add_argument("--work", type=Path, default=Path("build/coverage"), help="folder for what is not kept")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    settings = [Setting(i, n, df, asked.seed, asked.work) for i, (n, df) in enumerate(SETTINGS)]
    start, cpu = time.monotonic(), time.process_time()
    while (done := min(len(s.draws) for s in settings)) < asked.replicates:
        if time.monotonic() - start > 60 * asked.minutes:
            break
        for setting in settings:
            setting.advance(min(asked.round, asked.replicates - len(setting.draws)))
        spent = time.process_time() - cpu
        print(f"{done + asked.round:,} of {asked.replicates:,} replicates, {spent:,.0f} s", file=sys.stderr, flush=True)
    table = pd.concat([setting.summary() for setting in settings], ignore_index=True)
    write_report(table, asked.seed, asked.out)


if __name__ == "__main__":
    main()
