from __future__ import annotations

import re
from pathlib import Path

from adapters.sealing import SealBrokenError
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from domain.payments.refunds import AlreadyDecidedError, OwnRequestError
from services.refusals import REMEDIES, sentence

ROOT = Path(__file__).resolve().parents[3]
SOURCES = (
    "services/refunds.py",
    "services/bank_entries.py",
    "services/receivables.py",
    "domain/billing/receivables.py",
)


def test_every_refusal_is_a_sentence_that_names_field_and_remedy():
    found = [
        sentence(error)
        for error in (
            InvalidInputError("amount", "above_credit", most_minor=1_250),
            InvalidInputError("received_on", "out_of_range", first="2025-11-20", last="2026-11-20"),
            InvalidInputError("colour", "too_bright"),
            NotFoundError(what="refund"),
            ForbiddenError(permission="billing:approve"),
            OwnRequestError(),
            AlreadyDecidedError(state="declined"),
            SealBrokenError(),
        )
    ]
    assert found == [
        "amount is more than there is: at most 12.50.",
        "received_on lies outside 2025-11-20 to 2026-11-20.",
        "colour too_bright.",
        "There is no such refund.",
        "This person may not do that; it takes the permission billing:approve.",
        "Whoever asked for money never decides on it: let another admin decide.",
        "This request is declined already.",
        "PORTAL_SECRET_KEY is not the one this was sealed with: set the old one.",
    ]


def test_every_remedy_of_these_services_has_words():
    raised = re.compile(r'InvalidInputError\(\s*"[\w ]+",\s*"(\w+)"')
    codes = {code for name in SOURCES for code in raised.findall((ROOT / name).read_text())}
    assert codes
    assert codes - set(REMEDIES) == set()
