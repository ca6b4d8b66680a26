"""What a declaration can ask for: functions by name, each of one kind of rebuilding."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from comorbid.errors import SpecError, require_known

FROM_COUNTS, SIMULATION, REPLICATION = "from counts", "design simulation", "replication"
Rows = Mapping[str, Mapping[str, Any]]
"""Published estimates: by id, the columns of `published_estimates`."""

KINDS = (FROM_COUNTS, SIMULATION, REPLICATION)


@dataclass(frozen=True, slots=True)
class Number:
    """What rebuilding gave.

    Attributes
    ----------
    measure : str
        What `estimate` is: "odds_ratio", "prevalence", "interval_width_ratio", ...
    estimate, conf_low, conf_high : float
        NaN for limits that do not exist.
    detail : str
        A sentence on how it came about, shown beside the verdict.
    least : bool
        Of a design simulation: the simulated intervals are the narrowest possible, so only too narrow can be told.
    """

    measure: str
    estimate: float
    conf_low: float = float("nan")
    conf_high: float = float("nan")
    detail: str = ""
    least: bool = False


@dataclass(frozen=True, slots=True)
class Rebuilder:
    """A function of the registry: `function(given, **arguments)` returns a `Number`.

    `given` is the published estimates by id, and of a replication the cohort.
    """

    kind: str
    function: Callable[..., Number]


REGISTRY: dict[str, Rebuilder] = {}


def rebuilds(kind: str) -> Callable[[Callable[..., Number]], Callable[..., Number]]:
    """Put a function into the registry, under its own name."""

    def register(function: Callable[..., Number]) -> Callable[..., Number]:
        REGISTRY[function.__name__] = Rebuilder(require_known(kind, KINDS, "kind of rebuilding"), function)
        return function

    return register


def check_call(what: str, kind: str, arguments: Mapping[str, Any], where: str) -> None:
    """Raise unless the named function exists, is of this kind and takes these arguments.

    Raises
    ------
    UnknownNameError, SpecError
    """
    found = REGISTRY[require_known(what, REGISTRY, "function", where)]
    if found.kind != kind:
        raise SpecError(f"{where}: {what!r} is of kind {found.kind!r}, not {kind!r}; kinds are never mixed.")
    try:
        inspect.signature(found.function).bind(None, **arguments)
    except TypeError as fault:
        raise SpecError(f"{where}: {what} {fault}.") from None
