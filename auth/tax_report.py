"""The tax report of a year as a file, for whoever may see the bills."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, request

from auth.policies import route_policy
from auth.session import current_viewer
from domain.errors import NotFoundError
from services import tax_report

blueprint = Blueprint("tax_report", __name__)
PAGE = "/billing/tax"


def install(server: Flask) -> None:
    server.register_blueprint(blueprint)


@blueprint.get(f"{PAGE}.csv")
@route_policy()
def as_csv() -> Response:
    """The mark at its beginning tells spreadsheets how its letters are written."""
    year, site = _asked()
    text = tax_report.as_csv(current_viewer(), year, site)
    return _attachment(f"\ufeff{text}", "text/csv", f"vat-{year}.csv")


@blueprint.get(f"{PAGE}.pdf")
@route_policy()
def as_pdf() -> Response:
    year, site = _asked()
    return _attachment(tax_report.as_pdf(current_viewer(), year, site), "application/pdf", f"vat-{year}.pdf")


def _asked() -> tuple[int, str]:
    """The year and the site of the address; a file is always of one year."""
    year = request.args.get("year", "")
    if not (year.isascii() and year.isdigit() and len(year) == 4 and year > "1900"):
        raise NotFoundError(what="year")
    return int(year), request.args.get("site", "")[:64]


def _attachment(content: str | bytes, mime_type: str, name: str) -> Response:
    answer = Response(content, mimetype=mime_type)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
