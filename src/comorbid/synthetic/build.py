"""Building the superpopulation from its inputs."""

from __future__ import annotations

from functools import cache

import numpy as np

from comorbid.errors import ConvergenceError
from comorbid.synthetic.checks import check_inputs
from comorbid.synthetic.classes import by_level, class_codes, class_shares
from comorbid.synthetic.defaults import default_inputs
from comorbid.synthetic.headache import headache_distribution
from comorbid.synthetic.inputs import CONDITIONS, PAIRS, TruthInputs
from comorbid.synthetic.pairs import PAIR_INDEX, check_feasible, joint_prevalence
from comorbid.synthetic.solve import COMBINATIONS, solve_conditions
from comorbid.synthetic.truth import Truth

__all__ = ["build_truth", "default_truth"]

_MET = 1e-9


def build_truth(inputs: TruthInputs | None = None) -> Truth:
    """The superpopulation whose margins are the inputs.

    Parameters
    ----------
    inputs : TruthInputs, optional
        Without it, the defaults, which the evidence table backs.

    Returns
    -------
    Truth

    Raises
    ------
    SpecError, UnknownNameError
        When an input cannot be meant, or prevalences and odds ratios cannot hold together.
    ConvergenceError
        When they can, but are too near the edge to be met to nine digits in double precision.

    Notes
    -----
    Covariate classes are raked to their shares (`class_shares`). Given the class, the conditions follow a log-linear
    model whose covariate effects are inputs and whose other ten parameters are solved for (`solve_conditions`).
    """
    inputs = inputs or default_inputs()
    check_inputs(inputs)
    prevalences = np.array([inputs.prevalences[name] for name in CONDITIONS])
    odds_ratios = np.array([inputs.odds_ratios[pair] for pair in PAIRS])
    check_feasible(prevalences, odds_ratios)
    both = joint_prevalence(prevalences[PAIR_INDEX[:, 0]], prevalences[PAIR_INDEX[:, 1]], odds_ratios)
    shares = class_shares(inputs)
    linear = np.log(np.column_stack([by_level(inputs, inputs.effects.get(name, {})) for name in CONDITIONS]))
    solution = solve_conditions(shares, linear, prevalences, both)
    codes, joint = class_codes(inputs), shares[:, None] * solution.probability
    truth = Truth(
        inputs=inputs,
        levels={**inputs.levels, **dict.fromkeys(CONDITIONS, ("no", "yes"))},
        codes=np.hstack([np.repeat(codes, len(COMBINATIONS), axis=0), np.tile(COMBINATIONS, (len(codes), 1))]),
        probability=joint.ravel() / joint.sum(),
        headache_days=headache_distribution(inputs.headache, _depressed(inputs, codes, joint)),
        intercepts=solution.intercepts,
        interactions=solution.interactions,
    )
    _require_met(truth)
    return truth


@cache
def default_truth() -> Truth:
    """The superpopulation of the default inputs, built once."""
    return build_truth()


def _require_met(truth: Truth) -> None:
    """Moments are met to rounding; where a cell of a pair is next to nothing, its odds ratio may still be off."""
    asked = [*truth.inputs.prevalences.values(), *(truth.inputs.odds_ratios[pair] for pair in PAIRS)]
    found = [*(truth.prevalence(name) for name in truth.inputs.prevalences), *truth.odds_ratios().values()]
    worst = float(np.abs(np.divide(found, asked) - 1).max())
    if worst > _MET:
        raise ConvergenceError(
            f"the synthetic superpopulation met its prevalences and odds ratios with a relative error of {worst:.1e}; "
            "some combination of conditions would be next to impossible. Give odds ratios nearer to 1."
        )


def _depressed(inputs: TruthInputs, codes: np.ndarray, joint: np.ndarray) -> np.ndarray:
    """Share with depression among people without and with migraine, shape (2,)."""
    depressed = codes[:, list(inputs.levels).index("depression")] > 0
    by_migraine = joint @ np.eye(2)[COMBINATIONS[:, 0]]
    return by_migraine[depressed].sum(axis=0) / by_migraine.sum(axis=0)
