"""Paying, on both databases: each refusal leaves everything as it was, each thing known is booked once."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from adapters import cipher
from adapters.payments.base import Request, SignatureError
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from services import ledger, payment_facts, payment_methods, payment_runs, payments
from services.payment_methods import AutopayWish, DebitWish, Evidence
from services.payment_providers import sandbox
from tests.factories.databases import BOTH
from tests.factories.payments import deliver, invoice, open_minor, paying, settled, viewer, whole

FROM_HOME = Evidence("127.0.0.1", "a browser")
IBAN = "DE89370400440532013000"


@pytest.fixture(params=BOTH)
def here(request, tmp_path):
    with paying(request.param, tmp_path) as made:
        yield made


def pay(here, amount_minor=11_900, document=None, method=None, key="k1", name="consumer"):
    return payments.start_payment(
        viewer(here, name), here.ids.accounts["consumer"], amount_minor, document, method, key
    )


def test_an_invoice_is_paid_on_the_providers_page(here):
    document = invoice(here)
    started = pay(here, document=document.public_id)
    assert (started.status, started.redirect_url) == ("created", "/sandbox/pay/spi_000001")
    assert payments.payable(viewer(here), here.ids.accounts["consumer"]).payable_minor == 0  # it is being paid
    sandbox().choose("spi_000001", "approve")
    view = payments.refresh(viewer(here), started.payment_public_id)
    assert (view.status, view.is_open, view.document, view.page_url) == ("succeeded", False, document.number, "")
    assert open_minor(here) == 0
    assert (whole(here)["clearing:sandbox"], ledger.problems()) == (11_900, [])
    assert payments.payments(viewer(here), here.ids.accounts["consumer"]) == [view]


def test_the_same_key_is_the_same_payment_and_another_one_waits_for_it(here):
    document = invoice(here)
    first = pay(here, 5_000, document.public_id)
    assert pay(here, 5_000, document.public_id) == first
    assert pay(here, 6_900, document.public_id, key="k2") == first  # another tab: one is in flight
    with pytest.raises(InvalidInputError, match="used"):
        pay(here, 6_900, document.public_id)
    sandbox().choose("spi_000001", "decline")
    deliver(here)
    second = pay(here, 6_900, document.public_id, key="k2")
    assert second.payment_public_id != first.payment_public_id


@pytest.mark.parametrize(
    ("amount_minor", "code"), [(0, "amount_zero"), (-100, "amount_negative"), (11_901, "amount_above_open")]
)
def test_an_amount_that_cannot_be_paid_changes_nothing(here, amount_minor, code):
    document = invoice(here)
    before = settled(here)
    for public_id in (document.public_id, None):
        with pytest.raises(InvalidInputError, match=code) as refused:
            pay(here, amount_minor, public_id)
        assert refused.value.params["most_minor"] == 11_900
    assert settled(here) == before


def test_nothing_open_and_no_key_and_a_foreign_document_change_nothing(here):
    foreign = invoice(here, party="C-104 881")
    before = settled(here)
    with pytest.raises(InvalidInputError, match="nothing_open"):
        pay(here, 100)
    for key in ("", "x" * 65):
        with pytest.raises(InvalidInputError, match="key"):
            pay(here, 100, key=key)
    for public_id in (foreign.public_id, "doc-0000000000"):
        with pytest.raises(NotFoundError):
            pay(here, 100, public_id)
    with pytest.raises(NotFoundError):
        pay(here, 100, method="pm-0000000000")
    assert settled(here) == before


def test_whoever_may_not_pay_changes_nothing(here):
    document = invoice(here)
    before = settled(here)
    with pytest.raises(NotFoundError):
        pay(here, 100, document.public_id, name="neighbour")
    member = viewer(here, role="member")
    with pytest.raises(ForbiddenError):
        payments.start_payment(member, here.ids.accounts["consumer"], 100, None, None, "k")
    assert payments.payable(member, here.ids.accounts["consumer"]).open_minor == 11_900  # looking is allowed
    assert settled(here) == before


@pytest.mark.parametrize(
    ("iban", "holder", "is_agreed", "field", "remedy"),
    [
        ("DE89370400440532013001", "Ada", True, "iban", "checksum"),
        ("DE8937", "Ada", True, "iban", "structure"),
        ("", "Ada", True, "iban", "missing"),
        ("TR330006100519786457841326", "Ada", True, "iban", "no_sepa"),
        (IBAN, " ", True, "holder", "missing"),
        (IBAN, "Ada", False, "agreed", "missing"),
    ],
)
def test_a_mandate_that_cannot_be_used_changes_nothing(here, iban, holder, is_agreed, field, remedy):
    before = settled(here)
    account = here.ids.accounts["consumer"]
    with pytest.raises(InvalidInputError, match=remedy) as refused:
        payment_methods.add_debit(viewer(here), account, DebitWish(holder, iban, is_agreed), FROM_HOME)
    assert (refused.value.params["field"], settled(here)) == (field, before)


def add_debit(here, iban=IBAN):
    account = here.ids.accounts["consumer"]
    return payment_methods.add_debit(viewer(here), account, DebitWish("Ada Example", iban, True), FROM_HOME)


def add_card(here, token="card-good"):
    address = payment_methods.add_card(viewer(here), here.ids.accounts["consumer"])
    setup = address.rpartition("/")[2]
    sandbox().choose_method(setup, token)
    with here.portal.records.reading() as db:
        public_id = db.execute(
            text("select public_id from payment_method where setup_id = :s"), {"s": setup}
        ).scalar_one()
    return payment_methods.card_added(viewer(here), public_id)


def test_a_mandate_is_signed_kept_enciphered_and_revoked(here):
    method = add_debit(here)
    assert (method.kind, method.brand, method.last4, method.is_default) == ("sepa", "Commerzbank", "3000", True)
    (mandate,) = payment_methods.mandates(viewer(here), here.ids.accounts["consumer"])
    assert (mandate.reference, mandate.is_active, mandate.last4) == (method.mandate, True, "3000")
    assert len(mandate.reference) <= 35
    with here.portal.records.reading() as db:
        row = db.execute(text("select iban_cipher, ip, user_agent, text_version, creditor_id from mandate")).one()
    assert cipher.decipher(here.portal.config.secret_key, "iban", row[0]) == IBAN
    assert row[1:] == ("127.0.0.1", "a browser", "2026-11", "DE98ZZZ09999999999")
    payment_methods.remove_method(viewer(here), method.public_id)
    (mandate,) = payment_methods.mandates(viewer(here), here.ids.accounts["consumer"])
    assert (mandate.is_active, payment_methods.methods(viewer(here), here.ids.accounts["consumer"])) == (False, [])


def test_cards_are_added_on_the_providers_page_and_an_expired_one_is_not_kept(here):
    account = here.ids.accounts["consumer"]
    good = add_card(here)
    assert (good.brand, good.last4, good.is_default, good.is_expired) == ("Visa", "4242", True, False)
    with pytest.raises(InvalidInputError, match="card_expired"):
        add_card(here, "card-expired")
    other = add_card(here, "card-asks")
    assert [view.public_id for view in payment_methods.methods(viewer(here), account)] == [
        good.public_id,
        other.public_id,
    ]
    payment_methods.make_default(viewer(here), other.public_id)
    assert payment_methods.methods(viewer(here), account)[0].public_id == other.public_id
    payment_methods.remove_method(viewer(here), other.public_id)
    assert [view.is_default for view in payment_methods.methods(viewer(here), account)] == [True]
    with pytest.raises(NotFoundError):
        payment_methods.make_default(viewer(here), other.public_id)
    for refused in (viewer(here, "neighbour"), viewer(here, role="member")):
        with pytest.raises((NotFoundError, ForbiddenError)):
            payment_methods.remove_method(refused, good.public_id)


def test_a_card_that_has_expired_since_pays_nothing(here):
    invoice(here)
    card = add_card(here)  # until 31 December 2030
    here.clock.instant = datetime(2031, 1, 1, 12, tzinfo=UTC)
    before = settled(here)
    with pytest.raises(InvalidInputError, match="card_expired"):
        pay(here, method=card.public_id)
    assert settled(here) == before


def test_a_saved_card_pays_at_once_and_one_without_funds_does_not(here):
    document = invoice(here)
    failed = pay(here, document=document.public_id, method=add_card(here, "card-no-funds").public_id)
    assert (failed.status, failed.redirect_url) == ("failed", None)
    assert payments.payment(viewer(here), failed.payment_public_id).reason == "insufficient_funds"
    assert open_minor(here) == 11_900
    paid = pay(here, document=document.public_id, method=add_card(here).public_id, key="k2")
    assert (paid.status, open_minor(here)) == ("succeeded", 0)


def test_a_direct_debit_that_comes_back_opens_the_invoice_again(here):
    document = invoice(here)
    started = pay(here, document=document.public_id, method=add_debit(here, "DE62370400440532013001").public_id)
    assert started.status == "processing"
    here.wait(days=3)
    deliver(here)
    assert open_minor(here) == 0
    here.wait(days=5)
    deliver(here)
    assert (open_minor(here), whole(here).get("clearing:sandbox", 0), ledger.problems()) == (11_900, 0, [])
    assert payments.payment(viewer(here), started.payment_public_id).status == "returned"


def test_a_dispute_takes_the_booking_back_and_winning_it_books_it_again(here):
    document = invoice(here)
    pay(here, document=document.public_id, method=add_card(here).public_id)
    sandbox().dispute("spi_000001")
    deliver(here)
    assert (open_minor(here), ledger.problems()) == (11_900, [])
    sandbox().dispute("spi_000001", is_won=True)
    deliver(here)
    assert (open_minor(here), whole(here)["clearing:sandbox"], ledger.problems()) == (0, 11_900, [])


def test_a_message_counts_once_and_only_with_its_signature(here):
    invoice(here)
    pay(here, method=add_card(here).public_id)
    ((_number, message),) = sandbox().messages()
    header = {"X-Payment-Signature": message.signature}
    before = settled(here)
    for body, headers in (
        (message.body + b" ", header),
        (message.body, {}),
        (message.body, {"X-Payment-Signature": "t=1,v1=0"}),
    ):
        with pytest.raises(SignatureError):
            payment_facts.receive("sandbox", body, headers)
    with pytest.raises(NotFoundError):
        payment_facts.receive("paypal", message.body, header)
    assert settled(here) == before
    assert payment_facts.receive("sandbox", message.body, header)
    after = settled(here)
    assert not payment_facts.receive("sandbox", message.body, header)
    assert settled(here) == after


def test_an_answer_that_never_came_is_asked_for_and_charges_once(here):
    document = invoice(here)
    started = pay(here, document=document.public_id, method=add_card(here, "card-silent").public_id)
    assert (started.status, open_minor(here)) == ("unknown", 11_900)
    deliver(here)  # the provider's message names a payment that we do not know yet
    assert waiting(here) == 1
    assert payment_runs.reconcile() == 1  # too young to be asked about again: the message that waits is all
    here.wait(minutes=2)
    payment_runs.reconcile()
    assert payments.payment(viewer(here), started.payment_public_id).status == "succeeded"
    assert (open_minor(here), whole(here)["clearing:sandbox"], waiting(here)) == (0, 11_900, 0)
    assert sandbox().find("customer:1:k1") == "spi_000001"
    assert payment_runs.reconcile() == 0


def waiting(here) -> int:
    with here.portal.records.reading() as db:
        return db.execute(text("select count(*) from webhook_event where state = 'waiting'")).scalar_one()


def test_a_page_nobody_used_ends_after_a_day_without_a_message(here):
    document = invoice(here)
    started = pay(here, document=document.public_id)
    here.wait(hours=25)
    payment_runs.reconcile()
    assert payments.payment(viewer(here), started.payment_public_id).status == "cancelled"
    assert pay(here, document=document.public_id, key="k2").status == "created"


def autopay(here, **wish):
    asked = AutopayWish(is_on=True, is_agreed=True, **wish)
    return payment_methods.set_autopay(viewer(here), here.ids.accounts["consumer"], asked, FROM_HOME)


def test_automatic_payment_needs_a_method_and_a_consent(here):
    before = settled(here)
    account = here.ids.accounts["consumer"]
    with pytest.raises(InvalidInputError, match="no_method"):
        autopay(here)
    add_card(here)
    for wish, words in (
        (AutopayWish(is_on=True), "agreed"),
        (AutopayWish(is_on=True, is_agreed=True, cap_minor=0), "cap_zero"),
        (AutopayWish(is_on=True, is_agreed=True, preferred_day=32), "no_day"),
    ):
        with pytest.raises(InvalidInputError, match=words):
            payment_methods.set_autopay(viewer(here), account, wish, FROM_HOME)
    assert settled(here)["autopay_rule"] == before["autopay_rule"] == 0
    on = autopay(here, cap_minor=20_000, preferred_day=15)
    assert (on.is_on, on.cap_minor, on.preferred_day, on.consented_at) == (True, 20_000, 15, here.clock.now())
    off = payment_methods.set_autopay(viewer(here), account, AutopayWish(is_on=False), FROM_HOME)
    assert not off.is_on
    assert off.consented_at == on.consented_at  # what was agreed to stays on record


def test_an_invoice_is_collected_on_its_day_and_once(here):
    add_card(here)
    autopay(here)
    invoice(here, issued_on=date(2026, 11, 20), due_on=date(2026, 12, 4))
    assert payment_runs.collect_due() == 0  # 20 November
    here.clock.instant = datetime(2026, 12, 4, 5, tzinfo=UTC)
    assert [payment_runs.collect_due() for _ in range(2)] == [1, 0]
    assert (open_minor(here), whole(here)["clearing:sandbox"]) == (0, 11_900)


def test_what_is_above_the_cap_is_left_to_the_customer(here):
    add_card(here)
    autopay(here, cap_minor=11_899)
    invoice(here, issued_on=date(2026, 11, 20), due_on=date(2026, 11, 20))
    assert payment_runs.collect_due() == 0


def test_a_failed_collection_is_tried_again_by_plan_and_then_no_more(here):
    add_card(here, "card-no-funds")
    autopay(here)
    invoice(here, issued_on=date(2026, 11, 20), due_on=date(2026, 11, 20))
    tried = []
    for day in range(12):
        here.clock.instant = datetime(2026, 11, 20, 5, tzinfo=UTC) + timedelta(days=day)
        if payment_runs.collect_due():
            tried.append(day)
    assert tried == [0, 1, 3, 7]  # the plan of a soft failure
    assert open_minor(here) == 11_900
    # each mail names the day of the next try; after the last one the customer is asked for another way to pay
    assert [values["retry_on"] for values in failures(here)] == ["2026-11-21", "2026-11-23", "2026-11-27", ""]


def failures(here) -> list[dict[str, str]]:
    with here.portal.records.reading() as db:
        told = db.execute(text("select payload from outbox where kind = 'mail' order by id")).scalars().all()
    read = [json.loads(payload) for payload in told]
    return [one["values"] for one in read if one["template"] == "payment_failed"]


def test_a_failure_of_the_customers_own_attempt_is_not_tried_again(here):
    document = invoice(here)
    pay(here, document=document.public_id, method=add_card(here, "card-no-funds").public_id)
    assert [values["retry_on"] for values in failures(here)] == [""]


def test_a_mandate_lapses_three_years_after_its_last_collection(here):
    card = add_debit(here)
    account = here.ids.accounts["consumer"]
    here.wait(days=500)
    document = invoice(here)
    assert pay(here, document=document.public_id, method=card.public_id).status == "processing"  # 3 April 2028
    here.wait(days=4)
    deliver(here)
    here.clock.instant = datetime(2031, 4, 2, 12, tzinfo=UTC)
    again = invoice(here, key="july")
    assert not payment_methods.methods(viewer(here), account)[0].is_expired
    here.clock.instant = datetime(2031, 4, 3, 12, tzinfo=UTC)
    assert payment_methods.methods(viewer(here), account)[0].is_expired
    before = settled(here)
    with pytest.raises(InvalidInputError) as refused:
        pay(here, document=again.public_id, method=card.public_id, key="k2")
    assert (refused.value.params["remedy"], refused.value.params["until"]) == ("mandate_lapsed", date(2031, 4, 3))
    assert settled(here) == before


def test_a_message_of_a_payment_that_is_not_ours_is_asked_about_for_three_days(here):
    invoice(here)
    started = sandbox().start(Request("elsewhere", 100, "EUR", "x", "https://portal.example.com/", "card-good"))
    deliver(here)
    assert (started.provider_id, waiting(here), payment_runs.reconcile()) == ("spi_000001", 1, 1)
    here.wait(days=3, seconds=1)
    assert payment_runs.reconcile() == 0


def test_a_direct_debit_is_announced_a_fortnight_before(here):
    add_debit(here)
    autopay(here)
    invoice(here, issued_on=date(2026, 11, 20), due_on=date(2026, 11, 25))
    assert [payment_runs.announce_debits() for _ in range(2)] == [1, 0]
    collected = []
    for day in range(20):
        here.clock.instant = datetime(2026, 11, 20, 12, tzinfo=UTC) + timedelta(days=day)
        if payment_runs.collect_due():
            collected.append(day)
    assert collected == [14]
    with here.portal.records.reading() as db:
        mails = db.execute(text("select payload from outbox where kind = 'mail' order by id")).scalars().all()
    assert ['"prenotification"' in mails[0], '"2026-12-04"' in mails[0]] == [True, True]
