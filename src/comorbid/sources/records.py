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
from comorbid.sources.codelists import CodeList, read_codelist, vocabulary_of
from comorbid.sources.load import assemble
from comorbid.sources.selfdescribed import describe_frame

__all__ = ["load_records", "record_conditions"]

EXACT = 2**53
"""Whole numbers from here on are not held exactly by floats; SNOMED CT codes may be longer."""


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
        First and last day that counts, YYYY-MM-DD; records of other days are passed over.
    at_least : int
        Different days with a code of the condition that make a case: 1, or 2 to set aside codes of a suspicion.

    Returns
    -------
    DataFrame
        person, condition, first_date (first day with a code of it), n_dates; one row for each condition of a person.

    Raises
    ------
    CohortError
        When a column is absent, a date cannot be read, a record has no person or code, or codes were read as floats.
    CodebookError
        When it is not known whose the codes are.
    """
    rows = _checked(records, person, date, code)
    one = vocabulary_of(codelist, vocabulary, list(records.columns))
    rows["vocabulary"] = one if one is not None else records[vocabulary].astype("str").str.strip()
    first = pd.Timestamp(since) if since else rows["date"].min()
    last = pd.Timestamp(until) if until else rows["date"].max()
    rows = rows[rows["date"].between(first, last)]
    meanings = codelist.conditions_of(rows[["vocabulary", "code"]].drop_duplicates())
    found = rows.merge(meanings, on=["vocabulary", "code"], how="inner", validate="many_to_many")
    cases = found.groupby(["person", "condition"])["date"].agg(first_date="min", n_dates="nunique").reset_index()
    return cases[cases["n_dates"] >= at_least].reset_index(drop=True)


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
        A list, a CSV file, or the name of one that ships: "icd-10-cm", "snomed-ct".
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
        As in `record_conditions`; also when a person stands in `people` twice, or records are of people who do not.
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
    unknown = set(_text(records[person])) - set(key)
    if unknown:
        raise CohortError(
            f"records are of {few(len(unknown))} persons who are not in `people`. Give everybody under observation, or "
            "leave the records of others out."
        )
    flags = {
        name: key.isin(cases.loc[cases["condition"] == name, "person"]).astype(np.int8) for name in chosen.conditions
    }
    frame = people.drop(columns=key.name).assign(**flags)
    book = _codebook(frame, chosen, codebook, _window(since, until), at_least)
    return assemble(frame, book, design, {})


def _checked(records: pd.DataFrame, person: str, date: str, code: str) -> pd.DataFrame:
    """Person, date and code of every record, read."""
    absent = [name for name in (person, date, code) if name not in records.columns]
    if absent:
        raise CohortError(f"the records have no column {listed(absent)}. Name the columns with person=, date=, code=.")
    column = records[code]
    if column.dtype.kind == "f" and bool((column.abs() >= EXACT).any()):
        raise CohortError(f"{code} was read as floats, which do not hold long codes exactly; read the column as text.")
    rows = pd.DataFrame({"person": _text(records[person]), "code": _text(column)})
    rows["date"] = pd.to_datetime(records[date], errors="coerce", format="ISO8601")
    for name, what in (("person", person), ("code", code), ("date", date)):
        missing = int(rows[name].isna().sum())
        if missing:
            raise CohortError(f"{few(missing)} records have no {what}, or one that cannot be read. Mend or drop them.")
    return rows


def _persons(people: pd.DataFrame, name: str) -> pd.Series:
    """The person of each row of people; each once."""
    if name not in people.columns:
        raise CohortError(f"`people` has no column {name!r}. Name it with person_in_people=.")
    key = _text(people[name]).rename(name)
    repeated = int(key.duplicated().sum()) + int(key.isna().sum())
    if repeated:
        raise CohortError(f"{few(repeated)} rows of `people` repeat a person or name none. Give one row a person.")
    return key


def _text(column: pd.Series) -> pd.Series:
    """Values as text, whole numbers without a decimal point; missing ones stay missing."""
    whole = column.astype("Int64") if column.dtype.kind == "f" else column
    texts: pd.Series = whole.astype("str").str.strip().mask(whole.isna())
    return texts.replace("", np.nan)


def _window(since: str | None, until: str | None) -> str:
    return " ".join(filter(None, [f"from {since}" if since else "", f"to {until}" if until else ""])) or "all records"


def _codebook(
    people: pd.DataFrame, codelist: CodeList, codebook: Codebook | str | Path | None, window: str, at_least: int
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
            question=f"A code of the list on {days} or more: {', '.join(codelist.items(name))}.",
            recall=window,
            items=codelist.items(name),
            note="Codes in records: what was recorded of people who came to care, not what people have.",
        )
        for name in codelist.conditions
    }
    if codebook is None:
        book = describe_frame(people, conditions=list(conditions), name="records")
    else:
        book = codebook if isinstance(codebook, Codebook) else read_codebook(codebook)
    others = {name: variable for name, variable in book.variables.items() if name not in conditions}
    return replace(book, variables={**conditions, **others}, conditions=tuple(conditions))
