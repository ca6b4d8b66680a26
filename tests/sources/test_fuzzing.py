"""The fuzzer sees what it is for: errors of others, crashes, proposals that do not hold together."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from benchmarks import fuzz as fuzzing
from benchmarks.fuzz import content, fuzz
from benchmarks.fuzz_readers import Reader, readers
from comorbid.errors import ComorbidError, SourceError
from comorbid.sources import spss_apart
from comorbid.sources.files import read_people


def refusing(path: Path) -> None:
    raise SourceError("as it should be")


def escaping(path: Path) -> None:
    if b"\x00" not in path.read_bytes():
        int("a word")


def crashing(path: Path) -> None:
    os.abort()


def leaving(path: Path) -> None:
    os._exit(0)


def by_program(path: Path) -> None:
    """Dies here, and is refused where the program reads."""
    if spss_apart.run is not fuzzing.PROGRAM:
        os.abort()
    refusing(path)


SEEDS = (b"\x01" * 40,)


def test_every_kind_of_fault_is_seen_and_the_next_input_goes_on(tmp_path: Path) -> None:
    acts = (refusing, crashing, leaving)
    found = {act.__name__: fuzz(Reader("r", ".r", act, SEEDS), range(5, 17), 1, tmp_path, tmp_path) for act in acts}
    assert found == {
        "refusing": {},
        "crashing": {"died of SIGABRT": (12, 5)},
        "leaving": {"died with status 0": (12, 5)},
    }
    escaped = fuzz(Reader("r", ".r", escaping, SEEDS), range(12), 1, tmp_path, None)
    assert [kind.split()[0] for kind in escaped] == ["ValueError"] and (tmp_path / "r-5.r").exists()


def test_what_kills_the_child_is_read_again_by_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spss_apart, "run", fuzzing.within)
    assert fuzz(Reader("r", ".r", by_program, SEEDS, apart=True), range(4), 1, tmp_path, None) == {}
    found = fuzz(Reader("r", ".r", by_program, SEEDS), range(4), 1, tmp_path, None)
    assert found == {"died of SIGABRT": (4, 0)}
    both = fuzz(Reader("r", ".r", crashing, SEEDS, apart=True), range(4), 1, tmp_path, None)
    assert both == {"died of SIGABRT": (4, 0)}


def test_inputs_are_damaged_and_the_same_for_the_same_seed() -> None:
    for reader in readers():
        inputs = [content(reader, number, 1) for number in range(50)] if reader.seeds else []
        assert inputs == [content(reader, number, 1) for number in range(len(inputs))]
        assert len({*inputs, *reader.seeds}) > 45 or not inputs, reader.name


def test_sound_files_are_read_by_every_reader(tmp_path: Path) -> None:
    for reader in readers():
        for seed in reader.seeds[:1] if reader.apart else reader.seeds:
            path = tmp_path / f"mine{reader.ending}"
            path.write_bytes(seed)
            reader.read(path)


@pytest.mark.parametrize("status", [-11, 1])
def test_a_crash_over_an_spss_file_is_an_error_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    path = tmp_path / "mine.sav"
    pyreadstat.write_sav(pd.DataFrame({"a": [0, 1]}), str(path))
    monkeypatch.setattr(spss_apart, "run", lambda *_: status)
    with pytest.raises(ComorbidError, match="cannot be read as a SPSS file: it is damaged"):
        read_people(path)


def test_what_a_broken_program_leaves_is_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaves(path: Path, folder: Path) -> int:
        (folder / spss_apart.FACTS).write_text('{"names": ["a"]}')
        (folder / spss_apart.ARRAYS).write_bytes(b"\x80\x04.")
        return 0

    path = tmp_path / "mine.sav"
    pyreadstat.write_sav(pd.DataFrame({"a": [0, 1]}), str(path))
    monkeypatch.setattr(spss_apart, "run", leaves)
    with pytest.raises(ComorbidError, match="damaged"):
        read_people(path)


def test_text_and_gaps_of_an_spss_file_come_back_as_they_lie(tmp_path: Path) -> None:
    frame: Any = pd.DataFrame({"a": [0.5, None, 2.0], "b": ["x", "", "größe"]})
    pyreadstat.write_sav(frame, str(tmp_path / "mine.sav"))
    expected, _ = pyreadstat.read_sav(str(tmp_path / "mine.sav"), user_missing=True)
    found = read_people(tmp_path / "mine.sav")
    assert found["a"].tolist()[::2] == [0.5, 2.0] and found["a"].isna().tolist() == [False, True, False]
    assert found["b"].fillna("").tolist() == expected["b"].fillna("").tolist()
