"""How alike people are: classes of people who share every quasi-identifier, and how many answers a class gives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["alike", "distinct_answers"]


def alike(columns: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Classes of people who have the same value in every column.

    Parameters
    ----------
    columns : sequence of ndarray of int, each of shape (n,)
        At least one; any number may stand for "missing", which is a value like the others.

    Returns
    -------
    classes : ndarray of int, shape (n,), from 0
    sizes : ndarray of int, shape (classes,)
    """
    classes = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        ranks = np.unique(column, return_inverse=True)[1]
        classes = np.unique(classes * (int(ranks.max(initial=0)) + 1) + ranks, return_inverse=True)[1]
    return classes, np.bincount(classes)


def distinct_answers(classes: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """How many different answers each class gives, shape (classes,).

    Parameters
    ----------
    classes : ndarray of int, shape (n,), from 0
    answers : ndarray of int, shape (n,)
        Below zero: not known, which is no answer.
    """
    known = answers >= 0
    pairs = np.unique(np.stack([classes[known], answers[known]]), axis=1)
    return np.bincount(pairs[0].astype(np.intp), minlength=int(classes.max(initial=-1)) + 1)
