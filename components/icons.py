"""Heroicons as CSS masks: no script, one colour, both themes. Always with a word beside it or a label."""

from __future__ import annotations

from dash import html

NAMES = frozenset(
    {
        "adjustments-horizontal",
        "arrow-down-tray",
        "arrow-path",
        "arrow-right-on-rectangle",
        "arrow-trending-down",
        "arrow-trending-up",
        "arrows-right-left",
        "banknotes",
        "battery-100",
        "beaker",
        "bell",
        "bolt",
        "building-office",
        "calculator",
        "calendar",
        "chart-bar",
        "check",
        "check-circle",
        "chevron-double-left",
        "chevron-double-right",
        "chevron-down",
        "chevron-left",
        "chevron-right",
        "chevron-up-down",
        "clock",
        "cloud",
        "cog-6-tooth",
        "computer-desktop",
        "cpu-chip",
        "credit-card",
        "document-arrow-down",
        "document-text",
        "ellipsis-horizontal",
        "exclamation-circle",
        "exclamation-triangle",
        "eye",
        "fire",
        "globe-alt",
        "home",
        "home-modern",
        "inbox",
        "information-circle",
        "key",
        "language",
        "lifebuoy",
        "magnifying-glass",
        "map-pin",
        "moon",
        "no-symbol",
        "paper-airplane",
        "pencil-square",
        "plus",
        "presentation-chart-line",
        "question-mark-circle",
        "scale",
        "shield-check",
        "signal",
        "signal-slash",
        "squares-2x2",
        "sun",
        "table-cells",
        "ticket",
        "user",
        "users",
        "variable",
        "wrench-screwdriver",
        "x-mark",
    }
)


def icon(name: str, label: str | None = None, *, small: bool = False, class_name: str = "") -> html.Span:
    """A decorative icon, or one that speaks when it has a label."""
    if name not in NAMES:
        raise KeyError(f"no icon {name!r}; the names are in components/icons.py")
    classes = " ".join(part for part in ("icon", "icon-sm" if small else "", f"i-{name}", class_name) if part)
    if label:
        return html.Span(className=classes, role="img", **{"aria-label": label})
    return html.Span(className=classes, **{"aria-hidden": "true"})
