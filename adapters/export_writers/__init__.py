"""File formats of exports, one module each; a module registers itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from domain.exports import Chunks, ExportHead
from domain.registry import Registry


@dataclass(frozen=True)
class FileFormat:
    """`write(path, head, chunks)` leaves one finished file at the path and says how many rows it has."""

    write: Callable[[str, ExportHead, Chunks], int]
    suffix: str
    mime_type: str


WRITERS: Registry[FileFormat] = Registry("export formats")

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["WRITERS", "FileFormat"]
