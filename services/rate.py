"""`python -m cli rate`: a tariff and a file of readings priced from a terminal, month by month."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from sqlalchemy import select

from adapters.importers import open_file
from adapters.tariffs import json_file
from adapters.tariffs.holiday_dates import holiday_rows
from adapters.tariffs.price_files import read_prices
from adapters.tariffs.problems import TariffFileError
from adapters.tariffs.schema import json_schema
from adapters.tariffs.urdb import Unbilled, import_urdb
from data.migrate import upgrade
from data.queries import consumption
from data.queries.consumption import DEFAULT_INTERVAL_S
from data.readings import ReadingsStore
from data.repositories import sites
from data.session import Records
from data.tables.sites import Register
from domain.calendar import Period, PeriodKind, local_midnight_utc
from domain.energy.intervals import Intervals
from domain.errors import DomainError
from domain.ingest.options import IngestOptions
from domain.ingest.problems import IngestRefusedError
from domain.tariffs.base import Facts, Market
from domain.tariffs.errors import refuse
from domain.tariffs.rate import RatingResult, Term, rate, rate_months
from domain.tariffs.slots import Use
from domain.tariffs.tariff import Tariff
from services import portal
from services.ingest import ingest
from services.ingest_report import text as ingest_text
from services.rate_report import as_json, as_text, sentence

LOOKBACK_YEARS = 3  # readings before the period that ratchets and banks may need: at most 36 months


class RateRefusedError(Exception):
    """What to print when nothing could be rated."""


def read_tariff(path: Path, zone: str) -> tuple[json_file.TariffFile, tuple[Unbilled, ...]]:
    """Our own file, or one of URDB, told apart by what is in it."""
    if not path.is_file():
        raise RateRefusedError(f"--tariff: there is no file {path}")
    plain = json_file.loads(path.read_text(encoding="utf-8"))
    if isinstance(plain, Mapping) and ("items" in plain or "energyratestructure" in plain):
        found = import_urdb(plain, zone or "America/New_York")
        return json_file.TariffFile(found.tariff), found.unbilled
    return json_file.from_plain(plain), ()


def read_use(files: Sequence[tuple[str, Path, str]], zone: str, period: Period, options: IngestOptions) -> Use:
    """Readings of files, taken in by the same ingest and asked by the same query as those of the store.

    files : flow, file, and the name of the series in it ("" for the only one)
    """
    flows = {flow: _read(path, flow, series, zone, period, replace(options, zone=zone)) for flow, path, series in files}
    return Use(zone, flows)


def _read(path: Path, flow: str, series: str, zone: str, period: Period, options: IngestOptions) -> Intervals:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/portal.sqlite"
        upgrade(url)
        records, store = Records(url), ReadingsStore(f"{folder}/store", f"sqlite:///{folder}/manifest.sqlite")
        with portal.using(replace(portal.current(), records=records, readings=store)):
            _declare(records, flow, zone, options.interval_s or _interval_s(path, options), period)
            # A series without a name is the flow's; named ones get registers of their own, one of which may be meant.
            report = ingest(path, replace(options, create_site=True, registers={"": flow, series: flow}))
        if not report.is_accepted:
            raise RateRefusedError(ingest_text(report))
        with records.reading() as db:
            known = {label: number for number, label in db.execute(select(Register.id, Register.label))}
        filled = consumption.extent(store, known.values())
        if flow not in (label for label, number in known.items() if number in filled):
            known = {label: number for label, number in known.items() if number in filled}
            if len(known) != 1 or series:
                raise RateRefusedError(
                    f"--series: {path.name} has {', '.join(known)} -> write {flow}=NAME with one of them"
                )
            flow = next(iter(known))
        first = local_midnight_utc(date(period.first.year - LOOKBACK_YEARS, 1, 1), zone)
        return consumption.intervals(store, known[flow], first, local_midnight_utc(period.end, zone))


def _interval_s(path: Path, options: IngestOptions) -> int:
    try:
        return open_file(path, options).interval_s or DEFAULT_INTERVAL_S
    except IngestRefusedError:
        return DEFAULT_INTERVAL_S  # ingest says what is wrong with the file


def _declare(records: Records, flow: str, zone: str, interval_s: int, period: Period) -> None:
    """A register of that name for the readings of a file that names no series."""
    begin = local_midnight_utc(period.first, zone)
    with records.transaction() as tx:
        site = sites.add_site(tx, name=flow, time_zone=zone)
        point = sites.add_supply_point(tx, site_id=site.id, commodity="electricity")
        meter = sites.add_meter(tx, supply_point_id=point.id, serial=flow, installed_utc=begin)
        sites.add_register(
            tx, supply_point_id=point.id, meter_id=meter.id, flow=flow, label=flow, interval_s=interval_s, unit="Wh",
            external_id=flow,
        )  # fmt: skip


def market_of(tariff: Tariff, taxes: Any, period: Period, prices: Mapping[str, Path]) -> Market:
    """The holidays the calendar needs, the price series that were given, the file's taxes."""
    region = tariff.calendar.holidays if tariff.calendar else None
    years = (period.first.year - LOOKBACK_YEARS, period.end.year)
    holidays = {region: holiday_rows(region, *years)} if region else {}
    series = {name: read_prices(path, name, tariff.currency) for name, path in prices.items()}
    return Market(prices=series, taxes=taxes, holidays=holidays)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tariff", help="tariff file (docs/tariffs.md), or one of OpenEI URDB")
    parser.add_argument("--readings", action="append", default=[], metavar="[FLOW=]FILE", help="import unless named")
    parser.add_argument("--series", action="append", default=[], metavar="FLOW=NAME", help="a series of its file")
    parser.add_argument("--from", dest="first", metavar="DATE", help="first local day")
    parser.add_argument("--to", dest="end", metavar="DATE", help="the day after the last")
    parser.add_argument("--zone", default="", help="time zone of the site; otherwise the tariff's")
    parser.add_argument("--unit", help="of the readings: Wh, kWh, MWh, W or kW")
    parser.add_argument("--interval", type=int, metavar="MINUTES", help="of the readings")
    parser.add_argument("--prices", action="append", default=[], metavar="NAME=FILE", help="a market price series")
    parser.add_argument("--capacity", action="append", default=[], metavar="UNIT=SIZE", help="such as kVA=6")
    parser.add_argument("--commissioned", metavar="DATE", help="of the generator")
    parser.add_argument("--installed-kw", metavar="KW", help="of the generator")
    parser.add_argument("--whole", action="store_true", help="one bill for the whole period instead of one per month")
    parser.add_argument("--prices-of", metavar="DATE", help="rate at the prices and taxes in force on a day")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--export", action="store_true", help="print the tariff as a file of ours and stop")
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of tariff files and stop")


def command(arguments: argparse.Namespace, here: portal.Portal) -> int:
    """0 when priced; 3 when priced with gaps, so that no script takes it for whole; 1 when refused."""
    portal.use(here)
    if arguments.schema:
        print(json.dumps(json_schema(), indent=2))
        return 0
    try:
        return _run(arguments)
    except TariffFileError as error:
        print("\n".join(f"{arguments.tariff}: {problem}" for problem in error.problems), file=sys.stderr)
    except DomainError as error:
        print(sentence(error), file=sys.stderr)
    except RateRefusedError as error:
        print(error, file=sys.stderr)
    return 1


def _run(arguments: argparse.Namespace) -> int:
    if not arguments.tariff:
        raise RateRefusedError("--tariff is missing: name a tariff file")
    file, unbilled = read_tariff(Path(arguments.tariff), arguments.zone)
    if arguments.export:
        print(json_file.to_json(file), end="")
        return 0
    period = _period(arguments)
    if period.first >= period.end:
        raise refuse("period_empty", first=period.first, end=period.end)
    zone = arguments.zone or file.tariff.zone
    tariff, taxes = file.tariff, file.taxes
    if arguments.prices_of:
        day = _date("--prices-of", arguments.prices_of)
        tariff, taxes = tariff.as_of(day), taxes.as_of(day)
    market = market_of(tariff, taxes, period, {name: Path(path) for name, path in _pairs("--prices", arguments.prices)})
    options = IngestOptions(unit=arguments.unit, interval_s=arguments.interval * 60 if arguments.interval else None)
    facts = _facts(arguments)
    use = read_use(_files(arguments), zone, period, options)
    terms = [Term(tariff, period.first, period.end)]
    results = (
        [rate(terms, period, use, facts, market)] if arguments.whole else rate_months(terms, period, use, facts, market)
    )
    _print(tariff, results, unbilled, is_json=arguments.json)
    return 0 if all(result.is_complete for result in results) else 3


def _print(tariff: Tariff, results: Sequence[RatingResult], unbilled: Sequence[Unbilled], *, is_json: bool) -> None:
    if is_json:
        print(json.dumps(as_json(tariff, results, unbilled), indent=2, ensure_ascii=False))
    else:
        print(as_text(tariff, results, unbilled))


def _files(arguments: argparse.Namespace) -> list[tuple[str, Path, str]]:
    series = dict(_pairs("--series", arguments.series))
    found = []
    for item in arguments.readings:
        flow, _, path = item.rpartition("=")
        found.append((flow or "import", Path(path), series.get(flow or "import", "")))
    return found


def _pairs(option: str, items: Sequence[str]) -> list[tuple[str, str]]:
    pairs = [item.partition("=") for item in items]
    for name, sign, value in pairs:
        if not (name and sign and value):
            raise RateRefusedError(f"{option}: write NAME=VALUE, not {name + sign + value!r}")
    return [(name, value) for name, _, value in pairs]


def _period(arguments: argparse.Namespace) -> Period:
    for option, value in (("--from", arguments.first), ("--to", arguments.end)):
        if not value:
            raise RateRefusedError(f"{option} is missing: write a date such as 2026-01-01")
    return Period(PeriodKind.CUSTOM, _date("--from", arguments.first), _date("--to", arguments.end))


def _date(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RateRefusedError(f"{option}: {text!r} is no date -> write it as 2026-01-01") from None


def _facts(arguments: argparse.Namespace) -> Facts:
    return Facts(
        commissioning_date=_date("--commissioned", arguments.commissioned) if arguments.commissioned else None,
        installed_kw=_number("--installed-kw", arguments.installed_kw) if arguments.installed_kw else None,
        capacities={name: _number("--capacity", size) for name, size in _pairs("--capacity", arguments.capacity)},
    )


def _number(option: str, text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found <= 0:
        raise RateRefusedError(f"{option}: {text!r} is no size -> write a number such as 9.9")
    return found
