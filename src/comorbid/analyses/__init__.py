"""Notebooks run as reports: parameters checked first, one process each, published whole or not at all.

`Report` is what a notebook writes its tables and figures through. `load_study` reads the list of analyses and
`run_study` runs them; both stay clear of Jupyter's imports, which only the worker process pays for.
"""

from __future__ import annotations

from importlib import import_module

_HOMES = {
    "Analysis": "study",
    "Parameter": "parameters",
    "Report": "report",
    "Study": "study",
    "load_study": "study",
    "read_parameters": "parameter_cell",
    "run_study": "runner",
}

__all__ = [
    "Analysis",
    "Parameter",
    "Report",
    "Study",
    "load_study",
    "read_parameters",
    "run_study",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
