"""The sheet of prices and conditions of a contract as a file, for whoever may see the contract."""

from __future__ import annotations

from flask import Blueprint, Flask, Response

from auth.policies import route_policy
from auth.session import current_viewer
from services import contract_papers

blueprint = Blueprint("contract_papers", __name__)


def install(server: Flask) -> None:
    server.register_blueprint(blueprint)


@blueprint.get("/contracts/<contract>/prices.pdf")
@route_policy()
def price_sheet(contract: str) -> Response:
    return _attachment(contract_papers.price_sheet(current_viewer(), contract), "application/pdf", "prices.pdf")


@blueprint.get("/contracts/<contract>/prices.csv")
@route_policy()
def price_csv(contract: str) -> Response:
    """The mark at its beginning tells spreadsheets how its letters are written."""
    text = contract_papers.price_csv(current_viewer(), contract)
    return _attachment(f"\ufeff{text}", "text/csv", "prices.csv")


def _attachment(content: str | bytes, mime_type: str, name: str) -> Response:
    answer = Response(content, mimetype=mime_type)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
