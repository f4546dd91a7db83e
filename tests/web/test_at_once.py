"""Whatever a person may no longer do is refused by the very next request, in every process: nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, event, select, update

from data.repositories import accounts, identity
from data.tables.accounts import Membership, Tenancy
from data.tables.identity import LoginSession, User
from data.tables.sites import Site
from pages._application import PortalDash
from services import portal as portals
from services.portal import Portal
from tests.factories.world import NOW
from tests.web.walk import call

CHART = "consumption-main.children"
SITE = "Lindenweg 14"


@pytest.fixture
def person(world: Portal) -> Iterator[int]:
    """Somebody who belongs to an account of their own, which has the site instead of its owner; as before after the test."""
    with world.records.transaction() as tx:
        hashed = tx.scalars(select(User.password_hash).where(User.email == "consumer@demo.example")).one()
        user = identity.add_user(tx, identity.NewUser("atonce@demo.example", "Ona", hashed, is_demo=True), now=NOW)
        customer = accounts.add_customer(tx, kind="residential", name="Ona", now=NOW)
        account = accounts.add_account(tx, customer_id=customer.id, number=f"C-997 {user.id:03}")
        accounts.add_membership(tx, user_id=user.id, account_id=account.id)
        stay = tx.scalars(select(Tenancy).join(Site, Site.id == Tenancy.site_id).where(Site.name == SITE)).one()
        before = {"account_id": stay.account_id, "site_id": stay.site_id, "first_date": stay.first_date}
        stay.account_id = account.id
    yield user.id
    with world.records.transaction() as tx:
        tx.execute(delete(Tenancy).where(Tenancy.account_id == account.id))
        accounts.add_tenancy(tx, **before)
        tx.execute(delete(Membership).where(Membership.account_id == account.id))
        tx.execute(update(User).where(User.id == user.id).values(email=f"gone{user.id}@demo.example", disabled_at=NOW))


@pytest.fixture
def ask(app: PortalDash, world: Portal, person: int, sign_in: Callable[[str], FlaskClient]) -> Callable[[], int]:
    """The status of the month's chart of the site, asked with a session that was opened before anything changed."""
    client = sign_in("atonce")
    client.environ_base["HTTP_ACCEPT_ENCODING"] = "br"  # a browser's answers are kept: the second one is from there
    with world.records.reading() as db:
        site = db.scalars(select(Site.public_id).where(Site.name == SITE)).one()
    values = {
        "consumption-main-seen.data": "light",
        "consumption-state.data": {"site": site, "period": "month", "date": "2026-10-15", "resolution": "fine"},
    }
    return lambda: call(client, app, CHART, values).status_code


def _accounts_of(user_id: int):
    return select(Membership.account_id).where(Membership.user_id == user_id)


def _revoke(user_id: int):
    return update(LoginSession).where(LoginSession.user_id == user_id).values(revoked_at=NOW)


LOSSES = {
    "a revoked session": (_revoke, 401),
    "a disabled person": (lambda user: update(User).where(User.id == user).values(disabled_at=NOW), 401),
    "another role": (lambda user: update(User).where(User.id == user).values(role="analyst"), 403),
    "a membership that ended": (lambda user: delete(Membership).where(Membership.user_id == user), 404),
    "a tenancy that ended": (lambda user: delete(Tenancy).where(Tenancy.account_id.in_(_accounts_of(user))), 404),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_the_next_request_knows(loss, ask, person, world):
    change, status = LOSSES[loss]
    assert ask() == 200
    with world.records.transaction() as tx:
        tx.execute(change(person))
    assert ask() == status


def test_a_chart_takes_five_reads_of_the_records(ask, world):
    """Session, memberships, sites, registers, meters: each once, however often frame, guard and page want them."""
    asked = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append(statement)

    ask()
    event.listen(world.records.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(world.records.engine, "before_cursor_execute", note)
    assert len(asked) == 5, asked


def test_only_within_a_request_is_a_thing_made_once(world):
    made = iter(range(10))
    with portals.using(world):
        portals.use(world)
        assert [portals.once("n", lambda: next(made)) for _ in range(2)] == [0, 1]
        portals.remember_until_answered()
        assert [portals.once("n", lambda: next(made)) for _ in range(2)] == [2, 2]
        portals.use(world)
        assert portals.once("n", lambda: next(made)) == 3
