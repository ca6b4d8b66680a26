"""The cache folder of one survey: a table enters it by one rename, after its check, or leaves no trace."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from comorbid.errors import SourceError
from comorbid.sources.frequencies import Frequencies
from comorbid.sources.tables import SUFFIXES
from comorbid.sources.verify import table_faults

__all__ = ["Store", "Stored"]

PART = ".part-"
ABANDONED = 3600.0
"""Seconds after which a part folder belongs to nobody any more."""

Action: TypeAlias = Literal["downloaded", "copied", "present"]


@dataclass(frozen=True, slots=True)
class Stored:
    """A table that lies in the cache, checked, and how it came there."""

    table: str
    path: Path
    action: Action


@dataclass(frozen=True, slots=True)
class Store:
    """Where the tables of a survey are kept, and the counts that each has to have."""

    cohort: str
    folder: Path
    published: Frequencies

    def prepare(self) -> None:
        """Make the folder, and clear what a killed run left in it more than an hour ago."""
        with self._writing(self.cohort):
            self.folder.mkdir(parents=True, exist_ok=True)
            for part in self.folder.glob(f"{PART}*"):
                if time.time() - part.stat().st_mtime > ABANDONED:
                    shutil.rmtree(part, ignore_errors=True)

    def present(self, table: str) -> Stored | None:
        """The table, when the form of it that would be loaded passes the check."""
        for path in self._forms(table)[:1]:
            if not table_faults(path, table, self.published):
                return Stored(table, path, "present")
        return None

    def copy(self, table: str, source: Path) -> Stored:
        """Take a table from a file."""
        suffix = next(suffix for suffix in SUFFIXES if source.name.endswith(suffix))
        try:
            content = source.read_bytes()
        except OSError as fault:
            raise SourceError(f"{source} cannot be read: {fault.strerror or fault}.") from None
        with self.part(f"{table}{suffix.lower()}") as part:
            part.write_bytes(content)
            return self.keep(table, part, str(source), "copied")

    @contextmanager
    def part(self, name: str) -> Iterator[Path]:
        """A place in the same folder for a file that is not whole yet; gone afterwards, whatever happens."""
        with self._writing(name), tempfile.TemporaryDirectory(prefix=PART, dir=self.folder) as folder:
            yield Path(folder) / name

    def keep(self, table: str, part: Path, origin: str, action: Action) -> Stored:
        """Check a file that has arrived, flush it to the disk and give it its name; other forms of it go.

        Raises
        ------
        SourceError
            When it is not the table.
        """
        self._require(table, part, origin)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        path = self.folder / part.name
        os.replace(part, path)
        for other in self._forms(table):
            if other != path:
                other.unlink()
        return Stored(table, path, action)

    def _require(self, table: str, part: Path, origin: str) -> None:
        faults = table_faults(part, table, self.published)
        if faults:
            more = f" (and {len(faults) - 1} more differences)" if faults[1:] else ""
            raise SourceError(
                f"what came from {origin} is not table {table} of {self.cohort}: {faults[0].what.rstrip('.')}{more}. "
                f"Nothing of it was kept. See in a browser what lies there, or take the table from another place: "
                f"comorbid fetch {self.cohort} --from DIR."
            )

    def _forms(self, table: str) -> list[Path]:
        return [path for suffix in SUFFIXES if (path := self.folder / f"{table}{suffix}").is_file()]

    @contextmanager
    def _writing(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as fault:
            raise SourceError(
                f"{name} cannot be stored in {self.folder}: {fault.strerror or fault}. Free some space or mend the "
                "permissions; or put the tables into a folder of your own and name it in COMORBID_DATA."
            ) from None
