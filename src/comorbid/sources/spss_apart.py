"""SPSS files read in a process of their own: the C library that reads them can be made to crash by a damaged file.

Run as a program with FILE and FOLDER, this module leaves the columns in FOLDER as plain arrays and
JSON, which cannot carry code; the exit status says whether that went well.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["NotReadError", "read_apart"]

ARRAYS, FACTS = "arrays.npz", "facts.json"
PORTABLE = ".por"
SECONDS = 3600
MEMORY, TIMES = 2 * 2**30, 60
"""Bytes that the program may take, or as many times the size of the file where that is more."""


class NotReadError(Exception):
    """The program ended badly, or left what is no table."""


def run(path: Path, folder: Path) -> int:
    """Start the program and wait; its exit status, below zero for a crash."""
    command = [sys.executable, "-m", "comorbid.sources.spss_apart", str(path.resolve()), str(folder)]
    try:
        return subprocess.run(
            command, capture_output=True, check=False, timeout=SECONDS, stdin=subprocess.DEVNULL
        ).returncode
    except (OSError, subprocess.TimeoutExpired):
        return 1


def read_apart(path: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Codes of a file as they lie, and its facts: labels, values, missing, formats.

    Raises
    ------
    ImportError
        When pyreadstat is not installed.
    NotReadError
        When the file cannot be read, whatever the reader does about it.
    """
    if find_spec("pyreadstat") is None:
        raise ImportError("pyreadstat")
    with tempfile.TemporaryDirectory() as folder:
        if status := run(path, Path(folder)):
            raise NotReadError(str(status))
        try:
            return _taken_back(Path(folder))
        except Exception:
            raise NotReadError("no table") from None


def _taken_back(folder: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        columns = [_column(arrays, at) for at in range(len(facts["names"]))]
    frame = pd.DataFrame(dict(enumerate(columns)))
    frame.columns = pd.Index(facts["names"])
    return frame, facts


def _column(arrays: Any, at: int) -> pd.Series:
    values = arrays[f"c{at}"]
    if values.dtype.kind != "U":
        return pd.Series(values)
    return pd.Series(values.astype(object)).mask(arrays[f"m{at}"], None)


def leave(path: Path, folder: Path) -> None:
    """Read a file here, and leave its columns and facts in a folder."""
    import pyreadstat

    meta: Any
    if path.suffix.lower() == PORTABLE:  # its user-defined missing values come as missing
        frame, meta = pyreadstat.read_por(str(path), disable_datetime_conversion=True)
    else:
        frame, meta = pyreadstat.read_sav(str(path), user_missing=True, disable_datetime_conversion=True)
    arrays: dict[str, np.ndarray] = {}
    for at in range(frame.shape[1]):
        column = frame.iloc[:, at]
        if pd.api.types.is_numeric_dtype(column):
            arrays[f"c{at}"] = column.to_numpy(dtype=np.float64, na_value=np.nan)
        else:
            gone = column.isna()
            arrays[f"c{at}"] = column.mask(gone, "").astype(str).to_numpy(dtype=np.str_)
            arrays[f"m{at}"] = gone.to_numpy()
    np.savez(folder / ARRAYS, allow_pickle=False, **arrays)
    facts = {
        "names": [str(name) for name in frame.columns],
        "labels": {name: str(text) for name, text in meta.column_names_to_labels.items() if text},
        "values": {name: _pairs(texts) for name, texts in meta.variable_value_labels.items()},
        "missing": {name: [[part["lo"], part["hi"]] for part in parts] for name, parts in meta.missing_ranges.items()},
        "formats": {name: str(how) for name, how in meta.original_variable_types.items()},
    }
    (folder / FACTS).write_text(json.dumps(facts), encoding="utf-8")


def _pairs(texts: Mapping[Any, str]) -> list[list[Any]]:
    """Codes and their labels; a mapping would turn the codes to text."""
    return [[code, str(text)] for code, text in texts.items()]


def _limit_memory(path: Path) -> None:
    """Where the system can: a file that says it is enormous ends the program, not the machine."""
    try:
        import resource
    except ImportError:
        return
    most = max(MEMORY, TIMES * path.stat().st_size)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(path: str, folder: str) -> int:
    """Leave the file in the folder; the exit status."""
    _limit_memory(Path(path))
    try:
        leave(Path(path), Path(folder))
    except Exception:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
