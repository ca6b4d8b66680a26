"""Coded health records, one row a code: a long table of (person, date, code) turned into conditions of people.

The columns are by default those of condition_occurrence, OMOP Common Data Model 5.4: person_id, condition_start_date,
condition_source_value.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from comorbid.codebook import Codebook, Variable, read_codebook
from comorbid.cohort import Cohort
from comorbid.design import SurveyDesign
from comorbid.errors import CohortError, few, listed
from comorbid.sources.codelists import CodeList, read_codelist
from comorbid.sources.load import assemble
from comorbid.sources.record_rows import as_text, checked_records, day_count, within_window
from comorbid.sources.selfdescribed import describe_frame

__all__ = ["load_records", "record_conditions"]


def record_conditions(
    records: pd.DataFrame,
    codelist: CodeList,
    *,
    person: str = "person_id",
    date: str = "condition_start_date",
    code: str = "condition_source_value",
    vocabulary: str | None = None,
    since: str | None = None,
    until: str | None = None,
    at_least: int = 1,
) -> pd.DataFrame:
    """Who has which condition by the codes in their records.

    Parameters
    ----------
    records : DataFrame
        One row a code.
    codelist : CodeList
    person, date, code : str
        Columns of the records.
    vocabulary : str, optional
        Column with the vocabulary of each code, or the one vocabulary of all; that of the list when it has only one.
    since, until : str, optional
        First and last day that counts, YYYY-MM-DD; records of other days are passed over. The day of a record is the
        one that is written, whatever the time and its zone.
    at_least : int
        Different days with a code of the condition that make a case: 1, or 2 to set aside codes of a suspicion.

    Returns
    -------
    DataFrame
        person, condition, first_date (first day with a code of it), n_dates; one row for each condition of a person.

    Raises
    ------
    CohortError
        When a column is absent, a date cannot be read or names no day, a record has no person, code or vocabulary,
        codes were read as floats, or no record lies in the window or has a code of the list.
    CodebookError, UnknownNameError
        When it is not known whose the codes are, or the list has none of their vocabularies.
    SpecError
        When the window or `at_least` cannot be meant.

    Warns
    -----
    ComorbidWarning
        When some records are of vocabularies that the list does not have, or hold no single code as their vocabulary
        writes them: several in one field, words, a code of another vocabulary. They make no case.
    """
    least = day_count(at_least)
    rows = checked_records(records, codelist, person=person, date=date, code=code, vocabulary=vocabulary)
    rows = within_window(rows, since, until)
    meanings = codelist.conditions_of(rows[["vocabulary", "code"]].drop_duplicates())
    if meanings.empty:
        raise CohortError(
            f"none of {few(len(rows))} records that count has a code of the list ({listed(codelist.conditions)}): "
            "nobody would have a condition. Look at the vocabulary, the form of the codes and the days."
        )
    found = rows.merge(meanings, on=["vocabulary", "code"], how="inner", validate="many_to_many")
    cases = found.groupby(["person", "condition"])["date"].agg(first_date="min", n_dates="nunique").reset_index()
    return cases[cases["n_dates"] >= least].reset_index(drop=True)


def load_records(
    records: pd.DataFrame,
    people: pd.DataFrame,
    codelist: CodeList | str | Path,
    *,
    person: str = "person_id",
    date: str = "condition_start_date",
    code: str = "condition_source_value",
    vocabulary: str | None = None,
    since: str | None = None,
    until: str | None = None,
    at_least: int = 1,
    codebook: Codebook | str | Path | None = None,
    design: SurveyDesign | None = None,
    person_in_people: str | None = None,
) -> Cohort:
    """Load a cohort whose conditions are codes in health records.

    Everybody in `people` is in the cohort; who has no code of a condition has it not, which is true of those who were
    under observation and saw somebody who codes. Codes say what was recorded, not what people have.

    Parameters
    ----------
    records, person, date, code, vocabulary, since, until, at_least
        As in `record_conditions`.
    people : DataFrame
        One row a person under observation, with what else is known of them.
    codelist : CodeList, str or Path
        A list, a CSV file, or the name of one that ships: "icd-10-cm", "phecode-1.2", "snomed-ct".
    codebook : Codebook, str or Path, optional
        What the columns of `people` mean; without it they describe themselves, as in `load_cohort`.
    design : SurveyDesign, optional
    person_in_people : str, optional
        Column of `people` with the person, when it has another name than in the records.

    Returns
    -------
    Cohort
        With the conditions of the list; its codebook names the codes, days and dates that make a case.

    Raises
    ------
    CohortError
        As in `record_conditions`; also when a person stands in `people` twice, records are of people who do not, or
        `people` or the codebook has a column under the name of a condition.
    """
    chosen = codelist if isinstance(codelist, CodeList) else read_codelist(codelist)
    cases = record_conditions(
        records,
        chosen,
        person=person,
        date=date,
        code=code,
        vocabulary=vocabulary,
        since=since,
        until=until,
        at_least=at_least,
    )
    key = _persons(people, person_in_people or person)
    unknown = set(as_text(records[person])) - set(key)
    if unknown:
        raise CohortError(
            f"records are of {few(len(unknown))} persons who are not in `people`. Give everybody under observation, or "
            "leave the records of others out."
        )
    given = _given(codebook)
    _require_free(people, chosen, given)
    flags = {
        name: key.isin(cases.loc[cases["condition"] == name, "person"]).astype(np.int8) for name in chosen.conditions
    }
    frame = people.drop(columns=key.name).assign(**flags)
    book = _codebook(frame, chosen, given, _window(since, until), at_least)
    return assemble(frame, replace(book, id="") if book.id == key.name else book, design, {})


def _given(codebook: Codebook | str | Path | None) -> Codebook | None:
    return codebook if codebook is None or isinstance(codebook, Codebook) else read_codebook(codebook)


def _require_free(people: pd.DataFrame, codelist: CodeList, codebook: Codebook | None) -> None:
    """Raise when `people` has answers of its own under the name of a condition that the list makes."""
    taken = [name for name in codelist.conditions if name in people.columns]
    if taken:
        raise CohortError(f"`people` has columns that the code list makes: {listed(taken)}. Rename or drop them there.")
    variables = codebook.variables if codebook else {}
    asked = [name for name in codelist.conditions if name in variables and variables[name].column in people.columns]
    if asked:
        raise CohortError(
            f"the codebook has columns of `people` for conditions that the code list makes: {listed(asked)}. Give one "
            "of the two another name, since what was answered and what was coded are not the same."
        )


def _persons(people: pd.DataFrame, name: str) -> pd.Series:
    """The person of each row of people; each once."""
    if name not in people.columns:
        raise CohortError(f"`people` has no column {name!r}. Name it with person_in_people=.")
    key = as_text(people[name]).rename(name)
    repeated = int(key.duplicated().sum()) + int(key.isna().sum())
    if repeated:
        raise CohortError(f"{few(repeated)} rows of `people` repeat a person or name none. Give one row a person.")
    return key


def _window(since: str | None, until: str | None) -> str:
    return " ".join(filter(None, [f"from {since}" if since else "", f"to {until}" if until else ""])) or "all records"


def _codebook(
    people: pd.DataFrame, codelist: CodeList, codebook: Codebook | None, window: str, at_least: int
) -> Codebook:
    """The codebook of the people, with the conditions of the list."""
    days = "one day" if at_least == 1 else f"{at_least} different days"
    conditions = {
        name: Variable(
            name,
            "condition",
            f"{name.replace('_', ' ').capitalize()}, coded on {days} or more",
            name,
            {"no": (0,), "yes": (1,)},
            question=f"A code of the list on {days} or more: {', '.join(codelist.shown(name))}.",
            recall=window,
            items=codelist.items(name),
            note="Codes in records: what was recorded of people who came to care, not what people have.",
        )
        for name in codelist.conditions
    }
    book = codebook or describe_frame(people, conditions=list(conditions), name="records")
    others = {name: variable for name, variable in book.variables.items() if name not in conditions}
    return replace(book, variables={**conditions, **others}, conditions=tuple(conditions))
