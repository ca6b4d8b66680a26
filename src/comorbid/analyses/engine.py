"""Papermill's engine, but for when it writes the notebook: when the run ends, not at the start and end of each cell."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines

__all__ = ["register"]

NAME = "comorbid"


class SavedAtTheEnd(NBClientEngine):
    """Runs a notebook as Papermill does; it is on file before the first cell, and when the last or a failed one ended.

    Writing it twice a cell takes a third of a report's time outside its kernel.
    """

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **settings: Any
    ) -> NotebookNode:
        """Run the cells; `nb_man` writes again once they have run, in whatever way that ended."""
        file, nb_man.output_path = nb_man.output_path, None
        try:
            return super().execute_managed_notebook(nb_man, kernel_name, **settings)
        finally:
            nb_man.output_path = file


def register() -> str:
    """Make the engine known to Papermill; returns the name that it has there."""
    papermill_engines.register(NAME, SavedAtTheEnd)
    return NAME
