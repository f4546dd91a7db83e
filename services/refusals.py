"""What is said where something is refused: the field, what is wrong with it and what to enter instead, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from adapters.documents import formats
from domain.errors import DomainError
from domain.text import gettext as _
from domain.text import lazy

SENTENCES = {
    "not_found": lazy("There is no such {what}."),
    "forbidden": lazy("This person may not do that; it takes the permission {permission}."),
    "own_request": lazy("Whoever asked for money never decides on it: let another admin decide."),
    "already_decided": lazy("This request is {state} already."),
    "cipher_unreadable": lazy("PORTAL_SECRET_KEY is not the one this was written with: set the old one."),
}
# Why nothing was priced, for whoever sees the contract; the terminal says more (`services.rate_report`).
UNPRICED = {
    "price_missing": lazy("Market prices: {series} has no price at {first_utc} UTC. Complete the prices; none is taken as zero."),
    "series_missing": lazy("Market prices: {series} is not known here. Load the prices first."),
    "contracts_overlap": lazy("Contracts: two apply from {first} to {end}. End one where the other begins."),
}  # fmt: skip
FIELDS = {
    "account": lazy("Account"),
    "account or payment": lazy("Account or payment"),
    "agreed": lazy("Consent"),
    "amount": lazy("Amount"),
    "anomaly": lazy("Unusual bill"),
    "bank_reference": lazy("Bank reference"),
    "cap": lazy("Highest amount"),
    "choice": lazy("Choice"),
    "consents": lazy("Consent"),
    "currency": lazy("Currency"),
    "contract": lazy("Contract"),
    "day": lazy("Day"),
    "document": lazy("Invoice"),
    "email": lazy("E-mail address"),
    "entry": lazy("Bank entry"),
    "export": lazy("Export"),
    "first": lazy("First day"),
    "first_date": lazy("First day"),
    "first_due": lazy("First payment on"),
    "format": lazy("Format"),
    "holder": lazy("Account holder"),
    "iban": lazy("IBAN"),
    "key": lazy("Form"),
    "kind": lazy("Kind"),
    "last": lazy("Last day"),
    "method": lazy("Way to pay"),
    "months": lazy("Months"),
    "note": lazy("Note"),
    "order": lazy("Order"),
    "password": lazy("Password"),
    "payment": lazy("Payment"),
    "plan": lazy("Instalments"),
    "preferred_day": lazy("Preferred day"),
    "proposal": lazy("Proposal"),
    "reason": lazy("Reason"),
    "received_on": lazy("Received on"),
    "request": lazy("Request"),
    "resolution": lazy("Resolution"),
    "role": lazy("Role"),
    "route": lazy("Way back"),
    "start": lazy("Start of the new tariff"),
    "state": lazy("State"),
    "statement": lazy("Bank statement"),
    "tariff": lazy("Tariff"),
    "text": lazy("Details"),
    "until": lazy("Until"),
    "version": lazy("Version"),
}
# By what is wrong with a field; `field.remedy` goes first where one field has words of its own.
REMEDIES = {
    "above_captured": lazy("No more than {most} is left of the payment."),
    "above_credit": lazy("No more than {most} can be paid out."),
    "above_open": lazy("No more than {most} is open."),
    "all_billed": lazy("All instalments of this year are billed; the next year has its own plan."),
    "amount_above_open": lazy("No more than {most} is open."),
    "amount_negative": lazy("Enter a positive amount, at most {most}."),
    "amount_zero": lazy("Enter more than nothing, at most {most}."),
    "asked_already": lazy("A request waits for its answer already."),
    "cap_zero": lazy("Enter more than nothing, or leave it empty."),
    "card_expired": lazy("This card expired on {expires}. Choose or add another one."),
    "change_pending": lazy("A change to {name} from {first} is ordered already. Withdraw it first."),
    "changed_meanwhile": lazy("This has changed since. Load the page again."),
    "check_iban": lazy("This is no valid IBAN. Compare length and check digits."),
    "checksum": lazy("The check digits do not fit. Compare the number with your card or statement."),
    "contract_over": lazy("The contract ends on {end}. Choose an earlier day."),
    "contract_lasts": lazy("Contract {number} has been in force since {first} and has no end. End it first."),
    "contract_overlaps": lazy("Contract {number} is in force from {first} to {last}. Choose other days, or end it earlier."),
    "dealt_with": lazy("It was dealt with already. Send a new one if it should be otherwise."),
    "decided_already": lazy("This was decided already."),
    "last_before_first": lazy("The last day lies before the first."),
    "length": lazy("Enter {least} to {most} letters."),
    "mandate_lapsed": lazy("This mandate lapsed on {until}: nothing was collected under it for three years. Sign a new one."),
    "malformed": lazy("This is no e-mail address."),
    "missing": lazy("Please fill it in."),
    "agreed.missing": lazy("Tick the box to agree."),
    "consents.missing": lazy("Tick both boxes to agree."),
    "key.missing": lazy("Load the page again, then send the form."),
    "name_one_of_them": lazy("Name exactly one of the two."),
    "no_amount": lazy("Enter a number such as {example}."),
    "no_date": lazy("Enter a day."),
    "no_day": lazy("Enter a day from 1 to 31, or leave it empty."),
    "no_method": lazy("Add a way to pay first."),
    "no_readings": lazy("There are no readings in these days."),
    "no_sepa": lazy("Direct debits from this country are not possible. Use an account in the SEPA area."),
    "not_as_it_came": lazy("This money did not come that way. Send it to a bank account."),
    "not_found": lazy("It is not known here."),
    "not_in_suspense": lazy("It is {state}, not in suspense."),
    "not_in_the_future": lazy("Choose a day to come."),
    "not_iso_4217": lazy("Enter the code of a currency, such as EUR."),
    "not_of_the_account": lazy("This is no open invoice of the account in this currency."),
    "not_on_offer": lazy("It is not on offer for this contract. Choose another one."),
    "not_positive": lazy("Enter more than nothing."),
    "nothing_open": lazy("Nothing is open, or it is being paid already."),
    "nothing_overdue": lazy("Nothing is overdue."),
    "nothing_to_refund": lazy("There is nothing to be given back."),
    "offer_over": lazy("The offer ends on {until}. Choose an earlier day."),
    "one_at_a_time": lazy("One is running already. A second is possible when it has ended."),
    "other_account": lazy("It is of the account {found}. Choose a statement of {own}, the account that bills name."),
    "out_of_range": lazy("Choose from {first} to {last}."),
    "rate_too_small": lazy("The parts would be too small. Choose fewer months."),
    "refund_above_captured": lazy("No more than {most} is left of the payment."),
    "removed": lazy("It was removed. Choose another one."),
    "staff_only": lazy("Only our staff can choose it."),
    "start_not_ahead": lazy("This day is not in the future. The first possible one is {earliest}."),
    "start_too_early": lazy("This is too early. The first possible day is {earliest}."),
    "start_too_late": lazy("This is too far ahead. The last possible day is {latest}."),
    "structure": lazy("This is no account number. A German one has DE and 20 digits."),
    "taken": lazy("Somebody signs in with it already."),
    "tariff_version_in_use": lazy("{newest} is published and stays as it is. Publish the change as version {next}."),
    "too_early": lazy("This is too early. The first possible day is {earliest}."),
    "too_late": lazy("This is too far ahead. The last possible day is {latest}."),
    "too_long": lazy("Write {most} letters at most."),
    "too_many": lazy("Several are being made already. Wait for one to end."),
    "unchanged": lazy("It is so already. Enter something else."),
    "unknown": lazy("Choose one of those offered."),
    "unknown_format": lazy("Choose one of those offered."),
    "unknown_resolution": lazy("Choose one of those offered."),
    "used": lazy("This form was sent already. Load the page again."),
    "used_for_another_request": lazy("This form was sent already. Load the page again."),
    "used_for_another_order": lazy("This form was sent already. Load the page again."),
    "withdrawal_over": lazy("It could be withdrawn until {until}."),
}  # fmt: skip
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
AMOUNTS = {
    "lowest": "first",
    "highest": "last",
    "most_minor": "most",
}  # what is given in minor units, and its placeholder


def sentence(error: DomainError) -> str:
    """For every refusal one; a code that has no words of its own is named."""
    if error.code == "rating_refused":
        reason = str(error.params["reason"])
        known = UNPRICED.get(reason, lazy("This cannot be priced ({reason})."))
        return _(known, **_shown(error.params))
    if error.code != "invalid_input":
        return _(SENTENCES.get(error.code, lazy("This is refused ({code}).")), **{**error.params, "code": error.code})
    field, remedy = str(error.params["field"]), str(error.params["remedy"])
    known = REMEDIES.get(f"{field}.{remedy}") or REMEDIES.get(remedy, lazy("This cannot be used ({remedy})."))
    label = _(FIELDS[field]) if field in FIELDS else field
    return f"{label}: {_(known, **_shown(error.params))}"


def _shown(params: Mapping[str, object]) -> dict[str, object]:
    """Days and amounts as the language writes them."""
    currency = str(params.get("currency", "EUR"))
    found: dict[str, object] = {"example": formats.amount(8450, currency)}
    for name, value in params.items():
        if name in AMOUNTS and isinstance(value, int):
            found[AMOUNTS[name]] = formats.amount(value, currency)
        else:
            day = _day(value)
            found[name] = formats.day(day) if day else value
    return found


def _day(value: object) -> date | None:
    """Of a date, or of its ISO text."""
    if isinstance(value, str) and ISO_DAY.fullmatch(value):
        return date.fromisoformat(value)
    return value if isinstance(value, date) else None
