"""Files made to do harm: refused or shown as text, without running code, filling memory or writing elsewhere.

Every file is opened in a process of its own, forked from one that has read nothing. What is measured is the largest
resident memory of that process (the libraries' included, some 70 megabytes) and of the program that reads SPSS files,
whichever is more, as the system counts it when the process has ended (`ru_maxrss` of `wait4`).
"""

from __future__ import annotations

import gzip
import io
import json
import lzma
import os
import pickle
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

import comorbid as cm
from comorbid.cli import main
from comorbid.codebook import read_codebook
from comorbid.drafting import dictionary_page, draft_codebook
from comorbid.errors import ComorbidError
from comorbid.paths import cohort_name
from tests.sources.xpt_writer import write_xpt

GIGABYTE = 2**20
"""In kilobytes, as the system counts."""
PEOPLE = pd.DataFrame({"a": [0, 1] * 20, "b": [1, 0] * 20})
OPENED = """
import json, os, sys
from pathlib import Path
import numpy, pandas, pyarrow.parquet, openpyxl
import comorbid as cm
from comorbid.codebook import read_codebook
from comorbid.errors import ComorbidError
from comorbid.sources import database, files, load, spreadsheet, statistical

def opened(path):
    inlet, outlet = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            book = read_codebook(path) if path.suffix == ".toml" else cm.load_cohort(path).codebook
            said = f"{len(book.left_out)}"
        except ComorbidError as fault:
            said = f"{fault.code}: {fault}"
        except BaseException as fault:
            said = f"ESCAPED {type(fault).__name__}"
        os.write(outlet, said.encode()[:4000])
        os._exit(0)
    os.close(outlet)
    with os.fdopen(inlet, "rb") as pipe:
        said = pipe.read().decode()
    _, status, usage = os.wait4(child, 0)
    return {"said": said, "status": status, "memory": usage.ru_maxrss}

print(json.dumps({path.name: opened(path) for path in sorted(Path(sys.argv[1]).iterdir())}))
"""


class Runs:
    """What a pickle can carry: a call that leaves a file behind."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (open, ("ran.txt", "w"))


def pickled() -> bytes:
    return pickle.dumps(Runs())


def packed(pack: Any, mebibytes: int = 300) -> bytes:
    out = io.BytesIO()
    with pack(fileobj=out, mode="w") if pack is gzip.GzipFile else pack(out, "w", preset=0) as file:
        for _ in range(mebibytes):
            file.write(b"0" * 2**20)
    return out.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def workbook(change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> bytes:
    """A sound spreadsheet with its members changed."""
    out = io.BytesIO()
    PEOPLE.to_excel(out, index=False)
    with zipfile.ZipFile(out) as file:
        return archive(change({name: file.read(name) for name in file.namelist()}))


def entity(members: dict[str, bytes]) -> dict[str, bytes]:
    laughs = b'<!DOCTYPE x [<!ENTITY a "' + b"ha" * 99 + b'"><!ENTITY b "' + b"&a;" * 99 + b'">]>'
    return {name: laughs + text if name.endswith("sheet1.xml") else text for name, text in members.items()}


def linked(folder: Path) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as file:
        for name, kind in (("../../elsewhere.csv", tarfile.REGTYPE), ("link.csv", tarfile.SYMTYPE)):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, str(folder / "secret.csv")
            file.addfile(member)
    return out.getvalue()


def parquet(table: pa.Table, packing: str = "snappy") -> bytes:
    out = io.BytesIO()
    whole = packing == "snappy"
    pq.write_table(
        table, out, compression=packing, store_schema=whole, use_dictionary=whole or ["b"], write_statistics=whole
    )
    return out.getvalue()


def extension() -> bytes:
    """A column of a type that its file defines, of which pyarrow before 14.0.1 would have run code (CVE-2023-47248)."""
    field = pa.field("a", pa.int64(), metadata={
        b"ARROW:extension:name": b"arrow.py_extension_type", b"ARROW:extension:metadata": pickled()})  # fmt: skip
    return parquet(pa.table([pa.array([0, 1])], schema=pa.schema([field])))


def constant(rows: int = 40_000_000) -> bytes:
    """Forty million people in a file of a few kilobytes."""
    out = io.BytesIO()
    part = pa.table({"a": pa.DictionaryArray.from_arrays(pa.array([0] * 2_000_000, pa.int8()), pa.array([1]))})
    with pq.ParquetWriter(out, part.schema) as writer:
        for _ in range(rows // len(part)):
            writer.write_table(part, row_group_size=len(part))
    return out.getvalue()


def sheet(ends: bytes, *rows: bytes) -> bytes:
    """A spreadsheet whose sheet says where it ends, with a header of two columns."""
    space = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:%s"/>' % ends
    )
    cells = (
        b'<c r="%s1" t="inlineStr"><is><t>%s</t></is></c>' % (at, name) for at, name in ((b"A", b"a"), (b"B", b"b"))
    )
    text = (
        space + b'<sheetData><row r="1">' + b"".join(cells) + b"</row>" + b"".join(rows) + b"</sheetData></worksheet>"
    )
    return workbook(lambda members: {**members, "xl/worksheets/sheet1.xml": text})


def one_cell(row: int) -> bytes:
    return b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (row, row)


def styled(members: dict[str, bytes]) -> dict[str, bytes]:
    """Twelve million empty elements among the styles: fifty megabytes of text, a gigabyte as a tree."""
    changed = members["xl/styles.xml"].replace(b"<cellXfs", b"<x>" + b"<c/>" * 12_000_000 + b"</x><cellXfs")
    return {**members, "xl/styles.xml": changed}


def one_word(size: int, rows: int) -> bytes:
    """A word that lies in the file once and stands in every row."""
    words = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x" * size]))
    return parquet(pa.table({"a": pa.array([0, 1] * (rows // 2)), "b": words}), "zstd")


def transport(folder: Path, change: Callable[[bytearray], Any]) -> bytes:
    write_xpt(PEOPLE, folder.parent / "sound.xpt")
    content = bytearray((folder.parent / "sound.xpt").read_bytes())
    change(content)
    return bytes(content)


def huge_stata(folder: Path) -> bytes:
    """A Stata file that says it holds two thousand million people."""
    PEOPLE.to_stata(folder.parent / "sound.dta", write_index=False, version=118)
    content = (folder.parent / "sound.dta").read_bytes()
    at = content.index(b"<N>") + 3
    return content[:at] + (2 * 10**9).to_bytes(8, "little") + content[at + 8 :]


def shared_text(folder: Path) -> bytes:
    """A text of a megabyte that lies in a Stata file once and stands in every row."""
    people = pd.DataFrame({"a": [0, 1] * 500, "b": pd.Series(["x" * 10**6] * 1000, dtype=object)})
    people.to_stata(folder.parent / "sound.dta", write_index=False, version=118, convert_strl=["b"])
    return (folder.parent / "sound.dta").read_bytes()


def late_entity(members: dict[str, bytes]) -> dict[str, bytes]:
    """Entities that are declared behind a comment of some length."""
    return {
        name: b"<!--" + b"x" * 4096 + b"-->" + text if name.endswith("sheet1.xml") else text
        for name, text in entity(members).items()
    }


def huge_spss(folder: Path) -> bytes:
    """An SPSS file that says each of its columns is as wide as memory."""
    pyreadstat.write_sav(PEOPLE, str(folder.parent / "sound.sav"))
    content = bytearray((folder.parent / "sound.sav").read_bytes())
    content[68:72] = (2**31 - 1).to_bytes(4, "little")
    content[80:84] = (2**31 - 1).to_bytes(4, "little")
    return bytes(content)


def wide(columns: int) -> bytes:
    names = b",".join(b"c%d" % i for i in range(columns))
    return names + b"\n" + b"1," * (columns - 1) + b"1\n"


HOSTILE: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "pickle.pkl": (lambda _: pickled(), "of a kind that is not read"),
    "pickle.joblib": (lambda _: pickled(), "of a kind that is not read"),
    "pickle.csv": (lambda _: pickled(), "binary|not UTF-8|cannot be read"),
    "pickle.parquet": (lambda _: pickled(), "cannot be read as Parquet|not Parquet"),
    "pickle.xlsx": (lambda _: pickled(), "not a spreadsheet"),
    "pickle.sav": (lambda _: pickled(), "cannot be read as a SPSS"),
    "bomb.csv.gz": (lambda _: packed(gzip.GzipFile), "MiB is accepted"),
    "bomb.csv.xz": (lambda _: packed(lzma.LZMAFile), "MiB is accepted"),
    "nested.csv.gz": (lambda _: gzip.compress(gzip.compress(b"a,b\n1,0\n" * 999)), "compressed, which its name"),
    "bomb.xlsx": (lambda _: archive({"xl/worksheets/sheet1.xml": b"0" * (300 * 2**20)}), "spreadsheet|MiB is accepted"),
    "bomb.parquet": (lambda _: constant(80_000_000), "MiB is accepted"),
    "commas.csv.gz": (lambda _: gzip.compress(wide(4000) + (b"," * 3999 + b"\n") * 12_000), "MiB is accepted"),
    "word.parquet": (lambda _: parquet(pa.table({"a": ["x" * (300 * 2**20)]}), "zstd"), "MiB is accepted"),
    "words.parquet": (lambda _: one_word(500_000, 10_000), "MiB is accepted"),
    "shared.dta": (shared_text, "MiB is accepted"),
    "digits.csv.gz": (lambda _: gzip.compress(b"a,b\n1," + b"1" * (150 * 2**20)), "MiB is accepted"),
    "counted.csv.gz": (lambda _: gzip.compress(b"a\n" + b"no\n" * 5_000_000), "MiB is accepted"),
    "declared.xlsx": (lambda _: workbook(late_entity), "document type"),
    "tag.xlsx": (lambda _: workbook(lambda m: {**m, "xl/styles.xml": b"<a b='" + b"x" * 2**26}), "a tag of over"),
    "padded.xlsx": (lambda _: sheet(b"XFD2000", *map(one_cell, range(2, 2000))), "no column can serve"),
    "endless.xlsx": (lambda _: sheet(b"B2000000000", one_cell(1_900_000_000)), "cannot be read as a spreadsheet"),
    "row.xlsx": (lambda _: sheet(b"B2", b'<row r="2">' + b"<c/>" * 12_000_000 + b"</row>"), "MiB is accepted"),
    "styles.xlsx": (lambda _: workbook(styled), "MiB is accepted"),
    "entities.xlsx": (lambda _: workbook(entity), "document type"),
    "paths.xlsx": (lambda _: workbook(lambda m: {**m, "../../elsewhere.csv": b"a,b\n"}), "no column can serve"),
    "archive.zip": (lambda _: archive({"../../elsewhere.csv": b"a,b\n1,0\n"}), "of a kind that is not read"),
    "archive.tar.gz": (linked, "of a kind that is not read"),
    "archive.csv.gz": (linked, "binary|cannot be read"),
    "page.csv": (lambda _: b"<!DOCTYPE html><script>alert(1)</script>", "is a web page"),
    "xml.csv": (lambda _: b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>&a;', "XML"),
    "extension.parquet": (lambda _: extension(), "[01]|codebook|cohort|cannot be read"),
    "cut.xpt": (lambda folder: transport(folder, lambda content: content.__delitem__(slice(-100, None))), "breaks off"),
    "header.xpt": (lambda folder: transport(folder, lambda content: content.__setitem__(3, 0)), "not a SAS transport"),
    "huge.dta": (huge_stata, "damaged"),
    "huge.sav": (huge_spss, "damaged|no column can serve"),
    "header.csv": (lambda _: wide(20_000), "cohort|[0-9]"),
    "line.csv": (lambda _: b"a,b\n" + b"1" * (10 * 2**20) + b",0\n", "source|cohort|codebook|0"),
    "nul.csv": (lambda _: b"a,b\n" + b"1,0\n" * 500 + b"1,\0\n", "NUL bytes"),
    "deep.toml": (lambda _: b"a = " + b"[" * 100_000 + b"]" * 100_000, "nested deeper"),
    "long.toml": (lambda _: b"#" * (8 * 2**20), "no codebook is"),
    "keys.toml": (lambda _: b".".join([b"a"] * 20_000) + b" = 1", "nested deeper"),
}  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of each file; nothing else may have been written, near or far."""
    place = tmp_path_factory.mktemp("place")
    (place / "work" / "files").mkdir(parents=True)
    for name, (content, _) in HOSTILE.items():
        (place / "work" / "files" / name).write_bytes(content(place / "work"))
    before = sorted(place.rglob("*"))
    command = [sys.executable, "-c", OPENED, str(place / "work" / "files")]
    library = {**os.environ, "PYTHONPATH": str(Path(cm.__file__).parents[1])}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=place / "work", env=library)
    assert done.returncode == 0, done.stderr
    assert sorted(place.rglob("*")) == before
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_or_shown_as_text(told: dict[str, Any], name: str) -> None:
    found = told[name]
    assert found["status"] == 0 and not found["said"].startswith("ESCAPED"), found
    assert re.search(HOSTILE[name][1], found["said"]), found
    assert found["memory"] < GIGABYTE


LABELS = (
    "<script>alert(1)</script>",
    '"]\n[evil]\nx = "',
    "=HYPERLINK(1)",
    "a\x01b",
    "{{7*7}}",
    "'''",
    '"""',
    "größe",
    "#",
)


def test_hostile_labels_stay_text(tmp_path: Path) -> None:
    """Names, labels and levels of a file end as text: in the codebook that is proposed, and on its page."""
    frame = pd.DataFrame({f"v{i}": [1.0, 2.0, 3.0] * 20 for i in range(len(LABELS))})
    path = tmp_path / "mine.sav"
    values = {f"v{i}": {1: label, 2: f"{label} 2", 3: "c"} for i, label in enumerate(LABELS)}
    columns = {f"v{i}": label for i, label in enumerate(LABELS)}
    pyreadstat.write_sav(frame, str(path), column_labels=columns, variable_value_labels=values)
    (tmp_path / "mine.toml").write_text(draft_codebook(path).text, encoding="utf-8")
    book = read_codebook(tmp_path / "mine.toml")
    assert len(book.variables) == len(LABELS) and "evil" not in book.variables
    page = dictionary_page(book)
    assert "<script" not in page and "&lt;script&gt;" in page


@pytest.mark.parametrize("column", [*LABELS, "../../x", "a]b", "a.b", "é" * 300])
def test_hostile_names_of_columns_stay_text(tmp_path: Path, column: str) -> None:
    frame = pd.DataFrame({column: [1, 2, 3] * 20, "migraine": ["yes", "no", "=1+1"] * 20})
    frame.to_csv(tmp_path / "mine.csv", index=False)
    (tmp_path / "mine.toml").write_text(draft_codebook(tmp_path / "mine.csv").text, encoding="utf-8")
    assert len(read_codebook(tmp_path / "mine.toml").variables) == 2
    assert cm.load_cohort(tmp_path / "mine.toml").n == 60


def test_paths_lead_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    (inner / "mine.toml").write_text('name = "../../x"\n[variables.a]\nkind = "condition"\n[file]\npath = "../../x"\n')
    with pytest.raises(ComorbidError):
        cm.load_cohort(inner / "mine.toml")
    for arguments in (["check", "../../x"], ["report", "--cohort", "../../x"], ["anonymity", "../../x"]):
        assert main(arguments) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert "/" not in cohort_name(Path("../../x y/.toml")) and sorted(tmp_path.rglob("*")) == [
        inner,
        inner / "mine.toml",
    ]


def test_no_formula_is_followed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (["a", "b"], [1, '=HYPERLINK("http://example.org")'], [0, "=1+1"]):
        sheet.append(row)
    book.save(tmp_path / "mine.xlsx")
    people = cm.check_cohort(tmp_path / "mine.xlsx")
    assert "example.org" not in people.to_csv()
