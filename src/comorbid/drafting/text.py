"""A proposed codebook as text: commented TOML, conditions and covariates under the names of the study."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import shorten
from typing import Any

from comorbid.columns import GLOSSARY
from comorbid.datafile import DataFile
from comorbid.drafting.covariates import covariates
from comorbid.drafting.names import is_quasi_identifier, plain
from comorbid.drafting.proposal import Proposal
from comorbid.drafting.proposals import REPEATS
from comorbid.drafting.told import without_codes
from comorbid.sources.files import TEXT

__all__ = ["codebook_text", "quoted", "shortened"]

USED = ("condition", "categorical", "continuous")
"""Roles that become variables."""
LONGEST_LABEL = 60
"""Letters of a label in tables and figures; a longer one is kept whole as the question."""
PLAIN_LABELS = {"age": "Age", "sex": "Sex", "education": "Education", "smoking": "Smoking"}
"""Labels of what the analyses adjust for; what the file calls it is kept as the question."""
SEXES = {"male": "m|males?|man|men|boys?|m\u00e4nnlich", "female": "f|w|females?|woman|women|girls?|weiblich"}
ASKED = re.compile(r"\?$|(\w+\W+){7}")
"""A label that is a question: kept as such, whatever becomes of the label."""
UNNAMED_SEXES = "  # say which code is male and which is female, under these names: reports show both"
WAVE = re.compile(r"\b(wave|visit|session|round|occasion|time ?point|year)\b")
PAUSE = re.compile(r"\s*(?:\.\.\.|\u2026|\?|\(|\s[-\u2013\u2014]\s)")
HEAD = """\
# A codebook proposed from {file}: read every line before you use it.
# What is not declared here will be an error when people are loaded, never a guess. After mending:
#   comorbid check {toml}
#   comorbid report --cohort {toml}
title = {title}
release = "confidential"  # "public-use" only where the publisher lets everybody have the people's rows
conditions = {conditions}
"""
CONDITION_HINT = (
    "# no column was recognised as a condition. Name yours, and this file is written anew:\n"
    "#   comorbid codebook init {file} --conditions asthma,smoking=2 --force\n"
    "# or make one by hand: in its table write\n"
    '#   kind = "condition"\n'
    "#   levels = { no = 0, yes = 1 }   with the codes of your file; several codes as yes = [2, 3]\n"
    '# and list its name above, as conditions = ["asthma", "migraine"]\n'
)
REPLICATES = """\
# replicates = {pattern}  # {why}; take the # away here
# method = "bootstrap"  # and say how they were made: bootstrap, jackknife, brr, fay (with rho), sdr"""
SEVERAL_ROWS = """\
# {why}: results would count rows. Study one wave: take the # away here and mend,
# universe = "{wave} == '{level}'"
# universe_reason = "other waves"
# or keep one row a person in the file; or declare a row an answer under [file]: long = {{ person, item, value }}.
"""

AGE_BAND = """\
[variables.age_band]  # cut from age; the bands of the study, yours to change
kind = "categorical"
label = "Age band"
unit = "years"
source = "age"
breaks = [18, 35, 50, 65]  # where each band begins; younger people have none
levels = ["18-34", "35-49", "50-64", "65+"]
"""
NO_AGE_BAND = """\
# no age band: no value of age reaches 18. CHECK that these are years; if not, call the variable something else
"""
NO_DESIGN = """\
# no weights, strata or sampling units were recognised. Where the survey has them, name their columns here:
# [designs.survey]
# weights = "..."
# strata = "..."
# psu = "..."
"""


def codebook_text(path: Path, how: DataFile, proposals: Sequence[Proposal], toml: str) -> str:
    """The codebook that a person reads and mends; `toml` is the path that it will have."""
    names = _names(proposals)
    conditions = [names[p.column] for p in proposals if p.role == "condition"]
    head = HEAD.format(
        file=_comment(path.name),
        toml=_comment(quoted(toml)),
        title=_toml(path.name.split(".")[0].replace("_", " ")),
        conditions=_toml(conditions),
    )
    parts = [
        head if conditions else head + CONDITION_HINT.replace("{file}", _comment(quoted(path))),
        *_people_parts(proposals),
        _file(path, how, Path(toml).parent),
        *_design(proposals),
    ]
    labels = _labels([p for p in proposals if p.column in names], names)
    for proposal in proposals:
        if proposal.column in names:
            parts.append(_variable(names[proposal.column], proposal, labels[proposal.column]))
            if (names[proposal.column], proposal.role) == ("age", "continuous") and "age_band" not in names.values():
                parts.append(AGE_BAND if proposal.adult else NO_AGE_BAND)
    left = [f"# {_comment(p.column)}: {p.why}" for p in proposals if p.role == "left out"]
    parts += (
        ["\n".join(["# Columns that are left out; to use one, write a table for it.", *left]) + "\n"] if left else []
    )
    return "\n".join(parts)


def quoted(path: str | Path) -> str:
    """A path as it is typed in a terminal."""
    return shlex.quote(str(path))


def _people_parts(proposals: Sequence[Proposal]) -> Iterator[str]:
    """Lines on who is who: the column that tells people apart, and what a neighbour could know."""
    for proposal in (p for p in proposals if p.role == "id"):
        if REPEATS in proposal.why:
            wave, level = _wave(proposals)
            yield SEVERAL_ROWS.format(why=proposal.why, wave=wave, level=level)
        yield f"id = {_toml(proposal.column)}  # tells people apart; it is checked and goes no further\n"
    names = _names(proposals)
    used = [p for p in proposals if p.column in names]
    quasi = [names[p.column] for p in used if p.quasi or is_quasi_identifier(names[p.column], "")]
    if quasi:
        yield f"quasi_identifiers = {_toml(quasi)}  # what a neighbour could know; the anonymity check uses them\n"


def _wave(proposals: Sequence[Proposal]) -> tuple[str, str]:
    """The variable that seems to number the rows of a person, with its first level; an example where none does."""
    names = _names(proposals)
    waves = [p for p in proposals if p.role == "categorical" and WAVE.search(plain(p.column, p.label))]
    plainly = [(names[p.column], level) for p in waves for level in p.levels if re.fullmatch(r"[\w ]+", level)]
    return plainly[0] if plainly else ("wave", "1")


def _file(path: Path, how: DataFile, folder: Path) -> str:
    """The [file] table; the path is relative to the folder of the codebook."""
    lines = ["[file]", f"path = {_toml(Path(os.path.relpath(path, folder)).as_posix())}"]
    if path.name.lower().endswith(TEXT):
        lines += [f"delimiter = {_toml(how.delimiter)}", f"encoding = {_toml(how.encoding)}"]
        lines += [f"decimal = {_toml(how.decimal)}"] if how.decimal != "." else []
    lines += [f"text = {_toml(list(how.text))}  # codes that begin with zero"] if how.text else []
    lines += [f"sheet = {_toml(how.sheet)}"] if how.sheet else []
    lines += [f"long = {_table(how.long)}  # a row an answer; people get one row each"] if how.long else []
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    lines.append(f'sha256 = "{digest}"  # the file as it was; delete this line where it may change')
    return "\n".join(lines) + "\n"


def _design(proposals: Sequence[Proposal]) -> Iterator[str]:
    """The [designs.survey] table; how replicate weights were made, no file says."""
    parts = {p.role: p.column for p in proposals if p.role in ("weights", "strata", "psu")}
    lines = [f"{role} = {_toml(column)}" for role, column in parts.items()]
    replicates = [p for p in proposals if p.role == "replicate"]
    if replicates and parts:
        stem = re.escape(re.sub(r"\d+$", "", replicates[0].column))
        lines.append(REPLICATES.format(pattern=_toml(f"{stem}[0-9]+"), why=replicates[0].why))
    yield "\n".join(["[designs.survey]", *lines]) + "\n" if lines else NO_DESIGN


def _variable(name: str, proposal: Proposal, label: str) -> str:
    kind = proposal.role
    lines = [f"[variables.{_key(name)}]  # {_comment(proposal.why)}", f'kind = "{kind}"']
    lines += [f"label = {_toml(label)}"] if label else []
    lines += [f"column = {_toml(proposal.column)}"] if proposal.column != name else []
    levels = _sexes(proposal.levels) if name == "sex" else proposal.levels
    if levels:
        note = "" if kind == "condition" else "  # the first level is the reference"
        note = UNNAMED_SEXES if name == "sex" and not set(levels) & set(SEXES) else note
        lines.append(f"levels = {_table(levels)}{note}")
    lines += [f"missing = {_table(proposal.missing)}"] if proposal.missing else []
    lines += [f"limits = {_toml(proposal.limits)}  # years; others are faults"] if proposal.limits else []
    asked = proposal.label if label != proposal.label or (kind == "condition" and ASKED.search(label)) else ""
    note = "the label of the file; write how it was asked" if asked else "as it was asked"
    lines += [f"question = {_toml(asked)}  # {note}"] if asked or kind == "condition" else []
    lines += ['recall = ""  # over which time'] if kind == "condition" else []
    return "\n".join(lines) + "\n"


def _labels(proposals: Sequence[Proposal], names: Mapping[str, str]) -> dict[str, str]:
    """Column to its label in tables and figures; labels that are alike up to the cut are cut in the middle."""
    full = {p.column: PLAIN_LABELS.get(names[p.column], p.label) if p.label else "" for p in proposals}
    short = {column: shortened(label) for column, label in full.items()}
    alike = Counter(short.values())
    return {column: _middle_out(full[column]) if alike[label] > 1 else label for column, label in short.items()}


def _middle_out(label: str) -> str:
    """A label that is too long, as its beginning and its end."""
    label = without_codes(label)
    if len(label) <= LONGEST_LABEL:
        return label
    end = label[-(LONGEST_LABEL // 2) :].partition(" ")[2] or label[-(LONGEST_LABEL // 2) :]
    return shorten(label, LONGEST_LABEL - len(end) - 1, placeholder="\u2026") + " " + end


def _sexes(levels: Mapping[str, Any]) -> Mapping[str, Any]:
    """Levels under the names that the analyses use, where every one of them is said."""
    meant = {
        level: next((sex for sex, word in SEXES.items() if re.fullmatch(word, level, re.I)), "") for level in levels
    }
    named = {meant[level]: code for level, code in levels.items()}
    return named if len(named) == len(levels) == 2 and "" not in named else levels


def shortened(label: str) -> str:
    """A label that fits a table: without codes, up to the first pause, where there is one, and to whole words."""
    label = without_codes(label)
    if len(label) <= LONGEST_LABEL:
        return label
    return shorten(PAUSE.split(label)[0], LONGEST_LABEL, placeholder="\u2026")


def _names(proposals: Sequence[Proposal]) -> dict[str, str]:
    """Column to the name of its variable: the condition's, else the column's own in small letters."""
    known = covariates(proposals)
    names: dict[str, str] = {}
    for proposal in proposals:
        if proposal.role not in USED:
            continue
        own = re.sub(r"\W+", "_", proposal.column.lower()).strip("_") or "column"
        name = proposal.condition or known.get(proposal.column, own)
        name = name if name[0].isalpha() and name not in GLOSSARY else f"v_{name}"
        number, base = 2, name
        while name in names.values() or (name in known.values() and proposal.column not in known):
            name, number = f"{base}_{number}", number + 1
        names[proposal.column] = name
    return names


def _table(entries: Mapping[str, Any]) -> str:
    return "{ " + ", ".join(f"{_key(str(name))} = {_toml(value)}" for name, value in entries.items()) + " }"


def _key(name: str) -> str:
    """A bare key where TOML takes it as one."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml(name)


def _toml(value: Any) -> str:
    """A TOML value; JSON's strings, numbers and lists of strings are TOML too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    """Text that stays on its line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
