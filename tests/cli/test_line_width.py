"""How wide a table is printed: as the terminal, or the same everywhere in a pipe."""

from __future__ import annotations

import sys

import pytest

from comorbid.cli.output import NARROWEST, PIPED, line_width


@pytest.mark.parametrize(
    ("terminal", "columns", "width"),
    [(True, "80", 80), (True, "180", 180), (True, "20", NARROWEST), (False, "80", PIPED)],
)
def test_a_terminal_decides_and_a_pipe_does_not(
    terminal: bool, columns: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    monkeypatch.setenv("COLUMNS", columns)
    assert line_width() == width
