"""Input that must be answered, by number: with an error of ours that says what to do, or with the right result.

Every message is held to name what it is about and never to repeat a person's value.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.codebook import Codebook, parse_codebook
from comorbid.errors import (
    CodebookError,
    CohortError,
    CollinearityError,
    ComorbidError,
    DesignError,
    EmptyDomainError,
    SeparationError,
    SourceError,
    UnknownNameError,
)

N = 400
SECRET = "Jane Doe"
DESIGN = cm.SurveyDesign(weights="w", strata="s", psu="p")


def people(**more: Any) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "a": rng.random(N) < 0.4,
            "b": rng.random(N) < 0.3,
            "x": rng.normal(size=N),
            "sex": pd.Categorical(rng.choice(["male", "female"], N), ["male", "female"]),
            "w": rng.uniform(1, 9, N),
            "s": rng.integers(0, 4, N),
            "p": rng.integers(0, 5, N),
        }
    )
    return frame.assign(**more)


def fitted(model: str = "a ~ b + x", design: Any = DESIGN, **more: Any) -> Any:
    return cm.fit_logistic(cm.load_cohort(people(**more), design=design), model)


def coded(a: Any, **entry: Any) -> Any:
    book = parse_codebook({"variables": {"a": {"kind": "condition", **entry}, "b": {"kind": "condition"}}})
    return cm.fit_logistic(cm.load_cohort(people(a=a), codebook=book), "a ~ b")


TRUE = people()["a"].to_numpy()
ODD: Any = np.where(np.arange(N) < 30, 7, TRUE.astype(int))

Refused = tuple[Callable[[], Any], type[ComorbidError], str]
REFUSED: dict[str, Refused] = {
    "01 complete separation": (lambda: fitted("a ~ x", a=people()["x"] > 0), SeparationError, "x"),
    "02 an empty cell": (lambda: fitted("a ~ b", a=TRUE & ~people()["b"]), SeparationError, "`b`"),
    "03 exact collinearity": (lambda: fitted("a ~ b + x + y", y=people()["x"] * 2), CollinearityError, "y"),
    "05 a constant outcome": (lambda: fitted(a=False), ComorbidError, "`a`"),
    "06 a constant predictor": (lambda: fitted("a ~ b + x + k", k=1.5), CollinearityError, "k"),
    "07 a covariate nobody has": (lambda: fitted("a ~ b + k", k=np.nan), ComorbidError, "k"),
    "08 an outcome nobody has": (lambda: fitted(a=pd.array([None] * N, dtype="boolean")), ComorbidError, "a"),
    "09 an outcome of 1 and 2": (lambda: coded(TRUE + 1), CodebookError, r"`a`.*outside \{0: no, 1: yes\}: 2"),
    "10 an outcome with code 7": (lambda: coded(ODD), CodebookError, r"`a`.*: 7 \(30\).*Declare"),
    "11 an exposure of codes": (lambda: fitted("a ~ e", e=ODD), CodebookError, "`e`.*could be codes.*codebook"),
    "12 an outcome as text": (lambda: fitted(a=np.where(TRUE, "Yes", "No")), CodebookError, "`a`.*text"),
    "14 stray blanks": (lambda: fitted(g=pd.Categorical(["u", "u "] * 200)), CohortError, "`g`.*Strip"),
    "15 nobody after a filter": (
        lambda: cm.load_cohort(people()).restrict("x > 1e6", "above a million"),
        EmptyDomainError,
        "'x > 1e6' leaves nobody of 400",
    ),
    "18 an infinite covariate": (lambda: fitted(x=[np.inf, *[1.0] * (N - 1)]), CodebookError, "`x`.*infinite"),
    "19 a top code as text": (lambda: fitted(x=["80+", *["3"] * (N - 1)]), CodebookError, "`x`.*text"),
    "20 an outcome of a half": (lambda: coded(np.where(np.arange(N) == 0, 0.5, TRUE)), CodebookError, "`a`.*1 other"),
    "24 a column twice": (
        lambda: cm.load_cohort(pd.concat([people(), people()[["a"]]], axis=1)),
        CohortError,
        "'a' stands in the data twice",
    ),
    "25 a misspelt column": (lambda: fitted("a ~ b + sexx"), UnknownNameError, "Did you mean 'sex'"),
    "27 a missing weight": (lambda: fitted(w=[np.nan, *[1.0] * (N - 1)]), DesignError, "'w'.*fewer than 10 of 400"),
    "28 a negative weight": (lambda: fitted(w=[-1.0, *[1.0] * (N - 1)]), DesignError, "'w'.*below zero"),
    "29 no weight": (lambda: fitted(w=0.0), DesignError, "'w': none of 400 is above zero"),
    "30 an infinite weight": (lambda: fitted(w=[np.inf, *[1.0] * (N - 1)]), DesignError, "'w'.*infinite"),
    "35 a stratum of one PSU": (lambda: fitted(p=np.where(people()["s"] == 0, 0, people()["p"])), DesignError, "PSU"),
    "37 a missing stratum": (lambda: fitted(s=[None] * 20 + ["u"] * (N - 20)), DesignError, "'s'.*20 of 400"),
    "39 an identifier": (
        lambda: fitted("a ~ b + g", g=pd.Categorical([f"{SECRET} {i}" for i in range(N)])),
        CodebookError,
        "`g`.*400 categories for 400 people",
    ),
    "a date as a number": (lambda: fitted("a ~ b + d", d=pd.Timestamp("2020-01-01")), CodebookError, "`d`"),
    "a level that is a name": (
        lambda: coded(np.where(np.arange(N) == 0, SECRET, "1")),
        CodebookError,
        "fewer than 10 values.*1 other value",
    ),
}


@pytest.mark.parametrize(("action", "kind", "message"), REFUSED.values(), ids=REFUSED)
def test_data_that_are_refused(action: Callable[[], Any], kind: type[ComorbidError], message: str) -> None:
    with pytest.raises(kind, match=message) as found:
        action()
    assert SECRET not in str(found.value) and "0.5" not in str(found.value)


def yes_no(values: Any) -> pd.Categorical:
    return pd.Categorical(np.where(values, "Yes", "No"), ["Yes", "No"])


SAME: dict[str, Callable[[], Any]] = {
    "12 an outcome of categories, yes first": lambda: cm.fit_logistic(
        cm.load_cohort(people(a=yes_no(TRUE)), design=DESIGN, conditions=["a", "b"]), "a ~ b + x"
    ),
    "13 blanks and capitals": lambda: cm.fit_logistic(
        cm.load_cohort(people(a=pd.Categorical(np.where(TRUE, " YES", "no "))), design=DESIGN, conditions=["a", "b"]),
        "a ~ b + x",
    ),
    "22 an outcome of nullable integers": lambda: cm.fit_logistic(
        cm.load_cohort(people(a=pd.array(TRUE.astype(int), dtype="Int64")), design=DESIGN, conditions=["a", "b"]),
        "a ~ b + x",
    ),
    "23 a covariate of nullable floats": lambda: fitted(x=people()["x"].astype("Float64")),
    "26 a level that nobody has": lambda: fitted(sex=people()["sex"].cat.add_categories("other")),
    "32 weights in thousands": lambda: fitted(w=people()["w"] * 1000),
    "36 PSUs numbered through": lambda: fitted(p=people()["s"] * 5 + people()["p"]),
}


@pytest.mark.parametrize("action", SAME.values(), ids=SAME)
def test_data_that_say_the_same_in_another_form(action: Callable[[], Any]) -> None:
    columns = ["estimate", "std_error"]
    expected, found = fitted().tidy(), action().tidy()
    np.testing.assert_allclose(found[columns], expected[columns], rtol=1e-9)


@pytest.mark.parametrize("form", ["boolean", "Int64", "Float64"])
def test_21_22_missing_outcomes_of_nullable_columns_are_left_out(form: str) -> None:
    values = pd.array(TRUE.astype(int), dtype="Int64")
    values[:40] = pd.NA
    cohort = cm.load_cohort(people(a=values.astype(form)), design=DESIGN, conditions=["a", "b"])
    fit = cm.fit_logistic(cohort, "a ~ b + x")
    assert (fit.n, fit.glance()["n_excluded"][0]) == (N - 40, 40)
    complete = cm.fit_logistic(cohort.complete_cases(["a"]), "a ~ b + x")
    np.testing.assert_allclose(fit.tidy()["std_error"], complete.tidy()["std_error"], rtol=1e-12)


def test_31_people_without_weight_are_not_counted() -> None:
    weights = people()["w"].where(np.arange(N) >= 50, 0.0)
    assert fitted(w=weights).n == N - 50


PAGE = "<!DOCTYPE html><html><body>404</body></html>"
FILES: dict[str, tuple[str, str | bytes, str]] = {
    "42 a row cut short": ("f.csv", "a,b\n1,0\n0\n", "fewer fields than the 2 of the header"),
    "43 rows longer than the header": ("f.csv", "a,b\n1,0,1\n0,1,0\n", "more fields than the 2 of the header"),
    "43 trailing commas": ("f.csv", "a,b\n1,0,\n1,1,\n", "more fields than the 2 of the header"),
    "44 a web page": ("f.csv", PAGE, "web page"),
    "44 a web page behind a byte order mark": ("f.csv", "\ufeff" + PAGE, "web page"),
    "44 a web page, compressed": ("f.csv.gz", gzip.compress(PAGE.encode()), "web page"),
    "44 an XML document": ("f.csv", "<?xml version='1.0'?><rows/>", "XML"),
    "45 semicolons": ("f.csv", "a;b\n1;0\n0;1\n", "semicolons"),
    "45 tabs": ("f.csv", "a\tb\n1\t0\n0\t1\n", "tabs"),
    "45 bars": ("f.csv", "a|b\n1|0\n0|1\n", "bars"),
    "46 Latin-1": ("f.csv", "a,b\n1,é\n0,u\n".encode("latin-1"), "UTF-8"),
    "46 UTF-16": ("f.csv", "a,b\n1,0\n0,1\n".encode("utf-16"), "UTF-16"),
    "46 NUL bytes": ("f.csv", "a,b\n1,2\0\n0,1\n", "binary"),
    "24 a column twice": ("f.csv", "a,b,a\n1,0,0\n0,1,1\n", "a stands in the header 2 times"),
    "24 a column twice but for a blank": ("f.csv", "a,b,a \n1,0,0\n0,1,1\n", "'a' stands in the data twice"),
    "compressed without saying so": ("f.csv", gzip.compress(b"a,b\n1,0\n"), "compressed"),
    "not compressed as it says": ("f.csv.xz", "a,b\n1,0\n", "cannot be unpacked"),
    "compressed and cut": ("f.csv.gz", gzip.compress(bytes(range(256)) * 40)[:200], "cannot be unpacked|binary"),
    "a workbook": ("f.csv", b"PK\x03\x04 etc", "compressed"),
    "a pickle": ("f.pkl", b"\x80\x04.", "of a kind that is not read"),
    "a quote that is never closed": ("f.csv", 'a,b\n1,"2\n0,1\n', "cannot be read as CSV|fewer fields"),
    "a header alone": ("f.csv", "a,b\n", "holds no people"),
    "nothing": ("f.csv", "", "is empty"),
    "48 a transport file without its header": ("f.xpt", b"\0" * 400, "not a SAS transport file"),
}


@pytest.mark.parametrize(("name", "content", "message"), FILES.values(), ids=FILES)
def test_files_that_are_refused(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises((SourceError, CohortError), match=message):
        cm.load_cohort(tmp_path / name, conditions=["a", "b"])


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "f.csv").mkdir()
    with pytest.raises(SourceError, match="is a folder, not a file"):
        cm.load_cohort(tmp_path / "f.csv")


def saved(folder: Path, text: str, **more: Any) -> cm.Cohort:
    (folder / "f.csv").write_text(text, encoding="utf-8")
    return cm.load_cohort(folder / "f.csv", **more)


def book(**variables: Any) -> Codebook:
    return parse_codebook({"variables": {"a": {"kind": "condition"}, **variables}})


@pytest.mark.parametrize("word", ["None", "NA", "nan", "null", "N/A", "NULL", "#N/A"])
def test_47_words_for_nothing_are_levels_when_they_are_declared(tmp_path: Path, word: str) -> None:
    text = f"a,e\n1,{word}\n0,some\n0,{word}\n1,\n"
    cohort = saved(tmp_path, text, codebook=book(e={"levels": [word, "some"]}))
    assert cohort.n_missing(["e"]) == {"e": 1}
    assert cohort.restrict(f"e == '{word}'", "word").n == 2


def test_47_codes_with_leading_zeros_are_not_taken_for_numbers_silently(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match="outside"):
        saved(tmp_path, "a,e\n1,01\n0,02\n", codebook=book(e={"levels": {"x": "01", "y": "02"}}))


@pytest.mark.parametrize("gap", ["", "NA", "NaN"])
def test_numbers_and_conditions_with_gaps_in_csv(tmp_path: Path, gap: str) -> None:
    cohort = saved(tmp_path, f"a,b,x\n1,TRUE,1.5\n0,{gap},{gap}\n{gap},FALSE,3\n", conditions=["a", "b"])
    assert cohort.n_missing(["a", "b", "x"]) == {"a": 1, "b": 1, "x": 1}
    assert cm.prevalence(cohort)["events"].tolist() == [1, 1]
    assert cohort.restrict("x == 3", "three").n == 1


def test_codes_with_gaps_in_csv_are_codes_still(tmp_path: Path) -> None:
    """Pandas reads whole numbers with gaps as floats, which would make quantities of them."""
    cohort = saved(tmp_path, "a,b,e\n1,0,1\n0,1,\n1,1,7\n0,0,2\n", conditions=["a", "b"])
    with pytest.raises(CodebookError, match=r"`e`.*could be codes"):
        cm.fit_logistic(cohort, "a ~ e")


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    assert saved(tmp_path, "\ufeffa,b\n1,0\n0,1\n", conditions=["a", "b"]).conditions == ("a", "b")
