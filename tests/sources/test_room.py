"""What reading may take follows the size of a file: sound files of a million people are read, errors say what to do."""

from __future__ import annotations

import lzma
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from comorbid.errors import SourceError
from comorbid.sources.files import read_people
from comorbid.sources.room import RATIO, ROOM, allowance, require_room


def test_a_million_people_of_forty_answers_are_read(tmp_path: Path) -> None:
    answers = np.random.default_rng(1).random((1_000_000, 40)) < 0.1
    people = pd.DataFrame(answers.astype(np.int64)).rename(columns=str)
    people.to_parquet(tmp_path / "mine.parquet", index=False)
    assert (tmp_path / "mine.parquet").stat().st_size * 50 < people.size * 8
    assert read_people(tmp_path / "mine.parquet").equals(people)


def test_a_survey_that_packs_forty_to_one_is_read(tmp_path: Path) -> None:
    rows = np.random.default_rng(1).random((5_000, 300)) < 0.02
    text = pd.DataFrame(rows.astype(int)).rename(columns=str).to_csv(index=False).encode()
    packed = lzma.compress(text)
    (tmp_path / "mine.csv.xz").write_bytes(packed)
    assert len(text) > 15 * len(packed)
    assert read_people(tmp_path / "mine.csv.xz").to_numpy().sum() == rows.sum()


def sized(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        file.truncate(size)
    return path


def test_what_is_accepted_follows_the_file_or_what_was_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, large = sized(tmp_path / "small.sav", 10), sized(tmp_path / "large.sav", ROOM)
    assert (allowance(small), allowance(large)) == (ROOM, RATIO * ROOM)
    monkeypatch.setenv("COMORBID_MEMORY", "2.5")
    assert allowance(small) == allowance(large) == 5 * 2**29
    monkeypatch.setenv("COMORBID_MEMORY", "much")
    with pytest.raises(SourceError, match="COMORBID_MEMORY is 'much': a number of gigabytes is accepted, such as 8"):
        allowance(small)


def test_a_refusal_says_size_found_size_accepted_and_what_to_do(tmp_path: Path) -> None:
    path = sized(tmp_path / "mine.sav", 10)
    require_room(path, ROOM)
    with pytest.raises(SourceError) as refused:
        require_room(path, ROOM + 2**20, "Or save it as CSV.")
    assert str(refused.value) == (
        "mine.sav (10 bytes) would take 769 MiB of memory or more; 768 MiB is accepted for a file of its size. "
        "Or save it as CSV. If you trust the file, allow more, in gigabytes: COMORBID_MEMORY=8, for instance."
    )
