"""What the columns of a cohort mean: labels, questions, recall periods, ordered levels, missing codes, definitions."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

from comorbid.codebook_checks import (
    DEFINITION,
    DOCUMENT,
    RELEASES,
    VARIABLE,
    codebook_faults,
    levels_declared,
    missing_declared,
    require_sound,
    sound,
)
from comorbid.datafile import FILE, DataFile, datafile_faults
from comorbid.design import SurveyDesign
from comorbid.errors import CodebookError, DesignError, UnknownNameError, listed, require_known
from comorbid.variables import CONDITION_LEVELS, KINDS, Definition, Kind, Variable

__all__ = [
    "CONDITION_LEVELS",
    "KINDS",
    "Codebook",
    "Definition",
    "Kind",
    "Variable",
    "parse_codebook",
    "read_codebook",
]


LARGEST = 4 * 2**20
"""Bytes of a codebook; the largest of the study has some twenty thousand."""
MOST_DOTS = 500
"""Dots of one line; in a key each is a table in a table."""


@dataclass(frozen=True, slots=True)
class Codebook:
    """A cohort's variables and designs, with where the data come from.

    release : "public-use", or "confidential" (the default): results then pass disclosure control before they are shown.
    file : the file of people that the codebook is for, and how to read it.
    id : column that tells people apart, one row each; it is checked and goes no further.
    quasi_identifiers : variables that a neighbour could know of a person.
    left_out : columns of data that describe themselves and that do not say what they are, with what to do about each.

    Raises
    ------
    CodebookError
        When variables, conditions and designs do not fit together; every fault is listed at once.
    """

    name: str
    title: str
    variables: Mapping[str, Variable]
    conditions: tuple[str, ...]
    designs: Mapping[str, SurveyDesign] = field(default_factory=dict)
    default_design: str = ""
    synthetic: bool = False
    release: Literal["public-use", "confidential"] = "confidential"
    about: str = ""
    citation: str = ""
    url: str = ""
    universe: str = ""
    universe_reason: str = ""
    people: int | None = None
    file: DataFile = field(default_factory=DataFile)
    id: str = ""
    quasi_identifiers: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        faults = codebook_faults(self.variables, self.conditions, self.designs, self.default_design)
        require_sound(faults, f"the codebook of {self.title}")

    def __getitem__(self, name: str) -> Variable:
        if name in self.left_out:
            raise CodebookError(f"`{name}` cannot be used as it is: it {self.left_out[name]}.")
        if name in self.variables:
            return self.variables[name]
        reading = [v.name for v in self.variables.values() if v.column.casefold() == str(name).casefold()]
        if reading:
            raise UnknownNameError(f"{name!r} is a column, which variable {listed(reading)} reads: write that name.")
        return self.variables[require_known(name, self.variables, "variable", f"the codebook of {self.title}")]

    def condition(self, name: str) -> Variable:
        """The variable of a condition; a name that is no condition is an error that lists the conditions."""
        if name in self.left_out:
            return self[name]
        return self.variables[require_known(name, self.conditions, "condition", self.title)]

    def define(self, definitions: Mapping[str, str]) -> Codebook:
        """The same codebook with conditions under other definitions, e.g. {"fibromyalgia": "F"}."""
        variables = dict(self.variables)
        for name, definition in definitions.items():
            variables[name] = self[name].defined_as(definition)
        return replace(self, variables=variables)

    @property
    def labels(self) -> dict[str, str]:
        return {name: variable.label for name, variable in self.variables.items()}

    def design(self, name: str | None = None) -> SurveyDesign | None:
        """A design of the codebook by name; the default one without a name; None when the cohort has none."""
        name = name or self.default_design
        if not name:
            return None
        return self.designs[require_known(name, self.designs, "design", f"the codebook of {self.title}")]


def read_codebook(path: Path | str) -> Codebook:
    """Read a codebook from a TOML file.

    Raises
    ------
    CodebookError
        When the file is absent, is not TOML, or does not hold together; every fault is listed at once.
    """
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST:
            raise CodebookError(f"{path.name} is larger than {LARGEST:,} bytes, which no codebook is.")
        text = path.read_text(encoding="utf-8")
        if any(line.count(".") > MOST_DOTS for line in text.splitlines()):
            raise RecursionError  # a key of so many parts would fill the memory of the parser
        document = tomllib.loads(text)
    except FileNotFoundError:
        raise CodebookError(f"no codebook at {path}.") from None
    except OSError as fault:
        raise CodebookError(f"the codebook {path} cannot be read: {fault.strerror or fault}.") from None
    except RecursionError:
        raise CodebookError(f"{path.name} is nested deeper than any codebook is.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise CodebookError(f"{path.name} cannot be read as TOML: {fault}.") from None
    book = parse_codebook(document, path.name)
    return replace(book, file=replace(book.file, path=str(path.parent / book.file.path))) if book.file.path else book


def parse_codebook(document: Mapping[str, Any], where: str = "the codebook") -> Codebook:
    """A codebook from a mapping with the keys of the TOML file; see `read_codebook`."""
    faults: list[str] = []
    given = sound(document, DOCUMENT, where, faults)
    variables = {
        name: _variable(name, entry, faults) for name, entry in _tables(given, "variables", "variable", faults)
    }
    designs = {name: _design(name, entry, faults) for name, entry in _tables(given, "designs", "design", faults)}
    given["designs"] = {name: design for name, design in designs.items() if design is not None}
    given["variables"] = variables
    given["file"] = _file(given.get("file", {}), faults, [*_coded_as_text(variables), *filter(None, [given.get("id")])])
    given["conditions"] = tuple(
        given.get("conditions", [name for name, variable in variables.items() if variable.kind == "condition"])
    )
    given["quasi_identifiers"] = tuple(given.get("quasi_identifiers", ()))
    given.setdefault("name", "cohort")
    given.setdefault("title", given["name"])
    given.setdefault("default_design", next(iter(designs), ""))
    faults += _faults(given, variables)
    faults += codebook_faults(variables, given["conditions"], designs, given["default_design"])
    require_sound(faults, where)
    return Codebook(**given)


def _faults(given: Mapping[str, Any], variables: Mapping[str, Variable]) -> Iterator[str]:
    """What is wrong with a document beyond its single tables."""
    for name in given["quasi_identifiers"]:
        if name not in variables:
            yield f"quasi_identifiers names {name!r}, which is no variable"
    for variable in variables.values():
        if variable.is_categorical and len(variable.levels) < 2:
            yield f"variable {variable.name!r} has fewer than two levels"
    if not variables:
        yield "no [variables.<name>] table"
    if given.get("release", RELEASES[0]) not in RELEASES:
        yield f"release is {given['release']!r} (accepted: {listed(RELEASES)})"


def _tables(given: Mapping[str, Any], name: str, what: str, faults: list[str]) -> list[tuple[str, Mapping[str, Any]]]:
    """The tables under a key; anything else there is a fault."""
    entries = given.get(name, {})
    faults += [f"{what} {key!r} is not a table" for key, entry in entries.items() if not isinstance(entry, Mapping)]
    return [(str(key), entry) for key, entry in entries.items() if isinstance(entry, Mapping)]


def _coded_as_text(variables: Mapping[str, Variable]) -> list[str]:
    """Columns with a declared code that a number would not keep, such as 01."""
    written = {
        variable.column: [*variable.missing, *(code for codes in variable.levels.values() for code in codes)]
        for variable in variables.values()
    }
    return [name for name, codes in written.items() if any(re.fullmatch(r"-?0\d+", str(code)) for code in codes)]


def _file(entry: Mapping[str, Any], faults: list[str], as_text: list[str]) -> DataFile:
    """The [file] table; where it has faults, a file of no path."""
    given = sound(entry, FILE, "[file]", faults)
    wrong = datafile_faults(given)
    faults += wrong
    if wrong:
        return DataFile()
    texts = tuple(dict.fromkeys([*given.get("text", ()), *as_text]))
    return DataFile(**{**given, "text": texts, "ticked": tuple(given.get("ticked", ()))})


def _design(name: str, entry: Mapping[str, Any], faults: list[str]) -> SurveyDesign | None:
    known = [part.name for part in fields(SurveyDesign)]
    unknown = [key for key in entry if key not in known]
    if unknown:
        faults.append(f"design {name!r} has an unknown key {unknown[0]!r} (accepted: {listed(known, 20)})")
        return None
    try:
        return SurveyDesign(**entry)
    except (TypeError, DesignError) as fault:
        faults.append(f"design {name!r}: {fault}")
        return None


def _variable(name: str, entry: Mapping[str, Any], faults: list[str]) -> Variable:
    where = f"variable {name!r}"
    given = sound(entry, VARIABLE, where, faults)
    given.setdefault("kind", "categorical" if "levels" in given else "continuous")
    given["levels"] = levels_declared(given, where, faults)
    given["missing"] = missing_declared(given.get("missing", {}), where, faults)
    given["definitions"] = {
        key: _definition(key, table, where, faults)
        for key, table in _tables(given, "definitions", "definition", faults)
    }
    for listed_key in ("items", "breaks", "limits"):
        if listed_key in given:
            given[listed_key] = tuple(given[listed_key])
    chosen = given.pop("definition", "")
    variable = Variable(name=name, **{"label": name.replace("_", " "), "column": name, **given})
    if chosen and chosen not in variable.definitions:
        faults.append(f"{where} is defined as {chosen!r}, which is not among its definitions")
    faults += [
        f"{where} has definitions of which only some have a {part}; give it to each, or to the variable"
        for part in ("question", "recall")
        if len({bool(getattr(definition, part)) for definition in variable.definitions.values()}) > 1
    ]
    if variable.definitions and not chosen:
        faults.append(f'{where} has definitions; say which is in use with definition = "..."')
    return variable.defined_as(chosen) if chosen in variable.definitions else variable


def _definition(name: str, entry: Mapping[str, Any], where: str, faults: list[str]) -> Definition:
    given = sound(entry, DEFINITION, f"definition {name!r} of {where}", faults)
    faults += [f"definition {name!r} of {where} has no {part}" for part in ("label", "column") if part not in given]
    words = {part: given.get(part, "") for part in ("note", "question", "recall")}
    items = tuple(given.get("items", ()))
    return Definition(name, given.get("label", name), given.get("column", name), items, **words)
