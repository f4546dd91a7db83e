"""`make test`: two lanes of tests, one core each; what was said in the lane beside is printed at the end."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
LOG = ROOT / "build" / "tests-beside.log"
HERE = ("unit", "integration", "test_house_rules.py", "test_translations.py")
PYTEST = (sys.executable, "-m", "pytest")
MEASURED = (sys.executable, "-m", "coverage", "run", "-m", "pytest")
Steps = Sequence[Sequence[str]]


def run(beside: Steps, here: Steps, last: Steps, log: Path) -> int:
    """Run the steps `beside` into their log while those `here` run, and after both the `last` ones.

    A failed step ends its lane, and a failed lane leaves out the last steps. The exit code is 0 only when all passed; the
    log is printed last, whatever happened.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    with log.open("wb") as into, ThreadPoolExecutor(1) as pool:
        other = pool.submit(_lane, beside, into)
        failed = _lane(here)
        failed = failed or other.result()
    failed = failed or _lane(last)
    print("\nBeside the above:", flush=True)
    sys.stdout.buffer.write(log.read_bytes())
    print(f"Everything together took {time.monotonic() - begun:.0f} s.", flush=True)
    return failed


def _lane(steps: Steps, into: IO[bytes] | None = None) -> int:
    """The exit code of the first step that failed, or 0."""
    for step in steps:
        if into:
            into.write(f"$ {' '.join(step[1:])}\n".encode())
            into.flush()
        if code := subprocess.call(step, cwd=ROOT, stdout=into, stderr=subprocess.STDOUT if into else None):
            return code
    return 0


if __name__ == "__main__":
    measured_here = (*MEASURED, *(f"tests/{name}" for name in HERE))
    floors = (sys.executable, "-m", "tests.coverage_floors")
    sys.exit(run([(*MEASURED, "tests/web"), (*PYTEST, "tests/browser")], [measured_here], [floors], LOG))
