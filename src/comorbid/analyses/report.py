"""What a notebook writes through: numbered tables and figures, shown in place and saved beside the report."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from comorbid.analyses.contents import Contents
from comorbid.analyses.origin import origin_sentence
from comorbid.cohort import Cohort
from comorbid.columns.words import NOT_ESTIMABLE
from comorbid.disclosure import CONFIDENTIAL, protect, read_rules, releasing
from comorbid.errors import AnalysisError
from comorbid.paths import REPORT_DIR

__all__ = ["Report"]

MISSING = re.compile(r"(?<![\w/])[+-]?nan%?(?!\w)")
"""A missing number as Python formats it."""
NO_INTERVAL = re.compile(r" \((?:95% interval )?[+-]?nan%? to [+-]?nan%?\)")
"""An interval without limits, which says no more than the missing estimate before it."""

REPLICATIONS_ALONE = (
    "Nothing stands here: each of these numbers is a replication, and does not carry the counts that tell whether it "
    "may be shown of a confidential cohort."
)


class ReportedCohort(Protocol):
    """What a report asks of a cohort."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def synthetic(self) -> bool: ...
    @property
    def codebook(self) -> Any: ...
    @property
    def release(self) -> str: ...


class Report:
    """Tables, figures and sentences of one analysis.

    In JupyterLab everything is shown and nothing is written. Under `comorbid report` each table also becomes
    `tables/<name>.csv` and each figure `figures/<name>.png` and `.svg`, and warnings that hide a mistake are errors.
    What a confidential cohort gives is protected before it is shown (`disclosure.protect`).

    Parameters
    ----------
    cohort : Cohort
        Whose people the numbers come from, where a table or figure says nothing else; captions of a synthetic
        cohort's numbers end in "Synthetic data."
    confidential : bool
        Whether numbers of the people come into a report on a confidential cohort. Without them nobody is entered in
        the record of released people, and what is computed from the people is an error.

    Notes
    -----
    Under `comorbid report`, people of a confidential cohort who lack answers that fewer people than the threshold lack
    together are left out of the whole report, as a step of the flow (`Cohort.report_on`): so no two of its tables
    differ by a few people.
    """

    def __init__(self, cohort: ReportedCohort, *, confidential: bool = True) -> None:
        self.cohort = cohort
        self._folder = Path(os.environ[REPORT_DIR]) if os.environ.get(REPORT_DIR) else None
        self._contents = Contents(self._folder)
        if self._folder is not None:
            warnings.simplefilter("error", pd.errors.ChainedAssignmentError)  # type: ignore[attr-defined]
            if isinstance(cohort, Cohort) and cohort.release == CONFIDENTIAL:
                from comorbid.analyses.population import hold

                hold(cohort, self._folder, confidential)

    def table(
        self,
        frame: pd.DataFrame,
        name: str,
        caption: str,
        *,
        shown: pd.DataFrame | None = None,
        note: str = "",
        numbers: str = "people",
    ) -> None:
        """Show a frame as a numbered table and write its numbers to `tables/<name>.csv`.

        Parameters
        ----------
        frame : DataFrame
            The numbers as computed.
        name : str
            Name of the file: small letters, digits, `-` and `_`, not used before in this report.
        caption : str
            What the table shows, without its number.
        shown : DataFrame, optional
            What readers see in place of `frame`, such as `format_estimates(frame, columns="model")`.
        note : str
            A line below the table.
        numbers : str
            Where they come from, as the caption says it: "people" (of the cohort), "published", "computed" (from
            suppositions), "simulated", several of these joined by " and ", or "none" where words stand alone.

        Raises
        ------
        AnalysisError
            When the name cannot be a file's or was used before, or the caption is empty.
        SpecError
            When `numbers` is none of these.
        """
        frame, shown = self._protected(frame), None if shown is None else self._protected(shown)
        self._reserve(frame)
        self._show(frame, name, caption, shown, note, numbers=numbers)

    def rebuilt(
        self,
        frame: pd.DataFrame,
        name: str = "rebuilt",
        caption: str = "What is claimed, what was published, and the number rebuilt",
        note: str = "",
    ) -> None:
        """Show rebuilt numbers, or rows of the ledger, as *claimed, published, rebuilt*; write `tables/<name>.csv`.

        A number that left the tolerance recorded for it is noted: the runner then gives the report the status
        "differs", and `comorbid report` exits 1. Replications in a confidential cohort are left out, since the frame
        does not carry the counts that they rest on; where nothing else is in the frame, a sentence says so.

        Parameters
        ----------
        frame : DataFrame
            What `rebuilt_numbers` or `ledger` gave, or some of its rows.
        name, caption, note : str
            As in `table`. The caption's last words follow from the kinds of rebuilding in the frame.

        Raises
        ------
        AnalysisError
            When the frame has other columns.
        """
        from comorbid.analyses import rebuilt

        if self.cohort.release == CONFIDENTIAL and "kind" in frame.columns and len(frame):
            frame = frame[frame["kind"] != "replication"]
            if frame.empty:
                self.note(REPLICATIONS_ALONE)
                return
        self._contents.note_left_tolerance(rebuilt.left_tolerance(frame))
        book = self.cohort.codebook
        links = rebuilt.addresses(book.variables, len(book.conditions)) if self._folder else {}
        self._show(frame, name, caption, rebuilt.readable_rows(frame), note, links, numbers=rebuilt.numbers_in(frame))

    def _show(
        self,
        frame: pd.DataFrame,
        name: str,
        caption: str,
        shown: pd.DataFrame | None,
        note: str,
        links: Mapping[str, str] | None = None,
        *,
        numbers: str,
    ) -> None:
        from comorbid.tables import Table

        file = f"tables/{name}.csv"
        origin = origin_sentence(numbers, self.cohort.synthetic)
        number, full = self._contents.add("tables", "Table", name, caption, [file], origin=origin, numbers=numbers)
        frame, shown = _of_origin(frame, numbers), None if shown is None else _of_origin(shown, numbers)
        table = Table(frame, full, number, shown, note, file if self._folder else None, links)
        self._contents.write(file, table.csv().encode())
        _display(table)

    def figure(
        self,
        figure: Any,
        name: str,
        caption: str,
        alt: str,
        *,
        data: pd.DataFrame | None = None,
        numbers: str = "people",
    ) -> None:
        """Show a figure as a numbered one, write `figures/<name>.png` and `.svg`, and close it.

        Parameters
        ----------
        figure : matplotlib Figure, Axes, or seaborn grid
        name, caption : str
            As in `table`.
        alt : str
            What the figure says, for readers who cannot see it: the estimates in words, as `plots.alt_text` gives them.
        data : DataFrame, optional
            The numbers that it was drawn from, written to `figures/<name>.csv`.
        numbers : str
            As in `table`.

        Raises
        ------
        AnalysisError
            When the name cannot be a file's or was used before, or caption or alt text is empty.
        """
        from comorbid.analyses.pictures import Picture, as_figure

        if not alt.strip():
            raise AnalysisError(f"figure {name!r} has no alt text. Say in words what it shows.")
        files = [f"figures/{name}.{kind}" for kind in ("png", "svg", *(["csv"] if data is not None else []))]
        alt = self._in_words(alt)
        origin = origin_sentence(numbers, self.cohort.synthetic)
        number, full = self._contents.add(
            "figures", "Figure", name, caption, files, origin=origin, alt=alt, numbers=numbers
        )
        drawn = as_figure(figure, full, alt, None if data is None else self._protected(data))
        png = drawn.png()
        for file, content in zip(files, (png, drawn.svg(), (drawn.csv() or "").encode()), strict=False):
            self._contents.write(file, content)
        _display(Picture(png, full, alt, number, tuple(files) if self._folder else ()))

    def note(self, markdown: str) -> None:
        """Show a computed sentence; it is Markdown, and any HTML in it is shown as text in the report.

        A number that is missing (`nan`) reads "not estimable", and "[n<10]" where the cohort is confidential.
        """
        from IPython.display import Markdown

        _display(Markdown(self._in_words(markdown)))

    def headline(self, text: str) -> None:
        """Show the main result, and give it to the index of reports."""
        if not text.strip():
            raise AnalysisError("the headline is empty. Give the main result in one sentence.")
        said = " ".join(self._in_words(text).split())
        said = said[:1].upper() + said[1:]
        self._contents.say(said)
        self.note(f"> {said}")

    def _in_words(self, text: str) -> str:
        """A sentence in which a missing number says why it is missing."""
        rules = read_rules(self.cohort.name)
        confidential = self.cohort.release == CONFIDENTIAL
        mark = rules.mark if confidential else NOT_ESTIMABLE
        said = MISSING.sub(mark, NO_INTERVAL.sub("", text))
        return said if said == text or not confidential else f"{said} {rules.note}"

    def _protected(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame as it may be shown; where the cohort is confidential, so is a frame that says nothing.

        While a report is made, results are protected as soon as they are computed. A frame that says nothing then holds
        what was made of these, or what others published: small counts in it are hidden, other numbers stay.
        """
        release = frame.attrs.get("release", self.cohort.release)
        if release != CONFIDENTIAL or "numeric" in frame.attrs:
            return frame
        return protect(frame, keep_uncounted=releasing() and "release" not in frame.attrs)

    def _reserve(self, frame: pd.DataFrame) -> None:
        """Refuse counts that differ by a few from what an earlier report on a confidential cohort told."""
        if self._folder is not None and isinstance(self.cohort, Cohort) and self.cohort.release == CONFIDENTIAL:
            from comorbid.analyses.population import reserve

            reserve(self.cohort, self._folder, frame)


def _of_origin(frame: pd.DataFrame, numbers: str) -> pd.DataFrame:
    """The frame, saying itself where its numbers come from."""
    said = frame.copy(deep=False)
    said.attrs["numbers"] = numbers
    return said


def _display(item: object) -> None:
    from IPython.display import display

    display(item)
