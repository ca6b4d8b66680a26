"""The coverage study as a page: COVERAGE.md, and coverage.csv with a row for each target and setting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

COVERED = (0.937, 0.963)
CALIBRATED = (0.97, 1.03)
SPARSE = 25
KEYS = ["family", "measure"]
INTRO = """# Do 95% intervals hold the truth?

Made by `python benchmarks/coverage.py --replicates {replicates}` (seed {seed}); coverage.csv has a row for each of
{targets} targets in each of six settings. The population and how it is sampled are described in universe.py: two units
in each of 5, 15 or 30 strata, drawn with replacement, about 2,000 or 10,000 people with unequal weights; four
conditions that some 24%, 37%, 21% and 6% of people have and that depend on age, sex, each other, stratum and unit. The
truth is the value that the same estimator takes in the whole population. Replicate r of setting s has the seed
({seed}, s, r).

*Coverage*: share of surveys whose interval holds the truth. *Error ratio*: mean standard error over the standard
deviation of the estimates (of their logarithms, for ratios). Goals: {c0:.1%} to {c1:.1%}, and {e0} to {e1}. Monte Carlo
standard errors are {mc:.2%} of coverage and {me:.3f} of an error ratio. Cells give the mean over the targets of a row,
with the lowest and highest; `*` marks a cell that holds a target outside the goal.
"""
REASONS = """## What lies outside, and why

Of {cells} targets times settings, {uncovered} miss the goal for coverage and {miscalibrated} that for the error ratio.

- **a, the standard error varies** ({a}). With few degrees of freedom, or few people with the rarest condition, a
  variance estimate is right on average, but its root is lower on average: with d equal strata of two units by the
  factor sqrt(2 / d) G((d + 1) / 2) / G(d / 2), G the gamma function, which is 0.952 for d = 5, 0.983 for 15 and 0.992
  for 30; strata that are unequal, or small, make it less. The root mean square of these standard errors over the
  empirical one lies within the goal, and t intervals on the design degrees of freedom, made for this, cover. Who
  reads the standard error itself should know that with 5 degrees of freedom it is some 6% too small on average.
- **b, sparse combinations** ({b}). Where fewer than {sparse} people are expected to have exactly one combination of
  conditions, the logarithm of its observed/expected ratio is skewed, too low by up to a quarter of its standard error,
  and linearisation gives an error 3% to 10% too small in root mean square. Intervals cover {b_low:.1%} and more.
- **c, small groups in models** ({c}). Odds ratios of the rarest condition, or of the few people with three others, in
  samples of 2,000: the linearised error is 3% to 5% too small in root mean square, as is known of sandwich errors in
  small samples. Intervals cover {c_low:.1%} and more.
- **d, intervals on a plain scale** ({d}). The prevalence difference by the rarest condition, in samples of 2,000:
  estimate and standard error move together, so that intervals cover {d_low:.1%} and more. For the same reason the
  attributable proportion of an interaction has its interval on log(1 - AP): on the plain scale the same samples gave
  92.8% to 94.8%, with three to thirteen times as many intervals above the truth as below it.

Failures: an estimate is missing when a sample holds nobody with a combination, which happened in at most {failed:.1%}
of the samples of a setting, for combinations of which {least:.0f} to {most:.0f} people were expected; such samples do
not count for that target. Of all other estimates those of one model are missing in {other} of {samples:,} samples, in
which it has no finite solution (an interaction on the rarest condition).
"""


def write_report(table: pd.DataFrame, seed: int, folder: Path) -> None:
    """Write both files into a folder."""
    table = judged(table.round({"truth": 5, "bias_in_se": 3, "coverage": 4, "error_ratio": 4, "rms_ratio": 4}))
    table.drop(columns="setting").to_csv(folder / "coverage.csv", index=False)
    replicates = int(table["replicates"].min())
    head = INTRO.format(
        replicates=replicates, seed=seed, targets=len(table) // table["setting"].nunique(), c0=COVERED[0],
        c1=COVERED[1], e0=CALIBRATED[0], e1=CALIBRATED[1], mc=np.sqrt(0.05 * 0.95 / replicates),
        me=1 / np.sqrt(2 * (replicates - 1)),
    )  # fmt: skip
    parts = [
        head,
        "## Coverage, %\n\n" + _table(table, "coverage", COVERED, lambda x: f"{100 * x:.1f}"),
        "## Error ratio\n\n" + _table(table, "error_ratio", CALIBRATED, lambda x: f"{x:.3f}"),
        "## Root mean square of the standard error over the empirical one\n\n"
        + _table(table, "rms_ratio", CALIBRATED, lambda x: f"{x:.3f}"),
        _reasons(table),
        _listed(table),
    ]
    (folder / "COVERAGE.md").write_text("\n".join(parts), encoding="utf-8")


def judged(table: pd.DataFrame) -> pd.DataFrame:
    """The table with people expected with each combination, and the reason where a goal is missed."""
    shares = table[(table["family"] == "combination") & (table["measure"] == "prevalence")]
    expected = shares.set_index(["n", "df", "target"])["truth"].mul(shares["n"].to_numpy())
    places = pd.MultiIndex.from_frame(table[["n", "df", "target"]])
    expected = pd.Series(expected.reindex(places).to_numpy(), table.index)
    expected = expected.where((table["family"] == "combination") & (table["measure"] != "expected_prevalence"))
    uncovered, miscalibrated, skewed = (
        _outside(table[name], goal)
        for name, goal in (("coverage", COVERED), ("error_ratio", CALIBRATED), ("rms_ratio", CALIBRATED))
    )
    reason = np.select(
        [uncovered, skewed & (expected < SPARSE), skewed & miscalibrated, miscalibrated], list("dbca"), ""
    )
    setting = [f"n = {n:,}, df = {df}" for n, df in zip(table["n"], table["df"], strict=True)]
    return table.assign(expected_people=expected.round(1), reason=reason, setting=setting)


def _outside(values: pd.Series, goal: tuple[float, float]) -> pd.Series:
    return (values < goal[0]) | (values > goal[1])


def _table(table: pd.DataFrame, name: str, goal: tuple[float, float], write: Callable[[float], str]) -> str:
    """Measures by settings: mean over targets, lowest and highest, `*` where one is outside the goal."""
    settings = list(dict.fromkeys(table["setting"]))
    lines = ["| estimator | targets | " + " | ".join(settings) + " |", "| --- | --: |" + " --- |" * len(settings)]
    for (family, measure), rows in table.groupby(KEYS, sort=False):
        cells = []
        for setting in settings:
            values = rows.loc[rows["setting"] == setting, name]
            mark = "\\*" if _outside(values, goal).any() else ""
            cells.append(f"{write(values.mean())} ({write(values.min())}-{write(values.max())}){mark}")
        lines.append(f"| {family}: {measure} | {len(values)} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _reasons(table: pd.DataFrame) -> str:
    missed = table[table["failed"] > 0]
    counts = table["reason"].value_counts()
    covered = table.groupby("reason")["coverage"]
    low = covered.min()
    others = table[table["expected_people"].isna()]
    return REASONS.format(
        cells=f"{len(table):,}",
        uncovered=int(_outside(table["coverage"], COVERED).sum()),
        miscalibrated=int(_outside(table["error_ratio"], CALIBRATED).sum()),
        sparse=SPARSE,
        b_low=low.get("b", np.nan),
        c_low=low.get("c", np.nan),
        d_low=low.get("d", np.nan),
        failed=(table["failed"] / table["replicates"]).max(),
        least=missed["expected_people"].min(),
        most=missed["expected_people"].max(),
        other=int(others.groupby("setting")["failed"].max().sum()),
        samples=int(table.groupby("setting")["replicates"].max().sum()),
        **{letter: int(counts.get(letter, 0)) for letter in "abcd"},
    )


def _listed(table: pd.DataFrame) -> str:
    """The targets whose reason is b, c or d, one a line."""
    rows = table[table["reason"].isin(["b", "c", "d"])].sort_values(
        ["reason", "n", "df"], ascending=[False, True, True]
    )
    lines = [
        "| reason | setting | target | people expected | coverage, % | error ratio | root mean square |",
        "| --- | --- | --- | --: | --: | --: | --: |",
    ]
    for row in rows.itertuples():
        people = "" if np.isnan(row.expected_people) else f"{row.expected_people:.0f}"
        lines.append(
            f"| {row.reason} | {row.setting} | {row.family}: {row.measure}, {row.target} | {people} | "
            f"{100 * row.coverage:.1f} | {row.error_ratio:.3f} | {row.rms_ratio:.3f} |"
        )
    return "\n".join(lines) + "\n"
