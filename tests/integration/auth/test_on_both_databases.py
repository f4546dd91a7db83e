"""What sign-in and the finder ask of the database, asked of SQLite and PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest

from data.queries import customers as queries
from domain.access import Role
from services import admin, identity, portal
from tests.factories.databases import BOTH, current_database
from tests.factories.people import PASSWORD, people


@pytest.fixture(scope="module", params=BOTH)
def shared(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    with current_database(request.param, folder) as url, people(folder, database_url=url) as made:
        yield made


@pytest.fixture
def both(shared):
    """One database for all tests here; each starts when the failures of the one before are forgotten."""
    shared.wait(minutes=6)
    with portal.using(shared.portal):
        yield shared


def enter(name: str) -> identity.Caller:
    signed_in = identity.sign_in(f"{name}@demo.example", PASSWORD, ip="192.0.2.1", user_agent="a browser")
    caller = identity.caller(signed_in.token)
    assert caller is not None
    return caller


def test_a_whole_visit(both):
    agent = enter("agent")
    found = admin.find_customers(agent.viewer, "consumer")
    assert [customer.public_id for customer in found.found] == [both.ids.customers["consumer"]]
    assert (found.found[0].numbers, found.found[0].cities) == (("C-104 880",), ("Berlin",))
    view = admin.customer(agent.viewer, both.ids.customers["consumer"])
    assert [(site.public_id, len(site.meters)) for site in view.sites] == [(both.ids.sites["consumer"], 1)]
    assert view.sites[0].last_reading_utc is None  # nobody has read this meter yet
    admin.start_view_as(agent.viewer, agent.id_hash, both.ids.accounts["consumer"], "ticket 20418")
    again = admin.customer(agent.viewer, both.ids.customers["consumer"])
    assert [row.action for row in again.access_log] == ["view_as:started", "customer:opened"]
    admin.end_view_as(agent.viewer, agent.id_hash)
    assert admin.reason_of(again.access_log[0]) == "ticket 20418"
    own = admin.overview(agent.viewer).own_views  # opened, looked at and left: one customer, by name
    assert {row.customer_name for row in own} == {found.found[0].name}


@pytest.mark.parametrize(
    "text", ["CONSUMER EX", "consumer@", "c-104880", "C-104 880", "1emh00817740", "0081 7740", "  consumer   example "]
)
def test_the_finder_does_not_mind_case_and_spaces(both, text):
    found = admin.find_customers(enter("admin").viewer, text)
    assert [customer.public_id for customer in found.found] == [both.ids.customers["consumer"]]


def test_the_finder_knows_a_meter_by_its_public_id(both):
    found = admin.find_customers(enter("admin").viewer, both.ids.meters["neighbour"])
    assert [customer.public_id for customer in found.found] == [both.ids.customers["neighbour"]]


@pytest.mark.parametrize("text", ["%%", "__", "\\%", "''", "--", "\x00\x00", "\ud800\ud800", "x" * 5000])
def test_odd_text_finds_nobody(both, text):
    assert admin.find_customers(enter("admin").viewer, text).found == ()


@pytest.mark.parametrize("email", ["consumer@demo.example\x00", "\ud800@demo.example", "a" * 5000, "'; drop table"])
def test_odd_addresses_are_nobody_or_cleaned_and_never_an_error(both, email):
    result = identity.sign_in(email, "not this one", ip="192.0.2.1")
    assert result == identity.Refused("wrong")


def test_the_finder_pages_by_twenty(both):
    from data.repositories import accounts
    from tests.factories.people import NOW

    with both.portal.records.transaction() as tx:
        for number in range(45):
            accounts.add_customer(tx, kind="residential", name=f"Miller {number:02d}", now=NOW)
    viewer = enter("agent").viewer
    pages = [admin.find_customers(viewer, "miller", page) for page in (1, 2, 3, 4)]
    assert [len(page.found) for page in pages] == [20, 20, 5, 0]  # 45 = 20 + 20 + 5
    assert {page.pages for page in pages} == {3}
    names = [customer.name for page in pages for customer in page.found]
    assert names == sorted(names)


def test_fleet_counts_are_those_of_the_records(both):
    view = admin.overview(enter("analyst").viewer)
    assert view.fleet.totals.pop("customers") >= 2  # the paging test adds some without accounts
    assert view.fleet.totals == {"accounts": 2, "sites": 2, "meters": 2, "registers": 2}
    assert (view.health, view.own_views) == (None, ())
    assert admin.overview(enter("admin").viewer).health.damaged_segments == 0


def test_guesses_at_once_are_not_many_more_than_guesses_in_a_row(both):
    def guess(_number: int) -> str:
        return identity.sign_in("consumer@demo.example", "wrong", ip="192.0.2.1").code

    with ThreadPoolExecutor(12) as pool:
        contexts = [copy_context() for _ in range(40)]
        answers = list(pool.map(lambda pair: pair[0].run(guess, pair[1]), zip(contexts, range(40), strict=True)))
    # Two slots work at a time, so at most one guess beyond the tenth has already passed the count.
    assert 10 <= answers.count("wrong") <= 11
    assert answers.count("throttled") == 40 - answers.count("wrong")


def test_each_role_is_read_back(both):
    for name, role in (("consumer", Role.CUSTOMER), ("agent", Role.AGENT), ("analyst", Role.ANALYST)):
        assert enter(name).viewer.role is role


def test_account_names_come_in_order_of_their_numbers(both):
    with both.portal.records.reading() as db:
        names = queries.account_names(db, reversed(both.ids.account_rows.values()))
    assert [name[1] for name in names] == ["C-104 880", "C-104 881"]
