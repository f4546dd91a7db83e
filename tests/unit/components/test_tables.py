"""Tables can be read with the ear: a caption, heads of columns and rows."""

from __future__ import annotations

import pytest

from components.tables import Column, data_table, table_toggle
from tests.unit.components.trees import attribute, by_type, classes, text_of

COLUMNS = [Column("Day"), Column("Use", numeric=True), Column("Quality", low=True)]
ROWS = [("1 Aug", "9.1", "measured"), ("2 Aug", "–", "missing")]


def _table(**options):
    return data_table("Use by day", COLUMNS, ROWS, **options)


def test_the_caption_names_table_and_region():
    (caption,) = by_type(_table(), "Caption")
    assert text_of(caption) == "Use by day"
    assert attribute(_table(), "aria-label") == "Use by day"
    assert classes(by_type(_table(caption_hidden=True), "Caption")[0]) == ["visually-hidden"]


def test_a_wide_table_scrolls_by_keyboard():
    assert (attribute(_table(), "role"), attribute(_table(), "tabIndex")) == ("group", "0")


def test_heads_have_their_scope():
    heads = [(text_of(head), head.scope) for head in by_type(_table(), "Th")]
    assert heads == [("Day", "col"), ("Use", "col"), ("Quality", "col"), ("1 Aug", "row"), ("2 Aug", "row")]


def test_cells_follow_their_column():
    cells = [(text_of(cell), classes(cell)) for cell in by_type(_table(), "Td")]
    assert cells == [("9.1", ["num"]), ("measured", ["c-hide"]), ("–", ["num"]), ("missing", ["c-hide"])]


def test_a_total_is_the_foot():
    (foot,) = by_type(_table(total=("Sum", "9.1", "")), "Tfoot")
    assert text_of(foot) == "Sum9.1"
    assert by_type(_table(), "Tfoot") == []


def test_a_row_of_another_length_is_an_error():
    with pytest.raises(ValueError, match="zip"):
        data_table("Use by day", COLUMNS, [("1 Aug", "9.1")])


def test_a_toggle_says_what_it_holds():
    toggle = table_toggle(_table(), "2 days")
    assert text_of(by_type(toggle, "Summary")[0]) == "Show as table2 days"
    assert len(by_type(toggle, "Table")) == 1
    assert attribute(toggle, "open") is None  # closed at first
