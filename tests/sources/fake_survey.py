"""A survey of a dozen invented people a cycle, its published counts, and a publisher that serves its files."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pandas as pd

from comorbid.sources import nhanes
from comorbid.sources.body_map import SITES
from comorbid.sources.download import Downloader
from comorbid.sources.frequencies import COLUMNS, DISTINCT, MISSING, Frequencies
from tests.sources.xpt_writer import write_xpt

COHORT = nhanes.COHORT
PEOPLE = 12
QUICK = Downloader(attempts=3, pause=0.001, timeout=5)
PAGE = b"<!DOCTYPE html><html><body>This page has moved.</body></html>" + b" " * 80


def fake_tables() -> dict[str, pd.DataFrame]:
    """The fifteen tables, with invented people; every cycle has children, who are not asked about pain."""
    tables = {}
    for number, suffix in enumerate(nhanes.CYCLES):
        rng = np.random.default_rng([2024, number])
        demo = _demo(number, rng)
        adults = demo["SEQN"][demo["RIDAGEYR"] >= 20]
        tables[f"DEMO{suffix}"] = demo
        tables[f"MPQ{suffix}"] = _pain(adults, rng)
        tables[f"BMX{suffix}"] = pd.DataFrame({"SEQN": demo["SEQN"], "BMXBMI": rng.normal(27, 4, PEOPLE).round(2)})
        ever = rng.choice([1, 2], len(adults))
        now = np.where(ever == 1, rng.choice([1, 2, 3], len(adults)), np.nan)
        tables[f"SMQ{suffix}"] = pd.DataFrame({"SEQN": adults, "SMQ020": ever, "SMQ040": now})
        tables[f"HUQ{suffix}"] = pd.DataFrame({"SEQN": demo["SEQN"], "HUQ010": rng.choice([1, 2, 3, 4, 5], PEOPLE)})
    return tables


def _demo(number: int, rng: np.random.Generator) -> pd.DataFrame:
    age = np.array([5, 15, 20, 26, 33, 41, 48, 55, 62, 70, 79, 85])
    interview = rng.uniform(1000, 90000, PEOPLE)
    examined = np.where(np.arange(PEOPLE) % 5 == 4, 1, 2)
    columns = {
        "SEQN": 1 + number * 100 + np.arange(PEOPLE),
        "SDDSRVYR": number + 1,
        "RIDSTATR": examined,
        "RIAGENDR": rng.choice([1, 2], PEOPLE),
        "RIDAGEYR": np.where(age == 5, 0, age),
        "RIDRETH1": rng.choice([1, 2, 3, 4, 5], PEOPLE),
        "DMDEDUC2": np.where(age >= 20, rng.choice([1, 3, 4, 5, 7], PEOPLE), np.nan),
        "SDMVSTRA": 1 + 2 * number + (np.arange(PEOPLE) % 2),
        "SDMVPSU": 1 + (np.arange(PEOPLE) // 2) % 2,
        "WTINT2YR": interview,
        "WTMEC2YR": np.where(examined == 2, interview * 1.1, 0.0),
    }
    if number < 2:
        columns |= {"WTINT4YR": interview / 2, "WTMEC4YR": np.where(examined == 2, interview * 0.55, 0.0)}
    return pd.DataFrame(columns)


def _pain(adults: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    n = len(adults)
    columns = {"SEQN": adults.to_numpy()}
    columns |= {item: rng.choice([1, 2, 2, 9], n) for item in ("MPQ060", "MPQ070", "MPQ080", "MPQ090")}
    pain = np.arange(n) % 2 == 0
    columns["MPQ100"] = np.where(pain, 1, 2)
    columns["MPQ110"] = np.where(pain, rng.choice([1, 3, 4], n), np.nan)
    for code, letter in enumerate(SITES, 10):
        columns[f"MPQ120{letter}"] = np.where(pain & (rng.uniform(size=n) < 0.12), code, np.nan)
    return pd.DataFrame(columns)


def frequencies_of(tables: Mapping[str, pd.DataFrame]) -> Frequencies:
    """What a publisher of these tables would print: each code counted; ranges for weights and body mass index."""
    return Frequencies({table: {str(name): _codes(frame[name]) for name in frame} for table, frame in tables.items()})


def _codes(column: pd.Series) -> dict[str, int]:
    if column.name == "SEQN":
        return {DISTINCT: len(column)}
    missing = {MISSING: int(column.isna().sum())}
    if str(column.name).startswith(("WT", "BMX")):
        return {f"{column.min():.6f} to {column.max():.6f}": int(column.notna().sum())} | missing
    return {f"{value:g}": int(count) for value, count in column.value_counts().items()} | missing


def write_frequencies(frequencies: Frequencies, path: Path) -> None:
    """In the form in which published counts ship."""
    rows = [
        (table, variable, code, count)
        for table, variables in frequencies.tables.items()
        for variable, codes in variables.items()
        for code, count in codes.items()
    ]
    pd.DataFrame(rows, columns=COLUMNS).to_csv(path, index=False)


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """In the compressed form, with NA for missing; whole numbers without a decimal point."""
    frame.convert_dtypes().to_csv(path, index=False, na_rep="NA", lineterminator="\n")


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path, form: str) -> Path:
    """Every table in a folder, as "xpt" or "csv.xz"."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        (write_xpt if form == "xpt" else write_csv)(frame, folder / f"{name}.{form}")
    return folder


@dataclass
class Publisher:
    """A server with files by name, answers in place of them, and a record of what was asked.

    answers : bytes of a status-200 answer, or a list of statuses that come first, by table.
    cut : tables whose body ends early.
    """

    folder: Path
    answers: dict[str, bytes | list[int]] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def answer(self, path: str) -> tuple[int, bytes]:
        self.asked.append(path)
        name = path.rsplit("/", 1)[-1].removesuffix(".xpt")
        given = self.answers.get(name)
        if isinstance(given, bytes):
            return 200, given
        if given:
            return given.pop(0), b""
        file = self.folder / f"{name}.xpt"
        return (200, file.read_bytes()) if file.is_file() else (404, b"")

    def tables_asked(self) -> list[str]:
        return [path.rsplit("/", 1)[-1].removesuffix(".xpt") for path in self.asked]


@contextmanager
def serving(publisher: Publisher) -> Iterator[Publisher]:
    """The publisher on a free port of this machine, in a thread."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = publisher.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            cut = any(f"/{name}.xpt" in self.path for name in publisher.cut)
            self.wfile.write(body[: len(body) // 2] if cut else body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    publisher.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield publisher
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
