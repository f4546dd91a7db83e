"""The JSON Schema of the tariff file, made from the charges themselves so that it can never lag behind."""

from __future__ import annotations

from typing import Any

from adapters.tariffs.json_file import FORMAT, adapter
from domain.tariffs.base import CHARGES
from domain.tariffs.tariff import Tariff
from domain.tariffs.taxes import LevyRate, TaxRule

TIME = {"type": "string", "pattern": "^([01][0-9]|2[0-4]):(00|15|30|45)$"}


def json_schema() -> dict[str, Any]:
    """Draft 2020-12, for editors and other programs."""
    definitions: dict[str, Any] = {}
    tariff = _part(Tariff, definitions)
    kinds = []
    for name in sorted(CHARGES):
        part = _part(CHARGES[name], definitions)
        part["properties"] = {"kind": {"const": name}, **part["properties"]}
        part["required"] = ["kind", *part["required"]]
        kinds.append(part)
    definitions.pop("Charge", None)
    tariff["properties"]["charges"] = {"type": "array", "minItems": 1, "items": {"oneOf": kinds}}
    rule = definitions["Rule"]["properties"]
    rule["from"], rule["to"] = TIME, TIME
    del rule["from_min"], rule["to_min"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tariff",
        "type": "object",
        "additionalProperties": False,
        "required": ["format", "tariff"],
        "properties": {
            "format": {"const": FORMAT},
            "tariff": tariff,
            "taxes": {"type": "array", "items": _part(TaxRule, definitions)},
            "levies": {"type": "array", "items": _part(LevyRate, definitions)},
        },
        "$defs": definitions,
    }


def _part(made_of: type[Any], definitions: dict[str, Any]) -> dict[str, Any]:
    part = adapter(made_of).json_schema(mode="validation")
    definitions.update(part.pop("$defs", {}))
    return part
