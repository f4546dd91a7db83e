"""Measured, estimated, corrected and missing told apart in every view of consumption.

The home's blemishes, counted back from the small world's today, 20 November 2026: 11 October was estimated (40 days,
96 quarter-hours), on 26 October six hours were corrected (25 days, 24 quarter-hours), and on 12 November (8 days) one
quarter-hour is doubtful and the seven before it are missing.
"""

from __future__ import annotations

import pytest

from domain.text import use_locale
from tests.web.walk import call, components, draw, held_by

OCTOBER = "period=month&date=2026-10-15&compare=none"


def _words(tree):
    """The text of a drawn tree from left to right."""
    if isinstance(tree, str | int | float):
        return str(tree)
    if isinstance(tree, list):
        return " ".join(filter(None, map(_words, tree)))
    return _words(tree["props"].get("children")) if isinstance(tree, dict) and "props" in tree else ""


def _page(client, query, path="/consumption"):
    answer = draw(client, path, f"?{query}")
    assert answer.status_code == 200
    return answer


def _of_class(page, name):
    return [part for part in components(page.get_json()) if name in str(part["props"].get("className") or "").split()]


def _notes(page):
    return [_words(note) for note in _of_class(page, "trust-note")]


def _table(page, caption):
    """Rows of the table with that caption, each as its cells by their column's name."""
    for table in (part for part in components(page.get_json()) if part["type"] == "Table"):
        head, *rows = [part for part in components(table) if part["type"] == "Tr"]
        if caption in _words(table):
            names = [_words(cell) for cell in head["props"]["children"]]
            return [dict(zip(names, map(_words, row["props"]["children"]), strict=True)) for row in rows]
    raise AssertionError(f"no table {caption}")


def _row(rows, begins):
    return next(row for row in rows if next(iter(row.values())).startswith(begins))


def _figure(client, app, chart, page):
    answer = call(client, app, f"{chart}.children", {**held_by(page), f"{chart}-seen.data": "light"}).get_json()
    return answer["response"][chart]["children"]["props"]["figure"]["data"]


def _hatched(traces):
    """Which bars carry the slanted pattern, by their place."""
    shapes = next(trace for trace in traces if trace["type"] == "bar")["marker"]["pattern"]["shape"]
    return [place for place, shape in enumerate(shapes) if shape == "/"]


@pytest.fixture
def client(sign_in):
    return sign_in("consumer")


def test_the_overview_tells_each_day_in_its_row(client):
    rows = _table(_page(client, OCTOBER), "Consumption by time")
    estimated, corrected = rows[10], rows[25]  # 11 and 26 October
    assert [estimated[name] for name in ("Measured", "Estimated", "Corrected", "Missing")] == ["0", "96", "0", "0"]
    assert [corrected[name] for name in ("Measured", "Estimated", "Corrected", "Missing")] == ["72", "0", "24", "0"]
    assert "96 estimated" in estimated["Time"]  # what phones show instead of the columns
    assert "24 corrected" in corrected["Time"]


def test_each_meter_tells_what_was_not_measured(client):
    # October has 30 days of 96 quarter-hours and one of 100, the day the clocks are set back: 2,980.
    row = _row(_table(_page(client, f"{OCTOBER}&view=meter"), "Meters and what they counted"), "From the grid")
    assert [row[name] for name in ("Measured", "Estimated", "Corrected", "Missing")] == ["2,860", "96", "24", "0"]
    assert 2_860 + 96 + 24 == 30 * 96 + 100
    assert "96 estimated, 24 corrected" in row["What it counts"]


def test_the_page_of_a_meter_tells_corrected_and_doubtful_readings_too(client):
    page = _page(client, f"{OCTOBER}&view=meter")
    links = [
        part["props"]["href"] for part in components(page.get_json()) if "register=" in str(part["props"].get("href"))
    ]
    path, query = links[0].split("?")
    rows = _table(_page(client, query, path), "Readings by time")
    assert rows[25]["Corrected"] == "24"
    assert rows[10]["Estimated"] == "96"
    assert "Partly estimated" in _words(_of_class(_page(client, query, path), "chart-legend"))
    november = _table(_page(client, query.replace("2026-10-15", "2026-11-15"), path), "Readings by time")
    assert (november[11]["Doubtful"], november[11]["Missing"]) == ("1", "7")


def test_phases_tell_all_states_in_words_table_legend_and_bars(client, app):
    page = _page(client, f"{OCTOBER}&view=phase")
    # Three phases: 3 x 2,860 measured, 3 x 96 estimated, 3 x 24 corrected.
    assert _notes(page) == ["8,580 measured 288 estimated 72 corrected 0 missing"]
    assert _table(page, "Phases by time")[10]["Estimated"] == "288"
    assert "Partly estimated" in _words(_of_class(page, "chart-legend"))
    assert _hatched(_figure(client, app, "consumption-phase", page)) == [10]


def test_devices_tell_theirs_and_the_home_its_own(client, app):
    page = _page(client, f"{OCTOBER}&view=appliance")
    assert _notes(page) == ["2,860 measured 96 estimated 24 corrected 0 missing"]
    # The plugs send by the hour: their lost day is 24 hours; what was corrected was the meter, not they.
    rows = _table(page, "Devices and what they took")
    assert {(row["Estimated"], row["Corrected"]) for row in rows} == {("24", "0")}
    assert _hatched(_figure(client, app, "consumption-appliance", page)) == [10]


WEEKS = "view=compare&period=custom&date=2026-10-26&last=2026-11-01&compare=own&then=2026-10-05&then_last=2026-10-11"


def test_a_comparison_tells_how_either_period_is_known(client):
    page = _page(client, WEEKS)
    # Seven days of 96 quarter-hours are 672. The first week has the corrected ones, the other the estimated Sunday.
    assert _notes(page) == ["648 measured 24 corrected 0 missing", "576 measured 96 estimated 0 missing"]
    assert [_words(part) for part in _of_class(page, "known-one")] == [
        "26 Oct – 1 Nov 2026 648 measured 24 corrected 0 missing",
        "5 Oct – 11 Oct 2026 576 measured 96 estimated 0 missing",
    ]
    rows = _table(page, "Both periods by time")
    monday, sunday = rows[0], rows[6]
    assert monday["Not measured, 26 Oct – 1 Nov 2026"] == "24 corrected"
    assert monday["Not measured, 5 Oct – 11 Oct 2026"] == ""
    assert sunday["Not measured, 5 Oct – 11 Oct 2026"] == "96 estimated"
    assert "5 Oct – 11 Oct 2026: 96 estimated" in sunday["Time"]  # what phones show instead of the columns


def test_two_days_are_compared_with_a_pattern_below_the_estimated_one(client, app):
    days = "view=compare&period=day&date=2026-10-11&compare=own&then=2026-10-04&then_last=2026-10-04"
    page = _page(client, days)
    assert "Estimated" in _words(_of_class(page, "chart-legend"))
    (hatches,) = [trace for trace in _figure(client, app, "consumption-compare", page) if "fillpattern" in trace]
    assert len(hatches["y"]) == 96 + 1  # all quarter-hours of the day, and the end of the last one


def test_german_words_of_all_states(client):
    client.set_cookie("portal_locale", "de")
    with use_locale("de"):  # a request's language stays with its thread; the tests after this one have their own
        phases, weeks = _page(client, f"{OCTOBER}&view=phase"), _page(client, WEEKS)
    assert _notes(phases) == ["8.580 gemessen 288 geschätzt 72 korrigiert 0 fehlend"]
    assert "96 geschätzt" in next(iter(_table(weeks, "Beide Zeiträume")[6].values()))
