"""One file over HTTP: time-outs, another try after a fault that may pass, and nothing taken for whole that is not."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

__all__ = ["Advance", "Downloader", "Undelivered"]

BLOCK = 64 * 1024
LARGEST = 512 * 1024 * 1024
"""Bytes after which a file is no table of a survey."""

PASSING = frozenset({408, 425, 429})
"""Statuses below 500 that ask for another try."""

Advance: TypeAlias = Callable[[int, int | None], None]
"""Told the bytes received so far and the bytes expected, if the server says."""


class Undelivered(Exception):
    """Why an address gave no file; `passing` when another try may succeed."""

    def __init__(self, reason: str, passing: bool) -> None:
        super().__init__(reason)
        self.passing = passing


@dataclass(frozen=True, slots=True)
class Downloader:
    """How files are downloaded; proxies are taken from the environment, as urllib does.

    Parameters
    ----------
    attempts : int
        Tries in all, for network faults and statuses of 500 and above.
    pause : float
        Seconds before the second try; doubled before each further one.
    timeout : float
        Seconds without an answer after which a try is given up.
    """

    attempts: int = 4
    pause: float = 1.0
    timeout: float = 30.0

    def fetch(self, address: str, path: Path, advance: Advance) -> None:
        """Write the file at an address to `path`.

        Raises
        ------
        Undelivered
            When there is no such file, or every try failed.
        OSError
            When `path` cannot be written.
        """
        for attempt in range(1, self.attempts + 1):
            try:
                return self._try(address, path, advance)
            except Undelivered as fault:
                if not fault.passing or attempt == self.attempts:
                    raise
            time.sleep(self.pause * 2 ** (attempt - 1))

    def _try(self, address: str, path: Path, advance: Advance) -> None:
        with _network():
            request = urllib.request.Request(address, headers={"User-Agent": "comorbid"})
            response = urllib.request.build_opener().open(request, timeout=self.timeout)
        with response, path.open("wb") as file:
            expected, received = _length(response), 0
            while block := _block(response):
                file.write(block)
                received += len(block)
                advance(received, expected)
                if received > LARGEST:
                    raise Undelivered("it does not end", passing=False)
        if expected is not None and received != expected:
            raise Undelivered(f"it broke off after {received:,} of {expected:,} bytes", passing=True)


def _length(response: Any) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isdigit() else None


def _block(response: Any) -> bytes:
    with _network():
        return bytes(response.read(BLOCK))


@contextmanager
def _network() -> Iterator[None]:
    """Faults of the network and of the server as `Undelivered`."""
    try:
        yield
    except urllib.error.HTTPError as fault:
        fault.close()
        passing = fault.code >= 500 or fault.code in PASSING
        raise Undelivered(f"the server answers {fault.code} {fault.reason}", passing) from None
    except urllib.error.URLError as fault:
        raise Undelivered(f"no connection: {fault.reason}", passing=True) from None
    except http.client.IncompleteRead as fault:
        raise Undelivered(f"it broke off after {len(fault.partial):,} bytes", passing=True) from None
    except (OSError, http.client.HTTPException) as fault:
        raise Undelivered(f"the connection broke: {fault or type(fault).__name__}", passing=True) from None
