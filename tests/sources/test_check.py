"""Every fault of the data is in the list; data without a fault give none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from comorbid.codebook import Codebook, parse_codebook
from comorbid.errors import CodebookError, SourceError, UnknownNameError
from comorbid.sources.check import check_cohort
from tests.sources.fake_survey import PAGE

PEOPLE = 60
CODEBOOK = {
    "name": "mine",
    "variables": {
        "migraine": {"kind": "condition", "levels": {"no": 2, "yes": 1}, "missing": {"9": "don't know"}},
        "sex": {"levels": {"male": "m", "female": "f"}},
        "age": {"limits": [0, 85], "missing": {"99": "refused"}},
        "age_band": {"kind": "categorical", "source": "age", "breaks": [0, 40], "levels": ["under 40", "40+"]},
    },
    "designs": {"survey": {"weights": "w", "strata": "s", "psu": "p"}},
}


@pytest.fixture(scope="module")
def book() -> Codebook:
    return parse_codebook(CODEBOOK)


@pytest.fixture
def people() -> pd.DataFrame:
    """Sixty people without a fault: three strata of two units."""
    at = np.arange(PEOPLE)
    return pd.DataFrame(
        {
            "migraine": np.where(at % 3 == 0, 1, 2).astype(float),
            "sex": np.where(at % 2 == 0, "m", "f"),
            "age": 20.0 + at,
            "w": 100.0 + at % 7,
            "s": at % 3,
            "p": (at // 3) % 2,
        }
    )


def put(people: pd.DataFrame, column: str, value: object, rows: int) -> pd.DataFrame:
    """The same people with a value in the first rows of a column."""
    changed = people[column].astype(object)
    changed.iloc[:rows] = value
    return people.assign(**{column: changed.infer_objects()})


def found(faults: pd.DataFrame) -> list[tuple[str, str]]:
    return sorted(zip(faults["column"], faults["fault"], strict=True))


def test_data_without_a_fault(people: pd.DataFrame, book: Codebook) -> None:
    faults = check_cohort(people, book)
    assert list(faults.columns) == ["column", "fault", "what", "count", "remedy"]
    assert faults.empty


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("migraine", 7, "undeclared-code"),
        ("migraine", "perhaps", "undeclared-code"),
        ("sex", "F", "undeclared-code"),
        ("age", -1, "outside-limits"),
        ("age", 86, "outside-limits"),
        ("age", np.inf, "infinite"),
        ("age", "80+", "not-a-number"),
        ("w", np.nan, "missing-weight"),
        ("w", "heavy", "missing-weight"),
        ("w", -1, "negative-weight"),
        ("w", np.inf, "infinite-weight"),
        ("s", np.nan, "missing-stratum"),
        ("p", np.nan, "missing-psu"),
    ],
)
@pytest.mark.parametrize("rows", [1, 9, 10, 11])
def test_one_fault_of_a_column(
    people: pd.DataFrame, book: Codebook, column: str, value: object, fault: str, rows: int
) -> None:
    faults = check_cohort(put(people, column, value, rows), book)
    assert found(faults) == [(column, fault)]
    (row,) = faults.to_dict("records")
    if rows < 10:
        assert pd.isna(row["count"])
        assert row["what"].startswith("fewer than 10 ")
    else:
        assert row["count"] == rows
        assert row["what"].startswith(f"{rows} ")
    assert row["remedy"]


def test_values_that_are_declared_or_blank_are_no_fault(people: pd.DataFrame, book: Codebook) -> None:
    people = put(put(people, "migraine", 9, 3), "age", 99, 3)
    people = put(people, "sex", " m ", 2)
    people.loc[5:7, "migraine"] = np.nan
    assert check_cohort(people, book).empty
    assert check_cohort(put(people, "age", 0, 1), book).empty
    assert check_cohort(put(people, "age", 85, 1), book).empty
    assert check_cohort(put(people, "w", 0, 30), book).empty


def test_every_fault_is_listed_not_the_first_alone(people: pd.DataFrame, book: Codebook) -> None:
    people = put(put(put(people, "migraine", 7, 12), "migraine", 8, 1), "age", 200, 2)
    people = put(put(people, "w", -1, 3), "w", np.nan, 2).drop(columns="sex")
    people["s"] = np.where(np.arange(PEOPLE) == 59, 99, people["s"])
    assert found(check_cohort(people, book)) == [
        ("age", "outside-limits"),
        ("migraine", "undeclared-code"),
        ("migraine", "undeclared-code"),
        ("s", "lonely-psu"),
        ("sex", "missing-column"),
        ("w", "missing-weight"),
        ("w", "negative-weight"),
    ]


def test_a_code_is_named_and_a_value_never(people: pd.DataFrame, book: Codebook) -> None:
    people = put(people, "migraine", 12345.5, 4)
    people = put(people.assign(sex=people["sex"].replace("f", "Jane Doe, 1 Main Street")), "age", 171.25, 1)
    faults = check_cohort(put(people, "w", -71.5, 1), book)
    assert len(faults) == 4
    text = faults.to_csv()
    assert not [value for value in ("12345", "Jane", "171", "71.5") if value in text]
    assert "with code 77" in check_cohort(put(people, "migraine", 77, 12), book).to_csv()


def test_a_stratum_with_one_unit_is_named(people: pd.DataFrame, book: Codebook) -> None:
    people["p"] = np.where(people["s"] == 2, 1, people["p"])
    (row,) = check_cohort(people, book).to_dict("records")
    assert (row["column"], row["fault"], row["count"]) == ("s", "lonely-psu", 1)
    assert row["what"].endswith("give no variance: 2")
    adjusted = CODEBOOK | {"designs": {"survey": {**CODEBOOK["designs"]["survey"], "lonely": "adjust"}}}
    assert check_cohort(people, parse_codebook(adjusted)).empty


def test_weights_that_are_all_zero(people: pd.DataFrame, book: Codebook) -> None:
    assert found(check_cohort(people.assign(w=0.0), book)) == [("w", "zero-weights")]


@pytest.mark.parametrize("column", ["migraine", "age", "s", "w"])
def test_a_column_of_lists_is_a_fault(people: pd.DataFrame, book: Codebook, column: str) -> None:
    lists = [["Jane Doe"], *people[column][1:]]
    faults = check_cohort(people.assign(**{column: pd.Series(lists, dtype=object)}), book)
    assert len(faults) == 1 and "Jane" not in faults.to_string()
    assert len(check_cohort(people.assign(**{column: pd.Series(lists, dtype=object)})))


def test_a_design_column_that_is_not_there(people: pd.DataFrame, book: Codebook) -> None:
    faults = check_cohort(people.drop(columns=["w", "s", "p"]), book)
    assert found(faults) == [("p", "missing-column"), ("s", "missing-column"), ("w", "missing-column")]


def test_columns_that_say_nothing(people: pd.DataFrame, book: Codebook) -> None:
    faults = check_cohort(people.assign(migraine=1, age=np.nan), book)
    assert found(faults) == [("age", "empty-column"), ("migraine", "constant-column")]


def test_a_column_that_stands_in_the_data_twice(people: pd.DataFrame, book: Codebook) -> None:
    faults = check_cohort(pd.concat([people, people[["sex"]]], axis=1), book)
    assert found(faults) == [("sex", "repeated-column")]


def test_two_variables_with_the_same_values(people: pd.DataFrame) -> None:
    twin = {**CODEBOOK, "variables": {**CODEBOOK["variables"], "neck_pain": CODEBOOK["variables"]["migraine"]}}
    book = parse_codebook(twin)
    faults = check_cohort(people.assign(neck_pain=people["migraine"]), book)
    assert found(faults) == [("neck_pain", "same-values")]
    people["neck_pain"] = people["migraine"].where(people.index > 0, 2)
    assert check_cohort(people, book).empty


def test_every_definition_of_a_condition_is_checked(people: pd.DataFrame) -> None:
    definitions = {name: {"label": name, "column": f"rule_{name}"} for name in ("A", "B")}
    variables = {**CODEBOOK["variables"], "fibromyalgia": {"kind": "condition", "definitions": definitions}}
    variables["fibromyalgia"]["definition"] = "A"
    book = parse_codebook({**CODEBOOK, "variables": variables})
    people["rule_A"] = people["migraine"].map({1: 1, 2: 0})
    assert found(check_cohort(people, book)) == [("rule_B", "missing-column")]
    people["rule_B"] = np.where(people.index < 20, 5, 0)
    assert found(check_cohort(people, book)) == [("rule_B", "undeclared-code")]


def test_what_only_loading_refuses_is_listed_too(people: pd.DataFrame) -> None:
    corrected = {"survey": {**CODEBOOK["designs"]["survey"], "fpc": "N"}}
    book = parse_codebook({**CODEBOOK, "designs": corrected})
    assert check_cohort(people.assign(N=1000), book).empty
    faults = check_cohort(people.assign(N=-1), book)
    assert found(faults) == [("", "design")]
    assert "finite population correction" in faults["what"][0]


def test_data_without_a_codebook_describe_themselves(people: pd.DataFrame) -> None:
    described = people.assign(migraine=people["migraine"] == 1)
    assert check_cohort(described).empty
    faults = check_cohort(described.assign(again=described["age"], year=2004, note=None, age=np.inf))
    assert found(faults) == [
        ("age", "constant-column"),
        ("age", "infinite"),
        ("note", "empty-column"),
        ("year", "constant-column"),
    ]
    assert found(check_cohort(people)) == [("", "no-condition")]


def test_a_file_and_its_codebook(people: pd.DataFrame, book: Codebook, tmp_path: Path) -> None:
    for name in ("people.csv", "people.csv.gz", "people.csv.xz"):
        people.to_csv(tmp_path / name, index=False)
        assert check_cohort(tmp_path / name, book).empty
    put(people, "migraine", 7, 12).to_csv(tmp_path / "people.csv", index=False)
    assert found(check_cohort(str(tmp_path / "people.csv"), book)) == [("migraine", "undeclared-code")]


@pytest.mark.parametrize(
    ("change", "fault", "count"),
    [
        (lambda lines: [lines[0].replace("sex", "age"), *lines[1:]], ("age", "repeated-column"), 2),
        (lambda lines: [lines[0], *(f"{line},1" for line in lines[1:])], ("", "longer-rows"), PEOPLE),
        (lambda lines: [*lines[:-1], lines[-1][:8]], ("", "shorter-rows"), None),
        (lambda lines: [line.replace(",", ";") for line in lines], ("", "foreign-delimiter"), 1),
        (lambda lines: [line.replace(",", "\t") for line in lines], ("", "foreign-delimiter"), 1),
    ],
    ids=["header", "longer", "cut", "semicolons", "tabs"],
)
def test_rows_that_reading_passes_over(
    people: pd.DataFrame,
    book: Codebook,
    tmp_path: Path,
    change,  # type: ignore[no-untyped-def]
    fault: tuple[str, str],
    count: int | None,
) -> None:
    lines = people.to_csv(index=False).splitlines()
    (tmp_path / "people.csv").write_text("\n".join(change(lines)) + "\n")
    faults = check_cohort(tmp_path / "people.csv", book)
    (row,) = faults[(faults["column"] == fault[0]) & (faults["fault"] == fault[1])].to_dict("records")
    assert row["count"] == count if count else pd.isna(row["count"])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.csv", PAGE),
        ("page.xpt", PAGE),
        ("empty.csv", b""),
        ("header.csv", b"a,b\n"),
        ("ragged.csv", b"a,b\n1,2\n1,2,3,4\n"),
        ("people.pkl", b"\x80\x04."),
        ("broken.csv.xz", b"not xz"),
    ],
)
def test_a_file_that_is_no_data_at_all(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=name):
        check_cohort(tmp_path / name)


def test_a_name_that_is_neither_file_nor_cohort(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'nhanes-1999-2004'"):
        check_cohort("nhanes-1999-2005")
    (tmp_path / "people.csv").write_text("a\n1\n2\n")
    with pytest.raises(CodebookError, match="no codebook"):
        check_cohort(tmp_path / "people.csv", tmp_path / "absent.toml")


def test_the_synthetic_cohort_has_no_fault() -> None:
    assert check_cohort("synthetic").empty


def test_definitions_of_one_condition_may_agree(people: pd.DataFrame) -> None:
    definitions = {name: {"label": name, "column": f"rule_{name}"} for name in ("A", "B")}
    fibromyalgia = {"kind": "condition", "definitions": definitions, "definition": "A"}
    book = parse_codebook({**CODEBOOK, "variables": {**CODEBOOK["variables"], "fibromyalgia": fibromyalgia}})
    rule = (people.index % 5 == 0).astype(int)
    assert check_cohort(people.assign(rule_A=rule, rule_B=rule), book).empty
