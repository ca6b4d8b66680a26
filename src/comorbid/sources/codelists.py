"""Code lists: which codes of which vocabulary mean which condition, as files with version and source.

Many to many: a condition has several codes, and a code may belong to several conditions (M54.2: neck pain, dorsalgia).
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from comorbid.errors import CodebookError, UnknownNameError, listed
from comorbid.paths import resource_dir
from comorbid.sources.code_forms import compared_code, compared_codes, listable

__all__ = ["Code", "CodeList", "read_codelist"]

COLUMNS = ("condition", "vocabulary", "code", "match", "meaning", "version", "source")
MATCHES = ("exact", "prefix")


@dataclass(frozen=True, slots=True)
class Code:
    """One line of a code list; with match "prefix" it stands for every code that begins with it."""

    condition: str
    vocabulary: str
    code: str
    match: str
    meaning: str
    version: str
    source: str

    @property
    def shown(self) -> str:
        """Vocabulary and code, with a star for every code that begins with it."""
        return f"{self.vocabulary}: {self.code}{'*' if self.match == 'prefix' else ''}"

    @property
    def compared(self) -> str:
        """The code as it is compared with others."""
        return compared_code(self.vocabulary, self.code)


@dataclass(frozen=True, slots=True)
class CodeList:
    """Codes of one vocabulary or several."""

    codes: tuple[Code, ...]

    @property
    def conditions(self) -> tuple[str, ...]:
        """Conditions that have a code, in the order of the list."""
        return tuple(dict.fromkeys(code.condition for code in self.codes))

    @property
    def vocabularies(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(code.vocabulary for code in self.codes))

    def shown(self, condition: str) -> tuple[str, ...]:
        """Codes of a condition for a reader, e.g. "ICD10CM: M54.2"."""
        return tuple(dict.fromkeys(code.shown for code in self.codes if code.condition == condition))

    def items(self, condition: str) -> tuple[str, ...]:
        """Codes of a condition as a codebook lists them, e.g. "ICD10CM: M54.2", or "ICD10CM: M54*".

        Codes of other conditions that fall under one of them follow, so that what two conditions share is seen.
        """
        own = [code for code in self.codes if code.condition == condition]
        reach = _reach(own)
        others = [code for code in self.codes if code.condition != condition and code.vocabulary in reach]
        under = [code for code in others if reach[code.vocabulary].holds(code.compared)]
        return tuple(dict.fromkeys(code.shown for code in [*own, *under]))

    def conditions_of(self, codes: pd.DataFrame) -> pd.DataFrame:
        """Every code that means something, once for each condition that it means.

        Parameters
        ----------
        codes : DataFrame
            vocabulary, code; each pair once.

        Returns
        -------
        DataFrame
            vocabulary, code, condition.
        """
        found = []
        for condition in self.conditions:
            for vocabulary, reach in _reach([code for code in self.codes if code.condition == condition]).items():
                those = codes[codes["vocabulary"] == vocabulary]
                meant = compared_codes(vocabulary, those["code"]).map(reach.holds).astype(bool)
                found.append(those[meant].assign(condition=condition))
        return pd.concat(found, ignore_index=True).drop_duplicates()


@dataclass(frozen=True, slots=True)
class _Reach:
    """What codes of one vocabulary stand for: themselves, and all that begins with a prefix."""

    exact: frozenset[str]
    prefixes: tuple[str, ...]

    def holds(self, compared: str) -> bool:
        """Whether a code, as it is compared, is one of these or begins with one."""
        return compared in self.exact or compared.startswith(self.prefixes)


def _reach(codes: Sequence[Code]) -> dict[str, _Reach]:
    """What codes stand for, by vocabulary."""
    found = {}
    for vocabulary in dict.fromkeys(code.vocabulary for code in codes):
        own = [code for code in codes if code.vocabulary == vocabulary]
        exact = frozenset(code.compared for code in own if code.match != "prefix")
        found[vocabulary] = _Reach(exact, tuple(code.compared for code in own if code.match == "prefix"))
    return found


def read_codelist(*sources: str | Path) -> CodeList:
    """Code lists from CSV files: condition, vocabulary, code, match (exact or prefix), meaning, version, source.

    Parameters
    ----------
    *sources : str or Path
        Files, or names of those that ship with the library: "icd-10-cm", "phecode-1.2", "snomed-ct". A list of another
        vocabulary is a file with the same columns. Phecodes group ICD-10 codes: back pain is one phecode, low back or
        not, and fibromyalgia has none of its own. Their ICD-10-CM map was found under the GPL alone, and is not here.

    Raises
    ------
    CodebookError
        When a file is absent, has other columns, or a line without condition, vocabulary, code, version or source.
    """
    codes = [code for source in sources for code in _read(source)]
    if not codes:
        raise CodebookError("no code list was given; name a CSV file, or icd-10-cm, phecode-1.2 or snomed-ct.")
    return CodeList(tuple(dict.fromkeys(codes)))


def _read(source: str | Path) -> list[Code]:
    shipped = resource_dir("codelists")
    path = shipped / f"{source}.csv" if (shipped / f"{source}.csv").is_file() else Path(source)
    if not path.is_file():
        names = [found.stem for found in sorted(shipped.glob("*.csv"))]
        raise UnknownNameError(f"no code list {str(source)!r}. Give a CSV file, or one that ships: {listed(names)}.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, restval="")
            if tuple(rows.fieldnames or ()) != COLUMNS:
                raise CodebookError(f"{path.name} is no code list: its columns are not {', '.join(COLUMNS)}.")
            return [_code(row, path.name, number) for number, row in enumerate(rows, 2)]
    except (OSError, UnicodeError, csv.Error) as fault:
        raise CodebookError(f"{path.name} cannot be read as CSV in UTF-8: {fault}.") from None


def _code(row: dict[str, str], name: str, number: int) -> Code:
    if None in row:
        raise CodebookError(f"{name}, line {number}: more fields than columns. Put texts with commas in quotes.")
    empty = [column for column in COLUMNS if column != "meaning" and not row[column].strip()]
    if empty:
        raise CodebookError(
            f"{name}, line {number}: no {listed(empty)}. A code without version and source is not used."
        )
    if row["match"] not in MATCHES:
        raise CodebookError(f"{name}, line {number}: match is {row['match']!r} (accepted: {listed(MATCHES)}).")
    code = Code(**{column: row[column].strip() for column in COLUMNS})
    if not listable(code.vocabulary, code.code, code.match):
        raise CodebookError(
            f"{name}, line {number}: {code.code!r} is no single code of {code.vocabulary} that can be matched so. "
            "Write one code a line; those that begin with it by match = prefix, without * or -, and not for numbers "
            "such as those of SNOMED CT."
        )
    return code
