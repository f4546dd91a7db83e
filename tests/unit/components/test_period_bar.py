"""The period bar is links: each leads to the page with one thing changed."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from components.period_bar import KINDS, KINDS_AND_ALL, PeriodState, date_field, kind_name, period_bar, segmented
from domain.calendar import Period, PeriodKind
from tests.unit.components.trees import attribute, by_class, by_type, classes, text_of

TODAY = date(2026, 11, 20)  # a Friday
AUGUST = Period.of(PeriodKind.MONTH, date(2026, 8, 1))


def _bar(period=AUGUST, **changes):
    state = {"path": "/consumption", "query": {"site": "s_1"}, "period": period, "today": TODAY,
             "first_date": date(2024, 5, 10), **changes}  # fmt: skip
    return period_bar(PeriodState(**state))


def _query(link):
    return {key: values[0] for key, values in parse_qs(urlsplit(link.href).query).items()}


def _steps(bar):
    return {text_of(link).split(":")[0]: link for link in by_type(by_class(bar, "step"), "Link")}


def _wide(bar, name):
    return [node for node in by_class(bar, name) if "only-w" in classes(node)]


def test_steps_lead_to_the_neighbours():
    steps = _steps(_bar())
    assert text_of(steps["Previous"]) == "Previous: July 2026"
    assert _query(steps["Previous"]) == {"site": "s_1", "period": "month", "date": "2026-07-01"}
    assert text_of(steps["Next"]) == "Next: September 2026"
    assert _query(steps["Next"]) == {"site": "s_1", "period": "month", "date": "2026-09-01"}


def test_the_title_is_the_period():
    assert text_of(by_class(_bar(), "period-title")) == "August 2026"


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_no_next_in_the_future(kind):
    assert set(_steps(_bar(Period.of(kind, TODAY)))) == {"Previous"}
    assert set(_steps(_bar(Period.of(kind, TODAY).shift(-1)))) == {"Previous", "Next"}


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_no_previous_before_the_first_day(kind):
    first = date(2024, 5, 10)
    assert set(_steps(_bar(Period.of(kind, first)))) == {"Next"}
    assert set(_steps(_bar(Period.of(kind, first).shift(1)))) == {"Previous", "Next"}


def test_a_step_that_leads_nowhere_is_silent():
    (off,) = by_class(_bar(Period.of(PeriodKind.DAY, TODAY)), "off")
    assert attribute(off, "aria-hidden") == "true"


def test_now_is_the_period_of_today():
    (now,) = [link for link in by_type(_bar(), "Link") if text_of(link) == "Now"]
    assert _query(now) == {"site": "s_1", "period": "month", "date": "2026-11-01"}


def test_lengths_keep_the_first_day_of_a_past_period():
    (lengths,) = _wide(_bar(), "segmented")
    assert [(text_of(link), _query(link)["period"], _query(link)["date"]) for link in by_type(lengths, "Link")] == [
        ("Day", "day", "2026-08-01"),
        ("Week", "week", "2026-08-01"),
        ("Month", "month", "2026-08-01"),
        ("Year", "year", "2026-08-01"),
    ]
    assert [text_of(mark) for mark in by_class(lengths, "is-current")] == ["Month"]


def test_lengths_of_a_running_period_open_on_today():
    (lengths,) = _wide(_bar(Period.of(PeriodKind.YEAR, TODAY)), "segmented")
    assert {_query(link)["date"] for link in by_type(lengths, "Link")} == {"2026-11-20"}


def test_comparisons_to_choose_leave_out_the_chosen():
    menu = by_class(_bar(compare="last_year", compare_title="August 2025"), "menu-links")[0]
    assert [text_of(link) for link in by_type(menu, "Link")] == ["No comparison", "Previous period"]
    # Pages compare with last year unless told otherwise, so "none" is said in the address.
    assert [_query(link).get("compare") for link in by_type(menu, "Link")] == ["none", "previous"]


def test_the_comparison_can_be_removed():
    (chip,) = by_class(_bar(compare="last_year", compare_title="August 2025"), "compare-chip")
    assert text_of(chip) == "vs August 2025Remove the comparison"
    (remove,) = by_type(chip, "Link")
    assert _query(remove) == {"site": "s_1", "compare": "none"}
    assert by_class(_bar(), "compare-chip") == []


def test_units_are_shown_when_there_are_two():
    units = [("kWh", "/consumption?unit=kwh", True), ("€", "/consumption?unit=money", False)]
    assert len(_wide(_bar(units=units), "segmented")) == 2
    assert len(_wide(_bar(units=units[:1]), "segmented")) == 1


def test_the_download_is_a_link_with_words():
    links = [link for link in by_type(_bar(download_href="/exports?x=1"), "Link") if link.href == "/exports?x=1"]
    assert [text_of(link) for link in links] == ["Download this view", "Download"]  # on wide screens and in the sheet
    assert "Download" not in text_of(_bar())


def test_phones_find_the_same_lengths_in_the_sheet():
    (sheet,) = [node for node in by_class(_bar(), "period-sheet") if "only-n" in classes(node)]
    assert [kind_name(kind) for kind in KINDS] == [text_of(mark) for mark in by_class(sheet, "seg")]


def test_each_group_of_links_has_a_name():
    assert attribute(_bar(), "aria-label") == "Period"
    assert attribute(segmented([], label="Unit"), "aria-label") == "Unit"


OWN = Period(PeriodKind.CUSTOM, date(2026, 8, 3), date(2026, 8, 14))  # eleven days


def test_own_dates_keep_their_end():
    steps = _steps(_bar(OWN))
    assert _query(steps["Previous"]) == {"site": "s_1", "period": "custom", "date": "2026-07-23", "last": "2026-08-02"}
    assert _query(steps["Next"]) == {"site": "s_1", "period": "custom", "date": "2026-08-14", "last": "2026-08-24"}


def test_a_length_forgets_the_end_of_own_dates():
    (lengths,) = _wide(_bar(OWN, query={"last": "2026-08-13", "resolution": "day"}), "segmented")
    assert [set(_query(link)) for link in by_type(lengths, "Link")] == [{"period", "date"}] * 4


def test_all_years_have_no_neighbours():
    bar = _bar(Period.years(date(2024, 5, 10), TODAY), kinds=KINDS_AND_ALL)
    assert _steps(bar) == {}
    assert text_of(by_class(bar, "period-title")) == "2024 – 2026"
    (lengths,) = _wide(bar, "segmented")
    assert [text_of(mark) for mark in by_class(lengths, "is-current")] == ["All"]


def test_own_dates_are_a_form_of_native_dates():
    bar = _bar(OWN, takes_own_dates=True, query={"site": "s_1", "view": "meter", "date": "x", "resolution": "day"})
    (form,) = by_type(bar, "Form")
    found = {node.name: (node.type, node.value) for node in by_type(form, "Input")}
    assert found == {
        "site": ("hidden", "s_1"), "view": ("hidden", "meter"), "period": ("hidden", "custom"),
        "date": ("date", "2026-08-03"), "last": ("date", "2026-08-13"),
    }  # fmt: skip
    assert form.method == "GET"
    assert by_type(_bar(OWN), "Form") == []


def test_a_wrong_date_says_what_helps():
    field = date_field("own-last", "last", "Last day", "2026-08-01", "Choose a later day.")
    assert attribute(field, "aria-describedby") == "own-last-problem"
    assert text_of(by_class(field, "form-problem")) == "Choose a later day."
    assert by_class(date_field("own-last", "last", "Last day", "2026-08-01"), "form-problem") == []
