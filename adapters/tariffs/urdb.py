"""OpenEI's Utility Rate Database (URDB) as tariffs: what can be billed is, what cannot is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

from adapters.tariffs.problems import TariffFileError, TariffProblem, of_issue
from domain.tariffs.bands import Calendar, Rule
from domain.tariffs.base import Charge
from domain.tariffs.blocks import BandRate, Block
from domain.tariffs.charges.demand import Demand, Ratchet
from domain.tariffs.charges.energy import Energy
from domain.tariffs.charges.fixed import Fixed
from domain.tariffs.charges.minimum import Minimum
from domain.tariffs.tariff import Tariff

Rows = Sequence[Sequence[int]]
LIMITS: dict[str, Literal["month", "day", "kw"]] = {"kWh": "month", "kWh daily": "day", "kWh/kW": "kw"}
PERIODS: dict[str, Literal["day", "month", "year"]] = {"$/day": "day", "$/month": "month", "$/year": "year"}
BILLED = {
    "energyratestructure", "energyweekdayschedule", "energyweekendschedule", "demandratestructure",
    "demandweekdayschedule", "demandweekendschedule", "flatdemandstructure", "flatdemandmonths", "fixedchargefirstmeter",
    "fixedchargeunits", "mincharge", "minchargeunits", "startdate", "enddate", "name", "utility", "label", "demandwindow",
    "lookbackpercent", "lookbackrange", "lookbackmonths",
}  # fmt: skip
# Words about the rate that change no bill.
DESCRIPTIVE = {
    "uri", "revisions", "approved", "is_default", "eiaid", "supersedes", "supercedes", "sector", "servicetype", "source",
    "sourceparent", "sourcereference", "description", "basicinformationcomments", "energycomments", "demandcomments",
    "energytoulabels", "demandlabels", "peakkwcapacitymin", "peakkwcapacitymax", "peakkwcapacityhistory", "peakkwhusagemin",
    "peakkwhusagemax", "mindemand", "maxdemand", "servicemax", "servicemin", "voltagecategory", "voltageminimum",
    "voltagemaximum", "phasewiring", "country", "demandunits", "demandrateunit", "demandrateunits", "flatdemandunit",
    "flatdemandunits", "usenetmetering", "effectivedate", "_id",
}  # fmt: skip
KW_UNITS = {"kW", ""}
YEAR_BEFORE = 11  # months besides the billed one
FLAT_UNITS, RATE_UNITS = {"flatdemandunit", "flatdemandunits"}, {"demandrateunit", "demandrateunits"}  # both are found


@dataclass(frozen=True)
class Unbilled:
    """A field that has a meaning for the bill but no charge here."""

    field: str
    reason: str


@dataclass(frozen=True)
class Imported:
    tariff: Tariff
    unbilled: tuple[Unbilled, ...]


def import_urdb(plain: Mapping[str, Any], zone: str) -> Imported:
    """One URDB rate (or the first of a file's `items`). URDB does not say the zone of its hours."""
    items = plain.get("items")
    item: Mapping[str, Any] = items[0] if isinstance(items, list) and items else plain
    if not item.get("energyratestructure") and not item.get("fixedchargefirstmeter"):
        raise TariffFileError([TariffProblem("energyratestructure", "missing", {})])
    unbilled = _unknown_fields(item)
    bands = _Bands(item)
    charges: list[Charge] = [*_fixed(item, unbilled), *_energy(item, bands, unbilled)]
    charges += [*_flat_demand(item, unbilled), *_tou_demand(item, bands, unbilled), *_minimum(item, unbilled)]
    tariff = Tariff(
        id=str(item.get("label") or item.get("name")),
        version=1,
        name=" - ".join(str(item[key]) for key in ("utility", "name") if item.get(key)),
        currency="USD",
        zone=zone,
        market="US",
        charges=tuple(charges),
        calendar=bands.calendar,
        valid_from=_day(item.get("startdate")),
        valid_to=_day(item.get("enddate")),
        source=str(item.get("uri") or "OpenEI URDB"),
    )
    if issues := tariff.issues():
        raise TariffFileError([of_issue("", issue) for issue in issues])
    return Imported(tariff, tuple(unbilled))


def _unknown_fields(item: Mapping[str, Any]) -> list[Unbilled]:
    known = BILLED | DESCRIPTIVE
    return [
        Unbilled(key, "no charge of this kind is billed here")
        for key, value in item.items()
        if key.lower() not in known and value not in (None, 0, "", [])
    ]


def _day(seconds: object) -> date | None:
    """Dates are seconds since 1970, at midnight somewhere in America: the UTC date is the one that was meant."""
    return datetime.fromtimestamp(int(str(seconds)), UTC).date() if seconds else None


class _Bands:
    """The calendar: URDB has one schedule for energy and one for demand, a band here is a pair of both."""

    def __init__(self, item: Mapping[str, Any]) -> None:
        self._weekday = self._paired(item, "weekday")
        self._weekend = self._paired(item, "weekend")
        self._named = sorted({pair for rows in (self._weekday, self._weekend) for row in rows for pair in row})

    @staticmethod
    def _paired(item: Mapping[str, Any], days: str) -> list[list[tuple[int, int]]]:
        none = [[0] * 24] * 12
        energy: Rows = item.get(f"energy{days}schedule") or none
        demand: Rows = item.get(f"demand{days}schedule") or none
        return [list(zip(energy[month], demand[month], strict=True)) for month in range(12)]

    @property
    def calendar(self) -> Calendar:
        rules = _rules(self._weekday, (1, 2, 3, 4, 5)) + _rules(self._weekend, (6, 7))
        return Calendar(rules=tuple(rules))

    def of_energy(self, period: int) -> list[str]:
        return [_band(pair) for pair in self._named if pair[0] == period]

    def of_demand(self, period: int) -> list[str]:
        return [_band(pair) for pair in self._named if pair[1] == period]

    def months_of_energy(self, period: int) -> set[int]:
        return {
            month + 1
            for rows in (self._weekday, self._weekend)
            for month, row in enumerate(rows)
            if any(pair[0] == period for pair in row)
        }


def _band(pair: tuple[int, int]) -> str:
    return f"energy {pair[0]}, demand {pair[1]}"


def _rules(rows: list[list[tuple[int, int]]], weekdays: tuple[int, ...]) -> list[Rule]:
    """Months with the same day together, hours with the same band together."""
    months: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for month, row in enumerate(rows):
        months.setdefault(tuple(row), []).append(month + 1)
    found = []
    for hours, same in months.items():
        edges = [hour for hour in range(24) if hour == 0 or hours[hour] != hours[hour - 1]]
        for first, end in zip(edges, [*edges[1:], 24], strict=True):
            found.append(
                Rule(
                    band=_band(hours[first]),
                    months=tuple(same) if len(same) < 12 else (),
                    weekdays=weekdays,
                    from_min=first * 60,
                    to_min=end * 60,
                )
            )
    return found


def _price(tier: Mapping[str, Any]) -> Decimal:
    return _decimal(tier.get("rate")) + _decimal(tier.get("adj"))


def _decimal(value: object) -> Decimal:
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)


def _blocks(tiers: Sequence[Mapping[str, Any]]) -> tuple[Block, ...]:
    """The last tier is open, whatever limit it states."""
    last = len(tiers) - 1
    return tuple(
        Block(price=_price(tier), up_to=_decimal(tier.get("max")) if place < last else None)
        for place, tier in enumerate(tiers)
    )


def _fixed(item: Mapping[str, Any], unbilled: list[Unbilled]) -> list[Charge]:
    amount = _decimal(item.get("fixedchargefirstmeter"))
    per = PERIODS.get(str(item.get("fixedchargeunits", "$/month")))
    if per is None:
        unbilled.append(Unbilled("fixedchargeunits", f"unit {item['fixedchargeunits']} is not known"))
    if not amount or per is None:
        return []
    return [Fixed(code="fixed", label="Fixed charge", cost_group="service", amount=amount, per=per)]


def _minimum(item: Mapping[str, Any], unbilled: list[Unbilled]) -> list[Charge]:
    amount = _decimal(item.get("mincharge"))
    per = PERIODS.get(str(item.get("minchargeunits", "$/month")))
    if per is None:
        unbilled.append(Unbilled("minchargeunits", f"unit {item['minchargeunits']} is not known"))
    if not amount or per is None:
        return []
    return [Minimum(code="minimum", label="Minimum charge", cost_group="service", amount=amount, per=per)]


def _energy(item: Mapping[str, Any], bands: _Bands, unbilled: list[Unbilled]) -> list[Charge]:
    """Periods with the same limits share their blocks, so each such group (a season, often) is one charge."""
    groups: dict[tuple[str, tuple[Decimal | None, ...]], list[BandRate]] = {}
    months: dict[tuple[str, tuple[Decimal | None, ...]], set[int]] = {}
    for period, tiers in enumerate(item.get("energyratestructure") or []):
        names = bands.of_energy(period)
        if not names:
            continue  # a period that the schedule never uses
        if any(_decimal(tier.get("sell")) for tier in tiers):
            unbilled.append(Unbilled(f"energyratestructure[{period}].sell", "add a netting charge for export"))
        unit = str(tiers[0].get("unit") or "kWh")
        blocks = _blocks(tiers)
        if len(blocks) > 1 and unit not in LIMITS:
            unbilled.append(Unbilled(f"energyratestructure[{period}].unit", f"blocks in {unit} are not billed here"))
            continue
        key = (unit, tuple(block.up_to for block in blocks))
        groups.setdefault(key, []).extend(BandRate(band=name, blocks=blocks) for name in names)
        months.setdefault(key, set()).update(bands.months_of_energy(period))
    keys = list(groups)
    for place, key in enumerate(keys):
        if len(key[1]) > 1 and any(months[key] & months[other] for other in keys[:place] + keys[place + 1 :]):
            unbilled.append(Unbilled("energyratestructure", "periods of one month have different block limits"))
    return [
        Energy(
            code=f"energy-{place + 1}" if len(keys) > 1 else "energy",
            label="Energy",
            cost_group="energy",
            rates=tuple(groups[key]),
            limit_per=LIMITS.get(key[0], "month"),
        )
        for place, key in enumerate(keys)
    ]


def _flat_demand(item: Mapping[str, Any], unbilled: list[Unbilled]) -> list[Charge]:
    structure, by_month = item.get("flatdemandstructure") or [], item.get("flatdemandmonths") or [0] * 12
    found: list[Charge] = []
    for period, tiers in enumerate(structure):
        months = tuple(month + 1 for month, index in enumerate(by_month) if index == period)
        if months and _is_demand(item, f"flatdemandstructure[{period}]", tiers, unbilled):
            found.append(
                Demand(
                    code=f"demand-flat-{period}",
                    label="Demand",
                    cost_group="network",
                    blocks=_blocks(tiers),
                    months=months if len(months) < 12 else (),
                    window_min=_window(item),
                    ratchet=_ratchet(item, unbilled),
                )
            )
    return found


def _tou_demand(item: Mapping[str, Any], bands: _Bands, unbilled: list[Unbilled]) -> list[Charge]:
    found: list[Charge] = []
    for period, tiers in enumerate(item.get("demandratestructure") or []):
        when = bands.of_demand(period)
        if when and _is_demand(item, f"demandratestructure[{period}]", tiers, unbilled):
            found.append(
                Demand(
                    code=f"demand-{period}",
                    label=f"Demand in period {period}",
                    cost_group="network",
                    blocks=_blocks(tiers),
                    when=tuple(when),
                    window_min=_window(item),
                )
            )
    return found


def _is_demand(
    item: Mapping[str, Any], path: str, tiers: Sequence[Mapping[str, Any]], unbilled: list[Unbilled]
) -> bool:
    """Whether the tiers cost anything, in a unit that is billed."""
    if not any(_price(tier) for tier in tiers):
        return False
    flat = path.startswith("flat")
    names = FLAT_UNITS if flat else RATE_UNITS
    unit = next((str(value) for key, value in item.items() if key.lower() in names and value), "")
    if unit in KW_UNITS:
        return True
    unbilled.append(Unbilled(path, f"demand in {unit} is not billed here"))
    return False


def _window(item: Mapping[str, Any]) -> Literal[15, 30, 60]:
    known: dict[int, Literal[15, 30, 60]] = {15: 15, 30: 30, 60: 60}
    return known.get(int(_decimal(item.get("demandwindow"))), 15)


def _ratchet(item: Mapping[str, Any], unbilled: list[Unbilled]) -> Ratchet | None:
    """A share of the highest peak of the months before: of so many, or of chosen ones of the last year."""
    share = _decimal(item.get("lookbackpercent"))
    chosen = tuple(month + 1 for month, flag in enumerate(item.get("lookbackmonths") or []) if flag)
    span = int(_decimal(item.get("lookbackrange")))
    if share and not (chosen or span):
        unbilled.append(Unbilled("lookbackpercent", "no month before is named"))
    if not share or not (chosen or span):
        return None
    return Ratchet(share=share, lookback_months=span or YEAR_BEFORE, months=chosen if len(chosen) < 12 else ())
