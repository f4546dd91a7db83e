"""The only way to register a Dash callback: it carries who may call it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dash
from dash import Dash

from auth.answers import KeyOf, keeping
from auth.policies import EVERYONE, STAFF, Function, Policy
from domain.access import Role

__all__ = ["EVERYONE", "ROUTER", "STAFF", "policy_of", "portal_callback", "unprotected"]

# Dash's own page router; the guard checks the path inside its inputs instead of a policy.
ROUTER = ".._pages_content.children..._pages_store.data.."


def portal_callback(
    *deps: Any,
    roles: frozenset[Role] | None = None,
    writes: bool = False,
    app: Dash | None = None,
    kept: KeyOf | None = None,
    **options: Any,
) -> Callable[[Function], Function]:
    """Register a callback for `roles` (None: whoever sees customer pages); `writes` refuses the read-only view.

    Pages call it without `app`; the frame, whose callbacks are not in a page module, names its app. With `kept`, see
    `auth.answers.keeping`, an answer made before of the same things is given again.
    """
    register = dash.callback if app is None else app.callback

    def attach(function: Function) -> Function:
        # Dash wraps the function with functools.wraps, which takes the attribute along into callback_map.
        function.__policy__ = Policy(roles, writes)  # type: ignore[attr-defined]  # an attribute, read by the guard
        register(*deps, **options)(keeping(function, kept) if kept else function)
        return function

    return attach


def policy_of(dash_app: Dash, output: str) -> Policy | None:
    """The policy of the callback with this output; None where there is no callback or no policy."""
    entry = dash_app.callback_map.get(output) or {}
    return getattr(entry.get("callback"), "__policy__", None)


def unprotected(dash_app: Dash) -> list[str]:
    """Outputs of server callbacks without a policy; must be empty. The clientside ones never reach the server."""
    return sorted(
        output
        for output, entry in dash_app.callback_map.items()
        if "callback" in entry and output != ROUTER and policy_of(dash_app, output) is None
    )
