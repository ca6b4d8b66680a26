"""Values that are no answers, in Parquet files: what is said and counted there is what is in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.codebook import parse_codebook
from comorbid.errors import CohortError, ComorbidError, SourceError

pytest.importorskip("ibis", reason="ibis is not installed; pip install comorbid[parquet]")
pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

N = 300
FIRST = np.arange(N) < 25
ENTRIES: dict[str, Any] = {
    "id": "id",
    "variables": {
        "pain": {"kind": "condition"},
        "sex": {"levels": {"male": 1, "female": 2}, "missing": {"9": "refused"}},
        "age": {"limits": [0, 120]},
        "age_band": {"source": "age", "breaks": [0, 40], "levels": {"younger": [], "older": []}, "kind": "categorical"},
    },
    "designs": {"survey": {"weights": "weight"}},
    "default_design": "survey",
}
BOOK = parse_codebook(ENTRIES)


def people(**more: Any) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        {
            "id": np.arange(N),
            "pain": rng.integers(0, 2, N),
            "sex": rng.integers(1, 3, N),
            "age": rng.uniform(18, 80, N),
            "weight": rng.uniform(1, 3, N),
        }
    )
    return frame.assign(**more)


def written(frame: pd.DataFrame, path: Path) -> Path:
    """The frame as Arrow and Polars write it: NaN is kept as NaN, and the file's largest value is a number."""
    columns = {name: pyarrow.array(frame[name].to_numpy(), from_pandas=False) for name in frame}
    parquet.write_table(pyarrow.table(columns), path)
    return path


USES: dict[str, Callable[[cm.Cohort], Any]] = {
    "prevalence": cm.prevalence,
    "by sex": lambda cohort: cm.prevalence(cohort, by="sex"),
    "by band": lambda cohort: cm.prevalence(cohort, by="age_band"),
    "women": lambda cohort: cm.prevalence(cohort.restrict("sex == 'female'", "men")),
    "not men": lambda cohort: cm.prevalence(cohort.restrict("sex != 'male'", "men")),
    "older": lambda cohort: cm.prevalence(cohort.restrict("age >= 40", "younger")),
    "older band": lambda cohort: cm.prevalence(cohort.restrict("age_band == 'older'", "younger")),
    "complete cases": lambda cohort: cm.prevalence(cohort.complete_cases(["sex", "age"])),
    "missing": lambda cohort: cohort.n_missing(["sex", "age", "age_band"]),
}


def outcome(source: Any, use: Callable[[cm.Cohort], Any]) -> tuple[str, Any]:
    """What a use of the cohort gives: its numbers, or the error's code and message."""
    try:
        found = use(cm.load_cohort(source, codebook=BOOK))
    except ComorbidError as fault:
        return fault.code, str(fault)
    return "done", found if isinstance(found, dict) else found[["estimate", "std_error", "n"]].round(12).to_csv()


WRONG: dict[str, tuple[dict[str, Any], set[str]]] = {
    "an undeclared code": (
        {"sex": np.where(FIRST, 3, people()["sex"])},
        {"by sex", "women", "not men", "complete cases", "missing"},
    ),
    "a code that is not quite 1": (
        {"sex": np.where(FIRST, 1.0000001, people()["sex"])},
        {"by sex", "women", "not men", "complete cases", "missing"},
    ),
    "an age of 999": (
        {"age": np.where(FIRST, 999.0, people()["age"])},
        {"by band", "older", "older band", "complete cases", "missing"},
    ),
    "an infinite age": (
        {"age": np.where(FIRST, np.inf, people()["age"])},
        {"by band", "older", "older band", "complete cases", "missing"},
    ),
    "a weight of NaN": ({"weight": np.where(FIRST, np.nan, 1.0)}, {*USES}),
    "a person twice": ({"id": np.where(FIRST, 30, np.arange(N))}, {*USES}),
    "a person without identifier": ({"id": np.where(FIRST, np.nan, np.arange(N))}, {*USES}),
}


@pytest.mark.parametrize(
    ("more", "use"),
    [(more, use) for more, uses in WRONG.values() for use in sorted(uses)],
    ids=[f"{name}, {use}" for name, (_, uses) in WRONG.items() for use in sorted(uses)],
)
def test_what_is_wrong_is_an_error_wherever_it_is_used(more: dict[str, Any], use: str, tmp_path: Path) -> None:
    frame = people(**more)
    found = outcome(written(frame, tmp_path / "people.parquet"), USES[use])
    assert found == outcome(frame, USES[use])
    assert found[0] != "done"


MISSING: dict[str, dict[str, Any]] = {
    "a code of NaN": {"sex": np.where(FIRST, np.nan, people()["sex"])},
    "an age of NaN": {"age": np.where(FIRST, np.nan, people()["age"])},
    "a declared code": {"sex": np.where(FIRST, 9, people()["sex"])},
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("more", MISSING.values(), ids=MISSING)
def test_what_is_missing_is_missing_in_a_file(more: dict[str, Any], use: str, tmp_path: Path) -> None:
    """DuckDB takes NaN for a number above all others, and by default believes a file that says it has none."""
    frame = people(**more)
    found = outcome(written(frame, tmp_path / "people.parquet"), USES[use])
    assert found == outcome(frame, USES[use])
    assert found[0] == "done"


def test_a_tiny_number_is_the_zero_that_sas_meant(tmp_path: Path) -> None:
    tiny = np.where(people()["pain"] == 0, 5.4e-79, 1.0)
    frame = people(pain=tiny, age=np.where(FIRST, 5.4e-79, people()["age"]))
    path = written(frame, tmp_path / "people.parquet")
    for where in ("pain == 'no'", "age == 0", "age > 0"):
        counts = [cm.load_cohort(source, codebook=BOOK).restrict(where, "others").n for source in (frame, path)]
        assert counts[0] == counts[1] < N, where


def test_a_tiny_number_is_missing_where_zero_is() -> None:
    book = parse_codebook({"variables": {"pain": {"kind": "condition"}, "age": {"missing": {"0": "refused"}}}})
    frame = people(age=np.where(FIRST, 5.4e-79, people()["age"]))
    assert cm.load_cohort(frame, codebook=book).n_missing(["age"]) == {"age": 25}


def test_files_of_different_types_keep_their_values(tmp_path: Path) -> None:
    """Weights of 1 and 2 in one file leave those of the next as they are; a code of 1.4 is none."""
    frame = people(weight=np.where(FIRST, 2.0, 2.4))
    halves = frame[FIRST].astype({"weight": "int64"}), frame[~FIRST]
    for number, half in enumerate(halves):
        half.to_parquet(tmp_path / f"{number}.parquet")
    found, expected = (cm.prevalence(cm.load_cohort(source, codebook=BOOK)) for source in (tmp_path, frame))
    pd.testing.assert_frame_equal(found, expected, rtol=1e-12)
    halves[1].assign(sex=halves[1]["sex"] + 0.4).to_parquet(tmp_path / "1.parquet")
    with pytest.raises(ComorbidError, match=r"`sex` .* 2 other values"):
        cm.prevalence(cm.load_cohort(tmp_path, codebook=BOOK), by="sex")


def test_a_column_that_only_some_files_have_is_no_column(tmp_path: Path) -> None:
    people()[FIRST].to_parquet(tmp_path / "0.parquet")
    people()[~FIRST].drop(columns="sex").to_parquet(tmp_path / "1.parquet")
    with pytest.raises(ComorbidError, match="no column 'sex'"):
        cm.load_cohort(tmp_path, codebook=BOOK)


def test_a_person_in_two_files_is_found(tmp_path: Path) -> None:
    for number in range(2):
        people().to_parquet(tmp_path / f"{number}.parquet")
    with pytest.raises(CohortError, match="`id` tells 300 people apart in 600 rows"):
        cm.load_cohort(tmp_path, codebook=BOOK)


@pytest.mark.parametrize(
    "ids",
    [["1", "1 ", "2"], [1, "1", 2], ["1", "", "2"], ["1", " ", "2"]],
    ids=["blank", "text and number", "empty", "blanks"],
)
def test_an_identifier_in_two_spellings_is_one_person(ids: list[Any], tmp_path: Path) -> None:
    book = parse_codebook({"id": "id", "variables": {"pain": {"kind": "condition"}}})
    frame = pd.DataFrame({"id": pd.Series(ids, dtype=object), "pain": [0, 1, 1]})
    with pytest.raises(CohortError, match="`id`"):
        cm.load_cohort(frame, codebook=book)
    assert list(cm.check_cohort(frame, book)["column"]) == ["id"]
    if all(isinstance(one, str) for one in ids):
        frame.to_parquet(tmp_path / "f.parquet")
        with pytest.raises(CohortError, match="`id`"):
            cm.load_cohort(tmp_path / "f.parquet", codebook=book)


def test_another_parquet_file_of_the_name_is_refused(tmp_path: Path) -> None:
    people().to_parquet(tmp_path / "mine.parquet")
    (tmp_path / "mine.toml").write_text(
        f'[variables.pain]\nkind = "condition"\n[file]\npath = "mine.parquet"\nsha256 = "{"0" * 64}"\n'
    )
    with pytest.raises(SourceError, match="another file than the one"):
        cm.load_cohort(tmp_path / "mine.toml")


def test_a_row_an_answer_in_parquet_is_read_as_declared(tmp_path: Path) -> None:
    rows = [(1, "pain", 1), (1, "sleep", 0), (2, "pain", 0), (3, "sleep", 1)]
    pd.DataFrame(rows, columns=["id", "q", "v"]).to_parquet(tmp_path / "long.parquet")
    conditions = {"pain": {"kind": "condition"}, "sleep": {"kind": "condition"}}
    file = {"long": {"person": "id", "item": "q", "value": "v"}}
    cohort = cm.load_cohort(tmp_path / "long.parquet", codebook=parse_codebook({"variables": conditions, "file": file}))
    assert (cohort.n, cohort.n_missing(["pain", "sleep"])) == (3, {"pain": 1, "sleep": 1})


@pytest.mark.parametrize("lonely", ["adjust", "error"])
def test_strata_of_one_psu_are_as_in_memory(lonely: str, tmp_path: Path) -> None:
    """Many strata of one PSU each are no identifier, and a stratum that many share is named."""
    frame = people(stratum=[f"area {number % 30}" for number in range(N)], psu=np.where(np.arange(N) == 29, 2, 1))
    frame.to_parquet(tmp_path / "people.parquet")
    design = cm.SurveyDesign(weights="weight", strata="stratum", psu="psu", lonely=lonely)
    found = [
        outcome(source, lambda cohort: cm.prevalence(cohort.with_design(design)))
        for source in (frame, tmp_path / "people.parquet")
    ]
    assert found[0] == found[1]
    assert "stratum 'area 0'" in found[0][1] if lonely == "error" else found[0][0] == "done"


@pytest.mark.parametrize(
    ("strata", "psu"),
    [("unit", "psu"), ("unit", None), ("v0", "people"), ("weight_sq", "v1"), ("design_psu", "psu"), ("unit", "unit")],
)
def test_design_columns_of_any_name_are_as_in_memory(strata: str, psu: str | None, tmp_path: Path) -> None:
    """Strata called "unit" gave standard errors twice as large: a column of the groups had that name."""
    frame = people(**{strata: np.arange(N) % 4})
    if psu and psu != strata:
        frame = frame.assign(**{psu: np.arange(N) // 4 % 6})
    frame.to_parquet(tmp_path / "people.parquet")
    design = cm.SurveyDesign(weights="weight", strata=strata, psu=psu)
    found = [
        outcome(source, lambda cohort: cm.prevalence(cohort.with_design(design), by="sex"))
        for source in (frame, tmp_path / "people.parquet")
    ]
    assert found[0] == found[1]
    assert (found[0][0] == "done") == (strata != psu)


def test_a_design_column_of_lists_is_an_error_in_a_database(tmp_path: Path) -> None:
    people(stratum=[[1]] * N).to_parquet(tmp_path / "people.parquet")
    with pytest.raises(ComorbidError, match="design column 'stratum' holds lists"):
        cm.load_cohort(tmp_path / "people.parquet", codebook=BOOK, design=cm.SurveyDesign(strata="stratum"))
