"""A child process that ends with the one that started it, also where that is killed and can tell nobody.

`python -m adapters.tied PARENT MODULE ARGUMENTS...` asks the kernel for SIGTERM at the parent's end and then becomes
`python -m MODULE ARGUMENTS...`, which keeps that wish. The kernel of Linux does it; elsewhere a killed parent leaves its
children, and only one that was told to stop takes them along.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h
ORPHANED = 1


def command(module: str, *arguments: str) -> list[str]:
    """What to start: this interpreter on a module, tied to the calling process.

    The kernel watches the thread that starts the child: start it from one that lives as long as the process.
    """
    return [sys.executable, "-m", "adapters.tied", str(os.getpid()), module, *arguments]


def tie(parent: int) -> bool:
    """End the calling process with its parent from here on; False when that parent is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
    return os.getppid() == parent


def main(arguments: list[str]) -> int:
    parent, *rest = arguments
    if not tie(int(parent)):
        return ORPHANED
    return os.execv(sys.executable, [sys.executable, "-m", *rest])  # noqa: S606 - becomes the module, and never returns


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
