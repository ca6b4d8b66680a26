"""Where a run finds its peers and its data, and how much of it is to be done."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / "build"
PEERS = ("statsmodels", "scikit-learn", "glum", "pyfixest", "svy", "polars", "duckdb", "pandas", "pyarrow")


@dataclass(frozen=True, slots=True)
class Setting:
    """peers : Python of their environment. rscript : how R is called, or why it is not. sizes : rows of one model."""

    folder: Path
    peers: Path
    rscript: str | None
    without_r: str
    sizes: tuple[int, ...]
    full: bool

    @property
    def quick(self) -> bool:
        return max(self.sizes) < 10_000_000


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def make_setting(quick: bool, full: bool, no_r: bool) -> Setting:
    """Install the peers where they are not yet, and look for R."""
    sizes = (10_000, 1_000_000) if quick else (10_000, 1_000_000, 10_000_000)
    folder = BUILD / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    rscript, reason = (None, "left out by --no-r") if no_r else _find_r()
    return Setting(folder, _install(), rscript, reason, sizes, full)


def _install() -> Path:
    """Python of the peers' environment, made from the user's package registry on first use."""
    place = BUILD / "peers"
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    stamp = place / ".peers"
    wanted = " ".join(PEERS)
    if not (stamp.exists() and stamp.read_text() == wanted):
        say(f"installing peers: {wanted}")
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--no-input", *PEERS], check=True)
        stamp.write_text(wanted)
    return python


def _find_r() -> tuple[str | None, str]:
    rscript = shutil.which("Rscript")
    if not rscript:
        return None, "Rscript was not found"
    found = subprocess.run([rscript, "-e", "library(survey)"], capture_output=True, check=False)
    return (rscript, "") if found.returncode == 0 else (None, "R has no package `survey`")
