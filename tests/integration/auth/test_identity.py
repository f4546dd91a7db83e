"""Signing in and out, throttling, and what a session stands for."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from data.repositories import identity as repository
from data.repositories.accounts import add_tenancy
from data.tables.accounts import Tenancy
from data.tables.identity import LoginAttempt, LoginSession, User
from data.tables.operations import AuditEvent
from domain.access import NOBODY, Permission, Role, require_site
from domain.errors import InvalidInputError, NotFoundError
from services import admin, identity, passwords, portal
from tests.factories.people import NOW, PASSWORD, people
from tests.factories.settings import PRODUCTION

CONSUMER = "consumer@demo.example"


def enter(email: str = CONSUMER, password: str = PASSWORD, ip: str = "192.0.2.1") -> identity.SignedIn:
    result = identity.sign_in(email, password, ip=ip)
    assert isinstance(result, identity.SignedIn), result
    return result


def actions(world) -> list[str]:
    with world.portal.records.reading() as db:
        return list(db.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_the_session_id_is_random_and_stored_only_as_its_digest(world):
    first, second = enter(), enter()
    assert first.token != second.token
    assert len(first.token) == 43  # 256 bits in base64 without padding
    with world.portal.records.reading() as db:
        stored = set(db.scalars(select(LoginSession.id_hash)))
    assert stored == {hashlib.sha256(item.token.encode()).hexdigest() for item in (first, second)}


def test_a_customer_sees_the_sites_of_their_accounts_and_no_others(world):
    viewer = identity.caller(enter().token).viewer
    assert (viewer.email, viewer.role) == (CONSUMER, Role.CUSTOMER)
    assert viewer.site_ids == (world.ids.site_rows["consumer"],)
    with pytest.raises(NotFoundError):
        require_site(viewer, Permission.VIEW_READINGS, world.ids.site_rows["neighbour"])


def test_a_moved_customer_keeps_only_the_dates_of_the_tenancy(world):
    with world.portal.records.transaction() as tx:
        old = tx.scalar(select(Tenancy).where(Tenancy.site_id == world.ids.site_rows["consumer"]))
        old.end_date = date(2026, 6, 1)
        add_tenancy(
            tx,
            account_id=world.ids.account_rows["neighbour"],
            site_id=world.ids.site_rows["consumer"],
            first_date=date(2026, 6, 1),
        )
    gone = identity.caller(enter().token).viewer.grants_for(world.ids.site_rows["consumer"])
    came = identity.caller(enter("neighbour@demo.example").token).viewer.grants_for(world.ids.site_rows["consumer"])
    assert [(g.first_date, g.end_date) for g in gone] == [(date(2025, 1, 1), date(2026, 6, 1))]
    assert [(g.first_date, g.end_date) for g in came] == [(date(2026, 6, 1), None)]


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "A" * 5000, "\x00"])
def test_a_made_up_cookie_stands_for_nobody(world, token):
    enter()
    assert identity.caller(token) is None


def test_a_session_ends_after_12_hours_however_busy(world):
    token = enter().token
    for _ in range(11):  # 11 x 1 h: never idle for long
        world.wait(hours=1)
        assert identity.caller(token) is not None
    world.wait(minutes=59)
    assert identity.caller(token) is not None  # 11 h 59 min
    world.wait(minutes=1)
    assert identity.caller(token) is None  # 12 h


def test_an_idle_session_ends_after_8_hours_in_the_demo_and_1_in_production(world, tmp_path):
    token = enter().token
    world.wait(hours=8, seconds=1)
    assert identity.caller(token) is None
    with people(tmp_path / "production", **PRODUCTION) as real:
        identity.create_user(repository.NewUser("a@example.com", "A", ""), "a long password")
        token = enter("a@example.com", "a long password").token
        real.wait(minutes=60)
        assert identity.caller(token) is not None
        real.wait(minutes=60, seconds=1)
        assert identity.caller(token) is None


def test_production_refuses_demo_people(tmp_path):
    with people(tmp_path, **PRODUCTION):
        assert identity.sign_in(CONSUMER, PASSWORD, ip="192.0.2.1") == identity.Refused("wrong")
        assert identity.demo_emails() == ()


def test_a_session_of_the_demo_is_worth_nothing_in_production(tmp_path):
    with people(tmp_path) as demo:
        token = enter().token
        real = replace(demo.portal, config=demo.portal.config.model_copy(update=PRODUCTION))
        assert identity.caller(token) is not None
        with portal.using(real):
            assert identity.caller(token) is None


def test_the_hash_that_nobody_has_costs_what_the_others_cost():
    assert not passwords.is_outdated(passwords.NOBODYS_HASH)
    assert not passwords.matches(None, "")


def test_signing_out_ends_the_session_for_good(world):
    kept, ended = enter(), enter()
    identity.sign_out(ended.token)
    identity.sign_out(ended.token)
    assert identity.caller(ended.token) is None
    assert identity.caller(kept.token) is not None
    assert actions(world) == ["session:signed_in", "session:signed_in", "session:signed_out"]


def test_disabling_a_person_ends_all_their_sessions(world):
    tokens = [enter().token, enter().token]
    other = enter("agent@demo.example").token
    assert identity.disable_user(CONSUMER)
    assert [identity.caller(token) for token in tokens] == [None, None]
    assert identity.caller(other) is not None
    assert identity.sign_in(CONSUMER, PASSWORD, ip="192.0.2.1") == identity.Refused("wrong")
    assert not identity.disable_user("nobody@demo.example")


def test_unknown_people_and_wrong_passwords_get_the_same_answer(world):
    answers = {
        identity.sign_in(email, password, ip="192.0.2.1")
        for email, password in [
            (CONSUMER, "not this one"),
            ("nobody@demo.example", PASSWORD),
            ("", PASSWORD),
            (CONSUMER, "x" * 100_000),
            ("a" * 100_000, "\x00"),
        ]
    }
    assert answers == {identity.Refused("wrong")}
    assert set(actions(world)) == {"session:refused"}


def test_ten_failures_close_a_person_for_five_minutes_even_for_the_right_password(world):
    for number in range(10):
        assert identity.sign_in(CONSUMER, "wrong", ip=f"192.0.2.{number}").code == "wrong"
        world.wait(seconds=10)
    # The tenth newest failure is 100 s old: 300 - 100 = 200 s are left, 4 whole minutes.
    assert identity.sign_in(CONSUMER, PASSWORD, ip="192.0.2.99") == identity.Refused("throttled", 4)
    assert isinstance(identity.sign_in("agent@demo.example", PASSWORD, ip="192.0.2.99"), identity.SignedIn)
    world.wait(seconds=201)
    assert isinstance(identity.sign_in(CONSUMER, PASSWORD, ip="192.0.2.99"), identity.SignedIn)


def test_ten_failures_close_an_address_for_everybody_behind_it(world):
    for number in range(10):
        identity.sign_in(f"person{number}@demo.example", "wrong", ip="192.0.2.7")
    assert identity.sign_in(CONSUMER, PASSWORD, ip="192.0.2.7") == identity.Refused("throttled", 5)
    assert isinstance(identity.sign_in(CONSUMER, PASSWORD, ip="192.0.2.8"), identity.SignedIn)


def test_neighbours_in_one_ipv6_network_are_one_address(world):
    for number in range(10):
        identity.sign_in(f"person{number}@demo.example", "wrong", ip=f"2001:db8:1:2::{number}")
    assert identity.sign_in(CONSUMER, PASSWORD, ip="2001:db8:1:2:ffff::1") == identity.Refused("throttled", 5)
    assert isinstance(identity.sign_in(CONSUMER, PASSWORD, ip="2001:db8:1:3::1"), identity.SignedIn)


def test_a_thousand_failures_close_the_door_for_all(world):
    with world.portal.records.transaction() as tx:
        repository.add_attempts(tx, ("all",) * 1000, now=NOW)
    assert identity.sign_in(CONSUMER, PASSWORD, ip="192.0.2.8") == identity.Refused("throttled", 5)


def test_right_passwords_are_not_counted(world):
    for _ in range(12):
        enter()
    with world.portal.records.reading() as db:
        assert db.scalar(select(func.count()).select_from(LoginAttempt)) == 0


def test_an_old_hash_is_renewed_at_sign_in(world):
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with world.portal.records.transaction() as tx:
        repository.set_password_hash(tx, world.ids.users["consumer"], weak)
    enter()
    with world.portal.records.reading() as db:
        stored = db.get(User, world.ids.users["consumer"]).password_hash
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    enter()


def test_composed_and_decomposed_letters_are_the_same_password(world):
    identity.create_user(repository.NewUser("e@example.com", "É", ""), "caf\u00e9 and more")
    assert enter("E@example.com ", "cafe\u0301 and more")


@pytest.mark.parametrize(
    ("email", "password", "role", "field"),
    [
        ("no address", "long enough here", "customer", "email"),
        ("a@b", "long enough here", "customer", "email"),
        ("a@example.com", "too short", "customer", "password"),
        ("a@example.com", "x" * 129, "customer", "password"),
        ("a@example.com", "long enough here", "king", "role"),
        (CONSUMER.upper(), "long enough here", "customer", "email"),
    ],
)
def test_people_that_cannot_be_added_name_their_field(world, email, password, role, field):
    with pytest.raises(InvalidInputError) as caught:
        identity.create_user(repository.NewUser(email, "A", "", role), password)
    assert caught.value.params["field"] == field


def test_last_seen_is_written_at_most_once_a_minute(world):
    signed_in = enter()
    seen = []
    for seconds in (30, 29, 1, 30):
        world.wait(seconds=seconds)
        identity.caller(signed_in.token)
        with world.portal.records.reading() as db:
            seen.append(db.scalar(select(LoginSession.last_seen_at)))
    assert [(instant - NOW).total_seconds() for instant in seen] == [0, 0, 60, 60]


def test_staff_have_no_sites_until_they_start_the_read_only_view(world):
    signed_in = enter("agent@demo.example")
    before = identity.caller(signed_in.token)
    assert before.viewer.grants == ()
    admin.start_view_as(before.viewer, before.id_hash, world.ids.accounts["consumer"], "ticket 20418")
    during = identity.caller(signed_in.token).viewer
    assert during.sees_customer_pages
    assert during.acting_for_account_id == world.ids.account_rows["consumer"]
    assert [(g.site_id, g.membership) for g in during.grants] == [(world.ids.site_rows["consumer"], "read_only")]
    with pytest.raises(NotFoundError):
        require_site(during, Permission.EXPORT_READINGS, world.ids.site_rows["consumer"])
    with pytest.raises(NotFoundError):
        require_site(during, Permission.VIEW_READINGS, world.ids.site_rows["neighbour"])
    world.wait(minutes=30)
    assert identity.caller(signed_in.token).viewer.grants == ()


def test_the_audit_trail_names_both_people_of_a_read_only_view(world):
    caller = identity.caller(enter("agent@demo.example").token)
    admin.start_view_as(caller.viewer, caller.id_hash, world.ids.accounts["consumer"], "ticket 20418")
    with world.portal.records.reading() as db:
        columns = (AuditEvent.action, AuditEvent.actor_user_id, AuditEvent.acting_for_account_id, AuditEvent.detail)
        event = db.execute(select(*columns).order_by(AuditEvent.id.desc())).first()
    assert event.action == "view_as:started"
    assert event.actor_user_id == world.ids.users["agent"]
    assert event.acting_for_account_id == world.ids.account_rows["consumer"]
    assert json.loads(event.detail) == {"reason": "ticket 20418"}


@pytest.mark.parametrize("statement", ["update audit_event set action = 'x'", "delete from audit_event"])
def test_audit_events_cannot_be_changed_or_removed(world, statement):
    enter()
    with pytest.raises(DatabaseError, match="append-only"), world.portal.records.transaction() as tx:
        tx.execute(text(statement))
    assert actions(world) == ["session:signed_in"]


def test_nobody_is_not_signed_in():
    assert NOBODY.is_anonymous
