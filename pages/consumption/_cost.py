"""What the energy of a period cost: by day or month, by cost group, with or without VAT as the customer is told prices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from dash import html

from components import formats
from components.charts import chart_slot
from components.consumption import sentences
from components.cost_groups import group_name
from components.figures import consumption as figures
from components.figures.consumption import BarData, Stack
from components.frame import card, figure_card
from components.tables import Column, data_table, row_count
from components.theme import Theme
from domain.access import Viewer
from domain.calendar import PeriodKind
from domain.money import from_minor
from domain.text import gettext as _
from domain.text import ngettext
from pages.consumption._state import State as Asked
from services import costs
from services.costs import Cost, NoCost

MOST_DAYS = 62  # longer periods are drawn by month


def cost_card(viewer: Viewer, state: Asked, energy_wh: int | None) -> html.Section | None:
    """None where the commodity was never under contract: there is nothing to say."""
    found = of(viewer, state)
    if isinstance(found, NoCost):
        return None if found.reason == "no_contract" else _cannot(found)
    bars = _bars(found)
    has_chart = len(bars) > 1 and state.ask.period.kind is not PeriodKind.DAY
    headline = _headline(found, state)
    body: list[Any] = [_breakdown(found)]
    if has_chart:
        slot = chart_slot("consumption-cost", summary=_summary(headline, found, bars), height_px=240)
        body = [html.Div([slot, _breakdown(found)], className="cost-split")]
    return figure_card(
        card_id="consumption-cost-card", title=_("What it cost"), headline=headline,
        sub=" ".join(filter(None, [_sub(found, energy_wh), _earned(viewer, state)])), body=body,
        table=_table(found, bars) if has_chart else None, table_count=row_count(len(bars)),
    )  # fmt: skip


def _summary(headline: str, found: Cost, bars: Sequence[tuple[date, int]]) -> str:
    """What the picture shows, for whom cannot see it."""
    by_month = _by_month(found)
    most, least = max(bars, key=lambda bar: bar[1]), min(bars, key=lambda bar: bar[1])
    return _(
        "{headline} Most: {most}, {most_at}. Least: {least}, {least_at}.", headline=headline,
        most=formats.money(most[1], found.currency), most_at=_name(most[0], by_month=by_month),
        least=formats.money(least[1], found.currency), least_at=_name(least[0], by_month=by_month),
    )  # fmt: skip


def of(viewer: Viewer, state: Asked) -> Cost | NoCost:
    return costs.cost(viewer, state.ask.site, state.ask.commodity, state.ask.period, known_at=state.ask.known_at)


def figure(found: Cost, colours: Theme) -> dict[str, Any]:
    bars = _bars(found)
    by_month = _by_month(found)
    names = [_name(first, by_month=by_month) for first, _minor in bars]
    ticks = (
        list(enumerate(formats.month_short(day) for day, _ in bars)) if by_month else _day_ticks([d for d, _ in bars])
    )
    data = BarData(
        labels=names, ticks=ticks, stacks=[Stack(_("Cost"), "import", [_amount(minor, found) for _first, minor in bars])],
        is_running=[found.is_running and place == len(bars) - 1 for place in range(len(bars))],
        unit=formats.currency_sign(found.currency), digits=2,
    )  # fmt: skip
    return figures.bars(data, colours=colours)


def _by_month(found: Cost) -> bool:
    return len(found.days) > MOST_DAYS


def _bars(found: Cost) -> Sequence[tuple[date, int]]:
    return costs.by_month(found) if _by_month(found) else found.days


def _name(first: date, *, by_month: bool) -> str:
    return formats.month(first) if by_month else formats.weekday_day(first)


def _day_ticks(days: Sequence[date]) -> list[tuple[int, str]]:
    """A label a week, or each of a few days."""
    step = 1 if len(days) <= 8 else 7
    return [(place, formats.day_short(day)) for place, day in enumerate(days) if place % step == 0]


def _amount(minor: int, found: Cost) -> float:
    return float(from_minor(minor, found.currency))


def _headline(found: Cost, state: Asked) -> str:
    amount, when = formats.money(found.shown_minor, found.currency), sentences.when(state.ask.period)
    name = {"gas": _("Gas"), "heat": _("Heat")}.get(state.ask.commodity, _("Electricity"))
    if found.is_running:
        return _("{name} has cost {amount} so far {when}.", name=name, amount=amount, when=when)
    return _("{name} cost {amount} {when}.", name=name, amount=amount, when=when)


def _sub(found: Cost, energy_wh: int | None) -> str:
    """Gross or net, under which tariff, what a kilowatt-hour came to, and what is not in it."""
    said = [
        _("VAT is included.") if found.is_gross else _("Without VAT."),
        _("Tariff: {names}.", names=", ".join(found.tariffs)),
    ]
    price = costs.mean_price(found, energy_wh or 0)
    if price is not None and found.is_whole:
        said.append(_("All in all {price}.", price=formats.energy_price(_decimal(price), found.currency)))
    if found.is_running:
        said.append(_("Standing charges up to today; the running day is not over."))
    if found.missing:
        said.append(
            ngettext(
                "{n} missing reading is not in this sum.", "{n} missing readings are not in this sum.", found.missing
            )
        )
    if not found.is_whole:
        said.append(_("Only days under contract with us are in this sum."))
    return " ".join(said)


def _earned(viewer: Viewer, state: Asked) -> str:
    """What was paid for energy fed in, which is a document of its own."""
    if state.ask.commodity != "electricity":
        return ""
    found = costs.cost(
        viewer, state.ask.site, "electricity", state.ask.period, direction="feed_in", known_at=state.ask.known_at
    )
    if isinstance(found, NoCost):
        return ""
    return _("Feeding in earned {amount}, paid apart.", amount=formats.money(-found.shown_minor, found.currency))


def _decimal(value: Fraction) -> float:
    return value.numerator / value.denominator


def _breakdown(found: Cost) -> html.Dl:
    """Cost groups, VAT and the total, as on the bill."""
    rows = [(group_name(name), minor) for name, minor in found.groups]
    rows.append((_("VAT"), found.tax_minor))
    rows.append((_("Total with VAT"), found.gross_minor))
    facts = [
        part
        for name, minor in rows
        for part in (html.Dt(name), html.Dd(formats.money(minor, found.currency), className="fig"))
    ]
    return html.Dl(facts, className="dl cost-parts")


def _table(found: Cost, bars: Sequence[tuple[date, int]]) -> html.Div:
    by_month = _by_month(found)
    said = _("Cost with VAT") if found.is_gross else _("Cost without VAT")
    rows = [[_name(first, by_month=by_month), formats.money(minor, found.currency)] for first, minor in bars]
    total = [_("Total"), formats.money(sum(minor for _first, minor in bars), found.currency)]
    columns = [Column(_("Month") if by_month else _("Day")), Column(said, numeric=True)]
    return data_table(_("Cost by time"), columns, rows, total=total, caption_hidden=True)


def _cannot(found: NoCost) -> html.Section:
    """Why an amount cannot be computed; never a zero."""
    reasons = {
        "flow_missing": _("No meter at this site counts what your tariff prices."),
        "price_missing": _("Market prices of this period are not complete yet."),
        "readings_too_coarse": _("The readings are too coarse for the times of your tariff."),
        "tax_rule_missing": _("The tax of this period is not known yet."),
    }
    text = reasons.get(found.reason, _("The tariff cannot be applied to these readings."))
    return card(
        card_id="consumption-cost-card", title=_("What it cost"),
        body=[html.P(_("The cost cannot be computed."), className="headline"), html.P(text, className="sub")],
    )  # fmt: skip
