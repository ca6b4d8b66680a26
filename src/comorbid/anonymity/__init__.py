"""Whether the rows of a file point at people: before anything is loaded or handed on."""

from comorbid.anonymity.check import anonymity_findings, check_anonymity
from comorbid.anonymity.question import Question, question_of

__all__ = ["Question", "anonymity_findings", "check_anonymity", "question_of"]
