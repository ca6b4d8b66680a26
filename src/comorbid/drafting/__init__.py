"""Codebooks proposed from files, and codebooks as pages to read and fill in."""

from comorbid.drafting.asked import Asked, parse_asked
from comorbid.drafting.draft import Draft, draft_codebook
from comorbid.drafting.page import dictionary_page
from comorbid.drafting.proposals import REPEATS
from comorbid.drafting.text import quoted

__all__ = ["REPEATS", "Asked", "Draft", "dictionary_page", "draft_codebook", "parse_asked", "quoted"]
