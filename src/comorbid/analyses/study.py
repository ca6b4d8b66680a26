"""The study: which analyses there are, what each asks, needs and cites, as `study.toml` lists them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from comorbid.analyses.strobe import check_items
from comorbid.errors import AnalysisError, UnknownNameError, listed, require_known

__all__ = ["Analysis", "Study", "load_study"]

NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
DEFAULT_TIMEOUT = 600
"""Seconds that one cell may run for, unless the analysis says otherwise."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """One notebook of the study.

    Attributes
    ----------
    name : str
        Identifier on the command line and in the path of the report.
    notebook : Path
        Notebook file, without outputs.
    title, question : str
        Heading of the report and the question it answers.
    citations : tuple of str
        Works that the analysis follows or is compared with.
    parameters : mapping
        Values of the study that stand over the notebook's own defaults.
    needs : tuple of str
        Variables without which the analysis makes no sense; a cohort that lacks one skips it.
    needs_conditions : int
        Fewest conditions that the analysis makes sense of, whatever their names; a cohort with fewer skips it.
    strobe : mapping of str to str
        Items of the STROBE checklist, each with the heading of the section that answers it.
    every_survey : bool
        Whether it reads every registered survey whose files are here, beside the cohort asked for.
    timeout : int
        Seconds that one cell may run for.
    """

    name: str
    notebook: Path
    title: str
    question: str
    citations: tuple[str, ...] = ()
    parameters: Mapping[str, Any] | None = None
    needs: tuple[str, ...] = ()
    needs_conditions: int = 0
    strobe: Mapping[str, str] | None = None
    every_survey: bool = False
    timeout: int = DEFAULT_TIMEOUT

    def lacks(self, variables: Collection[str], n_conditions: int) -> tuple[str, ...]:
        """What a cohort with these variables and so many conditions lacks for this analysis; empty when it can run."""
        few = n_conditions < self.needs_conditions
        conditions = [f"conditions ({self.needs_conditions} or more)"] if few else []
        return (*(name for name in self.needs if name not in variables), *conditions)


@dataclass(frozen=True, slots=True)
class Study:
    """The analyses of one `study.toml`, in its order."""

    path: Path
    analyses: tuple[Analysis, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the analyses."""
        return tuple(analysis.name for analysis in self.analyses)

    def select(self, names: Iterable[str] = ()) -> tuple[Analysis, ...]:
        """The named analyses in the study's order; all of them when none is named.

        Raises
        ------
        UnknownNameError
            For a name that the study does not list, with the nearest one that it does.
        """
        wanted = {require_known(name, self.names, "analysis", f"{self.path.name}") for name in names}
        return tuple(a for a in self.analyses if not wanted or a.name in wanted)


def load_study(path: str | Path | None = None) -> Study:
    """Read a study file; without a path, the one that comes with the library.

    Raises
    ------
    AnalysisError
        When the file is absent, is not TOML, or lists an analysis with unknown keys or a missing notebook.
    """
    path = Path(path) if path is not None else _shipped()
    tables = _read(path).get("analysis", {})
    if not isinstance(tables, dict) or not tables:
        raise AnalysisError(f"{path.name} lists no analysis. Write a table `[analysis.<name>]` with a notebook.")
    return Study(path, tuple(_analysis(name, table, path) for name, table in tables.items()))


def _shipped() -> Path:
    from comorbid.paths import resource_dir

    return Path(resource_dir("notebooks")) / "study.toml"


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AnalysisError(f"no study file at {path}. Name one with --study FILE.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as fault:
        raise AnalysisError(f"{path.name} cannot be read as a study: {fault}") from None


def _analysis(name: str, table: object, path: Path) -> Analysis:
    where = f"{path.name}, [analysis.{name}]"
    if not isinstance(table, dict):
        raise AnalysisError(f"{where}: expected a table with a notebook, found {type(table).__name__}.")
    if not NAME.fullmatch(name):
        raise AnalysisError(f"{where}: a name is made of small letters, digits, `-` and `_`.")
    values = dict(table)
    values["citations"] = _strings(values, "citations", where) + _strings(values, "citation", where)
    values.pop("citation", None)
    values["needs"] = _strings(values, "needs", where)
    _check_keys(values, where)
    if "strobe" in values:
        values["strobe"] = check_items(values["strobe"], where)
    notebook = (path.parent / values.pop("notebook")).resolve()
    if not notebook.is_file():
        raise AnalysisError(f"{where}: there is no notebook {notebook.name} beside {path.name}.")
    return Analysis(name=name, notebook=notebook, **values)


def _check_keys(values: Mapping[str, Any], where: str) -> None:
    accepted = [field.name for field in fields(Analysis) if field.name != "name"]
    for key in values:
        try:
            require_known(key, accepted, "key", where)
        except UnknownNameError as fault:
            raise AnalysisError(str(fault)) from None
    missing = [key for key in ("notebook", "title", "question") if not isinstance(values.get(key), str)]
    if missing:
        raise AnalysisError(f"{where}: {listed(missing)} must be given, as text.")
    fewest = values.get("needs_conditions", 0)
    if not isinstance(fewest, int) or isinstance(fewest, bool) or fewest < 0:
        raise AnalysisError(f"{where}: `needs_conditions` is a whole number, 0 or more.")
    timeout = values.get("timeout", DEFAULT_TIMEOUT)
    if not isinstance(timeout, int) or isinstance(timeout, bool) or timeout < 1:
        raise AnalysisError(f"{where}: `timeout` is a whole number of seconds, 1 or more.")
    if not isinstance(values.get("every_survey", False), bool):
        raise AnalysisError(f"{where}: `every_survey` is true or false.")
    for key in ("parameters", "strobe"):
        if not isinstance(values.get(key, {}), dict):
            raise AnalysisError(f"{where}: `{key}` is a table of names and values.")


def _strings(values: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    found = values.get(key, [])
    found = [found] if isinstance(found, str) else found
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise AnalysisError(f"{where}: `{key}` is text or a list of texts.")
    return tuple(found)
