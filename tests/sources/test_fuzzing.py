"""The fuzzer sees what it is for: errors of others, crashes, proposals that do not hold together."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from benchmarks.fuzz import Reader, damaged, fuzz, readers
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


def test_every_kind_of_fault_is_seen_and_the_next_input_goes_on(tmp_path: Path) -> None:
    seeds = (b"\x01" * 40,)
    found = {
        act.__name__: fuzz(Reader("r", ".r", act, seeds), 12, 1, tmp_path, tmp_path) for act in (refusing, crashing)
    }
    assert found == {"refusing": {}, "crashing": {"died of SIGABRT": (12, 0)}}
    escaped = fuzz(Reader("r", ".r", escaping, seeds), 12, 1, tmp_path, None)
    assert [kind.split()[0] for kind in escaped] == ["ValueError"] and (tmp_path / "r-0.r").exists()


def test_inputs_are_damaged_and_the_same_for_the_same_seed() -> None:
    reader = Reader("r", ".r", refusing, (bytes(range(256)) * 8,))
    inputs = [damaged(reader, number, 1) for number in range(50)]
    assert inputs == [damaged(reader, number, 1) for number in range(50)] and len(set(inputs)) > 45


def test_sound_files_are_read_by_every_reader(tmp_path: Path) -> None:
    for reader in readers(None):
        for seed in reader.seeds[:1]:
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
