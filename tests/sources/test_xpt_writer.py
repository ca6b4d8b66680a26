"""The tests' own transport files are read back as they were written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.sources.xpt_writer import ibm, write_xpt


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0, "4110000000000000"),
        (-1.0, "c110000000000000"),
        (0.0, "0000000000000000"),
        (0.1, "401999999999999a"),
        (16.0, "4210000000000000"),
        (-118.625, "c276a00000000000"),
        (float("nan"), "2e00000000000000"),
    ],
)
def test_numbers_in_ibm_form(value: float, expected: str) -> None:
    assert ibm(value).hex() == expected


@pytest.mark.parametrize("columns", [1, 3, 10, 41])
@pytest.mark.parametrize("rows", [1, 7, 40])
def test_a_table_comes_back(tmp_path: Path, rows: int, columns: int) -> None:
    rng = np.random.default_rng([rows, columns])
    values = rng.normal(0, 1e5, (rows, columns)).round(3)
    values[0, 0] = np.nan
    frame = pd.DataFrame(values, columns=[f"COL{at}" for at in range(columns)])
    write_xpt(frame, tmp_path / "table.xpt")
    assert (tmp_path / "table.xpt").stat().st_size % 80 == 0
    back = pd.read_sas(tmp_path / "table.xpt", format="xport", encoding="latin-1")
    pd.testing.assert_frame_equal(back, frame, rtol=1e-15)
