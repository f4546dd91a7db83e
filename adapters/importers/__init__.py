"""File formats the portal reads, one module each; a module registers itself and is asked whether a file is its own."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from adapters.importers.base import IMPORTERS, Importer, Opened, open_file

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["IMPORTERS", "Importer", "Opened", "open_file"]
