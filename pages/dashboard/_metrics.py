"""The row of cards, each with one figure and one fair comparison, and the month's bars."""

from __future__ import annotations

from components import formats
from components.cards import Metric
from components.consumption import labels
from components.consumption.sentences import change_text
from components.figures.consumption import BarData, Stack, kwh_values
from components.links import href
from domain.energy.comparison import Comparison
from domain.text import gettext as _
from services.dashboard import SiteDashboard, Total

MOST = 6


def metrics(view: SiteDashboard) -> list[Metric]:
    """Four to six cards, by what the site has."""
    return [*_use(view), *_made(view), *_others(view)][:MOST]


def _use(view: SiteDashboard) -> list[Metric]:
    site = view.site.public_id
    figure, unit = formats.energy_parts(view.today.so_far_wh)
    month_figure, month_unit = formats.energy_parts(view.month.so_far_wh)
    last = view.month.last_year
    year_figure, year_unit = _year_change(last)
    return [
        Metric(_("Consumption today"), figure, unit, note=_today_note(view), spark=kwh_values(view.today.hours.values_wh()),
               spark_label=_("Consumption of each hour today"), href=href("/consumption", {"site": site, "period": "day"})),
        Metric(_("This month"), month_figure, month_unit, note=note(view.month.previous), spark=kwh_values(view.month.days.values_wh()),
               spark_label=_("Consumption of each day this month"), href=href("/consumption", {"site": site, "period": "month"})),
        Metric(_("Against last year"), year_figure, year_unit, note=_year_note(last), href=href("/consumption", {"site": site, "period": "month", "compare": "last_year"})),
        _complete(view),
    ]  # fmt: skip


def _complete(view: SiteDashboard) -> Metric:
    figure = formats.number(
        None if view.completeness is None else view.completeness * 100, 0 if view.completeness == 1 else 1
    )
    return Metric(_("Readings complete"), figure, "%", shape="di", colour="--c-rest", note=_("of the last 7 days"))


def _made(view: SiteDashboard) -> list[Metric]:
    if view.production is None or view.production_today is None:
        return []
    figure, unit = formats.energy_parts(view.production_today.total_wh)
    cards = [
        Metric(_("Production today"), figure, unit, shape="ci", colour="--c-prod", note=_("{energy} this month up to yesterday", energy=formats.kwh(view.production.so_far_wh)),
               spark=kwh_values(view.production_today.values_wh()), spark_label=_("Production of each hour today"))
    ]  # fmt: skip
    if view.self_sufficiency is not None:
        value = formats.number(view.self_sufficiency * 100)
        cards.append(
            Metric(
                _("Self-sufficiency"),
                value,
                "%",
                shape="ci",
                colour="--c-prod",
                note=_("of this month's use came from your own roof or wind"),
            )
        )
    return cards


def _others(view: SiteDashboard) -> list[Metric]:
    cards = []
    for name, total in view.others:
        figure, unit = formats.energy_parts(total.so_far_wh)
        target = href("/consumption", {"site": view.site.public_id, "period": "month", "commodity": name})
        label = _("Gas this month") if name == "gas" else _("Heat this month")
        cards.append(
            Metric(
                label,
                figure,
                unit,
                note=note(total.previous),
                spark=kwh_values(total.days.values_wh()),
                spark_label=label,
                href=target,
            )
        )
    return cards


def change(compared: Comparison | None) -> str:
    """`12 % less`; a dash when nothing fair can be said."""
    if compared is None or compared.ratio is None:
        return formats.UNKNOWN
    return _("the same") if abs(compared.ratio) < 0.005 else change_text(compared.ratio)


def _year_change(compared: Comparison | None) -> tuple[str, str]:
    """Figure and unit: `3` and `% more`."""
    if compared is None or compared.ratio is None:
        return formats.UNKNOWN, ""
    return formats.number(abs(compared.ratio) * 100), _("% less") if compared.ratio < 0 else _("% more")


def note(compared: Comparison | None) -> str:
    if compared is None or compared.ratio is None:
        return _("up to yesterday")
    if abs(compared.ratio) < 0.005:
        return _("as much as in the same days of last month")
    return _("{change} than in the same days of last month", change=change_text(compared.ratio))


def _year_note(compared: Comparison | None) -> str:
    if compared is None:
        return _("no complete readings of the same days a year ago")
    return _("{energy} in the same days a year ago", energy=formats.kwh(compared.then_wh))


def _today_note(view: SiteDashboard) -> str:
    if view.today.ratio is None:
        return _("no usual day to compare with yet")
    if abs(view.today.ratio) < 0.02:
        return _("as much as usual by now")
    return _("{change} than usual by now", change=change_text(view.today.ratio))


def month_headline(view: SiteDashboard) -> str:
    if view.month.so_far_wh is None:
        return _("There are no readings of this month yet.")
    if view.production is not None and view.production.so_far_wh is not None:
        return _(
            "You made {made} and used {used}.",
            made=formats.kwh(view.production.so_far_wh),
            used=formats.kwh(view.month.so_far_wh),
        )
    return _("You used {used} up to yesterday.", used=formats.kwh(view.month.so_far_wh))


def month_sub(view: SiteDashboard) -> str:
    if view.export is not None and view.export.so_far_wh is not None:
        return _("{energy} went to the grid. Today is still running.", energy=formats.kwh(view.export.so_far_wh))
    return _then_sentence(view.month)


def _then_sentence(total: Total) -> str:
    then = total.previous
    if then is None:
        return _("Today is still running.")
    return _("{energy} in the same days of last month. Today is still running.", energy=formats.kwh(then.then_wh))


def month_bars(view: SiteDashboard) -> BarData:
    """Use downwards and production upwards for prosumers, else use from zero."""
    days = view.month.days
    names = labels.full_labels(days, "day")
    used = kwh_values(days.values_wh())
    ticks = labels.ticks(days, "day")
    shaded = labels.weekend(days, "day")
    if view.production is None or len(view.production.days) != len(days):
        return BarData(names, ticks, [Stack(_("Consumption"), "total", used)], shaded=shaded)
    made = kwh_values(view.production.days.values_wh())
    down = [None if value is None else -value for value in used]
    return BarData(
        names,
        ticks,
        [Stack(_("Production"), "production", made), Stack(_("Consumption"), "total", down)],
        shaded=shaded,
    )
