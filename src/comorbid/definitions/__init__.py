"""Case definitions of headache as code: criteria on columns of features, and how far two definitions agree."""

from comorbid.definitions.agreement import definition_agreement
from comorbid.definitions.definition import CaseDefinition, Criterion
from comorbid.definitions.features import HEADACHE_FEATURES
from comorbid.definitions.headache import headache_definitions
from comorbid.definitions.screening import misclassified_pair, predictive_values

__all__ = [
    "HEADACHE_FEATURES",
    "CaseDefinition",
    "Criterion",
    "definition_agreement",
    "headache_definitions",
    "misclassified_pair",
    "predictive_values",
]
