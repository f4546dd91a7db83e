"""The EPC QR code of a SEPA credit transfer: a banking app reads account, amount and reference from it."""

from __future__ import annotations

from io import BytesIO

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from segno.helpers import make_epc_qr

from domain.billing.invoice import BY_CUSTOMER, TAKES_BACK, InvoiceDocument
from domain.errors import InvalidInputError
from domain.money import from_minor

MOST_MINOR = 99_999_999_999  # 999 999 999.99 EUR, the most that the code can carry
NAME_LENGTH = 70


def checked_iban(text: str, field: str) -> IBAN:
    """The account; InvalidInputError names the field where structure or checksum is wrong."""
    try:
        return IBAN(text)
    except SchwiftyException as error:
        raise InvalidInputError(field, "check_iban") from error


def transfer_code(document: InvoiceDocument) -> bytes:
    """As SVG; empty where there is nothing to transfer: a credit, a direct debit, another currency than the euro."""
    payment, balance_minor = document.payment, document.totals.balance_minor
    if document.kind in TAKES_BACK | BY_CUSTOMER or payment.mandate or not payment.iban:
        return b""
    iban = checked_iban(payment.iban, "payment.iban")
    if document.currency != "EUR" or not 0 < balance_minor <= MOST_MINOR:
        return b""
    code = make_epc_qr(
        name=document.seller.name[:NAME_LENGTH],
        iban=iban.compact,
        amount=from_minor(balance_minor, "EUR"),
        text=document.number,
        bic=payment.bic or None,
    )
    file = BytesIO()
    code.save(file, kind="svg", border=0, scale=4, xmldecl=False, dark="#0F1B2D")
    return file.getvalue()
