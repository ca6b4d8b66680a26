# ruff: noqa: F401 (the imports under TYPE_CHECKING are for type checkers and editors; names load when used)
"""How migraine, low back pain, neck pain and fibromyalgia occur together: cohorts, measures, models, reports.

Load a cohort, restrict it, measure or model it; each result is a tidy data frame.

>>> import comorbid as cm
>>> cohort = cm.load_cohort("synthetic")
>>> table = cm.prevalence(cohort, by="sex")
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "CaseDefinition": "definitions",
    "CategoricalFit": "fitting",
    "ClinicSelection": "synthetic.clinic",
    "Codebook": "codebook",
    "Cohort": "cohort",
    "ComorbidError": "errors",
    "ComorbidWarning": "errors",
    "ConditionalFit": "fitting",
    "Criterion": "definitions",
    "HEADACHE_FEATURES": "definitions",
    "HeadacheDays": "synthetic.headache_days",
    "HeadacheTruth": "synthetic.headaches",
    "JointFit": "fitting",
    "LogisticFit": "fitting",
    "LogisticSpec": "spec",
    "PooledEstimates": "pooling",
    "Report": "analyses.report",
    "SharedSeverity": "synthetic.shared_severity",
    "SurveyDesign": "design",
    "adjusted_observed_expected": "measures",
    "alt_text": "plots",
    "association_test": "measures",
    "audit_estimates": "audit",
    "build_truth": "synthetic",
    "calibrate_headache_days": "synthetic.headache_days",
    "calibrate_shared_severity": "synthetic.shared_severity",
    "characteristics": "measures",
    "clinic_expectation": "synthetic.clinic",
    "cohorts_with": "comparison",
    "compare_cohorts": "comparison",
    "comparison_table": "comparison",
    "condition_wording": "comparison",
    "definition_plot": "plots.definitions",
    "estimates_to_pool": "comparison",
    "every_definition": "measures.every_definition",
    "if_more_said_yes": "comparison",
    "check_anonymity": "anonymity",
    "check_cohort": "sources.check",
    "combinations": "measures",
    "compare_prevalences": "measures",
    "compare_with_published": "pooling",
    "condition_definitions": "measures",
    "cooccurrence": "measures",
    "cooccurrence_heatmap": "plots",
    "curve_plot": "plots",
    "definition_agreement": "definitions",
    "detectable_difference": "measures.proportions",
    "e_value": "measures",
    "e_values": "measures",
    "default_inputs": "synthetic",
    "exact_power": "measures.proportions",
    "false_alarm_rate": "audit",
    "fit_all": "fitting",
    "fit_by": "fitting",
    "fit_conditional": "fitting",
    "fit_joint": "fitting",
    "fit_logistic": "fitting",
    "fit_multinomial": "fitting",
    "fit_ordinal": "fitting",
    "fit_pairs": "fitting",
    "forest_plot": "plots",
    "format_estimates": "tables",
    "funnel_plot": "plots",
    "graded_exposure": "measures",
    "headache_definitions": "definitions",
    "honest_estimates": "audit",
    "interaction_contrast": "measures.interaction_contrast",
    "ledger": "rebuilding",
    "interval_of_design": "measures",
    "list_cohorts": "sources.registry",
    "load_cohort": "sources.load",
    "load_records": "sources.records",
    "misclassified_pair": "definitions",
    "overlap_sensitivity": "measures",
    "predictive_values": "definitions",
    "pool_estimates": "pooling",
    "possible_months": "synthetic.agreement_sweep",
    "precision_plot": "plots",
    "prevalence": "measures",
    "prevalence_of_at_least": "measures.at_least",
    "profile_plot": "plots",
    "proportion_intervals": "measures.proportions",
    "published_claims": "evidence",
    "protect": "disclosure",
    "published_estimates": "evidence",
    "published_precision": "audit",
    "published_shares": "measures.proportions",
    "read_codebook": "codebook",
    "read_codelist": "sources.codelists",
    "record_conditions": "sources.records",
    "rebuilt_numbers": "rebuilding",
    "save_table": "tables",
    "same_wording": "comparison",
    "selection_needed": "synthetic.clinic",
    "shared_items": "measures",
    "simulate_clinics": "synthetic.clinic",
    "simulate_headaches": "synthetic.headaches",
    "standardised_observed_expected": "measures",
    "standardised_prevalence": "measures",
    "stratified_odds_ratio": "measures",
    "sweep_agreement": "synthetic.agreement_sweep",
    "tally_plot": "plots",
    "tidy": "fitting",
    "trend_of_ratios": "measures",
    "upset_plot": "plots",
    "without_overlap": "measures",
    "why_no_clinics": "synthetic.clinic",
}

__all__ = sorted([*_HOMES, "__version__"])

if TYPE_CHECKING:
    from comorbid.analyses.report import Report
    from comorbid.anonymity import check_anonymity
    from comorbid.audit import audit_estimates, false_alarm_rate, honest_estimates, published_precision
    from comorbid.codebook import Codebook, read_codebook
    from comorbid.cohort import Cohort
    from comorbid.comparison import (
        cohorts_with,
        compare_cohorts,
        comparison_table,
        condition_wording,
        estimates_to_pool,
        if_more_said_yes,
        same_wording,
    )
    from comorbid.definitions import (
        HEADACHE_FEATURES,
        CaseDefinition,
        Criterion,
        definition_agreement,
        headache_definitions,
        misclassified_pair,
        predictive_values,
    )
    from comorbid.design import SurveyDesign
    from comorbid.disclosure import protect
    from comorbid.errors import ComorbidError, ComorbidWarning
    from comorbid.evidence import published_claims, published_estimates
    from comorbid.fitting import (
        CategoricalFit,
        ConditionalFit,
        JointFit,
        LogisticFit,
        fit_all,
        fit_by,
        fit_conditional,
        fit_joint,
        fit_logistic,
        fit_multinomial,
        fit_ordinal,
        fit_pairs,
        tidy,
    )
    from comorbid.measures import (
        adjusted_observed_expected,
        association_test,
        characteristics,
        combinations,
        compare_prevalences,
        condition_definitions,
        cooccurrence,
        e_value,
        e_values,
        graded_exposure,
        interval_of_design,
        overlap_sensitivity,
        prevalence,
        shared_items,
        standardised_observed_expected,
        standardised_prevalence,
        stratified_odds_ratio,
        trend_of_ratios,
        without_overlap,
    )
    from comorbid.measures.at_least import prevalence_of_at_least
    from comorbid.measures.every_definition import every_definition
    from comorbid.measures.interaction_contrast import interaction_contrast
    from comorbid.measures.proportions import (
        detectable_difference,
        exact_power,
        proportion_intervals,
        published_shares,
    )
    from comorbid.plots import (
        alt_text,
        cooccurrence_heatmap,
        curve_plot,
        forest_plot,
        funnel_plot,
        precision_plot,
        profile_plot,
        tally_plot,
        upset_plot,
    )
    from comorbid.plots.definitions import definition_plot
    from comorbid.pooling import PooledEstimates, compare_with_published, pool_estimates
    from comorbid.rebuilding import ledger, rebuilt_numbers
    from comorbid.sources.check import check_cohort
    from comorbid.sources.codelists import read_codelist
    from comorbid.sources.load import load_cohort
    from comorbid.sources.records import load_records, record_conditions
    from comorbid.sources.registry import list_cohorts
    from comorbid.spec import LogisticSpec
    from comorbid.synthetic import build_truth, default_inputs
    from comorbid.synthetic.agreement_sweep import possible_months, sweep_agreement
    from comorbid.synthetic.clinic import (
        ClinicSelection,
        clinic_expectation,
        selection_needed,
        simulate_clinics,
        why_no_clinics,
    )
    from comorbid.synthetic.headache_days import HeadacheDays, calibrate_headache_days
    from comorbid.synthetic.headaches import HeadacheTruth, simulate_headaches
    from comorbid.synthetic.shared_severity import SharedSeverity, calibrate_shared_severity
    from comorbid.tables import format_estimates, save_table


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that `import comorbid` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'comorbid' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"comorbid.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
