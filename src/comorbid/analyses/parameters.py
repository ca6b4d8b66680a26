"""Parameters of an analysis: what each accepts, and what a command line makes of it.

A misspelt name, a wrong type and a value outside the choices are refused here, before any kernel starts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from comorbid.errors import AnalysisError, UnknownNameError, require_known

__all__ = ["KINDS", "Parameter", "parse_assignments", "require_parameter", "resolve_parameters"]

KINDS: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}
WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of a parameters cell.

    Attributes
    ----------
    name, kind : str
        Name, and type of a value: str, int, float or bool.
    default : object
        Literal of the notebook.
    optional, many : bool
        Whether None is a value; whether the value is a list.
    choices : tuple
        Accepted values; empty when all of the type are.
    help : str
        The comment of its line.
    """

    name: str
    kind: str
    default: Any
    optional: bool = False
    many: bool = False
    choices: tuple[Any, ...] = ()
    choices_from: str = ""
    help: str = ""

    @property
    def type_name(self) -> str:
        """Type as a person would write it: `list of str`, `int or none`."""
        return ("list of " if self.many else "") + self.kind + (" or none" if self.optional else "")

    def parse(self, text: str) -> Any:
        """Value of a text from the command line.

        Raises
        ------
        AnalysisError
            When the text is not of the type or not among the choices.
        """
        if self.optional and text.strip().lower() in {"none", ""}:
            return None
        if self.many:
            return [self.parse_one(part.strip()) for part in text.split(",") if part.strip()]
        return self.parse_one(text)

    def accept(self, value: Any, where: str) -> Any:
        """`value` itself, when it has the type and is among the choices; otherwise an AnalysisError."""
        if value is None and self.optional:
            return None
        if isinstance(value, list) is not self.many:
            raise AnalysisError(f"{where}: `{self.name}` wants {self.type_name}, found {type(value).__name__}.")
        return [self._typed(v, where) for v in value] if self.many else self._typed(value, where)

    def parse_one(self, text: str) -> Any:
        try:
            value = WORDS[text.strip().lower()] if self.kind == "bool" else KINDS[self.kind](text)
        except (KeyError, ValueError):
            raise AnalysisError(f"-p {self.name}={text}: {self.name} wants {self._wanted()}.") from None
        return self._chosen(value, f"-p {self.name}={text}")

    def _typed(self, value: Any, where: str) -> Any:
        value = float(value) if self.kind == "float" and type(value) is int else value
        if type(value) is not KINDS[self.kind]:
            raise AnalysisError(f"{where}: `{self.name}` wants {self._wanted()}, found {type(value).__name__}.")
        return self._chosen(value, where)

    def _wanted(self) -> str:
        kind = {"int": "a whole number", "float": "a number", "bool": "true or false", "str": "text"}[self.kind]
        return kind + (" (several, separated by commas)" if self.many else "")

    def _chosen(self, value: Any, where: str) -> Any:
        if self.choices and value not in self.choices:
            try:
                require_known(str(value), [str(choice) for choice in self.choices], f"value of `{self.name}`")
            except UnknownNameError as fault:
                raise AnalysisError(f"{where}: {fault}") from None
        return value


def resolve_parameters(
    parameters: Sequence[Parameter],
    given: Mapping[str, str],
    *,
    where: str,
    study: Mapping[str, Any] | None = None,
    names: Mapping[str, Iterable[str]] | None = None,
) -> dict[str, Any]:
    """Value of every parameter: from the command line, else the study, else the notebook.

    Parameters
    ----------
    parameters : sequence of Parameter
    given : mapping of str to str
        Texts from the command line.
    where : str
        Name of the analysis, for messages.
    study : mapping, optional
        Values that the study file sets.
    names : mapping, optional
        What `choices: conditions` and `choices: variables` stand for in this cohort.

    Raises
    ------
    AnalysisError
        For an unknown name, a wrong type or a value outside the choices.
    """
    parameters = [_with_names(parameter, names or {}) for parameter in parameters]
    known = {parameter.name: parameter for parameter in parameters}
    for name in [*given, *(study or {})]:
        require_parameter(name, known, where)
    fixed = {name: known[name].accept(value, where) for name, value in (study or {}).items()}
    asked = {name: known[name].parse(text) for name, text in given.items()}
    defaults = {name: known[name].accept(known[name].default, f"{where}, default") for name in known}
    return {**defaults, **fixed, **asked}


def parse_assignments(texts: Iterable[str]) -> dict[str, str]:
    """`name=value` texts as a dictionary; a text without `=`, or a name given twice, is an AnalysisError."""
    given: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name.isidentifier():
            raise AnalysisError(f"-p wants name=value, found {text!r}.")
        if name in given:
            raise AnalysisError(f"-p {name}= is given twice.")
        given[name] = value
    return given


def require_parameter(name: str, known: Iterable[str], where: str) -> None:
    """Raise an AnalysisError, with the nearest name, when `name` is not one of the parameters `known`."""
    try:
        require_known(name, known, "parameter", where)
    except UnknownNameError as fault:
        raise AnalysisError(str(fault)) from None


def _with_names(parameter: Parameter, names: Mapping[str, Iterable[str]]) -> Parameter:
    if parameter.choices_from not in names:
        return parameter
    return replace(parameter, choices=tuple(names[parameter.choices_from]))
