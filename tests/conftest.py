"""What every test shares: a quiet environment, and the survey files where there are any."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Set before numpy and matplotlib are imported. Workers run side by side, so each keeps to one thread.
os.environ["MPLBACKEND"] = "Agg"
for _library in ("OPENBLAS", "OMP", "MKL", "NUMEXPR", "VECLIB_MAXIMUM"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

# A suite started in the background is told to ignore the interrupt, and so would be the runs that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes depends on who else uses the machine; nothing is tested by time.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")

FETCH = "comorbid fetch nhanes-1999-2004"


@cache
def nhanes_folder() -> Path | None:
    """Folder of the NHANES 1999-2004 files, in whichever form, or None."""
    from comorbid.paths import data_dirs

    for folder in data_dirs():
        for found in sorted(folder.rglob("MPQ_C.*")) if folder.is_dir() else ():
            return found.parent
    return None


def _skip_without_nhanes() -> Path:
    folder = nhanes_folder()
    if folder is None:
        named = os.environ.get("COMORBID_DATA") or "not set"
        pytest.skip(f"no NHANES 1999-2004 files (COMORBID_DATA: {named}); `{FETCH}` downloads them")
    return folder


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("data"):
        _skip_without_nhanes()


@pytest.fixture(scope="session")
def nhanes_dir() -> Path:
    """Folder that holds the real files of NHANES 1999-2004; the test is skipped where there is none."""
    return _skip_without_nhanes()


@pytest.fixture(scope="session")
def nhanes(nhanes_dir: Path):  # type: ignore[no-untyped-def]
    """The real cohort, loaded once a worker."""
    import comorbid as cm

    return cm.load_cohort("nhanes-1999-2004")


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    yield
    if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
        pyplot.close("all")
