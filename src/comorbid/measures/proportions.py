"""What counts can show: intervals of a proportion, and the smallest difference that two groups reveal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from comorbid._numerics.intervals import check_conf_level
from comorbid._numerics.two_proportions import fisher_p_values, power_of
from comorbid.errors import SpecError, names_given, require_known

METHODS = {
    "wilson": "wilson",
    "clopper_pearson": "beta",
    "agresti_coull": "agresti_coull",
    "jeffreys": "jeffreys",
    "wald": "normal",
}
"""Methods by name, with the name statsmodels has for each."""


def proportion_intervals(
    events: int, n: int, methods: Sequence[str] = tuple(METHODS), *, conf_level: float = 0.95
) -> pd.DataFrame:
    """A proportion of a simple random sample with its interval by several methods.

    wilson inverts the score test; clopper_pearson inverts the exact test and covers at least as often as it says;
    agresti_coull is Wald's after adding z^2 / 2 people of either kind; jeffreys is the equal-tailed posterior interval
    under Beta(1/2, 1/2), from 0 without events and up to 1 when all have it; wald is p -/+ z sqrt(p (1 - p) / n), which
    covers too seldom and is here to be compared.

    Parameters
    ----------
    events, n : int
        People with the event, of n people.
    methods : sequence of {"wilson", "clopper_pearson", "agresti_coull", "jeffreys", "wald"}
    conf_level : float
        Between 0 and 1.

    Returns
    -------
    DataFrame
        method, measure ("prevalence"), estimate, conf_low, conf_high, n, events.

    Raises
    ------
    SpecError
        When the counts are no whole numbers with 0 <= events <= n and n >= 1.
    UnknownNameError
        For a method that is not one of the five.

    Notes
    -----
    Brown, Cai & DasGupta, Stat Sci 2001;16:101-33, doi:10.1214/ss/1009213286. Computed by statsmodels and pinned to R.
    For survey estimates use `prevalence`, whose intervals know the design.
    """
    from statsmodels.stats.proportion import proportion_confint

    _check_counts(events, n)
    check_conf_level(conf_level)
    rows = []
    for method in names_given(methods, "methods"):
        known = METHODS[require_known(method, METHODS, "method of interval")]
        low, high = proportion_confint(events, n, alpha=1 - conf_level, method=known)
        limits = (
            0.0 if events == 0 and method == "jeffreys" else low,
            1.0 if events == n and method == "jeffreys" else high,
        )
        rows.append((method, "prevalence", events / n, *(float(np.clip(limit, 0, 1)) for limit in limits), n, events))
    columns = ["method", "measure", "estimate", "conf_low", "conf_high", "n", "events"]
    frame = pd.DataFrame(rows, columns=columns)
    frame.attrs["conf_level"] = conf_level
    return frame


def published_shares(rows: pd.DataFrame, method: str = "wilson", *, conf_level: float = 0.95) -> pd.DataFrame:
    """Shares that studies counted, each with an interval by one method: a of a + b people, from the printed counts.

    Parameters
    ----------
    rows : DataFrame
        With `a` (people with it) and `b` (without), whole numbers, as `published_estimates` gives them.
    method : {"wilson", "clopper_pearson", "agresti_coull", "jeffreys", "wald"}
        See `proportion_intervals`.
    conf_level : float

    Returns
    -------
    DataFrame
        The other columns of `rows`, and measure ("prevalence"), estimate, conf_low, conf_high, n (a + b) and events
        (a) in place of what was printed there. Its numbers are published ones.

    Raises
    ------
    SpecError
        When a column is absent, or a row has no counts.
    UnknownNameError
        For another method.

    Notes
    -----
    The people of a study are taken as a simple random sample of people like them: what a clinic's patients differ in
    from other people is in no interval.
    """
    absent = [name for name in ("a", "b") if name not in rows.columns]
    if absent or rows[["a", "b"]].isna().any(axis=None):
        without = (
            f"no column {' and no '.join(absent)}" if absent else f"{rows[['a', 'b']].isna().any(axis=1).sum()} rows"
        )
        raise SpecError(
            f"shares need the counts a and b of every row; found {without}{'' if absent else ' without them'}."
            "\n  Choose rows of published_estimates() that were printed with counts."
        )
    counts = zip(rows["a"], rows["a"] + rows["b"], strict=True)
    found = [proportion_intervals(int(a), int(n), [method], conf_level=conf_level) for a, n in counts]
    intervals = pd.concat(found, ignore_index=True).drop(columns="method").set_index(rows.index)
    kept = rows.drop(columns=[*intervals.columns, "a", "b", "c", "d", "printed"], errors="ignore")
    whole = kept.join(intervals)
    whole.attrs = {**rows.attrs, "numbers": "published", "conf_level": conf_level}
    return whole


def detectable_difference(
    n_a: int, n_b: int, share_b: float | Iterable[float], *, power: float = 0.8, alpha: float = 0.05
) -> pd.DataFrame:
    """The smallest share of the first group, above that of the second, that Fisher's exact test would find.

    Power is exact: the sum of P(x of n_a) P(y of n_b) over the outcomes with p <= alpha, two-sided.

    Parameters
    ----------
    n_a, n_b : int
        People in the two groups.
    share_b : float or sequence of float
        Share with the outcome in the second group, between 0 and 1.
    power, alpha : float
        Between 0 and 1.

    Returns
    -------
    DataFrame
        share_b, share_a (missing when even 100% would not be found), difference, prevalence_ratio, odds_ratio, power,
        alpha, n_a, n_b.

    Raises
    ------
    SpecError
        When a group is empty, or a share, power or alpha lies outside 0 to 1.
    """
    shares = np.atleast_1d(np.asarray(share_b, dtype=float))
    _check_groups(n_a, n_b)
    for name, values in {"share_b": shares, "power": power, "alpha": alpha}.items():
        _check_shares(name, values)
    rejected = fisher_p_values(n_a, n_b) <= alpha
    share_a = np.array([_least_share(rejected, share, power) for share in shares])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, odds = share_a / shares, share_a * (1 - shares) / ((1 - share_a) * shares)
    columns = {"share_b": shares, "share_a": share_a, "difference": share_a - shares, "prevalence_ratio": ratio}
    return pd.DataFrame(columns | {"odds_ratio": odds, "power": power, "alpha": alpha, "n_a": n_a, "n_b": n_b})


def exact_power(
    n_a: int, n_b: int, share_a: float | Iterable[float], share_b: float, *, alpha: float = 0.05
) -> np.ndarray:
    """Chance that Fisher's exact test finds a difference between two groups, for each share of the first.

    Parameters
    ----------
    n_a, n_b : int
        People in the two groups.
    share_a : float or sequence of float
    share_b, alpha : float
        Between 0 and 1.

    Returns
    -------
    ndarray of shape (k,)

    Raises
    ------
    SpecError
        As in `detectable_difference`.
    """
    shares = np.atleast_1d(np.asarray(share_a, dtype=float))
    _check_groups(n_a, n_b)
    for name, values in {"share_a": shares, "share_b": share_b, "alpha": alpha}.items():
        _check_shares(name, values)
    return power_of(fisher_p_values(n_a, n_b) <= alpha, shares, share_b)


def _least_share(rejected: np.ndarray, share_b: float, power: float) -> float:
    """Root of power(share) = power above share_b; power rises with the share there."""

    def short(share: float) -> float:
        return float(power_of(rejected, np.array([share]), share_b)[0]) - power

    if short(1.0) < 0:
        return float("nan")
    return share_b if short(share_b) >= 0 else float(brentq(short, share_b, 1.0, xtol=1e-10))


def _check_counts(events: int, n: int) -> None:
    whole = all(isinstance(value, (int, np.integer)) and not isinstance(value, bool) for value in (events, n))
    if not whole or not 0 <= events <= n or n < 1:
        raise SpecError(f"{events!r} of {n!r} people: give whole numbers, 0 <= events <= n, and n of 1 or more.")


def _check_groups(*sizes: int) -> None:
    for size in sizes:
        _check_counts(0, size)


def _check_shares(name: str, values: object) -> None:
    given = np.asarray(values, dtype=float)
    if not ((given >= 0) & (given <= 1)).all():
        raise SpecError(f"{name} lies outside 0 to 1; write 0.15 for 15%.")
