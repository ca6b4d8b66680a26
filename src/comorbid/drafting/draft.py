"""A codebook proposed from a file, with what each column is taken for and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from comorbid.datafile import DataFile
from comorbid.drafting.asked import Asked
from comorbid.drafting.coded import two_plain_codes
from comorbid.drafting.covariates import covariates, with_rivals
from comorbid.drafting.names import names_a_person, plain, replicate_stem
from comorbid.drafting.proposal import Proposal
from comorbid.drafting.proposals import REPEATS, propose
from comorbid.drafting.sniffing import sniffed
from comorbid.drafting.text import codebook_text
from comorbid.errors import SourceError, listed
from comorbid.sources.files import TEXT, read_people
from comorbid.sources.statistical import Labels, read_sas, read_spss, read_stata

__all__ = ["Draft", "described_columns", "draft_codebook"]

LABELLED = {".sav": read_spss, ".zsav": read_spss, ".por": read_spss, ".dta": read_stata, ".sas7bdat": read_sas}
HEADER = re.compile(r'\{"ImportId"|(Open-Ended )?Response$')
"""What Qualtrics and SurveyMonkey write below the names of columns."""
HEIGHT = r"\bheight\b|\bbmi\b|body.?mass"
SEVERAL = 10
"""Numbered columns of one name from which on they are taken for replicate weights."""
TWO_ANSWERS = "; two answers: could be a condition"


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed codebook: its text, and what each column was taken for."""

    text: str
    proposals: tuple[Proposal, ...]

    def frame(self) -> pd.DataFrame:
        """One row a column of the file: column, label, taken_for, why."""
        rows = [
            (p.column, p.label, p.condition or p.role, p.why + TWO_ANSWERS * (p.column in self.candidates))
            for p in self.proposals
        ]
        return pd.DataFrame(rows, columns=["column", "label", "taken_for", "why"])

    @property
    def conditions(self) -> tuple[str, ...]:
        """Columns that are taken for conditions."""
        return tuple(p.column for p in self.proposals if p.role == "condition")

    @property
    def candidates(self) -> tuple[str, ...]:
        """Columns of yes and no, or of 0 and 1 or 1 and 2 without labels, that are taken for nothing else."""
        known = covariates(self.proposals)
        two = (p.column for p in self.proposals if p.role == "categorical" and _two_answers(p))
        return tuple(column for column in two if known.get(column) != "sex")


def _two_answers(proposal: Proposal) -> bool:
    return set(proposal.levels) == {"no", "yes"} or two_plain_codes(proposal)


def draft_codebook(path: Path, asked: Asked | None = None, *, sheet: str = "", toml: str = "") -> Draft:
    """Propose a codebook for a file.

    Parameters
    ----------
    path : Path
        A file of any kind that can be loaded but fixed width, whose layout cannot be seen from the file.
    asked : Asked, optional
        Which columns are conditions and which others to propose; recognised by their names, and all, without it.
    sheet : str
        Of a spreadsheet with several.
    toml : str
        Path that the codebook will have, for the notes in it and its path to the file; beside the file without it.

    Raises
    ------
    SourceError
        When the file cannot be read, no column of it says anything, or a column cannot be what was asked.
    UnknownNameError
        When a column that was asked for is not in the file.
    """
    how = _how(path, sheet)
    _, found = proposed_columns(path, how)
    chosen = tuple(with_rivals(_once((asked or Asked()).of(found))))
    if not any(p.role in ("condition", "categorical", "continuous") for p in chosen):
        raise SourceError(f"{path.name}: no column could be taken for a condition, a category or a quantity.")
    return Draft(codebook_text(path, how, chosen, toml or str(path.with_suffix(".toml"))), chosen)


def described_columns(path: Path, how: DataFile | None = None) -> tuple[pd.DataFrame, tuple[Proposal, ...]]:
    """People of a file, every column of it, and what each column seems to be.

    Parameters
    ----------
    path : Path
    how : DataFile, optional
        How to read it; as it seems to be written without it.
    """
    people, found = proposed_columns(path, how or _how(path, ""))
    return people, _once(found)


def proposed_columns(path: Path, how: DataFile) -> tuple[pd.DataFrame, list[Proposal]]:
    """The same, each column by itself."""
    people, labels = _read(path, how)
    proposals = [
        propose(
            people[name],
            labels.columns.get(name, ""),
            labels.values.get(name, {}),
            labels.missing.get(name, ()),
            is_date=name in labels.dates,
        )
        for name in people.columns
    ]
    return people, _with_replicates(_without_body_weight(people, proposals))


def _without_body_weight(people: pd.DataFrame, proposals: Sequence[Proposal]) -> list[Proposal]:
    """A column called weight beside one of heights, with numbers as scales show them, as a quantity."""
    tall = any(re.search(HEIGHT, plain(p.column, p.label)) for p in proposals)
    return [
        _replaced(p, "continuous", "beside a height taken for the weight of the body, CHECK")
        if tall and p.role == "weights" and plain(p.column) == "weight" and _on_scales(people[p.column])
        else p
        for p in proposals
    ]


def _on_scales(numbers: pd.Series) -> bool:
    """Whether half of them or more lie where adults' kilograms or pounds do."""
    return bool(pd.to_numeric(numbers, errors="coerce").between(40, 300).mean() >= 0.5)


def _with_replicates(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Quantities that are replicate weights by their many numbered names, as such."""
    stems = {p.column: replicate_stem(p.column) for p in proposals if p.role in ("continuous", "weights")}
    counts = Counter(stems.values())
    return [
        _replaced(p, "replicate", f"{counts[stem]} columns of this name and a number")
        if (stem := stems.get(p.column)) and counts[stem] >= SEVERAL
        else p
        for p in proposals
    ]


def _how(path: Path, sheet: str) -> DataFile:
    how = sniffed(path) if path.name.lower().endswith(TEXT) else DataFile(path=path.name, sheet=sheet)
    return replace(how, long=_long(read_people(path, how))) if path.suffix.lower() not in LABELLED else how


def _long(rows: pd.DataFrame) -> dict[str, str]:
    """Which columns name person, item and value, where a file has these three and a row an answer; else none."""
    people = [str(name) for name in rows.columns if names_a_person(str(name)) and rows[name].duplicated().any()]
    if rows.shape[1] != 3 or len(people) != 1:
        return {}
    rest = [name for name in rows.columns if name != people[0]]
    texts = [
        name for name in rest if not pd.api.types.is_numeric_dtype(rows[name]) and not _unclear(rows, people[0], name)
    ]
    items = sorted(texts, key=lambda name: rows[name].nunique())
    if not items:
        return {}
    return {"person": people[0], "item": str(items[0]), "value": str(next(name for name in rest if name != items[0]))}


def _unclear(rows: pd.DataFrame, person: str, item: str) -> bool:
    """Whether a person has an item twice, or one has no name."""
    return bool(rows[[person, item]].isna().any(axis=None) or rows.duplicated([person, item]).any())


def _read(path: Path, how: DataFile) -> tuple[pd.DataFrame, Labels]:
    """People of the file, and its labels where it has any."""
    reader = None if how.long else LABELLED.get(path.suffix.lower())
    people, labels = reader(path) if reader else (read_people(path, how), Labels())
    people.columns = [str(name) for name in people.columns]
    repeated = people.columns[people.columns.duplicated()]
    if len(repeated):
        raise SourceError(f"{path.name} has several columns {listed(repeated.unique())}. Rename or drop the others.")
    for number, row in enumerate(people.head(2).itertuples(index=False), start=2):
        if any(isinstance(cell, str) and HEADER.match(cell) for cell in row):
            raise SourceError(
                f"{path.name}: row {number} is a second header, as tools for questionnaires write it, and no person. "
                f"Delete the rows below the first up to row {number}."
            )
    return people, labels


def _once(proposals: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """One column a condition, one identifier, one of each part of the design: the first; the others as they are."""
    id_column = _id_column(proposals)
    seen: set[str] = set()
    chosen = []
    for proposal in proposals:
        part = proposal.condition or (proposal.role if proposal.role in ("id", "weights", "strata", "psu") else "")
        lesser = part == "id" and proposal.column != id_column
        if part and part in seen and proposal.condition:
            proposal = _replaced(proposal, "categorical", f"a second column about {part}: choose one; {proposal.why}")
        elif part and (part in seen or lesser):
            proposal = _replaced(proposal, "left out", f"a second column that could be {part}")
        seen.update([] if lesser else [part])
        chosen.append(proposal)
    return tuple(chosen)


def _id_column(proposals: Sequence[Proposal]) -> str:
    """The column that tells people apart: of those with another value in every row the one that is called so."""
    ids = sorted(
        (p for p in proposals if p.role == "id"), key=lambda p: (REPEATS in p.why, not names_a_person(p.column))
    )
    return ids[0].column if ids else ""


def _replaced(proposal: Proposal, role: str, why: str) -> Proposal:
    return replace(proposal, role=role, why=why, condition="")
