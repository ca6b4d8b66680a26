"""Where things lie: what ships with the library, and where source files are looked for.

A checkout keeps codebooks, code lists and evidence in `data/` and notebooks in `notebooks/`; an installed wheel carries
the same folders in `comorbid/_data/`. Nothing else in the library knows the difference.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Final, Literal, TypeAlias

from comorbid.errors import SourceError, require_known

__all__ = [
    "COHORTS_VARIABLE",
    "DATA_VARIABLE",
    "REPORT_DIR",
    "ResourceKind",
    "cache_dir",
    "cohort_name",
    "data_dirs",
    "own_codebooks",
    "resource_dir",
]

ResourceKind: TypeAlias = Literal["codebooks", "codelists", "evidence", "notebooks"]

DATA_VARIABLE: Final = "COMORBID_DATA"
COHORTS_VARIABLE: Final = "COMORBID_COHORTS"
REPORT_DIR: Final = "COMORBID_REPORT_DIR"
"""Names the folder where `Report` writes; only the runner sets it, in processes of its own."""
_PACKAGE: Final = Path(__file__).resolve().parent
_IN_CHECKOUT: Final = {
    "codebooks": "data/codebooks",
    "codelists": "data/codelists",
    "evidence": "data/evidence",
    "notebooks": "notebooks",
}


def resource_dir(kind: ResourceKind) -> Path:
    """Folder of files that ship with the library.

    Parameters
    ----------
    kind : {"codebooks", "codelists", "evidence", "notebooks"}

    Returns
    -------
    Path
        An existing folder: inside the package when installed from a wheel, else in the checkout.

    Raises
    ------
    UnknownNameError
        When `kind` is none of these.
    SourceError
        When neither folder exists, that is, the installation is incomplete.
    """
    require_known(kind, _IN_CHECKOUT, "kind of shipped file")
    candidates = [_PACKAGE / "_data" / kind, _PACKAGE.parents[1] / _IN_CHECKOUT[kind]]
    for folder in candidates:
        if folder.is_dir():
            return folder
    looked = " nor ".join(str(folder) for folder in candidates)
    raise SourceError(
        f"The {kind} that ship with comorbid were not found: neither {looked} is a folder. "
        "Install comorbid from a wheel, or work in a complete checkout (`make setup`)."
    )


def cache_dir() -> Path:
    """Folder of the user's downloads, whether it exists yet or not.

    Returns
    -------
    Path
        `comorbid` inside `LOCALAPPDATA` on Windows, `~/Library/Caches` on macOS, and elsewhere inside
        `XDG_CACHE_HOME` or `~/.cache`. A relative `XDG_CACHE_HOME` is ignored, as its specification asks.
    """
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        named = os.environ.get("XDG_CACHE_HOME", "")
        base = named if os.path.isabs(named) else Path.home() / ".cache"
    return Path(base) / "comorbid"


def data_dirs() -> list[Path]:
    """Folders where source files are looked for, first match first; sub-folders count too.

    Returns
    -------
    list of Path
        Each folder of the environment variable `COMORBID_DATA` (several are joined as in `PATH`), then `cache_dir()`.
        Absolute, without repeats; folders that do not exist stay in the list, so that a message can name them.
    """
    named = os.environ.get(DATA_VARIABLE, "").split(os.pathsep)
    folders = [Path(name).expanduser().absolute() for name in named if name.strip()]
    return list(dict.fromkeys([*folders, cache_dir()]))


def own_codebooks() -> dict[str, Path]:
    """Cohorts of one's own by name: the codebooks that `COMORBID_COHORTS` lists, joined as in `PATH`."""
    named = os.environ.get(COHORTS_VARIABLE, "").split(os.pathsep)
    paths = [Path(name).expanduser().absolute() for name in named if name.strip()]
    return {cohort_name(path): path for path in paths}


def cohort_name(codebook: Path) -> str:
    """Name of the cohort that a codebook stands for: its file's, in small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9_]+", "-", codebook.stem.lower()).strip("-_") or "cohort"
