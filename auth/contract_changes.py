"""Forms of the page where a contract is ended or changed."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, Flask, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from auth.policies import route_policy
from auth.session import current_viewer
from domain.contracts.changes import LONGEST
from domain.errors import InvalidInputError
from services import change_requests

blueprint = Blueprint("contract_changes", __name__)
PAGE = "/contracts/change"
DATES = {"earliest", "latest", "end", "first"}


def install(server: Flask) -> None:
    server.register_blueprint(blueprint)


@blueprint.post(f"{PAGE}/ask")
@route_policy(writes=True)
def ask() -> BaseResponse:
    """Back to the page with what became of it, or with the field that is wrong and what was typed."""
    contract, kind, day, text = _field("contract"), _field("kind"), _field("day"), _field("text", LONGEST + 1)
    try:
        found = change_requests.ask(current_viewer(), contract, kind, _day(day), text, _field("key"))
    except InvalidInputError as problem:
        days = {name: str(value) for name, value in problem.params.items() if name in DATES}
        told = {"problem": str(problem.params["remedy"]), "field": str(problem.params["field"]), **days}
        return _to(contract=contract, kind=kind, day=day, text=text[:LONGEST], **told)
    return _to(contract=contract, done=found.public_id)


@blueprint.post(f"{PAGE}/withdraw")
@route_policy(writes=True)
def withdraw() -> BaseResponse:
    try:
        found = change_requests.withdraw(current_viewer(), _field("request"))
    except InvalidInputError as problem:
        return _to(contract=_field("contract"), problem=str(problem.params["remedy"]), field="request")
    return _to(contract=found.contract_public_id, done=found.public_id)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _field(name: str, longest: int = 80) -> str:
    return request.form.get(name, "").strip()[:longest]


def _to(**query: str) -> BaseResponse:
    return redirect(f"{PAGE}?{urlencode({name: value for name, value in query.items() if value})}", code=303)
