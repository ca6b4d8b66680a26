"""Registered cohorts: name, codebook, and the function that brings the people."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

from comorbid.codebook import Codebook, read_codebook
from comorbid.errors import require_known
from comorbid.paths import resource_dir

if TYPE_CHECKING:
    import pandas as pd

SURVEYS: dict[str, tuple[Any, ...]] = {
    "nhanes-1999-2004": ("nhanes",),
    "nhanes-2009-2010": ("nhanes_back_pain",),
    "nhanes-2013-2020-rx": ("nhanes_prescriptions",),
    "nhis-2017": ("nhis", 2017),
    "nhis-2007-2012": ("nhis_pooled",),
    "nhis-nhpi-2014": ("nhis_nhpi",),
    "cchs": ("cchs",),
    "cchs-mental-health-2012": ("cchs_mental_health",),
    **{f"nhis-{year}": ("nhis", year) for year in range(1997, 2019) if year != 2017},
}
"""Surveys by name: the module of this package that has `tables(...)` and `load(...)`, and what both are given."""

SIBLINGS = frozenset(f"nhis-{year}" for year in range(1997, 2019)) - {"nhis-2017"}
"""Years of NHIS beside 2017: listed where their files are here, with a codebook made from that of 2017."""

SYNTHETIC = "synthetic"


@lru_cache
def codebook_of(name: str) -> Codebook:
    """The shipped codebook of a registered cohort."""
    if name in SIBLINGS:
        made: Codebook = Survey(name).module.codebook(SURVEYS[name][1])
        return made
    require_known(name, shown_names(), "cohort")
    return read_codebook(resource_dir("codebooks") / f"{name}.toml")


def names() -> tuple[str, ...]:
    """Registered cohorts, the embedded synthetic one first."""
    return (SYNTHETIC, *SURVEYS)


def shown_names() -> tuple[str, ...]:
    """Names for a message: the years of NHIS beside 2017 go without saying."""
    return tuple(name for name in names() if name not in SIBLINGS)


@dataclass(frozen=True, slots=True)
class Survey:
    """A registered survey: its tables, as (name, address), and how they become people."""

    name: str

    @property
    def module(self) -> ModuleType:
        """The module that knows the survey's files."""
        return importlib.import_module(f"comorbid.sources.{self._entry[0]}")

    @property
    def _entry(self) -> tuple[Any, ...]:
        return SURVEYS[require_known(self.name, SURVEYS, "survey")]

    def tables(self) -> Iterator[tuple[str, str]]:
        yield from self.module.tables(*self._entry[1:])

    @property
    def builds(self) -> bool:
        """Whether tables are made from the publisher's files, which have other names."""
        return hasattr(self.module, "build")

    def archives(self, table: str) -> tuple[str, ...]:
        """Addresses of the archives that a table is made from; none when it is a file of its own."""
        found: tuple[str, ...] = self.module.archives(table) if hasattr(self.module, "archives") else ()
        return found

    def load(self) -> pd.DataFrame:
        frame: pd.DataFrame = self.module.load(*self._entry[1:])
        return frame

    def files_here(self) -> tuple[int, int]:
        """How many of the survey's tables lie in the data folders, and how many there are."""
        from comorbid.sources.tables import locate

        wanted = [name for name, _ in self.tables()]
        return sum(locate(name) is not None for name in wanted), len(wanted)


def list_cohorts() -> pd.DataFrame:
    """Registered cohorts: cohort, title, data (real or synthetic), people, conditions, design, files.

    The years of NHIS 1997 to 2018 beside 2017, nhis-1997 and so on, have a line where their files are here.
    """
    import pandas as pd

    rows = []
    for name in names():
        if name in SIBLINGS and not Survey(name).files_here()[0]:
            continue
        codebook = codebook_of(name)
        here = "embedded" if codebook.synthetic else _files(Survey(name))
        design = codebook.design()
        rows.append(
            {
                "cohort": name,
                "title": codebook.title,
                "data": "synthetic" if codebook.synthetic else "real",
                "people": codebook.people,
                "conditions": ", ".join(codebook.conditions),
                "design": design.describe() if design else "none",
                "files": here,
            }
        )
    return pd.DataFrame(rows).astype({"people": "Int64"})  # unknown until its files are here: missing, not a fraction


def _files(survey: Survey) -> str:
    here, wanted = survey.files_here()
    if here == wanted:
        return f"here ({here})"
    return f"absent: comorbid fetch {survey.name}" if not here else f"{here} of {wanted}: comorbid fetch {survey.name}"
