"""Which columns are what the analyses adjust for: age, sex, education, smoking; and which others could be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from comorbid.drafting.names import known_covariate, plain
from comorbid.drafting.proposal import Proposal
from comorbid.errors import listed

__all__ = ["covariates", "with_rivals"]

USED = ("categorical", "continuous")


def covariates(proposals: Sequence[Proposal]) -> dict[str, str]:
    """Column to the covariate of the study that it is, one each: the name of a column tells more than its label."""
    return {columns[0]: covariate for covariate, columns in _contenders(proposals)}


def with_rivals(proposals: Sequence[Proposal]) -> Iterator[Proposal]:
    """The proposals; one that is taken for a covariate says which other columns could be it as well."""
    rivals = {columns[0]: (covariate, columns[1:]) for covariate, columns in _contenders(proposals)}
    for proposal in proposals:
        covariate, others = rivals.get(proposal.column, ("", []))
        why = f"{proposal.why}; taken for {covariate}, which {listed(others, 4)} could be too: CHECK"
        yield replace(proposal, why=why) if others else proposal


def _contenders(proposals: Sequence[Proposal]) -> Iterator[tuple[str, list[str]]]:
    """Each covariate with the columns that could be it: by their whole name, else by a word of it, else by label."""
    taken: set[str] = set()
    used = [p for p in proposals if p.role in USED]
    for told in (_by_whole_name, _by_name, _by_label):
        found: dict[str, list[str]] = {}
        for proposal in used:
            known = told(proposal)
            if known and proposal.column not in taken and known not in taken:
                found.setdefault(known, []).append(proposal.column)
        for covariate, columns in found.items():
            taken |= {covariate, columns[0]}
            yield covariate, columns


def _by_whole_name(proposal: Proposal) -> str:
    known = _by_name(proposal)
    return known if plain(proposal.column) == known else ""


def _by_name(proposal: Proposal) -> str:
    return known_covariate(proposal.column, "", proposal.role)


def _by_label(proposal: Proposal) -> str:
    return known_covariate(proposal.column, proposal.label, proposal.role)
