"""Which people share their gaps: the same missing answers as enough others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["sharing_gaps"]


def sharing_gaps(missing: Sequence[np.ndarray], domain: np.ndarray, least: int) -> np.ndarray:
    """People of a domain whose set of missing answers `least` people of it have or more.

    Parameters
    ----------
    missing : sequence of ndarray of bool, each of shape (n,)
        Where each answer is missing.
    domain : ndarray of bool, shape (n,)
    least : int

    Returns
    -------
    ndarray of bool, shape (n,)
        Those who lack nothing are a set like any other.
    """
    kept = domain.copy()
    somewhere = np.zeros(len(domain), dtype=bool)
    for gaps in missing:
        somewhere |= gaps
    somewhere &= domain
    if int(domain.sum()) - int(somewhere.sum()) < least:
        kept &= somewhere
    if somewhere.any():
        packed = np.packbits(np.stack([gaps[somewhere] for gaps in missing], axis=1), axis=1)
        _, pattern, people = np.unique(packed, axis=0, return_inverse=True, return_counts=True)
        kept[somewhere] &= people[pattern.reshape(-1)] >= least
    return kept
