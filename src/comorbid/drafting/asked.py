"""What the user says of the columns when a codebook is proposed: which are conditions, and which to propose at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from comorbid.drafting.coded import guess_yes
from comorbid.drafting.names import known_condition
from comorbid.drafting.proposal import Proposal
from comorbid.drafting.spellings import codes_of
from comorbid.errors import SourceError, SpecError, listed, require_known
from comorbid.recode import SHORT_CODE
from comorbid.variables import key

__all__ = ["Asked", "parse_asked"]

ALWAYS = ("id", "weights", "strata", "psu")
"""Roles that are proposed whichever columns are asked for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user says of the columns.

    conditions : column to the codes that mean yes, or to none where the file's labels say so; without any, the
        conditions are recognised by their names.
    columns : further columns to propose; all without any.
    """

    conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    columns: tuple[str, ...] = ()

    def of(self, proposals: Sequence[Proposal]) -> tuple[Proposal, ...]:
        """The proposals as the user wants them.

        Raises
        ------
        UnknownNameError
            When a column is not in the file.
        SourceError
            When a condition cannot be told from its codes; the message lists the answers.
        """
        for name in (*self.conditions, *self.columns):
            require_known(name, [p.column for p in proposals], "column", "the file")
        if self.conditions:
            proposals = [*self._with_conditions(proposals)]
        wanted = {*self.conditions, *self.columns}
        return tuple(p for p in proposals if not self.columns or p.column in wanted or p.role in ALWAYS)

    def _with_conditions(self, proposals: Sequence[Proposal]) -> Iterable[Proposal]:
        """The conditions that were named, and no others."""
        taken: set[str] = set()
        for proposal in proposals:
            if proposal.column not in self.conditions:
                role = "categorical" if proposal.role == "condition" else proposal.role
                yield replace(proposal, role=role, condition="")
                continue
            known = known_condition(proposal.column, proposal.label)
            found = as_condition(proposal, self.conditions[proposal.column])
            yield replace(found, condition="" if known in taken else known)
            taken.add(known)


def as_condition(proposal: Proposal, yes: tuple[str, ...]) -> Proposal:
    """A column of codes as a condition, by the codes that mean yes or by labels and habit."""
    column = proposal.column
    if proposal.role not in ("condition", "categorical"):
        raise SourceError(f"`{column}` cannot be a condition: it is taken for {proposal.role} ({proposal.why}).")
    if yes:
        level_of = {key(code): level for level, given in proposal.levels.items() for code in codes_of(given)}
        unknown = [code for code in yes if code not in level_of]
        meant = {level_of[code] for code in yes if code in level_of}
        no = [code for level, given in proposal.levels.items() if level not in meant for code in codes_of(given)]
        if unknown or not no:
            wrong = f"{len(unknown)} of the codes are none of its answers" if unknown else "no code is left for no"
            raise SourceError(f"--conditions {column}={'+'.join(yes)}: {wrong}. {_answers(proposal)}")
        said = [code for level in proposal.levels if level in meant for code in codes_of(proposal.levels[level])]
        levels = {"no": _one(no), "yes": _one(said)}
        return replace(proposal, role="condition", levels=levels, why=f"{proposal.why}; {_said(proposal, meant)}")
    guessed = guess_yes(proposal, asked=True)
    if guessed is None:
        raise SourceError(
            f"`{column}` does not say which answers mean yes. {_answers(proposal)} Name their codes: "
            f"--conditions {column}=1, or several as {column}=1+2."
        )
    return replace(guessed, role="condition")


def _said(proposal: Proposal, yes: set[str]) -> str:
    """Which answers are yes by the user's word, and which are no for that; several without labels want a look."""
    sides: dict[bool, list[str]] = {True: [], False: []}
    for level in proposal.levels:
        sides[level in yes].append(level)
    bare = len(sides[False]) > 1 and all(key(codes_of(code)[0]) == level for level, code in proposal.levels.items())
    return f"yes as you said: {listed(sides[True])}; no: {listed(sides[False])}" + ", CHECK" * bare


def _answers(proposal: Proposal) -> str:
    """Its answers where they are short codes; other values could be a person's."""
    codes = [(key(code), level) for level, given in proposal.levels.items() for code in codes_of(given)]
    named = [code if code == level else f"{code} ({level})" for code, level in codes if SHORT_CODE.fullmatch(code)]
    rest = [f"{len(codes) - len(named)} that are no short codes"] if len(named) < len(codes) else []
    return f"Its answers: {listed([*named, *rest], 20)}."


def _one(codes: Sequence[object]) -> object:
    return codes[0] if len(codes) == 1 else list(codes)


def parse_asked(conditions: str, columns: str) -> Asked:
    """From "asthma,smoking=2,pain=1+2" and "age,sex".

    Raises
    ------
    SpecError
        When a part is not of that form.
    """
    named: dict[str, tuple[str, ...]] = {}
    for part in _parts(conditions):
        name, equals, codes = (text.strip() for text in part.partition("="))
        yes = tuple(code.strip() for code in codes.split("+"))
        if not name or (equals and not all(yes)):
            raise SpecError(f"--conditions {listed([part])!r}: write a column, or column=code, or column=code+code.")
        named[name] = yes if equals else ()
    return Asked(named, tuple(_parts(columns)))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
