"""Prevalence and co-occurrence of conditions in a cohort, with design-based standard errors."""

from comorbid.measures.adjusted_expected import adjusted_observed_expected
from comorbid.measures.association import association_test
from comorbid.measures.characteristics import characteristics
from comorbid.measures.combinations import combinations
from comorbid.measures.cooccurrence import cooccurrence
from comorbid.measures.design_interval import interval_of_design
from comorbid.measures.evalues import EValue, e_value, e_values
from comorbid.measures.graded import graded_exposure
from comorbid.measures.overlap import condition_definitions, shared_items, without_overlap
from comorbid.measures.overlap_sensitivity import overlap_sensitivity
from comorbid.measures.prevalence import prevalence
from comorbid.measures.standardisation import standardised_prevalence
from comorbid.measures.standardised_pairs import standardised_observed_expected
from comorbid.measures.stratified import stratified_odds_ratio
from comorbid.measures.trend import trend_of_ratios
from comorbid.measures.two_prevalences import compare_prevalences

__all__ = [
    "EValue",
    "adjusted_observed_expected",
    "association_test",
    "characteristics",
    "combinations",
    "compare_prevalences",
    "condition_definitions",
    "cooccurrence",
    "e_value",
    "e_values",
    "graded_exposure",
    "interval_of_design",
    "overlap_sensitivity",
    "prevalence",
    "shared_items",
    "standardised_observed_expected",
    "standardised_prevalence",
    "stratified_odds_ratio",
    "trend_of_ratios",
    "without_overlap",
]
