"""Forms of the page of help with paying: a later day, parts, and credit paid out."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, Flask, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from auth.policies import route_policy
from auth.session import current_viewer
from domain.errors import InvalidInputError
from domain.payments.amounts import entered_minor
from domain.payments.refunds import RefundAsk
from services import plans, refunds

blueprint = Blueprint("payment_help", __name__)
PAGE = "/billing/help"
LONGEST = 210  # letters of a field
TOLD = ("first", "last", "most_minor", "least", "most", "currency")


def install(server: Flask) -> None:
    server.register_blueprint(blueprint)


@blueprint.post(f"{PAGE}/extension")
@route_policy(writes=True)
def extension() -> BaseResponse:
    """Granted at once or asked of staff; else back with the field that is wrong and what was typed."""
    try:
        found = plans.ask_extension(current_viewer(), _field("document"), _day("until"))
    except InvalidInputError as problem:
        return _back("extension", problem, "document", "until")
    return _to(done=f"extension_{found.state}")


@blueprint.post(f"{PAGE}/plan")
@route_policy(writes=True)
def plan() -> BaseResponse:
    try:
        found = plans.ask_plan(current_viewer(), _field("account"), _months(), _day("first_due"), _currency())
    except InvalidInputError as problem:
        return _back("plan", problem, "months", "first_due")
    return _to(done=f"plan_{found.state}")


@blueprint.post(f"{PAGE}/refund")
@route_policy(writes=True)
def refund() -> BaseResponse:
    """The account number is not sent back: it would stand in the address."""
    try:
        currency = _currency()
        amount = entered_minor(_field("amount"), currency)
        asked = RefundAsk(_known(amount), currency, _field("reason"), iban=_field("iban"), holder=_field("holder"))
        refunds.ask_refund(current_viewer(), _field("account"), asked)
    except InvalidInputError as problem:
        return _back("refund", problem, "amount", "holder", "reason")
    return _to(done="refund_asked")


def _known(amount_minor: int | None) -> int:
    if amount_minor is None:
        raise InvalidInputError("amount", "no_amount")
    return amount_minor


def _currency() -> str:
    """Of the account, as the form had it."""
    text = _field("currency")
    return text if len(text) == 3 and text.isascii() and text.isupper() else "EUR"


def _months() -> int:
    text = _field("months")
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        return 0
    return int(text)


def _day(name: str) -> date:
    try:
        return date.fromisoformat(_field(name))
    except ValueError:
        raise InvalidInputError(name, "no_date") from None


def _field(name: str) -> str:
    return request.form.get(name, "").strip()[:LONGEST]


def _back(form: str, problem: InvalidInputError, *typed: str) -> BaseResponse:
    told = {name: str(value) for name, value in problem.params.items() if name in TOLD}
    held = {name: _field(name) for name in typed}
    return _to(form=form, problem=str(problem.params["remedy"]), field=str(problem.params["field"]), **held, **told)


def _to(**query: str) -> BaseResponse:
    kept = {"account": _field("account"), **query}
    return redirect(f"{PAGE}?{urlencode({name: value for name, value in kept.items() if value})}", code=303)
