"""The rules of disclosure control, read from a commented file that the owner of the data can edit."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from comorbid.errors import SpecError, listed, require_known
from comorbid.paths import REPORT_DIR

__all__ = ["CONFIDENTIAL", "PUBLIC_USE", "RULES_FILE", "Rules", "read_rules", "releasing"]

CONFIDENTIAL, PUBLIC_USE = "confidential", "public-use"
RULES_FILE = "COMORBID_DISCLOSURE"
"""Environment variable that names a file of rules; the file `rules.toml` beside this one without it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What must hold before a number leaves the program.

    Attributes
    ----------
    threshold : fewest people, unweighted, of a cell and of anything computed from it.
    hide_zeros : whether a cell with nobody in it is hidden too.
    round_to : counts that are shown are rounded to a multiple of it; 1 leaves them.
    residual_df : fewest residual degrees of freedom of a model.
    most_rows : most lines of one table of a report.
    """

    threshold: int = 10
    hide_zeros: bool = True
    round_to: int = 1
    residual_df: int = 10
    most_rows: int = 1000

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "hide_zeros":
                if not isinstance(value, bool):
                    raise SpecError(f"hide_zeros = {value!r} is neither true nor false.")
            elif isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise SpecError(f"{field.name} = {value!r} is not a whole number of 1 or more.")

    @property
    def mark(self) -> str:
        """What stands in the place of a hidden number."""
        return f"[n<{self.threshold}]"

    @property
    def note(self) -> str:
        """What the mark means, for the foot of a table."""
        rounded = f" Counts are rounded to a multiple of {self.round_to}." if self.round_to > 1 else ""
        return (
            f"{self.mark}: hidden, because it rests on fewer than {self.threshold} people, or because such a number "
            f"could be worked out from it.{rounded}"
        )


def read_rules(cohort: str = "", path: Path | str | None = None) -> Rules:
    """Rules for a cohort.

    Parameters
    ----------
    cohort : str
        Name of the cohort, whose table `[cohort."NAME"]` comes before `[default]`.
    path : Path or str, optional
        A file of rules; that of the environment variable `COMORBID_DISCLOSURE`, or the library's, without it.

    Raises
    ------
    SpecError
        When the file cannot be read, or holds an unknown key or a value that is no rule.
    """
    file = Path(path or os.environ.get(RULES_FILE) or Path(__file__).with_name("rules.toml"))
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as fault:
        raise SpecError(f"the rules of disclosure control, {file.name}, cannot be read: {fault}.") from None
    for name in document:
        require_known(name, ("default", "cohort"), "table", file.name)
    return Rules(**{**_table(document, "default", file), **_table(document.get("cohort", {}), cohort, file)})


def releasing() -> bool:
    """Whether results of this process leave it as a report, so that they are protected as soon as they are made."""
    return bool(os.environ.get(REPORT_DIR))


def _table(document: Mapping[str, Any], name: str, file: Path) -> dict[str, Any]:
    given = document.get(name, {}) if isinstance(document, Mapping) else None
    if not isinstance(given, Mapping):
        raise SpecError(f"{file.name}: {name or 'cohort'} is not a table.")
    known = [field.name for field in fields(Rules)]
    unknown = [key for key in given if key not in known]
    if unknown:
        raise SpecError(f"{file.name} has an unknown rule {unknown[0]!r} (accepted: {listed(known)}).")
    return dict(given)
