"""Running one notebook through Papermill, and refusing what Papermill would let pass.

Stock Papermill marks the cells of a killed or timed-out run as completed and takes `sys.exit(0)` for success. Here a
run counts only when every code cell ran, in order, without an error output.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from comorbid.analyses import guard

__all__ = ["MAX_OUTPUT", "RunFault", "check_executed", "execute", "first_line"]

MAX_OUTPUT = 30_000_000
"""Bytes that an executed notebook may have; more is a runaway print."""


@dataclass(slots=True)
class RunFault(Exception):
    """Why a run failed: number of the cell in the notebook as run, its source, name and text of the error."""

    cell: int
    source: str
    name: str
    message: str


def execute(spec: Mapping[str, Any], progress: Path) -> NotebookNode:
    """Run the notebook of a job; what ran is saved at `spec["executed"]` whatever happens.

    Raises
    ------
    RunFault
        When a cell raised, ran too long, left the kernel dead, exited or did not run.
    """
    from papermill.exceptions import PapermillExecutionError

    reached = _Reached(progress)
    try:
        _papermill(spec, reached)
    except PapermillExecutionError as fault:
        # Papermill's number is that of the code cell; ours is where it stands in the notebook
        line = _raising_line(reached.source, fault.traceback)
        raise RunFault(reached.index + 1, line, fault.ename, fault.evalue) from None
    except Exception as fault:
        raise RunFault(reached.index + 1, reached.source, *_plain(fault, spec["timeout"])) from None
    finally:
        guard.end_kernels()
    executed = Path(spec["executed"])
    notebook = nbformat.read(executed, as_version=4)
    check_executed(notebook, executed.stat().st_size)
    return notebook


def check_executed(notebook: NotebookNode, size: int) -> None:
    """Refuse a notebook with an error output, a code cell that did not run, or a file of too many bytes."""
    count = 0
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        count += 1
        for output in cell.outputs:
            if output.output_type == "error":
                raise RunFault(index + 1, cell.source, output.ename, output.evalue)
        if cell.execution_count != count:
            raise RunFault(index + 1, cell.source, "NotRun", "this cell did not run, or not in its turn")
    if size > MAX_OUTPUT:
        raise RunFault(0, "", "TooMuchOutput", f"the notebook holds {size:,} bytes; {MAX_OUTPUT:,} are accepted")
    nbformat.validate(notebook)


def first_line(source: str, width: int = 60) -> str:
    """First line of a cell that is code, for a message."""
    lines = [line.strip() for line in source.splitlines() if line.strip() and not line.strip().startswith(("#", "%"))]
    line = lines[0] if lines else ""
    return line if len(line) <= width else line[: width - 1] + "…"


def _raising_line(source: str, traceback: list[str]) -> str:
    """The line of the cell that the traceback names; the whole cell when it names none."""
    found = re.search(r"Cell In\[\d+\], line (\d+)", re.sub(r"\x1b\[[\d;]*m", "", "\n".join(traceback)))
    lines = source.splitlines()
    return lines[int(found[1]) - 1] if found and int(found[1]) <= len(lines) else source


class _Reached:
    """The cell that a run has come to, also written to a file that the runner reads."""

    def __init__(self, progress: Path) -> None:
        self.progress, self.index, self.source = progress, -1, ""

    def __call__(self, cell: NotebookNode, cell_index: int) -> None:
        self.index, self.source = cell_index, cell.source
        self.progress.write_text(str(cell_index + 1), encoding="utf-8")


def _papermill(spec: Mapping[str, Any], reached: _Reached) -> None:
    from papermill import execute_notebook

    from comorbid.analyses.engine import register
    from comorbid.analyses.kernel import ReportKernelManager

    ReportKernelManager.preloaded = spec["kernels"]
    execute_notebook(
        spec["notebook"],
        spec["executed"],
        parameters=spec["parameters"],
        engine_name=register(),
        kernel_name="python3",
        language="python",
        cwd=spec["scratch"],
        progress_bar=False,
        execution_timeout=spec["timeout"],
        kernel_manager_class=ReportKernelManager,
        force_raise_errors=True,
        record_timing=False,
        shutdown_kernel="immediate",
        on_cell_start=reached,
    )


def _plain(fault: Exception, timeout: int) -> tuple[str, str]:
    """Name and text of a fault that is not an error of a cell."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    if isinstance(fault, CellTimeoutError):
        return "Timeout", f"the cell ran longer than {timeout} s; `timeout` of the analysis allows more"
    if isinstance(fault, DeadKernelError):
        return "DeadKernel", "the kernel was killed or crashed; the machine may have run out of memory"
    return type(fault).__name__, str(fault).strip()
