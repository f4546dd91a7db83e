"""Whom bills are made out to, on both databases: owners change it, members read it, and a bill keeps that of its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from data.queries import identity
from domain.access import Role, Viewer
from domain.billing.profiles import BillingProfile
from domain.errors import ForbiddenError, InvalidInputError, Issue, NotFoundError
from services import billing_profile
from tests.factories.databases import BOTH, current_database
from tests.factories.people import NOW, people


@pytest.fixture(params=BOTH)
def here(request, tmp_path):
    with current_database(request.param, tmp_path) as url, people(tmp_path, database_url=url) as made:
        yield made


def viewer(here, name: str, role: str = "owner") -> Viewer:
    with here.portal.records.reading() as db:
        accounts, grants = identity.memberships(db, here.ids.users[name])
    memberships = tuple((account, role) for account, _role in accounts)
    return Viewer(here.ids.users[name], f"{name}@demo.example", name, Role.CUSTOMER, "en", grants, memberships)


OFFICE = BillingProfile(
    legal_name="Consumer GmbH", street="Kontorweg 9", postcode="20095", city="Hamburg", vat_id="DE 136 695 976",
    order_number="K-17", amounts="net",
)  # fmt: skip


def test_without_one_it_is_the_holder_at_the_place_of_supply(here):
    found = billing_profile.profile(viewer(here, "consumer"), here.ids.accounts["consumer"])
    assert (found.legal_name, found.street, found.city) == ("Consumer Example", "Consumer street 1", "Berlin")
    assert (found.email, found.amounts) == ("consumer@demo.example", "gross")


def test_a_change_counts_from_its_moment_and_leaves_what_was_issued_before(here):
    owner, account = viewer(here, "consumer"), here.ids.accounts["consumer"]
    row = here.ids.account_rows["consumer"]
    here.wait(hours=1)
    billing_profile.change_profile(owner, account, OFFICE)
    changed_at, today = here.clock.now(), NOW.date()
    assert billing_profile.profile(owner, account) == replace(OFFICE, vat_id="DE136695976")
    with here.portal.records.reading() as db:

        def name(day: date, known_at=changed_at) -> str:
            return billing_profile.in_force(db, row, day, known_at).legal_name

        assert name(today - timedelta(days=1)) == "Consumer Example"
        assert name(today, changed_at - timedelta(minutes=1)) == "Consumer Example"  # issued the same day, before
        assert name(today) == "Consumer GmbH"
        assert name(today + timedelta(days=1), NOW) == "Consumer GmbH"
    here.wait(days=2)
    billing_profile.change_profile(owner, account, replace(OFFICE, order_number="K-18"))
    billing_profile.change_profile(owner, account, replace(OFFICE, order_number="K-18"))  # the same again is nothing
    said = [(one.valid_from, one.profile.order_number) for one in billing_profile.history(owner, account)]
    assert said == [(today + timedelta(days=2), "K-18"), (today, "K-17")]


def test_what_cannot_stand_on_a_bill_is_refused_with_its_field_and_a_sentence(here):
    owner, account = viewer(here, "consumer"), here.ids.accounts["consumer"]
    with pytest.raises(InvalidInputError) as refused:
        billing_profile.change_profile(owner, account, replace(OFFICE, vat_id="DE12"))
    assert (refused.value.params["field"], refused.value.params["remedy"]) == ("vat_id", "unlike_country")
    assert "form of its country" in billing_profile.sentence(Issue("vat_id", "unlike_country"))
    assert billing_profile.sentence(Issue("amounts", "unknown")) == "This cannot be used."
    assert billing_profile.history(owner, account) == []


def test_members_read_owners_change_and_others_find_nothing(here):
    account, member = here.ids.accounts["consumer"], viewer(here, "consumer", "member")
    assert billing_profile.profile(member, account).city == "Berlin"
    with pytest.raises(ForbiddenError):
        billing_profile.change_profile(member, account, OFFICE)
    for stranger in (viewer(here, "neighbour"), Viewer(here.ids.users["agent"], "a@x.example", "A", Role.AGENT)):
        for name in (account, "account-0000000000"):
            with pytest.raises(NotFoundError):
                billing_profile.profile(stranger, name)


def test_rows_are_never_changed(here):
    billing_profile.change_profile(viewer(here, "consumer"), here.ids.accounts["consumer"], OFFICE)
    for statement in ("update billing_profile set city = 'x'", "delete from billing_profile"):
        with pytest.raises(DatabaseError, match="append-only"), here.portal.records.transaction() as tx:
            tx.execute(text(statement))
