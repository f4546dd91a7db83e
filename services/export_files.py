"""The folder of exported files: private, written beside, put in place whole, swept of what nobody names."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

from services import jobs, portal

SWEEP_AFTER_S = 86_400  # a file that is being made has no row yet; a day is longer than any takes


def make(fill: Callable[[str], object], suffix: str, *, owner: str = "now") -> Path:
    """A finished file under a random name; whoever calls it removes it or keeps its name.

    What is unfinished lies in a folder of its own, together with what its writer needs meanwhile, so that nothing a
    killed process leaves looks like a file.
    """
    name = f"{owner}-{secrets.token_urlsafe(24)}"
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    making = folder / f"{name}.making"
    making.mkdir(mode=0o700)
    try:
        unfinished = making / f"file.{suffix}"
        fill(str(unfinished))
        unfinished.chmod(0o600)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        return unfinished.replace(folder / f"{name}.{suffix}")
    finally:
        shutil.rmtree(making, ignore_errors=True)


def clear(owner: str) -> None:
    """Remove what earlier attempts of an owner left."""
    for path in _folder().glob(f"{owner}-*"):
        _remove(path)


def find(name: str) -> Path | None:
    path = _folder() / Path(name).name
    return path if path.is_file() else None


def sweep(kept: Collection[str]) -> None:
    """Remove what no row names: expired files, and what killed processes left."""
    oldest_s = jobs.LEASE_CLOCK.now().timestamp() - SWEEP_AFTER_S
    for path in _folder().glob("*"):
        with suppress(FileNotFoundError):
            if path.name not in kept and path.stat().st_mtime < oldest_s:
                _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(portal.current().config.files) / "exports"
