"""Error pages with a reference: plain HTML that needs neither Dash nor the stores."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, jsonify, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from adapters import logs
from adapters.metrics import Metrics
from domain.errors import DomainError
from domain.text import current_locale
from domain.text import gettext as _
from services import portal

log = logging.getLogger("portal.errors")


def install(server: Flask, metrics: Metrics) -> None:
    @server.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        if error.response is not None:  # abort(response) has already said everything
            return Response(error.response.get_data(), status=error.response.status_code)
        return answer(error.code or 500)

    @server.errorhandler(DomainError)
    def _domain(error: DomainError) -> Response:
        return answer(error.status)

    @server.errorhandler(OperationalError)
    def _records_away(error: OperationalError) -> Response:
        log.error("the records cannot be reached", exc_info=error, extra={"path": request.path})
        metrics.errors.labels("records").inc()
        response = answer(503)
        response.headers["Retry-After"] = "5"
        return response

    @server.errorhandler(Exception)
    def _accident(error: Exception) -> Response:
        log.error("unexpected error", exc_info=error, extra={"path": request.path, "method": request.method})
        metrics.errors.labels("route").inc()
        return answer(500)


def answer(status: int) -> Response:
    """JSON for scripts, a page for people; both carry the reference of the log line."""
    reference = g.get("reference") or logs.new_reference()
    if request.path.startswith(("/_dash", "/api/")):
        return _with_status(jsonify(error=_codes().get(status, "refused"), reference=reference), status)
    title, text = _texts(status)
    page = render_template(
        "error.html",
        title=title,
        text=text,
        note=_("Reference {reference}", reference=reference),
        home=_("Go to the start page"),
        brand=portal.current().config.brand_name,
        locale=current_locale(),
        theme=_theme(),
    )
    return _with_status(Response(page, mimetype="text/html"), status)


def _with_status(response: Response, status: int) -> Response:
    response.status_code = status
    return response


def _theme() -> str:
    theme = request.cookies.get("portal_theme", "")
    return theme if theme in {"light", "dark"} else ""


def _codes() -> dict[int, str]:
    return {400: "malformed", 401: "sign_in", 403: "forbidden", 404: "not_found", 405: "method", 503: "unavailable"}


def _texts(status: int) -> tuple[str, str]:
    """Heading and sentence of an error page; other refusals read as a request that cannot be used."""
    if status >= 500 and status != 503:
        return _("Something went wrong"), _(
            "The fault is ours and has been noted. Your data is safe. Please try again."
        )
    known = {
        401: (_("Please sign in"), _("This page is only for people who have signed in.")),
        403: (_("This is not open to you"), _("Your sign-in does not allow this. If it should, please tell us.")),
        404: (_("There is no such page"), _("The address may be mistyped, or the page is not yours to see.")),
        405: (_("This cannot be opened here"), _("Please go back and use the buttons of the page.")),
        413: (_("This is too large"), _("Please send a smaller file.")),
        429: (_("Too many attempts"), _("Please wait a little and try again.")),
        503: (_("We will be back in a moment"), _("The portal is being restarted. Nothing is lost. Please try again.")),
    }
    return known.get(status, (_("This request cannot be used"), _("Please go back and try again.")))
