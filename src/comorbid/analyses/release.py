"""What a finished report on a confidential cohort must pass before it is published, and what a failed run may leave.

Reports on public-use cohorts need none of it, so pandas and the scanner are imported where they are used.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbformat import NotebookNode

from comorbid.errors import AnalysisError, ComorbidError, listed

if TYPE_CHECKING:
    from comorbid.disclosure import Identity

__all__ = [
    "begin_release",
    "check_release",
    "confirm_release",
    "is_confidential",
    "kept_message",
    "without_outputs",
]

PUBLIC = "public-use"
WITHHELD = "what it says is withheld, since the cohort is confidential"


def is_confidential(spec: Mapping[str, Any]) -> bool:
    """Whether a job runs on a confidential cohort; one that does not say counts as such."""
    return bool(spec["cohort"].get("release") != PUBLIC)


def check_release(spec: Mapping[str, Any], draft: Path, notebook: NotebookNode) -> None:
    """Look at every byte of the draft of a confidential cohort's report.

    Raises
    ------
    AnalysisError
        When something in it belongs to single people, or a small count came through; names files, never values.
    """
    if not is_confidential(spec):
        return
    from comorbid.disclosure import read_rules, scan_folder

    rules = read_rules(spec["cohort"]["name"])
    findings = scan_folder(draft, rules, _identity(spec, notebook, rules.threshold))
    if findings:
        raise AnalysisError(
            f"the report was not released, since the cohort is confidential. {listed(findings, 6)}. Show results "
            "through `report.table` and `report.figure`, from whole result frames, and leave people's own values out."
        )


def begin_release(spec: Mapping[str, Any]) -> None:
    """Forget the counts that a run of a confidential report reserved and that never came out."""
    if is_confidential(spec):
        from comorbid.analyses.population import record_of

        record_of(spec).begin()


def confirm_release(spec: Mapping[str, Any]) -> None:
    """Note that the counts of a confidential report are out."""
    if is_confidential(spec):
        from comorbid.analyses.population import record_of

        record_of(spec).confirm()


def _identity(spec: Mapping[str, Any], notebook: NotebookNode, fewest: int) -> Identity:
    """What identifies people of the cohort; of one that stays in a database, the usual names of columns alone."""
    from comorbid.disclosure import Identity, identity_of
    from comorbid.people import PeopleFrame
    from comorbid.sources.load import load_cohort

    cohort = load_cohort(spec["parameters"]["cohort"])
    if not isinstance(cohort.people, PeopleFrame):
        return Identity()
    book, people = cohort.codebook, cohort.people
    spoken = " ".join([repr(book), *(cell.source for cell in notebook.cells)])
    described = {name for variable in book.variables.values() for name in (variable.name, variable.column)}
    described.update(cohort.design.columns if cohort.design else ())
    return identity_of((people.column(name) for name in people.columns), described, spoken, fewest)


def kept_message(spec: Mapping[str, Any], name: str, message: str) -> str:
    """The message of a failed run; on a confidential cohort only the library's own, which name no person's value."""
    ours = {ComorbidError.__name__, *(kind.__name__ for kind in ComorbidError.__subclasses__())}
    return message if name in ours or not is_confidential(spec) else WITHHELD


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """The notebook's code and texts alone."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook
