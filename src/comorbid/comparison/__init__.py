"""The same pair of conditions in several cohorts: side by side, and pooled only where the same was asked."""

from comorbid.comparison.extra_answers import if_more_said_yes
from comorbid.comparison.readable import comparison_table
from comorbid.comparison.side_by_side import cohorts_with, compare_cohorts, estimates_to_pool
from comorbid.comparison.wording import condition_wording, same_wording

__all__ = [
    "cohorts_with",
    "compare_cohorts",
    "comparison_table",
    "condition_wording",
    "estimates_to_pool",
    "if_more_said_yes",
    "same_wording",
]
