"""Published estimates, checked for arithmetic that cannot be right."""

from comorbid.audit.estimates import audit_estimates
from comorbid.audit.honest import false_alarm_rate, honest_estimates
from comorbid.audit.precision import published_precision

__all__ = ["audit_estimates", "false_alarm_rate", "honest_estimates", "published_precision"]
