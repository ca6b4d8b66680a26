"""The surroundings of a report's process: equal from run to run, whatever the user's shell holds."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["REPORT_DIR", "child_environment", "make_runtime"]

REPORT_DIR = "COMORBID_REPORT_DIR"
"""Where `Report` writes; only the runner sets it."""

FIXED = {
    "SOURCE_DATE_EPOCH": "315532800",
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "NO_COLOR": "1",
    "JUPYTER_NO_CONFIG": "1",
    "JUPYTER_PLATFORM_DIRS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
DROPPED = ("PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONINSPECT", "PYTHONBREAKPOINT", "MATPLOTLIBRC", "IPYTHONDIR")
MATPLOTLIB = "svg.hashsalt: comorbid\nsvg.fonttype: path\n"
"""Fixed names inside SVG files; letters as outlines, so that a figure looks the same everywhere."""


def make_runtime() -> Path:
    """A private folder for sockets and scratch files, with a path short enough for a socket's name."""
    short = "/tmp" if os.access("/tmp", os.W_OK) else None
    runtime = Path(tempfile.mkdtemp(prefix="comorbid-", dir=short))
    (runtime / "scratch").mkdir()
    (runtime / "matplotlibrc").write_text(MATPLOTLIB, encoding="utf-8")
    return runtime


def child_environment(runtime: Path, draft: Path) -> dict[str, str]:
    """Environment of a worker and its kernel: the user's, with all that could change a result fixed."""
    kept = {name: value for name, value in os.environ.items() if name not in DROPPED}
    own = {
        REPORT_DIR: str(draft),
        "IPYTHONDIR": str(runtime / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "MATPLOTLIBRC": str(runtime / "matplotlibrc"),
        "PYTHONPATH": _python_path(),
        "TMPDIR": str(runtime),
    }
    return {**kept, **FIXED, **own}


def _python_path() -> str:
    """PYTHONPATH with absolute entries, since the worker starts elsewhere; ends in the library's own folder
    where that is not an installed one."""
    entries = [os.path.abspath(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    home = Path(__file__).parents[2]
    if home.name not in {"site-packages", "dist-packages"} and str(home) not in entries:
        entries.append(str(home))
    return os.pathsep.join(entries)
