"""Reports as PDF, printed by a headless browser where one is installed; the page's own print style applies."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from comorbid.errors import AnalysisError, listed

__all__ = ["BROWSER", "find_browser", "print_page"]

BROWSER = "COMORBID_BROWSER"
"""Program to print with, where it is not found by its name."""

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
QUIET = (
    "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-extensions", "--no-pdf-header-footer", "--generate-pdf-document-outline",
)  # fmt: skip
NEIGHBOUR = re.compile(r"""(<a\b[^>]*?)\shref=(["'])(?!#|[a-z]+:).*?\2""", re.IGNORECASE)
"""Links to files beside the page: in print they would lead to where the page lies on this machine, and say where."""
TIMEOUT = 120
"""Seconds that a browser may take for one page."""


def find_browser() -> str:
    """Path of a browser of the Chromium family.

    Raises
    ------
    AnalysisError
        When there is none.
    """
    given = os.environ.get(BROWSER, "").strip()
    found = next(filter(None, map(shutil.which, [given] if given else NAMES)), None)
    if found is None:
        asked = f"{BROWSER} names {given}, which is not a program here" if given else f"none of {listed(NAMES)} is here"
        raise AnalysisError(f"a PDF is printed by a headless browser: {asked}. Install Chromium, or leave out --pdf.")
    return found


def print_page(page: Path, pdf: Path, browser: str) -> Path:
    """Print an HTML file to a PDF with outline and tags, written whole or not at all; returns its path.

    Links within the page and to the web stay; those to other files become plain text.

    Raises
    ------
    AnalysisError
        When the browser fails or takes too long.
    """
    with tempfile.TemporaryDirectory() as profile:
        draft, alone = Path(profile) / "page.pdf", Path(profile) / "page.html"
        alone.write_text(NEIGHBOUR.sub(r"\1", page.read_text(encoding="utf-8")), encoding="utf-8")
        # A browser run by the administrator, as in a container, starts only without its own sandbox.
        sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        places = [f"--user-data-dir={profile}", f"--print-to-pdf={draft}", alone.resolve().as_uri()]
        try:
            done = subprocess.run(
                [browser, *QUIET, *sandbox, *places], capture_output=True, timeout=TIMEOUT, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as fault:
            raise AnalysisError(
                f"{page} could not be printed: {type(fault).__name__} of {Path(browser).name}."
            ) from None
        if done.returncode or not draft.is_file():
            raise AnalysisError(f"{page} could not be printed: {Path(browser).name} ended with {done.returncode}.")
        neighbour = pdf.with_name(f".{pdf.name}.{os.getpid()}")
        shutil.copyfile(draft, neighbour)
        os.replace(neighbour, pdf)
    return pdf
