"""The publisher's files of NHIS sample adults, of any year, made into the extract that the loader reads.

The files of a year lie in a folder of that year, as they were downloaded: samadult.csv or samadult.dat, or the archive
that holds it. Fixed-width files are read at the positions that ship, by year, from the publisher's setup programs, or
at those of a layout.csv beside them (variable, start, end). Positions are never guessed, and the year of every person
is compared: at the positions of one year, a file of another has plausible codes of other questions.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pandas as pd

from comorbid.errors import SourceError, listed
from comorbid.paths import resource_dir
from comorbid.sources.download import LARGEST
from comorbid.sources.unpacking import UNSOUND

__all__ = ["ADDRESS", "archives", "extract", "layout_known", "read_fixed_width", "read_layout"]

ADDRESS = "https://ftp.cdc.gov/pub/Health_Statistics/NCHS/Datasets/NHIS"
CSV_YEARS = range(2016, 2019)
"""Years whose comma-separated archives were seen; earlier ones are of fixed width."""
LOOSE = {2003}
"""Years whose fixed-width file lies at the publisher's outside an archive: they are taken from a folder."""
YEAR = "SRVY_YR"
PERSON = {2017: {"EDUC1", "PHSTAT"}}
"""Columns that come from the person file, by year."""
KEYS = ["HHX", "FMX", "FPX"]
DESIGNS = (("PSTRAT", "PPSU"), ("STRAT_P", "PSU_P"), ("STRATUM", "PSU"))
"""Names of stratum and PSU, newest first; an extract has the first."""

Layout = Mapping[str, tuple[int, int]]


def archives(year: int) -> tuple[str, ...]:
    """Addresses of the archives that a year's extract is made of; none when its layout is not known, or it has none."""
    if year in CSV_YEARS:
        names = ["samadultcsv.zip", *(["personsxcsv.zip"] if year in PERSON else [])]
    else:
        names = ["samadult.zip"] if layout_known(year) and year not in LOOSE else []
    return tuple(f"{ADDRESS}/{year}/{name}" for name in names)


def layout_known(year: int) -> bool:
    """Whether the positions of a year's fixed-width file ship with the library."""
    return bool(_shipped_layout(year))


def extract(year: int, folder: Path, columns: list[str], optional: list[str]) -> pd.DataFrame:
    """The columns of a year's sample adults that are used here, unrecoded, one row a person.

    Parameters
    ----------
    year : int
    folder : Path
        Holds a folder of the year, or is one (its name has the year in it).
    columns, optional : list of str
        Those that the year must have, and those taken where the file has them.

    Raises
    ------
    SourceError
        When no file is there, a column has no position or is absent, or a person is not in the person file.
    """
    place = _place(year, folder)
    person = PERSON.get(year, set())
    people = _sample_adults(year, place, [name for name in columns if name not in person], optional)
    if not person:
        return people.drop(columns=KEYS, errors="ignore")
    told = _read_csv(place, "personsx", [*KEYS, *sorted(person)], [])
    joined = people.merge(told, on=KEYS, how="left", validate="one_to_one", indicator=True)
    absent = int((joined["_merge"] != "both").sum())
    if absent:
        raise SourceError(f"personsx of NHIS {year} lacks people of samadult; one of the two is of another year.")
    return joined.drop(columns=[*KEYS, "_merge"])


def read_fixed_width(file: IO[str] | Path, layout: Layout) -> pd.DataFrame:
    """Columns at their positions (first and last character, from 1) as numbers; blanks are missing.

    Raises
    ------
    SourceError
        When a line is shorter than the layout, or a column holds something that is no number.
    """
    spans = [(start - 1, end) for start, end in layout.values()]
    try:
        texts = pd.read_fwf(file, colspecs=spans, names=list(layout), header=None, dtype=str, encoding="latin-1")
    except Exception:
        raise SourceError("the fixed-width file cannot be read; it is damaged or not what its name says.") from None
    numbers = texts.apply(pd.to_numeric, errors="coerce")
    wrong = [name for name in layout if (numbers[name].isna() & texts[name].notna()).any()]
    empty = [name for name in layout if numbers[name].isna().all()]
    if wrong or empty:
        raise SourceError(f"{listed(wrong or empty)}: no numbers at these positions; the layout is of another file.")
    return numbers


def _place(year: int, folder: Path) -> Path:
    """The folder with the files of the year."""
    for place in (folder / str(year), folder):
        if place.is_dir() and str(year) in place.name:
            return place
    raise SourceError(f"{folder} has no folder {year}. Put samadult of that year, as downloaded, into {folder}/{year}.")


def _sample_adults(year: int, place: Path, columns: list[str], optional: list[str]) -> pd.DataFrame:
    if _found(place, "samadult", ".csv"):
        wanted = [*columns, *(KEYS if year in PERSON else [])]
        return _read_csv(place, "samadult", wanted, [*optional, YEAR], year)
    layout = read_layout(place) or _shipped_layout(year)
    if not layout:
        raise SourceError(
            f"the positions of the columns of NHIS {year} are not known here. Write them as layout.csv (variable, "
            f"start, end), from the publisher's layout document, beside samadult.dat in {place}."
        )
    named = _design_named(layout)
    absent = [name for name in columns if name not in named]
    if absent:
        raise SourceError(f"the layout of NHIS {year} has no position of {listed(absent)}.")
    wanted = [name for name in [*columns, *optional, YEAR] if name in named]
    with _opened(place, "samadult", ".dat") as file:
        frame = read_fixed_width(file, {name: named[name] for name in wanted})
    _require_year(frame, year, f"samadult.dat in {place}")
    return frame


def _read_csv(place: Path, stem: str, columns: list[str], optional: list[str], year: int | None = None) -> pd.DataFrame:
    """Columns of a comma-separated file; keys stay text."""
    with _opened(place, stem, ".csv") as file:
        frame = _parsed(file, f"{stem}.csv", dtype=dict.fromkeys(KEYS, str))
    frame.columns = [str(name).upper() for name in frame.columns]
    frame = frame.rename(columns=_design_names(set(frame.columns)))
    absent = [name for name in columns if name not in frame.columns]
    if absent:
        raise SourceError(f"{stem}.csv in {place} has no column {listed(absent)}; it is another file.")
    if year is not None:
        _require_year(frame, year, f"{stem}.csv in {place}")
    return frame[[*columns, *(name for name in optional if name in frame.columns)]]


def _require_year(frame: pd.DataFrame, year: int, what: str) -> None:
    """Every person is of the year, where the file says of which year a person is."""
    if YEAR in frame.columns and not (frame[YEAR] == year).all():
        raise SourceError(f"{what} is not of {year}: its {YEAR} says otherwise. Take the file of {year}.")


def _design_names(present: set[str]) -> dict[str, str]:
    """Names of stratum and PSU in a file, with those of the extract."""
    for names in DESIGNS:
        if set(names) <= present:
            return dict(zip(names, DESIGNS[0], strict=True))
    return {}


def _design_named(layout: Layout) -> Layout:
    names = _design_names(set(layout))
    return {names.get(name, name): span for name, span in layout.items()}


def _shipped_layout(year: int) -> Layout:
    rows = pd.read_csv(resource_dir("codebooks") / "nhis-layouts.csv")
    return _layout(rows[rows["year"] == year])


def read_layout(place: Path) -> Layout:
    """Positions that lie beside a fixed-width file, as layout.csv; none when there is no such file."""
    path = place / "layout.csv"
    return _layout(_parsed(path, path.name)) if path.is_file() else {}


def _parsed(file: IO[str] | Path, name: str, **how: Any) -> pd.DataFrame:
    try:
        return pd.read_csv(file, low_memory=False, **how)
    except Exception:
        raise SourceError(f"{name} cannot be read as CSV: it is damaged or not what its name says.") from None


def _layout(rows: pd.DataFrame) -> Layout:
    if not {"variable", "start", "end"} <= {*rows.columns}:
        raise SourceError("layout.csv needs the columns variable, start, end.")
    try:
        spans = zip(rows["start"].astype(int), rows["end"].astype(int), strict=True)
        return dict(zip(rows["variable"].str.upper(), spans, strict=True))
    except (AttributeError, TypeError, ValueError, OverflowError):
        raise SourceError("layout.csv: variable is a name, start and end are whole numbers, in every line.") from None


def _found(place: Path, stem: str, kind: str) -> Path | None:
    """The file of a stem, or the archive that holds one of the kind."""
    archive = f"{stem}csv.zip" if kind == ".csv" else f"{stem}.zip"
    here = {path.name.lower(): path for path in place.iterdir()}
    return here.get(f"{stem}{kind}") or here.get(archive)


@contextmanager
def _opened(place: Path, stem: str, kind: str) -> Iterator[IO[str]]:
    """The file as text, out of its archive where it lies in one; a member too large is refused unread."""
    path = _found(place, stem, kind)
    if path is None:
        raise SourceError(f"{place} holds neither {stem}{kind} nor its archive.")
    if path.suffix.lower() != ".zip":
        with path.open(encoding="latin-1", newline="") as file:
            yield file
        return
    import io

    try:
        with zipfile.ZipFile(path) as archive:
            members = [item for item in archive.infolist() if item.filename.lower().endswith(kind)]
            if len(members) != 1 or members[0].file_size > LARGEST:
                raise SourceError(f"{path.name} does not hold one file {kind} of ordinary size.")
            with archive.open(members[0]) as raw, io.TextIOWrapper(raw, encoding="latin-1", newline="") as file:
                yield file
    except UNSOUND:
        raise SourceError(f"{path.name} is no archive, is damaged, or breaks off; download it again.") from None
