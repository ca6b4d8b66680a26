"""Sound files of every kind for the fuzzer to damage: people who never lived, as programs write them."""

from __future__ import annotations

import codecs
import gzip
import io
import lzma
import tempfile
import zipfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

LABELS: dict[str, Any] = {
    "variable_value_labels": {"MIG": {1: "yes", 2: "no"}},
    "column_labels": {"MIG": "Ever?", "KG": "Größe"},
}


def people(n: int = 60) -> pd.DataFrame:
    """People who never lived: numbers, text, gaps."""
    frame = pd.DataFrame({"ID": range(1, n + 1), "MIG": [1, 2, 9] * (n // 3), "SEX": ["m", "f"] * (n // 2)})
    frame["KG"] = [60.5 + i / 7 if i % 9 else None for i in range(n)]
    return frame


def written(ending: str, write: Callable[[Path], Any]) -> bytes:
    """Bytes that a writer leaves in a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"seed{ending}"
        write(path)
        return path.read_bytes()


def csv() -> tuple[bytes, ...]:
    """Plain, and with quotes over several lines behind a byte order mark."""
    said = people(30).assign(NOTE=['he said "no"', "two\nlines", "a,b;größe"] * 10)
    return (
        people().to_csv(index=False).encode(),
        said.to_csv(index=False, quoting=1, lineterminator="\r\n").encode("utf-8-sig"),
    )


def semicolons() -> tuple[bytes, ...]:
    """Semicolons, decimal commas and a Western code page."""
    frame = people().assign(NOTE=["Größe", "", "a b"] * 20)
    return (frame.to_csv(index=False, sep=";", decimal=",").encode("cp1252"),)


def tabs() -> tuple[bytes, ...]:
    """Tabs."""
    return (people().to_csv(index=False, sep="\t").encode(),)


def packed(ending: str) -> tuple[bytes, ...]:
    """Commas, compressed."""
    pack = {".gz": gzip.compress, ".xz": partial(lzma.compress, preset=0)}[ending]
    return tuple(pack(text) for text in csv())


def wide_letters() -> tuple[bytes, ...]:
    """Two bytes a letter, of either order, and letters of four bytes."""
    text = people(30).assign(NAME=["Größe", "日本", "🙂"] * 10).to_csv(index=False, sep=";")
    return codecs.BOM_UTF16_LE + text.encode("utf-16-le"), codecs.BOM_UTF16_BE + text.encode("utf-16-be")


def long() -> tuple[bytes, ...]:
    """A row an answer."""
    return (people().melt("ID", var_name="item", value_name="value").to_csv(index=False).encode(),)


def fixed() -> tuple[bytes, ...]:
    """Lines of five letters."""
    frame = people()
    rows = zip(frame["ID"], frame["MIG"], frame["SEX"], strict=True)
    return ("".join(f"{number:3d}{migraine}{sex}\n" for number, migraine, sex in rows).encode(),)


def sav() -> tuple[bytes, ...]:
    """As it lies, compressed by rows and as a whole; long texts, labels, dates, ranges of missing codes."""
    import pyreadstat

    frame = people()
    rich = people(12).assign(
        DAY=[date(2020, 1, 1 + i) for i in range(12)], NOTE=["é" * 290, "", "b"] * 4, SAID=["x" * 9, None, "日本"] * 4
    )
    ranges = {"MIG": [{"lo": 8, "hi": 9}], "KG": [999], "SAID": ["b"]}
    texts: dict[str, Any] = {**LABELS, "variable_value_labels": {"MIG": {1: "é" * 130, 2: "no"}, "SEX": {"m": "men"}}}
    writers = (
        partial(pyreadstat.write_sav, frame, missing_ranges={"MIG": [9]}, **LABELS),
        partial(pyreadstat.write_sav, frame, row_compress=True, **LABELS),
        partial(pyreadstat.write_sav, frame, compress=True, **LABELS),
        partial(pyreadstat.write_sav, rich, missing_ranges=ranges, note="a note", file_label="people", **texts),
        partial(pyreadstat.write_sav, rich, row_compress=True, variable_measure={"MIG": "nominal"}, **texts),
    )
    return tuple(written(".sav", lambda path, write=write: write(str(path))) for write in writers)


def por() -> tuple[bytes, ...]:
    """The portable format of SPSS, with a label."""
    import pyreadstat

    frame = people()
    return (
        written(".por", lambda path: pyreadstat.write_por(frame, str(path))),
        written(
            ".por",
            lambda path: pyreadstat.write_por(frame, str(path), file_label="people", column_labels={"MIG": "Ever?"}),
        ),
    )


def dta() -> tuple[bytes, ...]:
    """Every format that is written today, of either byte order; long texts, dates, sets of labels."""
    frame = people()
    rich = people(12).assign(DAY=pd.date_range("2020", periods=12), NOTE=["é" * 2100, "", "b"] * 4)
    labels: dict[str, Any] = {"value_labels": {"MIG": {1: "yes", 2: "no", 9: "?"}}}
    plain = [partial(frame.to_stata, version=version, **labels) for version in (114, 117, 118, 119)]
    more: list[Callable[..., Any]] = [
        partial(frame.to_stata, version=118, byteorder="big", **labels),
        partial(rich.to_stata, version=117, convert_strl=["NOTE"], convert_dates={"DAY": "td"}),
        partial(rich.to_stata, version=118, convert_strl=["NOTE"], variable_labels={"MIG": "Ever?"}, **labels),
    ]
    return tuple(written(".dta", partial(write, write_index=False)) for write in [*plain, *more])  # type: ignore[arg-type]


def xlsx() -> tuple[bytes, ...]:
    """Texts, numbers, truth values, days, formulas, errors, gaps, a merged cell."""
    return written(".xlsx", lambda path: people(12).to_excel(path, index=False)), written(".xlsx", _rich_book)


def _rich_book(path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["ID", "SEEN", "WELL", "SUM", "NOTE"])
    for row in range(9):
        sheet.append([row, date(2020, 1, 1 + row), row % 2 == 0, f"=A{row + 2}+1", "#DIV/0!" if row == 3 else "a < b"])
    sheet["D4"], sheet["E8"] = None, "=HYPERLINK(1)"
    sheet.merge_cells("Y1:Z1")  # beside the people: below the header they are refused
    sheet.column_dimensions["B"].width = 20
    book.save(path)


def parquet() -> tuple[bytes, ...]:
    """Dictionaries, every packing, both versions of pages, nested and decimal columns, moments with a time zone."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    frame = people()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    rich = pa.table(
        {
            "ID": pa.array(range(12), pa.uint16()),
            "MIG": pa.array([1, 2, None] * 4, pa.int8()),
            "SEX": pa.array(["f", "m"] * 6, pa.large_string()),
            "KG": pa.array([60.5, None, 3] * 4, pa.float32()),
            "KIND": pa.array(["a", "b", None] * 4).dictionary_encode(),
            "SUM": pa.array([1, None, 3] * 4).cast(pa.decimal128(30, 2)),
            "SEEN": pa.array(range(12), pa.timestamp("us", tz="Europe/Berlin")),
            "DAY": pa.array(range(12), pa.date32()),
            "SAID": pa.array([["x", None], [], None] * 4),
            "PART": pa.array([{"a": 1, "b": "x"}, None, {"a": None, "b": ""}] * 4),
            "WELL": pa.array([True, None, False] * 4),
        }
    )
    packings = ("snappy", "gzip", "zstd", "brotli", "lz4")
    writers = [partial(pq.write_table, table, compression=packing) for packing in packings]
    writers += [
        partial(pq.write_table, rich, compression="none"),
        partial(pq.write_table, rich, data_page_version="2.0", row_group_size=5, write_page_checksum=True),
        partial(pq.write_table, table, use_dictionary=False, column_encoding={"ID": "DELTA_BINARY_PACKED"}),
    ]
    plain = written(".parquet", frame.to_parquet)
    return plain, *(written(".parquet", lambda path, write=write: write(where=path)) for write in writers)


def codebooks() -> tuple[bytes, ...]:
    """Codebooks that ship."""
    return tuple(path.read_bytes() for path in sorted(Path("data/codebooks").glob("*.toml"))[:3])


def codelists() -> tuple[bytes, ...]:
    """Code lists that ship."""
    return tuple(path.read_bytes() for path in sorted(Path("data/codelists").glob("*.csv")))


def records() -> tuple[bytes, ...]:
    """A row a code, as electronic records give them."""
    codes = ["G43.0", "M54.5", "M79.7", "I10", "M542"]
    rows = [f"{1 + at % 40},20{10 + at % 9}-0{1 + at % 9}-1{at % 9},{codes[at % 5]}" for at in range(80)]
    head = "person_id,condition_start_date,condition_source_value"
    return ("\n".join([head, *rows, ""]).encode(),)


def nhis() -> tuple[bytes, ...]:
    """An archive of a survey's year, as its publisher packs it."""
    columns = ["HHX", "FMX", "FPX", "SRVY_YR", "PSTRAT", "PPSU", "AMIGR", "AGE_P"]
    rows = [f"{i:06d},1,1,2018,{i % 5},{i % 2},{1 + i % 2},{20 + i}" for i in range(40)]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("samadult.csv", "\n".join([",".join(columns), *rows, ""]))
    return (out.getvalue(),)


def studies() -> tuple[bytes, ...]:
    """The study file that ships."""
    return (Path("notebooks/study.toml").read_bytes(),)


def rules() -> tuple[bytes, ...]:
    """Rules of disclosure control that ship, with a cohort of their own."""
    shipped = Path("src/comorbid/disclosure/rules.toml").read_bytes()
    return (shipped, shipped + b'\n[cohort."mine"]\nthreshold = 20\nround_to = 5\n')
