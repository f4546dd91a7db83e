"""The demo world as the portal sees it: records, readings and mishaps."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import func, select

from data.queries import consumption
from data.queries import contracts as queries_of_contracts
from data.seed import moments
from data.tables.accounts import Customer, Membership, Tenancy
from data.tables.identity import User
from data.tables.payments import AutopayRow, PaymentMethod
from data.tables.sites import Device, Meter, MeterInstallation, Register, Site, SiteEvent, SupplyPoint
from domain.calendar import Period, PeriodKind, local_midnight_utc
from domain.energy.quality import Quality
from services import demo, demo_contracts, demo_methods, portal
from services.contract_rating import rate_contract
from services.passwords import matches
from tests.factories.lookups import TWO_YEARS, readings, registers, rows, scalar
from tests.factories.world import tiny_portal

NOW = datetime(2026, 11, 20, 11, 7, tzinfo=UTC)
TODAY = date(2026, 11, 20)
BERLIN = "Europe/Berlin"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    empty = tiny_portal(tmp_path_factory.mktemp("full"), now=NOW)
    begun, worked = time.perf_counter(), time.process_time()
    made = demo.make(empty)
    return empty, made, (time.perf_counter() - begun, time.process_time() - worked)


@pytest.fixture(scope="module")
def world(made):
    return made[0]


def series(portal, register):
    """Newest values of two years by start. [Wh]"""
    found = readings(portal, register)
    return dict(zip(found.start_utc.astype(np.int64).tolist(), found.energy_wh.tolist(), strict=True))


def local_day(days_ago, zone_name=BERLIN):
    day = TODAY - timedelta(days=days_ago)
    return local_midnight_utc(day, zone_name), local_midnight_utc(day + timedelta(days=1), zone_name)


def events(portal, site, kind):
    query = select(SiteEvent).join(Site, Site.id == SiteEvent.site_id).where(Site.name == site, SiteEvent.kind == kind)
    return rows(portal, query)


# the whole


def test_the_world_has_more_than_eight_million_readings(made, capsys):
    # How long it took is told and not judged: it depends on who else is working on the machine.
    _, made_of, (wall_s, processor_s) = made
    with capsys.disabled():
        what = f"{made_of.readings:,} readings of {made_of.registers} registers"
        print(f"\nDemo world: {what} in {wall_s:.1f} s, {processor_s:.1f} s of processor time")
    assert made_of.readings > 8_000_000


def test_there_are_at_least_forty_customers_of_both_kinds(world):
    with world.records.reading() as db:
        kinds = dict(db.execute(select(Customer.kind, func.count()).group_by(Customer.kind)).all())
    assert sum(kinds.values()) >= 40
    assert kinds["business"] >= 4


def test_every_published_login_is_there_and_marked_as_demo(world):
    roles = {
        "consumer": "customer", "prosumer": "customer", "hybrid": "customer", "business": "customer",
        "accountant": "customer", "agent": "agent", "admin": "admin", "analyst": "analyst",
    }  # fmt: skip
    users = {user.email: user for user in rows(world, select(User))}
    assert {name: users[f"{name}@demo.example"].role for name in roles} == roles
    assert all(user.is_demo for user in users.values())
    assert matches(users["consumer@demo.example"].password_hash, "demo-portal-2026")


def test_the_business_owner_has_five_sites_and_the_accountant_is_a_member_there(world):
    query = (
        select(User.email, Membership.role, func.count(Tenancy.id))
        .join(Membership, Membership.user_id == User.id)
        .join(Tenancy, Tenancy.account_id == Membership.account_id)
        .where(User.email.in_(["business@demo.example", "accountant@demo.example"]))
        .group_by(User.email, Membership.role)
    )
    with world.records.reading() as db:
        assert sorted(tuple(row) for row in db.execute(query)) == [
            ("accountant@demo.example", "member", 5),
            ("business@demo.example", "owner", 5),
        ]


def test_enough_similar_homes_to_compare_with(world):
    # The benchmark hides groups below 15 homes.
    alike = (Site.people == 3, Site.heating == "gas", Site.has_ev.is_(False), Site.has_solar.is_(False))
    assert scalar(world, select(func.count()).select_from(Site).where(Site.time_zone == BERLIN, *alike)) >= 15


def test_no_site_hides_that_it_is_simulated(world):
    assert scalar(world, select(func.count()).where(Site.source.not_like("Demo simulator%"))) == 0


def test_all_commodities_and_zones_are_there(world):
    with world.records.reading() as db:
        commodities = set(db.scalars(select(SupplyPoint.commodity).distinct()))
        zones = set(db.scalars(select(Site.time_zone).distinct()))
    assert commodities == {"electricity", "gas", "heat", "weather"}
    assert zones == {BERLIN, "Europe/London", "Europe/Helsinki", "Asia/Kathmandu"}


# readings


def test_two_years_end_yesterday_and_today_goes_on_until_ten_minutes_ago(world):
    patan = registers(world, "Patan Dhoka 12", flow="import")["From the grid"]
    first, end = consumption.extent(world.readings, [patan])[patan]
    assert first == datetime(2024, 11, 19, 18, 15, tzinfo=UTC)  # midnight of 20 November 2024 at +05:45
    assert end == datetime(2026, 11, 20, 10, 45, tzinfo=UTC)  # 11:07 less ten minutes, last whole quarter-hour
    assert len(readings(world, patan, (first, end)).start_utc) == (end - first).total_seconds() / 900


@pytest.mark.parametrize(
    ("day", "count"), [(date(2026, 3, 29), 92), (date(2025, 10, 26), 100), (date(2026, 10, 25), 100)]
)
def test_days_of_clock_changes_have_their_own_length(world, day, count):
    register = registers(world, "Sonnhalde 7", flow="import")["From the grid"]
    row = consumption.days(world.readings, [register], day, day + timedelta(days=1)).iloc[0]
    assert (row["n"], row["n_expected"]) == (count, count)


def test_consumption_balances_in_every_quarter_hour(world):
    ids = registers(world, "Hochberghof 1", interval_s=900)
    came = [series(world, ids[label]) for label in ("From the grid", "Solar", "Wind", "Battery discharging")]
    went = [series(world, ids[label]) for label in ("To the grid", "Battery charging")]
    assert len(came[0]) == 730 * 96
    hot_water = series(world, ids["Hot water"])
    for start, imported in came[0].items():
        used = imported + sum(part[start] for part in came[1:]) - sum(part[start] for part in went)
        assert used >= hot_water[start] >= 0
        assert min(imported, went[0][start]) == 0


@pytest.mark.parametrize("site", ["Lindenweg 14", "Sonnhalde 7", "Backstube Haslach"])
def test_phases_add_up_to_the_import_even_after_corrections(world, site):
    ids = registers(world, site)
    total, phases = series(world, ids["From the grid"]), [series(world, ids[f"L{n}"]) for n in (1, 2, 3)]
    assert all(total[start] == sum(phase[start] for phase in phases) for start in total)


def test_submeters_leave_an_untracked_remainder(world):
    ids = registers(world, "Lindenweg 14", flow="submeter")
    total = readings(world, registers(world, "Lindenweg 14")["From the grid"]).total_wh
    tracked = sum(readings(world, register).total_wh for register in ids.values())
    assert 0.3 * total < tracked < 0.7 * total


def test_the_consumer_uses_what_three_people_use(world):
    # Stromspiegel 2023: 2,400-3,900 kWh a year; two years here.
    total = readings(world, registers(world, "Lindenweg 14")["From the grid"]).total_wh
    assert 2 * 2_400_000 <= total <= 2 * 3_900_000


def test_neighbours_share_one_weather_register(world):
    query = select(Site.weather_register_id).where(Site.region == "Freiburg", Site.weather_register_id.is_not(None))
    with world.records.reading() as db:
        (register,) = set(db.scalars(query))
        assert db.get(Register, register).unit == "mdegC"
    air = readings(world, register)
    assert len(air.start_utc) == 730 * 24
    assert 8_000 < air.energy_wh.mean() < 15_000  # Freiburg's mean is 11.8 degC


# mishaps


def test_an_estimated_day_carries_the_week_before(world):
    ids = registers(world, "Lindenweg 14")
    low, high = local_day(moments.ESTIMATED_DAYS)
    day = readings(world, ids["From the grid"], (low, high))
    before = readings(world, ids["From the grid"], (low - timedelta(days=7), high - timedelta(days=7)))
    assert set(day.quality.tolist()) == {Quality.ESTIMATED}
    assert day.energy_wh.tolist() == before.energy_wh.tolist()


def test_corrected_readings_keep_their_first_version(world):
    register = registers(world, "Lindenweg 14")["From the grid"]
    low = local_midnight_utc(TODAY - timedelta(days=moments.CORRECTED_DAYS), BERLIN) + timedelta(hours=8)
    span = (low, low + timedelta(hours=6))
    known_at = moments.moment(BERLIN, TODAY, moments.CORRECTED_KNOWN_DAYS, 10.0)  # an hour before the correction
    now, then = readings(world, register, span), readings(world, register, span, known_at=known_at)
    assert set(now.quality.tolist()) == {Quality.CORRECTED}
    assert set(then.quality.tolist()) == {Quality.MEASURED}
    event = max(events(world, "Lindenweg 14", "readings_corrected"), key=lambda event: event.at)
    params = json.loads(event.params)
    assert (params["old_wh"], params["new_wh"]) == (then.total_wh, now.total_wh)
    assert then.total_wh == pytest.approx(1.6 * now.total_wh, rel=0.02)  # whole Wh per phase


def test_a_month_was_billed_before_its_readings_were_corrected(world):
    """75 days before 20 November is 6 September; known 35 days before, on 16 October: after September's bills."""
    register = registers(world, "Lindenweg 14")["From the grid"]
    low = local_midnight_utc(date(2026, 9, 6), BERLIN) + timedelta(hours=8)
    span = (low, low + timedelta(hours=48))
    billed_at, now = datetime(2026, 10, 4, tzinfo=UTC), readings(world, register, span)
    then = readings(world, register, span, known_at=billed_at)
    assert (len(then.start_utc), set(then.quality.tolist())) == (192, {Quality.MEASURED})
    assert set(now.quality.tolist()) == {Quality.CORRECTED}
    assert then.total_wh > 1.5 * now.total_wh


# contracts and prices


def test_every_customer_has_a_contract_for_each_thing_supplied(world):
    with world.records.reading() as db:
        signed = queries_of_contracts.contracts_in(db, date(2025, 1, 1), date(2027, 1, 1))
        supplied = queries_of_contracts.supplied(db)
    wanted = {(row.account_id, row.supply_point_id, "supply") for row in supplied}
    wanted |= {(row.account_id, row.supply_point_id, "feed_in") for row in supplied if "export" in row.flows}
    assert {(row.account_id, row.supply_point_id, row.direction) for row in signed} == wanted
    assert len(wanted) == 108


def test_a_contract_began_19_whole_months_ago_and_changed_its_tariff_in_mid_month(world):
    """The consumer's price changed on 16 May 2026, VAT on 1 July: May has two energy lines, June and July two rates."""
    with portal.using(world), world.records.reading() as db:
        row = next(
            row
            for row in queries_of_contracts.contracts_in(db, TODAY, date(2027, 1, 1))
            if (row.site_name, row.commodity) == ("Lindenweg 14", "electricity")
        )
        assert row.first_date == date(2025, 4, 1)
        terms = queries_of_contracts.terms_of(db, row.id)
        assert [(term.code, term.version, term.first_date) for term in terms] == [
            ("fix", 1, date(2025, 4, 1)), ("fix", 2, date(2026, 5, 16)),
        ]  # fmt: skip
        months = {
            number: rate_contract(row.id, Period.of(PeriodKind.MONTH, date(2026, number, 1))) for number in (5, 6, 7)
        }
    energy = [(line.first.day, str(line.unit_price)) for line in months[5].lines if line.code == "energy"]
    assert energy == [(1, "0.1472"), (16, "0.1338")]
    assert {str(tax.rate) for tax in months[6].taxes} == {"0.19"}
    assert {str(tax.rate) for tax in months[7].taxes} == {"0.16"}


def test_a_dynamic_contract_pays_for_hours_below_zero(world):
    with portal.using(world), world.records.reading() as db:
        row = next(
            row
            for row in queries_of_contracts.contracts_in(db, TODAY, date(2027, 1, 1))
            if (row.site_name, row.direction) == ("Sonnhalde 7", "supply")
        )
        first, end = (int(local_midnight_utc(day, BERLIN).timestamp()) for day in (date(2026, 6, 1), date(2026, 7, 1)))
        series = queries_of_contracts.price_series(db, ["DE-DEMO"], first, end)["DE-DEMO"]
        june = rate_contract(row.id, Period.of(PeriodKind.MONTH, date(2026, 6, 1)))
    assert len(series.price) == 30 * 96
    assert int((series.price < 0).sum()) > 50
    assert june.is_complete


def test_prices_go_on_to_the_end_of_tomorrow_once(world):
    with portal.using(world), world.records.reading() as db:
        newest = queries_of_contracts.newest_price_s(db, "DE-DEMO")
        again = demo_contracts.continue_prices()
    assert newest == int(local_midnight_utc(date(2026, 11, 22), BERLIN).timestamp()) - 900
    assert again == 0


def test_some_have_a_way_to_pay_and_one_pays_automatically(world):
    with world.records.reading() as db:
        found = {
            user.email.partition("@")[0]: (method.last4, method.mandate_id is not None)
            for method, user in db.execute(
                select(PaymentMethod, User)
                .join(Membership, Membership.account_id == PaymentMethod.account_id)
                .join(User, User.id == Membership.user_id)
                .where(Membership.role == "owner")
            )
        }
        automatic = db.scalars(select(AutopayRow).where(AutopayRow.is_on)).all()
    assert found == {"hybrid": ("2051", True), "business": ("5030", True)}  # the last four digits of the IBANs
    assert [rule.cap_minor for rule in automatic] == [40_000]
    with portal.using(world):
        assert demo_methods.make_methods() == 0  # again there is nothing to sign


def test_an_interrupted_world_is_signed_once(world):
    with portal.using(world):
        assert demo_contracts.make_contracts() == 0


def test_an_outage_was_filled_two_days_later(world):
    register = registers(world, "Lindenweg 14")["From the grid"]
    low = local_midnight_utc(TODAY - timedelta(days=moments.OUTAGE_DAYS), BERLIN) + timedelta(hours=2)
    span = (low, low + timedelta(hours=5))
    day_after = moments.moment(BERLIN, TODAY, moments.OUTAGE_DAYS - 1, 12.0)
    assert len(readings(world, register, span, known_at=day_after).start_utc) == 0
    assert readings(world, register, span).missing_count == 0


def test_a_suspect_reading_carries_what_was_missing_before_it(world):
    register = registers(world, "Lindenweg 14")["From the grid"]
    low = moments.moment(BERLIN, TODAY, moments.SUSPECT_DAYS, 18.0)
    found = readings(world, register, (low, low + timedelta(hours=2)))
    assert found.quality.tolist() == [Quality.SUSPECT]
    assert found.missing_count == 7


def test_a_gap_is_still_open(world):
    register = registers(world, "Filiale Stühlinger")["From the grid"]
    day = TODAY - timedelta(days=moments.GAP_DAYS)
    row = consumption.days(world.readings, [register], day, day + timedelta(days=1)).iloc[0]
    assert (row["n"], row["n_expected"]) == (60, 96)  # nine hours are missing
    assert len(events(world, "Filiale Stühlinger", "gap_open")) == 1


def test_a_sub_meter_fell_silent_and_its_device_says_since_when(world):
    register = registers(world, "Sonnhalde 7")["Freezer"]
    since = moments.offline_utc(BERLIN, TODAY)
    assert consumption.extent(world.readings, [register])[register][1] == since
    assert scalar(world, select(Device.last_seen_at).where(Device.register_id == register)) == since


def test_a_gateway_delivers_twenty_hours_late(world):
    register = registers(world, "Büro Konstanz", flow="import")["From the grid"]
    end = consumption.extent(world.readings, [register])[register][1]
    assert timedelta(hours=20) <= NOW - end < timedelta(hours=20, minutes=30)


def test_an_exchanged_meter_has_a_predecessor_at_the_same_supply_point(world):
    query = (
        select(Meter.serial, MeterInstallation.installed_utc, MeterInstallation.removed_utc)
        .join(MeterInstallation, MeterInstallation.meter_id == Meter.id)
        .join(SupplyPoint, SupplyPoint.id == MeterInstallation.supply_point_id)
        .join(Site, Site.id == SupplyPoint.site_id)
        .where(Site.name == "Lindenweg 14", Meter.kind == "main", SupplyPoint.commodity == "electricity")
        .order_by(MeterInstallation.installed_utc)
    )
    with world.records.reading() as db:
        old, new = db.execute(query).all()
    assert old.removed_utc == new.installed_utc
    assert new.removed_utc is None
    params = json.loads(events(world, "Lindenweg 14", "meter_exchanged")[0].params)
    assert (params["old_serial"], params["new_serial"]) == (old.serial, new.serial)


def tenancies(portal, login):
    query = (
        select(Tenancy)
        .join(Membership, Membership.account_id == Tenancy.account_id)
        .join(User, User.id == Membership.user_id)
        .where(User.email == f"{login}@demo.example")
    )
    return rows(portal, query)


def test_one_tenant_follows_the_other_without_a_gap(world):
    (old,), (new,) = tenancies(world, "moved-out"), tenancies(world, "moved-in")
    assert old.site_id == new.site_id
    assert old.end_date == new.first_date == TODAY - timedelta(days=150)
    assert new.end_date is None


def test_the_newcomer_has_three_days_of_a_home_with_two_years(world):
    (stay,) = tenancies(world, "newcomer")
    assert stay.first_date == TODAY - timedelta(days=3)
    register = registers(world, "Hirzberg 3", flow="import", unit="Wh", interval_s=900)["From the grid"]
    assert consumption.extent(world.readings, [register])[register][0] == TWO_YEARS[0]


def test_a_new_building_has_no_reading_yet(world):
    assert consumption.extent(world.readings, registers(world, "Im Neubruch 2").values()) == {}
