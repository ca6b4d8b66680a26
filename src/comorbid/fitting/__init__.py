"""Logistic models of a cohort, with design-based standard errors."""

from comorbid.fitting.fit import LogisticFit, tidy
from comorbid.fitting.logistic import fit_logistic
from comorbid.fitting.pairs import fit_pairs
from comorbid.fitting.replicates import replicate_fit
from comorbid.fitting.subgroups import fit_by

__all__ = ["LogisticFit", "fit_by", "fit_logistic", "fit_pairs", "replicate_fit", "tidy"]
