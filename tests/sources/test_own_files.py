"""One's own file in every format: the same people, the same estimates, read as the codebook declares."""

from __future__ import annotations

import gzip
import io
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

import comorbid as cm
from comorbid.datafile import DataFile
from comorbid.errors import ComorbidError
from comorbid.sources.files import read_people
from comorbid.sources.spreadsheet import sheets_of
from comorbid.sources.statistical import read_sas, read_spss, read_stata

N = 60
VARIABLES = """
id = "ID"
[variables.migraine]
kind = "condition"
column = "MIG"
levels = { no = 2, yes = 1 }
missing = { 9 = "refused" }
[variables.neck_pain]
kind = "condition"
column = "NECK"
levels = { no = 2, yes = 1 }
[variables.weightkg]
kind = "continuous"
column = "KG"
"""


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"ID": range(1, N + 1), "MIG": rng.choice([1, 2], N), "NECK": rng.choice([1, 2], N)})
    frame["KG"] = np.round(rng.normal(70, 9, N), 1)
    frame.loc[:4, "MIG"] = 9
    frame.loc[10:12, "KG"] = np.nan
    return frame


def write(people: pd.DataFrame, folder: Path, ending: str) -> tuple[Path, str]:
    """The people in a format, and the [file] table that declares it."""
    path, declared = folder / f"mine{ending}", ""
    if ending == ".csv":
        people.to_csv(path, index=False, sep=";", decimal=",", encoding="utf-16")
        declared = 'delimiter = ";"\ndecimal = ","\nencoding = "utf-16"'
    elif ending == ".tsv":
        people.to_csv(path, index=False, sep="\t")
        declared = 'delimiter = "\\t"'
    elif ending == ".csv.gz":
        people.to_csv(path, index=False)
    elif ending == ".sav":
        pyreadstat.write_sav(people, str(path), missing_ranges={"MIG": [9]})
    elif ending == ".dta":
        people.to_stata(path, write_index=False)
    elif ending == ".xlsx":
        with pd.ExcelWriter(path, engine="openpyxl") as book:
            people.to_excel(book, sheet_name="People", index=False)
            people.head(1).to_excel(book, sheet_name="Notes", index=False)
        declared = 'sheet = "People"'
    elif ending == ".parquet":
        people.to_parquet(path)
    elif ending == ".dat":
        rows = zip(people["ID"], people["MIG"], people["NECK"], people["KG"].fillna(-1), strict=True)
        path.write_text("".join(f"{i:3d}{m}{k}{f'{kg:5.1f}' if kg > 0 else '     '}\n" for i, m, k, kg in rows))
        declared = "layout = { ID = [1, 3], MIG = [4, 4], NECK = [5, 5], KG = [6, 10] }"
    else:
        long = people.melt("ID", var_name="ITEM", value_name="VALUE").dropna()
        long.sample(frac=1, random_state=1).sort_values("ID", kind="stable").to_csv(path, index=False)
        declared = 'long = { person = "ID", item = "ITEM", value = "VALUE" }'
    return path, declared


FORMATS = [".csv", ".tsv", ".csv.gz", ".sav", ".dta", ".xlsx", ".parquet", ".dat", "-long.csv"]


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_gives_the_same_cohort(people: pd.DataFrame, tmp_path: Path, ending: str) -> None:
    path, declared = write(people, tmp_path, ending)
    book = tmp_path / "mine.toml"
    book.write_text(f'title = "Mine"\n{VARIABLES}\n[file]\npath = "{path.name}"\n{declared}\n')
    cohort = cm.load_cohort(book)
    table = cm.prevalence(cohort).set_index("outcome")
    assert table.loc["migraine", ["n", "events"]].tolist() == [N - 5, int((people["MIG"] == 1).sum())]
    fit = cm.fit_logistic(cohort, "neck_pain ~ migraine + weightkg")
    assert fit.glance()["n"].item() == N - 8
    expected = cm.fit_logistic(
        cm.load_cohort(people.drop(columns="ID"), codebook=_book_without_file(tmp_path)),
        "neck_pain ~ migraine + weightkg",
    )
    np.testing.assert_allclose(fit.tidy()["estimate"], expected.tidy()["estimate"], rtol=1e-6)
    assert not len(cm.check_cohort(book))


def _book_without_file(folder: Path) -> Path:
    path = folder / "plain.toml"
    path.write_text(VARIABLES.replace('id = "ID"', ""))
    return path


def test_labels_of_spss_travel_with_the_codes(people: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "mine.sav"
    values = {"MIG": {1: "yes", 2: "no", 9: "refused"}}
    pyreadstat.write_sav(
        people, str(path), column_labels={"MIG": "Migraine?"}, variable_value_labels=values, missing_ranges={"MIG": [9]}
    )
    frame, labels = read_spss(path)
    assert (frame["MIG"] == 9).sum() == 5
    assert labels.columns["MIG"] == "Migraine?"
    assert labels.values["MIG"] == {1.0: "yes", 2.0: "no", 9.0: "refused"}
    assert labels.missing["MIG"] == (9.0,)


def test_labels_of_stata_travel_with_the_codes(people: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "mine.dta"
    labels = {"MIG": {1: "yes", 2: "no"}, "NECK": {1: "pain", 2: "none"}}
    people.to_stata(path, write_index=False, variable_labels={"MIG": "Migraine?"}, value_labels=labels)
    frame, found = read_stata(path)
    assert frame["MIG"].tolist() == people["MIG"].tolist()
    assert found.columns["MIG"] == "Migraine?"
    assert {name: dict(texts) for name, texts in found.values.items()} == labels


def damaged(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize("ending", [".sav", ".dta", ".xlsx", ".parquet", ".csv.gz"])
def test_a_file_that_breaks_off_is_refused_in_one_line(people: pd.DataFrame, tmp_path: Path, ending: str) -> None:
    path, _ = write(people, tmp_path, ending)
    damaged(path)
    with pytest.raises(ComorbidError, match="damaged") as caught:
        read_people(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("ending", [".sav", ".dta", ".xlsx", ".sas7bdat", ".xpt", ".parquet", ".csv"])
def test_a_web_page_under_another_name_is_refused(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"mine{ending}"
    path.write_text("<!DOCTYPE html><html><body>Not found</body></html>")
    with pytest.raises(ComorbidError, match=r"web page|not what its name says|not a spreadsheet|damaged"):
        read_people(path)


def test_sas_data_sets_of_another_kind_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.sas7bdat").write_bytes(b"\x00" * 4096)
    with pytest.raises(ComorbidError, match="cannot be read as a SAS file"):
        read_sas(tmp_path / "a.sas7bdat")


def test_a_sheet_must_be_named_where_there_are_several(people: pd.DataFrame, tmp_path: Path) -> None:
    path, _ = write(people, tmp_path, ".xlsx")
    assert sheets_of(path) == ["People", "Notes"]
    with pytest.raises(ComorbidError, match=r"has 2 sheets: People, Notes\. Name one in the codebook"):
        read_people(path)
    with pytest.raises(ComorbidError, match=r"no sheet 'Poeple'.*Did you mean 'People'"):
        read_people(path, DataFile(sheet="Poeple"))


def test_a_formula_is_not_computed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["a", "b"])
    sheet.append([1, "=1+1"])
    book.save(tmp_path / "mine.xlsx")
    assert read_people(tmp_path / "mine.xlsx")["b"].isna().all()


def test_an_archive_bomb_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    bomb = tmp_path / "mine.csv.gz"
    with gzip.open(bomb, "wb", compresslevel=9) as file:
        for _ in range(300):
            file.write(b"0" * 2**20)
    with pytest.raises(ComorbidError, match="MiB is accepted"):
        read_people(bomb)
    sheet = tmp_path / "mine.xlsx"
    with zipfile.ZipFile(sheet, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (300 * 2**20))
    with pytest.raises(ComorbidError, match="spreadsheet"):
        read_people(sheet)


def test_entities_in_a_spreadsheet_are_refused(people: pd.DataFrame, tmp_path: Path) -> None:
    path, _ = write(people, tmp_path, ".xlsx")
    content = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(path, "w") as new:
        for member in old.infolist():
            text = old.read(member)
            if member.filename.endswith("sheet1.xml"):
                text = b'<!DOCTYPE x [<!ENTITY a "b">]>' + text
            new.writestr(member.filename, text)
    with pytest.raises(ComorbidError, match="XML with a document type"):
        read_people(path, DataFile(sheet="People"))


@pytest.mark.parametrize("name", ["mine.pkl", "mine.pickle", "mine.joblib", "mine.npy", "mine.h5", "mine.rds"])
def test_formats_that_can_run_code_are_never_opened(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"cos\nsystem\n(S'touch ran'\ntR.")
    with pytest.raises(ComorbidError, match="of a kind that is not read"):
        read_people(tmp_path / name)


def test_an_undeclared_delimiter_or_encoding_is_told_with_what_to_write(people: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    people.to_csv(path, index=False, sep=";")
    with pytest.raises(ComorbidError, match=r'semicolons in its header.*\[file\] delimiter = ";"'):
        read_people(path)
    path.write_bytes("a,b\nyes,Caf\u00e9\n".encode("latin-1"))
    with pytest.raises(ComorbidError, match=r'not UTF-8 text.*encoding = "cp1252"'):
        read_people(path)
    assert read_people(path, DataFile(encoding="latin-1"))["b"].tolist() == ["Caf\u00e9"]


def test_people_who_stand_twice_in_a_file_are_counted_not_named(people: pd.DataFrame, tmp_path: Path) -> None:
    twice = pd.concat([people, people.head(20)])
    book = tmp_path / "mine.toml"
    book.write_text(f'{VARIABLES}\n[file]\npath = "mine.csv"\n')
    twice.to_csv(tmp_path / "mine.csv", index=False)
    with pytest.raises(ComorbidError, match=r"`ID` tells 60 people apart in 80 rows.*long = \{"):
        cm.load_cohort(book)
    twice.assign(ID=np.where(twice["ID"] < 13, np.nan, twice["ID"])).to_csv(tmp_path / "mine.csv", index=False)
    with pytest.raises(ComorbidError, match="`ID` is empty in 24 of 80 rows"):
        cm.load_cohort(book)


def test_two_values_of_one_item_are_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("p,i,v\n1,a,2\n1,a,3\n2,a,4\n")
    with pytest.raises(ComorbidError, match=r"fewer than 10 rows give a person a second value"):
        read_people(tmp_path / "mine.csv", DataFile(long={"person": "p", "item": "i", "value": "v"}))


def test_a_line_that_breaks_off_is_counted(tmp_path: Path) -> None:
    (tmp_path / "mine.dat").write_text("12\n1\n")
    with pytest.raises(ComorbidError, match="fewer than 10 of 2 lines are shorter than the 2 positions"):
        read_people(tmp_path / "mine.dat", DataFile(layout={"a": (1, 1), "b": (2, 2)}))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('delimiter = "ab"', "delimiter is one character"),
        ('decimal = ";"', "decimal is"),
        ('decimal = ","', "the same character"),
        ('encoding = "klingon"', "encoding 'klingon' is unknown"),
        ('encoding = "rot13"', "encoding 'rot13' is unknown"),
        ("layout = { a = [2, 1] }", r"layout of 'a' is \[first, last\]"),
        ('long = { person = "id" }', "long names three columns: person, item, value"),
        ("sheeet = 1", "unknown key 'sheeet'"),
    ],
)
def test_mistakes_in_the_file_table_are_told(tmp_path: Path, table: str, said: str) -> None:
    (tmp_path / "mine.toml").write_text(f'{VARIABLES}\n[file]\npath = "mine.csv"\n{table}\n')
    with pytest.raises(ComorbidError, match=said):
        cm.load_cohort(tmp_path / "mine.toml")


def test_a_codebook_without_a_file_says_what_to_write(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(VARIABLES)
    with pytest.raises(ComorbidError, match=r'mine\.toml does not say where its people are.*path = "mine\.csv"'):
        cm.load_cohort(tmp_path / "mine.toml")
    with pytest.raises(ComorbidError, match="leave codebook= out"):
        cm.load_cohort(tmp_path / "mine.toml", codebook=tmp_path / "mine.toml")


def test_a_missing_package_is_named(people: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for ending, package in ((".sav", "pyreadstat"), (".xlsx", "openpyxl")):
        path, _ = write(people, tmp_path, ending)
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(ComorbidError, match=r"pip install comorbid\[files\]"):
            read_people(path)
