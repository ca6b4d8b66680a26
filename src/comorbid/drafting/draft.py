"""A codebook proposed from a file: commented TOML, with what each column is taken for and why."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from comorbid.datafile import DataFile
from comorbid.drafting.names import known_covariate
from comorbid.drafting.proposals import Proposal, propose
from comorbid.drafting.sniffing import sniffed
from comorbid.errors import SourceError
from comorbid.sources.files import TEXT, read_people
from comorbid.sources.statistical import Labels, read_sas, read_spss, read_stata

__all__ = ["Draft", "described_columns", "draft_codebook"]

LABELLED = {".sav": read_spss, ".zsav": read_spss, ".dta": read_stata, ".sas7bdat": read_sas}
HEAD = """\
# A codebook proposed from {file}: read every line before you use it.
# What is not declared here will be an error when people are loaded, never a guess. After mending:
#   comorbid check {toml}
#   comorbid report --cohort {toml}
title = {title}
release = "confidential"  # "public-use" only where the publisher lets everybody have the people's rows
conditions = {conditions}
"""
CONDITION_HINT = (
    "# no yes-or-no column was recognised as a condition. Make one of yours: in its table write\n"
    '#   kind = "condition"\n'
    "#   levels = { no = 0, yes = 1 }   with the codes of your file; several codes as yes = [2, 3]\n"
    '# and list its name above, as conditions = ["asthma", "migraine"]\n'
)

AGE_BAND = """\
[variables.age_band]  # cut from age; the bands of the study, yours to change
kind = "categorical"
label = "Age band"
unit = "years"
source = "age"
breaks = [18, 35, 50, 65]  # where each band begins; younger people have none
levels = ["18-34", "35-49", "50-64", "65+"]
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed codebook: its text, and what each column was taken for."""

    text: str
    proposals: tuple[Proposal, ...]

    def frame(self) -> pd.DataFrame:
        """One row a column of the file: column, taken_for, why."""
        rows = [(p.column, p.condition or p.role, p.why) for p in self.proposals]
        return pd.DataFrame(rows, columns=["column", "taken_for", "why"])


def draft_codebook(path: Path, *, sheet: str = "", toml: str = "") -> Draft:
    """Propose a codebook for a file.

    Parameters
    ----------
    path : Path
        A file of any kind that can be loaded but fixed width, whose layout cannot be seen from the file.
    sheet : str
        Of a spreadsheet with several.
    toml : str
        Path that the codebook will have, for the notes in it and its path to the file; beside the file without it.

    Raises
    ------
    SourceError
        When the file cannot be read, or no column of it says anything.
    """
    how = _how(path, sheet)
    _, chosen = described_columns(path, how)
    if not any(p.role in ("condition", "categorical", "continuous") for p in chosen):
        raise SourceError(f"{path.name}: no column could be taken for a condition, a category or a quantity.")
    return Draft(_text(path, how, chosen, toml or str(path.with_suffix(".toml"))), chosen)


def described_columns(path: Path, how: DataFile | None = None) -> tuple[pd.DataFrame, tuple[Proposal, ...]]:
    """People of a file, every column of it, and what each column seems to be.

    Parameters
    ----------
    path : Path
    how : DataFile, optional
        How to read it; as it seems to be written without it.
    """
    people, labels = _read(path, how or _how(path, ""))
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
    return people, _once(proposals)


def _how(path: Path, sheet: str) -> DataFile:
    return sniffed(path) if path.name.lower().endswith(TEXT) else DataFile(path=path.name, sheet=sheet)


def _read(path: Path, how: DataFile) -> tuple[pd.DataFrame, Labels]:
    """People of the file, and its labels where it has any."""
    reader = LABELLED.get(path.suffix.lower())
    people, labels = reader(path) if reader else (read_people(path, how), Labels())
    people.columns = [str(name) for name in people.columns]
    return people, labels


def _once(proposals: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """One column a condition, one identifier, one of each part of the design: the first; the others as they are."""
    seen: set[str] = set()
    chosen = []
    for proposal in proposals:
        part = proposal.condition or (proposal.role if proposal.role in ("id", "weights", "strata", "psu") else "")
        if part and part in seen and proposal.condition:
            proposal = _replaced(proposal, "categorical", f"a second column about {part}: choose one; {proposal.why}")
        elif part and part in seen:
            proposal = _replaced(proposal, "left out", f"a second column that could be {part}")
        seen.add(part)
        chosen.append(proposal)
    return tuple(chosen)


def _replaced(proposal: Proposal, role: str, why: str) -> Proposal:
    return replace(proposal, role=role, why=why, condition="")


def _text(path: Path, how: DataFile, proposals: Sequence[Proposal], toml: str) -> str:
    names = _names(proposals)
    conditions = [names[p.column] for p in proposals if p.role == "condition"]
    head = HEAD.format(
        file=_comment(path.name),
        toml=_comment(toml),
        title=_toml(path.name.split(".")[0].replace("_", " ")),
        conditions=_toml(conditions),
    )
    parts = [
        head if conditions else head + CONDITION_HINT,
        *_people_parts(proposals),
        _file(path, how, Path(toml).parent),
        *_design(proposals),
    ]
    for proposal in proposals:
        if proposal.column in names:
            parts.append(_variable(names[proposal.column], proposal))
            parts += [AGE_BAND] if (names[proposal.column], proposal.role) == ("age", "continuous") else []
    left = [f"# {_comment(p.column)}: {p.why}" for p in proposals if p.role == "left out"]
    parts += (
        ["\n".join(["# Columns that are left out; to use one, write a table for it.", *left]) + "\n"] if left else []
    )
    return "\n".join(parts)


def _people_parts(proposals: Sequence[Proposal]) -> Iterator[str]:
    """Lines on who is who: the column that tells people apart, and what a neighbour could know."""
    ids = [p.column for p in proposals if p.role == "id"]
    if ids:
        yield f"id = {_toml(ids[0])}  # tells people apart; it is checked and goes no further\n"
    names = _names(proposals)
    quasi = [names[p.column] for p in proposals if p.quasi and p.column in names]
    if quasi:
        yield f"quasi_identifiers = {_toml(quasi)}  # what a neighbour could know; the anonymity check uses them\n"


def _file(path: Path, how: DataFile, folder: Path) -> str:
    """The [file] table; the path is relative to the folder of the codebook."""
    lines = ["[file]", f"path = {_toml(Path(os.path.relpath(path, folder)).as_posix())}"]
    if path.name.lower().endswith(TEXT):
        lines += [f"delimiter = {_toml(how.delimiter)}", f"encoding = {_toml(how.encoding)}"]
        lines += [f"decimal = {_toml(how.decimal)}"] if how.decimal != "." else []
    lines += [f"sheet = {_toml(how.sheet)}"] if how.sheet else []
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    lines.append(f'sha256 = "{digest}"  # the file as it was; delete this line where it may change')
    return "\n".join(lines) + "\n"


def _design(proposals: Sequence[Proposal]) -> Iterator[str]:
    parts = {p.role: p.column for p in proposals if p.role in ("weights", "strata", "psu")}
    if parts:
        yield "\n".join(["[designs.survey]", *(f"{role} = {_toml(column)}" for role, column in parts.items())]) + "\n"


def _variable(name: str, proposal: Proposal) -> str:
    kind = proposal.role
    lines = [f"[variables.{_key(name)}]  # {proposal.why}", f'kind = "{kind}"']
    lines += [f"label = {_toml(proposal.label)}"] if proposal.label else []
    lines += [f"column = {_toml(proposal.column)}"] if proposal.column != name else []
    if proposal.levels:
        note = "" if kind == "condition" else "  # the first level is the reference"
        lines.append(f"levels = {_table(proposal.levels)}{note}")
    lines += [f"missing = {_table(proposal.missing)}"] if proposal.missing else []
    lines += ['question = ""  # as it was asked', 'recall = ""  # over which time'] if kind == "condition" else []
    return "\n".join(lines) + "\n"


def _names(proposals: Sequence[Proposal]) -> dict[str, str]:
    """Column to the name of its variable: the condition's, else the column's own in small letters."""
    names: dict[str, str] = {}
    for proposal in proposals:
        if proposal.role not in ("condition", "categorical", "continuous"):
            continue
        known = known_covariate(proposal.column, proposal.label, proposal.role)
        own = known if known not in names.values() else ""
        name = proposal.condition or own or re.sub(r"\W+", "_", proposal.column.lower()).strip("_") or "column"
        name = name if name[0].isalpha() else f"v_{name}"
        number, base = 2, name
        while name in names.values():
            name, number = f"{base}_{number}", number + 1
        names[proposal.column] = name
    return names


def _table(entries: Mapping[str, Any]) -> str:
    return "{ " + ", ".join(f"{_key(str(name))} = {_toml(value)}" for name, value in entries.items()) + " }"


def _key(name: str) -> str:
    """A bare key where TOML takes it as one."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml(name)


def _toml(value: Any) -> str:
    """A TOML value; JSON's strings, numbers and lists of strings are TOML too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    """Text that stays on its line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
