"""NHIS by year: fixed-width and comma-separated files, pooled years, and how they are fetched; invented people."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.cells import collapse_cohort
from comorbid.cli import main
from comorbid.errors import SourceError
from comorbid.paths import cache_dir, data_dirs, resource_dir
from comorbid.sources import frequencies, nhis, nhis_nhpi, nhis_pooled
from comorbid.sources.fetch import fetch_cohort
from comorbid.sources.nhis_files import archives, read_fixed_width, read_layout
from comorbid.sources.registry import SIBLINGS, codebook_of
from tests.sources.fake_survey import PAGE, QUICK, Publisher, serving

LAYOUTS = pd.read_csv(resource_dir("codebooks") / "nhis-layouts.csv")
PEOPLE = 60
DESIGN_NAMES = ("WTFA_SA", "STRATUM", "STRAT_P", "PSTRAT", "PSU", "PSU_P", "PPSU", "SEX", "AGE_P")
PAINS = ("PAINECK", "PAINLB", "PAINFACE", "AMIGR")
PROGRAMS = {
    1997: "43-48 49-51 52 18 19-20 193 194 196 197",
    1998: "46-51 52-54 55 18 19-20 197 198 200 201",
    2002: "55-60 61-63 64 18 19-20 254 255 257 258",
    2003: "51-56 57-59 60 18 19-20 266 267 269 270",
    2005: "26-31 33-35 36 37 46-47 214 215 217 218",
    2006: "27-32 34-36 37-38 39 48-49 238 239 241 242",
    2007: "27-32 34-36 37-38 39 48-49 266 267 269 270",
    2008: "27-32 34-36 37-38 39 48-49 300 301 303 304",
    2009: "27-32 34-36 37-38 39 48-49 259 260 262 263",
    2010: "27-32 34-36 37-38 39 48-49 358 359 361 362",
    2011: "27-32 34-36 37-38 39 48-49 250 251 253 254",
    2012: "27-32 34-36 37-38 39 48-49 311 312 314 315",
    2013: "27-32 34-36 37-38 39 48-49 282 283 285 286",
    2014: "27-32 34-36 37-38 39 48-49 287 288 290 291",
    2015: "27-32 34-36 37-38 39 48-49 303 304 315 316",
    2016: "27-32 34-36 37-39 40 49-50 284 285 287 288",
    2018: "27-32 34-36 37-39 40 49-50 291 292 294 295",
}
"""Weight, stratum, PSU, sex, age, neck, low back, jaw and headache in the INPUT statement of the publisher's program,
https://ftp.cdc.gov/pub/Health_Statistics/NCHS/Program_Code/NHIS/<year>/samadult.sas (2007: 22 May 2008, 2008: 16 June
2009, 2012: 16 May 2013), read in public copies of the SAS and Stata programs."""
DIAGNOSED = {
    2007: {"ARTH1": 258, "ARTHTYP5": 264},
    2008: {"MIGRAINE": 132, "ARTH1": 292, "ARTHTYP5": 298},
    2012: {"ARTH1": 303, "ARTHTYP5": 309},
}
"""Arthritis, fibromyalgia and, in 2008, migraine ever, in the same programs."""


def layout_of(year: int) -> dict[str, tuple[int, int]]:
    rows = LAYOUTS[LAYOUTS["year"] == year]
    return dict(zip(rows["variable"], zip(rows["start"], rows["end"], strict=True), strict=True))


def _span(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def invented(year: int) -> pd.DataFrame:
    """Sample adults with every column of the year's layout, whole numbers or missing."""
    rng = np.random.default_rng(year)
    arthritis = rng.choice([1, 2, 2, 7], PEOPLE)
    columns = {
        "SRVY_YR": year,
        "WTFA_SA": rng.integers(500, 90_000, PEOPLE),
        **dict.fromkeys(("STRAT_P", "STRATUM", "PSTRAT"), 1 + np.arange(PEOPLE) % 4),
        **dict.fromkeys(("PSU_P", "PSU", "PPSU"), 1 + (np.arange(PEOPLE) // 4) % 2),
        "SEX": rng.choice([1, 2], PEOPLE),
        "AGE_P": rng.integers(18, 86, PEOPLE),
        "ARTH1": arthritis,
        "ARTHTYP5": np.where(arthritis == 1, rng.choice([1, 2, 9], PEOPLE), np.nan),
        **{name: rng.choice([1, 2, 2, 9], PEOPLE) for name in ("PAINECK", "PAINLB", "AMIGR", "MIGRAINE")},
        "PAINFACE": rng.choice([1, 2, 2, 8], PEOPLE),
    }
    return pd.DataFrame({name: columns[name] for name in layout_of(year)}).astype("Int64")


def fixed_width(frame: pd.DataFrame, layout: dict[str, tuple[int, int]], length: int = 400) -> str:
    """Lines of a fixed-width file, numbers filled with zeros, everything else blank."""
    lines = []
    for row in frame.to_dict("records"):
        line = [" "] * length
        for name, (start, end) in layout.items():
            width = end - start + 1
            text = " " * width if pd.isna(row[name]) else f"{row[name]:0{width}d}"
            line[start - 1 : end] = text
        lines.append("".join(line))
    return "\n".join(lines) + "\n"


def archive(path: Path, member: str, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(member, text)
    return path


@pytest.fixture(autouse=True)
def counts(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The numbers of people of invented years in place of the published ones."""
    folder = tmp_path_factory.mktemp("codebooks")
    for path in resource_dir("codebooks").glob("*-frequencies.csv"):
        shutil.copy(path, folder)
    rows = [("nhis2007_pain", "SRVY_YR", 2007, PEOPLE), ("nhis2012_pain", "SRVY_YR", 2012, PEOPLE)]
    pd.DataFrame(rows, columns=frequencies.COLUMNS).to_csv(folder / "nhis-years-frequencies.csv", index=False)
    monkeypatch.setattr(frequencies, "resource_dir", lambda kind: folder)
    frequencies.published_frequencies.cache_clear()
    yield
    frequencies.published_frequencies.cache_clear()


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    """The three years as a person would have downloaded them, one archive each."""
    for year in nhis_pooled.POOLED:
        archive(
            tmp_path / "got" / str(year) / "samadult.zip", "SAMADULT.DAT", fixed_width(invented(year), layout_of(year))
        )
    return tmp_path / "got"


@pytest.fixture
def pooled(cache: Path, downloads: Path) -> cm.Cohort:
    fetch_cohort("nhis-2007-2012", downloads)
    return cm.load_cohort("nhis-2007-2012")


@pytest.mark.parametrize("year", PROGRAMS)
def test_positions_are_those_of_the_setup_programs(year: int) -> None:
    """What ships is what the publisher's program of the year says; every column has its own characters."""
    names = [name for name in DESIGN_NAMES if name in layout_of(year)]
    said = {name: _span(text) for name, text in zip((*names, *PAINS), PROGRAMS[year].split(), strict=True)}
    layout = layout_of(year)
    assert layout == {"SRVY_YR": (3, 6), **said, **{name: (at, at) for name, at in DIAGNOSED.get(year, {}).items()}}
    taken = [place for start, end in layout.values() for place in range(start, end + 1)]
    assert len(taken) == len(set(taken))


def test_no_year_has_positions_that_no_program_vouches_for() -> None:
    assert set(LAYOUTS["year"]) == set(PROGRAMS)


@pytest.mark.parametrize("year", PROGRAMS)
def test_a_fixed_width_file_gives_back_what_was_written(tmp_path: Path, year: int) -> None:
    archive(tmp_path / str(year) / "samadult.zip", "SAMADULT.DAT", fixed_width(invented(year), layout_of(year)))
    frame = nhis.build(f"nhis{year}_pain", tmp_path)
    newest = {"STRAT_P": "PSTRAT", "STRATUM": "PSTRAT", "PSU_P": "PPSU", "PSU": "PPSU"}
    expected = invented(year).rename(columns=newest)
    assert set(frame.columns) == set(expected.columns)
    for name in frame.columns:
        assert frame[name].astype("Int64").equals(expected[name]), name


@pytest.mark.parametrize(("folder", "year"), [(2007, 2008), (2012, 2011), (2014, 2013)])
def test_a_fixed_width_file_of_another_year_is_refused(tmp_path: Path, folder: int, year: int) -> None:
    """Its digits at the positions of the year would be plausible codes of other questions."""
    archive(tmp_path / str(folder) / "samadult.zip", "SAMADULT.DAT", fixed_width(invented(year), layout_of(year)))
    with pytest.raises(SourceError, match=f"not of {folder}|no numbers at these positions"):
        nhis.build(f"nhis{folder}_pain", tmp_path)
    filled = fixed_width(invented(year), layout_of(year)).replace(" ", "1")
    archive(tmp_path / str(folder) / "samadult.zip", "SAMADULT.DAT", filled)
    with pytest.raises(SourceError, match=f"not of {folder}: its SRVY_YR says otherwise"):
        nhis.build(f"nhis{folder}_pain", tmp_path)


def test_the_pooled_years(pooled: cm.Cohort) -> None:
    assert pooled.n == 3 * PEOPLE
    assert pooled.conditions == ("migraine", "low_back_pain", "neck_pain", "fibromyalgia")
    years = {year: invented(year) for year in nhis_pooled.POOLED}
    weights = pooled.people.weights(pooled.design)
    assert weights.sum() == pytest.approx(sum(frame["WTFA_SA"].sum() for frame in years.values()) / 3)
    assert pooled.clusters.n_strata == 4 and pooled.clusters.n_units == 8
    assert collapse_cohort(pooled, ["sex"]).degrees_of_freedom == 4
    found = cm.prevalence(pooled).set_index("outcome")
    for condition, item in {"neck_pain": "PAINECK", "low_back_pain": "PAINLB", "migraine": "AMIGR"}.items():
        assert found.loc[condition, "events"] == sum((frame[item] == 1).sum() for frame in years.values())
    cases = sum(((frame["ARTH1"] == 1) & (frame["ARTHTYP5"] == 1).fillna(False)).sum() for frame in years.values())
    assert found.loc["fibromyalgia", "events"] == cases
    assert pooled.n_missing(["migraine_ever"])["migraine_ever"] >= 2 * PEOPLE


def test_fibromyalgia_follows_the_first_question() -> None:
    arthritis = pd.Series([1, 1, 1, 2, 7, 1])
    told = pd.Series([1, 2, 9, np.nan, np.nan, np.nan])
    expected = [1.0, 0.0, np.nan, 0.0, np.nan, np.nan]
    assert np.array_equal(nhis_pooled.fibromyalgia(arthritis, told), expected, equal_nan=True)


def test_fetch_does_not_claim_counts_that_were_not_compared(cache: Path, downloads: Path, capsys) -> None:
    assert main(["fetch", "nhis-2008", "--from", str(downloads)]) == 0
    assert "there are no published counts here" in capsys.readouterr().out
    assert main(["fetch", "nhis-2007-2012", "--from", str(downloads)]) == 0
    assert "2 of them, whose number of people was published, have as many" in capsys.readouterr().out


def test_a_year_with_another_number_of_people_is_refused(cache: Path, downloads: Path) -> None:
    """A file that breaks off is no file of fewer people."""
    text = fixed_width(invented(2012)[:-1], layout_of(2012))
    archive(downloads / "2012" / "samadult.zip", "SAMADULT.DAT", text)
    with pytest.raises(SourceError, match="59 found, 60 published"):
        fetch_cohort("nhis-2012", downloads)


def test_the_numbers_of_people_are_those_that_were_published() -> None:
    """As the publisher printed them, for single years and for three years together.

    2007, 2010, 2012: abstracts of Summary Health Statistics for U.S. Adults (Vital and Health Statistics 10). 2006,
    2008, 2011, 2012, 2016 (also men and women): Morbidity and Mortality Weekly Report 56(44), 58(44), 61(44), 63(2),
    67(2). Health Behaviors of Adults has 2005 to 2007 and 2008 to 2010 together, which leaves 2005 and 2009.
    """
    shipped = pd.read_csv(resource_dir("codebooks") / "nhis-years-frequencies.csv")
    people = shipped[shipped["variable"] == "SRVY_YR"].set_index("code")["count"]
    printed = {2006: 24_275, 2007: 23_393, 2008: 21_781, 2010: 27_157, 2011: 33_014, 2012: 34_525, 2016: 33_028}
    assert people[[*printed]].to_dict() == printed
    assert people.loc[2005:2007].sum() == 79_096 and people.loc[2008:2010].sum() == 76_669
    assert len(people) == len(printed) + 2
    assert shipped.groupby("table")["count"].sum()["nhis2016_pain"] == 2 * 33_028
    assert list(shipped.loc[shipped["variable"] == "SEX", "count"]) == [14_991, 18_037]


def test_a_single_year(cache: Path, downloads: Path) -> None:
    fetch_cohort("nhis-2012", downloads)
    cohort = cm.load_cohort("nhis-2012")
    assert (cohort.n, cohort.title) == (PEOPLE, "NHIS 2012")
    assert cohort.conditions == ("migraine", "low_back_pain", "neck_pain", "jaw_pain")
    assert "STRAT_P" in cohort.codebook.about
    assert cm.check_cohort("nhis-2012").empty
    assert "nhis-2012" in set(cm.list_cohorts()["cohort"])
    assert main(["prevalence", "nhis-2012", "--format", "json"]) == 0


def test_a_year_in_csv_form(cache: Path, tmp_path: Path) -> None:
    frame = invented(2012).rename(columns={"STRAT_P": "PSTRAT", "PSU_P": "PPSU"}).drop(columns=["ARTH1", "ARTHTYP5"])
    frame = frame.assign(SRVY_YR=2016)
    archive(tmp_path / "2016" / "samadultcsv.zip", "samadult.csv", frame.to_csv(index=False))
    fetch_cohort("nhis-2016", tmp_path)
    cohort = cm.load_cohort("nhis-2016")
    assert cohort.conditions == ("migraine", "low_back_pain", "neck_pain", "jaw_pain")
    archive(tmp_path / "2018" / "samadultcsv.zip", "samadult.csv", frame.to_csv(index=False))
    with pytest.raises(SourceError, match="not of 2018"):
        fetch_cohort("nhis-2018", tmp_path)


def test_an_own_layout_beside_the_file(cache: Path, tmp_path: Path) -> None:
    layout = layout_of(2002)
    place = tmp_path / "2001"
    place.mkdir()
    (place / "samadult.dat").write_text(fixed_width(invented(2002).assign(SRVY_YR=2001), layout))
    with pytest.raises(SourceError, match="positions of the columns of NHIS 2001 are not known"):
        fetch_cohort("nhis-2001", tmp_path)
    rows = [(name, start, end) for name, (start, end) in layout.items()]
    pd.DataFrame(rows, columns=["variable", "start", "end"]).to_csv(place / "layout.csv", index=False)
    fetch_cohort("nhis-2001", tmp_path)
    assert cm.load_cohort("nhis-2001").n == PEOPLE


@pytest.mark.parametrize("year", [1997, 2006, 2018])
def test_every_year_has_a_codebook_that_says_what_differs(year: int) -> None:
    book = codebook_of(f"nhis-{year}")
    assert book["low_back_pain"] == codebook_of("nhis-2017")["low_back_pain"]
    assert {1997: "STRATUM", 2006: "STRAT_P", 2018: "PSTRAT"}[year] in book.about
    assert str(year) in book.citation and "2017," not in book.citation


def test_all_years_are_registered() -> None:
    assert {f"nhis-{year}" for year in nhis.YEARS} - {"nhis-2017"} == SIBLINGS


def test_addresses_are_those_of_the_publisher() -> None:
    base = "https://ftp.cdc.gov/pub/Health_Statistics/NCHS/Datasets/NHIS"
    assert archives(2008) == (f"{base}/2008/samadult.zip",)
    assert archives(2017) == (f"{base}/2017/samadultcsv.zip", f"{base}/2017/personsxcsv.zip")
    assert archives(1998) == (f"{base}/1998/samadult.zip",)
    assert archives(2001) == () and archives(2003) == ()


def test_an_archive_is_downloaded_and_read(cache: Path, downloads: Path, tmp_path: Path, monkeypatch) -> None:
    (downloads / "2008" / "samadult.zip").rename(tmp_path / "samadult.zip.xpt")  # as the publisher here finds it
    with serving(Publisher(tmp_path)) as publisher:
        monkeypatch.setenv("COMORBID_MIRROR", publisher.address)
        (stored,) = fetch_cohort("nhis-2008", downloader=QUICK)
        assert publisher.asked == ["/pub/Health_Statistics/NCHS/Datasets/NHIS/2008/samadult.zip"]
        publisher.answers["samadult.zip"] = PAGE
        with pytest.raises(SourceError, match="is no archive"):
            fetch_cohort("nhis-2012", downloader=QUICK)
    assert stored.path == cache_dir() / "nhis-2008" / "nhis2008_pain.csv.gz"
    assert cm.load_cohort("nhis-2008").n == PEOPLE
    assert not list((cache_dir() / "nhis-2012").iterdir())


def test_years_without_an_address_are_taken_from_a_folder(cache: Path, tmp_path: Path) -> None:
    for cohort in ("nhis-2003", "nhis-nhpi-2014", "cchs"):
        with pytest.raises(SourceError, match=r"--from DIR"):
            fetch_cohort(cohort, downloader=QUICK)
    with pytest.raises(SourceError, match="has no folder 2008"):
        fetch_cohort("nhis-2008", tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [("x" * 400 + "\n", "no numbers at these positions"), ("1\n2\n", "no numbers at these positions")],
    ids=["letters", "short lines"],
)
def test_a_layout_of_another_file_is_noticed(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "samadult.dat").write_text(text)
    with pytest.raises(SourceError, match=message):
        read_fixed_width(tmp_path / "samadult.dat", layout_of(2008))


def test_an_archive_with_two_files_or_none_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "2008" / "samadult.zip", "readme.txt", "nothing")
    with pytest.raises(SourceError, match="does not hold one file"):
        nhis.build("nhis2008_pain", tmp_path)
    path.write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(SourceError, match="is no archive"):
        nhis.build("nhis2008_pain", tmp_path)


def test_the_fixed_width_file_of_2014_gives_the_extract_that_is_loaded() -> None:
    """Native Hawaiian and Pacific Islander survey: the publisher's bytes, read at their layout."""
    found = [path.parent for folder in data_dirs() for path in folder.rglob("nhpi2014_pain.csv.gz")]
    if not found or not read_layout(found[0]):
        pytest.skip("the fixed-width file of nhis-nhpi-2014 is not in COMORBID_DATA")
    built = nhis_nhpi.build(nhis_nhpi.TABLE, found[0])
    kept = pd.read_csv(found[0] / "nhpi2014_pain.csv.gz", low_memory=False)
    for name in nhis_nhpi.COLUMNS:
        assert np.array_equal(built[name].to_numpy(float), kept[name].to_numpy(float), equal_nan=True), name


def test_education_comes_from_the_person_file(tmp_path: Path) -> None:
    """2017: sample adults joined to the person file by household, family and person, whose zeros in front count."""
    keys = pd.DataFrame({"HHX": [f"{number:06d}" for number in range(6)], "FMX": "01", "FPX": "01"})
    told = {"EDUC1", "PHSTAT"}
    adults = keys.assign(SRVY_YR=2017, **{name: 1 for name in [*nhis.WHOLE, *nhis.MORE] if name not in told})
    persons = pd.concat([keys.assign(FPX="02"), keys]).assign(EDUC1=range(12), PHSTAT=2)
    archive(tmp_path / "2017" / "samadultcsv.zip", "samadult.csv", adults.to_csv(index=False))
    archive(tmp_path / "2017" / "personsxcsv.zip", "personsx.csv", persons.to_csv(index=False))
    built = nhis.build("nhis2017_pain", tmp_path)
    assert list(built["EDUC1"]) == list(range(6, 12)) and len(built) == 6
    archive(tmp_path / "2017" / "personsxcsv.zip", "personsx.csv", persons[:9].to_csv(index=False))
    with pytest.raises(SourceError, match="lacks people of samadult"):
        nhis.build("nhis2017_pain", tmp_path)
