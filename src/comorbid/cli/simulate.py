"""`comorbid simulate --n N --seed S --out FILE`: a synthetic cohort with known truth."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comorbid.errors import SourceError

if TYPE_CHECKING:
    import pandas as pd


def add_parser(subparsers: Any) -> None:
    """Add the command to the program's parser."""
    parser = subparsers.add_parser("simulate", help="write a synthetic cohort with known truth")
    parser.add_argument("--n", type=_whole, required=True, metavar="N", help="people; 1e6 is understood")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed gives the same people")
    parser.add_argument("--out", required=True, metavar="FILE", help="a .csv, .csv.gz or .parquet file")
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Write block by block to a temporary file that takes its name when it is whole."""
    from comorbid.synthetic import default_truth, generate_blocks

    path = Path(args.out)
    partial = path.with_name(f".{path.name}.partial")
    write = _writer(path)
    try:
        write(_counted(generate_blocks(args.n, args.seed, default_truth()), args.n), partial)
        os.replace(partial, path)
    except OSError as fault:
        raise SourceError(f"{path} could not be written: {fault.strerror or fault}.") from None
    finally:
        partial.unlink(missing_ok=True)
    print(f"{args.n:,} synthetic people in {path} (seed {args.seed}); nobody real is behind them.", file=sys.stderr)
    return 0


def _writer(path: Path) -> Any:
    name = path.name.lower()
    if name.endswith(".parquet"):
        return _to_parquet
    if name.endswith((".csv", ".csv.gz")):
        return _to_gzip if name.endswith(".gz") else _to_csv
    raise SourceError(f"{path.name}: synthetic people are written as .csv, .csv.gz or .parquet.")


def _to_csv(blocks: Iterable[pd.DataFrame], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        _write_csv(blocks, file)


def _to_gzip(blocks: Iterable[pd.DataFrame], path: Path) -> None:
    import gzip

    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        _write_csv(blocks, file)


def _write_csv(blocks: Iterable[pd.DataFrame], file: Any) -> None:
    for number, block in enumerate(blocks):
        block.to_csv(file, index=False, header=not number, lineterminator="\n")


def _to_parquet(blocks: Iterable[pd.DataFrame], path: Path) -> None:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise SourceError(f"{path.name}: writing Parquet needs `pip install comorbid[parquet]`.") from None
    writer = None
    try:
        for block in blocks:
            table = pyarrow.Table.from_pandas(block, preserve_index=False)
            writer = writer or parquet.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def _counted(blocks: Iterable[pd.DataFrame], n: int) -> Iterator[pd.DataFrame]:
    """The blocks, with a count on a terminal and nothing in a pipe."""
    done = 0
    for block in blocks:
        yield block
        done += len(block)
        if sys.stderr.isatty():
            end = "\n" if done == n else ""
            print(f"\r{done:,} of {n:,} people", end=end, file=sys.stderr, flush=True)


def _whole(text: str) -> int:
    """A whole number of people, 1 or more; 1e6 is understood."""
    try:
        number = float(text)
    except ValueError:
        number = 0.5
    if number < 1 or number != int(number):
        raise ArgumentTypeError(f"{text!r} is not a whole number of people, 1 or more")
    return int(number)
