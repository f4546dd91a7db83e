"""Ways to pay of the person behind a request: cards, accounts with their mandates, and automatic payment."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from adapters import cipher
from adapters.bank.accounts import BankAccount, debit_account
from adapters.payments.base import Debit, Method
from data.queries import payments as queries
from data.repositories import audit
from data.repositories import payments as repository
from data.tables.base import new_public_id
from data.tables.payments import Mandate, PaymentMethod
from domain.access import Permission, Viewer, require_account
from domain.errors import InvalidInputError, NotFoundError
from domain.payments.methods import card_issues
from services import payment_attempts, portal, receivables
from services.payment_attempts import method_issues
from services.payment_providers import provider
from services.payments import account_of

MANDATE_TEXT, AUTOPAY_TEXT = "2026-11", "2026-11"  # the wording that is shown now
ADDED_PAGE = "/billing/payments/added"
HOLDER_LENGTH = 70


@dataclass(frozen=True)
class Evidence:
    """From where somebody agreed."""

    ip: str
    user_agent: str


@dataclass(frozen=True)
class MethodView:
    """kind : card, sepa or bank; expires : last day of a card; is_expired : or its mandate lapsed; mandate : its reference."""

    public_id: str
    kind: str
    brand: str
    last4: str
    expires: date | None
    is_expired: bool
    holder: str
    is_default: bool
    mandate: str


@dataclass(frozen=True)
class MandateView:
    reference: str
    creditor_id: str
    holder: str
    last4: str
    bank_name: str
    signed_at: datetime
    is_active: bool
    ended_at: datetime | None


@dataclass(frozen=True)
class AutopayView:
    """cap_minor : None for any amount [minor units]; preferred_day : None collects on the due date."""

    is_on: bool
    cap_minor: int | None
    preferred_day: int | None
    method_public_id: str
    consented_at: datetime | None


def methods(viewer: Viewer, account_public_id: str) -> list[MethodView]:
    """The default first."""
    account_id, _ = account_of(viewer, account_public_id, Permission.VIEW_BILLING)
    with portal.current().records.reading() as db:
        return _method_views(db, account_id)


def mandates(viewer: Viewer, account_public_id: str) -> list[MandateView]:
    """The newest first, with those that ended."""
    account_id, _ = account_of(viewer, account_public_id, Permission.VIEW_BILLING)
    with portal.current().records.reading() as db:
        return [_mandate_view(row) for row in queries.mandates_of(db, account_id)]


def autopay(viewer: Viewer, account_public_id: str) -> AutopayView:
    account_id, _ = account_of(viewer, account_public_id, Permission.VIEW_BILLING)
    with portal.current().records.reading() as db:
        row = queries.autopay_of(db, account_id)
        if row is None:
            return AutopayView(False, None, None, "", None)
        method = queries.method_by_id(db, row.method_id) if row.method_id else None
    chosen = method.public_id if method and method.state == "active" else ""
    return AutopayView(row.is_on, row.cap_minor, row.preferred_day, chosen, row.consented_at)


def add_card(viewer: Viewer, account_public_id: str) -> str:
    """Where the customer adds a card: on the provider's page, so that its number never comes to us."""
    account_id, _ = account_of(viewer, account_public_id, Permission.PAY)
    made = portal.current()
    name, public_id = made.config.payment_provider, new_public_id("pm")
    with made.records.transaction() as tx:
        row = PaymentMethod(
            public_id=public_id, account_id=account_id, provider=name, kind="card", state="pending",
            created_at=made.clock.now(),
        )  # fmt: skip
        repository.add_method(tx, row)
    started = provider(name).begin_method(f"method:{public_id}", f"{made.config.base_url}{ADDED_PAGE}/{public_id}")
    with made.records.transaction() as tx:
        repository.begun_method(tx, row.id, started.provider_id)
    return started.page_url


def card_added(viewer: Viewer, public_id: str) -> MethodView | None:
    """What the customer added on the provider's page; None while nothing is. An expired card is not kept."""
    row = _own(viewer, public_id)
    found = provider(row.provider).added_method(row.setup_id) if row.state == "pending" and row.setup_id else None
    made = portal.current()
    if found is not None:
        for issue in card_issues(found.expires, portal.today()):
            raise InvalidInputError(issue.field, issue.code, **issue.params)
        with made.records.transaction() as tx:
            if repository.activate(tx, row.id, _values(found)):
                _added(tx, viewer, row)
    with made.records.reading() as db:
        views = _method_views(db, row.account_id)
    return next((view for view in views if view.public_id == public_id), None)


@dataclass(frozen=True)
class DebitWish:
    """The mandate somebody wants to sign."""

    holder: str
    iban: str
    is_agreed: bool


def add_debit(viewer: Viewer, account_public_id: str, debit: DebitWish, evidence: Evidence) -> MethodView:
    """Sign a mandate for direct debits. The account number is kept enciphered; its last four digits are shown."""
    account_id, number = account_of(viewer, account_public_id, Permission.PAY)
    account, holder = debit_account(debit.iban), debit.holder.strip()
    if not holder or len(holder) > HOLDER_LENGTH:
        raise InvalidInputError("holder", "missing")
    if not debit.is_agreed:
        raise InvalidInputError("agreed", "missing")
    made = portal.current()
    reference = f"{number.replace(' ', '')}-{secrets.token_hex(4).upper()}"[-35:]
    asked = Debit(f"mandate:{reference}", account.iban, holder, account.bank_name, reference)
    name = made.config.payment_provider
    found = provider(name).debit_method(asked)
    with made.records.transaction() as tx:
        mandate = repository.add_mandate(tx, _mandate(viewer, account_id, asked, account, evidence))
        row = PaymentMethod(
            public_id=new_public_id("pm"), account_id=account_id, provider=name, holder=holder,
            mandate_id=mandate.id, created_at=made.clock.now(), **_values(found),
        )  # fmt: skip
        repository.add_method(tx, row)
        _added(tx, viewer, row)
        detail: dict[str, object] = {"reference": reference, "text_version": MANDATE_TEXT}
        _audit(tx, viewer, "mandate:signed", mandate.public_id, detail)
    with made.records.reading() as db:
        return next(view for view in _method_views(db, account_id) if view.public_id == row.public_id)


def make_default(viewer: Viewer, public_id: str) -> None:
    """From now on this one is offered first and pays what is collected automatically."""
    row = _own(viewer, public_id)
    with portal.current().records.transaction() as tx:
        _lock(tx, row)
        chosen = payment_attempts.method_of(tx, row.account_id, public_id)
        repository.make_default(tx, chosen.account_id, chosen.id)
        _audit(tx, viewer, "method:made_default", public_id, {})


def remove_method(viewer: Viewer, public_id: str) -> None:
    """Its mandate ends with it, and with the last one automatic payment; what is on its way is still paid with it."""
    row = _own(viewer, public_id)
    now = portal.current().clock.now()
    with portal.current().records.transaction() as tx:
        _lock(tx, row)
        chosen = payment_attempts.method_of(tx, row.account_id, public_id)
        repository.end_method(tx, chosen.id, now=now)
        left = queries.methods_of(tx, chosen.account_id)
        if left and not any(one.is_default for one in left):
            repository.make_default(tx, chosen.account_id, left[0].id)
        if not left and queries.autopay_of(tx, chosen.account_id):
            repository.save_autopay(tx, chosen.account_id, {"is_on": False, "method_id": None}, now=now)
        _audit(tx, viewer, "method:removed", public_id, {})


@dataclass(frozen=True)
class AutopayWish:
    """What the customer asks for. cap_minor : None for any amount [minor units]; method_public_id : empty for the default."""

    is_on: bool
    cap_minor: int | None = None
    preferred_day: int | None = None
    method_public_id: str = ""
    is_agreed: bool = False


def set_autopay(viewer: Viewer, account_public_id: str, wish: AutopayWish, evidence: Evidence) -> AutopayView:
    """Switch automatic payment on with what was agreed to, or off; the consent is kept with its wording."""
    account_id, number = account_of(viewer, account_public_id, Permission.PAY)
    made = portal.current()
    now = made.clock.now()
    with made.records.transaction() as tx:
        receivables.lock(tx, number)
        values: dict[str, object] = {"is_on": False}
        if wish.is_on:
            values = _autopay_values(tx, account_id, wish) | {
                "consented_at": now, "consented_by": viewer.user_id, "consent_ip": evidence.ip[:45],
                "consent_user_agent": evidence.user_agent[:200], "text_version": AUTOPAY_TEXT,
            }  # fmt: skip
        repository.save_autopay(tx, account_id, values, now=now)
        detail: dict[str, object] = {"cap_minor": wish.cap_minor, "preferred_day": wish.preferred_day}
        _audit(tx, viewer, f"autopay:{'on' if wish.is_on else 'off'}", account_public_id, detail if wish.is_on else {})
    return autopay(viewer, account_public_id)


def _autopay_values(tx: Session, account_id: int, wish: AutopayWish) -> dict[str, object]:
    if not wish.is_agreed:
        raise InvalidInputError("agreed", "missing")
    if wish.cap_minor is not None and wish.cap_minor <= 0:
        raise InvalidInputError("cap", "cap_zero")
    if wish.preferred_day is not None and not 1 <= wish.preferred_day <= 31:
        raise InvalidInputError("preferred_day", "no_day")
    if not queries.methods_of(tx, account_id):
        raise InvalidInputError("method", "no_method")
    chosen = payment_attempts.method_of(tx, account_id, wish.method_public_id).id if wish.method_public_id else None
    return {"is_on": True, "cap_minor": wish.cap_minor, "preferred_day": wish.preferred_day, "method_id": chosen}


def _own(viewer: Viewer, public_id: str) -> PaymentMethod:
    """For those who may pay with it."""
    with portal.current().records.reading() as db:
        row = queries.method_row(db, public_id)
    if row is None:
        raise NotFoundError(what="method")
    require_account(viewer, Permission.PAY, row.account_id)
    return row


def _lock(tx: Session, row: PaymentMethod) -> None:
    receivables.lock(tx, queries.account_number(tx, row.account_id))


def _added(tx: Session, viewer: Viewer, row: PaymentMethod) -> None:
    """The first one becomes the default."""
    _lock(tx, row)
    if not any(one.is_default for one in queries.methods_of(tx, row.account_id)):
        repository.make_default(tx, row.account_id, row.id)
    _audit(tx, viewer, "method:added", row.public_id, {"provider": row.provider})


def _values(found: Method) -> dict[str, object]:
    return {
        "provider_id": found.token, "kind": "sepa" if found.kind == "sepa_debit" else "card", "brand": found.label[:60],
        "last4": found.last4, "expires": found.expires, "state": "active",
    }  # fmt: skip


def _mandate(viewer: Viewer, account_id: int, debit: Debit, account: BankAccount, evidence: Evidence) -> Mandate:
    made = portal.current()
    return Mandate(
        public_id=new_public_id("mandate"), account_id=account_id, reference=debit.mandate_reference,
        creditor_id=made.config.sepa_creditor, holder=debit.holder,
        iban_cipher=cipher.encipher(made.config.secret_key, cipher.IBAN, account.iban), last4=account.last4,
        bank_name=account.bank_name[:120], signed_at=made.clock.now(), signed_by=viewer.user_id, ip=evidence.ip[:45],
        user_agent=evidence.user_agent[:200], text_version=MANDATE_TEXT,
    )  # fmt: skip


def _method_views(db: Session, account_id: int) -> list[MethodView]:
    references = {row.id: row.reference for row in queries.mandates_of(db, account_id)}
    return [
        MethodView(
            row.public_id, row.kind, row.brand, row.last4, row.expires, bool(method_issues(db, row)), row.holder,
            row.is_default, references.get(row.mandate_id or 0, ""),
        )
        for row in queries.methods_of(db, account_id)
    ]  # fmt: skip


def _mandate_view(row: Mandate) -> MandateView:
    return MandateView(
        row.reference, row.creditor_id, row.holder, row.last4, row.bank_name, row.signed_at, row.state == "active",
        row.ended_at,
    )  # fmt: skip


def _audit(tx: Session, viewer: Viewer, action: str, object_id: str, detail: dict[str, object]) -> None:
    event = audit.Event(action, viewer.user_id, object_type="payment_method", object_id=object_id, detail=detail)
    audit.add(tx, event, now=portal.current().clock.now())
