"""Forms of the payments page, the providers' messages, and the ways back from a provider's page."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from adapters.payments.base import ProviderRefusedError, ProviderUnreachableError, SignatureError
from auth.policies import route_policy
from auth.public import WEBHOOKS
from auth.session import CSRF_FIELD, current_viewer
from domain.errors import InvalidInputError
from domain.payments.amounts import entered_minor
from domain.text import gettext as _
from services import payment_facts, payment_methods, payments, portal
from services.payment_methods import AutopayWish, DebitWish, Evidence

blueprint = Blueprint("payments", __name__)
PAGE = "/billing/payments"
LONGEST = 200  # letters of a field


def install(server: Flask) -> None:
    server.register_blueprint(blueprint)


@blueprint.post(f"{WEBHOOKS}payments/<provider>")
def message(provider: str) -> tuple[Response, int]:
    """From a provider's server, without a session: what counts is the signature over the raw bytes."""
    try:
        payment_facts.receive(provider, request.get_data(), request.headers)
    except SignatureError:
        return jsonify(error="signature"), 400
    return jsonify(received=True), 200


@blueprint.post(f"{PAGE}/pay")
@route_policy(writes=True)
def pay() -> BaseResponse:
    """To the provider's page, or back with what became of it."""
    account, amount = _field("account"), _field("amount")
    try:
        begun = payments.start_payment(
            current_viewer(), account, _amount("amount"), _field("document") or None, _method(),
            _field("key"),
        )  # fmt: skip
    except InvalidInputError as problem:
        return _back(account, problem, amount=amount, document=_field("document"))
    if begun.redirect_url:
        return _leave(begun.redirect_url)
    return _to_page(account, payment=begun.payment_public_id)


@blueprint.get(f"{PAGE}/return/<public_id>")
@route_policy(writes=True)
def came_back(public_id: str) -> BaseResponse:
    """From the provider's page: what it says now is asked, whether or not its message has come."""
    payments.refresh(current_viewer(), public_id)
    return _to_page(payment=public_id)


@blueprint.post(f"{PAGE}/card")
@route_policy(writes=True)
def add_card() -> BaseResponse:
    try:
        return _leave(payment_methods.add_card(current_viewer(), _field("account")))
    except (ProviderRefusedError, ProviderUnreachableError):
        return _to_page(_field("account"), problem="provider", field="card")


@blueprint.get(f"{PAGE}/added/<public_id>")
@route_policy(writes=True)
def card_added(public_id: str) -> BaseResponse:
    try:
        found = payment_methods.card_added(current_viewer(), public_id)
    except InvalidInputError as problem:
        return _back("", problem)
    return _to_page(done="method" if found else "no_method")


@blueprint.post(f"{PAGE}/debit")
@route_policy(writes=True)
def add_debit() -> BaseResponse:
    """The account number is not sent back: it would stand in the address."""
    account = _field("account")
    wish = DebitWish(_field("holder"), _field("iban"), bool(_field("agreed")))
    try:
        payment_methods.add_debit(current_viewer(), account, wish, _evidence())
    except InvalidInputError as problem:
        return _back(account, problem, form="debit")
    except (ProviderRefusedError, ProviderUnreachableError):
        return _to_page(account, problem="provider", field="iban", form="debit")
    return _to_page(account, done="method")


@blueprint.post(f"{PAGE}/default")
@route_policy(writes=True)
def make_default() -> BaseResponse:
    payment_methods.make_default(current_viewer(), _field("method"))
    return _to_page(_field("account"), done="default")


@blueprint.post(f"{PAGE}/remove")
@route_policy(writes=True)
def remove() -> BaseResponse:
    payment_methods.remove_method(current_viewer(), _field("method"))
    return _to_page(_field("account"), done="removed")


@blueprint.post(f"{PAGE}/autopay")
@route_policy(writes=True)
def set_autopay() -> BaseResponse:
    account, is_on = _field("account"), _field("on") == "1"
    try:
        wish = _autopay_wish() if is_on else AutopayWish(is_on=False)
        payment_methods.set_autopay(current_viewer(), account, wish, _evidence())
    except InvalidInputError as problem:
        return _back(account, problem, form="autopay")
    return _to_page(account, done="autopay_on" if is_on else "autopay_off")


def _autopay_wish() -> AutopayWish:
    day = _field("preferred_day")
    cap_minor = _amount("cap") if _field("cap") else None
    if day and not (day.isascii() and day.isdigit() and len(day) <= 2):
        raise InvalidInputError("preferred_day", "no_day")
    return AutopayWish(True, cap_minor, int(day) if day else None, _method() or "", bool(_field("agreed")))


def _amount(name: str) -> int:
    """What somebody typed. [minor units]"""
    found = entered_minor(_field(name), _field("currency") or "EUR")
    if found is None:
        raise InvalidInputError(name, "no_amount")
    return found


def _method() -> str | None:
    """The chosen way to pay; None for one that the provider's page offers."""
    chosen = _field("method")
    return None if chosen in {"", "another", "default"} else chosen


def _field(name: str) -> str:
    return request.form.get(name, "").strip()[:LONGEST]


def _evidence() -> Evidence:
    return Evidence(request.remote_addr or "", request.headers.get("User-Agent", ""))


def _back(account: str, problem: InvalidInputError, **more: str) -> BaseResponse:
    """With the problem's code and figures: the page says the sentence beside the field."""
    told = {name: str(value) for name, value in problem.params.items() if name in {"most_minor", "currency"}}
    return _to_page(account, problem=str(problem.params["remedy"]), field=str(problem.params["field"]), **told, **more)


def _to_page(account: str = "", **query: str) -> BaseResponse:
    wanted = {name: value for name, value in {"account": account, **query}.items() if value}
    return redirect(f"{PAGE}?{urlencode(wanted)}" if wanted else PAGE, code=303)


def _leave(page_url: str) -> BaseResponse:
    """A form may lead to our own pages alone, so another's page is opened by a page in between."""
    if page_url.startswith("/"):
        return redirect(page_url, code=303)
    brand = portal.current().config.brand_name
    texts = {"title": _("You pay on our provider's page"), "label": _("Go on to the payment page"), "brand": brand}
    return make_response(render_template("leaving.html", page_url=page_url, csrf_field=CSRF_FIELD, **texts))
