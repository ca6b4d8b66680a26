"""What is asked of a file: its people, what a neighbour could know of them, and what must not be found out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from comorbid.codebook import Codebook, read_codebook
from comorbid.drafting.draft import described_columns
from comorbid.drafting.names import is_quasi_identifier
from comorbid.drafting.proposal import Proposal
from comorbid.drafting.proposals import propose
from comorbid.errors import SourceError, require_known
from comorbid.recode import key
from comorbid.sources.check_anonymity import columns_of
from comorbid.sources.load import is_codebook, own_codebook
from comorbid.sources.registry import SURVEYS, SYNTHETIC, Survey, codebook_of

__all__ = ["Question", "question_of"]


@dataclass(frozen=True, slots=True)
class Question:
    """What the anonymity check looks at.

    people : every column of the file
    proposals : what each column was taken for
    quasi : what a neighbour could know, one column each
    sensitive : what must not be found out, one column each
    guessed : whether the quasi-identifiers were guessed from names
    id : the column that is declared to tell people apart; empty for none
    missing : codes that are no answers, by column
    declared : codes of the codebook, by column
    """

    people: pd.DataFrame
    proposals: tuple[Proposal, ...]
    quasi: tuple[pd.Series, ...]
    sensitive: tuple[pd.Series, ...]
    guessed: bool
    id: str = ""
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    declared: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def describe(self) -> str:
        """What was looked at, in one line."""
        how = " (guessed from their names)" if self.guessed else ""
        quasi = ", ".join(str(column.name) for column in self.quasi) or "none"
        sensitive = ", ".join(str(column.name) for column in self.sensitive) or "none"
        return f"{len(self.people):,} people. Quasi-identifiers{how}: {quasi}. Sensitive: {sensitive}."


def question_of(
    source: str | Path | pd.DataFrame,
    codebook: str | Path | Codebook | None = None,
    quasi_identifiers: Sequence[str] | None = None,
    sensitive: Sequence[str] | None = None,
) -> Question:
    """The question for a source; see `check_anonymity`.

    Raises
    ------
    SourceError, CodebookError
        When the file or the codebook cannot be read.
    UnknownNameError
        When a named column or variable does not exist.
    """
    book = _book(source, codebook)
    people, proposals = _described(source, book)
    if book is None:
        return _undeclared(people, proposals, quasi_identifiers, sensitive)
    ages = {v.column for v in book.variables.values() if v.name == "age"}
    proposals = tuple(replace(p, label=f"age {p.label}") if p.column in ages else p for p in proposals)
    declared = quasi_identifiers or book.quasi_identifiers
    quasi = list(declared) or [v.name for v in book.variables.values() if is_quasi_identifier(v.name, v.label)]
    chosen = [require_known(name, book.variables, "variable", book.title) for name in quasi]
    asked = [require_known(name, book.variables, "variable", book.title) for name in sensitive or book.conditions]
    gone = {v.column: tuple(v.missing) for v in book.variables.values()}
    codes = {
        v.column: tuple(key(code) for level in v.levels.values() for code in level) for v in book.variables.values()
    }
    columns = tuple(columns_of(people, book, chosen)), tuple(columns_of(people, book, asked))
    return Question(people, proposals, *columns, guessed=not declared, id=book.id, missing=gone, declared=codes)


def _undeclared(people: pd.DataFrame, proposals: tuple[Proposal, ...], quasi: Any, sensitive: Any) -> Question:
    """The question for a file without a codebook, its columns taken for what they seem to be."""
    used = [p for p in proposals if p.role in ("condition", "categorical", "continuous")]
    names = list(quasi or [p.column for p in used if p.quasi])
    asked = list(sensitive or [p.column for p in used if p.role == "condition"])
    for name in [*names, *asked]:
        require_known(name, people.columns, "column", "the file")
    gone = {p.column: tuple(p.missing) for p in proposals}
    known = [tuple(_answered(people[name], gone[name]) for name in part) for part in (names, asked)]
    return Question(people, proposals, known[0], known[1], guessed=not quasi, missing=gone)


def _answered(column: pd.Series, missing: tuple[str, ...]) -> pd.Series:
    """A column without the codes that are no answers."""
    return column.mask(column.astype(object).map(key, na_action="ignore").isin(missing))


def _book(source: Any, codebook: str | Path | Codebook | None) -> Codebook | None:
    if isinstance(codebook, Codebook):
        return codebook
    if codebook is not None:
        return read_codebook(codebook)
    if is_codebook(source):
        return own_codebook(source)
    return codebook_of(source) if isinstance(source, str) and source in (*SURVEYS, SYNTHETIC) else None


def _described(source: Any, book: Codebook | None) -> tuple[pd.DataFrame, tuple[Proposal, ...]]:
    """Every column of the source, and what each seems to be."""
    if isinstance(source, pd.DataFrame):
        people = source
    elif isinstance(source, str) and source in SURVEYS:
        people = Survey(source).load()
    elif isinstance(source, str) and source == SYNTHETIC:
        from comorbid.synthetic import simulate_people

        people = simulate_people()
    else:
        path = Path(book.file.path if book is not None and is_codebook(source) else source)
        if not path.exists():
            raise SourceError(f"no file {path}. Give a file, a codebook that names one, or a registered cohort.")
        return described_columns(path, None if book is None else book.file)
    return people, tuple(propose(people[name], "", {}, ()) for name in people.columns)
