"""Names of what a bill is made of, the same on bills and wherever costs are broken down."""

from __future__ import annotations

from domain.text import gettext as _


def group_name(group: str) -> str:
    return {
        "energy": _("Energy"),
        "network": _("Network and metering"),
        "tax_levy": _("Taxes and levies"),
        "service": _("Standing charge"),
        "discount": _("Discount"),
        "feed_in": _("Feed-in payment"),
    }[group]
