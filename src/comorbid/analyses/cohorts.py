"""What a run needs to know of a cohort before a kernel starts: its names, its nature and a hash of its data."""

from __future__ import annotations

import glob
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from comorbid.analyses.fingerprint import file_hash
from comorbid.errors import CohortError, SourceError
from comorbid.paths import cohort_name, own_codebooks

if TYPE_CHECKING:
    from comorbid.codebook import Codebook

__all__ = ["CohortFacts", "cohort_facts", "data_fingerprint", "surveys_fingerprint"]


@dataclass(frozen=True, slots=True)
class CohortFacts:
    """A cohort as the runner sees it.

    Attributes
    ----------
    name, title : str
        Name on the command line; name for people.
    synthetic : bool
        Whether nobody real is behind the data.
    variables, conditions : tuple of str
        Columns that a notebook may ask for; the conditions among them.
    fingerprint : str
        SHA-256 that changes when the data change.
    codebook : str
        Path of the codebook of a cohort of one's own; empty for a registered one.
    release : str
        "public-use", or "confidential": its reports pass disclosure control.
    """

    name: str
    title: str
    synthetic: bool
    variables: tuple[str, ...]
    conditions: tuple[str, ...]
    fingerprint: str
    codebook: str = ""
    release: str = "confidential"

    @property
    def confidential(self) -> bool:
        """Whether its reports pass disclosure control."""
        return self.release != "public-use"

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """What `choices: conditions` and `choices: variables` stand for in a parameters cell."""
        return {"variables": self.variables, "conditions": self.conditions}


def cohort_facts(name: str) -> CohortFacts:
    """Facts of a cohort, from its codebook and the bytes of its files; no data are loaded.

    Parameters
    ----------
    name : str
        A registered cohort, or the path of a codebook (TOML) that names its file of people.

    Raises
    ------
    UnknownNameError
        When no cohort is called so.
    SourceError
        When a file of the cohort is absent.
    """
    from comorbid.sources.registry import codebook_of

    path = own_codebooks().get(name, Path(name))
    if path.suffix.lower() == ".toml":
        return _own_facts(path.absolute())
    return _facts(name, codebook_of(name), data_fingerprint(name))


def _facts(name: str, codebook: Codebook, fingerprint: str, path: str = "") -> CohortFacts:
    return CohortFacts(
        name=name,
        title=codebook.title,
        synthetic=codebook.synthetic,
        variables=tuple(codebook.variables),
        conditions=codebook.conditions,
        fingerprint=fingerprint,
        codebook=path,
        release=codebook.release,
    )


def _own_facts(path: Path) -> CohortFacts:
    """Facts of a cohort of one's own: its name is its codebook's file name, its hash that of codebook and people."""
    from comorbid.sources.load import own_codebook
    from comorbid.sources.registry import names

    codebook, name = own_codebook(path), cohort_name(path)
    if name in names():
        raise CohortError(f"{path.name} would be called {name!r}, which is a registered cohort. Rename the codebook.")
    digest = hashlib.sha256(bytes.fromhex(file_hash(path)))
    for file in _files_of(codebook.file.path):
        digest.update(file.name.encode() + b"\0" + bytes.fromhex(file_hash(file)))
    return _facts(name, codebook, digest.hexdigest(), str(path))


def _files_of(place: str) -> list[Path]:
    """The file of people, or the files of a folder or pattern.

    Raises
    ------
    SourceError
        When there is none.
    """
    path = Path(place)
    found = sorted(path.rglob("*")) if path.is_dir() else [path, *map(Path, sorted(glob.glob(place)))]
    files = list(dict.fromkeys(file for file in found if file.is_file()))
    if not files:
        raise SourceError(f"no file {place}, which the codebook names as its file of people.")
    return files


def data_fingerprint(name: str) -> str:
    """SHA-256 over the source files of a registered survey; a cohort that the library makes has no file.

    What the library itself brings, codebooks and generator, is part of the hash of the library.
    """
    from comorbid.sources.registry import SURVEYS, Survey

    digest = hashlib.sha256(name.encode())
    if name not in SURVEYS:
        return digest.hexdigest()
    from comorbid.sources.tables import find_table

    for table in sorted(table for table, _ in Survey(name).tables()):
        digest.update(table.encode() + b"\0" + bytes.fromhex(file_hash(find_table(table, name))))
    return digest.hexdigest()


def surveys_fingerprint() -> str:
    """SHA-256 over every registered survey whose files are all here, for an analysis that reads them all."""
    from comorbid.sources.registry import SURVEYS, Survey

    digest = hashlib.sha256()
    for name in SURVEYS:
        here, wanted = Survey(name).files_here()
        if here == wanted:
            digest.update(name.encode() + b"\0" + bytes.fromhex(data_fingerprint(name)))
    return digest.hexdigest()
