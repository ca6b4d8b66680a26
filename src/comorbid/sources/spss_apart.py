"""SPSS files read in a process of their own: the C library that reads them can be made to crash by a damaged file.

Run as a program with FILE, FOLDER, MEMORY and SECONDS, this module leaves the columns in FOLDER as plain arrays and
JSON, which cannot carry code; the exit status says whether that went well. Texts are left as UTF-8 bytes and lengths:
one long text does not make every row as long.

The program may take memory and processor time in proportion to the file, where the system can hold it to that (Linux;
macOS keeps the time alone, Windows neither, and there the clock stops it).
"""

from __future__ import annotations

import json
import math
import mmap
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from comorbid.sources.room import allowance

__all__ = ["NotReadError", "StoppedError", "read_apart"]

ARRAYS, FACTS = "arrays.npz", "facts.json"
PORTABLE = ".por"
SECONDS, BYTES_A_SECOND = 30.0, 16 * 2**20
"""Processor time that the program may take: some, and that for the memory that it may take; 80 MB/s were measured."""
SLOWER = 10
"""As many times that by the clock: other programs may have the processor."""
FILLED, LATE = 3, 4
"""Exit status of a program that asked for more memory, or was stopped for its time."""
NO_MEMORY = "Unable to allocate memory"
"""What the C library says."""
LIBRARIES = 2**30
"""Bytes of addresses that the libraries take, where the system does not tell."""


class NotReadError(Exception):
    """The program ended badly, or left what is no table."""


class StoppedError(Exception):
    """The program was stopped; the message says at which limit."""


def seconds(path: Path) -> float:
    """Processor time that reading a file may take."""
    return SECONDS + allowance(path) / BYTES_A_SECOND


def run(path: Path, folder: Path) -> int:
    """Start the program and wait; its exit status, below zero for a crash."""
    limits = [str(allowance(path)), str(seconds(path))]
    command = [sys.executable, "-m", "comorbid.sources.spss_apart", str(path.resolve()), str(folder), *limits]
    clock = SLOWER * seconds(path)
    try:
        status = subprocess.run(
            command, capture_output=True, check=False, timeout=clock, stdin=subprocess.DEVNULL
        ).returncode
    except subprocess.TimeoutExpired:
        return LATE
    except OSError:
        return 1
    return LATE if status == -getattr(signal, "SIGPROF", math.inf) else status


def read_apart(path: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Codes of a file as they lie, and its facts: labels, values, missing, formats.

    Raises
    ------
    ImportError
        When pyreadstat is not installed.
    NotReadError
        When the file cannot be read, whatever the reader does about it.
    StoppedError
        When reading it takes more memory or time than a file of its size may.
    """
    if find_spec("pyreadstat") is None:
        raise ImportError("pyreadstat")
    with tempfile.TemporaryDirectory() as folder:
        status = run(path, Path(folder))
        if status in (FILLED, LATE):
            raise StoppedError(_limit(status, path))
        if status:
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


def _limit(status: int, path: Path) -> str:
    if status == FILLED:
        return f"more than {allowance(path) / 2**20:,.0f} MiB of memory"
    return f"more than {seconds(path):,.0f} seconds of processor time, or {SLOWER} times that by the clock"


def _column(arrays: Any, at: int) -> pd.Series:
    if f"n{at}" not in arrays:
        return pd.Series(arrays[f"c{at}"])
    return _texts(arrays[f"c{at}"].tobytes(), arrays[f"n{at}"])


def _texts(letters: bytes, lengths: np.ndarray) -> pd.Series:
    """Texts from their bytes, one behind the other, and how many each has: below zero where it is missing."""
    ends = np.maximum(lengths, 0).cumsum()
    pieces = zip((ends - np.maximum(lengths, 0)).tolist(), ends.tolist(), (lengths < 0).tolist(), strict=True)
    return pd.Series([None if gone else str(letters[start:end], "utf-8") for start, end, gone in pieces], dtype="str")


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
            texts = [None if gone else str(text).encode() for text, gone in zip(column, column.isna(), strict=True)]
            arrays[f"c{at}"] = np.frombuffer(b"".join(text for text in texts if text), dtype=np.uint8)
            arrays[f"n{at}"] = np.array([-1 if text is None else len(text) for text in texts], dtype=np.int64)
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


def limit(memory: int, seconds: float) -> None:
    """Where the system can: a file that says it is enormous ends the program, not the machine."""
    try:
        import resource
    except ImportError:
        return
    import pyreadstat  # noqa: F401 (what the libraries take is not the file's)

    most = taken() + memory
    _, highest = resource.getrlimit(resource.RLIMIT_AS)
    if highest == resource.RLIM_INFINITY or most < highest:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_PROF, seconds)


def taken() -> int:
    """Bytes of addresses that this program has taken."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * mmap.PAGESIZE
    except OSError:
        return LIBRARIES


def main(path: str, folder: str) -> int:
    """Leave the file in the folder; the exit status."""
    try:
        leave(Path(path), Path(folder))
    except MemoryError:
        return FILLED
    except Exception as fault:
        return FILLED if NO_MEMORY in str(fault) else 1
    return 0


if __name__ == "__main__":
    limit(int(sys.argv[3]), float(sys.argv[4]))
    sys.exit(main(sys.argv[1], sys.argv[2]))
