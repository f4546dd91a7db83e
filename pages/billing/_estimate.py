"""The bill to come: about how much, between what and what, and what it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from components import formats, frame, states
from components.consumption.labels import commodity_name
from components.frame import figure_card
from components.tables import Column, data_table, row_count
from domain.access import Viewer
from domain.money import from_minor
from domain.text import gettext as _
from domain.text import ngettext
from services import billing_estimate, instalment_plans
from services.billing_estimate import Estimate, NoEstimate

CARD = "billing-estimate"


def card(viewer: Viewer) -> html.Section:
    """Supply in one sum; what feeding in brings is a credit of its own, and in the table."""
    found = billing_estimate.estimates(viewer)
    known = [each for each in found if isinstance(each, Estimate)]
    supply = [each for each in known if each.contract.direction == "supply"]
    unknown = [each for each in found if isinstance(each, NoEstimate)]
    plans = _instalments(viewer)
    if not supply or len({each.currency for each in supply}) > 1:
        return _without_sum(known, unknown, plans)
    parts = [_band(supply), _parts(supply), *_notes(known, unknown), *plans]
    return figure_card(
        card_id=CARD, title=_("Next bill"), headline=_headline(supply), sub=_between(supply), body=parts,
        table=_table(known), table_count=row_count(len(known)),
    )  # fmt: skip


def _instalments(viewer: Viewer) -> list[html.P]:
    """What is paid in equal parts instead, and where to see where that leads."""
    return [
        html.P(
            [
                _("{what} is paid in instalments: {amount}, with VAT, on {day}.", what=f"{row.site_name}, {commodity_name(row.commodity)}",
                  amount=formats.money(plan.amount_minor, plan.currency), day=formats.day_medium(first))
                if first
                else _("{what} is paid in instalments; all of this year are billed.", what=f"{row.site_name}, {commodity_name(row.commodity)}"),
                " ",
                dcc.Link(_("Where that leads"), href=f"/billing/instalments?contract={row.public_id}"),
            ],
            className="quiet small",
        )
        for row, plan, first in instalment_plans.coming(viewer)
    ]  # fmt: skip


def _without_sum(known: Sequence[Estimate], unknown: Sequence[NoEstimate], plans: list[html.P]) -> html.Section:
    """Nothing to add up: amounts in several currencies, or none that is known."""
    if known:
        return frame.card(card_id=CARD, title=_("Next bill"), body=[_table(known), *_notes(known, unknown), *plans])
    if plans and not unknown:
        return frame.card(card_id=CARD, title=_("Next bill"), body=plans)
    if unknown:
        text = _("The next bill can be estimated after two weeks of readings.")
        return frame.card(card_id=CARD, title=_("Next bill"), body=[states.empty("not_yet", _("Not yet"), text)])
    text = _("No contract of yours runs today, so no bill is to come.")
    return frame.card(card_id=CARD, title=_("Next bill"), body=[states.empty("none_here", _("No bill to come"), text)])


def _near(minor: int, one: Estimate) -> str:
    return formats.money_near(float(from_minor(minor, one.currency)), one.currency)


def _headline(found: Sequence[Estimate]) -> str:
    total = _near(sum(each.minor for each in found), found[0])
    periods = {each.period for each in found}
    if len(periods) > 1:
        return ngettext("About {total} in {n} bill.", "About {total} in {n} bills.", len(found), total=total)
    return _("About {total} for {period}.", total=total, period=formats.period_title(found[0].period))


def _between(found: Sequence[Estimate]) -> str:
    low, high = (sum(getattr(each, name) for each in found) for name in ("low_minor", "high_minor"))
    vat = _("with VAT") if found[0].is_gross else _("without VAT")
    said = _("Between {low} and {high}, {vat}.", low=_near(low, found[0]), high=_near(high, found[0]), vat=vat)
    last = max(each.period.last for each in found)
    return f"{said} {_('It comes a few days after {day}.', day=formats.day_medium(last))}"


def _sums(found: Sequence[Estimate]) -> tuple[int, int, int]:
    return (
        sum(each.so_far_minor for each in found),
        sum(each.standing_minor for each in found),
        sum(each.energy_minor for each in found),
    )


def _band(found: Sequence[Estimate]) -> html.Div:
    """The parts from zero, and across their end how far it may lie; the words beside it say each figure."""
    low, high = (sum(getattr(each, name) for each in found) for name in ("low_minor", "high_minor"))
    parts = [max(part, 0) for part in _sums(found)]
    whole = max(sum(parts), high) or 1
    shares = [
        html.I(className=name, style={"width": f"{part / whole:.2%}"})
        for name, part in zip(("now", "stands", "to-come"), parts, strict=True)
    ]
    whisker = html.I(
        className="whisker",
        style={"left": f"{max(low, 0) / whole:.2%}", "width": f"{(high - max(low, 0)) / whole:.2%}"},
    )
    return html.Div([*shares, whisker], className="bill-band", **{"aria-hidden": "true"})


def _parts(found: Sequence[Estimate]) -> html.Dl:
    """What the sum is made of; the parts add up to it."""
    so_far, standing, energy = _sums(found)
    currency, energy_wh = found[0].currency, sum(each.energy_wh for each in found)
    first, today = min(each.period.first for each in found), max(each.today for each in found)
    rows = [
        ("now", _("So far, {days}", days=formats.date_range(first, today)), so_far),
        ("stands", _("Standing charges until the end"), standing),
        ("to-come", _("About {energy} still to come", energy=formats.kwh(energy_wh, 0)), energy),
        ("", _("In all, about"), so_far + standing + energy),
    ]
    return html.Dl(
        [
            part
            for key, name, minor in rows
            for part in (
                html.Dt([html.I(className=f"bill-key {key}", **{"aria-hidden": "true"}), name] if key else name),
                html.Dd(formats.money(minor, currency), className="fig"),
            )
        ],
        className="dl cost-parts",
    )


def _notes(known: Sequence[Estimate], unknown: Sequence[NoEstimate]) -> list[html.P]:
    """How the rest is foreseen, what feeding in brings, and what is not in the sum."""
    said = [_basis(known)]
    if any(each.has_market_prices for each in known):
        said.append(_("Market prices to come are taken as in the last week."))
    earned = -sum(each.minor for each in known if each.contract.direction != "supply")
    if earned and len({each.currency for each in known}) == 1:
        said.append(_("For feeding in, about {amount} come to you.", amount=_near(earned, known[0])))
    said += [_("Not in it, for want of readings: {what}.", what=_what(each)) for each in unknown]
    return [html.P(" ".join(said), className="quiet small")]


def _basis(known: Sequence[Estimate]) -> str:
    weeks = min(each.outlook.weeks for each in known)
    if all(each.outlook.basis == "last_year" for each in known):
        return ngettext(
            "The rest is taken as on the same weekdays of last year, changed as your last week differed from then."
            " The band is what that week alone would make of it.",
            "The rest is taken as on the same weekdays of last year, changed as your last {n} weeks differed from then."
            " The band is what the lowest and the highest of these weeks would make of it.",
            weeks,
        )
    return ngettext(
        "The rest is taken as your last week, for want of a year to compare with.",
        "The rest is taken as your last {n} weeks, for want of a year to compare with."
        " The band is what the lowest and the highest of these weeks would make of it.",
        weeks,
    )


def _what(each: Estimate | NoEstimate) -> str:
    row = each.contract
    name = _("Feeding in") if row.direction == "feed_in" else commodity_name(row.commodity)
    return f"{row.site_name}, {name}"


def _table(known: Sequence[Estimate]) -> html.Div:
    columns = [
        Column(_("Contract")), Column(_("Period"), low=True), Column(_("So far"), numeric=True, low=True),
        Column(_("About"), numeric=True), Column(_("Between"), numeric=True),
    ]  # fmt: skip
    rows: list[list[Any]] = [
        [
            _what(each), formats.period_title(each.period), formats.money(each.so_far_minor, each.currency),
            _near(each.minor, each), f"{_near(each.low_minor, each)} – {_near(each.high_minor, each)}",
        ]
        for each in known
    ]  # fmt: skip
    return data_table(_("Bills to come, by contract"), columns, rows, caption_hidden=True)
