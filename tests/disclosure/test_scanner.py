"""The last look: what is found in files of every kind, and what is let through."""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
import zlib
from pathlib import Path

import pandas as pd
import pytest

from comorbid.disclosure import Rules, identity_of, scan_folder

RULES = Rules()
PEOPLE = pd.DataFrame(
    {
        "sex": ["male", "female"] * 15,
        "name": [f"Quirin Zabel{i}" for i in range(30)],
        "number": range(90017000, 90017030),
        "weight": [1234.5678 + i for i in range(30)],
        "code": [f"{i:05}" for i in range(30)],
        "link": range(30),
        "city": ["Back"] * 15 + ["Orthopolis"] * 3 + ["Here"] * 12,
    }
)
KNOWN = identity_of((PEOPLE[name] for name in PEOPLE), ["sex"], "back pain", RULES.threshold)


def png(text: str = "", after: bytes = b"", compressed: bool = False) -> bytes:
    """A picture of one point with a comment."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    body = b"Comment\0\0" + zlib.compress(text.encode()) if compressed else b"Comment\0" + text.encode()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    said = chunk(b"zTXt" if compressed else b"tEXt", body)
    return b"\x89PNG\r\n\x1a\n" + header + said + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"") + after


def notebook(**output: object) -> bytes:
    cell = {"cell_type": "code", "source": "", "outputs": [{"output_type": "display_data", **output}]}
    return json.dumps({"cells": [cell]}).encode()


def archive(text: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("word/document.xml", f"<w:t>{text}</w:t>")
    return stream.getvalue()


def picture(content: bytes) -> str:
    return base64.b64encode(content).decode()


def found(folder: Path, name: str, content: bytes | str) -> list[str]:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return [finding.reason for finding in scan_folder(folder, RULES, KNOWN)]


CARRIERS = {
    "a page": ("index.html", "<p>{}</p>"),
    "a page in entities": ("index.html", "<p>&#81;uirin Zabel7 {}</p>"),
    "a figure": ("figure.svg", "<svg><title>{}</title></svg>"),
    "a table": ("table.csv", "level,estimate\n{},0.5\n"),
    "a manifest": ("manifest.json", '{{"deep": [{{"er": "{}"}}]}}'),
    "a paper": ("paper.tex", "{}"),
}
OWN = ("Quirin Zabel7", "quirin  ZABEL7", "90017003", "90,017,003", "1241.5678", "Orthopolis")


@pytest.mark.parametrize("value", OWN)
@pytest.mark.parametrize("carrier", CARRIERS)
def test_people_are_found_in_plain_files(carrier: str, value: str, tmp_path: Path) -> None:
    name, text = CARRIERS[carrier]
    reasons = found(tmp_path, name, text.format(value))
    assert any("belong to single people" in reason for reason in reasons)
    assert not any(value in reason for reason in reasons)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("figure.png", png("Quirin Zabel7")),
        ("figure.png", png("Quirin Zabel7", compressed=True)),
        ("figure.png", png(after=b"Quirin Zabel7")),
        ("index.html", f'<img src="data:image/png;base64,{picture(png("Quirin Zabel7"))}">'),
        ("run.ipynb", notebook(data={"image/png": picture(png("Quirin Zabel7"))})),
        ("run.ipynb", notebook(data={"text/plain": ["Quirin ", "Zabel7"]})),
        ("run.ipynb", notebook(data={}, metadata={"who": "Quirin Zabel7"})),
        ("tables.docx", archive("Quirin Zabel7")),
        ("all.zip", archive("90017003")),
        ("report.pdf", b"%PDF-1.4\nstream\n" + zlib.compress(b"(Quirin Zabel7) Tj") + b"\nendstream"),
    ],
)
def test_people_are_found_however_they_are_packed(name: str, content: bytes, tmp_path: Path) -> None:
    assert any("belong to single people" in reason for reason in found(tmp_path, name, content))


@pytest.mark.parametrize("row", ["90,17003,0.5", "1,90,017003", "90,017,003", "7,90017,003"])
def test_numbers_beside_each_other_are_not_one(row: str, tmp_path: Path) -> None:
    assert not found(tmp_path, "table.csv", f"a,b,c\n{row}\n")
    assert not found(tmp_path, "page.md", "0.90,017,003 and 0.1290,017,003")


LETTER = '<svg><g><use xlink:href="#DejaVuSans-Bold-4f" transform="translate({} 0)"/></g></svg>'


def test_where_a_letter_stands_in_a_line_is_no_number_of_the_people(tmp_path: Path) -> None:
    heights = identity_of([pd.Series([186.1875, 169.28125, *range(30)])], [], "", RULES.threshold)
    (tmp_path / "figure.svg").write_text(LETTER.format("186.1875"))
    assert not scan_folder(tmp_path, RULES, heights)
    (tmp_path / "figure.svg").write_text(LETTER.format("186.1875").replace("g>", "text>186.1875", 1))
    assert scan_folder(tmp_path, RULES, heights)
    assert found(tmp_path, "figure.svg", LETTER.format("90017003"))


@pytest.mark.parametrize("count", [1, RULES.threshold - 1, RULES.threshold, RULES.threshold + 1])
@pytest.mark.parametrize("form", ["csv", "html", "ipynb", "sentence"])
def test_small_counts_are_found_up_to_the_threshold(count: int, form: str, tmp_path: Path) -> None:
    table = (
        '<table><tr><th>sex</th><th>level</th><th>Events</th></tr><tr><th rowspan="2">x</th><th>a</th><td>50</td></tr>'
        f"<tr><th>b</th><td>{count}</td></tr></table>"
    )
    contents: dict[str, tuple[str, str | bytes]] = {
        "csv": ("table.csv", f"outcome,n,events\na,50,40\nb,50,{count}.0\n"),
        "html": ("index.html", table),
        "ipynb": ("run.ipynb", notebook(data={"text/html": [table]})),
        "sentence": ("index.html", f"<p>There were {count} women with both.</p>"),
    }
    assert bool(found(tmp_path, *contents[form])) == (count < RULES.threshold)


def test_a_zero_counts_where_people_are_counted_and_not_where_they_are_left_out(tmp_path: Path) -> None:
    assert found(tmp_path, "table.csv", "n,events\n50,0\n")
    assert not found(tmp_path, "table.csv", "step,n,n_excluded\na,50,0\n")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("rows.csv", "estimate\n" + "0.5\n" * 1001, "lines"),
        ("rows.csv", "link,estimate\n7.0,0.5\n", "'link', which belongs to the people"),
        ("index.html", "<table><tr><th>CODE</th></tr><tr><td>00017</td></tr></table>", "'code', which belongs"),
        ("rows.csv", "SEQN,estimate\n1,0.5\n", "belongs to the people"),
        ("model.pkl", b"\x80\x04", "cannot be checked"),
        ("model", b"", "cannot be checked"),
        ("index.html", '<table class="dataframe"><tr><th>x</th></tr></table>', "data frame"),
        ("run.ipynb", notebook(data={"text/plain": "x\n" * 50}), "prints"),
        ("scatter.svg", '<svg><g id="PathCollection_1">' + '<use x="1"/>' * 200 + "</g></svg>", "marks"),
    ],
)
def test_what_lists_people_is_found(name: str, content: bytes | str, reason: str, tmp_path: Path) -> None:
    assert any(reason in text for text in found(tmp_path, name, content))


def test_a_column_of_results_may_be_called_as_one_of_the_people(tmp_path: Path) -> None:
    assert not found(tmp_path, "table.csv", "link,code,estimate\npublished,ashina15,0.5\nrebuilt,,0.6\n")
    assert not found(tmp_path, "figure.svg", '<svg><path d="M 00017 00018 L 17 18"/></svg>')


def test_results_are_let_through(tmp_path: Path) -> None:
    page = "<p>5,230 people; 95% interval; fewer than 10 people; back pain, here.</p><table><tr><th>n</th></tr></table>"
    assert not found(tmp_path, "index.html", page)
    assert not found(tmp_path, "table.csv", "outcome,estimate,n,events,n_psu\na,0.123456789,90017,,2\n")
    assert not found(tmp_path, "figure.png", png("made by comorbid"))
