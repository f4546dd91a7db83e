"""The embedded provider's page, in a demo alone: what a real provider shows on its own address."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from adapters.documents import formats
from adapters.payments.base import ProviderRefusedError
from auth.policies import route_policy
from auth.session import CSRF_FIELD, csrf_token, current_viewer
from domain.text import current_locale
from domain.text import gettext as _
from services import payment_sandbox, portal

blueprint = Blueprint("sandbox", __name__)


def install(server: Flask) -> None:
    server.register_blueprint(blueprint)


@blueprint.get("/sandbox/pay/<provider_id>")
@route_policy(writes=True)
def show(provider_id: str) -> Response:
    shown = payment_sandbox.page(current_viewer(), provider_id)
    config = portal.current().config
    theme = request.cookies.get("portal_theme", "")
    page = render_template(
        "sandbox.html", shown=shown, choices=_choices(shown), heading=_heading(shown), lead=_lead(shown),
        problem=_("This payment is over. Go back to the portal.") if request.args.get("over") else "",
        token=csrf_token(), csrf_field=CSRF_FIELD, brand=config.brand_name, locale=current_locale(), _=_,
        theme=theme if theme in {"light", "dark"} else "",
    )  # fmt: skip
    return make_response(page)


@blueprint.post("/sandbox/pay/<provider_id>")
@route_policy(writes=True)
def choose(provider_id: str) -> BaseResponse:
    choice = request.form.get("choice", "")[:40]
    try:
        return redirect(payment_sandbox.choose(current_viewer(), provider_id, choice), code=303)
    except ProviderRefusedError:
        return redirect(f"/sandbox/pay/{provider_id}?over=1", code=303)


def _heading(shown: payment_sandbox.SandboxPage) -> str:
    if shown.payment is None:
        return _("Add a card")
    return _("Pay {amount}", amount=formats.amount(shown.payment.amount_minor, shown.payment.currency))


def _lead(shown: payment_sandbox.SandboxPage) -> str:
    if shown.payment is None:
        return _("Choose how the invented card behaves when it is charged.")
    if shown.payment.is_over:
        return _("This payment is over. Go back to the portal.")
    if shown.payment.asks_bank:
        return _("Your bank asks you to confirm the payment of {reference}.", reference=shown.payment.reference)
    return _("For {reference}. Choose what happens to the payment.", reference=shown.payment.reference)


def _choices(shown: payment_sandbox.SandboxPage) -> list[tuple[str, str, str]]:
    """Value, label and what follows; the first one is the button to press."""
    if shown.payment is None:
        known = _cards()
        found = [(card.token, f"{card.label} ···· {card.last4}", known.get(card.token, "")) for card in shown.cards]
        return [*found, ("cancel", _("Add no card"), "")]
    if shown.payment.is_over:
        return []
    confirm = ("approve", _("Confirm"), _("The money arrives at once."))
    refuse = ("decline", _("Decline"), _("The payment fails."))
    if shown.payment.asks_bank:
        return [confirm, refuse]
    return [
        ("approve", _("Approve"), _("The money arrives at once.")),
        ("authenticate", _("Ask the bank"), _("The bank asks for a confirmation first.")),
        ("direct_debit", _("Direct debit"), _("The money arrives after two days.")),
        ("direct_debit_returned", _("Direct debit that comes back"), _("It arrives after two days and is returned after seven.")),
        refuse,
        ("cancel", _("Cancel"), _("Nothing is paid.")),
    ]  # fmt: skip


def _cards() -> dict[str, str]:
    return {
        "card-good": _("Pays."), "card-no-funds": _("Is declined for want of funds."),
        "card-expired": _("Has expired: the portal refuses it."), "card-asks": _("Asks for a confirmation each time."),
        "card-silent": _("Pays, and the answer is lost on the way."),
    }  # fmt: skip
