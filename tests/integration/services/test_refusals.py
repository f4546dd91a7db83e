"""Whatever is refused is told as field, what is wrong and what to do, in the reader's language."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

from adapters import catalogs
from adapters.cipher import UnreadableError
from domain import text
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from domain.payments.refunds import AlreadyDecidedError, OwnRequestError
from domain.tariffs.errors import refuse
from services.refusals import FIELDS, REMEDIES, SENTENCES, UNPRICED, sentence

ROOT = Path(__file__).resolve().parents[3]
# Where people enter something about money; bills have sentences of their own (`services.invoice`, `billing_profile`).
SOURCES = (
    "adapters/bank/accounts.py", "auth/payments.py", "domain/billing/receivables.py", "domain/contracts/changes.py", "domain/contracts/switching.py",
    "domain/exports.py", "domain/payments/amounts.py", "domain/payments/methods.py", "domain/payments/plans.py",
    "domain/payments/refunds.py", "services/bank_entries.py", "services/bank_import.py", "services/billing_desk.py", "services/billing_queue.py",
    "services/change_requests.py", "services/contract_switching.py", "services/contracts.py", "services/dunning.py", "services/exports.py",
    "services/identity.py", "services/instalment_plans.py", "services/payment_attempts.py", "services/payment_methods.py",
    "services/payment_sandbox.py", "services/payments.py", "services/plans.py", "services/rebilling.py",
    "services/receivables.py", "services/refunds.py", "services/tariff_catalogue.py",
)  # fmt: skip
RAISED = re.compile(r'(?:InvalidInputError|Issue)\(\s*"([\w ]+)",\s*"(\w+)"')


@pytest.fixture(autouse=True)
def languages():
    text.install(catalogs.load())


def test_every_refusal_is_a_sentence_that_names_field_and_remedy():
    found = [
        sentence(error)
        for error in (
            InvalidInputError("amount", "above_credit", most_minor=1_250),
            InvalidInputError("amount", "out_of_range", lowest=6_000, highest=24_000, currency="CHF"),
            InvalidInputError("received_on", "out_of_range", first="2025-11-20", last="2026-11-20"),
            InvalidInputError("start", "start_too_early", earliest=date(2026, 12, 24)),
            InvalidInputError("agreed", "missing"),
            InvalidInputError("colour", "too_bright"),
            NotFoundError(what="refund"),
            ForbiddenError(permission="billing:approve"),
            OwnRequestError(),
            AlreadyDecidedError(state="declined"),
            UnreadableError(purpose="iban"),
            refuse("price_missing", series="spot", first_utc="2026-06-10T00:00:00", count=1),
            refuse("levy_missing", levy="x", day="2026-06-10"),
        )
    ]
    assert found == [
        "Amount: No more than €12.50 can be paid out.",
        "Amount: Choose from CHF60.00 to CHF240.00.",
        "Received on: Choose from 20 November 2025 to 20 November 2026.",
        "Start of the new tariff: This is too early. The first possible day is 24 December 2026.",
        "Consent: Tick the box to agree.",
        "colour: This cannot be used (too_bright).",
        "There is no such refund.",
        "This person may not do that; it takes the permission billing:approve.",
        "Whoever asked for money never decides on it: let another admin decide.",
        "This request is declined already.",
        "PORTAL_SECRET_KEY is not the one this was written with: set the old one.",
        "Market prices: spot has no price at 2026-06-10T00:00:00 UTC. Complete the prices; none is taken as zero.",
        "This cannot be priced (levy_missing).",
    ]


def test_german_has_its_own_fields_days_and_amounts():
    with text.use_locale("de"):
        assert sentence(InvalidInputError("amount", "amount_above_open", most_minor=123_456)) == (
            "Betrag: Offen sind höchstens 1.234,56\xa0€."
        )
        assert sentence(InvalidInputError("method", "card_expired", expires=date(2026, 10, 31))) == (
            "Zahlungsart: Diese Karte ist am 31. Oktober 2026 abgelaufen. Wählen oder ergänzen Sie eine andere."
        )


def raised() -> list[tuple[str, str]]:
    found = [pair for name in SOURCES for pair in RAISED.findall((ROOT / name).read_text(encoding="utf-8"))]
    return sorted(set(found))


@pytest.mark.parametrize(("field", "remedy"), raised())
def test_every_refusal_of_these_services_has_words_in_every_language(field, remedy):
    known = REMEDIES.get(f"{field}.{remedy}") or REMEDIES[remedy]
    params = {name: "17" for _text, name, _form, _change in Formatter().parse(known) if name}
    params |= {"most_minor": 1_700, "lowest": 1_700, "highest": 1_700}
    english = sentence(InvalidInputError(field, remedy, **params))
    with text.use_locale("de"):
        german = sentence(InvalidInputError(field, remedy, **params))
    assert english.startswith(f"{FIELDS[field]}: ")
    assert "{" not in english + german
    assert english.partition(": ")[2] != german.partition(": ")[2]


@pytest.mark.parametrize("known", sorted({*SENTENCES.values(), *UNPRICED.values(), *REMEDIES.values()}))
def test_every_sentence_is_written_in_german_with_the_same_places(known):
    with text.use_locale("de"):
        german = text.gettext(known)
    assert german != known
    places = [{name for _text, name, _form, _change in Formatter().parse(one) if name} for one in (known, german)]
    assert places[0] == places[1]
