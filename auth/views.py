"""Plain HTML routes: sign in, sign out, and the start and end of the read-only view."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from auth import signin_page
from auth.csrf import anonymous_token, sign_in_cookie
from auth.locales import LOCALE_COOKIE
from auth.next_url import safe_next
from auth.page_access import landing
from auth.policies import CUSTOMER_CARE, EVERYONE, STAFF, route_policy
from auth.session import (
    CSRF_FIELD,
    clear_session_cookies,
    cookie_name,
    current_caller,
    current_viewer,
    set_session_cookies,
)
from domain.access import Role
from domain.errors import InvalidInputError
from domain.text import available_locales
from domain.text import gettext as _
from services import admin, identity, portal

blueprint = Blueprint("auth", __name__, template_folder="templates")
YEAR_S = 365 * 24 * 3600


def install(server: Flask) -> None:
    """Add the routes; the guard decides who reaches them."""
    server.jinja_env.globals.setdefault("asset", lambda path: path)  # fingerprinted where static files are served
    server.register_blueprint(blueprint)


@blueprint.get("/login")
def show_sign_in() -> BaseResponse:
    if request.args.get("lang") in available_locales():
        return _switch_language(request.args["lang"])
    if not current_viewer().is_anonymous:
        return redirect(safe_next(request.args.get("next", ""), landing(current_viewer())))
    return _sign_in_page(request.args.get("next", ""), email=signin_page.demo_email(request.args.get("as", "")))


@blueprint.post("/login")
def do_sign_in() -> BaseResponse:
    email, password = request.form.get("email", ""), request.form.get("password", "")
    wanted = request.form.get("next", "")
    if not email.strip() or not password:
        return _sign_in_page(wanted, email=email, error=_("Enter your e-mail address and your password."), status=400)
    agent = request.headers.get("User-Agent", "")
    result = identity.sign_in(email, password, ip=request.remote_addr or "", user_agent=agent)
    if isinstance(result, identity.Refused):
        status = 429 if result.code in {"throttled", "busy"} else 401
        page = _sign_in_page(wanted, email=email, error=signin_page.sentence(result), status=status)
        if status == 429:
            page.headers["Retry-After"] = str(60 * result.minutes)
        return page
    return _enter(result, wanted)


def _enter(signed_in: identity.SignedIn, wanted: str) -> BaseResponse:
    """The old session of this browser ends; the new one has a new id."""
    if current_caller() is not None:
        identity.sign_out(request.cookies.get(cookie_name(), ""))
    home = "/dashboard" if signed_in.role is Role.CUSTOMER else "/admin"
    answer = redirect(safe_next(wanted, home), code=303)
    set_session_cookies(answer, signed_in)
    return answer


def _sign_in_page(wanted: str, *, email: str = "", error: str = "", status: int = 200) -> Response:
    token = anonymous_token(request.cookies.get(sign_in_cookie(), ""))
    page = signin_page.view(wanted=safe_next(wanted, ""), email=email[:254], error=error, note=_why(), token=token)
    answer = make_response(render_template("signin.html", page=page, _=_, csrf_field=CSRF_FIELD), status)
    secure = not portal.current().config.is_demo
    answer.set_cookie(sign_in_cookie(), token, secure=secure, samesite="Lax", path="/", httponly=True)
    return answer


def _why() -> str:
    """Signing out takes the session's cookie away; whoever still brings one had a session that has ended."""
    if request.args.get("ended") == "here":
        return _("You are signed out.")
    if request.cookies.get(cookie_name()):
        return _("Your session has ended. Sign in to go on where you were.")
    return ""


def _switch_language(locale: str) -> BaseResponse:
    wanted = safe_next(request.args.get("next", ""), "")
    answer = redirect(signin_page.address(wanted))
    secure = not portal.current().config.is_demo
    answer.set_cookie(LOCALE_COOKIE, locale, max_age=YEAR_S, secure=secure, samesite="Lax", path="/")
    return answer


def expired_form() -> Response:
    """The sign-in form again when its token is missing or from another page."""
    wanted, email = request.form.get("next", ""), request.form.get("email", "")
    return _sign_in_page(wanted, email=email, error=_("This form was open for too long. Try again."), status=403)


@blueprint.post("/logout")
@route_policy(roles=EVERYONE)
def sign_out() -> BaseResponse:
    identity.sign_out(request.cookies.get(cookie_name(), ""))
    answer = redirect("/login?ended=here", code=303)
    clear_session_cookies(answer)
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


@blueprint.post("/admin/view-as")
@route_policy(roles=CUSTOMER_CARE, writes=True)
def start_view_as() -> BaseResponse:
    """From the customer page's form; back to it with the problem when the reason is missing."""
    caller = current_caller()
    back = safe_next(request.form.get("back", ""), "/admin/customers")
    assert caller is not None, "the guard lets only signed-in people pass"
    try:
        admin.start_view_as(
            caller.viewer, caller.id_hash, request.form.get("account", "")[:40], request.form.get("reason", "")
        )
    except InvalidInputError:
        return redirect(f"{back}{'&' if '?' in back else '?'}problem=reason", code=303)
    return redirect("/dashboard", code=303)


@blueprint.post("/admin/view-as/end")
@route_policy(roles=STAFF)
def end_view_as() -> BaseResponse:
    caller = current_caller()
    assert caller is not None, "the guard lets only signed-in people pass"
    admin.end_view_as(caller.viewer, caller.id_hash)
    return redirect("/admin/customers", code=303)
