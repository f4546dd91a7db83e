"""What happened to a bill, from its issue to its last cent, in the order of the days."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from dash import html

from components import formats
from components.frame import card
from domain.access import Viewer
from domain.text import gettext as _
from pages.billing import _history_words as words
from services import billing_history
from services.billing_history import Entry, Letter, Story
from services.billing_list import BillRow

OWED = {"open", "overdue", "part_paid"}


class Moment(NamedTuple):
    """One line of the story. what is said, of how much, and a word more; `is_ahead` for what is still to come."""

    on: date
    title: str
    amount: str
    more: str = ""
    is_ahead: bool = False


def timeline(viewer: Viewer, row: BillRow) -> html.Section:
    shown = moments(row, billing_history.of_document(viewer, row.public_id))
    items = [html.Li(_cells(one), className="is-ahead" if one.is_ahead else None) for one in shown]
    return card(card_id="bill-story", title=_("What happened"), body=[html.Ol(items, className="bill-story")])


def moments(row: BillRow, story: Story) -> list[Moment]:
    """Bookings, attempts and reminders by day; then when what is left is due."""
    found = [_entry(row, one) for one in story.entries if one.kind != "fee"]
    if story.set_off_minor:
        amount = formats.money(-story.set_off_minor, row.currency, is_signed=True)
        found.insert(1, Moment(row.issued_on, _("Paid from your credit"), amount))
    found += [_letter(row, one) for one in story.letters if one.code != "agent"]
    found.sort(key=lambda one: one.on)
    if row.status in OWED:
        title = _("Was due") if row.status == "overdue" else _("Due")
        left = formats.money(row.open_minor, row.currency)
        more = _("{amount} of it are still open.", amount=left) if row.status == "part_paid" else ""
        found.append(Moment(row.due_on, title, left, more, is_ahead=True))
    return found


def _entry(row: BillRow, one: Entry) -> Moment:
    if one.document is not None and one.document.public_id == row.public_id:
        return Moment(one.on, _("Issued"), formats.money(row.gross_minor, one.currency))
    title = words.kind_name(one.kind)
    if one.document is not None:
        title = f"{title} {one.document.number}"
    amount = formats.money(one.amount_minor, one.currency, is_signed=True) if one.is_booked else ""
    others = [ref.number for ref in one.about if ref.public_id != row.public_id]
    more = [words.reason_text(one)] if one.reason else []
    more += [_("also for {numbers}", numbers=", ".join(others))] if others else []
    return Moment(one.on, title, amount, " ".join(more))


def _letter(row: BillRow, one: Letter) -> Moment:
    title = {"reminder": _("Reminder sent"), "first_notice": _("First notice sent"), "last_notice": _("Last notice sent")}[one.code]  # fmt: skip
    fee = formats.money(one.fee_minor, row.currency, is_signed=True) if one.fee_minor else ""
    return Moment(one.on, title, fee, _("Fee") if fee else "")


def _cells(one: Moment) -> list[html.Span]:
    more = [html.Span(one.more, className="quiet small below-all")] if one.more else []
    return [
        html.Span(formats.day_medium(one.on), className="quiet small nowrap"),
        html.Span([one.title, *more]),
        html.Span(one.amount, className="num"),
    ]
