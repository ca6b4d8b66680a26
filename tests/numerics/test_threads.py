"""Linear algebra on one thread while a function runs, and as before afterwards."""

from __future__ import annotations

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from comorbid._numerics.batch import fit_batch
from comorbid._numerics.refit import refit
from comorbid._numerics.threads import on_one_thread


def threads() -> set[int]:
    import numpy as np

    assert np.ones((2, 2)) @ np.ones((2, 2)) is not None
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


@pytest.mark.parametrize("before", [1, 2])
def test_one_thread_inside_and_what_was_set_before_afterwards(before: int) -> None:
    with threadpool_limits(before, user_api="blas"):
        assert on_one_thread(threads)() == {1}
        assert threads() == {before}


def test_it_comes_back_after_an_error() -> None:
    @on_one_thread
    def fails() -> None:
        raise ZeroDivisionError

    with threadpool_limits(2, user_api="blas"):
        with pytest.raises(ZeroDivisionError):
            fails()
        assert threads() == {2}


def test_batches_and_refits_use_it() -> None:
    for function in (fit_batch, refit):
        assert function.__wrapped__.__name__ == function.__name__  # type: ignore[attr-defined]
