"""Whom an account's bills are made out to: members read it, owners change it, and no issued bill changes with it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy.orm import Session

from adapters.vat_numbers import has_right_digits
from data.queries import billing as billing_queries
from data.queries import billing_papers as queries
from data.queries import contracts as contract_queries
from data.queries.billing_papers import DatedProfile
from data.repositories import audit
from data.repositories import billing_papers as repository
from domain.access import MEMBER_PERMISSIONS, Permission, Viewer, require_account
from domain.billing.profiles import BillingProfile
from domain.calendar import local_date
from domain.errors import InvalidInputError, Issue, NotFoundError
from domain.text import gettext as _
from services import portal


def profile(viewer: Viewer, account_public_id: str) -> BillingProfile:
    """What bills are made out to from now on; the account's holder and address where nobody has said otherwise."""
    account_id = _account(viewer, account_public_id, Permission.VIEW_BILLING)
    now = portal.current().clock.now()
    with portal.current().records.reading() as db:
        return in_force(db, account_id, local_date(now, _zone(db, account_id)), now)


def history(viewer: Viewer, account_public_id: str) -> list[DatedProfile]:
    """What was said so far and since when, newest first."""
    account_id = _account(viewer, account_public_id, Permission.VIEW_BILLING)
    with portal.current().records.reading() as db:
        return queries.profiles_of(db, account_id)


def change_profile(viewer: Viewer, account_public_id: str, profile: BillingProfile) -> None:
    """Owners alone; it counts for bills issued from now on. InvalidInputError names the first field that is wrong."""
    account_id = _account(viewer, account_public_id, Permission.MANAGE_ACCOUNT)
    wanted = profile.tidy()
    for issue in issues(wanted):
        raise InvalidInputError(issue.field, issue.code, **issue.params)
    made = portal.current()
    now = made.clock.now()
    with made.records.transaction() as tx:
        today = local_date(now, _zone(tx, account_id))
        before = in_force(tx, account_id, today, now)
        if wanted == before:
            return
        repository.add_profile(
            tx, wanted, account_id=account_id, valid_from=today, made_by=viewer.user_id or None, now=now
        )
        changed = sorted(name for name, value in asdict(wanted).items() if value != getattr(before, name))
        event = audit.Event(
            "billing_profile:changed", viewer.user_id, None, "account", account_public_id, {"fields": changed}
        )
        audit.add(tx, event, now=now)


def issues(wanted: BillingProfile) -> list[Issue]:
    """Everything that is wrong with a tidy profile, field by field."""
    found = wanted.issues()
    if wanted.vat_id and not any(one.field == "vat_id" for one in found) and not has_right_digits(wanted.vat_id):
        found.append(Issue("vat_id", "wrong_digits"))
    return found


def may_change(viewer: Viewer, account_public_id: str) -> bool:
    """Whether the viewer may change it: owners of the account, never staff on a visit."""
    account_id = _account(viewer, account_public_id, Permission.VIEW_BILLING)
    role = dict(viewer.memberships).get(account_id)
    return role is not None and Permission.MANAGE_ACCOUNT in MEMBER_PERMISSIONS[role]


def shows_net(viewer: Viewer) -> bool:
    """Whether the viewer's bills are listed without VAT: as the first account of theirs says."""
    if not viewer.account_ids or not viewer.sees_customer_pages:
        return False
    own = min(viewer.account_ids)
    now = portal.current().clock.now()
    with portal.current().records.reading() as db:
        return in_force(db, own, local_date(now, _zone(db, own)), now).amounts == "net"


def sentence(issue: Issue) -> str:
    """What is wrong with a field, and what to do about it."""
    own = {
        "unknown_country": _("Begin the VAT id with the two letters of its country, as in DE136695976."),
        "unlike_country": _(
            "This VAT id has not the form of its country: compare it with the letter of your tax office."
        ),
        "wrong_digits": _("The check digit of this VAT id does not fit: one of its digits is mistyped."),
        "not_two_letters": _("Write the country as two letters, such as DE."),
        "no_address": _("This is no e-mail address: compare it with one that works."),
        "missing": _("This is needed on a bill: please fill it in."),
        "too_long": _("This is too long for a bill."),
    }
    return own.get(issue.code) or _("This cannot be used.")


def in_force(db: Session, account_id: int, day: date, known_at: datetime) -> BillingProfile:
    """For services that have asked: what a bill issued on a local day is made out to."""
    found = queries.profile_at(db, account_id, day, known_at)
    if found is not None:
        return found
    holder = queries.account_holder(db, account_id)
    if holder is None:
        raise NotFoundError(what="account")
    return BillingProfile(
        legal_name=holder.name, street=holder.street, postcode=holder.postcode, city=holder.city,
        country=holder.country, email=holder.email, amounts="net" if holder.kind == "business" else "gross",
    )  # fmt: skip


def _account(viewer: Viewer, public_id: str, permission: Permission) -> int:
    with portal.current().records.reading() as db:
        found = billing_queries.account_id_of(db, public_id)
    if found is None or not viewer.sees_customer_pages:
        raise NotFoundError(what="account")
    require_account(viewer, permission, found[0])
    return found[0]


def _zone(db: Session, account_id: int) -> str:
    """Of the newest contract; days of accounts without one begin in UTC."""
    contracts = contract_queries.contracts_of(db, [account_id])
    return contracts[0].zone_name if contracts else "UTC"
