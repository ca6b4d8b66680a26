"""Coded records turned into conditions: code lists, windows, one day or two, and the Synthea sample."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.errors import CodebookError, CohortError, UnknownNameError
from comorbid.paths import data_dirs, resource_dir

RECORDS = pd.DataFrame(
    [
        (1, "2015-03-01", "M54.2", "ICD10CM"),
        (1, "2015-03-01", "M542", "ICD10CM"),
        (2, "2015-04-01", "M54.5", "ICD10CM"),
        (2, "2016-04-02", "M54.50", "ICD10CM"),
        (3, "2014-12-31", "G43.909", "ICD10CM"),
        (3, "2015-01-01", "278860009", "SNOMED"),
        (4, "2015-06-01", "Z00.0", "ICD10CM"),
        (5, "2015-06-01", "M79.7", "SNOMED"),
    ],
    columns=["person_id", "condition_start_date", "condition_source_value", "vocabulary"],
)
PEOPLE = pd.DataFrame({"person_id": [1, 2, 3, 4, 5, 6], "sex": pd.Categorical(list("fmfmfm"), ["m", "f"])})
BOTH = cm.read_codelist("icd-10-cm", "snomed-ct")


def cases(**options: object) -> dict[str, set[str]]:
    """Persons by condition."""
    found = cm.record_conditions(RECORDS, BOTH, vocabulary="vocabulary", **options)
    return {condition: set(rows["person"]) for condition, rows in found.groupby("condition")}


def test_codes_become_conditions_many_to_many() -> None:
    assert cases() == {
        "neck_pain": {"1"},
        "dorsalgia": {"1", "2"},
        "low_back_pain": {"2", "3"},
        "migraine": {"3"},
    }


def test_a_code_counts_in_its_own_vocabulary_alone() -> None:
    assert "fibromyalgia" not in cases()
    found = cm.record_conditions(RECORDS, cm.read_codelist("icd-10-cm"), vocabulary="ICD10CM")
    assert set(found.loc[found["condition"] == "fibromyalgia", "person"]) == {"5"}


@pytest.mark.parametrize(
    ("window", "expected"),
    [({"since": "2015-01-01"}, None), ({"until": "2014-12-31"}, {"3"}), ({"since": "2014-12-31"}, {"3"})],
    ids=["later", "up to the day", "from the day"],
)
def test_records_count_within_the_window(window: dict[str, str], expected: set[str] | None) -> None:
    assert cases(**window).get("migraine") == expected


def test_two_codes_have_to_be_of_different_days() -> None:
    assert cases(at_least=2) == {"dorsalgia": {"2"}, "low_back_pain": {"2"}}


def test_the_first_date_and_the_number_of_days() -> None:
    found = cm.record_conditions(RECORDS, BOTH, vocabulary="vocabulary")
    (row,) = found[(found["condition"] == "low_back_pain") & (found["person"] == "2")].to_dict("records")
    assert (row["first_date"], row["n_dates"]) == (pd.Timestamp("2015-04-01"), 2)


def test_a_cohort_of_records() -> None:
    cohort = cm.load_records(RECORDS, PEOPLE, BOTH, vocabulary="vocabulary", since="2014-01-01", at_least=1)
    assert cohort.n == 6
    prevalence = cm.prevalence(cohort, by="sex").set_index(["outcome", "sex"])
    assert list(prevalence.loc["low_back_pain", "events"]) == [1, 1]
    variable = cohort.codebook["neck_pain"]
    assert variable.items == ("ICD10CM: M54.2", "SNOMED: 1121000119107")
    assert variable.recall == "from 2014-01-01" and "one day" in variable.label
    assert "person_id" not in cohort.codebook.variables


@pytest.mark.parametrize(
    ("records", "people", "options", "message"),
    [
        (RECORDS.drop(columns="condition_start_date"), PEOPLE, {}, "no column condition_start_date"),
        (RECORDS.assign(condition_start_date="soon"), PEOPLE, {}, "records have no condition_start_date"),
        (RECORDS.assign(condition_source_value=np.nan), PEOPLE, {}, "records have no condition_source_value"),
        (RECORDS.assign(condition_source_value=1.121e17), PEOPLE, {}, "read as floats"),
        (RECORDS, PEOPLE[:3], {}, r"few|fewer than 10"),
        (RECORDS, pd.concat([PEOPLE, PEOPLE[:1]]), {}, "repeat a person"),
        (RECORDS, PEOPLE, {"person_in_people": "id"}, "person_in_people"),
    ],
    ids=["column", "date", "code", "float codes", "unknown person", "person twice", "no key"],
)
def test_faults_of_records(records: pd.DataFrame, people: pd.DataFrame, options: dict, message: str) -> None:
    with pytest.raises(CohortError, match=message) as fault:
        cm.load_records(records, people, BOTH, vocabulary="vocabulary", **options)
    assert "soon" not in str(fault.value)


def test_records_have_to_say_whose_their_codes_are() -> None:
    with pytest.raises(CodebookError, match="ICD10CM, SNOMED"):
        cm.record_conditions(RECORDS, BOTH)


@pytest.mark.parametrize("path", sorted(resource_dir("codelists").glob("*.csv")), ids=lambda path: path.stem)
def test_code_lists_that_ship_name_version_and_source(path: Path) -> None:
    codes = cm.read_codelist(path.stem).codes
    assert codes and all(code.version and code.source and code.meaning for code in codes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code,condition\nG43,migraine\n", "its columns are not"),
        ("condition,vocabulary,code,match,meaning,version,source\nmigraine,ICD10CM,G43,like,m,1,s\n", "'like'"),
        ("condition,vocabulary,code,match,meaning,version,source\nmigraine,ICD10CM,G43,exact,m,,s\n", "no version"),
    ],
    ids=["columns", "match", "version"],
)
def test_faults_of_a_code_list(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "mine.csv").write_text(text)
    with pytest.raises(CodebookError, match=message):
        cm.read_codelist(tmp_path / "mine.csv")
    with pytest.raises(UnknownNameError, match="icd-10-cm, snomed-ct"):
        cm.read_codelist("icd")


def test_the_synthea_sample() -> None:
    """Synthetic people: the counts that its data notes state, and nothing about the world."""
    found = [path for folder in data_dirs() for path in folder.rglob("synthea_synthetic/conditions.csv.xz")]
    if not found:
        pytest.skip("the Synthea sample is not in COMORBID_DATA")
    records = pd.read_csv(found[0], dtype=str)
    people = pd.read_csv(found[0].with_name("patients_trimmed.csv.xz"), dtype=str)[["Id", "GENDER"]]
    cohort = cm.load_records(
        records,
        people,
        "snomed-ct",
        person="PATIENT",
        date="START",
        code="CODE",
        codebook=resource_dir("codebooks") / "synthea.toml",
        person_in_people="Id",
    )
    assert cohort.n == cohort.codebook.people and cohort.synthetic
    frame = cm.prevalence(cohort)
    assert set(frame["source"]) == {"synthetic data"}
    events = dict(zip(frame["outcome"], frame["events"], strict=True))
    cases = cm.record_conditions(records, cm.read_codelist("snomed-ct"), person="PATIENT", date="START", code="CODE")
    assert events == cases["condition"].value_counts().to_dict()
    assert events["low_back_pain"] == 213 and events["neck_pain"] == 131 and events["fibromyalgia"] == 31
    assert events["migraine"] <= 41 + 7
    both = cm.combinations(cohort, ["low_back_pain", "fibromyalgia"])
    together = both[(both["combination"] == "low_back_pain & fibromyalgia") & (both["measure"] == "prevalence")]
    assert list(together["events"]) == [25]
