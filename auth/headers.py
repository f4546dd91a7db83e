"""Headers that every answer carries: what a browser may load, frame, guess and keep."""

from __future__ import annotations

from flask import Flask, Response, request

from auth.public import is_static
from services import portal

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def content_security_policy(script_hashes: list[str]) -> str:
    """Scripts from here only; inline styles stay because Dash and plotly inject them."""
    scripts = " ".join(["'self'", *(f"'{item.strip(chr(39))}'" for item in script_hashes)])
    return "; ".join([
        "default-src 'self'", f"script-src {scripts}", "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:", "font-src 'self'", "connect-src 'self'", "object-src 'none'",
        "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
    ])  # fmt: skip


def install(server: Flask) -> None:
    @server.after_request
    def _add(response: Response) -> Response:
        for name, value in FIXED.items():
            response.headers.setdefault(name, value)
        response.headers["Content-Security-Policy"] = content_security_policy(
            server.config.get("CSP_SCRIPT_HASHES", [])
        )
        if not portal.current().config.is_demo:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if not is_static(request.path):
            response.headers["Cache-Control"] = "no-store"
        return response
