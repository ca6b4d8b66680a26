"""Every fault that `comorbid` reports, in one place.

A message says what was asked, what was found, what is accepted and what to do. It names columns and counts,
never the value that a person gave. Each class carries a stable `code` for logs and tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = [
    "AnalysisError",
    "CodebookError",
    "CohortError",
    "CollinearityError",
    "ComorbidError",
    "ComorbidWarning",
    "ConvergenceError",
    "DesignError",
    "EmptyDomainError",
    "SeparationError",
    "SourceError",
    "SpecError",
    "UnknownNameError",
    "WordingError",
    "few",
    "listed",
    "names_given",
    "require_known",
]


class ComorbidError(Exception):
    """A fault that its user can mend; the command line prints it without a traceback and exits 2."""

    code = "comorbid"


class UnknownNameError(ComorbidError):
    """A cohort, column, condition, measure or analysis that does not exist."""

    code = "unknown-name"


class CodebookError(ComorbidError):
    """A codebook that does not hold together, or data with codes that it does not declare."""

    code = "codebook"


class DesignError(ComorbidError):
    """Weights, strata or PSUs that cannot carry a design-based variance."""

    code = "design"


class CohortError(ComorbidError):
    """Data that cannot be made into a cohort."""

    code = "cohort"


class WordingError(ComorbidError):
    """Cohorts whose estimates were to be pooled although they did not ask the same."""

    code = "wording"


class EmptyDomainError(ComorbidError):
    """A restriction or subgroup that leaves nobody."""

    code = "empty-domain"


class SourceError(ComorbidError):
    """A file that is absent, incomplete or not what its name says."""

    code = "source"


class SpecError(ComorbidError):
    """A model, formula, restriction or argument that was not written as it can be read."""

    code = "spec"


class SeparationError(ComorbidError):
    """A covariate pattern that predicts the outcome perfectly: the odds ratio is not finite."""

    code = "separation"


class CollinearityError(ComorbidError):
    """Terms of a model that carry the same information."""

    code = "collinearity"


class ConvergenceError(ComorbidError):
    """An iteration that did not reach its tolerance."""

    code = "convergence"


class AnalysisError(ComorbidError):
    """A report that could not be run as asked."""

    code = "analysis"


class ComorbidWarning(UserWarning):
    """A result that stands but that its reader should not take at face value."""


def listed(names: Iterable[object], most: int = 12) -> str:
    """Names joined for a message: `a, b, c`, cut after `most` with the number left out."""
    texts = [str(name) for name in names]
    rest = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {rest} more" if rest > 0 else "")


def few(count: int, threshold: int = 10) -> str:
    """A count for a message; counts below `threshold` are masked, since messages travel."""
    return f"{count:,}" if count >= threshold or count == 0 else f"fewer than {threshold}"


def names_given(names: object, what: str) -> tuple[str, ...]:
    """Names as a tuple, in their order and without repeats; a text that is no sequence of them is one name.

    Raises
    ------
    SpecError
        When `names` is neither a text nor a sequence of texts.
    """
    given = (names,) if isinstance(names, str) else tuple(names) if isinstance(names, Iterable) else (names,)
    wrong = [name for name in given if not isinstance(name, str)]
    if wrong:
        found = type(wrong[0]).__name__
        raise SpecError(f"{what} takes the name of a column, or a list of names; {found} is not accepted there.")
    return tuple(dict.fromkeys(given))


def require_known(name: str, accepted: Iterable[str], what: str, where: str = "") -> str:
    """Return `name` if it is one of `accepted`; otherwise raise, with the nearest name as a suggestion.

    Raises
    ------
    UnknownNameError
        Message: what was asked, what is accepted, and the nearest accepted name.
    """
    accepted = list(accepted)
    if name in accepted:
        return name
    near = get_close_matches(str(name), accepted, n=1, cutoff=0.6)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    place = f" in {where}" if where else ""
    raise UnknownNameError(f"no {what} {name!r}{place}.{hint} Accepted: {listed(accepted, 40) or 'none'}.")
