"""Forms of the contracts pages: ordering another tariff, and taking an order back."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, Flask, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from auth.policies import route_policy
from auth.session import current_viewer
from domain.errors import InvalidInputError
from services import contract_switching

blueprint = Blueprint("contracts", __name__)
SWITCH, ORDER = "/contracts/switch", "/contracts/order"
LONGEST = 60  # letters of a field
DATES = {"earliest", "latest", "until", "end", "first"}


def install(server: Flask) -> None:
    server.register_blueprint(blueprint)


@blueprint.post(f"{SWITCH}/confirm")
@route_policy(writes=True)
def confirm() -> BaseResponse:
    """To the confirmation, or back to the form with the field that is wrong and what was chosen."""
    contract, tariff, start = _field("contract"), _field("tariff"), _field("start")
    given = [name for name in contract_switching.CONSENTS if _field(f"consent_{name}")]
    try:
        found = contract_switching.order(current_viewer(), contract, tariff, _day(start), given, _field("key"))
    except InvalidInputError as problem:
        chosen = {"contract": contract, "tariff": tariff, "start": start, "given": ",".join(given)}
        return _to(SWITCH, **chosen, **_told(problem))
    return _to(ORDER, contract=found.contract_public_id, order=found.public_id, done="1")


@blueprint.post(f"{ORDER}/withdraw")
@route_policy(writes=True)
def withdraw() -> BaseResponse:
    contract, order = _field("contract"), _field("order")
    try:
        contract_switching.withdraw(current_viewer(), contract, order)
    except InvalidInputError as problem:
        return _to(ORDER, contract=contract, order=order, **_told(problem))
    return _to(ORDER, contract=contract, order=order)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInputError("start", "no_date") from None


def _field(name: str) -> str:
    return request.form.get(name, "").strip()[:LONGEST]


def _told(problem: InvalidInputError) -> dict[str, str]:
    """The problem's code and its days: the page says the sentence beside the field."""
    days = {name: str(value) for name, value in problem.params.items() if name in DATES}
    return {"problem": str(problem.params["remedy"]), "field": str(problem.params["field"]), **days}


def _to(page: str, **query: str) -> BaseResponse:
    return redirect(f"{page}?{urlencode({name: value for name, value in query.items() if value})}", code=303)
