"""H. The same numbers as person by person."""

from __future__ import annotations

from collections.abc import Iterator

from one_model import apart
from people import DESIGN, MODEL, make_people
from processes import library
from results import Goal, Section
from setting import Setting, say

TITLE = "The same numbers as person by person"
TEXT = """The model of section A fitted by Newton steps over all rows, standard errors from each person's score summed
by PSU, in a few lines of numpy that share nothing with the library (ours.py, `by_row`)."""


def run(setting: Setting) -> Iterator[Section]:
    say("H: person by person")
    section = Section("H", TITLE, TEXT)
    for n in setting.sizes[:2]:
        for survey in (False, True):
            with library() as us:
                us.ask(
                    "frame",
                    path=str(make_people(setting.folder, n)),
                    names=[*MODEL, *DESIGN] if survey else list(MODEL),
                )
                us.ask("cohort", survey=survey)
                found, reference = us.ask("fit")["answer"], us.ask("by_row", survey=survey)["answer"]
            far = apart(found, reference)
            what = f"{n:,} rows, {'with' if survey else 'without'} design: coefficients, standard errors"
            section.goals.append(Goal(what, "1e-9", f"{far[0]:.1e}, {far[1]:.1e}", max(far) <= 1e-9))
    yield section
