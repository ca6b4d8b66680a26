"""Disclosure control: which numbers of a confidential cohort may be shown, and whether a report keeps to it.

Frames in, frames out; arithmetic is in `_numerics.suppression`. A cohort says whether it is confidential, its result
frames carry that in their attributes, and everything that shows a frame asks here first.
"""

from comorbid.disclosure.counts import SUPPRESSED
from comorbid.disclosure.identity import Identity, identity_of
from comorbid.disclosure.protect import guarded, protect, withheld
from comorbid.disclosure.rules import CONFIDENTIAL, PUBLIC_USE, RULES_FILE, Rules, read_rules, releasing
from comorbid.disclosure.scanner import Finding, scan_folder

__all__ = [
    "CONFIDENTIAL",
    "PUBLIC_USE",
    "RULES_FILE",
    "SUPPRESSED",
    "Finding",
    "Identity",
    "Rules",
    "guarded",
    "identity_of",
    "protect",
    "read_rules",
    "releasing",
    "scan_folder",
    "withheld",
]
