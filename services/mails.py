"""Mail to customers: told in the transaction of the fact, written in the reader's language when it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.documents import formats
from adapters.mail.letters import Letter, Sender, message
from adapters.mail.ways import Folder, Smtp, Way
from config import Config
from data.tables.accounts import Membership
from data.tables.identity import User
from domain.errors import NotFoundError
from domain.registry import Registry
from domain.text import gettext as _
from domain.text import use_locale
from services import portal
from services.outbox import CHANNELS, Message, announce

Values = Mapping[str, Any]
Template = Callable[[Values], Letter]
TEMPLATES: Registry[Template] = Registry("mail templates")


def mail_user(tx: Session, template: str, user_id: int, values: Values, *, now: datetime) -> None:
    """One mail to a person, in the caller's transaction. values : JSON; money as minor units, dates as ISO texts."""
    if TEMPLATES.get(template) is None:
        raise KeyError(f"no mail template {template!r}")
    announce(tx, "mail", {"template": template, "user_id": user_id, "values": dict(values)}, now=now)


def mail_account(tx: Session, template: str, account_id: int, values: Values, *, now: datetime) -> int:
    """The same mail to each owner of an account who signs in; how many."""
    owners = select(Membership.user_id).where(Membership.account_id == account_id, Membership.role == "owner")
    people = list(tx.scalars(owners.order_by(Membership.user_id)))
    for user_id in people:
        mail_user(tx, template, user_id, values, now=now)
    return len(people)


@CHANNELS.register("mail")
def _send(sent: Message) -> None:
    made = portal.current()
    with made.records.reading() as db:
        person = db.get(User, sent.payload["user_id"])
    if person is None:
        raise NotFoundError(what="user")
    if person.disabled_at is not None:
        return
    letter = written(sent.payload["template"], sent.payload["values"], person.name, person.locale)
    sender = sender_of(made.config)
    to = (person.name, person.email)
    way_of(made.config).send(message(letter, sender, to, message_id=sent.message_id, at=made.clock.now()))


def written(template: str, values: Values, name: str, locale: str) -> Letter:
    """The letter of a template in a language."""
    with use_locale(locale):
        return replace(TEMPLATES[template](values), locale=locale, greeting=_("Hello {name},", name=name))


def way_of(config: Config) -> Way:
    """The configured server; a demo without one writes files. Production without one tries again until there is one."""
    if config.smtp_url:
        return Smtp(config.smtp_url)
    if config.is_demo:
        return Folder(Path(config.files) / "mail")
    raise RuntimeError("PORTAL_SMTP_URL is not set: mail waits")


def sender_of(config: Config) -> Sender:
    return Sender(config.brand_name, config.brand_contact, config.brand_accent, config.brand_contact)


def _letter(
    subject: str, *paragraphs: str, facts: Values | None = None, action: tuple[str, str] | None = None
) -> Letter:
    link = (action[0], portal.current().config.base_url + action[1]) if action else None
    return Letter("", subject, "", paragraphs, tuple((facts or {}).items()), link)


def _money(values: Values, name: str = "amount_minor") -> str:
    return formats.amount(int(values[name]), str(values["currency"]))


def _day(values: Values, name: str) -> str:
    return formats.day(date.fromisoformat(str(values[name])))


def _period(values: Values) -> str:
    last = date.fromordinal(date.fromisoformat(str(values["end"])).toordinal() - 1)
    return formats.days(date.fromisoformat(str(values["first"])), last)


@TEMPLATES.register("invoice_ready")
def _invoice_ready(values: Values) -> Letter:
    """number, amount_minor, currency, first, end, due_on, document."""
    facts = {_("Invoice"): str(values["number"]), _("Period"): _period(values), _("Amount"): _money(values),
             _("Due on"): _day(values, "due_on")}  # fmt: skip
    return _letter(
        _("Your invoice {number} is ready", number=values["number"]),
        _("You can look at every line of it, down to the quarter-hours it was computed from."),
        facts=facts, action=(_("Open the invoice"), f"/billing/{values['document']}"),
    )  # fmt: skip


@TEMPLATES.register("instalment_ready")
def _instalment_ready(values: Values) -> Letter:
    """number, amount_minor, currency, first, end, due_on, document."""
    facts = {_("Instalment"): str(values["number"]), _("Period"): _period(values), _("Amount"): _money(values),
             _("Due on"): _day(values, "due_on")}  # fmt: skip
    return _letter(
        _("Your instalment of {amount} is due on {day}", amount=_money(values), day=_day(values, "due_on")),
        _("It is set against the invoice at the end of your year, which says what you have used."),
        facts=facts, action=(_("Open the instalment"), f"/billing/{values['document']}"),
    )  # fmt: skip


@TEMPLATES.register("instalment_changed")
def _instalment_changed(values: Values) -> Letter:
    """number, contract, amount_minor, before_minor, currency, first."""
    facts = {_("Contract"): str(values["number"]), _("Until now"): _money(values, "before_minor"),
             _("From now on"): _money(values), _("First month"): _day(values, "first")}  # fmt: skip
    return _letter(
        _("Your instalment is {amount} from {day} on", amount=_money(values), day=_day(values, "first")),
        _("You have chosen another instalment. The invoice at the end of your year sets it against what you have used."),
        facts=facts, action=(_("Open your plan"), f"/billing/instalments?contract={values['contract']}"),
    )  # fmt: skip


@TEMPLATES.register("credit_ready")
def _credit_ready(values: Values) -> Letter:
    """number, amount_minor, currency, first, end, document."""
    facts = {_("Credit"): str(values["number"]), _("Period"): _period(values), _("Amount"): _money(values)}
    return _letter(
        _("Your feed-in credit {number} is ready", number=values["number"]),
        _("This is what we owe you for the energy you fed in. You can look at every line of it."),
        facts=facts, action=(_("Open the credit"), f"/billing/{values['document']}"),
    )  # fmt: skip


@TEMPLATES.register("prenotification")
def _prenotification(values: Values) -> Letter:
    """amount_minor, currency, due_on, mandate, creditor, iban_last4."""
    facts = {_("Amount"): _money(values), _("On"): _day(values, "due_on"), _("Account ending in"): str(values["iban_last4"]),
             _("Mandate"): str(values["mandate"]), _("Creditor"): str(values["creditor"])}  # fmt: skip
    return _letter(
        _("We collect {amount} on {day}", amount=_money(values), day=_day(values, "due_on")),
        _("As agreed we collect this amount by SEPA direct debit. Please see to it that the account covers it."),
        facts=facts, action=(_("See your payments"), "/billing/payments"),
    )  # fmt: skip


@TEMPLATES.register("payment_received")
def _payment_received(values: Values) -> Letter:
    """amount_minor, currency, on, reference."""
    facts = {_("Amount"): _money(values), _("Received on"): _day(values, "on"), _("For"): str(values["reference"])}
    return _letter(
        _("Thank you for your payment of {amount}", amount=_money(values)),
        _("Your payment has arrived."),
        facts=facts, action=(_("See your payments"), "/billing/history"),
    )  # fmt: skip


@TEMPLATES.register("payment_failed")
def _payment_failed(values: Values) -> Letter:
    """amount_minor, currency, reference, retry_on (or empty)."""
    again = (
        _("We try again on {day}; you need not do anything if the account covers it.", day=_day(values, "retry_on"))
        if values.get("retry_on")
        else _("Please choose another way to pay.")
    )
    return _letter(
        _("A payment of {amount} did not go through", amount=_money(values)), again,
        facts={_("For"): str(values["reference"])}, action=(_("Choose how to pay"), "/billing/payments"),
    )  # fmt: skip


@TEMPLATES.register("reminder")
def _reminder(values: Values) -> Letter:
    """number, amount_minor, currency, due_on."""
    return _letter(
        _("A reminder of invoice {number}", number=values["number"]),
        _("{amount} have been due since {day}. If you have paid by now, please ignore this mail.",
          amount=_money(values), day=_day(values, "due_on")),
        action=(_("Pay now"), "/billing"),
    )  # fmt: skip


@TEMPLATES.register("notice")
def _notice(values: Values) -> Letter:
    """number, amount_minor, fee_minor, currency, due_on, is_last."""
    last = [_("If nothing arrives within two weeks, our staff will contact you.")] if values.get("is_last") else []
    return _letter(
        _("Invoice {number} is still open", number=values["number"]),
        _("{amount} have been due since {day}. We have charged {fee} for this notice.",
          amount=_money(values), day=_day(values, "due_on"), fee=_money(values, "fee_minor")),
        *last, _("If you cannot pay at once, you can agree on instalments or a later date with us."),
        action=(_("Pay or agree on instalments"), "/billing/help"),
    )  # fmt: skip


@TEMPLATES.register("payment_request_ended")
def _payment_request_ended(values: Values) -> Letter:
    """What (plan or extension), is_agreed, note, until (of an extension)."""
    if not values["is_agreed"]:
        said = _("We could not agree to it: {note}", note=values["note"])
    elif values["what"] == "plan":
        said = _("Your plan is agreed. No reminder comes while you keep it.")
    else:
        said = _("You can pay until {day}. No reminder comes before that.", day=_day(values, "until"))
    return _letter(_("Your request about paying is answered"), said, action=(_("See your requests"), "/billing/help"))


@TEMPLATES.register("refund_sent")
def _refund_sent(values: Values) -> Letter:
    """amount_minor, currency, to (empty where it goes the way it came)."""
    to = str(values["to"]) or _("the card or account it was paid with")
    return _letter(
        _("We have sent you {amount}", amount=_money(values)),
        _("It arrives within a few working days."), facts={_("To"): to},
        action=(_("See your payments"), "/billing/history"),
    )  # fmt: skip


@TEMPLATES.register("refund_declined")
def _refund_declined(values: Values) -> Letter:
    """amount_minor, currency, note."""
    return _letter(
        _("We could not agree to pay out {amount}", amount=_money(values)), str(values["note"]),
        action=(_("See your payments"), "/billing/history"),
    )  # fmt: skip


@TEMPLATES.register("refund_failed")
def _refund_failed(values: Values) -> Letter:
    """amount_minor, currency."""
    return _letter(
        _("{amount} could not be paid out", amount=_money(values)),
        _("Your bank did not take the money. It is in your account with us again and pays what is open first."),
        _("What is left you can ask for again, with another bank account."),
        action=(_("Ask for your credit"), "/billing/help"),
    )  # fmt: skip


@TEMPLATES.register("contract_confirmed")
def _contract_confirmed(values: Values) -> Letter:
    """tariff, contract, first, site, number, withdraw_until."""
    facts = {_("Tariff"): str(values["tariff"]), _("From"): _day(values, "first"), _("For"): str(values["site"]),
             _("Request"): str(values["number"])}  # fmt: skip
    return _letter(
        _("Your new tariff: {tariff}", tariff=values["tariff"]),
        _("We confirm your order. You can withdraw from it without a reason until {day}.",
          day=_day(values, "withdraw_until")),
        facts=facts, action=(_("See your contract"), f"/contracts/{values['contract']}"),
    )  # fmt: skip


@TEMPLATES.register("contract_changed")
def _contract_changed(values: Values) -> Letter:
    """What (a text of ours), contract, number."""
    return _letter(
        _("We have received your request {number}", number=values["number"]), str(values["what"]),
        _("We answer within two working days."),
        action=(_("See your contract"), f"/contracts/{values['contract']}"),
    )  # fmt: skip


@TEMPLATES.register("request_ended")
def _request_ended(values: Values) -> Letter:
    """contract, number, note, is_done."""
    said = _("We have done what you asked for.") if values["is_done"] else _("We could not do what you asked for.")
    return _letter(
        _("Your request {number} is answered", number=values["number"]), said, *([str(values["note"])] if values["note"] else []),
        action=(_("See your requests"), f"/contracts/change?contract={values['contract']}"),
    )  # fmt: skip


@TEMPLATES.register("cancellation_received")
def _cancellation_received(values: Values) -> Letter:
    """contract, on, number."""
    return _letter(
        _("We have received your cancellation"),
        _("Your contract ends on {day}. You get a final invoice within six weeks after that.", day=_day(values, "on")),
        facts={_("Request"): str(values["number"])}, action=(_("See your contract"), f"/contracts/{values['contract']}"),
    )  # fmt: skip
