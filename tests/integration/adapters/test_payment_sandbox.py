"""The embedded provider behaves like a provider: keys, later news, signed messages, and a memory that survives."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from adapters.clock import FrozenClock
from adapters.payments.base import Debit, ProviderRefusedError, ProviderUnreachableError, Request, SignatureError
from adapters.payments.sandbox import METHODS, SandboxProvider
from domain.errors import InvalidInputError, NotFoundError
from domain.payments.facts import PaymentStatus, known

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET = "a secret of thirty-two characters"


class Bank:
    """A sandbox whose clock the test moves."""

    def __init__(self, folder) -> None:
        self.path, self.clock = folder / "sandbox.sqlite", FrozenClock(START)
        self.provider = self.reopened()

    def reopened(self) -> SandboxProvider:
        return SandboxProvider(self.path, self.clock, secret=SECRET)

    def wait(self, **time: int) -> None:
        self.clock.instant += timedelta(**time)

    def start(self, key: str = "pay:1:1", method: str = "", amount_minor: int = 8_450):
        return self.provider.start(Request(key, amount_minor, "EUR", "INV-2026-000001", "/billing", method))

    def payment(self, provider_id: str):
        return known(8_450, self.provider.facts(provider_id))


@pytest.fixture
def bank(tmp_path) -> Bank:
    return Bank(tmp_path)


def test_without_a_saved_method_the_customer_decides_on_the_providers_page(bank):
    started = bank.start()
    assert started.page_url == f"/sandbox/pay/{started.provider_id}"
    assert bank.payment(started.provider_id).status is PaymentStatus.CREATED
    bank.provider.choose(started.provider_id, "approve")
    assert bank.payment(started.provider_id).kept_minor == 8_450


@pytest.mark.parametrize(
    ("choice", "status"), [("decline", "failed"), ("cancel", "cancelled"), ("authenticate", "authentication")]
)
def test_each_choice_of_the_page(bank, choice, status):
    started = bank.start()
    bank.provider.choose(started.provider_id, choice)
    assert bank.payment(started.provider_id).status == status


def test_after_authentication_the_customer_goes_on(bank):
    started = bank.start(method="card-asks")
    assert started.page_url  # a saved card, and the bank asks all the same
    assert bank.payment(started.provider_id).status is PaymentStatus.AUTHENTICATION
    bank.provider.choose(started.provider_id, "approve")
    assert bank.payment(started.provider_id).status is PaymentStatus.SUCCEEDED


@pytest.mark.parametrize(
    ("method", "status", "reason"),
    [
        ("card-good", "succeeded", ""),
        ("card-no-funds", "failed", "insufficient_funds"),
        ("card-expired", "failed", "expired_card"),
        ("debit-good", "processing", ""),
    ],
)
def test_a_saved_method_is_charged_without_the_customer(bank, method, status, reason):
    started = bank.start(method=method)
    payment = bank.payment(started.provider_id)
    assert (started.page_url, payment.status, payment.decline_reason) == ("", status, reason)


def test_a_direct_debit_clears_after_two_days_and_may_come_back_after_seven(bank):
    started = bank.start(method="debit-returned")
    seen = []
    for days in (0, 1, 1, 4, 1):  # day 0, 1, 2, 6 and 7
        bank.wait(days=days)
        seen.append(str(bank.payment(started.provider_id).status))
    assert seen == ["processing", "processing", "succeeded", "succeeded", "returned"]


def test_the_same_key_is_the_same_payment_and_with_another_amount_refused(bank):
    first = bank.start(method="card-good")
    assert bank.start(method="card-good") == first
    assert bank.payment(first.provider_id).captured_minor == 8_450  # once
    with pytest.raises(ProviderRefusedError) as refused:
        bank.start(method="card-good", amount_minor=8_451)
    assert refused.value.reason == "key_used"


def test_twenty_at_once_with_one_key_charge_once(bank):
    with ThreadPoolExecutor(20) as pool:
        names = {started.provider_id for started in pool.map(lambda _n: bank.start(method="card-good"), range(20))}
    assert len(names) == 1
    assert bank.payment(names.pop()).captured_minor == 8_450


def test_an_answer_that_never_came_is_found_by_its_key(bank):
    with pytest.raises(ProviderUnreachableError):
        bank.start(method="card-silent")
    found = bank.provider.find("pay:1:1")
    assert bank.payment(found).kept_minor == 8_450  # it was charged all the same
    assert bank.start(method="card-silent").provider_id == found
    assert bank.provider.find("pay:1:2") == ""


def test_refunds_have_keys_and_stop_at_the_capture(bank):
    paid = bank.start(method="card-good").provider_id
    first = bank.provider.refund(paid, 4_000, "refund:1")
    assert bank.provider.refund(paid, 4_000, "refund:1") == first
    assert bank.payment(paid).refunded_minor == 4_000
    with pytest.raises(ProviderRefusedError) as refused:
        bank.provider.refund(paid, 4_451, "refund:2")
    assert refused.value.params == {"reason": "refund_above_captured", "most_minor": 4_450}  # 84.50 - 40.00
    with pytest.raises(ProviderRefusedError, match="key_used"):
        bank.provider.refund(paid, 1, "refund:1")


def test_twenty_refunds_at_once_never_pass_the_capture(bank):
    paid = bank.start(method="card-good").provider_id

    def give_back(number: int) -> int:
        try:
            bank.provider.refund(paid, 1_000, f"refund:{number}")
        except ProviderRefusedError:
            return 0
        return 1_000

    with ThreadPoolExecutor(20) as pool:
        given = sum(pool.map(give_back, range(20)))
    assert given == bank.payment(paid).refunded_minor == 8_000  # eight times 10.00 of 84.50


def test_a_dispute_takes_the_money_until_it_is_won(bank):
    paid = bank.start(method="card-good").provider_id
    bank.provider.dispute(paid)
    assert (bank.payment(paid).status, bank.payment(paid).kept_minor) == (PaymentStatus.DISPUTED, 0)
    bank.provider.dispute(paid, is_won=True)
    assert bank.payment(paid).kept_minor == 8_450


def test_a_dispute_needs_money_and_an_answer_needs_a_dispute(bank):
    with pytest.raises(ProviderRefusedError, match="nothing_to_dispute"):
        bank.provider.dispute(bank.start().provider_id)
    with pytest.raises(ProviderRefusedError, match="no_dispute"):
        bank.provider.dispute(bank.start("pay:2:1", "card-good").provider_id, is_won=False)


@pytest.mark.parametrize("method", ["card-good", "card-no-funds", "debit-good"])
def test_a_payment_that_is_over_or_on_its_way_takes_no_choice(bank, method):
    started = bank.start(method=method)
    with pytest.raises(ProviderRefusedError, match="payment_over"):
        bank.provider.choose(started.provider_id, "approve")


def test_messages_tell_what_is_true_by_now_until_they_are_taken(bank):
    started = bank.start(method="debit-returned")
    (place, message), = bank.provider.messages()  # fmt: skip
    event = bank.provider.read_event(message.body, message.signature)
    assert (event.provider_id, event.at) == (started.provider_id, START)
    assert [number for number, _again in bank.provider.messages()] == [place]  # at least once
    bank.provider.told(place)
    assert bank.provider.messages() == []
    other = bank.start("pay:2:1", "card-good")
    (later, _message), = bank.provider.messages()  # fmt: skip
    bank.provider.told(later)
    bank.wait(days=7)  # the debit's capture and return were written down before the card's, and come true after it
    told = [bank.provider.read_event(m.body, m.signature) for _number, m in bank.provider.messages()]
    assert [event.at - START for event in told] == [timedelta(days=2), timedelta(days=7)]
    assert other.provider_id not in {event.provider_id for event in told}


def test_a_message_that_was_changed_or_kept_is_refused(bank):
    bank.start(method="card-good")
    (_place, message), = bank.provider.messages()  # fmt: skip
    with pytest.raises(SignatureError):
        bank.provider.read_event(message.body.replace(b"spi_000001", b"spi_000002"), message.signature)
    bank.wait(minutes=6)
    with pytest.raises(SignatureError):
        bank.provider.read_event(message.body, message.signature)


def test_its_memory_outlives_it(bank):
    paid = bank.start(method="card-good").provider_id
    assert known(8_450, bank.reopened().facts(paid)).kept_minor == 8_450


@pytest.mark.parametrize("name", ["", "spi_", "spi_000009", "sch_000001", "spi_\u0661", "spi_9999999999999"])
def test_a_payment_it_does_not_know_is_not_found(bank, name):
    with pytest.raises(NotFoundError):
        bank.provider.facts(name)


@pytest.mark.parametrize("amount_minor", [0, -1])
def test_no_amount_is_no_payment_and_no_refund(bank, amount_minor):
    with pytest.raises(InvalidInputError):
        bank.start(amount_minor=amount_minor)
    paid = bank.start(method="card-good").provider_id
    with pytest.raises(InvalidInputError):
        bank.provider.refund(paid, amount_minor, "refund:1")


def test_methods_show_their_last_four_and_nothing_more(bank):
    shown = [bank.provider.method(token) for token in METHODS]
    assert all(len(method.last4) == 4 for method in shown)
    with pytest.raises(NotFoundError):
        bank.provider.method("card-of-somebody")
    with pytest.raises(ProviderRefusedError, match="method_unknown"):
        bank.start(method="card-of-somebody")


def test_a_page_on_which_nobody_chose_is_cancelled_after_a_day(bank):
    started = bank.start()
    assert not bank.provider.page(started.provider_id).is_over
    bank.wait(hours=24)
    assert bank.payment(started.provider_id).status is PaymentStatus.CANCELLED
    assert bank.provider.page(started.provider_id).is_over
    late = bank.start("pay:1:2")
    bank.provider.choose(late.provider_id, "authenticate")
    assert bank.provider.page(late.provider_id).asks_bank
    bank.provider.choose(late.provider_id, "approve")
    bank.wait(hours=48)
    assert bank.payment(late.provider_id).status is PaymentStatus.SUCCEEDED  # the choice took the end away


def test_a_page_shows_what_was_asked_for(bank):
    page = bank.provider.page(bank.start().provider_id)
    assert (page.return_url, page.amount_minor, page.currency, page.reference) == ("/billing", 8_450, "EUR", "INV-2026-000001")  # fmt: skip


def test_a_card_is_added_on_the_providers_page_once(bank):
    setup = bank.provider.begin_method("m1", "/back")
    assert bank.provider.begin_method("m1", "/back") == setup
    assert setup.page_url == f"/sandbox/pay/{setup.provider_id}"
    assert (bank.provider.added_method(setup.provider_id), bank.provider.setup_page(setup.provider_id)) == (
        None,
        "/back",
    )
    for token in ("debit-good", "card-of-nobody"):
        with pytest.raises(ProviderRefusedError, match="method_unknown"):
            bank.provider.choose_method(setup.provider_id, token)
    bank.provider.choose_method(setup.provider_id, "card-good")
    bank.provider.choose_method(setup.provider_id, "card-expired")  # too late
    assert bank.provider.added_method(setup.provider_id) == METHODS["card-good"]
    with pytest.raises(NotFoundError):
        bank.provider.added_method("sse_000099")


@pytest.mark.parametrize(
    ("iban", "status"), [("DE89370400440532013000", "succeeded"), ("DE62370400440532013001", "returned")]
)
def test_an_account_is_collected_from(bank, iban, status):
    debit = Debit("d1", iban, "Ada Example", "Demo Bank", "M-1")
    method = bank.provider.debit_method(debit)
    assert bank.provider.debit_method(debit) == method == bank.provider.method(method.token)
    assert (method.kind, method.label, method.last4) == ("sepa_debit", "Demo Bank", iban[-4:])
    started = bank.start(method=method.token)
    assert bank.payment(started.provider_id).status is PaymentStatus.PROCESSING
    bank.wait(days=8)
    assert bank.payment(started.provider_id).status == status
    assert iban.encode() not in bank.path.read_bytes()
