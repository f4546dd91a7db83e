"""Why a bill differs from the one before: causes that sum to the difference, drawn as a waterfall."""

from __future__ import annotations

from typing import Any

from dash import html

from components import formats
from components.tables import Column, data_table
from components.theme import Theme, base_layout
from domain.billing.waterfall import Step
from domain.money import from_minor
from domain.text import gettext as _
from pages.billing import _words as words
from services.billing_detail import Change
from services.billing_list import BillRow


def cause_name(cause: str) -> str:
    return {
        "days": _("Days"),
        "weather": _("Weather"),
        "usage": _("Use"),
        "prices": _("Prices"),
        "taxes": _("Taxes"),
        "corrections": _("Corrections"),
        "feed_in": _("Feed-in"),
    }[cause]


def shown(change: Change) -> list[Step]:
    """Causes that say something: days, use, prices and taxes always, the others where they changed anything."""
    always = {"days", "usage", "prices", "taxes"}
    return [step for step in change.steps if step.change_minor or step.cause in always]


def headline(change: Change, row: BillRow) -> str:
    """How much, against which, and the largest cause."""
    total, when = change.total_minor, words.period(change.before.first, change.before.end)
    amount = formats.money(abs(total), row.currency)
    if total == 0:
        return _("As much as for {when}.", when=when)
    main = max(change.steps, key=lambda step: step.change_minor * (1 if total > 0 else -1))
    reason = _reason(main)
    if total > 0:
        return _("{amount} more than for {when}, mostly because {reason}.", amount=amount, when=when, reason=reason)
    return _("{amount} less than for {when}, mostly because {reason}.", amount=amount, when=when, reason=reason)


def _reason(step: Step) -> str:
    """The cause as half a sentence, in the direction it worked."""
    more, less = {
        "days": (_("it covers more days"), _("it covers fewer days")),
        "weather": (_("of the weather"), _("of the weather")),
        "usage": (_("you used more"), _("you used less")),
        "prices": (_("prices rose"), _("prices fell")),
        "taxes": (_("taxes are higher"), _("taxes are lower")),
        "corrections": (_("readings were corrected"), _("readings were corrected")),
        "feed_in": (_("less was fed in"), _("more was fed in")),
    }[step.cause]
    return more if step.change_minor > 0 else less


def sub(change: Change) -> str:
    if change.weather is None:
        return _("The parts add up to the cent. One after the other: days, use at the old prices, prices, taxes.")
    return _(
        "The parts add up to the cent. One after the other: days, weather, use at the old prices, prices, taxes. "
        "On average it was {after} outside, before that {before}.",
        after=formats.degrees(change.weather.after_c), before=formats.degrees(change.weather.before_c),
    )  # fmt: skip


def summary(change: Change, row: BillRow) -> str:
    """The picture in words."""
    parts = ", ".join(
        f"{cause_name(step.cause)} {formats.money(step.change_minor, row.currency, is_signed=True)}"
        for step in shown(change)
    )
    return _(
        "From {before} to {after}: {parts}.",
        before=formats.money(change.before.gross_minor, row.currency),
        after=formats.money(row.gross_minor, row.currency),
        parts=parts,
    )


def table(change: Change, row: BillRow) -> html.Div:
    rows = [
        [words.period(change.before.first, change.before.end), formats.money(change.before.gross_minor, row.currency)]
    ]
    rows += [
        [cause_name(step.cause), formats.money(step.change_minor, row.currency, is_signed=True)]
        for step in shown(change)
    ]
    total = [words.period(row.first, row.end), formats.money(row.gross_minor, row.currency)]
    columns = [Column(_("Cause")), Column(_("Change, with VAT"), numeric=True)]
    return data_table(_("Causes of the change"), columns, rows, total=total, caption_hidden=True)


def figure(change: Change, row: BillRow, colours: Theme) -> dict[str, Any]:
    """Totals in blue from zero, causes between their levels: up solid, down dotted."""
    layout = base_layout(colours, unit=formats.currency_sign(row.currency))
    steps = shown(change)
    names = [
        words.period(change.before.first, change.before.end),
        *(cause_name(step.cause) for step in steps),
        words.period(row.first, row.end),
    ]
    short = [
        words.period_short(change.before.first, change.before.end),
        *names[1:-1],
        words.period_short(row.first, row.end),
    ]
    level, bases, heights, fills, shapes = change.before.gross_minor, [0.0], [], [colours.net], [""]
    heights.append(_amount(level, row))
    for step in steps:
        bases.append(_amount(min(level, level + step.change_minor), row))
        heights.append(_amount(abs(step.change_minor), row))
        is_up = step.change_minor > 0
        fills.append(colours.cons if is_up else colours.prod)
        shapes.append("" if is_up else ".")
        level += step.change_minor
    bases.append(0.0)
    heights.append(_amount(row.gross_minor, row))
    fills.append(colours.net)
    shapes.append("")
    amounts = [change.before.gross_minor, *(step.change_minor for step in steps), row.gross_minor]
    is_step = [False, *(True for _step in steps), False]
    marks = [_mark(amount, row, is_signed=one) for amount, one in zip(amounts, is_step, strict=True)]
    said = [formats.money(amount, row.currency, is_signed=one) for amount, one in zip(amounts, is_step, strict=True)]
    layout["xaxis"] |= {"type": "category", "range": [-0.5, len(names) - 0.5], "tickangle": 0}
    if len(short) > 6:  # names side by side would run into each other on a phone: every second one a line lower
        short = [f"<br>{name}" if place % 2 else name for place, name in enumerate(short)]
    layout["xaxis"] |= {"tickmode": "array", "tickvals": list(range(len(names))), "ticktext": short}
    layout["bargap"] = 0.35
    trace = {
        "type": "bar", "x": names, "y": heights, "base": bases, "text": marks, "customdata": said, "textposition": "outside", "cliponaxis": False,
        "constraintext": "none",
        "marker": {"color": fills, "pattern": {"shape": shapes, "size": 5, "solidity": 0.25, "fgcolor": colours.surface, "fillmode": "overlay"}},
        "hovertemplate": "%{x}: %{customdata}<extra></extra>", "textfont": {"color": colours.ink, "size": 11},
    }  # fmt: skip
    return {"data": [trace], "layout": layout}


def _mark(minor: int, row: BillRow, *, is_signed: bool) -> str:
    """The amount above a bar, short enough for a phone: the axis names the currency."""
    sign = "+" if is_signed and minor > 0 else ""
    return sign + formats.number(_amount(minor, row), 2)


def _amount(minor: int, row: BillRow) -> float:
    return float(from_minor(minor, row.currency))
