"""Whether a proportion is precise enough to be shown: the presentation standards of the US NCHS."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from comorbid._numerics.intervals import effective_sample_size, korn_graubard_interval

LEAST_PEOPLE = 30
NARROW, WIDE = 0.05, 0.30
"""Widths of the 95% interval that are always, and never, narrow enough."""
RELATIVE = 1.30
"""Largest width of the interval over the proportion, in between."""
LEAST_DF = 8


def presentation(
    proportion: np.ndarray, std_error: np.ndarray, n: np.ndarray, df: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Show, review or suppress each proportion, and why.

    Suppressed: fewer than 30 people, or an effective sample under 30; a 95% Korn-Graubard interval of width 0.30 or
    more; one wider than 0.05 and than 130% of the proportion. Reviewed: fewer than 8 degrees of freedom; a proportion
    of exactly 0 or 1, which has no relative width. Shown with a reason: the complement, 1 - p, is too imprecise.

    Parameters
    ----------
    proportion, std_error, n : ndarray of shape (m,)
        Proportion, its design-based standard error, and the people it rests on, unweighted.
    df : float, or ndarray of shape (m,)
        Design degrees of freedom; infinite without a design.

    Returns
    -------
    status : ndarray of str, shape (m,): "show", "review" or "suppress"
    reason : ndarray of str, shape (m,): empty where nothing stands against the proportion

    Notes
    -----
    The first reason that applies, of suppression before review. Precision protects readers; small counts, which could
    point at people, are another gate. Source: Parker et al., National Center for Health Statistics Data Presentation
    Standards for Proportions, Vital Health Stat 2017;2(175).
    """
    limits = korn_graubard_interval(proportion, std_error, n, 0.95, df)
    width = limits[..., 1] - limits[..., 0]
    effective = effective_sample_size(proportion, std_error, n, 0.95, df)
    extreme = (proportion <= 0) | (proportion >= 1)
    unsure = (width > NARROW) & ~extreme
    with np.errstate(divide="ignore", invalid="ignore"):
        relative, complement = width / proportion, width / (1 - proportion)
    rules = [
        (~(np.isfinite(proportion) & np.isfinite(std_error)), "suppress", "no estimate or no standard error"),
        (n < LEAST_PEOPLE, "suppress", f"fewer than {LEAST_PEOPLE} people"),
        (effective < LEAST_PEOPLE, "suppress", f"effective sample size below {LEAST_PEOPLE}"),
        (width >= WIDE, "suppress", f"95% interval {WIDE:.2f} or wider"),
        (unsure & (relative > RELATIVE), "suppress", f"95% interval wider than {RELATIVE:.0%} of the proportion"),
        (np.broadcast_to(np.less(df, LEAST_DF), extreme.shape), "review", f"fewer than {LEAST_DF} degrees of freedom"),
        (extreme, "review", "proportion of 0% or 100%"),
        (unsure & (complement > RELATIVE), "show", f"complement: 95% interval wider than {RELATIVE:.0%} of it"),
    ]
    holds = [np.asarray(rule) for rule, _, _ in rules]
    status = np.select(holds, [status for _, status, _ in rules], "show")
    return status, np.select(holds, [reason for _, _, reason in rules], "")
