"""The rows of a model's coefficients, and what every row of a fit says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from comorbid.fitting.matrix import Column
from comorbid.spec import LogisticSpec


def coefficient_frame(
    columns: Sequence[Column],
    coefficients: np.ndarray,
    std_error: np.ndarray,
    limits: np.ndarray,
    exponentiate: bool,
) -> pd.DataFrame:
    """Term, level, reference, measure, estimate, std_error and interval of each coefficient.

    Parameters
    ----------
    columns : sequence of Column, k of them
    coefficients, std_error : ndarray of shape (k,)
        Log odds.
    limits : ndarray of shape (k, 2)
    exponentiate : bool
        Turn estimate and limits to odds ratios; the standard error stays on the log scale.
    """
    turn = np.exp if exponentiate else np.asarray
    return pd.DataFrame(
        {
            "term": [column.term for column in columns],
            "level": [column.level for column in columns],
            "reference": [column.reference for column in columns],
            "measure": "odds_ratio" if exponentiate else "log_odds",
            "estimate": turn(coefficients),
            "std_error": std_error,
            "conf_low": turn(limits[:, 0]),
            "conf_high": turn(limits[:, 1]),
        }
    )


def stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Frames of several models one under the other, with an empty `note` where only others have one."""
    whole = pd.concat(frames, ignore_index=True)
    noted = whole.assign(note=whole["note"].fillna("")) if "note" in whole else whole
    overlap = {pair: shared for frame in frames for pair, shared in frame.attrs.get("overlap", {}).items()}
    noted.attrs = {**frames[0].attrs, **({"overlap": overlap} if overlap else {})}
    return noted


def asked(spec: LogisticSpec) -> dict[str, str]:
    """Outcome, exposure and model, as every frame of a fit names them."""
    return {"outcome": spec.outcome, "exposure": spec.exposure, "model": spec.model}


def left_out(missing: Mapping[str, int]) -> str:
    """How many people were left out for a missing value, by variable, in words."""
    return ", ".join(f"{name} {count:,}" for name, count in missing.items() if count)
