"""Downloads and copies: what arrives is checked, and what is not the table leaves no trace."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from comorbid.errors import SourceError, UnknownNameError
from comorbid.sources.fetch import Step, Stored, fetch_cohort
from comorbid.sources.frequencies import Frequencies
from tests.sources.fake_survey import COHORT, PAGE, QUICK, Publisher, frequencies_of, serving, write_tables

TABLES = 15


def fetched(**options: object) -> list[Stored]:
    return fetch_cohort(COHORT, downloader=QUICK, **options)  # type: ignore[arg-type]


def files(folder: Path) -> list[str]:
    """Everything that lies in a folder, hidden and below it too."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def refused(**options: object) -> str:
    with pytest.raises(SourceError) as fault:
        fetched(**options)
    return str(fault.value)


def test_every_table_is_downloaded_as_it_is_served(publisher: Publisher, cache: Path, xpt_folder: Path) -> None:
    stored = fetched()
    assert [table.action for table in stored] == ["downloaded"] * TABLES
    assert files(cache) == files(xpt_folder) == sorted(f"{table.table}.xpt" for table in stored)
    assert all((cache / name).read_bytes() == (xpt_folder / name).read_bytes() for name in files(cache))
    assert "/Nchs/Data/Nhanes/Public/2001/DataFiles/MPQ_B.xpt" in publisher.asked


def test_a_second_fetch_downloads_nothing(publisher: Publisher, cache: Path) -> None:
    fetched()
    publisher.asked.clear()
    before = {path: path.stat().st_mtime_ns for path in cache.iterdir()}
    assert {table.action for table in fetched()} == {"present"}
    assert publisher.asked == []
    assert {path: path.stat().st_mtime_ns for path in cache.iterdir()} == before


@pytest.mark.parametrize("damage", [b"", PAGE, None], ids=["emptied", "a web page", "cut"])
def test_a_damaged_table_in_the_cache_is_replaced(
    publisher: Publisher, cache: Path, xpt_folder: Path, damage: bytes | None
) -> None:
    fetched()
    publisher.asked.clear()
    path, whole = cache / "MPQ_B.xpt", (xpt_folder / "MPQ_B.xpt").read_bytes()
    path.write_bytes(whole[:-800] if damage is None else damage)
    assert [table.table for table in fetched() if table.action == "downloaded"] == ["MPQ_B"]
    assert publisher.tables_asked() == ["MPQ_B"]
    assert path.read_bytes() == whole


def test_a_damaged_table_stays_until_its_successor_has_passed(publisher: Publisher, cache: Path) -> None:
    fetched()
    (cache / "MPQ_B.xpt").write_bytes(b"damaged")
    publisher.answers["MPQ_B"] = PAGE
    refused()
    assert (cache / "MPQ_B.xpt").read_bytes() == b"damaged"
    assert len(files(cache)) == TABLES


def test_an_absent_file_is_not_asked_for_twice(publisher: Publisher, cache: Path) -> None:
    publisher.answers["BMX"] = [404]
    message = refused()
    assert "table BMX of nhanes-1999-2004 could not be downloaded" in message
    assert f"{publisher.address}/Nchs/Data/Nhanes/Public/1999/DataFiles/BMX.xpt: the server answers 404" in message
    assert "comorbid fetch nhanes-1999-2004 --from DIR" in message
    assert publisher.tables_asked().count("BMX") == 1
    assert files(cache) == ["DEMO.xpt", "MPQ.xpt"]


@pytest.mark.parametrize("statuses", [[500], [503, 502], [429]], ids=str)
def test_a_fault_of_the_server_is_tried_again(publisher: Publisher, cache: Path, statuses: list[int]) -> None:
    publisher.answers["MPQ"] = list(statuses)
    fetched()
    assert publisher.tables_asked().count("MPQ") == 1 + len(statuses)
    assert len(files(cache)) == TABLES


def test_a_server_that_stays_broken_is_given_up(publisher: Publisher, cache: Path) -> None:
    publisher.answers["DEMO"] = [500] * 99
    assert "the server answers 500" in refused()
    assert publisher.tables_asked() == ["DEMO"] * QUICK.attempts
    assert files(cache) == []


def test_a_web_page_with_status_200_is_caught(publisher: Publisher, cache: Path) -> None:
    publisher.answers["MPQ_C"] = PAGE
    message = refused()
    assert "is not table MPQ_C of nhanes-1999-2004" in message
    assert "looks like a web page" in message
    assert "Nothing of it was kept" in message
    assert "MPQ_C.xpt" not in files(cache)
    assert not [name for name in files(cache) if name.startswith(".")]


def test_a_body_that_ends_early_is_tried_again_then_refused(publisher: Publisher, cache: Path) -> None:
    publisher.cut.add("DEMO")
    message = refused()
    assert "it broke off after" in message
    assert publisher.tables_asked() == ["DEMO"] * QUICK.attempts
    assert files(cache) == []


@pytest.mark.parametrize("lost", [7, 800], ids=["inside a record", "whole records"])
def test_a_file_that_was_cut_before_it_was_sent_is_caught(
    publisher: Publisher, cache: Path, xpt_folder: Path, lost: int
) -> None:
    publisher.answers["MPQ"] = (xpt_folder / "MPQ.xpt").read_bytes()[:-lost]
    message = refused()
    assert "breaks off" in message if lost == 7 else "rows:" in message
    assert files(cache) == ["DEMO.xpt"]


def test_another_table_under_the_name_is_recognised(publisher: Publisher, cache: Path, xpt_folder: Path) -> None:
    publisher.answers["MPQ_B"] = (xpt_folder / "MPQ_C.xpt").read_bytes()
    assert "MPQ_B.xpt has the counts of MPQ_C, not of MPQ_B" in refused()
    assert "MPQ_B.xpt" not in files(cache)


def test_a_table_of_another_kind_is_named_by_what_it_lacks(publisher: Publisher, xpt_folder: Path) -> None:
    publisher.answers["MPQ"] = (xpt_folder / "HUQ.xpt").read_bytes()
    assert "MPQ.xpt has no column MPQ060, MPQ070" in refused()


def test_one_changed_code_is_caught_and_counted(
    publisher: Publisher, cache: Path, tables: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    changed = tables["HUQ"].assign(HUQ010=tables["HUQ"]["HUQ010"].replace(1, 8))
    write_tables({"HUQ": changed}, tmp_path / "changed", "xpt")
    publisher.answers["HUQ"] = (tmp_path / "changed" / "HUQ.xpt").read_bytes()
    published = int((tables["HUQ"]["HUQ010"] == 1).sum())
    assert f"HUQ.xpt: HUQ010 = 1: 0 found, {published} published (and 1 more differences)" in refused()
    assert "HUQ.xpt" not in files(cache)


def test_an_interrupted_download_leaves_nothing(publisher: Publisher, cache: Path) -> None:
    def interrupt(step: Step) -> None:
        if step.table == "BMX":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetched(progress=interrupt)
    assert files(cache) == ["DEMO.xpt", "MPQ.xpt"]


def test_progress_tells_table_place_and_bytes(publisher: Publisher, xpt_folder: Path) -> None:
    steps: list[Step] = []
    fetched(progress=steps.append)
    size = (xpt_folder / "MPQ.xpt").stat().st_size
    assert [step for step in steps if step.table == "MPQ"][-1] == Step("MPQ", 2, TABLES, size, size)


def test_what_a_killed_run_left_is_cleared_when_it_is_old(publisher: Publisher, cache: Path) -> None:
    import os

    for name in (".part-old", ".part-new"):
        (cache / name).mkdir(parents=True)
        (cache / name / "MPQ.xpt").write_bytes(b"half")
    os.utime(cache / ".part-old", (0, 0))
    fetched()
    assert not (cache / ".part-old").exists()
    assert (cache / ".part-new").exists()


@pytest.mark.parametrize("form", ["xpt", "csv.xz"])
def test_tables_are_copied_from_a_folder(
    cache: Path, shipped: object, xpt_folder: Path, csv_folder: Path, tmp_path: Path, form: str
) -> None:
    outer = tmp_path / "stick"
    shutil.copytree(xpt_folder if form == "xpt" else csv_folder, outer / "inner")
    stored = fetched(source=outer)
    assert {table.action for table in stored} == {"copied"}
    assert files(cache) == sorted(f"{table.table}.{form}" for table in stored)


def test_an_upper_case_ending_becomes_a_lower_case_one(cache: Path, shipped: object, xpt_folder: Path) -> None:
    for path in shutil.copytree(xpt_folder, cache.parents[1] / "stick").iterdir():
        path.rename(path.with_suffix(".XPT"))
    fetched(source=cache.parents[1] / "stick")
    assert "MPQ_C.xpt" in files(cache)


def test_a_copy_replaces_a_damaged_table_of_the_other_form(publisher: Publisher, cache: Path, csv_folder: Path) -> None:
    fetched()
    (cache / "SMQ.xpt").write_bytes(PAGE)
    fetched(source=csv_folder)
    assert (cache / "SMQ.csv.xz").is_file()
    assert not (cache / "SMQ.xpt").exists()


def test_tables_that_a_folder_lacks_are_all_named_and_nothing_is_copied(
    cache: Path, shipped: object, csv_folder: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(csv_folder, tmp_path / "some")
    for name in ("MPQ_B", "HUQ_C"):
        (folder / f"{name}.csv.xz").unlink()
    message = refused(source=folder)
    assert "does not hold MPQ_B, HUQ_C of nhanes-1999-2004" in message
    assert files(cache) == []


def test_a_folder_with_a_wrong_file_is_refused(cache: Path, shipped: object, csv_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(csv_folder, tmp_path / "some")
    shutil.copy(folder / "SMQ_C.csv.xz", folder / "SMQ.csv.xz")
    assert "SMQ.csv.xz has the counts of SMQ_C, not of SMQ" in refused(source=folder)
    assert "SMQ.csv.xz" not in files(cache)


def test_a_folder_that_does_not_exist(cache: Path, shipped: object, tmp_path: Path) -> None:
    assert "there is no folder" in refused(source=tmp_path / "nowhere")


def test_no_connection_says_how_to_do_without(cache: Path, shipped: object) -> None:
    with serving(Publisher(cache)) as gone:
        pass
    message = refused(mirror=gone.address)
    assert "no connection" in message
    assert "comorbid fetch nhanes-1999-2004 --from DIR" in message
    assert files(cache) == []


def test_a_cache_that_cannot_be_written(publisher: Publisher, cache: Path) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text("a file stands where the folder should be")
    message = refused()
    assert "cannot be stored in" in message
    assert "COMORBID_DATA" in message
    assert publisher.asked == []


def test_a_disk_that_fills_up(publisher: Publisher, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert "DEMO.xpt cannot be stored" in refused()
    assert files(cache) == []


def test_a_proxy_of_the_environment_is_used(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", publisher.address)
    monkeypatch.setenv("no_proxy", "")
    fetched(mirror="http://publisher.invalid")
    assert publisher.asked[0] == "http://publisher.invalid/Nchs/Data/Nhanes/Public/1999/DataFiles/DEMO.xpt"


@pytest.mark.parametrize("mirror", ["file:///etc", "publisher.example", "ftp://publisher.example"])
def test_a_mirror_is_an_address_of_the_web(cache: Path, shipped: object, mirror: str) -> None:
    assert f"COMORBID_MIRROR is {mirror!r}" in refused(mirror=mirror)


def test_counts_of_one_s_own(publisher: Publisher, tables: dict[str, pd.DataFrame]) -> None:
    other = Frequencies(dict(frequencies_of(tables).tables) | {"DEMO": {"SEQN": {"distinct": 11}}})
    assert "DEMO.xpt: rows: 12 found, 11 published" in refused(published=other)


def test_an_unknown_survey_is_named_with_those_there_are(cache: Path) -> None:
    with pytest.raises(UnknownNameError, match="nhanes-1999-2004"):
        fetch_cohort("nhanes-1999-2003")
