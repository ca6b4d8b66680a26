"""Disclosure control: which numbers of a confidential cohort may be shown, and whether a report keeps to it.

Frames in, frames out; arithmetic is in `_numerics.suppression`. A cohort says whether it is confidential, its result
frames carry that in their attributes, and everything that shows a frame asks here first.
"""

from comorbid.disclosure.protect import SUPPRESSED, guarded, protect
from comorbid.disclosure.rules import CONFIDENTIAL, PUBLIC_USE, RULES_FILE, Rules, read_rules, releasing

__all__ = [
    "CONFIDENTIAL",
    "PUBLIC_USE",
    "RULES_FILE",
    "SUPPRESSED",
    "Rules",
    "guarded",
    "protect",
    "read_rules",
    "releasing",
]
