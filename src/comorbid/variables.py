"""One variable of a cohort: what its column means, and how its source codes read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from numbers import Integral, Real
from typing import Any, Literal

from comorbid.errors import require_known

Kind = Literal["condition", "categorical", "continuous"]
KINDS = ("condition", "categorical", "continuous")
CONDITION_LEVELS = ("no", "yes")
TINY = 1e-70
"""SAS transport files write zero as a tiny number now and then; below this a value is zero."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One way to define a condition: a name, what it says, the column that carries it and the items it uses.

    question, recall : where they are not those of the condition.
    """

    name: str
    label: str
    column: str
    items: tuple[str, ...] = ()
    note: str = ""
    question: str = ""
    recall: str = ""


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
            self,
            definition=name,
            label=chosen.label,
            column=chosen.column,
            items=chosen.items,
            note=chosen.note,
            question=chosen.question or self.question,
            recall=chosen.recall or self.recall,
        )


def key(value: Any) -> str:
    """A source code as text: 1, 1.0 and "1" are one code; a tiny float is zero; blanks around text do not count."""
    if isinstance(value, bool) or getattr(value, "dtype", "") == "bool":
        return str(int(value))
    if isinstance(value, Real | Decimal) and not isinstance(value, Integral):
        number = float(value)
        if abs(number) < TINY:
            return "0"
        return str(int(number)) if number.is_integer() else repr(number)
    return str(value).strip()
