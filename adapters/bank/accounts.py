"""Account numbers as customers type them: checked to the checksum, with the name of their bank."""

from __future__ import annotations

from dataclasses import dataclass

from schwifty import IBAN
from schwifty.exceptions import InvalidChecksumDigits, SchwiftyException

from domain.errors import InvalidInputError


@dataclass(frozen=True)
class BankAccount:
    """iban : without spaces; bank_name : empty where the country publishes no list."""

    iban: str
    bank_name: str

    @property
    def last4(self) -> str:
        return self.iban[-4:]


def debit_account(text: str) -> BankAccount:
    """An account that SEPA direct debits can be collected from; InvalidInputError says what is wrong with it."""
    if not text.strip():
        raise InvalidInputError("iban", "missing")
    try:
        iban = IBAN(text, validate_bban=True)
    except InvalidChecksumDigits:
        raise InvalidInputError("iban", "checksum") from None
    except SchwiftyException:
        raise InvalidInputError("iban", "structure") from None
    if not iban.in_sepa_zone:
        raise InvalidInputError("iban", "no_sepa", country=iban.country_code)
    return BankAccount(iban.compact, str(iban.bank_name or iban.bank_short_name or ""))
