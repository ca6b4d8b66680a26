"""The tables of a survey into the user's cache: downloaded, or copied from a folder, and checked on arrival."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from comorbid.errors import SourceError
from comorbid.paths import cache_dir
from comorbid.sources.download import Downloader, Undelivered
from comorbid.sources.frequencies import Frequencies, published_frequencies
from comorbid.sources.registry import Survey
from comorbid.sources.store import Action, Store, Stored
from comorbid.sources.tables import locate

__all__ = ["MIRROR_VARIABLE", "Step", "Stored", "fetch_cohort"]

MIRROR_VARIABLE = "COMORBID_MIRROR"
"""Environment variable with the address of a server that has the publisher's files under the publisher's paths."""


@dataclass(frozen=True, slots=True)
class Step:
    """Where a download is: table `number` of `tables`, its bytes, and how many are expected where the server says."""

    table: str
    number: int
    tables: int
    received: int
    expected: int | None


Progress: TypeAlias = Callable[[Step], None]
Advance: TypeAlias = Callable[[int, int | None], None]
Bring: TypeAlias = Callable[[str, str, int, int], Stored]


def fetch_cohort(
    cohort: str,
    source: str | Path | None = None,
    *,
    mirror: str | None = None,
    published: Frequencies | None = None,
    downloader: Downloader | None = None,
    progress: Progress | None = None,
) -> list[Stored]:
    """Bring every table of a survey into the cache folder, checked against the counts that its publisher gives.

    Tables that lie there and pass the check stay; any other is replaced once its successor has passed.

    Parameters
    ----------
    cohort : str
        A registered survey.
    source : str or Path, optional
        Folder to copy from, SAS transport or compressed CSV; the publisher's server without it.
    mirror : str, optional
        Server in place of the publisher's, with the same paths; the environment variable COMORBID_MIRROR without it.
    published : Frequencies, optional
        Counts to check against; those that ship with the library without it.
    downloader : Downloader, optional
        Tries, pauses and time-outs.
    progress : callable, optional
        Told each `Step` of a download.

    Returns
    -------
    list of Stored
        One for each table.

    Raises
    ------
    UnknownNameError
        When there is no such survey.
    SourceError
        When a table cannot be had, is not the one its name says, or cannot be stored. Of that table nothing is kept.
    """
    survey = Survey(cohort)
    tables = list(survey.tables())
    store = Store(cohort, cache_dir() / cohort, published or published_frequencies(cohort))
    store.prepare()
    kept = {table: store.present(table) for table, _ in tables}
    absent = [(table, address) for table, address in tables if kept[table] is None]
    bring: Bring
    if source is not None:
        bring = _copies(survey, store, Path(source), [table for table, _ in absent])
    else:
        mirror = mirror if mirror is not None else os.environ.get(MIRROR_VARIABLE, "")
        bring = _Server(survey, store, _mirror(mirror), downloader or Downloader(), progress).bring
    brought = {table: bring(table, address, at, len(absent)) for at, (table, address) in enumerate(absent, 1)}
    return [kept[table] or brought[table] for table, _ in tables]


@dataclass(frozen=True, slots=True)
class _Server:
    """Brings tables from the publisher's server, or from a mirror of it."""

    survey: Survey
    store: Store
    mirror: str
    downloader: Downloader
    progress: Progress | None

    def bring(self, table: str, address: str, number: int, tables: int) -> Stored:
        """A table as a file of its own, or made from the archives that it lies in."""
        advance = partial(self._advance, table, number, tables)
        if self.survey.archives(table):
            return self._make(table, address, advance)
        if not address.endswith(".xpt"):
            raise _by_hand(self.store.cohort, table, address)
        with self.store.part(f"{table}.xpt") as part:
            return self.store.keep(table, part, self._fetch(table, address, part, advance), "downloaded")

    def _make(self, table: str, address: str, advance: Advance) -> Stored:
        with self.store.part(f"{table}.csv.gz") as part:
            for archive in self.survey.archives(table):
                path = part.parent.joinpath(*archive.rsplit("/", 2)[1:])
                path.parent.mkdir(exist_ok=True)
                self._fetch(table, archive, path, advance)
            return _made(self.survey, self.store, table, part, address, "downloaded")

    def _fetch(self, table: str, address: str, path: Path, advance: Advance) -> str:
        """Download one file; the address that it came from."""
        if self.mirror:
            address = self.mirror + urlsplit(address).path
        try:
            self.downloader.fetch(address, path, advance)
        except Undelivered as fault:
            raise _undelivered(self.store.cohort, table, address, fault) from None
        return address

    def _advance(self, table: str, number: int, tables: int, received: int, expected: int | None) -> None:
        if self.progress is not None:
            self.progress(Step(table, number, tables, received, expected))


def _made(survey: Survey, store: Store, table: str, part: Path, origin: str, action: Action) -> Stored:
    """A table made from the publisher's files, and stored."""
    survey.module.build(table, part.parent if action == "downloaded" else Path(origin)).to_csv(part, index=False)
    return store.keep(table, part, origin, action)


def _by_hand(cohort: str, table: str, address: str) -> SourceError:
    return SourceError(
        f"table {table} of {cohort} has no address that a program could use. Download its files from {address} with a "
        f"browser, and take them from their folder: comorbid fetch {cohort} --from DIR."
    )


def _undelivered(cohort: str, table: str, address: str, fault: Undelivered) -> SourceError:
    return SourceError(
        f"table {table} of {cohort} could not be downloaded from {address}: {fault}. Tables that had arrived before "
        f"it are kept. Try again later; or get the files on a machine that reaches the address, and take them from "
        f"their folder: comorbid fetch {cohort} --from DIR."
    )


def _mirror(address: str) -> str:
    """The address without its last slash; empty when there is none."""
    if address and urlsplit(address).scheme not in ("http", "https"):
        raise SourceError(f"{MIRROR_VARIABLE} is {address!r}, which is no address of the form https://server.")
    return address.rstrip("/")


def _copies(survey: Survey, store: Store, folder: Path, tables: list[str]) -> Bring:
    """How a table comes from a folder or its sub-folders; those that are not there are all named at once."""
    if not folder.is_dir():
        raise SourceError(f"there is no folder {folder}. Name one that holds the tables of {store.cohort}.")
    found = {table: locate(table, [folder]) for table in tables}
    absent = [table for table, path in found.items() if path is None]
    if absent and not survey.builds:
        raise SourceError(
            f"{folder} does not hold {', '.join(absent)} of {store.cohort} (looked for NAME.xpt and NAME.csv.xz, in "
            f"its sub-folders too). Nothing was copied. `comorbid fetch {store.cohort}` downloads them."
        )

    def bring(table: str, address: str, number: int, tables: int) -> Stored:
        path = found[table]
        if path is not None:
            return store.copy(table, path)
        with store.part(f"{table}.csv.gz") as part:
            return _made(survey, store, table, part, str(folder), "copied")

    return bring
