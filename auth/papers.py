"""Bills as files for their owner: PDF, e-invoice, and a year of them as a zip."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Flask, Response, request, send_file
from werkzeug.wrappers import Response as BaseResponse

from auth.policies import route_policy
from auth.session import current_viewer
from domain.errors import NotFoundError
from services import invoice_files
from services.billing_list import Filter
from services.invoice_files import PaperFile

blueprint = Blueprint("papers", __name__)
PAGE = "/billing"


def install(server: Flask) -> None:
    server.register_blueprint(blueprint)


@blueprint.get(f"{PAGE}/<invoice>/pdf")
@route_policy()
def pdf(invoice: str) -> BaseResponse:
    return _attachment(invoice_files.pdf(current_viewer(), invoice))


@blueprint.get(f"{PAGE}/<invoice>/xml")
@route_policy()
def xml(invoice: str) -> BaseResponse:
    return _attachment(invoice_files.einvoice(current_viewer(), invoice))


@blueprint.get(f"{PAGE}/invoices.zip")
@route_policy()
def all_of_a_year() -> BaseResponse:
    """`?year=2026` of all accounts, or of the one of `&account=`; `&kind=`, `&status=` and `&site=` as the list of bills."""
    viewer, asked = current_viewer(), request.args
    year, account = asked.get("year", ""), asked.get("account", "")
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        raise NotFoundError(what="documents")
    if account:
        pieces = invoice_files.all_as_zip(viewer, account, int(year))
    else:
        wanted = Filter(asked.get("kind", ""), asked.get("status", ""), int(year), asked.get("site", ""))
        pieces = invoice_files.chosen_as_zip(viewer, wanted)
    answer = Response(pieces, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f"attachment; filename=invoices-{year}.zip"
    return _private(answer)


def _attachment(made: PaperFile) -> BaseResponse:
    return _private(send_file(BytesIO(made.content), made.mime_type, True, made.name))


def _private(answer: Response) -> Response:
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
