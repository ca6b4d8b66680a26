"""The kernel of a report: this very Python, spoken to through sockets in a private folder, not over TCP."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from comorbid.analyses import guard
from comorbid.analyses.forked import ForkedProcess

__all__ = ["ReportKernelManager"]


class ForkProvisioner(LocalProvisioner):
    """Has the kernel forked by a preloaded process; one that is gone, or cannot fork, is no loss but of time."""

    async def launch_kernel(self, cmd: list[str], **settings: Any) -> KernelConnectionInfo:
        """Start the kernel whose command is `cmd`, in a session of its own."""
        assert isinstance(self.parent, ReportKernelManager)
        try:
            forked = self._fork(self.parent.preloaded, cmd, **settings)
        except OSError:
            return await super().launch_kernel(cmd, **settings)
        self.process = forked  # type: ignore[assignment]
        self.pid = self.pgid = forked.pid
        self.cwd = settings.get("cwd") or Path.cwd()
        return self.connection_info

    def _fork(self, address: str, cmd: list[str], *, env: dict[str, str], **more: Any) -> ForkedProcess:
        launcher = find_spec("ipykernel_launcher")
        arguments = [str(launcher and launcher.origin), *cmd[cmd.index("-f") :]]
        empty = os.open(os.devnull, os.O_RDONLY)
        try:
            environment = {**env, "JPY_PARENT_PID": str(os.getpid())}
            folder = more.get("cwd") or os.getcwd()
            return ForkedProcess(address, arguments, environment, folder, [empty, 1, 2])
        finally:
            os.close(empty)


class ReportKernelManager(AsyncKernelManager):
    """Starts kernels that no kernel specification of the user can redirect, and tells the guard of each.

    Attributes
    ----------
    preloaded : str
        Socket of the process that forks kernels; without one, each kernel starts as a plain process.
    """

    preloaded = ""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "transport": "ipc"})
        self._kernel_spec = KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=CRITICAL"],
            display_name="Python 3",
            language="python",
        )

    async def _async_pre_start_kernel(self, **settings: Any) -> tuple[list[str], dict[str, Any]]:
        if self.preloaded and self.provisioner is None:
            self.provisioner = ForkProvisioner(kernel_id="", kernel_spec=self._kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**settings)

    pre_start_kernel = _async_pre_start_kernel

    async def _async_post_start_kernel(self, **settings: Any) -> None:
        if isinstance(self.provisioner, LocalProvisioner) and self.provisioner.pid:
            guard.kernels.add(self.provisioner.pid)
        await super()._async_post_start_kernel(**settings)

    post_start_kernel = _async_post_start_kernel
