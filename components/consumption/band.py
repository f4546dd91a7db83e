"""Where a home stands in its group: band, median, efficient fifth, as boxes and in words."""

from __future__ import annotations

from dash import html

from components import formats
from domain.energy.benchmark import Standing
from domain.text import gettext as _


def headline(standing: Standing, *, is_home: bool) -> str:
    typical = _("the typical home of your group") if is_home else _("the typical business of your group")
    ratio = standing.own_wh / standing.median_wh - 1 if standing.median_wh else 0.0
    if abs(ratio) < 0.01:
        return _("You used as much as {typical}.", typical=typical)
    if ratio < 0:
        return _("You used {percent} less than {typical}.", percent=formats.percent(-ratio), typical=typical)
    return _("You used {percent} more than {typical}.", percent=formats.percent(ratio), typical=typical)


def band(standing: Standing) -> html.Div:
    """From zero to the 98th percentile, or to the own value if that is higher."""
    top = max(standing.top_wh, float(standing.own_wh)) * 1.02 or 1.0

    def share(value: float) -> str:
        return f"{100 * value / top:.2f}%"

    width = share(standing.three_quarters_wh - standing.quarter_wh)
    marks = [
        html.I(className="band-fifth", style={"width": share(standing.fifth_wh)}),
        html.I(className="band-half", style={"left": share(standing.quarter_wh), "width": width}),
        html.I(className="band-median", style={"left": share(standing.median_wh)}),
        html.I(className="band-own", style={"left": share(float(standing.own_wh))}),
        html.B(_("You"), className="band-you", style={"--at": share(float(standing.own_wh))}),
    ]
    legend = [
        (_("You"), formats.kwh(standing.own_wh)),
        (_("Median"), formats.kwh(standing.median_wh)),
        (_("Efficient fifth, below"), formats.kwh(standing.fifth_wh)),
        (_("Middle half"), f"{formats.kwh(standing.quarter_wh)} – {formats.kwh(standing.three_quarters_wh)}"),
        (_("Used less than you"), formats.percent(standing.percentile)),
    ]
    facts = [part for name, value in legend for part in (html.Dt(name), html.Dd(value, className="num"))]
    return html.Div(
        [html.Div(marks, className="band", **{"aria-hidden": "true"}), html.Dl(facts, className="dl")],
        className="band-box",
    )
