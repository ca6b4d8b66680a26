"""Merged patterns keep every total by unit, whatever the keys."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from comorbid._numerics.collapse import CodedColumn, collapse
from comorbid._numerics.merging import merge_patterns, pattern_keys

RNG = np.random.default_rng(3)
N = 400
CODES = [RNG.integers(-1, top, N).astype(np.int16) for top in (3, 2, 4)]
WEIGHT, UNIT = RNG.uniform(1, 2, N), RNG.integers(0, 6, N).astype(np.int32)


def collapsed(columns, squares):
    coded = [CodedColumn(CODES[j], int(CODES[j].max()) + 1, True) for j in columns]
    return collapse(coded, N, WEIGHT, UNIT, 6, squares=squares)


@pytest.mark.parametrize("squares", [False, True])
@pytest.mark.parametrize("columns", [(0, 1, 2), (2, 0), (1,), ()])
def test_merging_equals_collapsing_people_again(columns, squares):
    whole, direct = collapsed((0, 1, 2), squares), collapsed(columns, squares)
    merged = merge_patterns(whole, whole.codes[:, list(columns)])
    for name in ("codes", "count", "cell_unit", "cell_pattern"):
        assert np.array_equal(getattr(merged, name), getattr(direct, name))
    assert merged.cell_weight == pytest.approx(direct.cell_weight, rel=1e-13)
    assert merged.cell_weight_sq == pytest.approx(direct.cell_weight_sq, rel=1e-13)


def test_replicate_totals_are_summed_with_their_patterns():
    whole = replace(collapsed((0, 1, 2), False), replicates=None)
    replicates = RNG.uniform(1, 2, (whole.n_patterns, 3))
    merged = merge_patterns(replace(whole, replicates=replicates, replicate_rank=3), whole.codes[:, [1]])
    for code, total in zip(merged.codes[:, 0], merged.replicates, strict=True):
        assert total == pytest.approx(replicates[whole.codes[:, 1] == code].sum(axis=0), rel=1e-13)
    assert merged.replicate_rank == 3


@pytest.mark.parametrize("top", [4, 10**6])  # the second does not fit one whole number
def test_keys_order_rows_as_their_codes_do(top):
    codes = RNG.integers(-1, top, (200, 5))
    codes[:20] = codes[20:40]
    keys = pattern_keys(codes)
    assert np.array_equal(np.unique(codes, axis=0), codes[np.unique(keys, return_index=True)[1]])
