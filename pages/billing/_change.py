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
    if total > 0:
        return _(
            "{amount} more than for {when}, mostly because of: {cause}.",
            amount=amount,
            when=when,
            cause=cause_name(main.cause).lower(),
        )
    return _(
        "{amount} less than for {when}, mostly because of: {cause}.",
        amount=amount,
        when=when,
        cause=cause_name(main.cause).lower(),
    )


def sub(change: Change) -> str:
    del change
    return _("The parts add up to the cent. One after the other: days, use at the old prices, prices, taxes.")


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
    texts = [
        formats.money(change.before.gross_minor, row.currency),
        *(formats.money(step.change_minor, row.currency, is_signed=True) for step in steps),
        formats.money(row.gross_minor, row.currency),
    ]
    layout["xaxis"] |= {"type": "category", "range": [-0.5, len(names) - 0.5], "tickangle": 0}
    layout["bargap"] = 0.35
    trace = {
        "type": "bar", "x": names, "y": heights, "base": bases, "text": texts, "textposition": "outside", "cliponaxis": False,
        "marker": {"color": fills, "pattern": {"shape": shapes, "size": 5, "solidity": 0.25, "fgcolor": colours.surface, "fillmode": "overlay"}},
        "hovertemplate": "%{x}: %{text}<extra></extra>", "textfont": {"color": colours.ink, "size": 12},
    }  # fmt: skip
    return {"data": [trace], "layout": layout}


def _amount(minor: int, row: BillRow) -> float:
    return float(from_minor(minor, row.currency))
