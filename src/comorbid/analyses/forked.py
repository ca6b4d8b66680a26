"""Asking a preloaded process for a child, and handling that child as if it were one's own."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

__all__ = ["LARGEST", "ForkedProcess"]

LARGEST = 1 << 20
"""Bytes that a request to a preloaded process may have."""

LOST = -signal.SIGKILL
"""Status of a child that ended without giving one."""

MILLISECONDS = 1000


class ForkedProcess:
    """A child of a preloaded process, with what `subprocess.Popen` has for its owner.

    The child is not ours, so the system does not tell us its status: it sends it before it ends, and one that sends
    none was killed. That it ended is seen on a descriptor of the process itself, which no other process can take over.

    Parameters
    ----------
    address : Path
        Socket of the preloaded process.
    arguments, environment, folder
        `sys.argv`, environment and working folder of the child.
    handles : iterable of int
        Its standard input, output and error, then files that it keeps open.

    Raises
    ------
    OSError
        When there is no preloaded process, or it could not fork.
    """

    stdin = stdout = stderr = None

    def __init__(
        self,
        address: str | Path,
        arguments: list[str],
        environment: Mapping[str, str],
        folder: str | Path,
        handles: Iterable[int],
    ) -> None:
        self.args = arguments
        self.returncode: int | None = None
        request = {"arguments": arguments, "environment": dict(environment), "folder": str(folder)}
        self._connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._connection.connect(str(address))
            self.pid = _ask(self._connection, json.dumps(request).encode(), list(handles))
            self._process = os.pidfd_open(self.pid)
        except BaseException:
            self._connection.close()
            raise

    def poll(self) -> int | None:
        """Status of the child, negative when it was killed; None while it runs."""
        if self.returncode is None and self._ended(0):
            self.returncode = self._status()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Status of the child once it has ended; raises `subprocess.TimeoutExpired` when it has not in time."""
        if self.returncode is None and not self._ended(timeout):
            raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
        status = self.poll()
        assert status is not None
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal to the child, unless it has ended."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._process, number)

    def terminate(self) -> None:
        """Tell the child to stop."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the child."""
        self.send_signal(signal.SIGKILL)

    def _ended(self, timeout: float | None) -> bool:
        watch = select.poll()
        watch.register(self._process, select.POLLIN)
        return bool(watch.poll(None if timeout is None else timeout * MILLISECONDS))

    def _status(self) -> int:
        self._connection.setblocking(False)
        try:
            said = self._connection.recv(LARGEST)
        except OSError:
            said = b""
        self._connection.close()
        os.close(self._process)
        return int(said) if said else LOST


def _ask(connection: socket.socket, request: bytes, handles: list[int]) -> int:
    """Send a request; the process number of the child that answers."""
    if len(request) > LARGEST:
        raise OSError("the environment is too large to be sent")
    socket.send_fds(connection, [request], handles)
    answer = connection.recv(LARGEST)
    if not answer:
        raise OSError("the preloaded process has ended")
    return int(answer)
