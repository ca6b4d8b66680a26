"""Where cohorts come from: registered surveys, the synthetic cohort, a user's own file or frame."""

from comorbid.sources.load import load_cohort
from comorbid.sources.registry import list_cohorts

__all__ = ["list_cohorts", "load_cohort"]
