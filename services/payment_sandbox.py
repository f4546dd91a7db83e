"""The embedded provider's own pages, for the customer whose payment or card it is: demo only, no card number is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args
from urllib.parse import urlsplit

from adapters.payments.base import Method
from adapters.payments.sandbox import METHODS, Choice, Page
from data.queries import payments as queries
from domain.access import Permission, Viewer, require_account
from domain.errors import InvalidInputError, NotFoundError
from services import portal
from services.jobs import enqueue
from services.payment_providers import sandbox
from services.payment_runs import TELL

SETUP = "sse_"


@dataclass(frozen=True)
class SandboxPage:
    """payment : None where a card is being added; cards : those that can be added; return_path : back to the portal."""

    public_id: str
    return_path: str
    payment: Page | None
    cards: tuple[Method, ...]


def page(viewer: Viewer, provider_id: str) -> SandboxPage:
    """What the page of a payment or of an adding shows; somebody else's is missing."""
    _require_own(viewer, provider_id)
    if provider_id.startswith(SETUP):
        cards = tuple(method for method in METHODS.values() if method.kind == "card")
        return SandboxPage(provider_id, _path(sandbox().setup_page(provider_id)), None, cards)
    shown = sandbox().page(provider_id)
    return SandboxPage(provider_id, _path(shown.return_url), shown, ())


def choose(viewer: Viewer, provider_id: str, choice: str) -> str:
    """What was pressed on that page; where it leads back to. The news goes out to the portal as a message."""
    shown = page(viewer, provider_id)
    if shown.payment is None:
        if choice != "cancel":
            sandbox().choose_method(provider_id, choice)
        return shown.return_path
    known = next((one for one in get_args(Choice) if one == choice), None)
    if known is None:
        raise InvalidInputError("choice", "unknown")
    sandbox().choose(provider_id, known)
    made = portal.current()
    with made.records.transaction() as tx:
        enqueue(tx, TELL, {}, now=made.clock.now())
    return shown.return_path if known != "authenticate" else f"/sandbox/pay/{provider_id}"


def _require_own(viewer: Viewer, provider_id: str) -> None:
    with portal.current().records.reading() as db:
        find = queries.method_in_setup if provider_id.startswith(SETUP) else queries.payment_at
        row = find(db, sandbox().name, provider_id)
    if row is None:
        raise NotFoundError(what="payment")
    require_account(viewer, Permission.PAY, row.account_id)


def _path(return_url: str) -> str:
    """Within the portal, whatever name of the machine it was opened by."""
    return urlsplit(return_url).path
