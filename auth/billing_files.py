"""Files of the billing pages for whom they belong to: the history of an account, and what a line was computed from."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, request

from auth.policies import route_policy
from auth.session import current_viewer
from services import billing_history
from services.billing_history import Filter

blueprint = Blueprint("billing_files", __name__)


def install(server: Flask) -> None:
    server.register_blueprint(blueprint)


@blueprint.get("/billing/history.csv")
@route_policy(writes=True)
def history() -> Response:
    year = request.args.get("year", "")
    asked = Filter(
        group=request.args.get("show", "")[:20],
        year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
        account=request.args.get("account", "")[:64],
    )
    return _attachment(billing_history.as_csv(current_viewer(), asked), "history.csv")


def _attachment(text: str, name: str) -> Response:
    """A private file; the mark at its beginning tells spreadsheets how its letters are written."""
    answer = Response(f"\ufeff{text}", mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
