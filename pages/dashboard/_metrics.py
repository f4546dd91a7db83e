"""The row of cards, each with one figure and one fair comparison."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from components import formats
from components.cards import Metric, delta
from components.consumption.sentences import change_text
from components.links import href
from domain.calendar import add_months, days_in_month
from domain.energy.comparison import HEATING, Comparison, leading
from domain.energy.profile import HOURS
from domain.text import gettext as _
from domain.text import ngettext
from pages.dashboard import _complete as complete
from pages.dashboard import _month as month
from pages.dashboard import _today as today_chart
from services.costs import Cost
from services.dashboard import SiteDashboard, Total

MOST, LEAST = 6, 4
SAME = 0.005  # below half a percent two energies are the same to a reader


def metrics(view: SiteDashboard) -> list[Metric]:
    """Four or six cards, the most telling first, so that rows are always full."""
    last = view.month.last_year
    is_told = last is not None and last.ratio is not None and not complete.is_worth_more(view)
    ends = [_year(view), complete.card(view)] if is_told else [complete.card(view), _year(view)]
    cards = [_use_today(view), *_made(view), _month(view), *_cost(view), *_others(view), *ends]
    return cards[: MOST if len(cards) >= MOST else LEAST]


def _use_today(view: SiteDashboard) -> Metric:
    """Where today has sent nothing yet, the usual day stands in the picture, as the marks it is elsewhere."""
    figure, unit = formats.energy_parts(view.today.so_far_wh)
    is_usual = view.today.so_far_wh is None
    return Metric(
        _("Consumption today"), figure, unit, note=_today_note(view), is_spark_usual=is_usual,
        spark=today_chart.usual_by_hour(view.today) if is_usual else today_chart.used_by_hour(view.today),
        spark_label=_("Your usual day, hour by hour") if is_usual else _("Consumption of each hour today"),
        href=_consumption(view, period="day"),
    )  # fmt: skip


def _month(view: SiteDashboard) -> Metric:
    figure, unit = formats.energy_parts(view.month.so_far_wh)
    return Metric(_("This month"), figure, unit, note=note(view.month), spark=_days(view, view.month),
                  spark_label=_("Consumption of each day this month"), href=_consumption(view, period="month"))  # fmt: skip


def _cost(view: SiteDashboard) -> list[Metric]:
    return cost(view.costs, view.today.day, _consumption(view, period="month"))


def cost(found: Sequence[tuple[str, Cost]], day: date, address: str = "") -> list[Metric]:
    """The running month in money, of one site or several: one sum where all of it is in one currency and told alike."""
    if len({(each.currency, each.is_gross) for _name, each in found}) != 1:
        return []
    currency, is_gross = found[0][1].currency, found[0][1].is_gross
    shown = sum(each.shown_minor for _name, each in found)
    return [Metric(_("Cost this month"), formats.money(shown, currency), "", shape="di", colour="--c-net",
                   note=_cost_note(found, currency, is_gross=is_gross), spark=_cost_days(day, found),
                   spark_label=_("Cost of each day this month"), href=address)]  # fmt: skip


def _cost_note(found: Sequence[tuple[str, Cost]], currency: str, *, is_gross: bool) -> str:
    """What is in the sum, and whether it is with or without VAT."""
    vat = _("with VAT, up to today") if is_gross else _("without VAT, up to today")
    sums: dict[str, int] = defaultdict(int)
    for name, each in found:
        sums[name] += each.shown_minor
    if len(sums) < 2:
        return vat
    names = {"electricity": _("electricity"), "gas": _("gas"), "heat": _("heat")}
    parts = [f"{names[name]} {formats.money(minor, currency)}" for name, minor in sums.items()]
    return _("{parts}; {vat}", parts=", ".join(parts), vat=vat)


def _cost_days(day: date, found: Sequence[tuple[str, Cost]]) -> list[float | None]:
    sums: list[float | None] = [None] * days_in_month(day.year, day.month)
    for _name, each in found:
        for when, minor in each.days:
            sums[when.day - 1] = (sums[when.day - 1] or 0) + minor
    return sums


def _year(view: SiteDashboard) -> Metric:
    """Two bars of the same days, this year above the year before."""
    last = view.month.last_year
    figure, unit = formats.UNKNOWN, ""
    if last is not None and last.ratio is not None:
        figure = formats.number(abs(last.ratio) * 100)
        unit = _("% less") if last.ratio < 0 else _("% more")
    return Metric(_("Against last year"), figure, unit, note=_year_note(view), pair=_year_pair(view, last),
                  href=_consumption(view, period="month", compare="last_year"))  # fmt: skip


def _year_pair(view: SiteDashboard, last: Comparison | None) -> list[tuple[str, float, str]]:
    if last is None or last.ratio is None:
        return []
    year = view.today.day.year
    sums = ((year, last.now_wh), (year - 1, last.then_wh))
    return [(str(name), float(energy), formats.kwh(energy)) for name, energy in sums]


def _made(view: SiteDashboard) -> list[Metric]:
    if view.production is None or view.production_today is None:
        return []
    figure, unit = formats.energy_parts(view.production_today.total_wh)
    month = formats.kwh(view.production.so_far_wh)
    made = Metric(_("Production today"), figure, unit, shape="ci", colour="--c-prod",
                  note=_("{energy} this month up to yesterday", energy=month),
                  spark=today_chart.by_hour(view.production_today), spark_label=_("Production of each hour today"))  # fmt: skip
    return [made, *_net(view), *_own(view)]


def _net(view: SiteDashboard) -> list[Metric]:
    net = view.net_today_wh
    if net is None:
        return []
    figure, unit = formats.energy_parts(abs(net))
    text = _("more taken from the grid than given so far") if net > 0 else _("more given to the grid than taken so far")
    assert view.net_today is not None, "a sum has its hours"
    return [Metric(_("Grid balance today"), figure, unit, shape="di", colour="--c-net", note=text,
                   spark=today_chart.by_hour(view.net_today), spark_label=_("Taken from the grid less given to it, each hour today"))]  # fmt: skip


def _own(view: SiteDashboard) -> list[Metric]:
    if view.self_sufficiency is None:
        return []
    figure = formats.number(view.self_sufficiency * 100)
    text = _("of this month's use came from your own roof or wind")
    return [Metric(_("Self-sufficiency"), figure, "%", shape="ci", colour="--c-prod", note=text,
                   ring=view.self_sufficiency)]  # fmt: skip


def _others(view: SiteDashboard) -> list[Metric]:
    cards = []
    for name, total in view.others:
        figure, unit = formats.energy_parts(total.so_far_wh)
        label = _("Gas this month") if name == "gas" else _("Heat this month")
        cards.append(Metric(label, figure, unit, note=note(total, name), spark=_days(view, total),
                            spark_label=_("{name}: each day", name=label), href=_consumption(view, period="month", commodity=name)))  # fmt: skip
    return cards


def _days(view: SiteDashboard, total: Total) -> list[float | None]:
    day = view.today.day
    return month.slots(total.days, days_in_month(day.year, day.month))


def _consumption(view: SiteDashboard, **query: str) -> str:
    return href("/consumption", {"site": view.site.public_id, **query})


def change(compared: Comparison | None) -> str:
    """`12 % less`; a dash when nothing fair can be said."""
    if compared is None or compared.ratio is None:
        return formats.UNKNOWN
    return _("the same") if abs(compared.ratio) < SAME else change_text(compared.ratio)


def note(total: Total, commodity: str = "electricity") -> Any:
    """The comparison that leads, in a sentence; where there is none, what the figure covers."""
    compared = leading(commodity, previous=total.previous, last_year=total.last_year)
    if not total.has_whole_days:
        return _("the month has just begun")
    if compared is None or compared.ratio is None:
        return _covered(total, commodity)
    if commodity in HEATING:
        same, changed = _("as much as in the same days a year ago"), _("{change} than in the same days a year ago")
    else:
        same, changed = (
            _("as much as in the same days of last month"),
            _("{change} than in the same days of last month"),
        )
    return same if abs(compared.ratio) < SAME else _marked(changed, compared.ratio)


def _covered(total: Total, commodity: str) -> str:
    """Heating is not measured by the month before: a colder month would be a change of habits."""
    began = month.since(total.days)
    if began is not None:
        return ngettext(
            "{n} whole day since {day}", "{n} whole days since {day}", began[0], day=formats.day_short(began[1])
        )
    if commodity in HEATING and total.so_far_wh is not None:
        return _("heating follows the season, and there is no year before to compare with yet")
    return _("up to yesterday")


def _marked(template: str, ratio: float) -> list[Any]:
    """The change set off from its sentence; green only if less, which is good for use."""
    before, _change, after = template.partition("{change}")
    return [before, delta(change_text(ratio), good=True if ratio < 0 else None), after]


def _year_note(view: SiteDashboard) -> str:
    total, then = view.month, view.month.last_year
    if not total.has_whole_days:
        return _("the month has just begun")
    full = add_months(view.site.first_date, 12)
    if then is None and view.today.day < full:
        return _("from {day} on, when you have been here for a year", day=formats.day_medium(full))
    if then is None:
        return _("no complete readings of the same days a year ago")
    if then.days is not None:
        return ngettext(
            "on {n} day that is complete in both years", "on the {n} days that are complete in both years", then.days
        )
    return _("{energy} in the same days a year ago", energy=formats.kwh(then.then_wh))


def _today_note(view: SiteDashboard) -> Any:
    ratio = view.today.ratio
    if view.today.so_far_wh is None:
        return _no_today(view)
    if ratio is None:
        return _("no usual day to compare with yet")
    if abs(ratio) < SAME:
        return _("as much as usual by now")
    return _marked(_("{change} than usual by now"), ratio)


def _no_today(view: SiteDashboard) -> str:
    usual = [value for value in today_chart.usual_by_hour(view.today) if value is not None]
    if len(usual) < HOURS:
        return _("no readings of today yet")
    return _("no readings of today yet; usually {energy} in all", energy=formats.kwh(sum(usual) * 1000))
