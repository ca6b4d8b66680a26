"""A process that imports once and forks: workers and kernels that start from it need milliseconds, not seconds.

Started by the runner as `python -m comorbid.analyses.preloaded KIND HANDLE`, where KIND is "worker" or "kernel" and
HANDLE the number of a listening socket. Each connection asks for one child: a message with arguments, environment and
working folder, and its standard streams as file descriptors. The child sets itself apart, in a session of its own and
with the environment it was given, answers with its process number, and goes on as worker or kernel. Workers and kernels
come from two processes, so that a kernel holds nothing of what a worker imports, and both import at the same time.

Only a process with one thread forks. One that has more when its imports are done ends, and the runner starts plain
processes instead. It also ends, and removes its folder, when the runner closes its standard input, in whatever way.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path
from typing import Any, NoReturn

from comorbid.analyses.forked import LARGEST

__all__ = ["main"]

PATIENCE = 5.0
"""Seconds between a connection and its request."""

HANDLES = 8
"""Files that a request may bring: the three standard streams and the report's lock."""

MODULES = {
    "worker": (
        "asyncio", "comorbid.analyses.execute", "comorbid.analyses.html", "comorbid.analyses.kernel",
        "comorbid.analyses.scrub", "jupyter_client.asynchronous", "nbclient.exceptions", "papermill",
    ),
    "kernel": (
        "ipykernel.kernelapp", "ipykernel.ipkernel", "IPython.core.completerlib", "IPython.core.logger",
        "IPython.display", "sqlite3", "matplotlib.pyplot", "matplotlib.backends.backend_agg",
        "matplotlib.backends.backend_svg", "PIL.BmpImagePlugin", "PIL.GifImagePlugin", "PIL.JpegImagePlugin",
        "PIL.PngImagePlugin", "PIL.PpmImagePlugin", "pandas.core.methods.to_dict", "pandas.io.formats.csvs",
        "pandas.io.formats.string", "pyarrow.pandas_compat", "comorbid.analyses.pictures",
        "comorbid.analyses.rebuilt", "comorbid.evidence", "comorbid.sources.load", "comorbid.synthetic",
    ),
}  # fmt: skip


def main(kind: str, handle: str) -> None:
    """Import, then fork a child for each connection until the runner is gone; a child returns when its work is done."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.path and Path(sys.path[0] or ".").resolve() == Path.cwd():
        del sys.path[0]
    _preload(kind)
    child = _serve(socket.socket(fileno=int(handle)))
    if child is None:
        shutil.rmtree(Path.cwd(), ignore_errors=True)
        return
    connection, request, handles = child
    _set_apart(request, handles)
    connection.send(str(os.getpid()).encode())
    _work(connection) if kind == "worker" else _be_kernel(connection)


def _preload(kind: str) -> None:
    gc.disable()  # nothing of what is imported becomes garbage
    if kind == "worker":
        from comorbid.analyses.worker import leave_out_unused

        leave_out_unused()
    else:
        _leave_out_debugger()
    for name in MODULES[kind]:
        importlib.import_module(name)
    if kind == "kernel":
        library = importlib.import_module("comorbid")
        for name in library.__all__:
            getattr(library, name)
    else:
        _rehearse()
    threads = os.listdir("/proc/self/task")
    if len(threads) > 1:
        raise SystemExit(f"{len(threads)} threads run after the imports; a process with one alone can fork")
    gc.enable()
    gc.collect()
    gc.freeze()  # pages of what is imported stay shared with the children


def _leave_out_debugger() -> None:
    """Have kernels without one: a report needs none, and its import is two thirds of a kernel's start."""
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    importlib.import_module("ipykernel.debugger")
    del sys.modules["debugpy"]


def _rehearse() -> None:
    """Make a small page and forget it: what templates, patterns and highlighting set up at first use is there then."""
    from nbformat import v4

    from comorbid.analyses.html import to_html

    outputs = [
        v4.new_output("display_data", {"text/html": "<table><tr><th>a</th></tr></table>"}),
        v4.new_output("stream", text="a"),
    ]
    cells = [v4.new_markdown_cell("# A\n\n## B\n\n> c & d"), v4.new_code_cell("a = 1", outputs=outputs)]
    spec = {
        "analysis": {"name": "a", "title": "A", "question": "A?", "citations": ("A",)},
        "cohort": {"name": "a", "title": "A", "synthetic": True},
        "parameters": {"a": 1},
        "inputs": {},
    }
    language = {"name": "python", "pygments_lexer": "ipython3"}
    to_html(v4.new_notebook(cells=cells, metadata={"language_info": language}), spec, {})


def _serve(listener: socket.socket) -> tuple[socket.socket, dict[str, Any], list[int]] | None:
    """Wait for requests; returns in each child, with its request, and here when the runner is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            return None
        connection, _ = listener.accept()
        request, handles = _receive(connection)
        if request and os.fork() == 0:
            listener.close()
            return connection, request, handles
        for handle in handles:
            os.close(handle)
        connection.close()


def _receive(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """A request with its files; empty when the other side is gone."""
    connection.settimeout(PATIENCE)
    try:
        message, handles, _, _ = socket.recv_fds(connection, LARGEST, HANDLES, socket.MSG_CMSG_CLOEXEC)
    except OSError:
        return {}, []
    connection.settimeout(None)
    return (json.loads(message) if message else {}), handles


def _set_apart(request: dict[str, Any], handles: list[int]) -> None:
    """Make a child what a fresh process is: own session, streams, environment, folder and random numbers."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for stream, handle in enumerate(handles[:3]):
        os.dup2(handle, stream)
        os.close(handle)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.argv = request["arguments"]
    tempfile.tempdir = None
    time.tzset()
    if "numpy" in sys.modules:
        importlib.import_module("numpy.random").seed()  # Python's own generator sees to itself


def _work(connection: socket.socket) -> NoReturn:
    from comorbid.analyses.worker import main as work

    try:
        status = work(sys.argv[1])
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    connection.send(str(status).encode())
    os._exit(status)


def _be_kernel(connection: socket.socket) -> None:
    from ipykernel import kernelapp

    threading.Thread(target=_end_with_worker, args=(connection,), daemon=True).start()
    kernelapp.launch_new_instance()


def _end_with_worker(connection: socket.socket) -> None:
    """Kill the kernel with all that it started when its worker is gone; the worker never writes."""
    connection.recv(1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
