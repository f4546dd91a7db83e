"""The portal's own tariff file: JSON in, checked to the last field; JSON out, the same again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from adapters.tariffs.problems import TariffFileError, TariffProblem, of_issue
from domain.tariffs.base import CHARGES, Charge
from domain.tariffs.tariff import Tariff
from domain.tariffs.taxes import LevyRate, TaxRule, TaxTable

FORMAT = "tariff/1"
KEYS = ("format", "tariff", "taxes", "levies")
MOST_DIGITS, MOST_DECIMALS = 9, 12


@dataclass(frozen=True)
class TariffFile:
    """A tariff and the taxes and levies it was written with."""

    tariff: Tariff
    taxes: TaxTable = field(default_factory=TaxTable)


def read(path: Path) -> TariffFile:
    return parse(path.read_text(encoding="utf-8"))


def parse(text: str) -> TariffFile:
    """The tariff of a text, or `TariffFileError` with every problem in it."""
    return from_plain(loads(text))


def loads(text: str) -> object:
    """JSON with exact decimals; a key given twice is refused, for one of the two would be lost."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        row = dict(found)
        for key in row:
            if sum(name == key for name, _value in found) > 1:
                raise TariffFileError([TariffProblem("", "key_twice", {"key": key})])
        return row

    try:
        return json.loads(text, parse_float=Decimal, object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        params: dict[str, object] = {"line": error.lineno, "column": error.colno, "why": error.msg}
        raise TariffFileError([TariffProblem("", "not_json", params)]) from None


def from_plain(plain: object) -> TariffFile:
    if not isinstance(plain, Mapping):
        raise TariffFileError([TariffProblem("", "not_an_object", {})])
    problems: list[TariffProblem] = []
    if plain.get("format") != FORMAT:
        problems.append(TariffProblem("format", "unknown_format", {"found": plain.get("format"), "known": FORMAT}))
    problems += [_unknown_key(str(key), str(key), KEYS) for key in plain if key not in KEYS]
    rules = _many(TaxRule, plain.get("taxes", []), "taxes", problems)
    levies = _many(LevyRate, plain.get("levies", []), "levies", problems)
    tariff = _tariff(plain.get("tariff"), problems)
    if tariff is not None and not problems:
        taxes = TaxTable(tuple(rules), tuple(levies))
        problems += [of_issue("tariff.", issue) for issue in tariff.issues()]
        problems += [of_issue("", issue) for issue in taxes.issues()]
        problems += _too_large(tariff, "tariff")
        problems += _too_large(taxes.rules, "taxes") + _too_large(taxes.levies, "levies")
        if not problems:
            return TariffFile(tariff, taxes)
    raise TariffFileError(problems)


def _tariff(plain: object, problems: list[TariffProblem]) -> Tariff | None:
    if not isinstance(plain, Mapping):
        problems.append(TariffProblem("tariff", "missing" if plain is None else "not_an_object", {}))
        return None
    head = {key: value for key, value in plain.items() if key != "charges"}
    if isinstance(head.get("calendar"), Mapping):
        head["calendar"] = _calendar(head["calendar"], problems)
    rows = plain.get("charges")
    listed: list[Any] = rows if isinstance(rows, list) else []
    charges = [_charge(row, f"tariff.charges[{place}]", problems) for place, row in enumerate(listed)]
    if not isinstance(rows, list):
        code = "missing" if rows is None else "wrong_value"
        params: dict[str, object] = {"found": _shown(rows), "why": "a list of charges is wanted"}
        problems.append(TariffProblem("tariff.charges", code, params))
    made: Tariff | None = _one(Tariff, {**head, "charges": []}, "tariff", problems)
    if made is None or not all(isinstance(charge, Charge) for charge in charges):
        return None
    named = {field.name: getattr(made, field.name) for field in fields(Tariff)}
    return Tariff(**(named | {"charges": tuple(charges)}))


def _calendar(plain: Mapping[str, Any], problems: list[TariffProblem]) -> dict[str, Any]:
    """`"from": "06:00"` as minutes of the day."""
    rules = plain.get("rules")
    if not isinstance(rules, list):
        return dict(plain)
    made = []
    for place, rule in enumerate(rules):
        row = dict(rule) if isinstance(rule, Mapping) else rule
        if isinstance(row, dict):
            for key in {"from", "to"} & set(row):
                path = f"tariff.calendar.rules[{place}].{key}"
                row[f"{key}_min"] = _minutes(row.pop(key), path, problems)
        made.append(row)
    return {**plain, "rules": made}


def _minutes(text: object, path: str, problems: list[TariffProblem]) -> int:
    hours, _, minutes = str(text).partition(":")
    if len(hours) == len(minutes) == 2 and (hours + minutes).isdecimal() and int(hours) <= 24 and int(minutes) < 60:
        return int(hours) * 60 + int(minutes)
    problems.append(TariffProblem(path, "bad_time", {"found": text}))
    return 0


def _charge(plain: object, path: str, problems: list[TariffProblem]) -> object:
    if not isinstance(plain, Mapping):
        problems.append(TariffProblem(path, "not_an_object", {}))
        return None
    kind = CHARGES.get(str(plain.get("kind")))
    if kind is None:
        known = ", ".join(sorted(CHARGES))
        problems.append(TariffProblem(f"{path}.kind", "unknown_kind", {"found": plain.get("kind"), "known": known}))
        return None
    return _one(kind, {key: value for key, value in plain.items() if key != "kind"}, path, problems)


def _many(made_of: type[Any], plain: object, path: str, problems: list[TariffProblem]) -> list[Any]:
    if not isinstance(plain, list):
        problems.append(TariffProblem(path, "wrong_value", {"found": _shown(plain), "why": "a list is wanted"}))
        return []
    return [_one(made_of, row, f"{path}[{place}]", problems) for place, row in enumerate(plain)]


def _one(made_of: type[Any], plain: object, path: str, problems: list[TariffProblem]) -> Any:
    try:
        return adapter(made_of).validate_python(plain)
    except ValidationError as error:
        for row in error.errors():
            place = path + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in row["loc"])
            problems.append(_problem(place, row, made_of))
        return None


def _problem(path: str, row: Mapping[str, Any], made_of: type[Any]) -> TariffProblem:
    if row["type"] == "unexpected_keyword_argument":
        key = str(row["loc"][-1])
        known = [field.name for field in fields(made_of)] if len(row["loc"]) == 1 else []
        return _unknown_key(path, key, known)
    if row["type"] == "missing":
        return TariffProblem(path, "missing", {})
    return TariffProblem(path, "wrong_value", {"found": _shown(row["input"]), "why": row["msg"]})


def _unknown_key(path: str, key: str, known: Any) -> TariffProblem:
    close = get_close_matches(key, known, 1)
    return TariffProblem(path, "unknown_key", {"hint": f", or did you mean {close[0]!r}?" if close else ""})


def _too_large(value: object, path: str) -> list[TariffProblem]:
    """Numbers that no price has: they would make exact arithmetic slow, and are mistakes."""
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        is_fine = value.adjusted() < MOST_DIGITS and isinstance(exponent, int) and exponent >= -MOST_DECIMALS
        return [] if is_fine else [TariffProblem(path, "number_too_large", {"found": str(value)})]
    if isinstance(value, tuple):
        return [found for place, item in enumerate(value) for found in _too_large(item, f"{path}[{place}]")]
    if is_dataclass(value):
        names = [field.name for field in fields(value)]
        return [found for name in names for found in _too_large(getattr(value, name), f"{path}.{name}")]
    return []


def _shown(value: object) -> str:
    return json.dumps(value, default=str)[:60]


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def adapter(made_of: type[Any]) -> TypeAdapter[Any]:
    """What checks and writes one kind of value; made once, for it is slow to make."""
    if made_of not in _ADAPTERS:
        _ADAPTERS[made_of] = TypeAdapter(made_of)
    return _ADAPTERS[made_of]


def to_json(file: TariffFile) -> str:
    """The file as text; `parse` makes the same tariff of it again."""
    return json.dumps(to_plain(file), indent=2, ensure_ascii=False) + "\n"


def to_plain(file: TariffFile) -> dict[str, Any]:
    head = adapter(Tariff).dump_python(_without_charges(file.tariff), mode="json", exclude_defaults=True)
    head.pop("charges")
    for rule in head.get("calendar", {}).get("rules", []):
        for key in ("from", "to"):
            if (minute := rule.pop(f"{key}_min", None)) is not None:
                rule[key] = f"{minute // 60:02d}:{minute % 60:02d}"
    head["charges"] = [
        {"kind": charge.kind, **adapter(type(charge)).dump_python(charge, mode="json", exclude_defaults=True)}
        for charge in file.tariff.charges
    ]
    plain = {"format": FORMAT, "tariff": head}
    for name, rows in (("taxes", file.taxes.rules), ("levies", file.taxes.levies)):
        if rows:
            plain[name] = [adapter(type(row)).dump_python(row, mode="json", exclude_defaults=True) for row in rows]
    return plain


def _without_charges(tariff: Tariff) -> Tariff:
    return Tariff(**({field.name: getattr(tariff, field.name) for field in fields(Tariff)} | {"charges": ()}))
