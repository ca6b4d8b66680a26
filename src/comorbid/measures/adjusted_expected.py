"""Observed against expected co-occurrence, with what is expected taken from each person's covariates."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from scipy.special import expit

from comorbid._numerics.intervals import critical_value, false_discovery, logit_interval, two_sided_p, wald_statistic
from comorbid._numerics.joint_expectation import FittedModel, observed_and_expected, refitted
from comorbid._numerics.merging import pattern_keys
from comorbid.cells import Cells, collapse_cohort
from comorbid.cohort import Cohort
from comorbid.errors import CollinearityError, EmptyDomainError, SeparationError, SpecError
from comorbid.fitting import fit_logistic
from comorbid.fitting.matrix import design_matrix, getter
from comorbid.fitting.support import least_cell
from comorbid.measures.arguments import check_conf_level, chosen_conditions, subgroups
from comorbid.measures.derived import cohort_of_cells
from comorbid.measures.overlap import labelled_pairs
from comorbid.measures.spread import errors_of
from comorbid.measures.standardisation import with_least
from comorbid.measures.terms import model_of_covariates, terms_given, variables_in

MEASURES = ("prevalence", "expected_prevalence", "adjusted_observed_expected")
NUMBERS = ("estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high")
NOT_ESTIMABLE = (SeparationError, CollinearityError, EmptyDomainError, SpecError)


def adjusted_observed_expected(
    cohort: Cohort,
    covariates: Sequence[str],
    conditions: Sequence[str] | None = None,
    *,
    by: str | Sequence[str] | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """How often two conditions occur together, against what the covariates of each person lead one to expect.

    For a pair a, b: O = sum w y_a y_b / sum w; E = sum w p_a(x) p_b(x) / sum w, where p_a and p_b are the fitted
    probabilities of two logistic models on the covariates. O / E is 1 when the conditions are independent among people
    with the same covariates. The influence of a person on log(O / E) is

        w [y_a y_b / O - p_a p_b / E - (d_a' u_a + d_b' u_b) / E] / sum w,

    u_a the person's influence on the coefficients of model a, d_a = sum w p_b p_a (1 - p_a) x: both models are as
    uncertain as the sample makes them.

    Parameters
    ----------
    cohort : Cohort
    covariates : sequence of str
        Terms of both models, of variables that are no conditions of the pair: "age_band", "age_band:sex", or, beside a
        variable as it is, transforms of a continuous one such as "ns(age, df=4)".
    conditions : sequence of str, optional
        Two or more conditions of the codebook; all without it.
    by : str or sequence of str, optional
        Categorical variables; models are fitted anew for each combination of their levels, without terms that hold
        them. A group in which a model cannot be fitted keeps its rows, with missing estimates.
    conf_level : float
        Between 0 and 1.

    Returns
    -------
    DataFrame
        [by,] condition_a, condition_b, measure, estimate, std_error, statistic, p_value, conf_low, conf_high, n, n_a,
        n_b, n_both, q_value; of a confidential cohort n_least, the fewest people in a level of a covariate, with or
        without a condition. Three rows a pair: "prevalence" (of both, O), "expected_prevalence" (E), and
        "adjusted_observed_expected" (O / E; standard error on the log scale). `note` as in `cooccurrence`.

    Raises
    ------
    SpecError
        When there are no covariates, or a condition of a pair is among them.
    UnknownNameError, EmptyDomainError, SeparationError, CollinearityError, DesignError

    Notes
    -----
    Rests, pair by pair, on people with both answers and every covariate. t on the design degrees of freedom; without a
    design people count as independent; with replicate weights both models are fitted anew in each replicate. The
    marginal models must be right for 1 to mean conditional independence. Assumed sampling: see `fit_logistic`.
    After Lemmon et al., Nat Comput Sci 2021;1:694, doi:10.1038/s43588-021-00141-9, who sum each person's expected
    joint probability; weights and linearised errors are added here. Pinned to a linearisation written out in R, and
    with replicates to the jackknife of R `survey`.
    """
    names = chosen_conditions(cohort, conditions, least=2)
    groups = subgroups(cohort, by)
    check_conf_level(conf_level)
    terms = _terms(covariates, names, groups)
    cells = collapse_cohort(cohort, [*groups, *variables_in(terms), *names])
    frames = [
        _of_group(cohort, group, names, terms, conf_level, bool(groups)).assign(**levels)
        for levels, group in cells.groups(groups)
    ]
    return labelled_pairs(cohort, with_least(pd.concat(frames), cohort), groups, conf_level)


def _terms(covariates: Sequence[str], names: Sequence[str], groups: Sequence[str]) -> tuple[str, ...]:
    every, kept = terms_given(covariates), terms_given(covariates, groups)
    conditions = [name for name in variables_in(every) if name in names]
    if not every or conditions:
        raise SpecError(
            f"covariates = {', '.join(conditions) or 'none'}: name one or more variables that are not the conditions "
            "themselves, such as age_band and sex. Without covariates, `cooccurrence` gives observed/expected."
        )
    if not kept:
        raise SpecError(f"every covariate is in by = {', '.join(groups)}; name another, or use `cooccurrence`.")
    return kept


def _of_group(
    cohort: Cohort, cells: Cells, names: Sequence[str], terms: Sequence[str], conf_level: float, lenient: bool
) -> pd.DataFrame:
    frames = []
    for pair in itertools.combinations(names, 2):
        used = cells.select(cells.known([*variables_in(terms), *pair]))
        try:
            rows = _pair_rows(cohort, used, pair, terms, conf_level)
        except NOT_ESTIMABLE:
            if not lenient:
                raise
            rows = pd.DataFrame({"measure": MEASURES, **dict.fromkeys(NUMBERS, np.nan)})
        frames.append(rows.assign(condition_a=pair[0], condition_b=pair[1], **_counts(used, *pair, terms)))
    frame = pd.concat(frames, ignore_index=True)
    frame["q_value"] = frame.groupby("measure")["p_value"].transform(lambda p: false_discovery(p.to_numpy()))
    return frame


def _counts(cells: Cells, a: str, b: str, terms: Sequence[str]) -> dict[str, int]:
    least = [least_cell(cells, outcome, variables_in([term])) for outcome in (a, b) for term in terms if cells.n]
    count, with_a, with_b = cells.table.count, cells.present(a), cells.present(b)
    return {
        "n": cells.n,
        "n_a": int(count @ with_a),
        "n_b": int(count @ with_b),
        "n_both": int(count @ (with_a * with_b)),
        "n_least": min(least, default=0),
    }


def _pair_rows(
    cohort: Cohort, cells: Cells, pair: tuple[str, str], terms: Sequence[str], conf_level: float
) -> pd.DataFrame:
    if not cells.n:
        raise EmptyDomainError(f"nobody has answers to {' and '.join(pair)} and a value in {', '.join(terms)}.")
    shares, std_error = _estimated(cohort, cells, pair, terms)
    df = cells.degrees_of_freedom
    ratio = np.log(shares[0] / shares[1]) if shares[0] else np.nan
    std_error[2] = std_error[2] if shares[0] else np.nan
    half = critical_value(conf_level, df) * std_error[2]
    limits = np.vstack([logit_interval(shares, std_error[:2], conf_level, df), np.exp([ratio - half, ratio + half])])
    statistic = np.array([np.nan, np.nan, float(wald_statistic(ratio, std_error[2], 1e-12))])
    return pd.DataFrame(
        {
            "measure": MEASURES,
            "estimate": [*shares, np.exp(ratio)],
            "std_error": std_error,
            "statistic": statistic,
            "p_value": two_sided_p(statistic, df),
            "conf_low": limits[:, 0],
            "conf_high": limits[:, 1],
        }
    )


def _estimated(
    cohort: Cohort, cells: Cells, pair: tuple[str, str], terms: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """O and E, and the standard errors of O, E and log(O / E)."""
    alone = replace(cells, clusters=replace(cells.clusters, sampling="none", replication=None))
    people = cohort_of_cells(alone, cohort)
    fits = [fit_logistic(people, model_of_covariates(condition, terms)) for condition in pair]
    design = design_matrix(fits[0].columns, getter(cells), cells.table.n_patterns)
    present = np.stack([cells.present(name) for name in pair], axis=1)
    models = [FittedModel(expit(design @ fit.coefficients), fit.result.bread) for fit in fits]
    shares, z = observed_and_expected(design, present, cells.table.weight, models)
    covariates = np.stack([cells.codes(name) for name in variables_in(terms)], axis=1)
    group = np.unique(pattern_keys(covariates), return_inverse=True)[1]
    return shares, errors_of(cells, partial(refitted, design, present, group), z)
