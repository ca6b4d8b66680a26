"""What a run needs to know of a cohort before a kernel starts: its names, its nature and a hash of its data."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from comorbid.analyses.fingerprint import file_hash

__all__ = ["CohortFacts", "cohort_facts", "data_fingerprint"]


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
    """

    name: str
    title: str
    synthetic: bool
    variables: tuple[str, ...]
    conditions: tuple[str, ...]
    fingerprint: str

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """What `choices: conditions` and `choices: variables` stand for in a parameters cell."""
        return {"variables": self.variables, "conditions": self.conditions}


def cohort_facts(name: str) -> CohortFacts:
    """Facts of a registered cohort, from its codebook and the bytes of its files; no data are loaded.

    Raises
    ------
    UnknownNameError
        When no cohort is called so.
    SourceError
        When a file of the cohort is absent.
    """
    from comorbid.sources.registry import codebook_of

    codebook = codebook_of(name)
    return CohortFacts(
        name=name,
        title=codebook.title,
        synthetic=codebook.synthetic,
        variables=tuple(codebook.variables),
        conditions=codebook.conditions,
        fingerprint=data_fingerprint(name),
    )


def data_fingerprint(name: str) -> str:
    """SHA-256 over the source files of a registered survey; a cohort that the library makes has no file.

    What the library itself brings, codebooks and generator, is part of the hash of the library.
    """
    from comorbid.sources.registry import SURVEYS, Survey
    from comorbid.sources.tables import find_table

    tables = sorted(table for table, _ in Survey(name).tables()) if name in SURVEYS else []
    digest = hashlib.sha256(name.encode())
    for table in tables:
        digest.update(table.encode() + b"\0" + bytes.fromhex(file_hash(find_table(table, name))))
    return digest.hexdigest()
