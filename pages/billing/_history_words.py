"""What is said of an entry of the history, on its own page and on the page of a bill."""

from __future__ import annotations

from domain.billing.history import EntryKind
from domain.text import gettext as _
from services.billing_history import Entry


def kind_name(kind: EntryKind) -> str:
    return {
        "invoice": _("Invoice"), "instalment": _("Instalment"), "credit_note": _("Credit note"),
        "feed_in_credit": _("Feed-in credit"), "payment": _("Payment received"), "refund": _("Refund sent"),
        "return": _("Payment taken back by the bank"), "undone": _("Refund that came back"), "write_off": _("Waived"),
        "fee": _("Reminder fee"), "other": _("Booking"), "failed": _("Payment failed"),
        "cancelled": _("Payment given up"), "in_progress": _("Payment on its way"),
        "refund_asked": _("Refund asked for"), "refund_declined": _("Refund declined"),
    }[kind]  # fmt: skip


def reason_text(each: Entry) -> str:
    """Why a payment failed, as far as the bank says; the bank's own word where we do not know it."""
    if each.kind != "failed" or not each.reason:
        return each.reason
    return {
        "insufficient_funds": _("There was not enough money on the account."),
        "expired_card": _("The card has expired."),
        "authentication_required": _("The bank asked for a confirmation."),
        "card_declined": _("The bank refused it."),
        "do_not_honor": _("The bank refused it."),
    }.get(each.reason, each.reason)
