"""A table that shows itself: formatted in a notebook and a report, plain in a terminal, exact in a CSV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from comorbid.columns.csv import csv_text
from comorbid.columns.words import slug
from comorbid.disclosure import guarded
from comorbid.tables.html import to_html
from comorbid.tables.plain import readable
from comorbid.tables.text import to_text


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A result frame with its caption and its name.

    Parameters
    ----------
    frame : DataFrame
        The numbers as computed, protected when their cohort is confidential; they are what a CSV file gets.
    caption : str
        What the table shows.
    name : str
        Name of its files and its place in the page: small letters, digits, hyphens.
    shown : DataFrame, optional
        The strings that readers see, such as `format_estimates(frame, columns="model")`; made from `frame`
        when absent.
    note : str
        A line below the table.
    csv_name : str, optional
        Relative address of the CSV file, where there is one.
    links : mapping of str to str, optional
        Cells that lead somewhere: their whole text, and the address.

    Attributes
    ----------
    strings : DataFrame
        What readers see, `shown` or made from `frame`.
    """

    frame: pd.DataFrame
    caption: str
    name: str = ""
    shown: pd.DataFrame | None = None
    note: str = ""
    csv_name: str | None = None
    links: Mapping[str, str] | None = None
    strings: pd.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "frame", guarded(self.frame))
        object.__setattr__(self, "strings", readable(self.frame if self.shown is None else self.shown))
        object.__setattr__(self, "name", slug(self.name or self.caption))

    def html(self) -> str:
        """The table as accessible HTML."""
        return to_html(self.strings, self.caption, self.note, self.csv_name, self.name, self.links)

    def text(self) -> str:
        """The table for a terminal, under its caption."""
        return f"{self.caption}\n\n{to_text(self.strings, source_note=self.note)}"

    def csv(self) -> str:
        """The numbers as computed, one row a line; what a float holds is what is written."""
        return csv_text(self.frame)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.text()}
