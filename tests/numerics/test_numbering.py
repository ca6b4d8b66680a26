"""Design codes to consecutive numbers: what sorting all of them would give."""

from __future__ import annotations

import numpy as np
import pytest

from comorbid._numerics.numbering import SMALL, extremes, numbered_integers, numbered_pairs
from comorbid._numerics.packing import BLOCK

N = 3 * BLOCK + 17
RNG = np.random.default_rng(12)
LATE = np.zeros(N, dtype=np.int16)
LATE[-5:] = [3, 1, 2, 3, 1]
CODES = {
    "0 to 59": RNG.integers(0, 60, N).astype(np.int16),
    "1 to 15": RNG.integers(1, 16, N),
    "below zero": RNG.integers(-40, -3, N).astype(np.int8),
    "with gaps": RNG.choice([2, 30, 31, 900_000], N),
    "unsigned": RNG.integers(250, 256, N).astype(np.uint8),
    "rare ones last": LATE,
    "one": np.full(N, 7),
}


@pytest.mark.parametrize("values", CODES.values(), ids=CODES)
def test_integers_are_ranked(values):
    found = numbered_integers(values)
    distinct, ranks = np.unique(values, return_inverse=True)
    assert found is not None
    assert np.array_equal(found[0], ranks)
    assert np.array_equal(found[1], distinct)


def test_a_wide_range_is_left_to_others():
    assert numbered_integers(np.array([0, SMALL])) is None
    assert numbered_integers(np.array([], dtype=int)) is None
    assert numbered_integers(np.array([0, 2**64 - 1], dtype=np.uint64)) is None


NESTED = RNG.integers(0, 60, N).astype(np.int16)
PAIRS = {
    "nested": ((NESTED // 4).astype(np.int16), NESTED),
    "crossed": (RNG.integers(0, 30, N), RNG.integers(0, 2, N).astype(np.int8)),
    "new pairs in the last block": (LATE, RNG.integers(0, 3, N)),
    "one stratum": (np.zeros(N, dtype=np.int8), NESTED),
    "too many for a table": (RNG.integers(0, 9_000, N), RNG.integers(0, 9_000, N)),
}


@pytest.mark.parametrize(("first", "second"), PAIRS.values(), ids=PAIRS)
def test_pairs_are_ranked(first, second):
    ranks, of_first = numbered_pairs(first, second, int(second.max()) + 1)
    distinct, expected = np.unique(np.stack([first, second], axis=1), axis=0, return_inverse=True)
    assert np.array_equal(ranks, expected.ravel())
    assert np.array_equal(of_first, distinct[:, 0])


def test_extremes_are_those_of_the_whole():
    values = RNG.normal(size=N)
    assert extremes(values) == (values.min(), values.max())
    values[N - 3] = np.nan
    assert np.isnan(extremes(values)).all()
