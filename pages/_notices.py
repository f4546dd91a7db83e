"""Toasts of what the person has not seen yet: after each navigation, and while an export is awaited."""

from __future__ import annotations

import dash

from components.shell import messages
from domain.access import Viewer
from services import notices


def show_unseen(viewer: Viewer) -> None:
    told = [messages.notice(item.kind, item.params) for item in notices.take_unseen(viewer)]
    toasts = [toast for toast in told if toast is not None]
    if toasts:
        dash.set_props("shell-toasts", {"children": toasts})
