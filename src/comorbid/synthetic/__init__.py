"""A synthetic cohort with known truth: the four conditions with published prevalences and pairwise odds ratios.

`build_truth` solves a superpopulation for its inputs; `generate` samples it as a survey does, with strata, PSUs,
unequal selection and a few missing values. Nobody real is behind any number that comes from here.
"""

from comorbid.synthetic.build import build_truth, default_truth
from comorbid.synthetic.defaults import default_inputs, read_inputs
from comorbid.synthetic.generate import BLOCK, DEFAULT_N, DEFAULT_SEED, generate, generate_blocks, simulate_people
from comorbid.synthetic.inputs import CONDITIONS, PAIRS, Citation, DesignInputs, HeadacheInputs, TruthInputs
from comorbid.synthetic.truth import Truth

__all__ = [
    "BLOCK",
    "CONDITIONS",
    "DEFAULT_N",
    "DEFAULT_SEED",
    "PAIRS",
    "Citation",
    "DesignInputs",
    "HeadacheInputs",
    "Truth",
    "TruthInputs",
    "build_truth",
    "default_inputs",
    "default_truth",
    "generate",
    "generate_blocks",
    "read_inputs",
    "simulate_people",
]
