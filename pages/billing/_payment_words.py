"""What the payments page says: outcomes, problems beside their field, and ways to pay by name."""

from __future__ import annotations

from typing import Any

from dash import html

from components import formats
from components.icons import icon
from domain.text import gettext as _
from services.payment_methods import AutopayView, MandateView, MethodView
from services.payments import PaymentView

ICONS = {
    "ok": "check-circle",
    "info": "information-circle",
    "warn": "exclamation-triangle",
    "bad": "exclamation-circle",
}


def notice(level: str, sentence: str, role: str = "note") -> html.Div:
    look = {"ok": "notice ok", "info": "notice", "warn": "notice warn", "bad": "notice bad"}[level]
    return html.Div([icon(ICONS[level]), html.Span(sentence)], className=look, role=role)


def done(code: str) -> str:
    """What a form has changed; empty for what no form says."""
    return {
        "method": _("The way to pay is saved."),
        "no_method": _("Nothing was added."),
        "default": _("This is your default now."),
        "removed": _("The way to pay is removed. A mandate for it has ended."),
        "autopay_on": _("Automatic payment is on."),
        "autopay_off": _("Automatic payment is off."),
    }.get(code, "")


def outcome(one: PaymentView) -> tuple[str, str]:
    """What became of a payment: level and sentence."""
    amount = formats.money(one.amount_minor, one.currency)
    known = {
        "succeeded": ("ok", _("Thank you. Your payment of {amount} has arrived.", amount=amount)),
        "processing": ("info", _("Your payment of {amount} is on its way. The bank takes a few days.", amount=amount)),
        "failed": ("bad", _("Your payment of {amount} did not go through: {reason}", amount=amount, reason=_reason(one.reason))),
        "cancelled": ("warn", _("The payment of {amount} was cancelled. Nothing was taken.", amount=amount)),
        "authentication": ("info", _("Your bank waits for you to confirm {amount}.", amount=amount)),
        "unknown": ("info", _("We have no answer yet about your payment of {amount}. We keep asking; do not pay again.", amount=amount)),
        "created": ("info", _("A payment of {amount} has begun. Go on below.", amount=amount)),
        "returned": ("bad", _("Your bank took the payment of {amount} back.", amount=amount)),
        "disputed": ("warn", _("The payment of {amount} is disputed at your bank.", amount=amount)),
    }  # fmt: skip
    return known.get(one.status, ("info", _("The payment of {amount} was given back.", amount=amount)))


def _reason(code: str) -> str:
    return {
        "insufficient_funds": _("there is not enough money in the account. Choose another way to pay."),
        "expired_card": _("the card has expired. Choose another way to pay."),
        "declined_by_customer": _("it was declined."),
    }.get(code, _("the bank gave no reason. Choose another way to pay."))


def problem(query: dict[str, str]) -> str:
    """What is wrong with which field and what to enter instead."""
    most = _most(query)
    sentences = {
        ("amount", "no_amount"): _("Amount: enter a number such as {example}.", example=formats.money(8450, "EUR")),
        ("amount", "amount_zero"): _("Amount: enter more than nothing, at most {most}.", most=most),
        ("amount", "amount_negative"): _("Amount: enter a positive amount, at most {most}.", most=most),
        ("amount", "amount_above_open"): _("Amount: no more than {most} is open.", most=most),
        ("amount", "nothing_open"): _("Amount: nothing is open, or it is being paid already."),
        ("method", "card_expired"): _("Card: it has expired. Choose or add another one."),
        ("method", "mandate_lapsed"): _(
            "Bank account: its mandate lapsed, for nothing was collected for three years. Sign a new one."
        ),
        ("method", "removed"): _("Way to pay: it was removed. Choose another one."),
        ("method", "no_method"): _("Way to pay: add one first."),
        ("iban", "missing"): _("IBAN: enter the number of your account."),
        ("iban", "checksum"): _("IBAN: the check digits do not fit. Compare the number with your card or statement."),
        ("iban", "structure"): _("IBAN: this is no account number. A German one has DE and 20 digits."),
        ("iban", "no_sepa"): _("IBAN: direct debits from this country are not possible."),
        ("holder", "missing"): _("Account holder: enter the name, at most 70 letters."),
        ("agreed", "missing"): _("Consent: tick the box to agree."),
        ("cap", "no_amount"): _("Highest amount: enter a number, or leave it empty."),
        ("cap", "cap_zero"): _("Highest amount: enter more than nothing, or leave it empty."),
        ("preferred_day", "no_day"): _("Preferred day: enter a day from 1 to 31, or leave it empty."),
    }
    key = (query.get("field", ""), query.get("problem", ""))
    return sentences.get(key, _("This did not work, and nothing was changed. Please try again."))


def _most(query: dict[str, str]) -> str:
    text = query.get("most_minor", "")
    is_amount = text.isascii() and text.isdigit() and len(text) <= 12
    currency = query.get("currency", "EUR")
    return formats.money(int(text), currency if len(currency) == 3 else "EUR") if is_amount else formats.UNKNOWN


def flying(one: PaymentView) -> str:
    for_what = one.document or _("the balance")
    if one.status == "processing":
        return _("For {what}, at the bank", what=for_what)
    if one.status == "unknown":
        return _("For {what}, we wait for an answer", what=for_what)
    return _("For {what}, not finished", what=for_what)


def method(one: MethodView) -> str:
    """`Visa ···· 4242`, `Commerzbank ···· 3000`"""
    return f"{one.brand or _('Bank account')} ···· {one.last4}"


def method_more(one: MethodView) -> str:
    if one.kind == "card" and one.expires:
        return _("Card, valid until {month}", month=formats.month(one.expires))
    return _("Direct debit, mandate {reference}", reference=one.mandate) if one.mandate else _("Direct debit")


def mandate(one: MandateView) -> str:
    return _("{holder}, {bank} ···· {last4}", holder=one.holder, bank=one.bank_name, last4=one.last4)


def autopay(rule: AutopayView, currency: str) -> str:
    if not rule.is_on:
        return _("Off. Invoices wait until you pay them.")
    cap = (
        _("any amount")
        if rule.cap_minor is None
        else _("up to {amount}", amount=formats.money(rule.cap_minor, currency))
    )
    if rule.preferred_day is None:
        return _("On: each invoice is paid on its due date, {cap}.", cap=cap)
    return _(
        "On: each invoice is paid on day {day} of the month before it is due, {cap}.", day=rule.preferred_day, cap=cap
    )


def options(methods: list[MethodView]) -> dict[str, Any]:
    """Ways to pay by id, the default first."""
    return {one.public_id: method(one) for one in methods if not one.is_expired}
