"""Result frames as tables for readers: formatted strings, HTML, Markdown, terminal."""

from comorbid.tables.estimates import format_estimates
from comorbid.tables.html import to_html
from comorbid.tables.paper import save_table, to_latex
from comorbid.tables.table import Table
from comorbid.tables.text import to_markdown, to_text

__all__ = ["Table", "format_estimates", "save_table", "to_html", "to_latex", "to_markdown", "to_text"]
