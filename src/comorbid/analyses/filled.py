"""The report's template filled by nbconvert, compiled once a process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from nbconvert import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbformat import NotebookNode

from comorbid.analyses.clean import clean

__all__ = ["TEMPLATES", "fill_template"]

TEMPLATES = Path(__file__).with_name("templates")


def fill_template(notebook: NotebookNode, report: Mapping[str, Any]) -> str:
    """The page as the template gives it.

    Parameters
    ----------
    notebook : NotebookNode
        Executed and scrubbed.
    report : mapping
        What the template calls `resources.report`.
    """
    page, _ = TemplateExporter.from_notebook_node(_exporter(), notebook, {"report": report})
    return page


class _PageExporter(HTMLExporter):
    """nbconvert's, to be used through `TemplateExporter.from_notebook_node`.

    Its own `from_notebook_node` would parse the page once more, for marks that our template does not have.
    """

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        yield from super().default_filters()
        yield "highlight_code", Highlight2HTML(pygments_lexer="ipython3", parent=self)
        yield "clean", clean


@cache
def _exporter() -> _PageExporter:
    return _PageExporter(template_name="report", extra_template_basedirs=[str(TEMPLATES)], exclude_anchor_links=True)
