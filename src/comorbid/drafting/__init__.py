"""Codebooks proposed from files, and codebooks as pages to read and fill in."""

from comorbid.drafting.draft import Draft, draft_codebook
from comorbid.drafting.page import dictionary_page

__all__ = ["Draft", "dictionary_page", "draft_codebook"]
