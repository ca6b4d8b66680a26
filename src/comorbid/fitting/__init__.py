"""Logistic models of a cohort, with design-based standard errors."""

from comorbid.fitting.categorical import fit_multinomial, fit_ordinal
from comorbid.fitting.categorical_fit import CategoricalFit
from comorbid.fitting.conditional import fit_conditional
from comorbid.fitting.conditional_fit import ConditionalFit
from comorbid.fitting.fit import LogisticFit, tidy
from comorbid.fitting.joint import fit_joint
from comorbid.fitting.joint_fit import JointFit
from comorbid.fitting.logistic import fit_logistic
from comorbid.fitting.pairs import fit_pairs
from comorbid.fitting.subgroups import fit_by
from comorbid.fitting.together import fit_all

__all__ = [
    "CategoricalFit",
    "ConditionalFit",
    "JointFit",
    "LogisticFit",
    "fit_all",
    "fit_by",
    "fit_conditional",
    "fit_joint",
    "fit_logistic",
    "fit_multinomial",
    "fit_ordinal",
    "fit_pairs",
    "tidy",
]
