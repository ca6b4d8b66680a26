"""Logistic models of a cohort, with design-based standard errors."""

from comorbid.fitting.fit import LogisticFit, tidy
from comorbid.fitting.logistic import fit_logistic

__all__ = ["LogisticFit", "fit_logistic", "tidy"]
