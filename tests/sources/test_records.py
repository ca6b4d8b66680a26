"""Coded records turned into conditions: code lists, windows, one day or two, and the Synthea sample."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.codebook import parse_codebook
from comorbid.errors import CodebookError, CohortError, ComorbidWarning, SpecError, UnknownNameError
from comorbid.paths import data_dirs, resource_dir
from comorbid.sources.codelists import Code, CodeList

RECORDS = pd.DataFrame(
    [
        (1, "2015-03-01", "M54.2", "ICD10CM"),
        (1, "2015-03-01", "M542", "ICD10CM"),
        (2, "2015-04-01", "M54.5", "ICD10CM"),
        (2, "2016-04-02", "M54.50", "ICD10CM"),
        (3, "2014-12-31", "G43.909", "ICD10CM"),
        (3, "2015-01-01", "278860009", "SNOMED"),
        (4, "2015-06-01", "Z00.0", "ICD10CM"),
        (5, "2015-06-01", "38341003", "SNOMED"),
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


def listed(folder: Path, *lines: str) -> CodeList:
    """A code list of these lines: condition, vocabulary, code, match."""
    rows = [f"{line},meaning,1,invented\n" for line in lines]
    (folder / "mine.csv").write_text("condition,vocabulary,code,match,meaning,version,source\n" + "".join(rows))
    return cm.read_codelist(folder / "mine.csv")


def coded(*codes: object, **more: object) -> pd.DataFrame:
    """Records of persons 0, 1, ... with a code each."""
    return pd.DataFrame(
        {"person_id": range(len(codes)), "condition_start_date": "2015-06-01", "condition_source_value": list(codes)}
    ).assign(**more)


def persons(records: pd.DataFrame, codelist: object, condition: str, **options: object) -> set[str]:
    found = cm.record_conditions(records, codelist, **options)
    return set(found.loc[found["condition"] == condition, "person"])


def test_a_code_counts_in_its_own_vocabulary_alone(tmp_path: Path) -> None:
    both = listed(tmp_path, "migraine,PHECODE,340,exact", "neck_pain,OMOP,761,exact")
    records = coded("340", "340", "761", "761", vocabulary=["PHECODE", "OMOP"] * 2)
    assert persons(records, both, "migraine", vocabulary="vocabulary") == {"0"}
    assert persons(records, both, "neck_pain", vocabulary="vocabulary") == {"3"}


ICD = cm.read_codelist("icd-10-cm")


@pytest.mark.parametrize(
    "code",
    [
        *("M54.5;G43.9", "M54.5, G43.9", "M54.5|G43", "G43.9 A", "ICD10:G43.9", "G43,9", "low back pain", "346.90"),
        *("37796009", "\u041c54.5", "M\uff1554.5", "\ufeffM54.5", "M54.5\u200b", "No matching concept", "nan", "0"),
    ],
)
def test_what_is_no_single_code_makes_no_case_and_is_counted(code: str) -> None:
    """Of two codes in one field the first is not taken for the whole; nothing of the field is repeated."""
    records = coded("G43.9", *[code] * 12)
    with pytest.warns(ComorbidWarning, match=r"12 of 13 records hold no single code .* ICD10CM \(G43.9\)") as warned:
        found = cm.record_conditions(records, ICD)
    assert list(found["person"]) == ["0"]
    assert all(code not in str(one.message) for one in warned) or code == "0"
    with pytest.raises(CohortError, match="12 of 12 records hold no single code"):
        cm.record_conditions(records[1:], ICD)


@pytest.mark.parametrize(
    ("vocabulary", "wrong"),
    [("SNOMED", "37796009.0"), ("ICD9CM", "34.6"), ("PHECODE", "G43"), ("OMOP", "No matching concept")],
)
def test_each_vocabulary_has_its_form(vocabulary: str, wrong: str, tmp_path: Path) -> None:
    right = {"SNOMED": "37796009", "ICD9CM": "346.90", "PHECODE": "340.1", "OMOP": "318736"}[vocabulary]
    mine = listed(tmp_path, f"migraine,{vocabulary},{right},exact")
    with pytest.warns(ComorbidWarning, match="fewer than 10 of fewer than 10 records hold no single code"):
        assert persons(coded(right, wrong), mine, "migraine") == {"0"}


def test_a_mark_after_an_icd_code_does_not_count(tmp_path: Path) -> None:
    mine = listed(tmp_path, "neck_pain,ICD10,M54.2,exact")
    assert persons(coded("M54.2+", "M54.2*", "M542", "m54.2", "M54.20"), mine, "neck_pain") == {"0", "1", "2", "3"}


def test_codes_of_which_the_list_has_none_are_an_error() -> None:
    with pytest.raises(CohortError, match="none of 30 records that count has a code of the list"):
        cm.record_conditions(coded(*["Z00.0"] * 30), ICD)


@pytest.mark.parametrize(
    ("window", "expected"),
    [({"since": "2015-01-01"}, None), ({"until": "2014-12-31"}, {"3"}), ({"since": "2014-12-31"}, {"3"})],
    ids=["later", "up to the day", "from the day"],
)
def test_records_count_within_the_window(window: dict[str, str], expected: set[str] | None) -> None:
    assert cases(**window).get("migraine") == expected


def test_two_codes_have_to_be_of_different_days() -> None:
    assert cases(at_least=2) == {"dorsalgia": {"2"}, "low_back_pain": {"2"}}


def test_days_count_whatever_the_time_and_its_zone() -> None:
    """Two codes on one day are one day, and a window takes its last day whole."""
    times = [f"2015-03-01T0{hour}:30:00{zone}" for hour in (1, 9) for zone in ("Z", "+02:00", "", "-0500")]
    records = RECORDS.assign(condition_start_date=times, person_id=1)
    found = cm.record_conditions(records, BOTH, vocabulary="vocabulary", until="2015-03-01")
    assert set(found["n_dates"]) == {1} and set(found["first_date"]) == {pd.Timestamp("2015-03-01")}
    assert cm.record_conditions(records, BOTH, vocabulary="vocabulary", at_least=2).empty


@pytest.mark.parametrize(
    "dates",
    [
        pd.Series(pd.to_datetime(RECORDS["condition_start_date"]).dt.tz_localize("UTC")),
        pd.to_datetime(RECORDS["condition_start_date"]).dt.date,
        RECORDS["condition_start_date"].str.replace("-", "").astype(int),
        RECORDS["condition_start_date"] + " 23:59:59+01:00",
    ],
    ids=["with a zone", "dates", "whole numbers", "text with time and zone"],
)
def test_dates_of_any_form_are_the_same_days(dates: pd.Series) -> None:
    expected = cm.record_conditions(RECORDS, BOTH, vocabulary="vocabulary", since="2015-01-01")
    found = cm.record_conditions(
        RECORDS.assign(condition_start_date=dates), BOTH, vocabulary="vocabulary", since="2015-01-01"
    )
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


@pytest.mark.parametrize(
    "date", ["2015", "2015-03", 2015, 201503, pd.Period("2015-03"), "-2015-03-01", "03/01/2015", "2015-03-01,"], ids=str
)
def test_a_date_that_names_no_day_is_an_error(date: object) -> None:
    """A year or a month was read as its first day, which a window then took in or left out."""
    with pytest.raises(CohortError, match="have no condition_start_date, or one that cannot be read"):
        cm.record_conditions(coded("G43", condition_start_date=date), ICD)


@pytest.mark.parametrize(
    "until", ["2015-06-01T00:30:00-05:00", pd.Timestamp("2015-06-01", tz="UTC"), pd.Timestamp("2015-06-01"), 20150601]
)
def test_a_window_may_have_a_zone(until: object) -> None:
    assert persons(coded("G43"), ICD, "migraine", until=until) == {"0"}


def test_persons_and_codes_of_mixed_types_are_the_same() -> None:
    """1, 1.0 and "1" are one person with codes of three days, as cells of a spreadsheet may be."""
    dates = ["2015-06-01", "2015-06-02", "20150603"]
    records = coded(
        "G43", "G43.0", "G431", person_id=pd.Series([1, 1.0, "1"], dtype=object), condition_start_date=dates
    )
    found = cm.record_conditions(records, ICD)
    assert found[["person", "n_dates"]].values.tolist() == [["1", 3]]
    with pytest.raises(CohortError, match="numbers with fractions"):
        cm.record_conditions(coded("G43", 346.1), ICD)


def test_icd_codes_in_small_letters_and_without_dots_are_codes() -> None:
    small = RECORDS.assign(condition_source_value=RECORDS["condition_source_value"].str.lower().str.replace(".", ""))
    expected = cm.record_conditions(RECORDS, BOTH, vocabulary="vocabulary")
    pd.testing.assert_frame_equal(cm.record_conditions(small, BOTH, vocabulary="vocabulary"), expected)


def test_the_columns_of_omop_are_read_as_they_are(tmp_path: Path) -> None:
    """condition_occurrence of the OMOP Common Data Model 5.4: by source value, and by standard concept."""
    occurrence = pd.DataFrame(
        {
            "condition_occurrence_id": [10, 11, 12, 13],
            "person_id": [1, 1, 2, 3],
            "condition_concept_id": [318736, 0, 24134, 318736],
            "condition_start_date": ["2015-01-01", "2015-01-01", "2015-02-01", "2016-01-01"],
            "condition_start_datetime": None,
            "condition_end_date": None,
            "condition_type_concept_id": 32020,
            "condition_source_value": ["G43.909", "Z00.00", "M54.2", "G43.009"],
            "condition_source_concept_id": [45591453, 0, 45543173, 45577022],
        }
    )
    by_source = cm.record_conditions(occurrence, cm.read_codelist("icd-10-cm"))
    assert set(zip(by_source["person"], by_source["condition"], strict=True)) == {
        ("1", "migraine"),
        ("3", "migraine"),
        ("2", "neck_pain"),
        ("2", "dorsalgia"),
    }
    (tmp_path / "omop.csv").write_text(
        "condition,vocabulary,code,match,meaning,version,source\nmigraine,OMOP,318736,exact,migraine,v5.0,invented\n"
    )
    concepts = cm.read_codelist(tmp_path / "omop.csv")
    by_concept = cm.record_conditions(occurrence, concepts, code="condition_concept_id", until="2015-12-31")
    assert list(by_concept["person"]) == ["1"]


def test_phecodes_group_codes() -> None:
    """Cluster headache counts as migraine, low back pain as back pain, and fibromyalgia as nothing of its own."""
    phecodes = cm.read_codelist("phecode-1.2")
    assert phecodes.conditions == ("migraine", "back_pain", "neck_pain", "myalgia")
    codes = ["G44.0", "G431", "M54.5", "M54.2", "M79.1", "M79.7", "340.1", "761"]
    records = pd.DataFrame(
        {
            "person_id": range(8),
            "condition_start_date": "2015-01-01",
            "condition_source_value": codes,
            "vocabulary": ["ICD10"] * 6 + ["PHECODE"] * 2,
        }
    )
    found = cm.record_conditions(records, phecodes, vocabulary="vocabulary")
    assert dict(zip(found["person"], found["condition"], strict=True)) == {
        "0": "migraine",
        "1": "migraine",
        "2": "back_pain",
        "3": "neck_pain",
        "4": "myalgia",
        "6": "migraine",
        "7": "neck_pain",
    }


def test_conditions_that_share_codes_say_so() -> None:
    """Dorsalgia is every code under M54, so neck pain with dorsalgia is so by construction."""
    cohort = cm.load_records(RECORDS, PEOPLE, BOTH, vocabulary="vocabulary")
    pairs = cm.cooccurrence(cohort, measures=["phi"]).set_index(["condition_a", "condition_b"])["note"]
    assert pairs["neck_pain", "dorsalgia"] == "shares ICD10CM: M54.2"
    assert pairs["low_back_pain", "dorsalgia"] == "shares ICD10CM: M54.5*"
    assert pairs["migraine", "neck_pain"] == ""


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


def test_the_column_of_the_person_may_be_declared() -> None:
    book = parse_codebook({"id": "person_id", "variables": {"sex": {"levels": ["m", "f"]}}, "universe": "sex == 'f'"})
    assert cm.load_records(RECORDS, PEOPLE, BOTH, vocabulary="vocabulary", codebook=book).n == 3


def test_what_was_answered_is_not_replaced_by_what_was_coded() -> None:
    book = parse_codebook({"variables": {"migraine": {"kind": "condition", "column": "ever_migraine"}}})
    people = PEOPLE.assign(ever_migraine=0)
    with pytest.raises(CohortError, match="conditions that the code list makes: migraine"):
        cm.load_records(RECORDS, people, BOTH, vocabulary="vocabulary", codebook=book)


@pytest.mark.parametrize(
    ("records", "people", "options", "message"),
    [
        (RECORDS.drop(columns="condition_start_date"), PEOPLE, {}, "no column condition_start_date"),
        (RECORDS.assign(condition_start_date="soon"), PEOPLE, {}, "records have no condition_start_date"),
        (RECORDS.assign(condition_start_date=42064), PEOPLE, {}, "records have no condition_start_date"),
        (RECORDS.assign(condition_source_value=np.nan), PEOPLE, {}, "records have no condition_source_value"),
        (RECORDS.assign(condition_source_value=1.121e17), PEOPLE, {}, "read as floats"),
        (RECORDS, PEOPLE[:3], {}, r"few|fewer than 10"),
        (RECORDS, pd.concat([PEOPLE, PEOPLE[:1]]), {}, "repeat a person"),
        (RECORDS, PEOPLE, {"person_in_people": "id"}, "person_in_people"),
        (RECORDS.assign(vocabulary=None), PEOPLE, {}, "have no vocabulary"),
        (RECORDS.assign(person_id=1.5), PEOPLE, {}, "numbers with fractions"),
        (RECORDS[:0], PEOPLE, {}, "there are no records"),
        (RECORDS, PEOPLE, {"since": "2030-01-01"}, "is of the days that count"),
        (RECORDS, PEOPLE.assign(migraine=False), {}, "columns that the code list makes: migraine"),
    ],
    ids=[
        *(
            "column",
            "date",
            "day of a spreadsheet",
            "code",
            "float codes",
            "unknown person",
            "person twice",
            "no key",
            "no vocabulary",
        ),
        *("fractions", "empty", "nobody in the window", "column of a condition"),
    ],
)
def test_faults_of_records(records: pd.DataFrame, people: pd.DataFrame, options: dict, message: str) -> None:
    with pytest.raises(CohortError, match=message) as fault:
        cm.load_records(records, people, BOTH, vocabulary="vocabulary", **options)
    assert "soon" not in str(fault.value)


def test_records_have_to_say_whose_their_codes_are() -> None:
    with pytest.raises(CodebookError, match="ICD10CM, SNOMED"):
        cm.record_conditions(RECORDS, BOTH)
    with pytest.raises(UnknownNameError, match="Did you mean 'ICD10CM'"):
        cm.record_conditions(RECORDS, BOTH, vocabulary="ICD-10-CM")
    with pytest.raises(CodebookError, match="none of fewer than 10 records is of a vocabulary") as fault:
        cm.record_conditions(RECORDS.assign(vocabulary="ICD-9"), BOTH, vocabulary="vocabulary")
    assert "ICD-9" not in str(fault.value)


def test_records_of_other_vocabularies_are_counted_aloud() -> None:
    with pytest.warns(ComorbidWarning, match="fewer than 10 of fewer than 10 records are of vocabularies"):
        cm.record_conditions(RECORDS, cm.read_codelist("icd-10-cm"), vocabulary="vocabulary")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"since": "2016-01-01", "until": "2015-01-01"}, "no day lies between"),
        ({"since": "first of May"}, "is no day"),
        ({"until": "2015"}, "is no day"),
        ({"until": "2015-06"}, "is no day"),
        ({"at_least": 0}, "no number of days"),
        ({"at_least": 2.5}, "no number of days"),
        ({"at_least": True}, "no number of days"),
    ],
    ids=["window backwards", "no day", "a year", "a month", "no days", "part of a day", "yes"],
)
def test_a_rule_that_cannot_be_meant(options: dict, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        cm.record_conditions(RECORDS, BOTH, vocabulary="vocabulary", **options)


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
        ("condition,vocabulary,code,match,meaning,version,source\nmigraine,ICD10CM,G43,exact,m,1,s,t\n", "more fields"),
        *(
            (f"condition,vocabulary,code,match,meaning,version,source\nx,{line},m,1,s\n", "line 2: .* no single code")
            for line in (
                *("ICD10CM,G43*,exact", "ICD10CM,G43*,prefix", "ICD10CM,G43-G44,exact", "ICD10CM,G43.-,prefix"),
                *("ICD10CM,346.9,exact", "ICD10CM,G43 G44,exact", "SNOMED,37796009.0,exact", "SNOMED,377,prefix"),
            )
        ),
    ],
    ids=[
        *("columns", "match", "version", "fields"),
        *("star", "star and prefix", "range", "dash", "other vocabulary", "two codes", "float", "prefix of numbers"),
    ],
)
def test_faults_of_a_code_list(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "mine.csv").write_text(text)
    with pytest.raises(CodebookError, match=message):
        cm.read_codelist(tmp_path / "mine.csv")
    with pytest.raises(UnknownNameError, match=r"icd-10-cm, phecode-1.2, snomed-ct"):
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


def test_many_codes_mean_what_each_of_them_means_alone() -> None:
    """Against every pair of a listed and a recorded code, compared one by one."""
    rng = np.random.default_rng(7)
    written = [f"{letter}{number:02d}{rest}" for letter in "GM" for number in range(100) for rest in ("", ".1", ".25")]
    listed = [
        Code(condition, vocabulary, code.split(".")[0] if match == "prefix" else code, match, "x", "1", "own")
        for condition in ("migraine", "neck_pain", "other_pain")
        for vocabulary in ("ICD10", "ICD10CM")
        for code, match in zip(rng.choice(written, 40), rng.choice(["exact", "prefix"], 40), strict=True)
    ]
    seen = pd.DataFrame(
        {"vocabulary": rng.choice(["ICD10", "ICD10CM", "ICD9CM"], 900), "code": rng.choice(written, 900)}
    )
    seen["code"] = [code.lower() if at % 3 else code.replace(".", "") + "+" for at, code in enumerate(seen["code"])]
    seen = seen.drop_duplicates().reset_index(drop=True)

    def means(code: Code, vocabulary: str, text: str) -> bool:
        own, other = (one.replace(".", "").rstrip("+").upper() for one in (code.code, text))
        same = other.startswith(own) if code.match == "prefix" else other == own
        return same and vocabulary == code.vocabulary

    meant = CodeList(tuple(listed)).conditions_of(seen)
    expected = {
        (vocabulary, text, code.condition)
        for code in listed
        for vocabulary, text in zip(seen["vocabulary"], seen["code"], strict=True)
        if means(code, vocabulary, text)
    }
    assert len(meant) == len(expected) > 100 and set(meant.itertuples(index=False, name=None)) == expected
    for condition in ("migraine", "neck_pain"):
        own = [code for code in listed if code.condition == condition]
        under = [
            code.shown for code in listed if any(means(one, code.vocabulary, code.code) for one in own) or code in own
        ]
        assert set(CodeList(tuple(listed)).items(condition)) == set(under)
