"""Whose money a bank entry is: what its texts name, and when that is enough to book it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

LEAST_SIGNS = 5  # a shorter word names an account by chance
MOST_WORDS = 4  # banks break numbers in two, people write them in groups
CONFIRM_DAYS = 10  # so far from the day staff wrote down may the bank book it

How = Literal["end_to_end", "document", "account"]
ORDER: tuple[How, ...] = ("end_to_end", "document", "account")


def normal(text: str) -> str:
    """Letters and digits alone, in capitals: `R2026-000001` and `r 2026 000001` are one number."""
    return "".join(re.findall(r"[^\W_]+", text)).upper()


def candidates(text: str) -> frozenset[str]:
    """Every number that one to four words of a text could be, as `normal` writes it."""
    words = [word.upper() for word in re.findall(r"[^\W_]+", text)]
    spans = (
        "".join(words[first:end])
        for first in range(len(words))
        for end in range(first + 1, min(first + MOST_WORDS, len(words)) + 1)
    )
    return frozenset(span for span in spans if len(span) >= LEAST_SIGNS)


def document_numbers(words: Iterable[str]) -> list[str]:
    """The document numbers among candidates, as they are printed: a series that ends in its year, and six digits."""
    found = (re.fullmatch(r"([A-Z]{1,4}\d{4})(\d{6})", word) for word in words)
    return sorted(f"{match[1]}-{match[2]}" for match in found if match)


@dataclass(frozen=True)
class Hit:
    """An account that an entry names, and the document by which it does; `currency` is that document's."""

    how: How
    account_number: str
    document: str = ""
    currency: str = ""


@dataclass(frozen=True)
class Unclear:
    """Why nobody can be booked without a person looking; `code` is a reason of the suspense queue."""

    code: str


def choose(hits: Sequence[Hit], currency: str) -> Hit | Unclear:
    """The account that is named the surest way, where one way names one account alone."""
    for how in ORDER:
        found = [hit for hit in hits if hit.how == how]
        if not found:
            continue
        if len({hit.account_number for hit in found}) > 1:
            return Unclear("several_accounts")
        if any(hit.currency not in ("", currency) for hit in found):
            return Unclear("other_currency")
        documents = {hit.document for hit in found}
        return found[0] if len(documents) == 1 else Hit(how, found[0].account_number)
    return Unclear("nothing_named")


@dataclass(frozen=True)
class Numbered:
    """What makes an entry the same one in every file. key : of its place in its statement. [minor units]"""

    key: str
    bank_reference: str
    booked: date
    amount_minor: int


def entry_keys(iban: str, entries: Iterable[Numbered]) -> list[str]:
    """By the bank's own number, which another statement repeats; without one by the place in the statement.

    Entries that are equal in number, day and amount are counted, so that two equal payments stay two.
    """
    seen: Counter[str] = Counter()
    keys = []
    for one in entries:
        base = f"{iban}#{one.bank_reference}/{one.booked}/{one.amount_minor}" if one.bank_reference else one.key
        seen[base] += 1
        keys.append(f"{base}/{seen[base]}" if one.bank_reference else base)
    return keys


def confirms(written_on: date, booked: date) -> bool:
    """Whether an entry can be the one that staff wrote down before."""
    return abs((booked - written_on).days) <= CONFIRM_DAYS
