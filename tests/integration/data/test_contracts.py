"""What the database itself holds of contracts and tariffs, on both kinds: one at a time, and nothing rewritten."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data.queries import contracts as queries
from data.repositories import contracts as repository
from services import portal
from tests.factories.contracts import SIGNED, add_taxes, make_contract, point_and_registers, publish, tariff_text
from tests.factories.databases import BOTH, current_database
from tests.factories.people import people
from tests.factories.tariffs import make_prices


@pytest.fixture(params=BOTH)
def here(request, tmp_path):
    with current_database(request.param, tmp_path) as url, people(tmp_path, database_url=url) as made:
        yield made


def contract(here, first=date(2025, 1, 1), end=None, name="consumer", **facts):
    point, _ = point_and_registers(here.portal, here.ids.site_rows[name])
    tariff = publish(tariff_text())
    wanted = {"account_id": here.ids.account_rows[name], "supply_point_id": point, "terms": [(tariff, first, end)]}
    return make_contract(here.portal, **(wanted | facts))


def test_a_supply_point_has_one_contract_at_a_time_in_each_direction(here):
    contract(here, date(2025, 1, 1), date(2026, 1, 1))
    with pytest.raises(DBAPIError, match=r"one.at.a.time"):
        contract(here, date(2025, 12, 31), None, number="V-2")
    contract(here, date(2026, 1, 1), None, number="V-3")  # the day the first one ends
    contract(here, date(2025, 1, 1), None, number="V-4", direction="feed_in")
    with pytest.raises(DBAPIError, match=r"one.at.a.time"):
        contract(here, date(2027, 1, 1), None, number="V-5", name="consumer")  # the open one lasts for ever


def test_a_contract_has_one_term_at_a_time(here):
    number = contract(here)
    with here.portal.records.reading() as db:
        version = queries.terms_of(db, number)[0].tariff_version_id
    with pytest.raises(DBAPIError), here.portal.records.transaction() as tx:
        repository.add_term(tx, contract_id=number, tariff_version_id=version, first_date=date(2026, 1, 1), now=SIGNED)


@pytest.mark.parametrize(
    "statement",
    [
        "update tariff_version set body = '{}'",
        "update tariff_version set digest = 'x'",
        "delete from tariff_version",
        "update contract_term set first_date = '2025-02-01'",
        "delete from contract_term",
        "update price_point set price = 1",
        "delete from price_point",
        "update tax_rule set rate = '0.07'",
        "delete from tax_rule",
    ],
)
def test_what_bills_were_made_from_is_not_rewritten(here, statement):
    contract(here)
    add_taxes(here.portal)
    with here.portal.records.transaction() as tx:
        assert repository.add_prices(tx, make_prices("2026-01-01", "2026-01-02", 8512)) == 24
    with pytest.raises(DBAPIError), here.portal.records.transaction() as tx:
        tx.execute(text(statement))


def test_a_version_nobody_signed_may_still_be_taken_back(here):
    publish(tariff_text())
    with here.portal.records.transaction() as tx:
        assert tx.execute(text("delete from tariff_version")).rowcount == 1


def test_a_tax_row_is_ended_once(here):
    add_taxes(here.portal)
    end = "update tax_rule set valid_to = '2027-01-01' where valid_to is null"
    with here.portal.records.transaction() as tx:
        assert tx.execute(text(end)).rowcount == 1
    with pytest.raises(DBAPIError), here.portal.records.transaction() as tx:
        tx.execute(text("update tax_rule set valid_to = '2028-01-01'"))


def test_a_changed_term_leaves_what_was_known_before(here):
    """From 1 March another version: as known before, one open term; as it stands, one to 1 March and one from then."""
    number = contract(here)
    later = SIGNED + timedelta(days=400)
    changed = publish(tariff_text(version=2, name="Changed"))
    with here.portal.records.transaction() as tx:
        repository.supersede_terms(tx, number, date(2026, 3, 1), now=later)
        version = repository.tariff_id(tx, changed)
        repository.add_term(tx, contract_id=number, tariff_version_id=version, first_date=date(2026, 3, 1), now=later)
    with here.portal.records.reading() as db:
        before = queries.terms_of(db, number, later - timedelta(seconds=1))
        now = queries.terms_of(db, number)
        assert queries.terms_of(db, number, later) == now
    assert [(row.version, row.first_date, row.end_date) for row in before] == [(1, date(2025, 1, 1), None)]
    assert [(row.version, row.first_date, row.end_date) for row in now] == [
        (1, date(2025, 1, 1), date(2026, 3, 1)), (2, date(2026, 3, 1), None),
    ]  # fmt: skip


def test_prices_come_back_as_they_were_added(here):
    added = make_prices("2026-03-29", "2026-03-30", range(23))  # the short day has 23 hours
    with here.portal.records.transaction() as tx:
        repository.add_prices(tx, added)
    first = int(added.start_utc[0].astype(int))
    with portal.current().records.reading() as db:
        found = queries.price_series(db, ["spot", "other"], first, first + 22 * 3600)
    assert list(found) == ["spot"]
    assert found["spot"].price.tolist() == list(range(22))  # the last hour lies at the end that is not included
    assert (found["spot"].scale, found["spot"].source) == (100_000, "test")
