"""What stood in the way of three more files that nobody here prepared: codes told in labels, two ages, no design."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest

import comorbid as cm
from comorbid.codebook import Codebook, read_codebook
from comorbid.drafting import Asked, draft_codebook
from comorbid.drafting.names import design_role, known_condition
from comorbid.drafting.proposal import Proposal
from comorbid.drafting.proposals import propose
from comorbid.drafting.told import told_codes, without_codes

N = 120


def proposed(values: Any, name: str = "x", label: str = "", labels: Any = None) -> Proposal:
    return propose(pd.Series(values, name=name), label, labels or {}, ())


def drafted(path: Path, asked: Asked | None = None) -> tuple[str, Codebook]:
    text = draft_codebook(path, asked).text
    path.with_suffix(".toml").write_text(text, encoding="utf-8")
    return text, read_codebook(path.with_suffix(".toml"))


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("DX ASTHMA IN 1971,  1:EVER, 0:NEVER", {"1": "EVER", "0": "NEVER"}),
        ("PAINS MEDICATION,  1:EVER, 0:NEVER, ; 2:MISSING", {"1": "EVER", "0": "NEVER", "2": "MISSING"}),
        ("0: MALE 1: FEMALE", {"0": "MALE", "1": "FEMALE"}),
        ("Asthma (yes=1, no=2)", {"1": "yes", "2": "no"}),
        ("income 11:<$1000, 12: 1000-1999, 13: 2000+", {"11": "<$1000", "12": "1000-1999", "13": "2000+"}),
        ("Pain from 0 to 10: how bad", {}),
        ("At 10:30 or 11:45", {}),
        ("1: yes, 1: no", {}),
        ("1: yes, 2: yes", {}),
        ("1: the only one", {}),
    ],
)
def test_codes_are_read_from_a_label_that_lists_them(label: str, told: dict[str, str]) -> None:
    assert told_codes(label, set(told) or {"1", "2"}) == told


def test_a_label_that_leaves_out_a_code_tells_nothing() -> None:
    assert told_codes("0=none, 10=worst", {"0", "5", "10"}) == {}
    assert proposed(list(range(11)) * 9, label="pain, 0=none, 10=worst").levels["5"] == 5


def test_a_label_is_shown_without_its_codes() -> None:
    assert without_codes("DX ASTHMA IN 1971,  1:EVER, 0:NEVER") == "DX ASTHMA IN 1971"
    assert without_codes("Asthma (yes=1, no=2)") == "Asthma"
    assert without_codes("At 10:30") == "At 10:30"


def test_a_code_that_the_label_calls_missing_is_no_answer() -> None:
    found = proposed([0, 1, 2] * 40, "diabetes", "DX DIABETES, 1:EVER, 0:NEVER, 2:MISSING")
    assert found.levels == {"no": 0, "yes": 1} and found.missing == {"2": "MISSING"} and "CHECK" in found.why


def test_labels_that_are_codes_take_the_meaning_from_the_label_of_the_column() -> None:
    """As Stata files hold that were categories of numbers: 1 is called 0, and 0 is male."""
    found = proposed([1.0, 2.0] * 40, "sex", "0: MALE 1: FEMALE", {1.0: "0", 2.0: "1"})
    assert found.levels == {"MALE": 1, "FEMALE": 2}
    kept = proposed([1.0, 2.0] * 40, "sex", "0: MALE 1: FEMALE", {1.0: "man", 2.0: "woman"})
    assert kept.levels == {"man": 1, "woman": 2}


def test_people_without_an_answer_do_not_become_no(tmp_path: Path) -> None:
    """Of 120 people 40 have diabetes, 40 not, and of 40 nobody knows: half, not a third."""
    frame = pd.DataFrame({"diab": [0.0, 1, 2] * 40, "age": 20.0 + np.arange(N) % 60})
    path = tmp_path / "mine.dta"
    pyreadstat.write_dta(frame, str(path), column_labels={"diab": "DX DIABETES, 1:EVER, 0:NEVER, 2:MISSING"})
    drafted(path, Asked({"diab": ("1",)}))
    found = cm.prevalence(cm.load_cohort(path.with_suffix(".toml"))).set_index("outcome").loc["diab"]
    assert (found["n"], found["events"], found["estimate"]) == (80, 40, 0.5)


def test_which_answers_became_no_is_said(tmp_path: Path) -> None:
    pd.DataFrame({"ill": [0, 1, 2, 3] * 30, "w": 1.5}).to_csv(tmp_path / "mine.csv", index=False)
    text, _ = drafted(tmp_path / "mine.csv", Asked({"ill": ("2", "3")}))
    assert "yes as you said: 2, 3; no: 0, 1, CHECK" in text


def test_a_medicine_for_a_condition_is_not_the_condition() -> None:
    assert known_condition("headache", "Use headache medication in 1971") == ""
    assert known_condition("headache", "Headache in the past month") == "migraine"


@pytest.mark.parametrize("name", ["wght", "wgt", "pwgt", "finalwght"])
def test_weights_however_they_are_spelt(name: str) -> None:
    assert design_role(name, "") == "weights"


def carers(folder: Path) -> Path:
    """A file with the age and sex of two people a row, and two questions alike but for their end."""
    rng = np.random.default_rng(2)
    often = {1.0: "Never", 2.0: "Sometimes", 3.0: "Often"}
    names = {"e16sex": "elder's gender", "e17age": "elder's age", "c160age": "carer's age", "c161sex": "carer's gender"}
    alike = "does caregiving cause difficulties in your relationship with your"
    frame = pd.DataFrame({name: rng.integers(60, 90, N).astype(float) for name in names})
    frame[["e16sex", "c161sex"]] = rng.choice([1.0, 2.0], (N, 2))
    frame[["cop3", "cop5"]] = rng.choice([1.0, 2.0, 3.0], (N, 2))
    sexes = {1.0: "male", 2.0: "female"}
    labels = {"e16sex": sexes, "c161sex": sexes, "cop3": often, "cop5": often}
    told = names | {"cop3": f"{alike} friends?", "cop5": f"{alike} family?"}
    pyreadstat.write_sav(frame, str(folder / "carers.sav"), column_labels=told, variable_value_labels=labels)
    return folder / "carers.sav"


def test_two_columns_that_could_be_the_age_are_named(tmp_path: Path) -> None:
    draft = draft_codebook(carers(tmp_path))
    why = draft.frame().set_index("column")["why"]
    assert why["e17age"].endswith("taken for age, which c160age could be too: CHECK")
    assert why["e16sex"].endswith("taken for sex, which c161sex could be too: CHECK")
    assert "could be too" not in why["c160age"] and "c160age could be too: CHECK" in draft.text
    chosen = draft_codebook(carers(tmp_path), Asked(columns=("c160age", "c161sex")))
    assert "could be too" not in chosen.text and 'column = "c160age"' in chosen.text


def test_the_whole_name_beats_a_part_of_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"age_first": rng.integers(5, 60, N), "age": rng.integers(18, 80, N), "neckpain": [0, 1] * 60})
    frame.to_csv(tmp_path / "mine.csv", index=False)
    text, book = drafted(tmp_path / "mine.csv")
    assert book["age"].column == "age" and "could be too" not in text


def test_labels_alike_up_to_the_cut_stay_apart(tmp_path: Path) -> None:
    _, book = drafted(carers(tmp_path), Asked({"cop3": ("3",), "cop5": ("3",)}))
    first, second = book["cop3"], book["cop5"]
    assert first.label != second.label and first.label.endswith("friends?") and len(first.label) <= 60
    assert first.question.endswith("relationship with your friends?") and second.question


def test_a_question_is_kept_when_it_is_the_label(tmp_path: Path) -> None:
    frame = pd.DataFrame({"q1": [1.0, 2.0] * 60, "q2": [1.0, 2.0] * 60})
    path = tmp_path / "mine.sav"
    pyreadstat.write_sav(frame, str(path), column_labels={"q1": "Do you often feel tired?", "q2": "Neck pain"})
    text, book = drafted(path, Asked({"q1": ("1",), "q2": ("1",)}))
    assert 'feel tired?"  # the label of the file; write how it was asked' in text
    assert book["q1"].question == "Do you often feel tired?" and book["neck_pain"].question == ""


def test_ages_that_are_no_years_get_no_band(tmp_path: Path) -> None:
    """As in a file that holds the logarithm of age under the name of age."""
    frame = pd.DataFrame({"age": np.log(20 + np.arange(N) % 60), "injury": [0, 1] * 60})
    frame.to_csv(tmp_path / "mine.csv", index=False)
    text, book = drafted(tmp_path / "mine.csv", Asked({"injury": ()}))
    assert "age_band" not in book.variables and "CHECK that these are years" in text
    assert not len(cm.check_cohort(tmp_path / "mine.toml"))


def test_a_file_without_a_design_is_told_how_to_write_one(tmp_path: Path) -> None:
    frame = pd.DataFrame({"injury": [0, 1] * 60, "village_no": np.arange(N) % 11, "income": np.arange(N) % 50 + 0.5})
    frame.to_csv(tmp_path / "mine.csv", index=False)
    text, book = drafted(tmp_path / "mine.csv", Asked({"injury": ()}))
    assert "# [designs.survey]\n# weights =" in text and not book.designs
    taken = text.replace("# [designs.survey]", "[designs.survey]").replace('# psu = "..."', 'psu = "village_no"')
    (tmp_path / "mine.toml").write_text(taken, encoding="utf-8")
    assert read_codebook(tmp_path / "mine.toml").designs["survey"].psu == "village_no"


def test_levels_that_begin_with_numbers_stand_by_size() -> None:
    texts = [">16years", "12years", "13-15years", "<9years", "9-11years"]
    assert list(proposed(texts * 20).levels) == ["<9years", "9-11years", "12years", "13-15years", ">16years"]
    assert list(proposed(["west", "north"] * 20).levels) == ["north", "west"]


def test_bands_below_which_everybody_lies_say_what_to_do(tmp_path: Path) -> None:
    frame = pd.DataFrame({"age": np.log(20 + np.arange(N) % 60), "injury": [0, 1] * 60})
    frame.to_csv(tmp_path / "mine.csv", index=False)
    text, _ = drafted(tmp_path / "mine.csv", Asked({"injury": ()}))
    band = '[variables.age_band]\nsource = "age"\nbreaks = [18, 50]\nlevels = ["18-49", "50+"]\n'
    (tmp_path / "mine.toml").write_text(f"{text}\n{band}", encoding="utf-8")
    (fault,) = cm.check_cohort(tmp_path / "mine.toml")["what"]
    assert "below the first break, 18" in fault and "take the table [variables.age_band] out" in fault


def test_codes_taken_for_missing_by_habit_are_said() -> None:
    assert proposed([0, 1, -1] * 40).why == "2 distinct codes; -1 taken for missing, CHECK"
    assert proposed([1, 2, 3, 77, 99] * 30).why == "3 distinct codes; 77, 99 taken for missing, CHECK"
    labelled = proposed([1, 2, 9] * 40, labels={1: "Low", 2: "High", 9: "Refused"})
    assert labelled.why == "labels of the file" and labelled.missing == {"9": "Refused"}


def test_a_sex_of_numbers_is_no_condition_and_wants_its_words(tmp_path: Path) -> None:
    frame = pd.DataFrame({"sex": [0, 1] * 60, "injury": [0, 1, 1] * 40})
    frame.to_csv(tmp_path / "mine.csv", index=False)
    draft = draft_codebook(tmp_path / "mine.csv")
    assert draft.candidates == ("injury",)
    assert "levels = { 0 = 0, 1 = 1 }  # say which code is male and which is female" in draft.text


def test_one_row_a_person_by_the_column_that_numbers_them(tmp_path: Path) -> None:
    people = np.repeat(np.arange(1001, 1041), 3)
    frame = pd.DataFrame({"person_id": people, "session": [1, 2, 3] * 40, "injury": [0, 1, 0, 0] * 30})
    frame.to_csv(tmp_path / "mine.csv", index=False)
    text, _ = drafted(tmp_path / "mine.csv", Asked({"injury": ()}))
    assert "# universe = \"session == '1'\"" in text
    (tmp_path / "mine.toml").write_text(text.replace("# universe", "universe"), encoding="utf-8")
    assert cm.load_cohort(tmp_path / "mine.toml").n == 40 and not len(cm.check_cohort(tmp_path / "mine.toml"))
