"""What somebody with several sites sees first: all of them, with the same fair comparison."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from dash import dcc, html

from components import formats
from components.cards import Metric, metric
from components.figures.consumption import kwh_values
from components.frame import card, figure_card, page_head
from components.tables import Column, data_table
from domain.access import Viewer
from domain.energy.comparison import Comparison
from domain.energy.freshness import Health
from domain.text import gettext as _
from domain.text import ngettext
from pages import _damage
from pages.dashboard import _feed as feed
from pages.dashboard import _metrics as metrics
from pages.dashboard import _status as status
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
            html.Div([html.Div(metric(m), className="c3") for m in _cards(current)], className="g metrics"),
            html.Div(_sites_card(rows, current), className="g"),
            html.Div(card(card_id="dashboard-feed", title=_("Recent"), body=[happened]), className="g"),
        ]
    )


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
    today_of, month_of = [row.today_wh for row in current], [row.month.so_far_wh for row in current]
    today, unit = formats.energy_parts(_total(today_of))
    month_wh = _total(month_of)
    month, month_unit = formats.energy_parts(month_wh)
    compared = together(current)
    whole = Total(month_wh, current[0].month.days, compared, None, current[0].month.has_whole_days)
    live = sum(row.freshness.health is Health.LIVE for row in current)
    return [
        Metric(_("Consumption today"), today, unit, note=_today_note(today_of), spark=_today_bars(current),
               spark_label=_("Consumption of each site today")),
        Metric(_("This month"), month, month_unit, note=_share_known(month_of, _("{n} of {m} sites")) or metrics.note(whole), spark=_days(current),
               spark_label=_("Consumption of each day this month")),
        *_largest(current, month_wh),
        Metric(_("Sites delivering"), f"{live}/{len(current)}", "", shape="di", colour="--c-rest",
               note=_delivering(current)),
    ]  # fmt: skip


def _today_note(today_of: Sequence[int | None]) -> str:
    if _total(today_of) is None:
        return _("no readings of today yet")
    return _share_known(today_of, _("{n} of {m} sites so far")) or _("all sites so far")


def _delivering(current: Sequence[SiteRow]) -> str:
    """Who is missing, by name where it is one."""
    missing = [row.site.name for row in current if row.freshness.health is not Health.LIVE]
    if not missing:
        return _("all on time")
    if len(missing) == 1:
        return _("waiting for {site}", site=missing[0])
    return _("waiting for {site} and others", site=missing[0])


def _today_bars(current: Sequence[SiteRow]) -> list[float | None]:
    """One bar a site; two or three bars would say less than their figures."""
    return [row.today_wh for row in current] if len(current) > 3 else []


def _largest(current: Sequence[SiteRow], month_wh: int | None) -> list[Metric]:
    known = [(row.month.so_far_wh, row) for row in current if row.month.so_far_wh]
    if not known or not month_wh:
        return []
    most, row = max(known, key=lambda pair: pair[0])
    share = formats.number(most / month_wh * 100)
    return [Metric(_("Largest share"), share, "%", note=row.site.name, href=f"/dashboard/{row.site.public_id}",
                   spark=kwh_values(row.month.days.values_wh()), spark_label=_("Consumption of each day this month"))]  # fmt: skip


def _days(current: Sequence[SiteRow]) -> list[float | None]:
    """The sum of all sites by day of the month; None until every site knows the day."""
    lists = [kwh_values(row.month.days.values_wh()) for row in current]
    if len({len(values) for values in lists}) != 1:
        return []
    return [
        None if any(v is None for v in day) else sum(v for v in day if v is not None)
        for day in zip(*lists, strict=True)
    ]


def _sites_card(rows: Sequence[SiteRow], current: Sequence[SiteRow]) -> html.Section:
    if not current:
        return card(card_id="dashboard-sites", title=_("Your sites"), body=[_table(rows)])
    return figure_card(card_id="dashboard-sites", title=_("Your sites"), headline=_headline(current),
                       sub=_("Up to yesterday, each site on its own clock."), body=[_table(rows)])  # fmt: skip


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
        html.Span(metrics.change(then), className="w"), formats.percent(row.completeness), state,
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
