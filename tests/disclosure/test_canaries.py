"""Canaries: 25 people with words, numbers and codes of their own, looked for in every byte that the program writes.

What a codebook declares it names by right: the owner of the data writes it, to be read by others. So `codebook page`
may name declared codes of the 25, and nothing else of theirs; no result, message or report may name any.
"""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
import zlib
from base64 import b64encode
from pathlib import Path

import pandas as pd
import pytest

import comorbid as cm
from comorbid.analyses.pdf import find_browser
from comorbid.analyses.study import load_study
from comorbid.cli import main
from comorbid.errors import ComorbidError
from comorbid.paths import COHORTS_VARIABLE, DATA_VARIABLE
from tests.analyses.toy_study import files
from tests.disclosure import canaries
from tests.disclosure.searching import hits, hits_below, marks, marks_of

COLUMNS = list(canaries.planted(0))
SURROUNDINGS = ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")


@pytest.fixture(scope="session")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The codebook of the cohort, beside its file of people."""
    return canaries.write(tmp_path_factory.mktemp("clinic"))


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder below which a run keeps everything: temporary files, caches, settings, what users have at home.

    Its path is short, since a browser puts a socket below it.
    """
    folder = tmp_path_factory.mktemp("w")
    for name in SURROUNDINGS:
        (folder / name).mkdir()
        monkeypatch.setenv(name, str(folder / name))
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    return folder


def test_every_column_of_each_of_the_25_is_planted_and_found(mine: Path) -> None:
    people = pd.read_csv(mine.with_name("mine.csv"), dtype=str)
    assert set(people.columns) == set(COLUMNS)
    for column in COLUMNS:
        theirs = people[column].head(canaries.PLANTED)
        assert all(set(hits(f"x {value}".encode())) & marks_of(column) for value in theirs)
        assert not theirs.isin(people[column].iloc[canaries.PLANTED :]).any()
        assert theirs.nunique() == (12 if column == "stratum" else canaries.PLANTED)


def packed() -> dict[str, bytes]:
    """A planted word in every kind of wrapping."""
    own = canaries.planted(4)
    word, parquet, archive = str(own["remark"]).encode(), io.BytesIO(), io.BytesIO()
    pd.DataFrame([own]).to_parquet(parquet)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", b"<w:t>" + word + b"</w:t>")
    chunk = b"zTXtComment\0\0" + zlib.compress(word)
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(chunk) - 4) + chunk + b"0000"
    page = b"<img src='data:image/png;base64," + b64encode(png + b" " * 60) + b"'>"
    return {
        "as it is": word,
        "docx": archive.getvalue(),
        "parquet": parquet.getvalue(),
        "gzip": gzip.compress(word),
        "stream of a pdf": b"%PDF stream\n" + zlib.compress(word) + b"\nendstream",
        "text of a png": png,
        "picture in a page": page,
        "picture in a notebook": json.dumps({"image/png": b64encode(png + b" " * 60).decode()}).encode(),
        "address": b"?q=" + "".join(f"%{letter:02x}" for letter in word).encode(),
        "two bytes a letter": word.decode().encode("utf-16"),
    }


@pytest.mark.parametrize("wrapping", packed())
def test_the_search_sees_through_wrappings(wrapping: str, tmp_path: Path) -> None:
    (tmp_path / "file.bin").write_bytes(packed()[wrapping])
    assert hits_below(tmp_path)


@pytest.mark.parametrize("form", ["{:.4f}", "{:.5f}", "{!r}", "{:.6e}", "1{:.5f}"])
def test_the_search_knows_a_number_at_every_precision(form: str) -> None:
    assert bool(hits(form.format(canaries.age(7)).encode())) is not form.startswith("1")
    assert all(struct.pack(f"{order}d", canaries.weight(7)).lower() in marks() for order in "<>")


COMMANDS: dict[str, list[str]] = {
    "prevalence": ["prevalence", "--by", "sex", "--by", "age_band"],
    "prevalence by education": ["prevalence", "--by", "education", "--interval", "korn-graubard"],
    "pairs": ["cooccurrence", "--by", "sex"],
    "combinations": ["cooccurrence", "--only", "combinations", "--by", "smoking"],
    "model": ["fit", "migraine ~ neck_pain + age + sex"],
    "firth": ["fit", "migraine ~ neck_pain + age + smoking", "--method", "firth", "--log-odds"],
    "margins": ["fit", "migraine ~ neck_pain + age + smoking", "--margins"],
    "glance": ["fit", "migraine ~ neck_pain + age + sex", "--glance"],
    "few": ["prevalence", "--where", "age < 31"],
    "nearly nobody": ["prevalence", "--where", "age > 30.12345 and age < 30.6"],
    "check": ["check"],
}


@pytest.mark.parametrize("form", ["table", "csv", "json"])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_prints_a_person(command: str, form: str, mine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    name, *rest = COMMANDS[command]
    assert main([name, str(mine.with_name("mine.csv")), *rest, "--codebook", str(mine), "--format", form]) == 0
    said = capfd.readouterr()
    assert said.out
    asked = " ".join(rest).encode()
    assert [mark for mark in hits(said.out.encode(), said.err.encode()) if mark not in asked] == []


@pytest.mark.parametrize("form", ["table", "csv", "json"])
@pytest.mark.parametrize("described", [True, False])
def test_no_finding_on_anonymity_names_a_person(
    described: bool, form: str, mine: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = mine if described else mine.with_name("mine.csv")
    assert main(["anonymity", str(source), "--format", form]) == 1, "the rows do point at people"
    said = capfd.readouterr()
    assert "identif" in said.out and hits(said.out.encode(), said.err.encode()) == []


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_no_proposed_codebook_names_a_person(
    form: str, mine: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "draft.toml"
    assert main(["codebook", "init", str(mine.with_name("mine.csv")), "--out", str(out), "--format", form]) == 0
    assert main(["codebook", "page", str(out), "--out", str(tmp_path / "draft.html")]) == 0
    said = capfd.readouterr()
    assert hits(said.out.encode(), said.err.encode()) == []
    assert hits_below(tmp_path) == []


def test_a_page_names_declared_codes_and_nothing_else_of_a_person(mine: Path, tmp_path: Path) -> None:
    page = tmp_path / "mine.html"
    assert main(["codebook", "page", str(mine), "--out", str(page)]) == 0
    declared = frozenset().union(*(marks_of(name) for name in canaries.CODED))
    assert set(hits(page.read_bytes())) <= declared
    others = frozenset().union(*(marks_of(name) for name in COLUMNS if name not in canaries.CODED))
    assert set(hits(page.read_bytes())) & others <= {mark for mark in marks_of("sex") if b"ish" in mark}


def test_no_saved_table_and_no_figure_holds_a_person(mine: Path, tmp_path: Path) -> None:
    cohort = cm.load_cohort(mine.with_name("mine.csv"), codebook=mine)
    frames = {
        "prevalence": cm.prevalence(cohort, by="sex"),
        "pairs": cm.cooccurrence(cohort),
        "combinations": cm.combinations(cohort),
        "model": cm.fit_logistic(cohort, "migraine ~ neck_pain + age + smoking").tidy(exponentiate=True),
        "who": cm.characteristics(cohort, ["age", "sex", "smoking"]),
        "flow": cohort.restrict("age >= 40", "younger than 40").flow(),
    }
    for name, frame in frames.items():
        for ending in ("docx", "tex", "csv", "md", "html"):
            cm.save_table(frame, tmp_path / f"{name}.{ending}", caption=name)
        frame.to_parquet(tmp_path / f"{name}.parquet")
    for kind in ("png", "svg", "pdf"):
        cm.forest_plot(frames["model"]).figure.savefig(tmp_path / f"forest.{kind}")
        cm.upset_plot(frames["combinations"]).savefig(tmp_path / f"sets.{kind}")
    assert hits_below(tmp_path) == []


def test_no_repr_of_the_library_shows_a_person(mine: Path) -> None:
    cohort = cm.load_cohort(mine.with_name("mine.csv"), codebook=mine)
    few = cohort.restrict("age < 31", "older")
    fit = cm.fit_logistic(cohort, "migraine ~ neck_pain + age")
    shown = [repr(thing) for thing in (cohort, few, cohort.people, cohort.design, fit, fit.cells)]
    shown += [str(cohort.describe()), str(cohort.flow())]
    assert hits(*(text.encode() for text in shown)) == []
    assert "people" in repr(cohort) and "rows are not shown" in repr(cohort.people)


@pytest.mark.parametrize("method", ["restrict", "coded"])
def test_no_error_of_the_library_quotes_a_person(method: str, mine: Path) -> None:
    frame = canaries.people().astype({"name": "category"})
    with pytest.raises(ComorbidError) as fault:
        if method == "restrict":
            cm.load_cohort(frame, codebook=mine).restrict("name == 'nobody'", "x")
        else:
            cm.load_cohort(frame, codebook=mine, design=cm.SurveyDesign(weights="remark"))
    assert hits(str(fault.value).encode()) == []


@pytest.mark.slow
def test_no_analysis_of_the_library_shows_a_person(
    world: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """All of them run: reports with their files, crate, record of what was released, log, caches, one PDF."""
    (world / "clinic").mkdir()
    mine, out = canaries.write(world / "clinic"), world / "reports"
    asked = ["report", "--cohort", str(mine), "--out", str(out), "--crate"]
    assert main(asked) == 0
    monkeypatch.setenv(COHORTS_VARIABLE, str(mine))
    for form in ("table", "csv", "json"):
        assert main(["verify", str(out), "--format", form]) == 0
    if browser():
        assert main([*asked, "about-this-cohort", "--pdf"]) == 0
    before = files(out / "mine" / "about-this-cohort")
    assert main([*asked, "about-this-cohort", "--force"]) == 0
    assert before == files(out / "mine" / "about-this-cohort"), "two runs, byte for byte"
    said = capfd.readouterr()
    assert hits(said.out.encode(), said.err.encode()) == []
    assert hits_below(world, mine, mine.with_name("mine.csv")) == []
    every = {analysis.name for analysis in load_study().analyses}
    status = json.loads((out / "mine" / "status.json").read_text(encoding="utf-8"))["analyses"]
    assert {name for name, one in status.items() if one["status"] == "complete"} == every
    assert {path.parent.name for path in (out / "mine").glob("*/manifest.json")} == every
    written = {path.suffix for path in out.rglob("*") if path.is_file()}
    assert {".html", ".ipynb", ".csv", ".png", ".svg", ".json", ".txt", *([".pdf"] if browser() else [])} <= written


def browser() -> bool:
    try:
        return bool(find_browser())
    except ComorbidError:
        return False
