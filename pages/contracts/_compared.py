"""The comparison drawn: tariffs in rows around the one of today, months of one tariff, what to know before a change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from components import formats, trust
from components.charts import chart_slot
from components.figures import consumption as figures
from components.figures.consumption import BarData, Stack
from components.frame import LegendItem, card, figure_card, legend
from components.icons import icon
from components.links import href
from components.tables import Column, data_table, row_count
from components.theme import Theme
from domain.contracts import switching
from domain.contracts.switching import Caution
from domain.money import from_minor
from domain.text import gettext as _
from domain.text import ngettext
from pages.contracts import _texts as texts
from services.tariff_comparison import Comparison, Option


def table_card(found: Comparison, picked: Option | None) -> html.Section:
    body = [html.Div(_table(found, picked), className="table-scroll table-bleed", tabIndex="0", role="group",
                     **{"aria-label": _("Comparison of tariffs")}),
            _key(), *_refused(found), _quality(found)]  # fmt: skip
    return figure_card(
        card_id="contracts-compare", headline=_headline(found, picked), sub=" ".join(_sub(found)), body=body
    )


def _headline(found: Comparison, picked: Option | None) -> str:
    """What the other tariff would have meant, with its worst month beside it."""
    own = found.own
    if own is None or picked is None:
        return _("There is no other tariff for this contract.")
    currency, name = own.offered.currency, picked.offered.name
    less = own.year.gross_minor - picked.year.gross_minor
    words = {"name": name, "amount": _near(abs(less), currency)}
    said = _("{name} would have cost you {amount} less.", **words) if less >= 0 else _(
        "Your tariff is the cheapest. {name} would have cost {amount} more.", **words)  # fmt: skip
    worst = max(_differences(own, picked), key=lambda pair: pair[1])
    if less >= 0 and worst[1] > 0:
        said += " " + _("In {month} it would have cost {amount} more.", month=formats.month(worst[0]),
                        amount=_near(worst[1], currency))  # fmt: skip
    return said


def _sub(found: Comparison) -> list[str]:
    said = [_("All taxes, network fees and standing charges are in it, at the prices of today."),
            texts.vat(is_gross=found.view.is_gross)]  # fmt: skip
    if not found.is_year:
        days = (found.end - found.first).days
        said.append(ngettext("Your readings under this contract cover {n} day, not a year.",
                             "Your readings under this contract cover {n} days, not a year.", days))  # fmt: skip
    return said


def _near(minor: int, currency: str) -> str:
    return formats.money_near(float(from_minor(minor, currency)), currency)


def _differences(own: Option, other: Option) -> list[tuple[Any, int]]:
    """First day of each month and what the other tariff cost more in it. [minor units]"""
    pairs = zip(own.year.months, other.year.months, strict=True)
    return [(mine.first, theirs.gross_minor - mine.gross_minor) for mine, theirs in pairs]


def _table(found: Comparison, picked: Option | None) -> html.Table:
    heads = [
        _head(_("Tariff")),
        _head(_("As you lived"), _("per year") if found.is_year else _("in this time")),
        *([_head(_("With easy shifting"), _devices(found))] if found.devices else []),
        _head(_("Worst month")), _head(_("Standing charge")), _head(_("Pays off")), html.Th(html.Span(_("Choose"), className="visually-hidden"), scope="col"),
    ]  # fmt: skip
    rows = [_row(found, option, option is picked) for option in found.options]
    caption = html.Caption(_("Tariffs on your own readings"), className="visually-hidden")
    return html.Table([caption, html.Thead(html.Tr(heads)), html.Tbody(rows)], className="table tt")


def _head(text: str, below: str = "") -> html.Th:
    return html.Th([text, *([html.Small(below)] if below else [])], scope="col")


def _devices(found: Comparison) -> str:
    names = {"ev": _("car"), "hot_water": _("hot water")}
    return ", ".join(names[kind] for kind in found.devices)


def _row(found: Comparison, one: Option, is_picked: bool) -> html.Tr:
    own = found.own
    assert own is not None, "asked only where the own tariff is priced"
    cells = [_cell(_("As you lived"), one.year.gross_minor, own.year.gross_minor, found, one)]
    if found.devices:
        cells.append(
            _cell(_("With easy shifting"), one.shifted_minor, own.year.gross_minor, found, one, is_own_compared=True)
        )
    worst = one.year.worst_month
    cells.append(_cell(_("Worst month"), worst.gross_minor, own.year.worst_month.gross_minor, found, one,
                       below=formats.month(worst.first)))  # fmt: skip
    standing = formats.money(one.year.standing_minor, one.offered.currency)
    cells.append(html.Td(html.Span(standing, className="fig"), **{"data-l": f"{_('Standing charge')}: "}))
    cells.append(html.Td(_pays_off(one), **{"data-l": f"{_('Pays off')}: "}))
    cells.append(html.Td(_choose(found, one, is_picked)))
    name = "own" if one.is_own else "pick" if is_picked else None
    return html.Tr([html.Th(_name(found, one), scope="row"), *cells], className=name)


def _name(found: Comparison, one: Option) -> list[Any]:
    parts: list[Any] = [html.B(one.offered.name)]
    parts.append(html.Small(", ".join(texts.conditions(one.offered))))
    if one.is_own:
        parts.append(html.Span(_("Your tariff"), className="pill info"))
    elif found.cheapest is one and one.switch and one.switch.saving_minor > 0:
        parts.append(html.Span(_("Lowest as you lived"), className="pill ok"))
    elif one.offered.code == found.view.offered.code:
        parts.append(html.Span(_("Newest version of yours"), className="pill line"))
    return parts


def _cell(
    label: str, minor: int | None, today: int, found: Comparison, one: Option, *, below: str = "", is_own_compared: bool = False
) -> html.Td:  # fmt: skip
    """An amount, how far it is from the tariff of today, and the same as a bar around it."""
    currency = one.offered.currency
    if minor is None:
        return html.Td(formats.UNKNOWN, **{"data-l": f"{label}: "})
    more = minor - today
    if one.is_own and not is_own_compared:
        said: Any = html.Span(_("today"), className="quiet")
    else:
        tone = "less" if more < 0 else "more" if more > 0 else "quiet"
        sign = "+" if more > 0 else ""
        said = html.Span(sign + _near(more, currency), className=tone)
    figure = html.Div([html.Span(_near(minor, currency), className="fig"), said], className="tc-v")
    under = [html.Small(below, className="quiet")] if below else []
    return html.Td([figure, *under, _bar(more, _reach(found))], **{"data-l": label})


def _reach(found: Comparison) -> int:
    """Half the length of the bars: the largest difference in the table. [minor units]"""
    own = found.own
    assert own is not None, "asked only where the own tariff is priced"
    amounts = [
        value for one in found.options for value in (one.year.gross_minor, one.shifted_minor) if value is not None
    ]
    return max([abs(amount - own.year.gross_minor) for amount in amounts] + [1])


def _bar(more: int, reach: int) -> html.Div:
    width = min(50.0, abs(more) / reach * 48)
    left = 50 - width if more < 0 else 50
    part = [html.I(className="less" if more < 0 else "more", style={"left": f"{left:.1f}%", "width": f"{width:.1f}%"})]
    return html.Div([*(part if more else []), html.B()], className="tc-bar", **{"aria-hidden": "true"})


def _pays_off(one: Option) -> str:
    """After how long an exit fee is saved again."""
    if one.is_own or one.switch is None:
        return formats.UNKNOWN
    months = one.switch.months_to_recover
    if one.switch.saving_minor <= 0 or months is None:
        return _("Never with this use")
    if months == 0:
        return _("At once")
    fee = formats.money(one.exit_fee_minor, one.offered.currency)
    return ngettext("After {n} month, exit fee {fee}", "After {n} months, exit fee {fee}", months, fee=fee)


def _choose(found: Comparison, one: Option, is_picked: bool) -> Any:
    if one.is_own or is_picked:
        return None
    link = href(texts.COMPARE, contract=found.view.contract.public_id, tariff=one.offered.public_id)
    hidden = html.Span(f" {one.offered.name}", className="visually-hidden")
    return dcc.Link([_("Details"), hidden], href=link, className="btn btn-sm btn-secondary")


def _key() -> html.Ul:
    return legend([
        LegendItem("sw-prod", _("Cheaper than your tariff today")), LegendItem("sw-cons", _("Dearer")),
        LegendItem("sw-ref", _("Your tariff today")),
    ])  # fmt: skip


def _refused(found: Comparison) -> list[html.P]:
    """Tariffs without a price, with the reason; never left out in silence."""
    reasons = {
        "flow_missing": _("no meter at this site counts what it prices"),
        "price_missing": _("market prices of this time are not complete"),
        "readings_too_coarse": _("the readings are too coarse for its times"),
    }
    return [
        html.P(
            _("{name} cannot be compared: {reason}.", name=one.name,
              reason=reasons.get(reason, _("it cannot be applied to these readings"))), className="sub",
        )
        for one, reason in found.refused
    ]  # fmt: skip


def _quality(found: Comparison) -> Any:
    """How well the compared time is known."""
    flow = found.coverage
    if flow is None:
        return None
    return trust.note(trust.TrustCounts(*flow.counts, flow.missing))


def months_card(found: Comparison, picked: Option) -> html.Section:
    own = found.own
    assert own is not None, "asked only where the own tariff is priced"
    months = _differences(own, picked)
    cheaper, dearer = sum(more < 0 for _day, more in months), sum(more > 0 for _day, more in months)
    headline = _(
        "Cheaper in {cheaper} of {n} months, dearer in {dearer}.", cheaper=cheaper, dearer=dearer, n=len(months)
    )
    currency = own.offered.currency
    rows = [
        [formats.month(mine.first), formats.money(mine.gross_minor, currency), formats.money(theirs.gross_minor, currency),
         formats.money(theirs.gross_minor - mine.gross_minor, currency, is_signed=True)]
        for mine, theirs in zip(own.year.months, picked.year.months, strict=True)
    ]  # fmt: skip
    columns = [Column(_("Month")), Column(own.offered.name, numeric=True, low=True), Column(picked.offered.name, numeric=True, low=True), Column(_("Difference"), numeric=True)]  # fmt: skip
    title = _("{other} against {own}, as you lived", other=picked.offered.name, own=own.offered.name)
    keys = [LegendItem("sw-prod", _("{name} is cheaper", name=picked.offered.name)),
            LegendItem("sw-cons", _("{name} is dearer", name=picked.offered.name))]  # fmt: skip
    return figure_card(
        card_id="contracts-months-card", title=title, headline=headline,
        body=[legend(keys), chart_slot("contracts-months", summary=f"{title}. {headline}", height_px=260)],
        table=data_table(title, columns, rows, caption_hidden=True), table_count=row_count(len(rows)),
    )  # fmt: skip


def figure(found: Comparison, picked: Option, colours: Theme) -> dict[str, Any]:
    own = found.own
    assert own is not None, "asked only where the own tariff is priced"
    currency = own.offered.currency
    months = [(day, float(from_minor(more, currency))) for day, more in _differences(own, picked)]
    stacks = [
        Stack(_("Cheaper"), "production", _kept(months, is_less=True)),
        Stack(_("Dearer"), "total", _kept(months, is_less=False)),
    ]
    data = BarData(
        labels=[formats.month(day) for day, _more in months],
        ticks=[(place, formats.month_short(day)) for place, (day, _more) in enumerate(months)],
        stacks=stacks, unit=formats.currency_sign(currency), digits=2,
    )  # fmt: skip
    return figures.bars(data, colours=colours)


def _kept(months: Sequence[tuple[Any, float]], *, is_less: bool) -> list[float | None]:
    return [more if (more < 0) is is_less and more else None for _day, more in months]


def before_card(found: Comparison, picked: Option) -> html.Section:
    """What to know before a change to the picked tariff, on the first day it could begin."""
    view, offer = found.view, picked.offered.offer
    start = switching.earliest_start(view.bound, offer, view.today)
    told = cautions(switching.cautions(view.bound, offer, start, view.today), picked.offered.currency)
    if not switching.exit_fee_minor(view.bound, start):
        told.insert(0, _item("check", "ok", _("No exit fee"), _("Nothing is due for leaving your tariff.")))
    first = _item("calendar", "net", _("From {day} on", day=formats.day_medium(start)),
                  _("The first day on which the new tariff can begin."))  # fmt: skip
    extra = []
    if picked.switch and picked.switch.break_even_kwh:
        kwh = formats.kwh(picked.switch.break_even_kwh * 1000, 0)
        extra.append(_item("scale", "net", _("Same cost at {kwh} a year", kwh=kwh), _("With your habits, both tariffs cost the same there.")))  # fmt: skip
    title = _("Before you switch to {name}", name=picked.offered.name)
    address = href(texts.SWITCH, contract=view.contract.public_id, tariff=picked.offered.public_id)
    go_on = dcc.Link(_("Switch to {name}", name=picked.offered.name), href=address, className="btn btn-primary")
    body = [html.Ul([first, *told, *extra], className="list"), html.Div(go_on, className="contract-actions")]
    return card(card_id="contracts-before", title=title, body=body)


def cautions(found: Sequence[Caution], currency: str) -> list[html.Li]:
    """What to know before a change, each as a fact and what follows from it."""
    return [_caution(one, currency) for one in found]


def _item(name: str, tone: str, fact: str, below: str) -> html.Li:
    what = html.Span([html.B(fact), html.Span(below, className="quiet")], className="what")
    return html.Li([html.Span(icon(name), className=f"glyph {tone}"), what])


def _caution(one: Caution, currency: str) -> html.Li:
    """A caution as a fact and what follows from it."""
    given: dict[str, Any] = one.params
    words = {
        "exit_fee": lambda: (
            _("Exit fee of {fee}, without VAT", fee=formats.money(given["minor"], currency)),
            _("None from {day} on.", day=formats.day_medium(given["free_from"]))),
        "guarantee_lost": lambda: (
            _("Your price guarantee ends"), _("It would have lasted until {day}.", day=texts.last_day(given["until"]))),
        "bonus_lost": lambda: (
            _("You lose a bonus"), _("It was worth {amount} in this time.", amount=formats.money(given["minor"], currency))),
        "new_minimum_term": lambda: (
            ngettext("Binds for {n} month", "Binds for {n} months", given["months"]),
            _("You could leave on {day} at the earliest.", day=formats.day_medium(given["until"]))),
        "new_guarantee": lambda: (
            _("Price guaranteed"), _("Until {day}.", day=texts.last_day(given["until"]))),
        "notice": lambda: (
            ngettext("Notice of {n} day", "Notice of {n} days", given["days"]),
            _("So long before its end you tell us that you leave.")),
        "withdrawal": lambda: (
            _("You can still withdraw"), _("For 14 days, until {day}, without a reason.", day=formats.day_medium(given["until"]))),
    }  # fmt: skip
    fact, below = words[one.code]()
    return _item("exclamation-triangle" if one.is_loss else "check", "warn" if one.is_loss else "ok", fact, below)
