"""Tables for a manuscript: LaTeX with booktabs, Word with real cells, or another printed form, by the file's ending."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd

from comorbid.columns.csv import csv_text
from comorbid.disclosure import guarded
from comorbid.errors import SourceError, SpecError, listed
from comorbid.tables.html import to_html
from comorbid.tables.plain import notes, readable
from comorbid.tables.text import to_markdown

__all__ = ["save_table", "to_latex"]

LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
}  # fmt: skip
"""What LaTeX would take for a command, as the text it is."""

ENDINGS = (".docx", ".tex", ".html", ".md", ".csv")


def save_table(
    frame: pd.DataFrame, path: str | Path, *, caption: str | None = None, source_note: str | None = None
) -> Path:
    """Write a result frame as a table for a manuscript.

    Parameters
    ----------
    frame : DataFrame
        Tidy estimates, which are formatted first (`format_estimates` gives more say), or any table for readers.
    path : path
        Ending in .docx (Word; needs `pip install comorbid[word]`), .tex (a LaTeX table for the packages booktabs and
        caption), .html, .md, or .csv (the numbers themselves, unrounded).
        What a confidential cohort gave is protected first, whatever the ending.
    caption, source_note : str, optional
        What the table shows; a line below it, after "Synthetic data", the cohort and the frame's own note.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    SpecError
        For another ending, or Word without its package.
    SourceError
        When the file cannot be written.
    """
    path = Path(path)
    if path.suffix not in ENDINGS:
        raise SpecError(f"a table cannot be saved as {path.suffix or 'a file without ending'!r}: {listed(ENDINGS)}.")
    try:
        _write(frame, path, caption, source_note)
    except OSError as fault:
        raise SourceError(f"{path} could not be written: {fault.strerror or fault}.") from None
    return path


def _write(frame: pd.DataFrame, path: Path, caption: str | None, source_note: str | None) -> None:
    if path.suffix == ".docx":
        _document(frame, caption, source_note).save(str(path))
    elif path.suffix == ".csv":
        path.write_text(csv_text(guarded(frame)), encoding="utf-8", newline="\n")
    else:
        path.write_text(_printed(frame, path.suffix, caption, source_note).rstrip("\n") + "\n", encoding="utf-8")


def _printed(frame: pd.DataFrame, ending: str, caption: str | None, source_note: str | None) -> str:
    if ending == ".md":
        return "\n\n".join(filter(None, [caption, to_markdown(frame, source_note=source_note)]))
    return (to_latex if ending == ".tex" else to_html)(frame, caption, source_note)


def to_latex(frame: pd.DataFrame, caption: str | None = None, source_note: str | None = None) -> str:
    """A LaTeX table in the style of booktabs; every label is text, whatever marks it holds."""
    shown = readable(frame)
    numeric = set(shown.attrs["numeric"])
    align = "".join("r" if name in numeric else "l" for name in shown.columns)
    under = "\n".join(rf"\par\footnotesize {_escaped(line)}" for line in notes(frame, source_note))
    lines = [
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{_escaped(_title(shown, caption))}}}",
        rf"\begin{{tabular}}{{{align}}}",
        r"\toprule",
        _latex_row(shown.columns),
        r"\midrule",
        *(_latex_row(cells) for cells in _rows(shown, numeric)),
        r"\bottomrule",
        r"\end{tabular}",
        under,
        r"\end{table}",
    ]
    return "\n".join(line for line in lines if line)


def _title(shown: pd.DataFrame, caption: str | None) -> str:
    return " ".join(filter(None, [caption, str(shown.attrs.get("context", ""))]))


def _latex_row(cells: Any) -> str:
    return " & ".join(_escaped(str(cell)) for cell in cells) + r" \\"


def _escaped(text: str) -> str:
    return "".join(LATEX.get(letter, letter) for letter in text)


def _rows(shown: pd.DataFrame, numeric: set[str]) -> list[list[str]]:
    """Rows as text; a value of the first column is said once where it holds for several rows."""
    rows = [[str(cell) for cell in cells] for cells in shown.itertuples(index=False)]
    if not len(shown.columns) or shown.columns[0] in numeric:
        return rows
    runs = [list(run) for _, run in groupby(rows, key=lambda cells: cells[0])]
    return [[cells[0] if at == 0 else "", *cells[1:]] for run in runs for at, cells in enumerate(run)]


def _document(frame: pd.DataFrame, caption: str | None, source_note: str | None) -> Any:
    """A Word document of one table: caption above, lines above and below the header and at the end, notes below."""
    docx = _docx()
    shown = readable(frame)
    document = docx.Document()
    document.add_paragraph(_title(shown, caption), style="Caption")
    table = document.add_table(rows=1, cols=len(shown.columns), style="Light Shading")
    numeric = set(shown.attrs["numeric"])
    right = [str(name) in numeric for name in shown.columns]
    _fill(table.rows[0], [str(name) for name in shown.columns], right)
    for cells in _rows(shown, numeric):
        _fill(table.add_row(), cells, right)
    for line in notes(frame, source_note):
        document.add_paragraph(line)
    document.core_properties.author = "comorbid"
    return document


def _fill(row: Any, cells: list[str], right: list[bool]) -> None:
    for cell, text, aligned in zip(row.cells, cells, right, strict=True):
        cell.text = text
        if aligned:
            cell.paragraphs[0].alignment = 2  # right


def _docx() -> Any:
    try:
        import docx
    except ModuleNotFoundError:
        raise SpecError("Word tables need the package python-docx: pip install comorbid[word].") from None
    return docx
