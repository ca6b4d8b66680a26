"""D. The collapse of fifty million people to patterns, in memory and from Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from people import DESIGN, MODEL, codebook_text, make_people
from processes import Worker, in_rounds, library, peer
from results import Goal, Measure, Section
from setting import Setting, say

TITLE = "The collapse"
TEXT = """Seven columns of one byte a person (section A's), to 2,304 patterns. The limit is one numpy pass that sums
the same bytes, eight at a time, which is as fast as memory gives them. From Parquet: the cohort is opened and
collapsed through `load_cohort(file, codebook=...)`, codes recoded and checked against the codebook, beside DuckDB's
and Polars' own group-by of the same columns of the same file, which check nothing. Two threads; the file lies in the
system's cache."""
LIMIT, OURS, PARQUET = "one pass over the bytes", "comorbid, frame", "comorbid, Parquet"


def run(setting: Setting) -> Iterator[Section]:
    n = setting.sizes[1] if setting.quick else 50_000_000
    section = Section("D", TITLE, TEXT)
    path = str(
        make_people(setting.folder, n, only=(*MODEL, *DESIGN)) if n > 10_000_000 else make_people(setting.folder, n)
    )
    say(f"D: {n:,} rows in memory")
    _in_memory(section, path, n)
    say(f"D: {n:,} rows from Parquet")
    _from_parquet(section, setting, path, n)
    yield section


def _in_memory(section: Section, path: str, n: int) -> None:
    with library() as us:
        us.ask("frame", path=path, names=list(MODEL))
        found = in_rounds(
            {LIMIT: lambda: us.ask("one_pass"), OURS: lambda: _load_and(us, "collapse", False)},
            {LIMIT: 9, OURS: 9},
            say,
        )
        whole = max(_load_and(us, "fit", False)["mb"] for _ in range(2))
    with library() as us:
        us.ask("frame", path=path, names=[*MODEL, *DESIGN])
        survey = max(_load_and(us, "fit", True)["mb"] for _ in range(2))
    section.measures += [_row(label, replies, n, LIMIT) for label, replies in found.items()]
    ratio = section.median(OURS, n) / section.median(LIMIT, n)
    section.at_most(f"{n:,} rows in memory, beside one pass over the same bytes", ratio, 10, "times")
    section.at_most("memory above the data, loading and fitting, without design", whole, 200, "MB")
    section.at_most("memory above the data, loading and fitting, with design", survey, 200, "MB")


def _load_and(us: Worker, do: str, survey: bool) -> dict[str, Any]:
    loaded = us.ask("cohort", survey=survey)
    done = us.ask(do)
    return {**done, "mb": max(loaded["mb"], 0.0) + max(done["mb"], 0.0)}


def _from_parquet(section: Section, setting: Setting, path: str, n: int) -> None:
    codebook = setting.folder / "people.toml"
    codebook.write_text(codebook_text(), encoding="utf-8")
    with library() as us, peer(setting.peers) as them:

        def ours() -> dict[str, Any]:
            opened = us.ask("file_cohort", path=path, codebook=str(codebook))
            done = us.ask("collapse")
            return {**done, "seconds": opened["seconds"] + done["seconds"]}

        tasks = {PARQUET: ours, "DuckDB": lambda: them.ask("duckdb_groups", path=path),
                 "Polars": lambda: them.ask("polars_groups", path=path)}  # fmt: skip
        in_rounds(tasks, dict.fromkeys(tasks, 1), say)
        found = in_rounds(tasks, dict.fromkeys(tasks, 5), say)
    section.measures += [_row(label, replies, n, PARQUET) for label, replies in found.items()]
    fastest = min(
        (m for m in section.measures if m.method in ("DuckDB", "Polars") and m.seconds), key=lambda m: m.median
    )
    ratio = section.median(PARQUET, n) / fastest.median
    section.at_most(
        f"{n:,} rows from Parquet, beside the faster of DuckDB and Polars ({fastest.method})", ratio, 1.1, "times"
    )
    answers = [replies[0].get("answer") for replies in found.values()]
    same = all(answer == answers[0] for answer in answers)
    section.goals.append(Goal("the same people and patterns", "equal", "equal" if same else "not equal", same))


def _row(label: str, replies: list[dict[str, Any]], n: int, against: str) -> Measure:
    good = [reply for reply in replies if "error" not in reply]
    row = Measure(label, n, [reply["seconds"] for reply in good], against=against)
    row.mb = max((reply["mb"] for reply in good), default=row.mb)
    return row
