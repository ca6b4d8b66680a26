"""Collapse of people to patterns: dense and sparse ways, blocks, missing levels, domains."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comorbid._numerics import collapse as module
from comorbid._numerics.collapse import CodedColumn, collapse
from comorbid._numerics.structure import PatternTable

FIELDS = ("codes", "count", "cell_unit", "cell_pattern", "cell_weight", "cell_weight_sq")
DTYPES = (np.int8, np.int16, np.int32, np.int64, np.uint8)


@st.composite
def samples(draw) -> dict:
    """Arguments of collapse: up to 400 people, 0 to 4 columns, with or without weights, units, domain and squares."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(0, 400))
    columns = []
    for levels in draw(st.lists(st.one_of(st.integers(1, 6), st.sampled_from([42, 126, 127])), max_size=4)):
        may_miss = draw(st.booleans())
        dtype = draw(st.sampled_from(DTYPES if not may_miss else DTYPES[:4]))
        columns.append(CodedColumn(rng.integers(-may_miss, levels, n).astype(dtype), levels, may_miss))
    n_units = draw(st.integers(1, 7))
    weights = rng.choice([0.0, 0.5, 1.0, 3.25, 1024.0], n) if draw(st.booleans()) else None  # exact sums
    return {
        "columns": columns,
        "n_people": n,
        "weights": weights,
        "units": rng.integers(0, n_units, n).astype(np.int32) if n_units > 1 else None,
        "n_units": n_units,
        "domain": rng.random(n) < draw(st.floats(0, 1)) if draw(st.booleans()) else None,
        "squares": draw(st.booleans()) and (weights is not None or n_units > 1),
    }


def by_hand(sample: dict) -> dict:
    """Counts, weights and squared weights by (pattern, unit), one person after another."""
    found: dict[tuple, list[float]] = {}
    for i in range(sample["n_people"]):
        weight = 1.0 if sample["weights"] is None else sample["weights"][i]
        if weight == 0 or (sample["domain"] is not None and not sample["domain"][i]):
            continue
        unit = 0 if sample["units"] is None else int(sample["units"][i])
        cell = found.setdefault((tuple(int(c.values[i]) for c in sample["columns"]), unit), [0, 0.0, 0.0])
        cell[0] += 1
        cell[1] += weight
        cell[2] += weight**2
    return found


def check(table: PatternTable, sample: dict) -> None:
    expected = by_hand(sample)
    patterns = [tuple(row) for row in table.codes.tolist()]
    assert patterns == sorted({pattern for pattern, _ in expected})
    cells = [(patterns[p], int(u)) for p, u in zip(table.cell_pattern, table.cell_unit, strict=True)]
    assert sorted(cells) == sorted(expected)
    assert [u for _, u in cells] == sorted(u for _, u in cells)
    assert table.cell_weight.tolist() == [expected[cell][1] for cell in cells]
    if sample["squares"]:
        assert table.cell_weight_sq.tolist() == [expected[cell][2] for cell in cells]
    people = {pattern: sum(cell[0] for (p, _), cell in expected.items() if p == pattern) for pattern in patterns}
    assert table.count.tolist() == [people[pattern] for pattern in patterns]
    assert table.weight.sum() == sum(cell[1] for cell in expected.values())


def same(left: PatternTable, right: PatternTable) -> None:
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name), err_msg=name)


@settings(max_examples=100)
@given(samples())
def test_people_are_counted_one_by_one(sample):
    check(collapse(**sample), sample)


@settings(max_examples=100)
@given(samples())
def test_sparse_is_dense(sample):
    dense = collapse(**sample)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "DENSE", 0)
        same(collapse(**sample), dense)


@settings(max_examples=100)
@given(samples(), st.sampled_from([1, 2, 7, 64, 100]))
def test_block_boundaries(sample, block):
    whole = collapse(**sample)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", block)
        same(collapse(**sample), whole)


@settings(max_examples=50)
@given(samples(), st.integers(0, 2**32 - 1))
def test_selected_patterns_are_a_domain(sample, seed):
    table = collapse(**sample)
    keep = np.random.default_rng(seed).random(table.n_patterns) < 0.5
    chosen = {tuple(row) for row in table.codes[keep].tolist()}
    inside = np.array(
        [tuple(int(c.values[i]) for c in sample["columns"]) in chosen for i in range(sample["n_people"])], dtype=bool
    )
    domain = inside if sample["domain"] is None else inside & sample["domain"]
    same(table.select(keep), collapse(**{**sample, "domain": domain}))


def test_more_patterns_than_a_machine_integer_holds():
    """Sixty-five binary columns have 2^65 patterns; eight people have at most eight of them."""
    rng = np.random.default_rng(7)
    columns = [CodedColumn(rng.integers(0, 2, 8).astype(np.int8), 2, False) for _ in range(65)]
    table = collapse(columns, 8)
    assert table.codes.tolist() == sorted([c.values[i] for c in columns] for i in range(8))


@pytest.mark.parametrize("size", [126, 127, 128, 32_766, 32_767, 32_768, 70_000])
@pytest.mark.parametrize("may_miss", [False, True])
def test_tables_at_the_edge_of_an_integer_type(size, may_miss):
    """The first and the last level of each column, together with a second column of three."""
    levels = size - may_miss
    values = np.array([-1 if may_miss else 0, 0, 1, levels - 2, levels - 1] * 3, dtype=np.int32)
    columns = [
        CodedColumn(np.repeat([0, 1, 2], 5).astype(np.int8), 3, False),
        CodedColumn(values, levels, may_miss),
        CodedColumn(np.tile([2, 1, 0], 5).astype(np.int8), 3, False),
    ]
    for order in ([1], [0, 1], [1, 0], [0, 1, 2]):
        sample = {
            "columns": [columns[j] for j in order],
            "n_people": 15,
            "weights": np.arange(15.0),
            "units": np.arange(15) % 4,
            "n_units": 4,
            "domain": None,
            "squares": True,
        }
        check(collapse(**sample), sample)


def test_nothing_given_is_changed():
    rng = np.random.default_rng(1)
    columns = [CodedColumn(rng.integers(-1, 3, 90).astype(np.int8), 3) for _ in range(3)]
    weights, units, domain = rng.random(90), rng.integers(0, 4, 90), rng.random(90) < 0.5
    before = [array.copy() for array in (*[c.values for c in columns], weights, units, domain)]
    collapse(columns, 90, weights, units, 4, domain, True)
    for array, copy in zip((*[c.values for c in columns], weights, units, domain), before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_two_runs_are_equal_to_the_last_bit():
    rng = np.random.default_rng(2)
    columns = [CodedColumn(rng.integers(0, 5, 50_000).astype(np.int8), 5, False) for _ in range(3)]
    weights = rng.lognormal(size=50_000)
    same(collapse(columns, 50_000, weights), collapse(columns, 50_000, weights))
