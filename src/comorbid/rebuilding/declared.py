"""Declarations of `data/evidence/rebuilds.toml`: which numbers are rebuilt, and the judgement on each claim."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from typing import Any, TypeVar

from comorbid.errors import SpecError, listed, require_known
from comorbid.paths import resource_dir
from comorbid.rebuilding.registry import KINDS, REPLICATION, check_call
from comorbid.restriction import names_in, parse_restriction

FILE = "rebuilds.toml"
OUTSIDE = "not checkable with this kind of data"
JUDGEMENTS = ("agrees", "agrees within rounding", "differs", "overstated", "misread", OUTSIDE)
Declared = TypeVar("Declared", "Rebuild", "Judgement")


@dataclass(frozen=True, slots=True)
class Rebuild:
    """One number that is rebuilt.

    Attributes
    ----------
    id, claim, analysis : str
        Its own name, the claim it bears on, the analysis of `notebooks/study.toml` that shows it.
    label, remark : str
        What the number is, and what explains it or its difference, in words; {outcome}, {exposure}, {condition} and
        names of variables stand for the cohort's own labels, so that a proxy is called one.
    kind : {"from counts", "design simulation", "replication"}
    what, arguments : str, mapping
        Function of the registry and its arguments.
    tolerance : float
        How far the number may be from what it is held against: on the log scale for ratios, else on its own scale.
    because : str
        Reason of the tolerance.
    published : str
        Id of the published estimate it is compared with; empty when there is none.
    printed : str
        What was printed, where that is not the estimate of the row: "2.2%", "12", "2.9 (2.8 to 2.9)".
    recorded : float or mapping of cohort to float
        Value known from before that the tolerance guards instead of the published one; for numbers that differ from
        what was published and for replications.
    """

    id: str
    claim: str
    analysis: str
    label: str
    kind: str
    what: str
    tolerance: float
    because: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    published: str = ""
    printed: str = ""
    remark: str = ""
    recorded: float | Mapping[str, float] | None = None

    def needs(self) -> tuple[str, ...]:
        """Columns of a cohort that a replication uses."""
        among = self.arguments.get("among")
        looked_at = names_in(parse_restriction(among)) if among else ()
        more = [*self.arguments.get("covariates", []), *self.arguments.get("others", [])]
        names = [*self._variables().values(), *more, *looked_at]
        return tuple(dict.fromkeys(names))

    def in_words(self, text: str, labels: Mapping[str, str]) -> str:
        """A label or remark with variables called as the cohort calls them."""
        names = {**{name: name for name in self.needs()}, **self._variables()} if self.kind == REPLICATION else {}
        words = {key: labels.get(name, name.replace("_", " ")) for key, name in names.items()}
        filled = text.format(**words) if words else text
        return filled[:1].upper() + filled[1:] if text == self.label else filled

    def _variables(self) -> dict[str, str]:
        return {key: self.arguments[key] for key in ("outcome", "exposure", "condition") if key in self.arguments}

    def target(self, cohort: str) -> float | None:
        """Recorded value, for this cohort where it is recorded by cohort."""
        return self.recorded.get(cohort) if isinstance(self.recorded, Mapping) else self.recorded


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was concluded on a claim, why, and the rebuilt numbers (ids) it rests on."""

    id: str
    verdict: str
    why: str
    analysis: str
    rests_on: tuple[str, ...] = ()


@cache
def rebuilds() -> tuple[Rebuild, ...]:
    """Every declared number, in the order of the file.

    Raises
    ------
    SpecError, UnknownNameError
        For a declaration that cannot be carried out.
    """
    found = tuple(_make(Rebuild, name, table) for name, table in _tables("rebuild").items())
    for row in found:
        require_known(row.kind, KINDS, "kind of rebuilding", row.id)
        check_call(row.what, row.kind, row.arguments, row.id)
    return found


@cache
def judgements() -> Mapping[str, Judgement]:
    """The judgement on each claim, by its id."""
    found = {name: _make(Judgement, name, table) for name, table in _tables("claim").items()}
    for row in found.values():
        require_known(row.verdict, JUDGEMENTS, "verdict", row.id)
    return found


def _tables(kind: str) -> dict[str, dict[str, Any]]:
    tables: dict[str, dict[str, Any]] = _read().get(kind, {})
    return tables


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads((resource_dir("evidence") / FILE).read_text(encoding="utf-8"))


def _make(kind: type[Declared], name: str, table: Mapping[str, Any]) -> Declared:
    required = [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]
    lacking = [key for key in required if key not in {*table, "id"}]
    unknown = [key for key in table if key not in {f.name for f in fields(kind)} - {"id"}]
    if lacking or unknown:
        said = [f"lacks {listed(lacking)}"] * bool(lacking) + [f"has an unknown key {listed(unknown)}"] * bool(unknown)
        raise SpecError(f"{FILE}, {name}: {' and '.join(said)}.")
    values: dict[str, Any] = {key: tuple(value) if key == "rests_on" else value for key, value in table.items()}
    return kind(id=name, **values)
