"""An order of another tariff: agreed, written and confirmed together, once; refused with the field that is wrong."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from data.queries import contracts as queries
from data.queries import identity
from data.seed import cast
from data.seed.stores import Stores
from data.seed.world import Facts, make_world
from data.tables.contract_requests import ContractRequest
from data.tables.identity import User
from data.tables.operations import AuditEvent, OutboxMessage
from domain.access import Role, Viewer
from domain.calendar import add_months
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from services import change_requests, contract_details, contract_switching, portal, tariff_comparison
from services.contract_switching import CONSENTS
from services.demo_contracts import make_contracts
from tests.factories.world import NOW, tiny_portal

START = date(2026, 12, 20)  # 20 November + 30 days of notice


@pytest.fixture
def home(tmp_path):
    """The consumer, their electricity contract and a tariff they could have, in a world of their own."""
    made = tiny_portal(tmp_path)
    make_world(
        Stores(made.records, made.readings), Facts(cast.tiny(), NOW, ""), ((date(2026, 11, 18), date(2026, 11, 20)),)
    )
    with portal.using(made):
        make_contracts(date(2026, 2, 15))
        viewer = viewer_of(made, "consumer")
        view = next(one for one in contract_details.every(viewer) if one.contract.commodity == "electricity")
        natur = next(one for one in tariff_comparison.eligible(view) if one.code == "natur")
        yield viewer, view.contract.public_id, natur.public_id
    made.records.dispose()
    made.readings.close()


def viewer_of(made, name):
    with made.records.reading() as db:
        user = db.scalar(select(User).where(User.email == f"{name}@demo.example"))
        accounts, grants = identity.memberships(db, user.id)
    return Viewer(user.id, user.email, user.name, Role(user.role), "en", grants, accounts)


def order(home, start=START, consents=CONSENTS, key="k-1", tariff=None):
    viewer, contract, offered = home
    return contract_switching.order(viewer, contract, tariff or offered, start, consents, key)


def terms(home):
    viewer, contract, _tariff = home
    view = contract_details.details(viewer, contract)
    with portal.current().records.reading() as db:
        return [(term.code, term.first_date, term.end_date) for term in queries.terms_of(db, view.contract.id)]


def counted():
    with portal.current().records.reading() as db:
        tables = (ContractRequest, OutboxMessage, AuditEvent)
        return [db.scalar(select(func.count()).select_from(table)) for table in tables]


def test_an_order_changes_the_terms_and_is_confirmed_by_mail_in_one_go(home):
    before = counted()
    found = order(home)
    assert (found.start, found.withdraw_until, found.exit_fee_minor) == (START, date(2026, 12, 4), 4500)
    assert terms(home)[-2:] == [("fix", date(2026, 5, 16), START), ("natur", START, None)]
    assert [now - then for now, then in zip(counted(), before, strict=True)] == [1, 1, 1]
    assert contract_switching.orders(home[0], home[1]) == [found]


def test_the_same_key_is_the_same_order(home):
    first, after = order(home), counted()
    assert order(home) == first
    assert counted() == after
    with pytest.raises(InvalidInputError) as refused:
        order(home, start=date(2027, 1, 1))
    assert refused.value.params["field"] == "key"


@pytest.mark.parametrize(
    ("changes", "field", "remedy"),
    [
        ({"start": date(2026, 11, 19)}, "start", "start_not_ahead"),
        ({"start": date(2026, 12, 19)}, "start", "start_too_early"),
        ({"consents": ("terms",)}, "consents", "missing"),
        ({"tariff": "tariff-0000000000"}, "tariff", "not_on_offer"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_changed(home, changes, field, remedy):
    before = terms(home), counted()
    with pytest.raises(InvalidInputError) as refused:
        order(home, **changes)
    assert (refused.value.params["field"], refused.value.params["remedy"]) == (field, remedy)
    assert (terms(home), counted()) == before


def test_a_second_order_waits_for_the_first(home):
    order(home)
    with pytest.raises(InvalidInputError) as refused:
        order(home, start=date(2027, 1, 10), key="k-2")
    assert refused.value.params["remedy"] == "change_pending"


def test_an_order_is_withdrawn_once_and_the_tariff_of_before_goes_on(home):
    found = order(home)
    taken = contract_switching.withdraw(home[0], home[1], found.public_id)
    assert taken.state == "withdrawn"
    assert [code for code, _first, _end in terms(home)][-2:] == ["fix", "fix"]
    assert terms(home)[-1] == ("fix", START, None)
    after = counted()
    assert contract_switching.withdraw(home[0], home[1], found.public_id) == taken
    assert counted() == after
    assert order(home, key="k-2").state == "confirmed"  # they may choose again


def test_only_owners_order_and_a_foreign_contract_is_missing(home):
    _viewer, contract, tariff = home
    made = portal.current()
    with pytest.raises(NotFoundError):
        contract_switching.order(viewer_of(made, "business"), contract, tariff, START, CONSENTS, "k")
    owner = viewer_of(made, "consumer")
    member = Viewer(
        owner.user_id, owner.email, owner.name, owner.role, grants=owner.grants,
        memberships=tuple((account, "member") for account, _role in owner.memberships),
    )  # fmt: skip
    with pytest.raises(ForbiddenError):
        contract_switching.order(member, contract, tariff, START, CONSENTS, "k")


def test_a_preview_tells_the_first_day_and_what_is_lost(home):
    viewer, contract, tariff = home
    found = contract_switching.preview(viewer, contract, tariff)
    assert found.earliest == START
    assert [one.code for one in found.cautions if one.is_loss] == ["exit_fee", "guarantee_lost"]


ENDS = date(2027, 5, 16)  # the minimum term of the tariff of before


@pytest.fixture
def ending(home):
    """The same contract, cancelled to the end of its term."""
    change_requests.ask(home[0], home[1], "cancel", ENDS, "", "c-0")
    return home


def own_tariff(home) -> str:
    return contract_details.details(home[0], home[1]).offered.public_id


def end_of(home):
    return contract_details.details(home[0], home[1]).contract.end_date


@pytest.mark.parametrize("own", [True, False])
def test_a_contract_that_ends_is_continued_from_its_end(ending, own):
    tariff = own_tariff(ending) if own else ending[2]
    found = order(ending, start=ENDS, tariff=tariff)
    code = "fix" if own else "natur"
    assert (found.start, found.exit_fee_minor, end_of(ending)) == (ENDS, 0, None)
    assert [term for term in terms(ending) if term[1] >= date(2026, 11, 1) or term[2] == ENDS][-2:] == [
        ("fix", terms(ending)[-2][1], ENDS), (code, ENDS, None),
    ]  # fmt: skip
    contract_switching.withdraw(ending[0], ending[1], found.public_id)
    assert (end_of(ending), terms(ending)[-1][2]) == (ENDS, ENDS)  # as before
    assert order(ending, start=ENDS, tariff=tariff, key="k-2").state == "confirmed"


def test_before_its_end_another_tariff_ends_with_the_contract(ending):
    order(ending, start=START)
    assert (end_of(ending), terms(ending)[-1]) == (ENDS, ("natur", START, ENDS))


@pytest.mark.parametrize(
    ("start", "field", "remedy"),
    [(ENDS + timedelta(days=1), "start", "contract_over"), (START, "tariff", "not_on_offer")],
)
def test_its_own_tariff_begins_with_the_end_alone(ending, start, field, remedy):
    before = terms(ending), counted()
    with pytest.raises(InvalidInputError) as refused:
        order(ending, start=start, tariff=own_tariff(ending))
    assert (refused.value.params["field"], refused.value.params["remedy"]) == (field, remedy)
    assert (terms(ending), counted()) == before


def test_after_moving_out_nothing_goes_on(home):
    change_requests.ask(home[0], home[1], "move_out", ENDS, "Gartenweg 2", "c-0")
    with pytest.raises(InvalidInputError) as refused:
        order(home, start=ENDS)
    assert refused.value.params["remedy"] == "contract_over"
    with pytest.raises(InvalidInputError) as refused:
        order(home, start=ENDS, tariff=own_tariff(home))
    assert refused.value.params["remedy"] == "not_on_offer"


def test_of_an_end_and_an_order_at_once_the_order_sees_the_end(home, monkeypatch):
    lock = contract_switching.repository.lock_contract

    def late(tx, contract_id):
        monkeypatch.setattr(contract_switching.repository, "lock_contract", lock)
        change_requests.ask(home[0], home[1], "cancel", ENDS, "", "c-0")  # between what was read and the lock
        return lock(tx, contract_id)

    monkeypatch.setattr(contract_switching.repository, "lock_contract", late)
    order(home, start=START)
    assert (end_of(home), terms(home)[-1]) == (ENDS, ("natur", START, ENDS))


def test_an_ordered_tariff_binds_before_it_begins(home):
    """Who orders a tariff and cancels the contract before it begins keeps its minimum term; who moves out does not."""
    viewer, contract, _natur = home
    view = contract_details.details(viewer, contract)
    bound = next(one for one in tariff_comparison.eligible(view) if one.term_months)
    before = change_requests.changes_of(viewer, contract).earliest
    later = date(2027, 1, 10)
    order(home, start=later, tariff=bound.public_id)
    until = add_months(later, bound.term_months)
    found = change_requests.changes_of(viewer, contract).earliest
    assert (found["cancel"], found["move_out"]) == (until, before["move_out"])
    assert before["cancel"] < until
    with pytest.raises(InvalidInputError) as refused:
        change_requests.ask(viewer, contract, "cancel", later + timedelta(days=1), "", "c-1")
    assert (refused.value.params["remedy"], refused.value.params["earliest"]) == ("too_early", until)
    leaving = later - timedelta(days=5)  # before the order begins: it never does
    assert change_requests.ask(viewer, contract, "move_out", leaving, "Gartenweg 2", "c-2").state == "done"
    assert terms(home)[-1][2] == leaving
    assert bound.code not in {term[0] for term in terms(home)}
