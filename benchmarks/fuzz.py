"""Damaged files by the thousand for every reader: only an error of ours may come out.

Run:
    make fuzz                                                 a million inputs a reader; INPUTS=300 for a quick look
    PYTHONPATH=src:. python benchmarks/fuzz.py --reader csv   one reader; from the root of the repository
    ... --reader sas7bdat --seeds DIR                         sound files of one's own as a beginning, beside those made
                                                              here; of SAS data sets none are made here
    ... --begin 500000 --inputs 500000                        the second half of a million

Sound files are damaged (bits flipped, bytes set, cut, repeated, spliced, numbers replaced; of a packed file mostly what
is in it) and read in a child process with a limit on memory and on time for each input. A child reads two thousand
inputs, or fewer: one that dies tells which input did it, and the next begins behind it. The same seed gives the same
inputs. What was found is printed, one row a reader and kind, with the number of the first input that shows it; exit
status 1 when there is anything.

The library reads SPSS files in a program of its own, since the C library that does so can crash. Here the child does
that program's work itself, within its own limits, which saves starting it each time. An input over which the child
dies is then read once more as the library reads it, program and all, and that must end in an error of ours.

Run so far, at seed 1, on two cores shared with much else. A million was asked of each reader; every format has had it.
In the last run of every reader below only errors of ours came out. Sound files in brackets, with those of --seeds; in
the last column those that were read with the code as it is since the last change, in part fresh ones from number
2,000,000 on.

    csv              1,000,000 (2)    2,161 s     200,000
    csv-gz           1,000,000 (2)      650 s     970,000
    csv-xz           1,000,000 (2)      610 s   1,000,000
    csv-utf-16       1,000,000 (2)      600 s   1,000,000
    csv-semicolons   1,000,000 (1)      760 s   1,000,000
    xpt              1,000,000 (3)      646 s     100,000
    sas7bdat         1,000,000 (7)    2,105 s     100,000   files of ReadStat's writer and of haven's examples
    sav              1,000,000 (7)    4,682 s      60,000   394,000 of them since the memory is reckoned
    por              1,000,000 (2)    2,866 s     100,000
    dta              1,000,000 (14)   3,083 s     100,000
    xlsx             1,000,000 (2)    4,663 s      60,000
    parquet          1,000,000 (9)      949 s     200,000
    fixed-width      1,000,000 (1)    3,336 s     100,000
    long             1,000,000 (1)    1,617 s     350,000
    records          1,000,000 (1)    5,329 s     300,000
    nhis-zip         1,000,000 (1)    3,880 s      20,000
    codebook         1,000,000 (3)    1,576 s      20,000
    codelist         1,000,000 (3)      186 s      20,000
    rules            1,000,000 (1)       90 s   1,000,000
    manifest         1,000,000 (1)       50 s   1,000,000
    load             1,000,000 (2)    1,190 s   1,000,000
    table              210,000 (2)      144 s     220,000
    init-csv             5,000                      20,000
    init-sav, init-dta, check     3,000 each        15,000 each
    study                5,000                       3,000
    relation             1,000                       2,000

Found and mended in the library, each with a test in tests/sources (test_damaged_files.py, test_headers.py): UTF-16
without its mark (csv), code lists that are not UTF-8, damaged archives and layouts of NHIS years, damaged Parquet
behind DuckDB, empty texts taken for codes and two columns of one name (init), facts of a Parquet column that end the
process when asked for, and a blank line above the header of a text file (long, records).
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NoReturn

from benchmarks.fuzz_damage import damaged
from benchmarks.fuzz_readers import Reader, readers
from comorbid.errors import ComorbidError
from comorbid.sources import spss_apart
from comorbid.sources.room import allowance

MEMORY = 3 * 2**30
"""Bytes of address space of a child; a reader of today needs nearly one for its libraries."""
SECONDS, WALL = 10, 300
"""Time for one input: of the processor, and by the clock, which runs on while others have the machine."""
BATCH = 2000
"""Inputs that a child reads; what one of them left behind reaches no further."""
QUIET = Path("/dev/shm")
"""Where the system keeps files in memory: writing millions to a disk would take longer than reading them."""
PROGRAM = spss_apart.run
ENDED = "ended"


def fuzz(reader: Reader, numbers: range, seed: int, folder: Path, keep: Path | None) -> dict[str, tuple[int, int]]:
    """Kinds of what came out beside our own errors: how often, and the first input."""
    found: dict[str, tuple[int, int]] = {}
    at = numbers.start
    while at < numbers.stop:
        at, kind = _batch(reader, range(at, min(at + BATCH, numbers.stop)), seed, folder)
        if kind:
            times, first = found.get(kind, (0, at - 1))
            found[kind] = (times + 1, first)
            if not times and keep is not None:
                (keep / f"{reader.name}-{at - 1}{reader.ending}").write_bytes(content(reader, at - 1, seed))
    return found


def content(reader: Reader, number: int, seed: int) -> bytes:
    """The input of a number."""
    return damaged(reader.seeds, reader.ending, random.Random(f"{seed}/{reader.name}/{number}"))


def _batch(reader: Reader, numbers: range, seed: int, folder: Path) -> tuple[int, str]:
    """Read inputs in a child until one goes wrong; the next number, and what went wrong."""
    last, kind = _in_child(partial(_read_all, reader, numbers, seed, folder))
    if not kind:
        return numbers.stop, ""
    if kind.startswith("died") and reader.apart:
        _, kind = _in_child(partial(_read_by_program, reader, max(last, numbers.start), seed, folder))
    return max(last, numbers.start) + 1, kind


def _in_child(work: Callable[[int], NoReturn]) -> tuple[int, str]:
    """Run a child that tells what it does; the last number it began, and what went wrong."""
    outlet, inlet = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(outlet)
        work(inlet)
    os.close(inlet)
    with os.fdopen(outlet, "rb") as pipe:
        told = pipe.read().decode(errors="replace").splitlines()
    _, status = os.waitpid(child, 0)
    last = next((int(line.split()[1]) for line in reversed(told) if line.startswith("at ")), -1)
    kind = next((line.removeprefix("found ") for line in told if line.startswith("found ")), "")
    if os.WIFSIGNALED(status):
        kind = f"died of {signal.Signals(os.WTERMSIG(status)).name}"
    elif not kind and ENDED not in told:
        kind = f"died with status {os.WEXITSTATUS(status)}"
    return last, kind


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
        path.write_bytes(content(reader, number, seed))
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.alarm(WALL)
        try:
            reader.read(path)
        except ComorbidError:
            pass
        except BaseException as fault:
            with suppress(BaseException):
                os.write(pipe, f"found {type(fault).__name__} in {_where(fault)}\n".encode())
            os._exit(1)
    os.write(pipe, f"{ENDED}\n".encode())
    os._exit(0)


def _read_by_program(reader: Reader, number: int, seed: int, folder: Path, pipe: int) -> NoReturn:
    """In a child: read one input as the library does, in a program of its own."""
    spss_apart.run = PROGRAM
    _read_all(reader, range(number, number + 1), seed, folder, pipe)


def within(path: Path, folder: Path) -> int:
    """In place of the program that reads SPSS files: the same work here, with as much memory as it would have."""
    before, highest = resource.getrlimit(resource.RLIMIT_AS)
    most = min(spss_apart.taken() + allowance(path), highest)
    resource.setrlimit(resource.RLIMIT_AS, (most, highest))
    try:
        return spss_apart.main(str(path), str(folder))
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, highest))


def _where(fault: BaseException) -> str:
    """The last function of the library that the fault went through."""
    frames = [frame for frame in traceback.extract_tb(fault.__traceback__) if "comorbid" in frame.filename]
    return f"{Path(frames[-1].filename).name}:{frames[-1].name}" if frames else "another package"


def main() -> int:
    """Fuzz the readers that were asked for and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="inputs a reader (default: a million)")
    parser.add_argument("--begin", type=int, default=0, help="number of the first input")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reader", action="append", help="one reader; may be repeated (default: all)")
    parser.add_argument("--seeds", type=Path, help="folder of sound files to begin from, beside those made here")
    parser.add_argument("--keep", type=Path, help="folder for the first input of each kind")
    args = parser.parse_args()
    spss_apart.run = within
    chosen = [reader for reader in readers(args.seeds) if not args.reader or reader.name in args.reader]
    return 1 if sum(_told(reader, args) for reader in chosen) else 0


def _told(reader: Reader, args: argparse.Namespace) -> int:
    """Fuzz one reader and print what came out; how many kinds."""
    if not reader.seeds:
        print(f"{reader.name}: no sound file to begin from; name a folder with --seeds", flush=True)
        return 0
    numbers, begun = range(args.begin, args.begin + args.inputs), time.monotonic()
    with tempfile.TemporaryDirectory(dir=QUIET if os.access(QUIET, os.W_OK) else None) as folder:
        tempfile.tempdir = folder
        found = fuzz(reader, numbers, args.seed, Path(folder), args.keep)
    tempfile.tempdir, spent = None, time.monotonic() - begun
    print(
        f"{reader.name}: {args.inputs:,} inputs of {len(reader.seeds)} files in {spent:,.0f} s, "
        f"{len(found)} kinds of fault",
        flush=True,
    )
    for kind, (times, first) in sorted(found.items()):
        print(f"    {kind}: {times:,} times, first input {first}", flush=True)
    return len(found)


if __name__ == "__main__":
    sys.exit(main())
