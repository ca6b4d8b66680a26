"""The 48 kinds of input that other tools get wrong: each has an error that says what to do, or the right result.

Where the input is refused, the error is of our own class with a stable code, and names the column or stratum, the
counts (small ones masked) and the remedy; it never repeats a value that is not in the codebook.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

import comorbid as cm
from comorbid.codebook import parse_codebook
from comorbid.errors import ComorbidError, SeparationError
from comorbid.sources.files import read_people
from tests.sources.xpt_writer import write_xpt

N = 400
SECRET = "Jane Doe"
ODD_NUMBER = 6174.25
"""A value that nobody declared; like the name, it must not stand in a message."""
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


PLAIN = people()
TRUE, B, X = (PLAIN[name].to_numpy() for name in ("a", "b", "x"))
FIRST = np.arange(N) == 0
ODD: Any = np.where(np.arange(N) < 30, 7, TRUE.astype(int))
ODDER: Any = np.where((np.arange(N) >= 30) & (np.arange(N) < 34), 9, ODD)


def fitted(model: str = "a ~ b + x", conditions: Any = None, **more: Any) -> cm.LogisticFit:
    return cm.fit_logistic(cm.load_cohort(people(**more), design=DESIGN, conditions=conditions), model)


def coded(a: Any, **entry: Any) -> cm.LogisticFit:
    book = parse_codebook({"variables": {"a": {"kind": "condition", **entry}, "b": {"kind": "condition"}}})
    return cm.fit_logistic(cm.load_cohort(people(a=a), codebook=book), "a ~ b")


@dataclass(frozen=True)
class Refused:
    """An input that must be refused: what is done with it, the error's code, and what its message must say."""

    action: Callable[[Path], Any]
    code: str
    names: str
    count: str
    remedy: str


def refused(action: Callable[[], Any], code: str, names: str, count: str, remedy: str) -> Refused:
    return Refused(lambda _: action(), code, names, count, remedy)


def file(name: str, content: str | bytes, names: str, count: str, remedy: str) -> Refused:
    """A file that must be refused."""

    def action(folder: Path) -> Any:
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return cm.load_cohort(folder / name, conditions=["a", "b"])

    return Refused(action, "source", names, count, remedy)


def owned(rows: pd.DataFrame) -> Callable[[Path], Any]:
    """Rows as a file with a codebook that says which column tells people apart."""

    def action(folder: Path) -> Any:
        rows.to_csv(folder / "mine.csv", index=False)
        (folder / "mine.toml").write_text(
            'id = "id"\n[variables.a]\nkind = "condition"\n[file]\npath = "mine.csv"\n', encoding="utf-8"
        )
        return cm.load_cohort(folder / "mine.toml")

    return action


def one_step() -> Any:
    """A model that is stopped before it has converged."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("comorbid._numerics.logistic.MAX_STEPS", 1)
        return fitted()


def changed_file(folder: Path) -> Any:
    """A file that was cut between two rows, which only its SHA-256 tells."""
    (folder / "mine.csv").write_text("id,a\n1,0\n2,1\n")
    (folder / "mine.toml").write_text(
        f'[variables.a]\nkind = "condition"\n[file]\npath = "mine.csv"\nsha256 = "{"0" * 64}"\n'
    )
    return cm.load_cohort(folder / "mine.toml")


def cut_transport(folder: Path) -> Any:
    path = transport(folder)
    path.write_bytes(path.read_bytes()[:-100])
    return read_people(path)


def flipped_transport(folder: Path) -> Any:
    """One bit of one code: 1 becomes 1.0625, which no codebook declares."""
    path = transport(folder)
    content = bytearray(path.read_bytes())
    content[content.rindex(bytes([0x41, 0x10, 0, 0, 0, 0, 0, 0])) + 2] = 0x01
    path.write_bytes(bytes(content))
    return cm.load_cohort(path, codebook=parse_codebook({"variables": {"a": {"kind": "condition", "column": "A"}}}))


def transport(folder: Path) -> Path:
    write_xpt(pd.DataFrame({"A": [0.0, 1.0] * 50, "B": [1.0, 0.0] * 50}), folder / "T.xpt")
    return folder / "T.xpt"


DATES = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(N), "D")
BLANKS = [" "] * 10 + [""] * 10 + ["u"] * (N - 20)


def replicated(combined: bool, times: Any = 1.0) -> Any:
    """Prevalences by half-samples: half of the people twice, the others not at all."""
    halves = np.random.default_rng(2).integers(0, 2, (N, 8)) * 2.0
    columns = {f"r{i}": halves[:, i] * times for i in range(8)}
    design = cm.SurveyDesign(weights="w", replicates="r[0-9]", method="brr", combined=combined)
    return cm.prevalence(cm.load_cohort(people(**columns), design=design))


LONG_FILE = {"long": {"person": "id", "item": "q", "value": "v"}}


def long_file(rows: str) -> Callable[[Path], Any]:
    """A file with a row an answer, of the condition a."""

    def action(folder: Path) -> Any:
        (folder / "f.csv").write_text("id,q,v\n" + rows)
        book = {"variables": {"a": {"kind": "condition"}}, "file": LONG_FILE}
        return cm.load_cohort(folder / "f.csv", codebook=parse_codebook(book))

    return action


def thousands(folder: Path) -> Any:
    (folder / "f.csv").write_text("a;x\n1;2.345\n0;1.000\n")
    book = {"variables": {"a": {"kind": "condition"}, "x": {}}, "file": {"delimiter": ";", "decimal": ","}}
    return cm.load_cohort(folder / "f.csv", codebook=parse_codebook(book))


NUMBERED = pd.DataFrame({"id": [*range(1, 31), *range(1, 13)], "a": [0, 1] * 21})
LONG = pd.DataFrame({"id": np.repeat(range(1, 31), 4), "a": [0, 1] * 60})
NAMES = [f"{SECRET} {i}" for i in range(N)]

REFUSED: dict[str, Refused] = {
    "01-complete-separation": refused(lambda: fitted("a ~ x", a=X > 0), "separation", "`a`.*x", "400", "firth"),
    "02-an-empty-cell": refused(lambda: fitted("a ~ b", a=TRUE & ~B), "separation", "`a`.*`b`", "400 people", "firth"),
    "03-exact-collinearity": refused(
        lambda: fitted("a ~ b + x + y", y=X * 2), "collinearity", "`y`.*`x`", "", "Leave one"
    ),
    "04-near-collinearity": refused(
        lambda: fitted("a ~ b + x + y", y=X + 1e-10 * np.arange(N)), "collinearity", "`y`.*`x`", "", "Leave one"
    ),
    "05-a-constant-outcome": refused(lambda: fitted(a=False), "spec", "`a`", r"\(400\)", "Widen the domain"),
    "06-a-constant-predictor": refused(
        lambda: fitted("a ~ b + k", k=1.5), "collinearity", "`k`", "all 400", "Leave it out"
    ),
    "07-a-covariate-nobody-has": refused(
        lambda: fitted("a ~ b + k", k=np.nan), "empty-domain", "k", "nobody of 400.*400", "mend its"
    ),
    "08-an-outcome-nobody-has": refused(
        lambda: fitted(a=pd.array([None] * N, dtype="boolean")), "empty-domain", "a", "nobody of 400.*400", "mend its"
    ),
    "09-outcome-coded-1-and-2": refused(
        lambda: coded(TRUE + 1), "codebook", "`a`", r"outside \{0: no, 1: yes\}: 2 \(\d+\)", "Declare them"
    ),
    "10-outcome-coded-1-2-7-9": refused(
        lambda: coded(ODDER),
        "codebook", "`a`", r"has values .*: 7 \(30\), 9 \(fewer than 10\)", "Declare.*missing",
    ),
    "10-many-of-a-code": refused(lambda: coded(ODD), "codebook", "`a`", r"30 values .*: 7 \(30\)", "Declare.*missing"),
    "10-few-of-a-code": refused(
        lambda: coded(np.where(FIRST, 7, TRUE)), "codebook", "`a`", r"7 \(fewer than 10\)", "Declare.*missing"
    ),
    "11-exposure-of-codes": refused(
        lambda: fitted("a ~ e", e=ODD), "codebook", "`e`", "12 distinct", "could be codes.*codebook"
    ),
    "12-outcome-as-text": refused(
        lambda: fitted(a=np.where(TRUE, "Yes", "No")), "codebook", "`a`.*text", "400 values", "codebook|categor"
    ),
    "14-stray-blanks": refused(
        lambda: fitted(g=pd.Categorical(["u", "u "] * 200)), "cohort", "`g`", "1 of 2 categories", "Strip"
    ),
    "14-accents-in-two-spellings": refused(
        lambda: fitted(g=pd.Categorical(["\u00e9", "e\u0301"] * 200)), "cohort", "`g`", "1 of 2 categories", "merge"
    ),
    "14-a-sign-without-width": refused(
        lambda: fitted(g=pd.Categorical(["u", "u\u200b"] * 200)), "cohort", "`g`", "1 of 2 categories", "merge"
    ),
    "14-a-blank-that-does-not-break": refused(
        lambda: fitted(g=pd.Categorical(["u v", "u\u00a0v"] * 200)), "cohort", "`g`", "1 of 2 categories", "merge"
    ),
    "15-nobody-after-a-filter": refused(
        lambda: cm.load_cohort(people()).restrict("x > 1e6", "above a million"),
        "empty-domain",
        "'x > 1e6'",
        "nobody of 400",
        "Look at the flow",
    ),
    "16-one-row": refused(
        lambda: cm.fit_logistic(cm.load_cohort(people().head(1)), "a ~ b + x"),
        "spec", "`a` is the same", "fewer than 10", "Widen",
    ),
    "17-more-coefficients-than-people": refused(
        lambda: cm.fit_logistic(
            cm.load_cohort(pd.DataFrame({"a": [True, False] * 3, "b": [False, False, True] * 2,
                                         **{f"x{i}": np.sin(np.arange(6) * (i + 1)) for i in range(6)}})),
            "a ~ b + " + " + ".join(f"x{i}" for i in range(6)),
        ),
        "collinearity", "8 coefficients", "fewer than 10 people", "Leave out terms",
    ),
    "18-an-infinite-covariate": refused(
        lambda: fitted(x=np.where(FIRST, np.inf, X)), "codebook", "`x`", "fewer than 10 .*infinite", "mend"
    ),
    "19-a-top-code-as-text": refused(
        lambda: fitted(x=["80+", *["3"] * (N - 1)]), "codebook", "`x`.*text", "400 values", "codebook"
    ),
    "20-an-outcome-of-a-fraction": refused(
        lambda: coded(np.where(FIRST, ODD_NUMBER, TRUE)), "codebook", "`a`", "fewer than 10.*1 other value", "Declare"
    ),
    "24-a-column-twice": refused(
        lambda: cm.load_cohort(pd.concat([people(), people()[["a"]]], axis=1)),
        "cohort", "'a' stands in the data twice", "twice", "rename",
    ),
    "25-a-misspelt-column": refused(
        lambda: fitted("a ~ b + sexx"), "unknown-name", "'sexx'", "", "Did you mean 'sex'"
    ),
    "27-a-missing-weight": refused(
        lambda: fitted(w=np.where(FIRST, np.nan, 1.0)), "design", "'w'", "fewer than 10 of 400", "mend the"
    ),
    "27-weights-that-are-dates": refused(
        lambda: fitted(w=DATES), "design", "'w'", "400 of 400 are missing or not numbers", "mend the"
    ),
    "28-a-negative-weight": refused(
        lambda: fitted(w=np.where(FIRST, -1.0, 1.0)), "design", "'w'.*below zero", "fewer than 10 of 400", "mend the"
    ),
    "29-all-weights-zero": refused(lambda: fitted(w=0.0), "design", "'w'", "none of 400", "Name the column"),
    "30-an-infinite-weight": refused(
        lambda: fitted(w=np.where(FIRST, np.inf, 1.0)), "design", "'w'.*infinite", "fewer than 10 of 400", "mend the"
    ),
    "32-replicate-weights-that-are-factors": refused(
        lambda: replicated(combined=True), "design", "'w'", "0.2.* times as many people", "combined=False"
    ),
    "32-factors-that-are-whole-weights": refused(
        lambda: replicated(combined=False, times=PLAIN["w"]), "design", "'w'", "times as many people", "combined=True"
    ),
    "33-an-identifier-twice": Refused(owned(NUMBERED), "cohort", "`id`", "30 people apart in 42 rows", "Keep one row"),
    "34-long-rows-taken-for-wide": Refused(
        owned(LONG), "cohort", "`id`", "30 people apart in 120 rows", r"long = \{ person"
    ),
    "34-long-rows-with-an-answer-twice": Refused(
        long_file("1,a,1\n1,a ,0\n"), "source", "f.csv", "fewer than 10 rows", "Keep one"
    ),
    "34-long-rows-with-an-item-in-two-spellings": Refused(
        long_file("1,a,1\n2,A,0\n"), "source", "f.csv", "1 of its items", "one way"
    ),
    "34-long-rows-with-an-item-called-as-the-person": Refused(
        long_file("1,a,1\n2,id,0\n"), "source", "f.csv.*'id'", "", "Rename"
    ),
    "35-a-stratum-of-one-psu": refused(
        lambda: fitted(p=np.where(PLAIN["s"] == 0, 0, PLAIN["p"])), "design", "stratum '0'", "one PSU", "lonely"
    ),
    "37-a-missing-stratum": refused(
        lambda: fitted(s=[None] * 20 + ["u"] * (N - 20)), "design", "'s'", "20 of 400", "mend the"
    ),
    "37-a-blank-stratum": refused(
        lambda: fitted(s=BLANKS), "design", "'s'", "20 of 400", "mend the"
    ),
    "37-a-missing-psu": refused(
        lambda: fitted(p=np.where(FIRST, np.nan, 1.0)), "design", "'p'", "fewer than 10 of 400", "mend the"
    ),
    "39-an-identifier-as-covariate": refused(
        lambda: fitted("a ~ b + g", g=pd.Categorical(NAMES)), "codebook", "`g`", "400 categories for 400", "group"
    ),
    "41-no-convergence": Refused(lambda _: one_step(), "convergence", "the model", "1 Newton steps", "rare levels"),
    "42-a-row-cut-short": file("f.csv", "a,b\n1,0\n0\n", "f.csv", "fewer than 10 rows have fewer fields", "whole"),
    "43-rows-longer-than-the-header": file(
        "f.csv", "a,b\n" + "1,0,1\n" * 12, "f.csv", "12 rows have more fields than the 2", "Name every column"
    ),
    "44-a-web-page": file("f.csv", "<!DOCTYPE html><html>404</html>", "f.csv", "web page", "Download"),
    "45-semicolons": file("f.csv", "a;b\n1;0\n0;1\n", "f.csv", "semicolons", r'\[file\] delimiter = ";"'),
    "45-thousands-where-decimals-have-commas": Refused(
        thousands, "source", "f.csv: the numbers of x", "three digits", r"without a sign.*text = \["
    ),
    "46-latin-1": file("f.csv", f"a,b\n1,{SECRET}é\n0,u\n".encode("latin-1"), "f.csv", "byte 14", "encoding = "),
    "46-utf-16": file("f.csv", "a,b\n1,0\n0,1\n".encode("utf-16"), "f.csv", "UTF-16", "encoding"),
    "46-nul-bytes": file("f.csv", "a,b\n1,2\0\n0,1\n", "f.csv", "binary", "encoding"),
    "46-nul-bytes-further-on": file("f.csv", "a,b\n" + "1,0\n" * 400 + "1,2\0\n", "f.csv", "NUL bytes", "encoding"),
    "48-another-file-of-the-name": Refused(changed_file, "source", "mine.csv", "another file", "sha256"),
    "48-a-transport-file-cut": Refused(cut_transport, "source", "T.xpt", "breaks off", "again"),
    "48-a-transport-file-with-a-bit-flipped": Refused(
        flipped_transport, "codebook", "`a`", "fewer than 10 values outside.*1 other value", "Declare"
    ),
}  # fmt: skip


def from_csv(folder: Path, text: str, **variables: Any) -> cm.Cohort:
    (folder / "f.csv").write_text(text, encoding="utf-8")
    return cm.load_cohort(folder / "f.csv", codebook=parse_codebook({"variables": variables}))


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_input_that_is_refused(case: Refused, tmp_path: Path) -> None:
    with pytest.raises(ComorbidError) as found:
        case.action(tmp_path)
    said = str(found.value)
    assert re.fullmatch(case.code, found.value.code)
    for wanted in (case.names, case.count, case.remedy):
        assert re.search(wanted, said, re.DOTALL), (wanted, said)
    assert SECRET not in said and str(ODD_NUMBER) not in said and "\n" not in said


IN_A_DATABASE: dict[str, dict[str, Any]] = {
    "01-complete-separation": {"a": X > 0},
    "02-an-empty-cell": {"a": TRUE & ~B},
    "05-a-constant-outcome": {"a": False},
    "07-a-covariate-nobody-has": {"x": np.nan},
    "09-outcome-coded-1-and-2": {"a": TRUE + 1},
    "10-outcome-coded-1-2-7-9": {"a": ODDER},
    "18-an-infinite-covariate": {"x": np.where(FIRST, np.inf, X)},
    "20-an-outcome-of-a-fraction": {"a": np.where(FIRST, ODD_NUMBER, TRUE)},
    "27-a-missing-weight": {"w": np.where(FIRST, np.nan, 1.0)},
    "27-weights-that-are-dates": {"w": DATES},
    "28-a-negative-weight": {"w": np.where(FIRST, -1.0, 1.0)},
    "29-all-weights-zero": {"w": 0.0},
    "30-an-infinite-weight": {"w": np.where(FIRST, np.inf, 1.0)},
    "35-a-stratum-of-one-psu": {"p": np.where(PLAIN["s"] == 0, 0, PLAIN["p"])},
    "37-a-missing-stratum": {"s": pd.array([None] * 20 + [1] * (N - 20), dtype="Int64")},
    "37-a-blank-stratum": {"s": BLANKS},
    "37-a-missing-psu": {"p": np.where(FIRST, np.nan, 1.0)},
}
PLAINLY = parse_codebook(
    {
        "variables": {"a": {"kind": "condition"}, "b": {"kind": "condition"}, "x": {"kind": "continuous"}},
        "designs": {"survey": {"weights": "w", "strata": "s", "psu": "p"}},
        "default_design": "survey",
    }
)


@pytest.mark.parametrize("more", IN_A_DATABASE.values(), ids=IN_A_DATABASE)
def test_input_is_refused_alike_in_a_database(more: dict[str, Any], tmp_path: Path) -> None:
    """A Parquet file is read where it lies, by DuckDB; what is said of it is what is said of a frame in memory."""
    pytest.importorskip("ibis", reason="ibis is not installed; pip install comorbid[parquet]")
    frame, said = people(**more), []
    frame.to_parquet(tmp_path / "people.parquet")
    for source in (frame, tmp_path / "people.parquet"):
        with pytest.raises(ComorbidError) as found:
            cm.fit_logistic(cm.load_cohort(source, codebook=PLAINLY), "a ~ b + x")
        said.append((found.value.code, str(found.value)))
    assert said[0] == said[1]


def yes_no(values: Any) -> pd.Categorical:
    return pd.Categorical(np.where(values, "Yes", "No"), ["Yes", "No"])


def numbers(values: Any) -> Any:
    return pd.array(np.asarray(values).astype(int), dtype="Int64")


SAME: dict[str, Callable[[], Any]] = {
    "12-outcome-of-categories-yes-first": lambda: fitted(a=yes_no(TRUE), conditions=["a", "b"]),
    "13-blanks-and-capitals": lambda: fitted(
        a=pd.Categorical(np.where(TRUE, " YES", "no ")), conditions=["a", "b"]
    ),
    "22-outcome-of-nullable-integers": lambda: fitted(a=numbers(TRUE), conditions=["a", "b"]),
    "23-covariate-of-nullable-floats": lambda: fitted(x=PLAIN["x"].astype("Float64")),
    "26-a-level-that-nobody-has": lambda: fitted(sex=PLAIN["sex"].cat.add_categories("other")),
    "32-weights-in-thousands": lambda: fitted(w=PLAIN["w"] * 1000),
    "36-psus-with-blanks-around-some": lambda: fitted(
        p=PLAIN["p"].map(str) + np.where(np.arange(N) % 2, " ", ""), s=PLAIN["s"].map(str)
    ),
    "36-psus-as-numbers-and-text": lambda: fitted(
        p=PLAIN["p"].astype(object).where(np.arange(N) % 2 == 0, PLAIN["p"].map(str))
    ),
    "36-psus-numbered-through": lambda: fitted(p=PLAIN["s"] * 5 + PLAIN["p"]),
}  # fmt: skip


@pytest.mark.parametrize("action", SAME.values(), ids=SAME)
def test_input_that_says_the_same_in_another_form(action: Callable[[], Any]) -> None:
    columns = ["estimate", "std_error"]
    np.testing.assert_allclose(action().tidy()[columns], fitted().tidy()[columns], rtol=1e-9)


def missing_outcome(form: str) -> None:
    values = numbers(TRUE)
    values[:40] = pd.NA
    cohort = cm.load_cohort(people(a=values.astype(form)), design=DESIGN, conditions=["a", "b"])
    fit = cm.fit_logistic(cohort, "a ~ b + x")
    assert (fit.n, fit.glance()["n_excluded"][0]) == (N - 40, 40)
    complete = cm.fit_logistic(cohort.complete_cases(["a"]), "a ~ b + x")
    np.testing.assert_allclose(fit.tidy()["std_error"], complete.tidy()["std_error"], rtol=1e-12)


def missing_category(_: Path) -> None:
    """Missing values that were turned into text, nan, are no level of their own."""
    groups = np.where(np.arange(N) < 40, np.nan, np.where(TRUE, 1, 2)).astype(str)
    cohort = cm.load_cohort(people(g=pd.Categorical(np.where(groups == "nan", groups, np.where(TRUE, "u", "v")))))
    assert (cohort.codebook["g"].level_names, cohort.n_missing(["g"])) == (("u", "v"), {"g": 40})


def missing_covariate(_: Path) -> None:
    """Whole numbers with gaps are a quantity when they are many, and give what floats with gaps give."""
    whole = pd.array(np.round(X * 1000).astype(int), dtype="Int64")
    whole[:40] = pd.NA
    nullable, plain = (fitted(x=values) for values in (whole, pd.Series(whole).astype("float64")))
    assert (nullable.n, nullable.glance()["n_excluded"][0]) == (N - 40, 40)
    columns = ["estimate", "std_error"]
    np.testing.assert_allclose(nullable.tidy()[columns], plain.tidy()[columns], rtol=1e-12)


def weightless(_: Path) -> None:
    weights = PLAIN["w"].where(np.arange(N) >= 50, 0.0)
    assert fitted(w=weights).n == N - 50


def factors(_: Path) -> None:
    """Replicate weights as whole weights and as factors give the same."""
    as_factors, whole = replicated(combined=False), replicated(combined=True, times=PLAIN["w"])
    pd.testing.assert_frame_equal(as_factors, whole, rtol=1e-12)


def domain(_: Path) -> None:
    """A subgroup keeps the PSUs of the others in its standard error; filtered rows lose them."""
    gone = (PLAIN["p"] == 0) & (PLAIN["s"] == 0)
    frame = people(x=np.where(gone, 9.0, X))
    within = cm.prevalence(cm.load_cohort(frame, design=DESIGN).restrict("x < 9", "inside"))
    filtered = cm.prevalence(cm.load_cohort(frame[~gone], design=DESIGN))
    np.testing.assert_allclose(within["estimate"], filtered["estimate"], rtol=1e-12)
    assert (np.abs(within["std_error"] / filtered["std_error"] - 1) > 1e-6).all()


def far_from_zero(_: Path) -> None:
    """An offset of 1e9 leaves the slope; a value keeps 7 of its 16 digits there, hence the tolerance."""
    whole = np.round(X * 1000)
    near, far = (fitted(x=whole + offset).tidy().set_index("term").loc["x"] for offset in (0.0, 1e9))
    np.testing.assert_allclose(far[["estimate", "std_error"]].astype(float),
                               near[["estimate", "std_error"]].astype(float), rtol=1e-8)  # fmt: skip


def byte_order_mark(folder: Path) -> None:
    (folder / "f.csv").write_text("\ufeffa,b\n1,0\n0,1\n", encoding="utf-8")
    assert cm.load_cohort(folder / "f.csv", conditions=["a", "b"]).conditions == ("a", "b")


def words_for_nothing(folder: Path) -> None:
    for word in ("None", "NA", "nan", "null", "N/A", "NULL", "#N/A"):
        book = {"a": {"kind": "condition"}, "e": {"levels": [word, "some"]}}
        cohort = from_csv(folder, f"a,e\n1,{word}\n0,some\n0,{word}\n1,\n", **book)
        assert cohort.n_missing(["e"]) == {"e": 1}
        assert cohort.restrict(f"e == '{word}'", "word").n == 2


def leading_zeros(folder: Path) -> None:
    """01 and 1 are two codes where 01 is declared, and two people where they tell people apart."""
    cohort = from_csv(folder, "a\n" + "01\n02\n" * 20, a={"kind": "condition", "levels": {"no": "01", "yes": "02"}})
    assert cm.prevalence(cohort)["events"].tolist() == [20]
    (folder / "mine.csv").write_text("id,a\n001,0\n1,1\n")
    (folder / "mine.toml").write_text('id = "id"\n[variables.a]\nkind = "condition"\n[file]\npath = "mine.csv"\n')
    assert cm.load_cohort(folder / "mine.toml").n == 2


def declared(folder: Path) -> None:
    """What was refused undeclared, is read as declared."""
    (folder / "f.csv").write_bytes("a;x\n1;1,5\n0;2,5\n".encode("utf-16"))
    file = {"delimiter": ";", "decimal": ",", "encoding": "utf-16"}
    book = parse_codebook({"variables": {"a": {"kind": "condition"}, "x": {"kind": "continuous"}}, "file": file})
    cohort = cm.load_cohort(folder / "f.csv", codebook=book)
    assert (cohort.n, cohort.restrict("x == 1.5", "first").n) == (2, 1)


def long_declared(folder: Path) -> None:
    (folder / "f.csv").write_text("id,q,v\n1,a,1\n1,b,0\n2,a,0\n2,b,1\n3,a,1\n")
    book = {"variables": {"a": {"kind": "condition"}, "b": {"kind": "condition"}}, "id": "id",
            "file": {"long": {"person": "id", "item": "q", "value": "v"}}}  # fmt: skip
    cohort = cm.load_cohort(folder / "f.csv", codebook=parse_codebook(book))
    assert (cohort.n, cohort.n_missing(["a", "b"])) == (3, {"a": 0, "b": 1})


def long_in_several_spellings(folder: Path) -> None:
    """A person, and an item, are one however the cells of a spreadsheet hold them."""
    rows = [["id", "q", "v"], [1, 1, 1], ["1", 2, 0], [2, "1", 1], ["2 ", "2 ", 1], [3, 1.0, 0]]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "f.xlsx")
    variables = {"a": {"kind": "condition", "column": "1"}, "b": {"kind": "condition", "column": "2"}}
    cohort = cm.load_cohort(folder / "f.xlsx", codebook=parse_codebook({"variables": variables, "file": LONG_FILE}))
    assert (cohort.n, cohort.n_missing(["a", "b"])) == (3, {"a": 0, "b": 1})
    assert cm.prevalence(cohort)["events"].tolist() == [2, 1]


def leading_zeros_of_fixed_width(folder: Path) -> None:
    (folder / "f.dat").write_text("101\n202\n302\n")
    condition = {"kind": "condition", "levels": {"no": "01", "yes": "02"}}
    book = {"variables": {"a": condition}, "file": {"layout": {"id": [1, 1], "a": [2, 3]}}}
    cohort = cm.load_cohort(folder / "f.dat", codebook=parse_codebook(book))
    assert cm.prevalence(cohort)["events"].tolist() == [2]


WORKS: dict[str, Callable[[Path], None]] = {
    "21-a-nullable-boolean": lambda _: missing_outcome("boolean"),
    "22-a-nullable-integer": lambda _: missing_outcome("Int64"),
    "23-a-nullable-float": lambda _: missing_outcome("Float64"),
    "23-a-nullable-integer-as-covariate": missing_covariate,
    "26-missing-values-as-a-category": missing_category,
    "31-some-weights-zero": weightless,
    "32-replicate-weights-as-factors": factors,
    "34-long-rows-declared": long_declared,
    "34-long-rows-in-several-spellings": long_in_several_spellings,
    "38-a-domain-not-a-subset": domain,
    "40-a-covariate-far-from-zero": far_from_zero,
    "45-46-delimiter-decimal-and-encoding-declared": declared,
    "46-a-byte-order-mark": byte_order_mark,
    "47-words-for-nothing-as-levels": words_for_nothing,
    "47-codes-and-ids-with-leading-zeros": leading_zeros,
    "47-codes-with-leading-zeros-in-fixed-width": leading_zeros_of_fixed_width,
}


@pytest.mark.parametrize("action", WORKS.values(), ids=WORKS)
def test_input_that_works(action: Callable[[Path], None], tmp_path: Path) -> None:
    action(tmp_path)


def test_a_message_names_a_dozen_levels_of_many() -> None:
    with pytest.raises(ComorbidError, match="and 4988 more") as found:
        cm.load_cohort(
            people(a="x"),
            codebook=parse_codebook({"variables": {"a": {"levels": [f"level {i}" for i in range(5000)]}}}),
        )
    assert len(str(found.value)) < 600


def test_of_a_public_use_file_separation_names_the_level() -> None:
    conditions = {"a": {"kind": "condition"}, "b": {"kind": "condition"}}
    book = parse_codebook({"release": "public-use", "variables": conditions})
    with pytest.raises(SeparationError, match=r"no `a` = yes where `b` = yes \(0 of \d+\)"):
        cm.fit_logistic(cm.load_cohort(people(a=TRUE & ~B), codebook=book), "a ~ b")


def test_all_48_kinds_are_here() -> None:
    numbered = {int(number) for name in (*REFUSED, *SAME, *WORKS) for number in re.findall(r"\b\d\d\b", name)}
    assert numbered == set(range(1, 49))
