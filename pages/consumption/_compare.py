"""Any two periods beside each other: a form, a sentence, a figure and a table of one result."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import formats, known, states, trust
from components.charts import chart_slot
from components.consumption import labels, sentences
from components.figures import consumption as figures
from components.figures.consumption import BarData, LineData, Stack
from components.frame import LegendItem, card, figure_card, legend
from components.icons import icon
from components.period_bar import date_field
from components.tables import Column, data_table, row_count
from components.theme import Theme
from domain.access import Viewer
from domain.calendar import Period, PeriodKind
from domain.energy.balance import UseSeries
from domain.energy.pairing import NONE
from domain.text import gettext as _
from pages.consumption import _chart as chart
from pages.consumption._state import State
from services import consumption_pairs, use
from services.consumption_asks import compared_period
from services.consumption_pairs import Pairs
from services.sites import consumption_terms

FORM_KEYS = {"view", "period", "date", "last", "compare", "then", "then_last", "align", "resolution", "known"}


def compare(viewer: Viewer, state: State) -> list[Any]:
    if state.ask.period.kind is PeriodKind.ALL:
        text = _("All years have no other period to be compared with. Choose a year, a month or your own dates.")
        return [_form_card(state), states.empty("cannot", _("Nothing to compare with"), text)]
    found = consumption_pairs.pairs(viewer, state.ask) if not state.problems else None
    return [_form_card(state), *([_result(viewer, state, found)] if found else [])]


def _form_card(state: State) -> html.Div:
    form = html.Form(
        [*_hidden(state), html.Div([*_fields(state), _align_field(state), _button()], className="compare-fields")],
        action=state.path, method="GET",
    )  # fmt: skip
    if state.problems or state.ask.period.kind is PeriodKind.ALL:
        shown = card(card_id="consumption-periods", title=_("Which periods"), body=[form])
        return html.Div([*_alerts(state), html.Div(shown, className="g")])
    then = compared_period(state.ask)
    both = (
        _("{now} against {then}", now=formats.period_title(state.ask.period), then=formats.period_title(then))
        if then
        else ""
    )
    change = html.Span(_("Choose other days"), className="linkish")
    folded = html.Details([html.Summary([icon("calendar"), html.B(both), change]), form], className="fold")
    return html.Div(html.Div(html.Div(folded, className="card-body"), className="card"), className="g")


def _hidden(state: State) -> list[Any]:
    """What the form does not ask: the site and the energy; and that both periods are own dates."""
    kept = {key: value for key, value in state.query.items() if key not in FORM_KEYS}
    told = {**kept, "view": "compare", "period": "custom", "compare": "own"}
    return [dcc.Input(type="hidden", name=key, value=value) for key, value in told.items()]


def _fields(state: State) -> list[html.Div]:
    now, then = state.ask.period, compared_period(state.ask)
    values = {
        "date": now.first, "last": now.last, "then": then.first if then else "", "then_last": then.last if then else "",
    }  # fmt: skip
    shown = {name: state.query.get(name, "") if state.problems else str(value) for name, value in values.items()}
    return [
        date_field(f"compare-{name}", name, label, shown[name] or str(values[name]), _problem_of(state, name))
        for name, label in field_names().items()
    ]


def field_names() -> dict[str, str]:
    return {
        "date": _("First day"), "last": _("Last day"), "then": _("First day to compare with"),
        "then_last": _("Last day to compare with"),
    }  # fmt: skip


def _problem_of(state: State, name: str) -> str:
    return date_problem(name, state.problems[name]) if name in state.problems else ""


def date_problem(name: str, code: str) -> str:
    """Which field, what is wrong, what helps."""
    label = field_names()[name]
    return {
        "no_date": _("{field}: this is not a date. Choose a day such as 2026-03-31.", field=label),
        "out_of_range": _("{field}: choose a day between 2000 and 2099.", field=label),
        "last_before_first": _("{field}: it lies before the first day. Swap the two dates or choose a later one.", field=label),
        "in_future": _("{field}: it has not come yet. Choose today or an earlier day.", field=label),
    }[code]  # fmt: skip


def _alerts(state: State) -> list[html.Div]:
    words = [date_problem(name, code) for name, code in state.problems.items()]
    if not words:
        return []
    lines = html.Div([html.P(text) for text in words])
    return [html.Div([icon("exclamation-circle"), lines], className="notice bad", role="alert")]


def _align_field(state: State) -> html.Div:
    choices = [("weekday", _("Same weekdays")), ("date", _("Same dates"))]
    options = [{"value": key, "label": label} for key, label in choices]
    select = dbc.Select(id="compare-align", name="align", options=options, value=state.ask.align)
    return html.Div([html.Label(_("Days that meet"), htmlFor="compare-align", className="form-label"), select])


def _button() -> html.Button:
    return html.Button(_("Compare"), type="submit", className="btn btn-primary")


def _result(viewer: Viewer, state: State, found: Pairs) -> html.Div:
    if found.now_series.total_wh is None or found.then_series.total_wh is None:
        blank = state.ask.period if found.now_series.total_wh is None else found.then
        text = _("There are no readings {when}. Choose other days.", when=sentences.when(blank))
        return html.Div(states.empty("none_here", _("Nothing to compare"), text))
    season = sentences.season(state.ask.commodity, state.ask.period, found.compared)
    headline = sentences.used_and_compared(
        found.now_series.total_wh, state.ask.period, None if season else found.compared, is_running=found.is_running
    )
    slot = chart_slot("consumption-compare", summary=_summary(found, headline), height_px=300)
    body = [_legend(found), slot, *_known(found)]
    shown = figure_card(
        card_id="consumption-compared", headline=headline, sub=f"{_sub(found)} {season}".rstrip(), body=body, table=_table(found),
        table_count=row_count(len(found.pairing)),
    )  # fmt: skip
    return html.Div(shown, className="g")


def _known(found: Pairs) -> list[html.Div]:
    """How either period is known, one below the other: an estimate in the second one is half of the difference too."""
    periods = ((found.ask.period, found.now_series), (found.then, found.then_series))
    return [
        html.Div(
            [html.P(formats.period_title(period)), chart.ribbon(series), trust.note(chart.counts_of(series))],
            className="known-one",
        )
        for period, series in periods
    ]


def _sub(found: Pairs) -> str:
    if found.compared is None:
        return _("Less than half of the days are complete in both periods, so no difference is stated.")
    if found.compared.ratio is None:
        return _("Nothing was used {when}, so there is no percentage.", when=sentences.when(found.then))
    said = sentences.fair_comparison(found.compared, found.now_part, is_running=found.is_running)
    return said or _(
        "{now} against {then} {when}, from complete days.",
        now=formats.kwh(found.compared.now_wh), then=formats.kwh(found.compared.then_wh), when=sentences.when(found.then),
    )  # fmt: skip


def _summary(found: Pairs, headline: str) -> str:
    return figures.summary(
        headline, found.now_series.values_wh(), labels.full_labels(found.now_series, found.resolution)
    )


def _names(found: Pairs) -> list[str]:
    """A bucket is called after the asked period; one that only the other period has, after that."""
    now, then = (labels.full_labels(series, found.resolution) for series in (found.now_series, found.then_series))
    return [
        now[a] if a != NONE else _("only then: {name}", name=then[b])
        for a, b in zip(found.pairing.now, found.pairing.then, strict=True)
    ]


def values(series: UseSeries, places: tuple[int, ...]) -> list[int | None]:
    energy = series.values_wh()
    return [None if place == NONE else energy[place] for place in places]


def figure(found: Pairs, colours: Theme) -> dict[str, Any]:
    """Two single days as lines of power, longer periods as bars with a mark for the other period."""
    names, factor = _names(found), _factor(found)
    at = {place: row for row, place in enumerate(found.pairing.now) if place != NONE}
    ticks = [(at[place], text) for place, text in labels.ticks(found.now_series, found.resolution)]
    now, then = (
        [None if value is None else value * factor for value in values(series, places)]
        for series, places in ((found.now_series, found.pairing.now), (found.then_series, found.pairing.then))
    )
    torn = [place for place, is_torn in enumerate(chart.partial(found.then_covered)) if is_torn]
    then = [None if place in torn else value for place, value in zip(found.pairing.then, then, strict=True)]
    stack, title = [Stack(formats.period_title(found.ask.period), "total", now)], formats.period_title(found.then)
    estimated = chart.hatched(found.now_series)
    is_estimated = [estimated[place] if place != NONE else False for place in found.pairing.now]
    if found.resolution == "interval":
        data = LineData(names, ticks, stack, then=then, then_name=title, is_estimated=is_estimated)
        return figures.lines(data, colours=colours)
    is_torn = chart.partial(found.now_covered)
    is_partial = [is_torn[place] if place != NONE else False for place in found.pairing.now] if is_torn else []
    bars = BarData(
        names, ticks, stack, is_estimated=is_estimated, is_partial=is_partial, then_kwh=then, then_name=title
    )
    return figures.bars(bars, colours=colours)


def _factor(found: Pairs) -> float:
    """From the energy of a bucket to kWh, of an interval to kW."""
    if found.resolution != "interval":
        return 1 / 1000
    return 3.6 / use.interval_of(found.ask.site, consumption_terms(found.ask.site, found.ask.commodity))


def _legend(found: Pairs) -> html.Ul:
    is_line = found.resolution == "interval"
    items = [
        LegendItem("sw-line" if is_line else "sw-cons", formats.period_title(found.ask.period), formats.kwh(found.now_series.total_wh)),
        LegendItem("sw-usual" if is_line else "sw-ref", formats.period_title(found.then), formats.kwh(found.then_series.total_wh)),
    ]  # fmt: skip
    items += chart.hatched_item(chart.hatched(found.now_series), is_line=is_line)
    if any(chart.partial(found.now_covered)):
        items.append(LegendItem("sw-partial", _("Incomplete month")))
    return legend(items, _("in kW") if is_line else "")


def _table(found: Pairs) -> html.Div:
    then_names = labels.full_labels(found.then_series, found.resolution)
    digits = 3 if found.resolution == "interval" else 1
    rows = []
    now = values(found.now_series, found.pairing.now)
    then = values(found.then_series, found.pairing.then)
    not_measured = _not_measured(found)
    for row, name in enumerate(_names(found)):
        left, right, place = now[row], then[row], found.pairing.then[row]
        change = None if left is None or right is None else left - right
        head = name if found.pairing.now[row] != NONE else formats.UNKNOWN
        beside = then_names[place] if place != NONE else formats.UNKNOWN
        said = [(period, cells[row]) for period, cells in not_measured]
        rows.append(
            [[head, *_below(said)], formats.kwh(left, digits), beside, formats.kwh(right, digits),
             formats.kwh(change, digits), *(words for _period, words in said)]
        )  # fmt: skip
    more = [Column(_("Not measured, {period}", period=period), low=True) for period, _cells in not_measured]
    columns = [Column(_("Time")), Column(_energy_of(found.ask.period), numeric=True), Column(_("Beside it"), low=True),
               Column(_energy_of(found.then), numeric=True), Column(_("Difference"), numeric=True), *more]  # fmt: skip
    return data_table(_("Both periods by time"), columns, rows, caption_hidden=True)


def _below(said: list[tuple[str, str]]) -> list[html.Span]:
    """What phones show instead of the columns: each period with what of it was not measured."""
    return [known.said_below(_("{period}: {words}", period=period, words=words)) for period, words in said if words]


def _not_measured(found: Pairs) -> list[tuple[str, list[str]]]:
    """For each period that is not wholly measured, its title and what else there is in each row."""
    sides = (
        (found.ask.period, found.now_series, found.pairing.now),
        (found.then, found.then_series, found.pairing.then),
    )
    columns = []
    for period, series, places in sides:
        said = [known.words(counts) for counts in chart.bucket_counts(series)]
        if any(said):
            cells = [said[place] if place != NONE else "" for place in places]
            columns.append((formats.period_title(period), cells))
    return columns


def _energy_of(period: Period) -> str:
    return formats.period_title(period)
