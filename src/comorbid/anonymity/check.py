"""The anonymity check of a file, a codebook's file, a frame or a registered cohort."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from comorbid.anonymity.columns import column_findings
from comorbid.anonymity.parted_days import parted_days
from comorbid.anonymity.question import Question, question_of
from comorbid.codebook import Codebook
from comorbid.errors import SpecError, names_given
from comorbid.sources.check_anonymity import K, L, class_faults, numbered
from comorbid.sources.faults import Fault, fault_frame

__all__ = ["anonymity_findings", "check_anonymity"]


NOT_ASKED = Fault(
    "",
    "no-quasi-identifiers",
    "no quasi-identifier is declared, and no name of a column is one: classes were not looked at",
    1,
    "Name what a neighbour could know: --quasi age,sex, or quasi_identifiers in the codebook.",
)


def check_anonymity(
    source: str | Path | pd.DataFrame,
    quasi_identifiers: Sequence[str] | str | None = None,
    k: int = K,
    *,
    least_answers: int = L,
    sensitive: Sequence[str] | str | None = None,
    codebook: str | Path | Codebook | None = None,
) -> pd.DataFrame:
    """Whether rows point at people; no rows when nothing was found, which is no proof of anonymity.

    People with the same quasi-identifiers form a class. The rows are k-anonymous when every class has k people or more
    (Sweeney 2002), and l-diverse when every class gives l different answers or more (Machanavajjhala 2007).

    Parameters
    ----------
    source : str, Path or DataFrame
        A file, a codebook (TOML) that names one, a registered cohort, or a frame.
    quasi_identifiers : sequence of str, optional
        What a neighbour could know: variables of the codebook, or columns where there is none. Without it those that
        the codebook declares, else those whose names say so, as the findings tell.
    k : int
        Fewest people of a class.
    least_answers : int
        l, the fewest different answers of a class; 1 leaves the question out.
    sensitive : sequence of str, optional
        What must not be found out; the conditions without it.
    codebook : str, Path or Codebook, optional
        What the columns of a file or frame mean; codes of one level count as one answer.

    Returns
    -------
    DataFrame
        column : column or columns that the finding is about.
        fault : "not-k-anonymous", "not-l-diverse", "identifier", "exact-date", "small-area", "free-text", "great-age",
            "no-quasi-identifiers" (so that nobody could ask).
        what : what was found; never a person's value, and counts of people below 10 are masked.
        count : people; missing for fewer than 10.
        remedy : what to do.

    Raises
    ------
    SourceError, CodebookError
        When file or codebook cannot be read.
    UnknownNameError
        When a named variable does not exist.
    SpecError
        When k or l is not a whole number of 1 or more, or a sensitive variable has fewer than l answers.

    Notes
    -----
    Classes are counted in the file: who is alone here may have many like him in the population, and a neighbour may
    know more than what was named. Missing values of a quasi-identifier are a value. doi:10.1142/S0218488502001648,
    doi:10.1145/1217299.1217302
    """
    quasi = None if quasi_identifiers is None else names_given(quasi_identifiers, "quasi_identifiers")
    asked = None if sensitive is None else names_given(sensitive, "sensitive")
    return anonymity_findings(question_of(source, codebook, quasi, asked), k, least_answers)


def anonymity_findings(question: Question, k: int = K, least_answers: int = L) -> pd.DataFrame:
    """The findings of a question, as `check_anonymity` gives them."""
    for name, number in (("k", k), ("l", least_answers)):
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise SpecError(f"{name} is a whole number of 1 or more; {number!r} is not accepted.")
    _require_answers(question, least_answers)
    faults: list[Fault] = []
    for name, proposal in zip(question.people.columns, question.proposals, strict=True):
        if name != question.id:
            missing, declared = question.missing.get(str(name), ()), question.declared.get(str(name), ())
            faults += column_findings(question.people[name], proposal, missing, k, declared)
    faults += parted_days(question.people)
    faults += class_faults(question.quasi, question.sensitive, k, least_answers) if question.quasi else [NOT_ASKED]
    return fault_frame(faults)


def _require_answers(question: Question, least: int) -> None:
    """No class can give more different answers than there are."""
    for column in question.sensitive:
        answers = int(numbered(column).max(initial=-1)) + 1
        if 1 < answers < least:
            raise SpecError(f"`{column.name}` has {answers} different answers: l = {least} cannot be reached.")
