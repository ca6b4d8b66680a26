"""Damaged files by the thousand for every reader: only an error of ours may come out.

Run:
    make fuzz                                            a million inputs a reader
    python benchmarks/fuzz.py --inputs 300               a quick look
    python benchmarks/fuzz.py --reader sav --seeds DIR   sound files of one's own as a beginning, sas7bdat among them

Sound files are damaged (bits flipped, bytes set, cut, repeated, spliced, numbers replaced) and read in a child process
with a limit on memory and on time for each input. A child that dies tells which input did it. The same seed gives the
same inputs. What was found is printed, one row a reader and kind, with the number of the first input that shows it;
exit status 1 when there is anything.

Run so far (seed 1), with only errors of ours in the end:
    nine of the twelve readers    20,000 inputs each
    init-csv                      4,000 inputs, after it was mended
    sav                           read apart, in a process of its own, since the C library can crash
    csv, codebook                 1,000,000 inputs: not finished yet
"""

from __future__ import annotations

import argparse
import io
import os
import random
import resource
import signal
import struct
import sys
import tempfile
import time
import tomllib
import traceback
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from comorbid.codebook import parse_codebook, read_codebook
from comorbid.datafile import DataFile
from comorbid.drafting import draft_codebook
from comorbid.errors import ComorbidError
from comorbid.sources import spss_apart
from comorbid.sources.files import read_people

MEMORY = 3 * 2**30
"""Bytes of address space of a child; a reader of today needs nearly one for its libraries."""
SECONDS = 10
"""Time for one input."""
ODD = (0, 1, 0x7F, 0x80, 0xFE, 0xFF, 0x2C, 0x22, 0x0A, 0x5B)
NUMBERS = (-1, 0, 1, 2**31 - 1, -(2**31), 2**16, 10**9)
WORDS = (*(struct.pack("<i", number) for number in NUMBERS), b"99999999", b"-1", b"1e400")


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads, the ending of its files, and sound files to damage."""

    name: str
    ending: str
    read: Callable[[Path], Any]
    seeds: tuple[bytes, ...]
    packed: bool = False


def people() -> pd.DataFrame:
    """Sixty people who never lived: numbers, text, gaps."""
    frame = pd.DataFrame({"ID": range(1, 61), "MIG": [1, 2, 9] * 20, "SEX": ["m", "f"] * 30})
    frame["KG"] = [60.5 + i / 7 if i % 9 else None for i in range(60)]
    return frame


def written(ending: str, write: Callable[[Path], Any]) -> bytes:
    """Bytes that a writer leaves in a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"seed{ending}"
        write(path)
        return path.read_bytes()


def readers(own: Path | None) -> list[Reader]:
    """Every reader with its sound files; those that cannot be made here come from a folder."""
    import pyreadstat

    from tests.sources.xpt_writer import write_xpt

    frame = people()
    labels: dict[str, Any] = {"variable_value_labels": {"MIG": {1: "yes", 2: "no"}}, "column_labels": {"MIG": "Ever?"}}
    sav = [
        written(".sav", lambda p: pyreadstat.write_sav(frame, str(p), missing_ranges={"MIG": [9]}, **labels)),
        written(".sav", lambda p: pyreadstat.write_sav(frame, str(p), row_compress=True, **labels)),
    ]
    dta = [
        written(".dta", partial(_stata, frame, version, {"MIG": {1: "yes", 2: "no", 9: "?"}}))
        for version in (114, 117, 118)
    ]
    csv = [frame.to_csv(index=False).encode(), frame.to_csv(index=False, sep=";", decimal=",").encode("cp1252")]
    fixed = "".join(f"{i:3d}{m}{s}\n" for i, m, s in zip(frame["ID"], frame["MIG"], frame["SEX"], strict=True)).encode()
    xlsx = written(".xlsx", lambda p: frame.to_excel(p, index=False))
    layout = DataFile(layout={"ID": (1, 3), "MIG": (4, 4), "SEX": (5, 5)})
    toml = [path.read_bytes() for path in sorted(Path("data/codebooks").glob("*.toml"))[:3]]
    found = [
        Reader("csv", ".csv", read_people, tuple(csv)),
        Reader("xpt", ".xpt", read_people, (written(".xpt", lambda p: write_xpt(frame.drop(columns="SEX"), p)),)),
        Reader("sas7bdat", ".sas7bdat", read_people, ()),
        Reader("sav", ".sav", read_people, tuple(sav)),
        Reader("dta", ".dta", read_people, tuple(dta)),
        Reader("xlsx", ".xlsx", read_people, (xlsx,), packed=True),
        Reader("parquet", ".parquet", read_people, (written(".parquet", frame.to_parquet),)),
        Reader("fixed-width", ".dat", lambda p: read_people(p, layout), (fixed,)),
        Reader("codebook", ".toml", read_codebook, tuple(toml)),
        Reader("init-csv", ".csv", drafted, tuple(csv)),
        Reader("init-sav", ".sav", drafted, tuple(sav)),
        Reader("init-dta", ".dta", drafted, tuple(dta)),
    ]
    return [_with_own(reader, own) for reader in found]


def _stata(frame: pd.DataFrame, version: Any, labels: Any, path: Path) -> None:
    frame.to_stata(path, write_index=False, version=version, value_labels=labels)


def _with_own(reader: Reader, own: Path | None) -> Reader:
    more = sorted(own.rglob(f"*{reader.ending}")) if own is not None and not reader.name.startswith("init") else []
    small = tuple(path.read_bytes() for path in more if path.stat().st_size < 2**18)
    return Reader(reader.name, reader.ending, reader.read, reader.seeds + small, reader.packed)


def damaged(reader: Reader, number: int, seed: int) -> bytes:
    """The input of a number: a sound file, damaged in one to five places; the same one for the same seed."""
    rng = random.Random(f"{seed}/{reader.name}/{number}")
    content = rng.choice(reader.seeds)
    if reader.packed and rng.random() < 0.7:
        return _repacked(content, rng)
    return _mutated(content, rng, reader.seeds)


def _repacked(content: bytes, rng: random.Random) -> bytes:
    """An archive with one of its members damaged and packed again, so that its checksum holds."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = rng.choice(old.namelist())
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, _mutated(text, rng, (text,)) if name == chosen else text)
    return out.getvalue()


def _mutated(content: bytes, rng: random.Random, others: tuple[bytes, ...]) -> bytes:
    data = bytearray(content)
    for _ in range(rng.randint(1, 5)):
        if not data:
            break
        at, length = rng.randrange(len(data)), rng.choice((1, 2, 4, 8, 80, 512))
        # headers decide how the rest is read: half of all damage is there
        at = at % 2048 if rng.random() < 0.5 else at
        at = min(at, len(data) - 1)
        kind = rng.randrange(9)
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[at] = rng.choice(ODD)
        elif kind == 2:
            del data[at : at + length]
        elif kind == 3:
            data[at:at] = data[at : at + length] * rng.choice((1, 2, 50))
        elif kind == 4:
            data[at:at] = rng.randbytes(length)
        elif kind == 5:
            word = rng.choice(WORDS)
            data[at : at + len(word)] = word
        elif kind == 6:
            other = rng.choice(others)
            place = rng.randrange(len(other))
            data[at : at + length] = other[place : place + length]
        elif kind == 7 and rng.random() < 0.3:
            del data[at:]
        else:
            data[at] = (data[at] + rng.choice((-1, 1))) % 256
    return bytes(data)


def fuzz(reader: Reader, inputs: int, seed: int, folder: Path, keep: Path | None) -> dict[str, tuple[int, int]]:
    """Kinds of what came out beside our own errors: how often, and the first input."""
    found: dict[str, tuple[int, int]] = {}
    at = 0
    while at < inputs:
        at, kind = _batch(reader, at, inputs, seed, folder)
        if kind:
            times, first = found.get(kind, (0, at - 1))
            found[kind] = (times + 1, first)
            if not times and keep is not None:
                name = f"{reader.name}-{at - 1}{reader.ending}"
                (keep / name).write_bytes(damaged(reader, at - 1, seed))
    return found


def _batch(reader: Reader, start: int, end: int, seed: int, folder: Path) -> tuple[int, str]:
    """Read inputs in a child until one goes wrong; the next number, and what went wrong."""
    outlet, inlet = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(outlet)
        _read_all(reader, range(start, end), seed, folder, inlet)
    os.close(inlet)
    with os.fdopen(outlet, "rb") as pipe:
        told = pipe.read().decode(errors="replace").splitlines()
    _, status = os.waitpid(child, 0)
    last = next((int(line.split()[1]) for line in reversed(told) if line.startswith("at ")), start)
    kind = next((line.removeprefix("found ") for line in told if line.startswith("found ")), "")
    if os.WIFSIGNALED(status):
        kind = f"died of {signal.Signals(os.WTERMSIG(status)).name}"
    return (end, "") if not kind else (last + 1, kind)


def _read_all(reader: Reader, numbers: range, seed: int, folder: Path, pipe: int) -> NoReturn:
    """In the child: read each input, and end at the first that brings out something else than an error of ours."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    path = folder / f"{reader.name}{reader.ending}"
    for number in numbers:
        os.write(pipe, f"at {number}\n".encode())
        path.write_bytes(damaged(reader, number, seed))
        signal.alarm(SECONDS)
        try:
            reader.read(path)
        except ComorbidError:
            pass
        except BaseException as fault:
            os.write(pipe, f"found {type(fault).__name__} in {_where(fault)}\n".encode())
            os._exit(1)
        signal.alarm(0)
    os._exit(0)


def _where(fault: BaseException) -> str:
    """The last function of the library that the fault went through."""
    frames = [frame for frame in traceback.extract_tb(fault.__traceback__) if "comorbid" in frame.filename]
    return f"{Path(frames[-1].filename).name}:{frames[-1].name}" if frames else "another package"


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


def forked(path: Path, folder: Path) -> int:
    """In place of the program that reads SPSS files: the same work in a fork, which starts in milliseconds."""
    child = os.fork()
    if child == 0:
        os._exit(spss_apart.main(str(path), str(folder)))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> int:
    """Fuzz the readers that were asked for and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="inputs a reader (default: a million)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reader", action="append", help="one reader; may be repeated (default: all)")
    parser.add_argument("--seeds", type=Path, help="folder of sound files to begin from, beside those made here")
    parser.add_argument("--keep", type=Path, help="folder for the first input of each kind")
    args = parser.parse_args()
    spss_apart.run = forked
    wrong = 0
    for reader in readers(args.seeds):
        if args.reader and reader.name not in args.reader:
            continue
        if not reader.seeds:
            print(f"{reader.name}: no sound file to begin from; name a folder with --seeds", flush=True)
            continue
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            found = fuzz(reader, args.inputs, args.seed, Path(folder), args.keep)
        spent = time.monotonic() - begun
        print(f"{reader.name}: {args.inputs:,} inputs in {spent:,.0f} s, {len(found)} kinds of fault", flush=True)
        for kind, (times, first) in sorted(found.items()):
            print(f"    {kind}: {times:,} times, first input {first}", flush=True)
        wrong += len(found)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
