"""The proof of one line of a bill, as a file for whom the bill is."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, request

from auth.policies import route_policy
from auth.session import current_viewer
from domain.errors import NotFoundError
from services import billing_proof

blueprint = Blueprint("billing_proof", __name__)


def install(server: Flask) -> None:
    server.register_blueprint(blueprint)


@blueprint.get("/billing/<invoice>/proof.csv")
@route_policy()
def proof(invoice: str) -> Response:
    asked = request.args.get("line", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 4):
        raise NotFoundError(what="line")
    name, text = billing_proof.as_csv(current_viewer(), invoice, int(asked))
    answer = Response(text, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
