"""What the customer's own last twelve months would have cost under each tariff they could have."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, dcc, html

from auth.callbacks import portal_callback
from auth.session import current_viewer
from components import formats, states
from components.charts import graph
from components.frame import page_head
from components.links import href
from components.period_bar import segmented
from components.theme import theme
from domain.access import Viewer
from domain.errors import NotFoundError
from domain.text import gettext as _
from domain.text import lazy, ngettext
from pages.contracts import _compared as compared
from pages.contracts import _texts as texts
from services import contract_details, tariff_comparison
from services.contract_details import ContractView
from services.tariff_comparison import Comparison, NoHistory, Option

dash.register_page(
    __name__,
    path="/contracts/compare",
    title=lazy("Compare tariffs"),
    section="money",
    icon="document-text",
    roles=frozenset({"customer"}),
    nav=False,
    order=61,
)


def layout(contract: str = "", tariff: str = "", site: str = "", **_query: str) -> html.Div:
    viewer = current_viewer()
    views = [view for view in contract_details.every(viewer) if _can_change(view)]
    chosen = _chosen(views, contract, site)
    if chosen is None:
        text = _("There is no running contract whose tariff could be changed.")
        return html.Div([page_head(_("Compare tariffs")), states.empty("none_here", _("Nothing to compare"), text)])
    found = tariff_comparison.comparison(viewer, chosen.contract.public_id)
    return html.Div(
        [
            dcc.Store(id="contracts-state", data={"contract": chosen.contract.public_id, "tariff": tariff}),
            page_head(_("Compare tariffs"), lead=_lead(found)),
            texts.tabs("compare", chosen.contract.public_id),
            _switch(views, chosen),
            *_body(found, tariff),
        ]
    )


def _can_change(view: ContractView) -> bool:
    return view.contract.direction == "supply" and view.state == "running"


def _chosen(views: list[ContractView], contract: str, site: str) -> ContractView | None:
    """The contract of the address; a foreign one is as good as none, and none is the first of the site."""
    named = [view for view in views if view.contract.public_id == contract]
    there = [view for view in views if view.contract.site_public_id == site]
    return next(iter([*named, *there, *views]), None)


def _switch(views: list[ContractView], chosen: ContractView) -> Any:
    """Which contract is compared, where there are several."""
    if len(views) < 2:
        return None
    items = [
        (f"{view.contract.site_name}, {texts.commodity(view)}", href(texts.COMPARE, contract=view.contract.public_id),
         view is chosen)
        for view in views
    ]  # fmt: skip
    if len(items) > 4:
        return html.Ul([html.Li(dcc.Link(text, href=link)) for text, link, _on in items], className="export-presets")
    return html.Div(segmented(items, label=_("Contract")), className="commodity-switch")


def _lead(found: Comparison | NoHistory) -> str:
    if isinstance(found, NoHistory):
        return f"{texts.commodity(found.view)} · {found.view.contract.site_name}"
    span = formats.date_range(found.first, found.end.fromordinal(found.end.toordinal() - 1))
    return _("Calculated on your own readings, {span}", span=span)


def _body(found: Comparison | NoHistory, tariff: str) -> list[Any]:
    if isinstance(found, NoHistory):
        instead = (_("Estimate from a few answers"), texts.CALCULATOR)
        return [states.empty("not_yet", _("Not enough readings yet"), _few(found), action=instead)]
    picked = pick(found, tariff)
    if found.own is None or not found.options:
        text = _("Your tariff cannot be applied to these readings, so nothing can be compared with it.")
        return [states.empty("cannot", _("Cannot be compared"), text)]
    cards = [html.Div(compared.table_card(found, picked), className="g")]
    if picked is not None:
        chart = html.Div(compared.months_card(found, picked), className="c8")
        cards.append(html.Div([chart, html.Div(compared.before_card(found, picked), className="c4")], className="g"))
    return cards


def _few(found: NoHistory) -> str:
    return ngettext(
        "There is {n} whole day under this contract; a comparison needs {least}.",
        "There are {n} whole days under this contract; a comparison needs {least}.",
        max(0, found.days), least=tariff_comparison.LEAST_DAYS,
    )  # fmt: skip


def pick(found: Comparison, tariff: str) -> Option | None:
    """The other tariff of the address, or the cheapest."""
    named = [one for one in found.options if one.offered.public_id == tariff and not one.is_own]
    return named[0] if named else found.cheapest


@portal_callback(
    Output("contracts-months", "children"),
    Input("contracts-months-seen", "data"),
    State("contracts-state", "data"),
    prevent_initial_call=True,
)
def show_months(seen: str, asked: dict[str, str]) -> Any:
    found, picked = _asked(current_viewer(), asked)
    return graph(compared.figure(found, picked, theme(seen)))


def _asked(viewer: Viewer, asked: dict[str, str]) -> tuple[Comparison, Option]:
    found = tariff_comparison.comparison(viewer, asked.get("contract", ""))
    picked = None if isinstance(found, NoHistory) or found.own is None else pick(found, asked.get("tariff", ""))
    if picked is None or isinstance(found, NoHistory):
        raise NotFoundError(what="tariff")
    return found, picked
