"""Whether a codebook holds together: every fault as one line of text, all of them at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from comorbid.errors import CodebookError, listed
from comorbid.variables import CONDITION_LEVELS, KINDS, Variable, key

TEXT = (str,)
LIST = (list, tuple)
TABLE = (Mapping,)
DOCUMENT: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("name", "title", "default_design", "release", "about", "citation"), TEXT),
    **dict.fromkeys(("url", "universe", "universe_reason", "id"), TEXT),
    **dict.fromkeys(("variables", "designs", "file"), TABLE),
    **dict.fromkeys(("conditions", "quasi_identifiers"), LIST),
    "synthetic": (bool,),
    "people": (int,),
}
"""Keys of a codebook, with the types that their values may have; below, those of a variable and a definition."""
VARIABLE: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("kind", "label", "column", "unit", "question", "recall", "note", "source"), TEXT),
    **dict.fromkeys(("definition", "measured_in"), TEXT),
    **dict.fromkeys(("levels", "missing"), TABLE + LIST),
    **dict.fromkeys(("items", "breaks", "limits"), LIST),
    "definitions": TABLE,
}
DEFINITION: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("label", "column", "note", "question", "recall"), TEXT),
    "items": LIST,
}
RELEASES = ("public-use", "confidential")
CODE_TYPES = (str, int, float)
NAMES = {str: "text", bool: "true or false", int: "a whole number", list: "a list", tuple: "a list", Mapping: "a table"}


def require_sound(faults: Collection[str], where: str) -> None:
    """Raise a CodebookError that lists every fault, once each."""
    if faults:
        raise CodebookError(f"{where} does not hold together: " + "; ".join(dict.fromkeys(faults)) + ".")


def sound(entry: Any, types: Mapping[str, tuple[type, ...]], where: str, faults: list[str]) -> dict[str, Any]:
    """The entries with a known key and a value of its type; a fault for each of the others."""
    if not isinstance(entry, Mapping):
        faults.append(f"{where} is not a table")
        return {}
    given = {}
    for name, value in entry.items():
        if name not in types:
            faults.append(f"{where} has an unknown key {name!r} (accepted: {listed(sorted(types), 20)})")
        elif not isinstance(value, types[name]):
            wanted = " or ".join(dict.fromkeys(NAMES[kind] for kind in types[name]))
            faults.append(f"{where}: {name} is {type(value).__name__}, where {wanted} is accepted")
        else:
            given[name] = value
    return given


def levels_declared(entry: Mapping[str, Any], where: str, faults: list[str]) -> dict[str, tuple[Any, ...]]:
    """Levels with their source codes, from a list of levels or a table of level = code or codes."""
    if "levels" not in entry:
        return {"no": (0,), "yes": (1,)} if entry["kind"] == "condition" else {}
    given = entry["levels"]
    if not isinstance(given, Mapping):
        faults += [
            f"{where} declares level {name!r} twice" for name, times in Counter(map(str, given)).items() if times > 1
        ]
        given = {str(level): level for level in given}
    levels = {str(name): tuple(codes) if isinstance(codes, LIST) else (codes,) for name, codes in given.items()}
    faults += [
        f"{where}: level {name!r} has a code that is neither text nor number"
        for name, codes in levels.items()
        if not all(isinstance(code, CODE_TYPES) for code in codes)
    ]
    return levels


def missing_declared(given: Any, where: str, faults: list[str]) -> dict[str, str]:
    """Missing codes with why, from a table of code = why or a list of codes."""
    reasons = given if isinstance(given, Mapping) else {key(code): "missing" for code in given}
    if not all(isinstance(why, str) for why in reasons.values()):
        faults.append(f'{where}: missing is a list of codes such as [7, 9], or a table such as {{ 7 = "refused" }}')
    return {key(code): str(why) for code, why in reasons.items()}


def codebook_faults(
    variables: Mapping[str, Variable],
    conditions: Iterable[str],
    designs: Collection[str],
    default_design: str,
) -> list[str]:
    """Faults of variables, and of what they say about one another and the designs."""
    faults = [fault for variable in variables.values() for fault in variable_faults(variable)]
    for name, times in Counter(conditions).items():
        if name not in variables or variables[name].kind != "condition":
            faults.append(f"condition {name!r} is no variable of kind condition")
        if times > 1:
            faults.append(f"condition {name!r} is listed {times} times")
    for variable in variables.values():
        source = variables.get(variable.source) if variable.source else None
        if variable.source and (source is None or source.kind != "continuous"):
            faults.append(f"variable {variable.name!r} cuts {variable.source!r}, which is no continuous variable")
        if variable.measured_in and variable.measured_in not in designs:
            faults.append(f"variable {variable.name!r} is measured in {variable.measured_in!r}, which is no design")
    if default_design and default_design not in designs:
        faults.append(f"default_design {default_design!r} is not among the designs ({listed(designs) or 'none'})")
    return faults


def variable_faults(variable: Variable) -> Iterator[str]:
    """Faults of one variable by itself."""
    where = f"variable {variable.name!r}"
    if variable.kind not in KINDS:
        yield f"{where} has kind {variable.kind!r} (accepted: {listed(KINDS)})"
    elif variable.kind == "condition" and variable.level_names != CONDITION_LEVELS:
        yield (
            f"{where} is a condition with levels {listed(variable.level_names)}: a condition has the levels no and "
            "yes, in this order; merge others into them or missing, or make it categorical"
        )
    elif variable.kind == "continuous" and variable.levels:
        yield f"{where} is continuous and has levels; leave one of the two out"
    yield from _code_faults(variable, where)
    yield from _band_faults(variable, where)
    yield from _limit_faults(variable, where)


def _code_faults(variable: Variable, where: str) -> Iterator[str]:
    """A code means one thing; each level has one, unless its variable is cut from another."""
    level_of: dict[str, str] = {}
    for level, codes in variable.levels.items():
        if not codes and not variable.source:
            yield f"{where}: level {level!r} has no code"
        for code in dict.fromkeys(map(key, codes)):
            if code in level_of:
                yield f"{where}: code {code!r} stands for both {level_of[code]!r} and {level!r}"
            elif code in variable.missing:
                yield f"{where}: code {code!r} is declared both as level {level!r} and as missing"
            elif code == "":
                yield f"{where}: level {level!r} has the empty code, which is always missing"
            level_of[code] = level


def _band_faults(variable: Variable, where: str) -> Iterator[str]:
    if bool(variable.source) != bool(variable.breaks):
        yield f"{where}: source and breaks go together"
    elif variable.source and variable.kind == "continuous":
        yield f"{where} is cut into bands and needs levels"
    elif variable.source:
        breaks, n_levels = variable.breaks, len(variable.levels)
        if len(breaks) != n_levels:
            yield f"{where} has {len(breaks)} breaks for {n_levels} levels; each break is where a level begins"
        if not _ascending(breaks):
            yield f"{where} has breaks that are not numbers in ascending order"


def _limit_faults(variable: Variable, where: str) -> Iterator[str]:
    if variable.limits is None:
        return
    if variable.kind != "continuous":
        yield f"{where} has limits, which belong to continuous variables"
    if len(variable.limits) != 2 or not _ascending(variable.limits):
        yield f"{where} has limits that are not two numbers, the smaller first"


def _ascending(numbers: tuple[Any, ...]) -> bool:
    plain = all(isinstance(number, (int, float)) and not isinstance(number, bool) for number in numbers)
    return plain and all(low < high for low, high in pairwise(numbers))
