"""A process that is measured: `python worker.py MODULE` answers one request of JSON a line with one line of JSON.

A request names a function of the module and its arguments. The function is called with what earlier calls left in
`state`; its time is taken, and the memory it needed above what was there. What it returns is worked up after that.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import sys
import time
import warnings
from pathlib import Path
from typing import Any

STATUS, PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def _resident(key: str) -> float:
    """Megabytes of this process, VmRSS now or VmHWM at its highest; NaN where the system does not tell."""
    if not STATUS.exists():
        return float("nan")
    return next(int(line.split()[1]) / 1024 for line in STATUS.read_text().splitlines() if line.startswith(key))


def _forget_peak() -> None:
    if PEAK.exists():
        PEAK.write_text("5")


def measured(function: Any, state: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """Seconds, megabytes above those in use before, highest megabytes of the process, and the answer."""
    gc.collect()
    _forget_peak()
    before, start = _resident("VmRSS"), time.perf_counter()
    found = function(state, **arguments)
    seconds = time.perf_counter() - start
    above = _resident("VmHWM") - before
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "mb": above, "highest_mb": highest, "answer": found() if callable(found) else found}


def main() -> None:
    warnings.filterwarnings("ignore")
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    module, state = importlib.import_module(sys.argv[1]), {}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = measured(getattr(module, request["do"]), state, request["with"])
        except Exception as fault:  # a peer may fail in its own way; the run goes on without it
            reply = {"error": f"{type(fault).__name__}: {fault}"[:300]}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main()
