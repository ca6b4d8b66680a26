"""Every fault of a cohort's data in one list, where loading stops at the first."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from comorbid.codebook import Codebook, read_codebook
from comorbid.cohort import Cohort
from comorbid.datafile import DataFile
from comorbid.errors import CohortError, ComorbidError, require_known
from comorbid.people import PeopleFrame
from comorbid.sources.check_anonymity import public_faults
from comorbid.sources.check_design import design_faults
from comorbid.sources.check_file import file_faults
from comorbid.sources.check_people import column_faults, variable_faults
from comorbid.sources.check_totals import total_faults
from comorbid.sources.faults import Fault, fault_frame
from comorbid.sources.files import read_people
from comorbid.sources.frequencies import Frequencies, published_frequencies
from comorbid.sources.load import assemble, is_codebook, own_codebook
from comorbid.sources.people_ids import id_faults
from comorbid.sources.registry import SURVEYS, SYNTHETIC, Survey, codebook_of, shown_names
from comorbid.sources.selfdescribed import describe_frame
from comorbid.sources.tables import locate
from comorbid.sources.verify import table_faults

__all__ = ["check_cohort"]


def check_cohort(
    source: str | Path | pd.DataFrame,
    codebook: str | Path | Codebook | None = None,
    *,
    published: Frequencies | None = None,
) -> pd.DataFrame:
    """Every fault of the data, one row each; no rows when there is none.

    Parameters
    ----------
    source : str, Path or DataFrame
        The name of a registered cohort, a file, or a frame.
    codebook : str, Path or Codebook, optional
        What the columns of a file or frame mean; without it the data describe themselves, as in `load_cohort`.
    published : Frequencies, optional
        Counts that a survey's tables have to have; those that ship with the library without it.

    Returns
    -------
    DataFrame
        column : column of the data, or table of a survey; empty for the file itself.
        fault : name of the fault, e.g. "undeclared-code".
        what : what was found. Never a person's value; counts of people below 10 are masked.
        count : people, tables, columns or strata that have the fault; missing for fewer than 10 people.
        remedy : what to do.

    Raises
    ------
    SourceError
        When a file is absent or cannot be read as data at all.
    CodebookError
        When the codebook does not hold together.
    UnknownNameError
        When there is no such cohort.
    """
    if isinstance(source, pd.DataFrame):
        faults = people_faults(source, _given(codebook))
    elif str(source) in SURVEYS:
        faults = _survey_faults(str(source), published or published_frequencies(str(source)))
    elif str(source) == SYNTHETIC:
        from comorbid.synthetic import simulate_people

        faults = people_faults(simulate_people(), codebook_of(SYNTHETIC))
    else:
        faults = _own_faults(source, own_codebook(source) if is_codebook(source) else _given(codebook))
    return fault_frame(faults)


def _own_faults(source: str | Path, codebook: Codebook | None) -> list[Fault]:
    """Faults of a user's own file: of its rows, then of the people in them."""
    how = codebook.file if codebook is not None else DataFile()
    path = _existing(how.path if is_codebook(source) else source)
    people = read_people(path, how, strict=False)
    return [*file_faults(path, how), *total_faults(people), *people_faults(people, codebook, path.stem)]


def people_faults(people: pd.DataFrame, codebook: Codebook | None, name: str = "cohort") -> list[Fault]:
    """Faults of people against a codebook; without one, of the columns as they are."""
    faults = [_repeated(str(column)) for column in people.columns[people.columns.duplicated()]]
    people = people.loc[:, ~people.columns.duplicated()] if people.columns.has_duplicates else people
    if codebook is None:
        faults += column_faults(people, list(people.columns))
        try:
            codebook = describe_frame(people, name=name)
        except CohortError as fault:
            return [*faults, Fault("", "no-condition", str(fault), 1, "Write a codebook and name it with --codebook.")]
    else:
        faults += variable_faults(people, codebook)
        for design in codebook.designs.values():
            faults += design_faults(people, design)
        faults += [*id_faults(_studied(people, codebook), codebook.id), *public_faults(people, codebook)]
    return faults or _refused(people, codebook)


def _studied(people: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """The rows of the codebook's universe; all of them where it has none, or they cannot be told."""
    if not codebook.universe:
        return people
    try:
        mask = Cohort(PeopleFrame(people, codebook), codebook).restrict(codebook.universe, "").mask
    except ComorbidError:
        return people
    return people if mask is None else people[mask]


def _survey_faults(name: str, published: Frequencies) -> list[Fault]:
    """Faults of a survey's tables, then of the people in them, when the tables can be read."""
    faults, whole = [], True
    for table, _ in Survey(name).tables():
        path = locate(table)
        found = [_missing(table, name)] if path is None else table_faults(path, table, published)
        whole = whole and not any(fault.fault in ("missing-table", "unreadable-table") for fault in found)
        faults += found
    if not whole:
        return faults
    try:
        return [*faults, *people_faults(Survey(name).load(), codebook_of(name))]
    except ComorbidError as fault:
        return faults or [_refusal(fault)]


def _missing(table: str, name: str) -> Fault:
    remedy = f"Run `comorbid fetch {name}`, or name its folder in COMORBID_DATA."
    return Fault(table, "missing-table", f"table {table} is not in the data folders", 1, remedy)


def _repeated(column: str) -> Fault:
    return Fault(column, "repeated-column", "stands in the data twice", 1, "Rename or drop one of the two.")


def _refused(people: pd.DataFrame, codebook: Codebook) -> list[Fault]:
    """What loading would refuse although no check found it, in each design."""
    try:
        for design in codebook.designs or [None]:
            _ = assemble(people, codebook, design, {}).clusters
    except ComorbidError as fault:
        return [_refusal(fault)]
    return []


def _refusal(fault: ComorbidError) -> Fault:
    return Fault("", fault.code, str(fault), 1, "The message says what to do.")


def _given(codebook: str | Path | Codebook | None) -> Codebook | None:
    return codebook if codebook is None or isinstance(codebook, Codebook) else read_codebook(codebook)


def _existing(source: str | Path) -> Path:
    """The path of a file; a name that is neither file nor cohort is an error that lists the cohorts."""
    path = Path(source)
    if not path.exists():
        require_known(str(source), shown_names(), "file or cohort")
    return path
