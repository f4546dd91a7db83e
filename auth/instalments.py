"""The form of the instalments page: another amount for the months to come."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Flask, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from auth.policies import route_policy
from auth.session import current_viewer
from domain.errors import InvalidInputError
from domain.payments.amounts import entered_minor
from services import instalment_plans

blueprint = Blueprint("instalments", __name__)
PAGE = "/billing/instalments"
LONGEST = 60  # letters of a field


def install(server: Flask) -> None:
    server.register_blueprint(blueprint)


@blueprint.post(f"{PAGE}/change")
@route_policy(writes=True)
def change() -> BaseResponse:
    """Back to the page, with what became of it and what was typed."""
    contract, typed = _field("contract"), _field("amount")
    try:
        instalment_plans.change(current_viewer(), contract, _amount(typed))
    except InvalidInputError as problem:
        return _to(contract=contract, amount=typed, problem=str(problem.params["remedy"]))
    return _to(contract=contract, done="1")


def _amount(typed: str) -> int:
    found = entered_minor(typed, _field("currency") or "EUR")
    if found is None:
        raise InvalidInputError("amount", "no_amount")
    return found


def _field(name: str) -> str:
    return request.form.get(name, "").strip()[:LONGEST]


def _to(**query: str) -> BaseResponse:
    return redirect(f"{PAGE}?{urlencode(query)}", code=303)
