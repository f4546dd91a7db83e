"""What a terminal says where money is refused: a sentence with the field and what to enter instead."""

from __future__ import annotations

from domain.errors import DomainError
from domain.money import from_minor

SENTENCES = {
    "not_found": "There is no such {what}.",
    "forbidden": "This person may not do that; it takes the permission {permission}.",
    "own_request": "Whoever asked for money never decides on it: let another admin decide.",
    "already_decided": "This request is {state} already.",
    "seal_broken": "PORTAL_SECRET_KEY is not the one this was sealed with: set the old one.",
}
# By what is wrong with a field.
REMEDIES = {
    "missing": "is missing",
    "unknown": "is none that is known here",
    "length": "takes {least} to {most} signs",
    "check_iban": "is no valid IBAN: compare length and check digits",
    "amount_zero": "is zero",
    "amount_negative": "is below zero",
    "not_positive": "is not above zero",
    "above_credit": "is more than there is: at most {most}",
    "above_captured": "is more than is left of the payment: at most {most}",
    "above_open": "is more than is open: at most {most}",
    "nothing_to_refund": "has nothing to be given back from",
    "nothing_open": "has nothing open",
    "staff_only": "is for staff to name",
    "not_found": "is not known here",
    "out_of_range": "lies outside {first} to {last}",
    "not_iso_4217": "is no currency code such as EUR",
    "not_of_the_account": "is no open invoice of this account in this currency",
    "nothing_overdue": "has nothing overdue",
    "rate_too_small": "makes parts of less than a cent",
    "one_at_a_time": "is running already; one at a time",
    "asked_already": "waits for an answer already",
    "not_in_the_future": "is not in the future",
    "not_in_suspense": "is {state}, not in suspense",
    "name_one_of_them": "takes exactly one of the two",
}


def sentence(error: DomainError) -> str:
    """For every refusal one; a code that has no words of its own is shown as it is."""
    params = {**error.params}
    if error.code != "invalid_input":
        return SENTENCES.get(error.code, f"This is refused: {error.code}.").format(**params)
    most = params.get("most_minor")
    if isinstance(most, int):
        params["most"] = from_minor(most, "EUR")
    remedy = str(params["remedy"])
    return f"{params['field']} {REMEDIES.get(remedy, remedy).format(**params)}."
