"""`comorbid codebook init FILE`: propose a codebook; `comorbid codebook page CODEBOOK`: one as a page to fill in."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from comorbid.cli.output import add_format, write_frame
from comorbid.errors import SourceError, listed

if TYPE_CHECKING:
    from comorbid.drafting import Draft

WIDEST = 70
"""Letters of a label or reason on the terminal."""
MANY = 40
"""Variables from which on a reader is told how to choose among them."""


def add_parser(subparsers: Any) -> None:
    """Add the command, with its two parts, to the program's parser."""
    parser = subparsers.add_parser("codebook", help="propose a codebook for a file, or show one as a page to fill in")
    parts = parser.add_subparsers(metavar="PART", required=True)
    init = parts.add_parser("init", help="propose a codebook (TOML) from a file, for you to mend")
    init.add_argument("file", metavar="FILE", help="CSV, SAS, SPSS, Stata, Parquet or a spreadsheet")
    init.add_argument(
        "--conditions", default="", metavar="A,B=CODE",
        help="columns that are conditions, with the code or codes that mean yes where the file does not say so: "
        "asthma,smoking=2,pain=1+2 (default: recognised by their names)",
    )  # fmt: skip
    init.add_argument(
        "--columns", default="", metavar="C,D", help="the other columns to propose, such as age,sex (default: all)"
    )
    init.add_argument("--sheet", default="", metavar="NAME", help="sheet of a spreadsheet with several")
    init.add_argument("--out", metavar="TOML", help="where to write it (default: beside FILE, under its name)")
    init.add_argument("--force", action="store_true", help="write over a codebook that is there")
    add_format(init)
    init.set_defaults(run=run_init)
    page = parts.add_parser("page", help="write a data dictionary (HTML) from a codebook, with fields to fill in")
    page.add_argument("codebook", metavar="CODEBOOK", help="a codebook (TOML), or a registered cohort")
    page.add_argument("--out", metavar="HTML", help="where to write it (default: NAME.html)")
    page.set_defaults(run=run_page)


def run_init(args: Namespace) -> int:
    """Write the proposal and print what each column was taken for."""
    from comorbid.drafting import draft_codebook, parse_asked

    file = Path(args.file)
    if not file.is_file():
        raise SourceError(f"no file {file}.")
    out = Path(args.out) if args.out else file.with_name(f"{file.name.split('.')[0]}.toml")
    if out.exists() and not args.force:
        raise SourceError(f"{out} is there already and may hold your work. Name another with --out, or add --force.")
    draft = draft_codebook(file, parse_asked(args.conditions, args.columns), sheet=args.sheet, toml=str(out))
    _write(out, draft.text)
    if args.format == "table":
        frame = draft.frame()
        frame = frame if frame["label"].any() else frame.drop(columns="label")
        write_frame(frame.map(_short), "table")
        sys.stdout.write("".join(f"{line}\n" for line in ("", *_told(draft, file, out), _anonymity(out))))
    else:
        write_frame(draft.frame(), args.format)
    return 0


def _short(text: str) -> str:
    return shorten(text, WIDEST, placeholder="\u2026")


def _told(draft: Draft, file: Path, out: Path) -> Iterator[str]:
    """What was proposed, what it lacks, and what comes next."""
    from comorbid.drafting import REPEATS, quoted

    again = f"comorbid codebook init {quoted(file)} --conditions A,B --columns C,D --force"
    used = sum(p.role in ("condition", "categorical", "continuous") for p in draft.proposals)
    yield f"Proposed in {out}: {used:,} variables, of which conditions: {', '.join(draft.conditions) or 'none'}."
    if not draft.conditions:
        yield f"Columns of two answers, which could be conditions: {listed(draft.candidates, 30) or 'none'}."
    if not draft.conditions or used > MANY:
        yield f"To say which columns are conditions, and which others you need: {again}"
    for repeated in (p for p in draft.proposals if p.role == "id" and p.why.startswith(REPEATS)):
        yield f"{repeated.column}: {repeated.why}. The codebook says how to study one row a person."
    yield f"Next: read every line of it, mend what is wrong, then: comorbid check {quoted(out)}"


def _anonymity(codebook: Path) -> str:
    """What the file gives away, in one line."""
    from comorbid.anonymity import check_anonymity
    from comorbid.drafting import quoted

    kinds = check_anonymity(codebook)["fault"].unique()
    found = f"its rows point at people ({', '.join(kinds)})" if len(kinds) else "no finding"
    return f"Anonymity of the file: {found}. The whole list: comorbid anonymity {quoted(codebook)}"


def run_page(args: Namespace) -> int:
    """Write the page and say where."""
    from comorbid.drafting import dictionary_page
    from comorbid.sources.registry import codebook_of, names

    if args.codebook in names():
        codebook, stem = codebook_of(args.codebook), args.codebook
    else:
        from comorbid.codebook import read_codebook

        codebook, stem = read_codebook(args.codebook), Path(args.codebook).stem
    out = Path(args.out or f"{stem}.html")
    _write(out, dictionary_page(codebook))
    print(out)
    return 0


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise SourceError(f"{out} could not be written: {fault.strerror or fault}.") from None
