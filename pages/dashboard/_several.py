"""What somebody with several sites sees first: all of them, with the same fair comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from dash import dcc, html

from components import formats
from components.cards import Metric, metric
from components.frame import card, figure_card, page_head
from components.tables import Column, data_table
from domain.access import Viewer
from domain.calendar import days_in_month
from domain.energy.comparison import Comparison
from domain.energy.freshness import Health
from domain.text import gettext as _
from domain.text import ngettext
from pages import _damage
from pages.dashboard import _complete as complete
from pages.dashboard import _feed as feed
from pages.dashboard import _metrics as metrics
from pages.dashboard import _month as month
from pages.dashboard import _sites_chart as sites_chart
from pages.dashboard import _status as status
from pages.dashboard import _today as today_chart
from services import damage, dashboard
from services.dashboard import SiteRow, Total


def several(viewer: Viewer, title: str) -> html.Div:
    rows = dashboard.overview_rows(viewer)
    current = [row for row in rows if row.stay == "now"]
    sites = [row.site for row in rows]
    happened = feed.feed_list(dashboard.feed(viewer, sites), sites)
    return html.Div(
        [
            page_head(title),
            *_damage.notices(damage.of_site(viewer, site) for site in sites),
            html.Div(_placed(_cards(current)), className="g metrics"),
            html.Div(_sites_card(rows, current), className="g"),
            html.Div(card(card_id="dashboard-feed", title=_("Recent"), body=[happened]), className="g"),
        ]
    )


def _placed(cards: Sequence[Metric]) -> list[html.Div]:
    """Four in a row; five as three and two."""
    widths = ["c4", "c4", "c4", "c6", "c6"] if len(cards) == 5 else ["c3"] * len(cards)
    return [html.Div(metric(each), className=width) for each, width in zip(cards, widths, strict=True)]


def together(rows: Sequence[SiteRow]) -> Comparison | None:
    """Sum of the sites that can be compared; None as soon as one of them cannot, or the sum would mislead."""
    found = [row.month.previous for row in rows]
    if not found or any(each is None for each in found):
        return None
    known = [each for each in found if each is not None]
    return Comparison(sum(c.now_wh for c in known), sum(c.then_wh for c in known), known[0].then, per_day=False)


def _total(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _share_known(values: Sequence[int | None], template: str) -> str:
    """Of how many sites a sum is, where some are missing from it; nothing where it is of all or of none."""
    known = sum(value is not None for value in values)
    return template.format(n=known, m=len(values)) if 0 < known < len(values) else ""


def _headline(current: Sequence[SiteRow]) -> str:
    month = [row.month.so_far_wh for row in current]
    energy = formats.kwh(_total(month))
    if _total(month) is None:
        return ngettext(
            "There are no readings of your site this month yet.",
            "There are no readings of your {n} sites this month yet.",
            len(current),
        )
    partly = _share_known(month, _("{n} of your {m} sites used"))
    if partly:
        return _("{partly} {energy} this month; the others have sent no readings.", partly=partly, energy=energy)
    compared = together(current)
    if compared is None or compared.ratio is None or abs(compared.ratio) < metrics.SAME:
        return ngettext(
            "Your site used {energy} this month.",
            "Your {n} sites used {energy} this month.",
            len(current),
            energy=energy,
        )
    return ngettext(
        "Your site used {energy} this month, {change} than in the same days of last month.",
        "Your {n} sites used {energy} this month, {change} than in the same days of last month.",
        len(current), energy=energy, change=metrics.change(compared),
    )  # fmt: skip


def _cards(current: Sequence[SiteRow]) -> list[Metric]:
    """Today, the month, the largest site and how many deliver."""
    if not current:
        return []
    today_of, month_of = [row.today.total_wh for row in current], [row.month.so_far_wh for row in current]
    today, unit = formats.energy_parts(_total(today_of))
    month_wh = _total(month_of)
    figure, month_unit = formats.energy_parts(month_wh)
    compared = together(current)
    whole = Total(month_wh, current[0].month.days, compared, None, current[0].month.has_whole_days)
    partly = _share_known(month_of, _("{n} of {m} sites")) or ("" if compared else _("up to yesterday"))
    return [
        Metric(_("Consumption today"), today, unit, note=_today_note(today_of), spark=_today_hours(current),
               spark_label=_("Consumption of each hour today, sites together")),
        Metric(_("This month"), figure, month_unit, note=partly or metrics.note(whole), spark=_days(current),
               spark_label=_("Consumption of each day this month")),
        *_costs(current),
        *_largest(current, month_wh),
        _delivering_card(current),
    ]  # fmt: skip


def _costs(current: Sequence[SiteRow]) -> list[Metric]:
    """Of all sites together; named where some are not in it."""
    found = [each for row in current for each in row.costs]
    cards = metrics.cost(found, current[0].now_local.date(), "/billing")
    priced = sum(bool(row.costs) for row in current)
    partly = _("{n} of {m} sites").format(n=priced, m=len(current))
    return [replace(each, note=f"{partly}; {each.note}") if priced < len(current) else each for each in cards]


def _delivering_card(current: Sequence[SiteRow]) -> Metric:
    """How many deliver, and a box a day for what all of them together delivered."""
    missing = [row for row in current if row.freshness.health is not Health.LIVE]
    days = [row.last_days for row in current]
    return Metric(
        _("Sites delivering"), f"{len(current) - len(missing)}/{len(current)}", "", shape="di", colour="--off-mark",
        note=_delivering(missing), shares=complete.boxes(days), spark_label=complete.label(days),
        href=f"/dashboard/{missing[0].site.public_id}" if len(missing) == 1 else "",
    )  # fmt: skip


def _today_note(today_of: Sequence[int | None]) -> str:
    if _total(today_of) is None:
        return _("no readings of today yet")
    return _share_known(today_of, _("{n} of {m} sites so far")) or _("all sites so far")


def _delivering(missing: Sequence[SiteRow]) -> str:
    """Who is missing, by name where it is one."""
    if not missing:
        return _("all on time")
    if len(missing) == 1:
        return _("waiting for {site}", site=missing[0].site.name)
    return _("waiting for {site} and others", site=missing[0].site.name)


def _today_hours(current: Sequence[SiteRow]) -> list[float | None]:
    """The sum of the sites that know the hour, each on its own clock. [kWh]"""
    return [_kwh_sum(hour) for hour in zip(*(today_chart.by_hour(row.today) for row in current), strict=True)]


def _kwh_sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _largest(current: Sequence[SiteRow], month_wh: int | None) -> list[Metric]:
    known = [(row.month.so_far_wh, row) for row in current if row.month.so_far_wh]
    if not known or not month_wh:
        return []
    most, row = max(known, key=lambda pair: pair[0])
    share = formats.number(most / month_wh * 100)
    return [Metric(_("Largest share"), share, "%", note=row.site.name, href=f"/dashboard/{row.site.public_id}",
                   spark=_days([row]), spark_label=_("Consumption of each day this month"))]  # fmt: skip


def _days(current: Sequence[SiteRow]) -> list[float | None]:
    """The sum of all sites by day of the month; None where a site whose day it is does not know it. [kWh]"""
    day = current[0].now_local.date()
    count = days_in_month(day.year, day.month)
    of_sites = [(month.slots(row.month.days, count), month.places(row.month.days)) for row in current]
    by_day = ([values[place] for values, own in of_sites if place in own] for place in range(count))
    return [None if None in values else _kwh_sum(values) for values in by_day]


def _sites_card(rows: Sequence[SiteRow], current: Sequence[SiteRow]) -> html.Section:
    if not current:
        return card(card_id="dashboard-sites", title=_("Your sites"), body=[_table(rows)])
    tells_more = len(rows) > min(len(current), sites_chart.SHOWN)
    return figure_card(
        card_id="dashboard-sites", title=_("Your sites"), headline=_headline(current),
        sub=_("Up to yesterday, each site on its own clock."), body=sites_chart.chart(current),
        table=_table(rows), table_count=ngettext("{n} site", "{n} sites", len(rows)), is_table_open=tells_more,
    )  # fmt: skip


def _table(rows: Sequence[SiteRow]) -> html.Div:
    """Columns are made from a list, so that a later one, such as cost, is one more entry."""
    columns = [Column(_("Site")), Column(_("This month"), numeric=True), Column(_("Last month, same days"), numeric=True, low=True),
               Column(_("Change"), numeric=True), Column(_("Complete"), numeric=True, low=True), Column(_("Meter data"), low=True)]  # fmt: skip
    total = _total_row(rows)
    return data_table(_("Your sites this month up to yesterday"), columns, [_cells(row) for row in rows], total=total,
                      dense=False, caption_hidden=True)  # fmt: skip


def _cells(row: SiteRow) -> list[Any]:
    then = row.month.previous
    state = status.pill(row.freshness) if row.stay == "now" else html.Span(_stay_name(row), className="pill")
    head = [
        dcc.Link(row.site.name, href=f"/dashboard/{row.site.public_id}", className="strong"),
        html.Span(row.site.city, className="quiet small site-city"),
        html.Span(state, className="only-n site-state"),
    ]
    if row.stay != "now":
        return [head, formats.UNKNOWN, formats.UNKNOWN, formats.UNKNOWN, formats.UNKNOWN, state]
    return [
        head, formats.kwh(row.month.so_far_wh), _then_cell(then),
        html.Span(metrics.change(then), className="w"), formats.percent(dashboard.known_share(row.last_days)), state,
    ]  # fmt: skip


def _then_cell(then: Comparison | None) -> list[Any]:
    """Says so where incomplete days were left out of the comparison."""
    if then is None or then.days is None:
        return [formats.kwh(then.then_wh if then else None)]
    note = ngettext("{n} complete day compared", "{n} complete days compared", then.days)
    return [formats.kwh(then.then_wh), html.Span(note, className="quiet under")]


def _total_row(rows: Sequence[SiteRow]) -> list[Any] | None:
    current = [row for row in rows if row.stay == "now"]
    if len(current) < 2:
        return None
    compared = together(current)
    then = formats.kwh(compared.then_wh if compared else None)
    month = [row.month.so_far_wh for row in current]
    return [_share_known(month, _("{n} of {m} sites")) or _("All sites"), formats.kwh(_total(month)), then,
            html.Span(metrics.change(compared), className="w"), "", ""]  # fmt: skip


def _stay_name(row: SiteRow) -> str:
    if row.stay == "over" and row.site.end_date is not None:
        return _("Until {day}", day=formats.day_short(row.site.end_date - timedelta(days=1)))
    return _("From {day}", day=formats.day_short(row.site.first_date))
