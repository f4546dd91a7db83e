"""Files for their owner: an export at once, the order of a large one, and the file when it is ready."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, redirect, request, send_file
from werkzeug.wrappers import Response as BaseResponse

from auth import papers
from auth.policies import route_policy
from auth.session import current_viewer
from domain.errors import InvalidInputError
from services import exports

blueprint = Blueprint("downloads", __name__)
PAGE = exports.PAGE
FIELDS = ("site", "first", "last", "resolution", "format", "register")


def install(server: Flask) -> None:
    server.register_blueprint(blueprint)
    papers.install(server)


@blueprint.post(f"{PAGE}/download")
@route_policy(writes=True)
def download() -> BaseResponse:
    """Small exports at once; a large one becomes a job, and its owner goes back to the page that shows it."""
    asked = {name: request.form[name][:64] for name in FIELDS if request.form.get(name)}
    viewer = current_viewer()
    try:
        wanted = exports.request_of(asked)
        plan = exports.prepare(viewer, wanted.site, wanted)
        if plan.is_small:
            made = exports.download_now(viewer, plan)
            return _attachment(send_file(BytesIO(made.content), made.mime_type, True, made.name))
        return _back(asked, ordered=exports.order(viewer, plan))
    except InvalidInputError as problem:
        return _back(asked, problem=str(problem.params["remedy"]))


@blueprint.get(f"{PAGE}/file/<public_id>")
@route_policy(writes=True)
def finished(public_id: str) -> BaseResponse:
    path, name, mime_type = exports.finished_file(current_viewer(), public_id)
    return _attachment(send_file(path.resolve(), mime_type, True, name, conditional=False))


def _back(asked: dict[str, str], **more: str) -> BaseResponse:
    return redirect(f"{PAGE}?{urlencode({**asked, **more})}", code=303)


def _attachment(answer: Response) -> Response:
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
