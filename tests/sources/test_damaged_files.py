"""Files over which the fuzzer found errors of others to escape: each ends in one of ours, which says what to do."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

import comorbid as cm
from comorbid.analyses.manifest import read_json
from comorbid.analyses.study import load_study
from comorbid.codebook import read_codebook
from comorbid.datafile import DataFile
from comorbid.disclosure.rules import read_rules
from comorbid.drafting import draft_codebook
from comorbid.errors import CodebookError, ComorbidError, SourceError
from comorbid.sources.codelists import read_codelist
from comorbid.sources.files import read_people
from comorbid.sources.nhis_files import extract, read_layout

HEAD = "condition,vocabulary,code,match,meaning,version,source\n"
BOOK = """
[variables.migraine]
kind = "condition"
levels = { no = 0, yes = 1 }
[variables.age]
kind = "continuous"
"""


def test_wide_letters_without_a_mark_of_their_order_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes("a;b\n1;2\n".encode("utf-16-le"))
    with pytest.raises(SourceError, match=r"is not UTF-16 text .it has no byte order mark"):
        read_people(path, DataFile(encoding="utf-16", delimiter=";"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff" + HEAD.encode(), "cannot be read as CSV in UTF-8"),
        (HEAD.encode() + b"migraine,ICD10CM," + b"G" * 200_000 + b",exact,,1,me\n", "field larger than"),
        (HEAD.encode() + b"migraine,ICD10CM\n", "line 2: no code, match, version, source"),
    ],
)
def test_a_code_list_that_is_none_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "mine.csv").write_bytes(content)
    with pytest.raises(CodebookError, match=message):
        read_codelist(tmp_path / "mine.csv")


def archive(folder: Path, change: Any) -> None:
    """A sound archive of a year, changed."""
    place = folder / "2018"
    place.mkdir()
    with zipfile.ZipFile(place / "samadultcsv.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("samadult.csv", "PSTRAT,PPSU,AMIGR\n" + "1,2,1\n" * 500)
    content = bytearray((place / "samadultcsv.zip").read_bytes())
    change(content)
    (place / "samadultcsv.zip").write_bytes(content)


CENTRAL = b"PK\x01\x02"
"""Where the list of an archive's members begins; its flags and its way of packing come 8 and 10 bytes behind."""


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.__setitem__(60, content[60] ^ 0x40),
        lambda content: content.__setitem__(slice(0, 4), b"no  "),
        lambda content: content.__setitem__(content.index(CENTRAL) + 8, 1),
        lambda content: content.__setitem__(content.index(CENTRAL) + 10, 77),
        lambda content: content.__delitem__(slice(-30, None)),
    ],
    ids=["checksum", "member", "locked", "packing", "cut"],
)
def test_a_damaged_archive_of_a_year_is_refused(tmp_path: Path, change: Any) -> None:
    archive(tmp_path, change)
    with pytest.raises(SourceError, match="damaged"):
        extract(2018, tmp_path, ["PSTRAT", "PPSU", "AMIGR"], [])


@pytest.mark.parametrize(
    "content",
    [b"variable,start,end\nAGE,1,two\n", b"variable,start,end\n1,1,2\n", b"", b'variable,start,end\n"A,1,2\n'],
)
def test_a_layout_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "layout.csv").write_bytes(content)
    with pytest.raises(SourceError, match=r"layout\.csv"):
        read_layout(tmp_path)


@pytest.mark.parametrize("at", ["data", "footer"])
def test_damaged_parquet_that_a_database_reads_is_an_error_of_ours(tmp_path: Path, at: str) -> None:
    """The footer is read when the cohort is loaded, the pages when people are counted."""
    path = tmp_path / "mine.parquet"
    pd.DataFrame({"migraine": [0, 1] * 500, "age": range(1000)}).to_parquet(path, index=False)
    (tmp_path / "mine.toml").write_text(BOOK)
    content = bytearray(path.read_bytes())
    length = int.from_bytes(content[-8:-4], "little")
    damage = slice(8, 60) if at == "data" else slice(len(content) - 8 - length, len(content) - length + 40)
    content[damage] = b"\xff" * len(content[damage])
    path.write_bytes(content)
    with pytest.raises(SourceError, match="damaged"):
        cm.prevalence(cm.load_cohort(path, codebook=tmp_path / "mine.toml"))


def test_an_empty_text_is_no_code_of_a_proposal(tmp_path: Path) -> None:
    """SPSS has no missing texts: what was not said is empty, and may be labelled."""
    frame = pd.DataFrame({"said": ["a", "b", ""] * 20, "migraine": [0.0, 1.0, 1.0] * 20})
    labels: dict[str, Any] = {"said": {"a": "first", "b": "second", "": "nothing"}}
    pyreadstat.write_sav(frame, str(tmp_path / "mine.sav"), variable_value_labels=labels)
    (tmp_path / "mine.toml").write_text(draft_codebook(tmp_path / "mine.sav").text, encoding="utf-8")
    assert list(read_codebook(tmp_path / "mine.toml").variables["said"].levels) == ["first", "second"]
    assert cm.load_cohort(tmp_path / "mine.toml").n == 60


def test_two_columns_of_a_name_are_no_codebook(tmp_path: Path) -> None:
    path = tmp_path / "mine.dta"
    pd.DataFrame({"first": [0, 1] * 9, "other": [1, 0] * 9}).to_stata(path, write_index=False, version=118)
    path.write_bytes(path.read_bytes().replace(b"other", b"first"))
    with pytest.raises(ComorbidError, match="several columns first"):
        draft_codebook(path)


def test_parquet_whose_facts_of_a_column_are_damaged_is_refused(tmp_path: Path) -> None:
    """Asked for the size of such a column, the library that reads Parquet would end the process."""
    out, whole = tmp_path / "mine.parquet", pa.array([["a", None], [], None] * 9)
    pq.write_table(pa.table({"a": [0, 1, 0] * 9, "b": whole}), out)
    sound, start = out.read_bytes(), out.read_bytes().rindex(b"PAR1")
    footer = range(start - 4 - int.from_bytes(sound[-8:-4], "little"), start - 4)
    for at in footer:
        out.write_bytes(bytes([*sound[:at], (sound[at] + 1) % 256, *sound[at + 1 :]]))
        with suppress(ComorbidError):
            read_people(out)


def test_files_nested_without_end_are_refused(tmp_path: Path) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    (tmp_path / "mine.toml").write_text(f"a = {deep}")
    (tmp_path / "mine.json").write_text(deep)
    for read in (load_study, lambda path: read_rules("mine", path)):
        with pytest.raises(ComorbidError, match="cannot be read"):
            read(tmp_path / "mine.toml")
    assert read_json(tmp_path / "mine.json") == {}
