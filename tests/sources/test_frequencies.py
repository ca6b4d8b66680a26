"""A table is known by its published counts; any other is not taken for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from comorbid.errors import SourceError, UnknownNameError
from comorbid.paths import data_dirs
from comorbid.sources import nhanes
from comorbid.sources.frequencies import (
    Difference,
    Frequencies,
    published_frequencies,
    read_frequencies,
)
from comorbid.sources.registry import SURVEYS, Survey
from comorbid.sources.tables import locate, read_table

PUBLISHED = Frequencies(
    {
        "ONE": {
            "SEQN": {"distinct": 6},
            "ANSWER": {"1": 2, "2": 2, "7": 0, ".": 2},
            "AGE": {"0 to 84": 4, "85": 1, ".": 1},
        },
        "TWO": {"SEQN": {"distinct": 1}, "ANSWER": {"1": 1, ".": 0}},
    }
)
FRAME = pd.DataFrame(
    {
        "SEQN": [1, 2, 3, 4, 5, 6],
        "ANSWER": [1, 1, 2, 2, np.nan, np.nan],
        "AGE": [5.397605346934028e-79, 20, 40, 84, 85, np.nan],
    }
)


def differences(**columns: object) -> list[tuple[str, int, int]]:
    found = PUBLISHED.differences("ONE", FRAME.assign(**columns))
    return [(difference.what, difference.found, difference.published) for difference in found]


def test_the_table_itself_has_no_difference() -> None:
    assert differences() == []
    assert PUBLISHED.recognise(FRAME) == "ONE"


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"ANSWER": [1, 1, 1, 2, np.nan, np.nan]}, [("ANSWER = 1", 3, 2), ("ANSWER = 2", 1, 2)]),
        ({"ANSWER": [1, 1, 2, 7, np.nan, np.nan]}, [("ANSWER = 2", 1, 2), ("ANSWER = 7", 1, 0)]),
        ({"ANSWER": [1, 1, 2, 3, np.nan, np.nan]}, [("ANSWER = 2", 1, 2), ("ANSWER = any other value", 1, 0)]),
        ({"ANSWER": [1, 1, 2, 2, 2, np.nan]}, [("ANSWER = 2", 3, 2), ("ANSWER = missing", 1, 2)]),
        (
            {"ANSWER": ["1", "1", "2", "yes", None, None]},
            [("ANSWER = 2", 1, 2), ("ANSWER = any other value", 1, 0)],
        ),
        (
            {"AGE": [0, 20, 40, np.inf, 85, np.nan]},
            [
                ("AGE = 0 to 84, but with other ends", 3, 0),
                ("AGE = 0 to 84", 3, 4),
                ("AGE = any other value", 1, 0),
            ],
        ),
        ({"AGE": [0, 20, 40, 83, 85, np.nan]}, [("AGE = 0 to 84, but with other ends", 4, 0)]),
        ({"SEQN": [1, 1, 3, 4, 5, 6]}, [("SEQN = distinct", 5, 6)]),
    ],
)
def test_every_count_that_differs_is_listed(columns: dict[str, object], expected: list[tuple[str, int, int]]) -> None:
    assert sorted(differences(**columns)) == sorted(expected)


def test_a_row_less_or_more() -> None:
    assert PUBLISHED.differences("ONE", FRAME[:5])[0] == Difference("", "rows", 6, 5)
    twice = pd.concat([FRAME, FRAME[:1]])
    assert PUBLISHED.differences("ONE", twice)[0] == Difference("", "rows", 6, 7)
    assert not any(difference.variable == "SEQN" for difference in PUBLISHED.differences("ONE", twice))


def test_another_table_is_recognised_and_a_foreign_one_is_not() -> None:
    assert PUBLISHED.recognise(pd.DataFrame({"SEQN": [9], "ANSWER": [1]})) == "TWO"
    assert PUBLISHED.recognise(pd.DataFrame({"SEQN": [9], "ANSWER": [2]})) is None
    assert PUBLISHED.recognise(pd.DataFrame({"SEQN": [9]})) is None


def test_a_table_without_published_counts_is_named() -> None:
    with pytest.raises(UnknownNameError, match="'THREE'"):
        PUBLISHED.columns("THREE")


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "table,variable,code,count\nA,B,1,many\n"], ids=["columns", "count"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "counts.csv").write_text(text)
    with pytest.raises(SourceError, match="is not a table of frequencies"):
        read_frequencies(tmp_path / "counts.csv")
    with pytest.raises(SourceError, match="installation is incomplete"):
        read_frequencies(tmp_path / "absent.csv")


def test_what_ships_covers_every_table_and_column_that_the_loader_reads() -> None:
    published = published_frequencies(nhanes.COHORT)
    assert list(published.tables) == [table for table, _ in Survey(nhanes.COHORT).tables()]
    for suffix in nhanes.CYCLES:
        assert {*nhanes.DEMO} <= {*published.columns(f"DEMO{suffix}")}
        assert {*nhanes.MPQ} == {*published.columns(f"MPQ{suffix}")}
        for stem, columns in nhanes.OTHERS.items():
            assert {*columns} == {*published.columns(f"{stem}{suffix}")}


WORDS = {"< blank >": ".", **{f"ICD-10-CM code {place}": "any other value" for place in (1, 2, 3)}}
"""What the pages say of columns of text, and what the counts that ship say."""
NHANES = [name for name in SURVEYS if name.startswith("nhanes")]
TABLES = [(cohort, table) for cohort in NHANES for table, _ in Survey(cohort).tables()]


@pytest.mark.data
@pytest.mark.parametrize(("cohort", "table"), TABLES)
def test_the_real_tables_have_the_counts_that_ship(cohort: str, table: str) -> None:
    published = published_frequencies(cohort)
    path = locate(table)
    if path is None:
        pytest.skip(f"table {table} of {cohort} is not here; `comorbid fetch {cohort}`")
    frame = read_table(path, published.columns(table))
    assert published.differences(table, frame) == []
    assert published.recognise(frame) == table


@pytest.mark.data
@pytest.mark.parametrize("cohort", NHANES)
def test_the_counts_that_ship_are_those_of_the_publisher_s_codebook(cohort: str) -> None:
    """Every count, of every code of every column, as the page of the table at the publisher's prints it."""
    found = [path for folder in data_dirs() for path in folder.glob("nhanes_codebook_frequencies.csv.xz")]
    if not found:
        pytest.skip("the publisher's frequency tables (nhanes_codebook_frequencies.csv.xz) are not in COMORBID_DATA")
    whole = pd.read_csv(found[0], dtype={"code": str}, keep_default_na=False)
    counts = {
        (table, variable.upper(), WORDS.get(code, code)): count
        for table, variable, code, count in whole[["table", "variable", "code", "count"]].itertuples(index=False)
    }
    for table, variables in published_frequencies(cohort).tables.items():
        for variable, codes in variables.items():
            published = {code: count for (t, v, code), count in counts.items() if (t, v) == (table, variable)}
            assert codes == published or variable == "SEQN", (table, variable)
