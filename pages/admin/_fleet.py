"""All customers together: the days of a group, what each group delivers, and how to look at the stores oneself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from dash import dcc, html

from components import formats
from components.charts import chart_slot
from components.figures import consumption as figures
from components.frame import card, figure_card, link_tabs
from components.links import href
from components.tables import Column, data_table
from components.theme import Theme
from domain.access import Viewer
from domain.energy.benchmark import MINIMUM_GROUP
from domain.energy.fleet import FleetDay
from domain.text import gettext as _
from domain.text import ngettext
from pages.admin import _parts as parts
from services import fleet
from services.fleet import FleetView, GroupView

COMPLETE_SHARE = 0.96  # a day with fewer of its readings is drawn as one that is not whole
OPEN_IT = """import sqlite3, duckdb

store = "var/store"  # the setting PORTAL_STORE
with sqlite3.connect(f"file:{store}/manifest.sqlite?mode=ro", uri=True) as manifest:
    live = manifest.execute("SELECT name FROM readings_segment WHERE kind = 'day' AND retired_layout IS NULL")
    files = [f"{store}/segments/{name}" for (name,) in live]
print(duckdb.read_parquet(files).aggregate("local_date, count(*), sum(n)", "local_date").order("local_date"))"""


def group_text(name: str) -> str:
    """`electricity/import` as people say it; a group without a name here keeps its own."""
    return {
        "electricity/import": _("Electricity from the grid"), "electricity/export": _("Electricity to the grid"),
        "electricity/production": _("Electricity produced"), "electricity/charge": _("Into batteries"),
        "electricity/discharge": _("Out of batteries"), "electricity/phase": _("Single phases"),
        "electricity/submeter": _("Devices"), "gas/import": _("Gas"), "heat/import": _("Heat"),
    }.get(name, name)  # fmt: skip


def chosen(view: FleetView, asked: str) -> GroupView | None:
    """The asked group, else electricity from the grid, else the first that is large enough."""
    by_name = {each.group.name: each for each in view.groups}
    return by_name.get(asked) or by_name.get("electricity/import") or next(iter(view.groups), None)


def cards(viewer: Viewer, view: FleetView, asked: str, *, has_stores: bool) -> list[Any]:
    """The chart over the whole width, then groups, and the stores for those who open them."""
    shown = chosen(view, asked)
    if shown is None:
        text = _("Sums are told of groups of {k} and more sites; none is that large yet.", k=MINIMUM_GROUP)
        return [
            html.Div(
                card(card_id="admin-fleet-card", title=_("The fleet by day"), body=[parts.empty(text)]), className="g"
            )
        ]
    row = [html.Div(_groups_card(view), className="c8" if has_stores else "c12")]
    row += [html.Div(_store_card(view), className="c4")] if has_stores else []
    return [
        dcc.Store(id="admin-fleet-state", data={"of": shown.group.name}),
        *_tabs(view, shown),
        html.Div(_chart_card(view, shown, fleet.daily(viewer, shown.group.name)), className="g"),
        html.Div(row, className="g"),
        *([html.Div(_open_card(), className="g")] if has_stores else []),
    ]


def _tabs(view: FleetView, shown: GroupView) -> list[Any]:
    items = [
        (group_text(each.group.name), href("/admin", {"of": each.group.name}), each is shown) for each in view.groups
    ]
    return [link_tabs(items, label=_("Group"))] if len(items) > 1 else []


def _chart_card(view: FleetView, shown: GroupView, days: Sequence[FleetDay]) -> html.Section:
    headline = _headline(shown)
    return figure_card(
        card_id="admin-fleet-card", title=_("The fleet by day"), headline=headline, sub=_sub(view, shown),
        body=[chart_slot("admin-fleet", summary=headline, height_px=260)],
        table=_table(days), table_count=ngettext("{n} day", "{n} days", len(days)),
    )  # fmt: skip


def _headline(shown: GroupView) -> str:
    name, recent = group_text(shown.group.name), shown.recent
    if recent is None:
        return _("{name}: no day of the last thirty may be told.", name=name)
    return ngettext(
        "{name}: {energy} in {n} day, {each} for each register.",
        "{name}: {energy} in {n} days, {each} a day for each register.",
        recent.days, name=name, energy=formats.kwh(recent.energy_wh), each=formats.kwh(recent.each_wh),
    )  # fmt: skip


def _sub(view: FleetView, shown: GroupView) -> str:
    said = [_("Up to {day}, each register on its own clock.", day=formats.day_short(view.last))]
    if shown.recent is not None:
        said.append(_("{percent} of the readings are here.", percent=_share(shown.recent.completeness)))
    if view.waiting:
        said.append(
            ngettext(
                "{n} day of a register is not summed yet.", "{n} days of registers are not summed yet.", view.waiting
            )
        )
    return " ".join(said)


def _share(share: float | None) -> str:
    """With one decimal, and 100 only where nothing is missing."""
    if share in {None, 1.0}:
        return formats.percent(share)
    return formats.percent(min(share or 0.0, 0.999), 1)


def figure(days: Sequence[FleetDay], *, colours: Theme) -> dict[str, Any]:
    """A bar a day over all days in between: a day that may not be told is a gap."""
    by_day = {day.day: day for day in days}
    span = _span(days)
    data = figures.BarData(
        labels=[formats.weekday_day(day) for day in span],
        ticks=[(place, formats.day_short(day)) for place, day in enumerate(span) if day.day == 1 or (place == 0 and day.day < 20)],
        stacks=[figures.Stack(_("Sum of all registers"), "total", [_kwh(by_day.get(day)) for day in span])],
        is_partial=[not _is_whole(by_day.get(day)) for day in span],
        shaded=[place for place, day in enumerate(span) if day.weekday() >= 5],
    )  # fmt: skip
    return figures.bars(data, colours=colours)


def _span(days: Sequence[FleetDay]) -> list[date]:
    if not days:
        return []
    count = (days[-1].day - days[0].day).days + 1
    return [days[0].day + timedelta(days=n) for n in range(count)]


def _kwh(day: FleetDay | None) -> float | None:
    return None if day is None else day.energy_wh / 1000


def _is_whole(day: FleetDay | None) -> bool:
    return day is None or day.n >= COMPLETE_SHARE * day.n_expected


def _table(days: Sequence[FleetDay]) -> html.Div:
    columns = [Column(_("Day")), Column(_("Registers"), numeric=True), Column(_("Sum"), numeric=True),
               Column(_("A day each"), numeric=True), Column(_("Complete"), numeric=True)]  # fmt: skip
    rows = [
        [
            formats.weekday_day(day.day), formats.number(day.registers), formats.kwh(day.energy_wh),
            formats.kwh(day.energy_wh / day.registers), _share(day.n / day.n_expected if day.n_expected else None),
        ]
        for day in reversed(days)
    ]  # fmt: skip
    return data_table(_("The fleet by day, newest first"), columns, rows)


def _groups_card(view: FleetView) -> html.Section:
    columns = [Column(_("Group")), Column(_("Sites"), numeric=True), Column(_("Registers"), numeric=True, low=True),
               Column(_("Last 30 days"), numeric=True), Column(_("A day each"), numeric=True, low=True), Column(_("Complete"), numeric=True)]  # fmt: skip
    rows = [_group_row(each) for each in view.groups]
    told = data_table(_("Groups that are large enough to be told"), columns, rows, dense=False, caption_hidden=True)
    names = ", ".join(group_text(name) for name in view.small)
    note = ngettext(
        "{n} group stands at fewer than {k} sites and is not told: {names}.",
        "{n} groups stand at fewer than {k} sites each and are not told: {names}.",
        len(view.small), k=MINIMUM_GROUP, names=names,
    )  # fmt: skip
    return card(
        card_id="admin-groups", title=_("What is measured"),
        body=[told, *([html.P(note, className="quiet small")] if view.small else [])],
    )  # fmt: skip


def _group_row(each: GroupView) -> list[Any]:
    recent = each.recent
    return [
        group_text(each.group.name), formats.number(each.group.sites), formats.number(each.group.registers),
        formats.kwh(recent.energy_wh if recent else None), formats.kwh(recent.each_wh if recent else None),
        _share(recent.completeness if recent else None),
    ]  # fmt: skip


def _store_card(view: FleetView) -> html.Section:
    store = view.store
    first = formats.day_medium(store.first_utc.date()) if store.first_utc else formats.UNKNOWN
    end = (
        f"{formats.day_short(store.end_utc.date())}, {formats.clock(store.end_utc)} UTC"
        if store.end_utc
        else formats.UNKNOWN
    )
    facts = [
        (_("Stored readings"), formats.number(store.readings)),
        (_("Of them not in a file yet"), formats.number(store.staged)),
        (_("Files"), formats.number(store.files)),
        (_("Size"), _("{size} MB", size=formats.number(store.size_bytes / 1e6, 1))),
        (_("First reading"), first),
        (_("Readings up to"), end),
    ]
    return card(card_id="admin-store", title=_("Readings store"), body=[parts.facts_list(facts)])


def _open_card() -> html.Section:
    said = _(
        "Readings are Parquet files that DuckDB, pandas, polars and Spark read as they are. A register is a number in them; who it belongs to is not there."
    )
    code = html.Pre(html.Code(OPEN_IT), className="code", tabIndex="0", **{"aria-label": _("How to open the store")})
    where = [_("Tables, columns and rules:"), " ", html.Code("docs/how-to/read-the-stores.md")]
    return card(
        card_id="admin-open", title=_("Open the store yourself"),
        body=[html.P(said, className="sub"), code, html.P(where, className="quiet small")],
    )  # fmt: skip
