"""A codebook as a data dictionary: a page to read, print and fill in, without any script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from comorbid.codebook import Codebook
from comorbid.variables import Variable

__all__ = ["dictionary_page"]

STYLE = """\
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
section { border-top: 1px solid #888; margin-top: 1.5rem; }
h2 { font-size: 1.15rem; } h2 code { font-weight: normal; font-size: .9rem; }
dl { display: grid; grid-template-columns: 9rem 1fr; gap: .25rem 1rem; } dd { margin: 0; }
.asked { margin: .5rem 0 .1rem; }
.answer { border: 1px solid #888; border-radius: 2px; padding: .1rem .4rem; min-height: 1.5em; white-space: pre-wrap; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } dt { font-weight: 600; } }
@media print { section { break-inside: avoid; } }
"""
FIELDS = (
    ("question", "Question, as it was asked"),
    ("recall", "Recall period"),
    ("note", "What a reader should know"),
)
"""What a codebook may lack and only a person can say."""


def dictionary_page(codebook: Codebook) -> str:
    """The page of a codebook: each variable with its levels and codes, and a field for what is not written yet.

    Every text of the codebook is escaped; the page loads nothing and runs nothing.
    """
    title = escape(codebook.title)
    body = "\n".join(
        _section(variable, variable.name in codebook.conditions) for variable in codebook.variables.values()
    )
    told = "".join(f"<p>{escape(text)}</p>" for text in (codebook.about, codebook.citation) if text)
    design = codebook.design()
    conditions = ", ".join(codebook.variables[name].label for name in codebook.conditions) or "none"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}: data dictionary</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{title}: data dictionary</h1>\n{told}"
        f"<p>Design: {escape(design.describe()) if design else 'none'}. Release: {escape(codebook.release)}.</p>\n"
        f"<p>{len(codebook.variables)} variables; conditions: {escape(conditions)}.</p>\n"
        "<p>Fields that are empty are not in the codebook yet. Fill them in here, print the page or save it "
        "(the whole page, not its source), and write the answers into the codebook.</p>\n"
        f"{body}\n</main>\n</body>\n</html>\n"
    )


def _section(variable: Variable, is_condition: bool) -> str:
    kind = "condition" if is_condition else variable.kind
    facts = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in _facts(variable) if text)
    fields = "".join(_field(variable, name, asked) for name, asked in FIELDS if _can_be_told(variable, name, kind))
    heading = f"<h2>{escape(variable.label)} <code>{escape(variable.name)}</code></h2>"
    return f"<section>\n{heading}\n<dl><dt>Kind</dt><dd>{kind}</dd>{facts}</dl>\n{fields}\n</section>"


def _facts(variable: Variable) -> Iterator[tuple[str, str]]:
    yield "Column", "" if variable.source else variable.column
    yield "Levels", "; ".join(_level(level, codes) for level, codes in variable.levels.items())
    yield "Reference", "" if variable.kind == "condition" else next(iter(variable.levels), "")
    yield "Missing", "; ".join(f"{code}: {why}" for code, why in variable.missing.items())
    yield "Unit", variable.unit
    yield "Cut from", f"{variable.source} at {', '.join(map(str, variable.breaks))}" if variable.source else ""
    yield "Limits", f"{variable.limits[0]:g} to {variable.limits[1]:g}" if variable.limits else ""
    yield "Items", ", ".join(variable.items)
    yield "Definitions", "; ".join(f"{name}: {d.label}" for name, d in variable.definitions.items())


def _level(level: str, codes: Sequence[object]) -> str:
    """A level with its codes, or alone where the file writes it as it reads."""
    said = ", ".join(map(str, codes))
    return level if said == level else f"{level} = {said}"


def _can_be_told(variable: Variable, name: str, kind: str) -> bool:
    """Whether a field makes sense: nobody was asked for a band that was cut, and only a condition looks back."""
    if getattr(variable, name) or name == "note":
        return True
    return not variable.source and (name == "question" or kind == "condition")


def _field(variable: Variable, name: str, asked: str) -> str:
    told, identifier = str(getattr(variable, name)), escape(f"{variable.name}-{name}")
    if told:
        return f"<p><strong>{asked}:</strong> {escape(told)}</p>"
    # Saved or printed, a browser keeps what stands in an element, and little of what was typed into a text area.
    return (
        f'<p class="asked" id="{identifier}">{asked}</p><div class="answer" contenteditable="true" role="textbox" '
        f'aria-multiline="true" aria-labelledby="{identifier}"></div>'
    )
