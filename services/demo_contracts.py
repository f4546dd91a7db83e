"""The invented retailer's tariffs, the prices of its markets, and who among the demo's customers signed what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from typing import Any

import numpy as np
from pydantic import TypeAdapter
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from stdnum.iso7064 import mod_11_10

from adapters.tariffs.holiday_dates import holiday_rows
from data.queries import contracts as queries
from data.queries.contracts import SupplyRow
from data.repositories import billing_papers as papers
from data.repositories import contracts as repository
from data.seed.cast import SEED
from data.seed.identifiers import number, public_id
from data.seed.regions import REGIONS
from data.tables.accounts import Account, Customer, Tenancy
from data.tables.sites import Site
from domain.billing.profiles import BillingProfile
from domain.calendar import add_months, local_date
from domain.simulator.grid import make_grid
from domain.simulator.market import SCALE, prices
from domain.tariffs.prices import PriceSeries
from domain.tariffs.taxes import LevyRate, TaxRule
from services import contracts, portal
from services.tariff_catalogue import Conditions, publish

BILLED_MONTHS = 19  # whole months of supply before the current one
PAYMENT_DAYS = 28
HOLIDAY_YEARS = (2020, 2035)
SOURCE = "Demo market, invented"
SIMULATED = "Demo simulator"  # how the source of the demo's sites begins; real homes beside them have no contract


@dataclass(frozen=True)
class Market:
    """An invented day-ahead market: where its weather is, and the interval of its prices. [s]"""

    region: str
    currency: str
    interval_s: int


MARKETS = {
    "DE-DEMO": Market("freiburg", "EUR", 900),
    "GB-DEMO": Market("london", "GBP", 1800),
    "FI-DEMO": Market("helsinki", "EUR", 3600),
}
# What the leading characters signed: tariff, and the day of the current year's months from which it applies, if changed.
SIGNED: dict[str, tuple[tuple[str, str], ...]] = {
    "Lindenweg 14": (("fix-1", ""), ("fix-2", "05-16")),
    "Sonnhalde 7": (("fix-1", ""), ("dynamisch-1", "01-01")),
    "Hochberghof 1": (("tag-nacht-1", ""),),
    "Backstube Haslach": (("leistung-1", ""),),
    "Kühlhaus Hochdorf": (("leistung-1", ""),),
    "Filiale Wiehre": (("gewerbe-1", ""), ("gewerbe-2", "04-01")),
    "Vaahteratie 5": (("helsinki-spot-1", ""),),
    "7 Bramble Court": (("london-agile-1", ""),),
    "12 Larkhill Row": (("london-standard-1", ""),),
    "Patan Dhoka 12": (("patan-blocks-1", ""),),
}
CROWD = ("basis-1", "fix-1", "natur-1", "tag-nacht-1", "fix-1")


def make_contracts(first: date | None = None) -> int:
    """Publish the tariffs, write taxes, holidays and prices, and sign a contract for each supply point; how many.

    The contracts come last and together, so that an interrupted attempt is made again: none where there are some already.
    first : the first day of supply, by default the first of the month `BILLED_MONTHS` before this one
    """
    made = portal.current()
    now = made.clock.now()
    catalogue = json.loads(_text("catalogue.json"))
    published = {row["file"].removesuffix(".json"): _publish(row) for row in catalogue["tariffs"]}
    with made.records.reading() as db:
        supplied = [row for row in queries.supplied(db) if row.site_source.startswith(SIMULATED)]
        is_signed = bool(queries.contracts_in(db, date.min, date.max))
        has_taxes = bool(queries.taxes(db).rules)
    if is_signed:
        return 0
    if not has_taxes:
        _write_market(catalogue)
    first = first or add_months(now.date().replace(day=1), -BILLED_MONTHS)
    _begin_prices(first, {row.zone_name for row in supplied})
    with made.records.transaction() as tx:
        versions = {name: repository.tariff_id(tx, row) for name, row in published.items()}
        _make_out(tx, {row.account_id for row in supplied if row.customer_kind == "business"}, first)
        count = 0
        for row in supplied:
            for direction in ("supply", "feed_in") if "export" in row.flows else ("supply",):
                _sign(tx, row, direction, versions, first, local_date(now, row.zone_name))
                count += 1
    return count


def _make_out(tx: Session, account_ids: set[int], since: date) -> None:
    """Businesses have their bills made out with a VAT id, which is invented, and an order number."""
    first_site = (
        select(Tenancy.account_id, func.min(Tenancy.site_id).label("site_id")).group_by(Tenancy.account_id).subquery()
    )
    rows = (
        select(Account.id, Account.number, Customer.name, Site.street, Site.postcode, Site.city)
        .join(Customer, Customer.id == Account.customer_id)
        .join(first_site, first_site.c.account_id == Account.id)
        .join(Site, Site.id == first_site.c.site_id)
        .where(Account.id.in_(account_ids))
    )
    for account_id, digits, name, street, postcode, city in tx.execute(rows).all():
        made_out = BillingProfile(
            legal_name=name, street=street or name, postcode=postcode, city=city, vat_id=_vat_id(digits),
            order_number=f"PO-{number(SEED, f'{digits}/order', 5)}", amounts="net",
        )  # fmt: skip
        signed_at = datetime.combine(since - timedelta(days=20), time(10), UTC)
        papers.add_profile(
            tx, made_out, account_id=account_id, valid_from=signed_at.date(), made_by=None, now=signed_at
        )


def _vat_id(name: str) -> str:
    """An invented German one whose check digit fits."""
    body = f"1{number(SEED, name, 7)}"
    return f"DE{body}{mod_11_10.calc_check_digit(body)}"


def _write_market(catalogue: dict[str, Any]) -> None:
    """Taxes, levies and holidays."""
    with portal.current().records.transaction() as tx:
        rules = TypeAdapter(list[TaxRule]).validate_python(catalogue["taxes"])
        repository.add_taxes(tx, rules, TypeAdapter(list[LevyRate]).validate_python(catalogue["levies"]))
        for region in catalogue["holidays"]:
            repository.add_holidays(tx, holiday_rows(region, *HOLIDAY_YEARS))


def continue_prices() -> int:
    """Prices up to the end of tomorrow, as a day-ahead market has them; how many are new. None where none began."""
    made, count = portal.current(), 0
    for name, market in MARKETS.items():
        with made.records.reading() as db:
            newest_s = queries.newest_price_s(db, name)
        if newest_s is not None:
            newest = local_date(datetime.fromtimestamp(newest_s, UTC), REGIONS[market.region].zone_name)
            count += _add_prices(name, market, newest, newest_s)
    return count


def _begin_prices(first: date, zone_names: set[str]) -> None:
    for name, market in MARKETS.items():
        if REGIONS[market.region].zone_name in zone_names:
            _add_prices(name, market, first - timedelta(days=1), None)


def _add_prices(name: str, market: Market, first: date, after_s: int | None) -> int:
    made = portal.current()
    end = local_date(made.clock.now(), REGIONS[market.region].zone_name) + timedelta(days=2)
    series = _series(name, market, first, end, after_s)
    if not len(series.start_utc):
        return 0
    with made.records.transaction() as tx:
        return repository.add_prices(tx, series)


def _series(name: str, market: Market, first: date, end: date, after_s: int | None) -> PriceSeries:
    """Means of the quarter-hours of some local days, from the interval after `after_s` on."""
    region = REGIONS[market.region]
    grid = make_grid(region.zone_name, first, end)
    width = market.interval_s // 900
    mean = np.rint(prices(region, SEED, grid).reshape(-1, width).mean(axis=1)).astype(np.int64)
    starts = grid.start_s[::width]
    fresh = starts > (after_s if after_s is not None else -1)
    return PriceSeries(
        name, market.currency, market.interval_s, SCALE, starts[fresh].astype("datetime64[s]"), mean[fresh], SOURCE
    )


def _publish(row: dict[str, Any]) -> str:
    known = {field.name for field in fields(Conditions)}
    adapted = TypeAdapter(Conditions).validate_python({key: value for key, value in row.items() if key in known})
    return publish(_text(row["file"]), adapted, public_id(SEED, "tariff", row["file"]))


def _text(name: str) -> str:
    return (files("data.seed") / "tariffs" / name).read_text(encoding="utf-8")


def _sign(tx: Session, row: SupplyRow, direction: str, versions: dict[str, int], first: date, today: date) -> None:
    begin = max(first, row.first_date)
    slug = f"{row.supply_point_id}/{direction}/{row.account_number}"
    signed_at = datetime.combine(begin - timedelta(days=20), time(10), UTC)
    chosen = list(_chosen(row, direction, begin, today))
    facts: dict[str, Any] = {
        "public_id": public_id(SEED, "con", slug), "number": f"V-{number(SEED, slug, 7)}",
        "account_id": row.account_id, "supply_point_id": row.supply_point_id, "direction": direction,
        "payment_terms_days": PAYMENT_DAYS, "signed_on": signed_at.date(), "first_date": begin, "end_date": row.end_date,
        "billing_cycle": "yearly" if _is_yearly(row, direction) else "monthly",
    }  # fmt: skip
    if direction == "feed_in":
        facts |= {"commissioning_date": date(2023, 4, 18), "installed_kw": f"{row.rated_w / 1000:g}"}
    elif row.commodity == "heat":
        facts["capacities"] = json.dumps({"kW": "6"})
    contract = contracts.signed(tx, now=signed_at, **facts)
    for name, low, high in chosen:
        repository.add_term(
            tx, contract_id=contract.id, tariff_version_id=versions[name], first_date=low, end_date=high, now=signed_at
        )


def _chosen(row: SupplyRow, direction: str, begin: date, today: date) -> Iterator[tuple[str, date, date | None]]:
    """Tariff and dates of each term of a contract."""
    dated = [(name, begin if not day else _latest(day, today)) for name, day in _tariffs(row, direction)]
    before = [name for name, since in dated if since <= begin]
    steps = [(before[-1], begin), *((name, since) for name, since in dated if since > begin)]
    for place, (name, low) in enumerate(steps):
        high = steps[place + 1][1] if place + 1 < len(steps) else row.end_date
        if row.end_date is None or low < row.end_date:
            yield name, low, high if row.end_date is None or high is None else min(high, row.end_date)


def _latest(day: str, today: date) -> date:
    """The newest such day of a year, such as "05-16", that has come."""
    found = date.fromisoformat(f"{today.year}-{day}")
    return found if found <= today else found.replace(year=today.year - 1)


def _tariffs(row: SupplyRow, direction: str) -> tuple[tuple[str, str], ...]:
    if direction == "feed_in":
        return (("einspeisung-1" if row.customer_kind == "residential" else "einspeisung-gewerbe-1", ""),)
    if row.commodity == "gas":
        return (("london-gas-1", ""),) if row.zone_name == "Europe/London" else (("gas-1", ""), ("gas-2", "02-01"))
    if row.commodity == "heat":
        return (("helsinki-heat-1" if row.zone_name == "Europe/Helsinki" else "waerme-1", ""),)
    if row.site_name in SIGNED:
        return SIGNED[row.site_name]
    if row.customer_kind == "business":
        return (("gewerbe-1", ""),)
    return ((CROWD[int(number(SEED, row.account_number, 4)) % len(CROWD)], ""),)


def _is_yearly(row: SupplyRow, direction: str) -> bool:
    """A quarter of the crowd pays instalments and has one bill a year, and so has the gas of one household."""
    if direction == "supply" and (row.site_name, row.commodity) == ("Lindenweg 14", "gas"):
        return True
    is_crowd = direction == "supply" and row.commodity == "electricity" and row.customer_kind == "residential"
    return is_crowd and row.site_name not in SIGNED and int(number(SEED, f"{row.account_number}/cycle", 3)) % 4 == 0
