"""What the columns of a cohort mean: labels, questions, recall periods, ordered levels, missing codes, definitions."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from comorbid.design import SurveyDesign
from comorbid.errors import CodebookError, DesignError, listed, require_known

Kind = Literal["condition", "categorical", "continuous"]
KINDS = ("condition", "categorical", "continuous")
CONDITION_LEVELS = ("no", "yes")


@dataclass(frozen=True, slots=True)
class Definition:
    """One way to define a condition: a name, what it says, the column that carries it and the items it uses."""

    name: str
    label: str
    column: str
    items: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a cohort.

    name : as code and formulas call it.
    kind : "condition" (no, yes), "categorical" (ordered levels, the reference first) or "continuous".
    label, unit, question, recall, note : as a reader is told.
    column : column of the source that holds it.
    levels : mapping of level to the source codes that mean it; the first level is the reference.
    missing : mapping of source codes to why a value is missing; an empty value is always missing.
    items : survey items that the variable rests on, to find definitions that share some.
    source, breaks : a banded variable cuts the continuous one named `source` at `breaks` (closed on the left).
    limits : smallest and largest possible value of a continuous variable.
    definitions : named alternatives; `definition` is the one in use.
    measured_in : name of the design whose weights fit the variable, when it was not measured in everybody.
    """

    name: str
    kind: Kind
    label: str
    column: str = ""
    levels: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    question: str = ""
    recall: str = ""
    items: tuple[str, ...] = ()
    note: str = ""
    source: str = ""
    breaks: tuple[float, ...] = ()
    limits: tuple[float, float] | None = None
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    definition: str = ""
    measured_in: str = ""

    @property
    def level_names(self) -> tuple[str, ...]:
        return tuple(self.levels)

    @property
    def reference(self) -> str | None:
        """First level; None for a continuous variable."""
        return next(iter(self.levels), None)

    @property
    def is_categorical(self) -> bool:
        return self.kind != "continuous"

    def defined_as(self, name: str) -> Variable:
        """The same condition under another of its definitions."""
        chosen = self.definitions[require_known(name, self.definitions, "definition", f"the codebook of {self.name}")]
        return replace(
            self, definition=name, label=chosen.label, column=chosen.column, items=chosen.items, note=chosen.note
        )


@dataclass(frozen=True, slots=True)
class Codebook:
    """A cohort's variables and designs, with where the data come from."""

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

    def __getitem__(self, name: str) -> Variable:
        return self.variables[require_known(name, self.variables, "variable", f"the codebook of {self.title}")]

    def condition(self, name: str) -> Variable:
        """The variable of a condition; a name that is no condition is an error that lists the conditions."""
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
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CodebookError(f"no codebook at {path}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise CodebookError(f"{path.name} cannot be read as TOML: {fault}.") from None
    return parse_codebook(document, path.name)


def parse_codebook(document: Mapping[str, Any], where: str = "the codebook") -> Codebook:
    """A codebook from a mapping with the keys of the TOML file; see `read_codebook`."""
    faults: list[str] = []
    variables = {name: _variable(name, entry, faults) for name, entry in document.get("variables", {}).items()}
    designs = {name: _design(name, entry, faults) for name, entry in document.get("designs", {}).items()}
    conditions = tuple(name for name, variable in variables.items() if variable.kind == "condition")
    conditions = tuple(document.get("conditions", conditions))
    faults += [
        f"condition {name!r} is no variable of kind condition"
        for name in conditions
        if name not in variables or variables[name].kind != "condition"
    ]
    faults += [
        f"variable {v.name!r} cuts {v.source!r}, which is no continuous variable"
        for v in variables.values()
        if v.source and (v.source not in variables or variables[v.source].kind != "continuous")
    ]
    if not variables:
        faults.append("no [variables.<name>] table")
    if faults:
        raise CodebookError(f"{where} does not hold together: " + "; ".join(faults) + ".")
    plain = (
        "title",
        "default_design",
        "synthetic",
        "release",
        "about",
        "citation",
        "url",
        "universe",
        "universe_reason",
        "people",
    )
    given = {key: document[key] for key in plain if key in document}
    name = document.get("name", "cohort")
    given.setdefault("title", name)
    given.setdefault("default_design", next(iter(designs), ""))
    kept = {key: design for key, design in designs.items() if design is not None}
    return Codebook(name=name, variables=variables, conditions=conditions, designs=kept, **given)


def _design(name: str, entry: Mapping[str, Any], faults: list[str]) -> SurveyDesign | None:
    try:
        return SurveyDesign(**entry)
    except (TypeError, DesignError) as fault:
        faults.append(f"design {name!r}: {fault}")
        return None


def _variable(name: str, entry: Mapping[str, Any], faults: list[str]) -> Variable:
    known = {
        "kind",
        "label",
        "column",
        "levels",
        "missing",
        "unit",
        "question",
        "recall",
        "items",
        "note",
        "source",
        "breaks",
        "limits",
        "definitions",
        "definition",
        "measured_in",
    }
    faults += [
        f"variable {name!r} has an unknown key {key!r} (accepted: {listed(sorted(known), 20)})"
        for key in entry
        if key not in known
    ]
    kind = entry.get("kind", "categorical" if "levels" in entry else "continuous")
    if kind not in KINDS:
        faults.append(f"variable {name!r} has kind {kind!r} (accepted: {listed(KINDS)})")
    levels = _levels(entry, kind)
    if kind != "continuous" and len(levels) < 2:
        faults.append(f"variable {name!r} has fewer than two levels")
    definitions = {key: _definition(key, value) for key, value in entry.get("definitions", {}).items()}
    variable = Variable(
        name=name,
        kind=kind,
        label=entry.get("label", name.replace("_", " ")),
        column=entry.get("column", name),
        levels=levels,
        missing={str(code): str(why) for code, why in entry.get("missing", {}).items()},
        items=tuple(entry.get("items", ())),
        breaks=tuple(entry.get("breaks", ())),
        limits=tuple(entry["limits"]) if "limits" in entry else None,
        definitions=definitions,
        **{key: entry[key] for key in ("unit", "question", "recall", "note", "source", "measured_in") if key in entry},
    )
    if "definition" in entry and entry["definition"] not in definitions:
        faults.append(f"variable {name!r} is defined as {entry['definition']!r}, which is not among its definitions")
        return variable
    return variable.defined_as(entry["definition"]) if definitions and "definition" in entry else variable


def _levels(entry: Mapping[str, Any], kind: str) -> dict[str, tuple[Any, ...]]:
    if kind == "condition" and "levels" not in entry:
        return {"no": (0,), "yes": (1,)}
    levels = entry.get("levels", {})
    if isinstance(levels, list):
        return {str(level): (level,) for level in levels}
    return {str(level): tuple(codes) if isinstance(codes, list) else (codes,) for level, codes in levels.items()}


def _definition(name: str, entry: Mapping[str, Any]) -> Definition:
    return Definition(name, entry["label"], entry["column"], tuple(entry.get("items", ())), entry.get("note", ""))
