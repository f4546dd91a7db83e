"""Named points of a run at which a test has the process killed: `PORTAL_FAULT=issued:3` at the third arrival there."""

from __future__ import annotations

import os
import signal
from collections import Counter
from functools import lru_cache

_arrived: Counter[str] = Counter()


@lru_cache(maxsize=1)
def _plan() -> tuple[str, int] | None:
    name, _, count = os.environ.get("PORTAL_FAULT", "").partition(":")
    return (name, int(count or 1)) if name else None


def reached(name: str) -> None:
    plan = _plan()
    if plan is None or plan[0] != name:
        return
    _arrived[name] += 1
    if _arrived[name] == plan[1]:
        os.kill(os.getpid(), signal.SIGKILL)
