"""Tables with a caption, row heads and right-aligned figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from components import formats
from components.icons import icon
from components.light import light
from domain.text import gettext as _
from domain.text import ngettext


@dataclass(frozen=True)
class Column:
    """`numeric` columns are monospace and right-aligned; `low` ones are hidden on phones."""

    title: str
    numeric: bool = False
    low: bool = False

    @property
    def class_name(self) -> str | None:
        return " ".join(name for name, on in (("num", self.numeric), ("c-hide", self.low)) if on) or None


def data_table(
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Any]],
    *,
    total: Sequence[Any] | None = None,
    dense: bool = True,
    caption_hidden: bool = False,
) -> html.Div:
    """The first cell of each row is its head. The wrapper scrolls sideways and can be focused; it is
    a group, not a landmark, since the card around it often carries the same name.
    """
    classes = [column.class_name for column in columns]
    head = html.Thead(html.Tr([html.Th(c.title, scope="col", className=c.class_name) for c in columns]))
    body = html.Tbody([_row(classes, row) for row in rows])
    foot = [html.Tfoot(_row(classes, total))] if total else []
    table = html.Table(
        [html.Caption(caption, className="visually-hidden" if caption_hidden else None), head, body, *foot],
        className="table dense" if dense else "table",
    )
    return html.Div(table, className="table-scroll", tabIndex="0", role="group", **{"aria-label": caption})


def _row(classes: Sequence[str | None], cells: Sequence[Any]) -> html.Tr:
    first = light(html.Th, cells[0], scope="row", className=classes[0])
    rest = [light(html.Td, cell, className=name) for name, cell in zip(classes[1:], cells[1:], strict=True)]
    return light(html.Tr, [first, *rest])


def row_count(rows: int) -> str:
    """`1 row`, `2,976 rows`: what a folded table holds."""
    return ngettext("{rows} row", "{rows} rows", rows, rows=formats.number(rows))


def table_toggle(table: Any, count: str, *, is_open: bool = False) -> html.Details:
    """The last part of a card: its figures as a table, with what it holds on the right. It opens where it tells more."""
    summary = html.Summary([icon("table-cells"), _("Show as table"), html.Span(count, className="quiet")])
    return html.Details(
        [summary, html.Div(table, className="table-in")], className="table-toggle", open=is_open or None
    )
