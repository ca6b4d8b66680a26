"""The kernel of a report: this very Python, spoken to through sockets in a private folder, not over TCP."""

from __future__ import annotations

import sys
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from comorbid.analyses import guard

__all__ = ["ReportKernelManager"]


class ReportKernelManager(AsyncKernelManager):
    """Starts kernels that no kernel specification of the user can redirect, and tells the guard of each."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "transport": "ipc"})
        self._kernel_spec = KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=CRITICAL"],
            display_name="Python 3",
            language="python",
        )

    async def _async_post_start_kernel(self, **settings: Any) -> None:
        if isinstance(self.provisioner, LocalProvisioner) and self.provisioner.pid:
            guard.kernels.add(self.provisioner.pid)
        await super()._async_post_start_kernel(**settings)

    post_start_kernel = _async_post_start_kernel
