"""Every reader to which a user's file comes, with sound files to damage."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import comorbid as cm
from benchmarks import fuzz_seeds as seeds
from comorbid.analyses.manifest import read_json
from comorbid.analyses.study import load_study
from comorbid.codebook import Codebook, parse_codebook, read_codebook
from comorbid.datafile import DataFile
from comorbid.disclosure.rules import read_rules
from comorbid.drafting import draft_codebook
from comorbid.errors import ComorbidError
from comorbid.sources.codelists import read_codelist
from comorbid.sources.database import KEY_BITS
from comorbid.sources.files import read_people
from comorbid.sources.nhis_files import extract
from comorbid.sources.tables import read_table

__all__ = ["Reader", "readers"]

CODES = DataFile(text=("condition_source_value",))
LAYOUT = DataFile(layout={"ID": (1, 3), "MIG": (4, 4), "SEX": (5, 5)})
LONG = DataFile(long={"person": "ID", "item": "item", "value": "value"})
WESTERN = DataFile(delimiter=";", decimal=",", encoding="cp1252")
WIDE = DataFile(encoding="utf-16", delimiter=";")
DOCUMENT: dict[str, Any] = {
    "id": "ID",
    "release": "public-use",
    "quasi_identifiers": ["sex"],
    "variables": {
        "migraine": {"kind": "condition", "column": "MIG", "levels": {"no": 2, "yes": 1}, "missing": {"9": "refused"}},
        "sex": {"kind": "categorical", "column": "SEX", "levels": {"women": "f", "men": "m"}},
        "weight": {"kind": "continuous", "column": "KG"},
    },
}


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads, the ending of its files, sound files to damage, and whether it reads in a process of its own."""

    name: str
    ending: str
    read: Callable[[Path], Any]
    seeds: tuple[bytes, ...]
    apart: bool = False


def readers(own: Path | None = None) -> list[Reader]:
    """Every reader; sound files that cannot be made here come from a folder."""
    from tests.sources.xpt_writer import write_xpt

    xpt = seeds.written(".xpt", lambda path: write_xpt(seeds.people().drop(columns="SEX"), path))
    csv, sav, dta, parquet = seeds.csv(), seeds.sav(), seeds.dta(), seeds.parquet()
    book = parse_codebook(DOCUMENT)
    found = [
        Reader("csv", ".csv", read_people, csv),
        Reader("csv-gz", ".csv.gz", read_people, seeds.packed(".gz")),
        Reader("csv-xz", ".csv.xz", read_people, seeds.packed(".xz")),
        Reader("csv-utf-16", ".csv", partial(read_people, how=WIDE), seeds.wide_letters()),
        Reader("csv-semicolons", ".csv", partial(read_people, how=WESTERN), seeds.semicolons()),
        Reader("long", ".csv", partial(read_people, how=LONG), seeds.long()),
        Reader("fixed-width", ".dat", partial(read_people, how=LAYOUT), seeds.fixed()),
        Reader("xpt", ".xpt", read_people, (xpt,)),
        Reader("sas7bdat", ".sas7bdat", read_people, ()),
        Reader("sav", ".sav", read_people, sav, apart=True),
        Reader("por", ".por", read_people, seeds.por(), apart=True),
        Reader("dta", ".dta", read_people, dta),
        Reader("xlsx", ".xlsx", read_people, seeds.xlsx()),
        Reader("parquet", ".parquet", read_people, parquet),
        Reader("codebook", ".toml", read_codebook, seeds.codebooks()),
        Reader("codelist", ".csv", read_codelist, seeds.codelists()),
        Reader("records", ".csv", recorded, seeds.records()),
        Reader("table", ".csv.xz", read_table, seeds.packed(".xz")),
        Reader("nhis-zip", ".zip", yearly, seeds.nhis()),
        Reader("study", ".toml", studied, seeds.studies()),
        Reader("rules", ".toml", lambda path: read_rules("mine", path), seeds.rules()),
        Reader("manifest", ".json", read_json, (json.dumps({"status": "complete", "tables": [DOCUMENT]}).encode(),)),
        Reader("load", ".csv", partial(loaded, book=book), csv),
        Reader("check", ".csv", lambda path: cm.check_cohort(path, codebook=book), csv),
        Reader("relation", ".parquet", partial(related, book=book), parquet),
        Reader("init-csv", ".csv", drafted, (*csv, *seeds.semicolons(), *seeds.tabs(), *seeds.wide_letters())),
        Reader("init-sav", ".sav", drafted, sav, apart=True),
        Reader("init-dta", ".dta", drafted, dta),
    ]
    return [_with_own(reader, own) for reader in found]


def _with_own(reader: Reader, own: Path | None) -> Reader:
    more = sorted(own.rglob(f"*{reader.ending}")) if own is not None else []
    small = tuple(path.read_bytes() for path in more if path.stat().st_size < 2**18)
    return replace(reader, seeds=reader.seeds + small)


def drafted(path: Path) -> None:
    """Propose a codebook; what is proposed must hold together, whatever the file says.

    Raises
    ------
    RuntimeError
        When it does not, in place of an error of ours.
    """
    text = draft_codebook(path).text
    try:
        parse_codebook(tomllib.loads(text))
    except (ComorbidError, ValueError) as fault:
        raise RuntimeError("the proposal does not hold together") from fault


def loaded(path: Path, book: Codebook) -> None:
    """Load a cohort by its codebook, and count."""
    cm.prevalence(cm.load_cohort(path, codebook=book))


@cache
def database() -> Any:
    """A database that a child keeps: opening one takes three times as long as reading a file through it."""
    import ibis

    return ibis.duckdb.connect(perfect_ht_threshold=KEY_BITS)


def related(path: Path, book: Codebook) -> None:
    """Load a cohort that stays in a database, and count."""
    import ibis

    opened = database()
    with patch.object(ibis.duckdb, "connect", lambda **_: opened):
        loaded(path, book)


def recorded(path: Path) -> None:
    """Load coded records of people who were under observation."""
    rows = read_people(path, CODES)
    cm.load_records(rows, seeds.people().rename(columns={"ID": "person_id"}), "icd-10-cm")


def studied(path: Path) -> None:
    """Load a study beside whose file its notebooks lie."""
    for notebook in Path("notebooks").glob("*.ipynb"):
        (path.parent / notebook.name).touch()
    load_study(path)


def yearly(path: Path) -> None:
    """Take a year's columns out of the archive, where its publisher's name is looked for."""
    place = path.parent / "2018"
    place.mkdir(exist_ok=True)
    os.replace(path, place / "samadultcsv.zip")
    extract(2018, place, ["PSTRAT", "PPSU", "AMIGR"], ["AGE_P"])
