"""Where reports, their working folders and their locks lie below the output folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["MANIFEST", "Places"]

MANIFEST = "manifest.json"
CONTENTS = "contents.json"
"""What `Report` noted while the notebook ran: headline, tables, figures."""


@dataclass(frozen=True, slots=True)
class Places:
    """Paths of one report below `out`.

    The working folder has a fixed name and is emptied under the report's lock, so an interrupted run leaves nothing
    that grows; it lies below `out`, so that moving its report into place is a rename.
    """

    out: Path
    cohort: str
    analysis: str

    @property
    def report(self) -> Path:
        """The published report."""
        return self.out / self.cohort / self.analysis

    @property
    def work(self) -> Path:
        """Folder of a run that goes on."""
        return self.out / f".tmp-{self.cohort}-{self.analysis}"

    @property
    def draft(self) -> Path:
        """The report before it is published."""
        return self.work / "report"

    @property
    def previous(self) -> Path:
        """The last good report, for the moment between two renames."""
        return self.out / f".old-{self.cohort}-{self.analysis}"

    @property
    def lock(self) -> Path:
        """File whose lock says that a run goes on."""
        return self.out / ".locks" / f"{self.cohort}-{self.analysis}"

    @property
    def failed(self) -> Path:
        """The notebook of a failed run, as far as it ran."""
        return self.out / "failed" / self.cohort / f"{self.analysis}.ipynb"
