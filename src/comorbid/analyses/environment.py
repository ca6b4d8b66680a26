"""The surroundings of a report's process: equal from run to run, whatever the user's shell holds."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from comorbid.paths import COHORTS_VARIABLE, DATA_VARIABLE, REPORT_DIR

__all__ = ["FORK", "REPORT_DIR", "child_environment", "make_runtime"]

FORK = "COMORBID_FORK"
"""With 0, every worker and kernel starts as a plain process; reports are the same."""

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
    # What debugpy and threadpoolctl would set at their import, which a forked process has behind it or does without.
    "PYDEVD_USE_FRAME_EVAL": "NO",
    "KMP_DUPLICATE_LIB_OK": "True",
}
DROPPED = (
    "PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONINSPECT", "PYTHONBREAKPOINT", "MATPLOTLIBRC", "IPYTHONDIR", FORK,
)  # fmt: skip
MATPLOTLIB = "svg.hashsalt: comorbid\nsvg.fonttype: path\n"
"""Fixed names inside SVG files; letters as outlines, so that a figure looks the same everywhere."""


def make_runtime() -> Path:
    """A private folder for sockets and scratch files, with a path short enough for a socket's name."""
    short = "/tmp" if os.access("/tmp", os.W_OK) else None
    runtime = Path(tempfile.mkdtemp(prefix="comorbid-", dir=short))
    (runtime / "scratch").mkdir()
    (runtime / "matplotlibrc").write_text(MATPLOTLIB, encoding="utf-8")
    return runtime


def child_environment(runtime: Path, draft: Path, codebook: str = "") -> dict[str, str]:
    """Environment of a worker and its kernel: the user's, with all that could change a result fixed.

    `codebook` is that of a cohort of one's own, which the notebook then loads by its name.
    """
    kept = {name: value for name, value in os.environ.items() if name not in DROPPED}
    own = {
        REPORT_DIR: str(draft),
        "IPYTHONDIR": str(runtime / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "MATPLOTLIBRC": str(runtime / "matplotlibrc"),
        "PYTHONPATH": _python_path(),
        DATA_VARIABLE: _absolute(DATA_VARIABLE),
        COHORTS_VARIABLE: codebook or _absolute(COHORTS_VARIABLE),
        "TMPDIR": str(runtime),
    }
    return {**kept, **FIXED, **own}


def _absolute(variable: str) -> str:
    """Folders of an environment variable as absolute paths, since the worker starts elsewhere."""
    entries = os.environ.get(variable, "").split(os.pathsep)
    return os.pathsep.join(os.path.abspath(os.path.expanduser(entry)) for entry in entries if entry.strip())


def _python_path() -> str:
    """PYTHONPATH with the library's own folder at its end, where that is not an installed one."""
    given, home = _absolute("PYTHONPATH"), Path(__file__).parents[2]
    installed = home.name in {"site-packages", "dist-packages"} or str(home) in given.split(os.pathsep)
    return given if installed else os.pathsep.join(filter(None, [given, str(home)]))
