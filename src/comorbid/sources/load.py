"""One function that loads any cohort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from comorbid.codebook import Codebook, read_codebook
from comorbid.cohort import Cohort
from comorbid.datafile import DataFile
from comorbid.design import SurveyDesign
from comorbid.errors import CodebookError, CohortError, SourceError, SpecError, UnknownNameError
from comorbid.paths import own_codebooks
from comorbid.people import PeopleFrame
from comorbid.relation import PeopleRelation
from comorbid.sources.database import is_relation, open_relation
from comorbid.sources.files import read_people
from comorbid.sources.people_ids import require_one_row_each
from comorbid.sources.registry import SURVEYS, SYNTHETIC, Survey, codebook_of, names, shown_names
from comorbid.sources.selfdescribed import describe_frame
from comorbid.sources.ticks import with_ticks


def load_cohort(
    source: str | Path | pd.DataFrame,
    *,
    codebook: str | Path | Codebook | None = None,
    design: SurveyDesign | str | None = None,
    definitions: Mapping[str, str] | None = None,
    conditions: Sequence[str] | None = None,
    **options: Any,
) -> Cohort:
    """Load a cohort.

    Parameters
    ----------
    source : str, Path, DataFrame or ibis.Table
        The name of a registered cohort (`comorbid cohorts` lists them), a codebook (TOML) that names its file of people
        (or its name, where `COMORBID_COHORTS` lists it), a file (CSV, Parquet, SAS, SPSS, Stata, a spreadsheet), a
        frame, or a table of a database.

        With a codebook, Parquet (a file, a folder or a pattern such as "claims/*.parquet") and database tables are
        never loaded: people are recoded, restricted and counted where they lie, and what the codebook does not declare
        is an error as soon as its variable is used. A frame, or a file, without a codebook describes itself:
        categorical columns have their categories as levels (the first is the reference), boolean columns are
        conditions, numbers are continuous. Text, dates and whole numbers of 12 distinct values or fewer, which could be
        codes (floats too, where they are 1, 2 or have 7 to 9 far above the others, and some are missing), stay out,
        and say so when they are asked for. In CSV an empty field is missing.
    codebook : str, Path or Codebook, optional
        What the columns of a file, frame or table mean: a TOML file, or the name of a registered cohort.
    design : SurveyDesign or str, optional
        One's own design, or the name of one of the codebook's; its default design without it.
    definitions : mapping, optional
        Which definition of a condition to use, e.g. {"fibromyalgia": "F"}.
    conditions : sequence of str, optional
        Which columns of data that describe themselves are conditions: boolean, 0 and 1, or with the categories no and
        yes in any order. All boolean ones without it.
    **options
        For the synthetic cohort: n (people), seed, and the inputs of `comorbid.synthetic`.

    Returns
    -------
    Cohort

    Raises
    ------
    UnknownNameError
        When there is no such cohort, definition or design.
    SourceError
        When a file is absent or is not what its name says.
    CodebookError, DesignError, CohortError
        When data and codebook or design do not fit; the message names the column and counts.
    """
    source = _own_named(source)
    _require_use(source, codebook, conditions)
    if isinstance(source, pd.DataFrame) and source.empty:
        raise CohortError(f"the frame holds no people: {len(source):,} rows, {len(source.columns):,} columns.")
    people, book = (
        _synthetic(options) if str(source) == SYNTHETIC else _given_people(source, codebook, design, conditions)
    )
    options = {} if str(source) == SYNTHETIC else options
    if options:
        raise SpecError(f"{', '.join(options)}: not accepted for this cohort; n and seed belong to the synthetic one.")
    return assemble(people, book, design, definitions or {})


def _given_people(
    source: Any, codebook: str | Path | Codebook | None, design: SurveyDesign | str | None, conditions: Any
) -> tuple[Any, Codebook]:
    """People who are not made up, as a frame or a relation, with their codebook."""
    if isinstance(source, pd.DataFrame):
        given = _given(codebook)
        people = with_ticks(source, given.file.ticked, "the frame") if given else source
        return people, given or describe_frame(source, design, conditions)
    if str(source) in SURVEYS:
        return Survey(str(source)).load(), codebook_of(str(source))
    book = own_codebook(source) if is_codebook(source) else _given(codebook)
    place = book.file.path if book is not None and is_codebook(source) else source
    if book is not None and is_relation(place) and not (book.file.long or book.file.ticked):
        return open_relation(place, book.file.sha256), book
    if is_relation(place) and not (isinstance(place, (str, Path)) and Path(place).is_file()):
        raise SourceError(
            "[file] long and ticked are for one file that is read whole. In a database, or in several Parquet files, "
            "give each person a row and blanks a code."
        )
    if not isinstance(place, (str, Path)):
        raise SpecError(
            "people are given as the name of a cohort, a file, a codebook, a data frame of pandas or a table of Ibis, "
            f"not as {type(place).__name__}. Other data frames mostly have .to_pandas()."
        )
    people = read_people(_existing(place), book.file if book is not None else DataFile())
    return people, book or describe_frame(people, design, conditions, Path(place).stem)


def is_codebook(source: Any) -> bool:
    """Whether a source is a codebook, which names the file of its people."""
    return isinstance(source, (str, Path)) and str(source).lower().endswith(".toml")


def own_codebook(source: str | Path) -> Codebook:
    """A codebook that stands for its cohort.

    Raises
    ------
    CodebookError
        When it names no file of people.
    """
    book = read_codebook(source)
    if not book.file.path:
        raise CodebookError(
            f'{Path(source).name} does not say where its people are. Write [file] and path = "mine.csv" in it, or name '
            "the file and the codebook both."
        )
    return book


def assemble(people: Any, book: Codebook, design: SurveyDesign | str | None, definitions: Mapping[str, str]) -> Cohort:
    """People and codebook as a cohort: every column coded and checked, the universe restricted, the design in place."""
    book = book.define(definitions)
    chosen = design if isinstance(design, SurveyDesign) else book.design(design)
    store = PeopleFrame(people, book) if isinstance(people, pd.DataFrame) else PeopleRelation(people, book)
    for variable in book.variables.values():
        store.check(variable)
    cohort = Cohort(store, book).with_design(chosen)
    cohort = cohort.restrict(book.universe, book.universe_reason) if book.universe else cohort
    if book.id:
        require_one_row_each(people, book.id, cohort.mask)
    return cohort


def _own_named(source: Any) -> Any:
    """The codebook of a cohort of one's own, where `COMORBID_COHORTS` gives it a name."""
    return own_codebooks().get(source, source) if isinstance(source, str) else source


def _require_use(source: Any, codebook: Any, conditions: Sequence[str] | None) -> None:
    """Raise when an argument would be passed over."""
    registered = isinstance(source, (str, Path)) and str(source) in names()
    if codebook is not None and is_codebook(source):
        raise SpecError(f"{Path(source).name} is a codebook itself; leave codebook= out.")
    if codebook is not None and registered:
        raise SpecError(f"the cohort {source} has a codebook of its own; leave codebook= out.")
    if conditions is not None and (registered or codebook is not None or is_codebook(source)):
        raise SpecError(
            "conditions= is for data that describe themselves; a codebook says which variables are conditions."
        )


def _given(codebook: str | Path | Codebook | None) -> Codebook | None:
    return None if codebook is None else _read(codebook)


def _read(codebook: str | Path | Codebook) -> Codebook:
    if isinstance(codebook, Codebook):
        return codebook
    return codebook_of(str(codebook)) if str(codebook) in names() else read_codebook(codebook)


def _synthetic(options: Mapping[str, Any]) -> tuple[pd.DataFrame, Codebook]:
    from comorbid.synthetic import DEFAULT_N, DEFAULT_SEED, simulate_people

    accepted = {"n", "seed", "inputs"}
    wrong = [name for name in options if name not in accepted]
    if wrong:
        raise SpecError(f"the synthetic cohort takes n, seed and inputs, not {', '.join(wrong)}.")
    people = simulate_people(**{"n": DEFAULT_N, "seed": DEFAULT_SEED, **options})
    return people, codebook_of(SYNTHETIC)


def _existing(source: str | Path) -> Path:
    path = Path(source)
    if path.exists():
        return path
    if path.suffix or "/" in str(source):
        raise SourceError(f"no file {path}. Give the path of a file, or one of the cohorts {', '.join(shown_names())}.")
    from comorbid.errors import require_known

    require_known(str(source), shown_names(), "cohort")
    raise UnknownNameError(str(source))
