"""A contract priced from the stores: its own supply point, its days, its versions, as they stand or were known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from data.repositories import contracts as repository
from domain.access import Role, Viewer
from domain.errors import InvalidInputError, NotFoundError
from domain.tariffs.blocks import Block
from domain.tariffs.charges.demand import Demand, Ratchet
from services import contract_rating, contracts
from tests.factories.contracts import (
    SIGNED,
    add_taxes,
    fill,
    make_contract,
    point_and_registers,
    publish,
    tariff_text,
)
from tests.factories.people import people
from tests.factories.tariffs import amounts, make_energy, make_fixed, month


@pytest.fixture
def here(tmp_path):
    with people(tmp_path) as made:
        add_taxes(made.portal)
        yield made


def home(here, *terms, name="consumer", **facts):
    """A contract of somebody's home, and the register that is billed."""
    point, registers = point_and_registers(here.portal, here.ids.site_rows[name])
    wanted = {"account_id": here.ids.account_rows[name], "supply_point_id": point, "terms": terms}
    return make_contract(here.portal, **(wanted | facts)), registers["import"]


def test_a_month_of_a_flat_tariff_is_energy_standing_charge_and_vat(here):
    number, register = home(here, (publish(tariff_text()), date(2026, 1, 1), None))
    fill(here.portal.readings, register, "2026-05-31T22:00", "2026-06-30T22:00")  # June in Berlin
    result = contract_rating.rate_contract(number, month("2026-06"))
    # 2,880 quarter-hours x 0.25 kWh = 720 kWh x 0.30 = 216.00; standing 12.50; VAT 19 % of 228.50 = 43.415 -> 43.42
    assert amounts(result) == {"energy": 21_600, "fixed": 1_250}
    assert (result.tax_minor, result.gross_minor, result.is_complete) == (4_342, 27_192, True)


def test_a_version_and_a_vat_rate_that_change_in_mid_month_make_lines_of_their_own(here):
    dearer = tariff_text(make_energy("0.36", vat_code="std"), make_fixed(vat_code="std"), version=2)
    number, register = home(
        here, (publish(tariff_text()), date(2026, 1, 1), date(2026, 6, 16)), (publish(dearer), date(2026, 6, 16), None)
    )
    fill(here.portal.readings, register, "2026-05-31T22:00", "2026-07-31T22:00")
    lines = contract_rating.rate_contract(number, month("2026-06")).lines
    # 15 days x 24 kWh = 360 kWh on each side: 108.00 and 129.60; 6.25 standing charge on each.
    assert [(line.code, line.first.day, line.amount_minor) for line in lines] == [
        ("energy", 1, 10_800), ("fixed", 1, 625), ("energy", 16, 12_960), ("fixed", 16, 625),
    ]  # fmt: skip
    july = contract_rating.rate_contract(number, month("2026-07"))
    assert [str(tax.rate) for tax in july.taxes] == ["0.16"]


def test_only_the_days_of_the_contract_are_read(here):
    """Somebody else was supplied here until 16 June: their readings are on their bill."""
    number, register = home(here, (publish(tariff_text()), date(2026, 6, 16), None))
    fill(here.portal.readings, register, "2026-05-31T22:00", "2026-06-30T22:00")
    use = contract_rating.use_of(
        contract_rating.row_of(number), [contract_rating.terms(number)[0].tariff], month("2026-06")
    )
    assert use.flows["import"].total_wh == 15 * 96 * 250
    assert use.flows["import"].first_utc == datetime(2026, 6, 15, 22, tzinfo=UTC)


def test_a_bill_is_computed_again_as_readings_and_terms_were_known(here):
    number, register = home(here, (publish(tariff_text()), date(2026, 1, 1), None))
    store, known = here.portal.readings, datetime(2026, 7, 2, tzinfo=UTC)
    fill(store, register, "2026-05-31T22:00", "2026-06-30T22:00", known_at=known)
    first = contract_rating.rate_contract(number, month("2026-06"), known)
    fill(store, register, "2026-06-10T00:00", "2026-06-11T00:00", 500, known_at=known + timedelta(days=9))
    published = publish(tariff_text(make_energy("0.20", vat_code="std"), version=2))
    with here.portal.records.transaction() as tx:
        repository.supersede_terms(tx, number, date(2026, 6, 1), now=known + timedelta(days=9))
        cheaper = repository.tariff_id(tx, published)
        repository.add_term(
            tx,
            contract_id=number,
            tariff_version_id=cheaper,
            first_date=date(2026, 6, 1),
            now=known + timedelta(days=9),
        )
    again = contract_rating.rate_contract(number, month("2026-06"), known)
    now = contract_rating.rate_contract(number, month("2026-06"))
    assert again.lines == first.lines
    assert amounts(now) == {"energy": 14_880}  # 744 kWh x 0.20


def test_readings_reach_back_as_far_as_a_ratchet_looks(here):
    ratchet = Ratchet(share=Decimal("0.8"), lookback_months=3)
    demand = Demand(
        code="peak", label="Peak", cost_group="network", blocks=(Block(price=Decimal(10)),), ratchet=ratchet
    )
    number, register = home(here, (publish(tariff_text(demand)), date(2026, 1, 1), None))
    fill(here.portal.readings, register, "2026-02-28T23:00", "2026-06-30T22:00")
    fill(
        here.portal.readings,
        register,
        "2026-04-10T10:00",
        "2026-04-10T10:15",
        2_500,
        known_at=SIGNED + timedelta(days=1),
    )
    # April's peak was 10 kW; 80 % of it is billed in June although June had 1 kW: 8 x 10.
    assert amounts(contract_rating.rate_contract(number, month("2026-06"))) == {"peak": 8_000}


def test_a_version_in_use_is_not_published_again_with_other_prices(here):
    home(here, (publish(tariff_text()), date(2026, 1, 1), None))
    assert publish(tariff_text()) == publish(tariff_text())
    with pytest.raises(InvalidInputError) as caught:
        publish(tariff_text(make_energy("0.31"), make_fixed()))
    assert caught.value.params == {"field": "version", "remedy": "tariff_version_in_use", "newest": 1, "next": 2}


def viewer(here, name):
    account = here.ids.account_rows[name]
    return Viewer(here.ids.users[name], f"{name}@demo.example", name, Role.CUSTOMER, memberships=((account, "owner"),))


def test_a_viewer_sees_and_prices_own_contracts_only(here):
    number, register = home(here, (publish(tariff_text()), date(2026, 1, 1), None))
    fill(here.portal.readings, register, "2026-05-31T22:00", "2026-06-30T22:00")
    ada, eve = viewer(here, "consumer"), viewer(here, "neighbour")
    (mine,) = contracts.contracts(ada)
    assert mine.id == number
    assert contracts.cost(ada, mine.public_id, month("2026-06")).gross_minor == 27_192
    assert [row.version for row in contracts.terms(ada, mine.public_id)] == [1]
    assert contracts.contracts(eve) == []
    for ask in (contracts.contract, contracts.terms, lambda who, what: contracts.cost(who, what, month("2026-06"))):
        with pytest.raises(NotFoundError):
            ask(eve, mine.public_id)
        with pytest.raises(NotFoundError):
            ask(ada, "con-0000000000")
