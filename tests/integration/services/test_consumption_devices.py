"""Sub-meters of a home: what they took, and which of them are doubtful."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from domain.calendar import Period, PeriodKind
from services import consumption, consumption_devices, use
from services.consumption_asks import Ask
from services.sites import consumption_terms, sites_of

OCTOBER = Period.of(PeriodKind.MONTH, date(2026, 10, 1))


@pytest.fixture
def ask(viewer_of):
    return Ask(sites_of(viewer_of("consumer"))[0], "electricity", OCTOBER)


def test_devices_come_largest_first_and_with_the_remainder_make_the_whole(viewer_of, ask):
    found = consumption_devices.devices(viewer_of("consumer"), ask)
    took = [use.total.series.total_wh for use in found.seen]
    assert took == sorted(took, reverse=True)
    assert [bool(use.doubt) for use in found.seen] == [False, False]
    assert found.silent == ()
    assert found.excess.buckets == 0
    assert sum(part.total_wh for part in found.parts) == found.view.series.total_wh


def test_a_commodity_without_sub_meters_has_none_set_up(viewer_of, ask):
    assert consumption_devices.devices(viewer_of("consumer"), replace(ask, commodity="gas")) is None


def _without(monkeypatch, keep):
    """Readings of the first sub-meter are known only where `keep(labels)` says so."""
    read = consumption.register_totals

    def cut(viewer, ask, registers, meter=None):
        first, *others = read(viewer, ask, registers, meter)
        known = first.series.is_known & keep(first.series.label)
        counts = first.series.counts.copy()
        counts[~known, 5] += counts[~known, :5].sum(axis=1)
        counts[~known, :5] = 0
        series = replace(first.series, is_known=known, energy_wh=first.series.energy_wh * known, counts=counts)
        return [replace(first, series=series), *others]

    monkeypatch.setattr(consumption, "register_totals", cut)


def test_a_device_that_fell_silent_says_since_when(viewer_of, ask, monkeypatch):
    _without(monkeypatch, lambda label: label < np.datetime64("2026-10-12"))
    found = consumption_devices.devices(viewer_of("consumer"), ask)
    (use,) = [use for use in found.seen if use.doubt]
    assert use.doubt.silent_since == np.datetime64("2026-10-12")
    # 12 to 31 October are 20 days and the hour that comes twice: 481 of the month's 745 hours.
    assert (use.doubt.missing, use.doubt.expected) == (481, 745)


def test_an_excess_is_told_of_a_day_of_quarter_hours_too(viewer_of, ask, monkeypatch):
    # The hourly plugs are made to count 1 kWh more in each of the 24 hours: far more than the home used.
    day = replace(ask, period=Period.of(PeriodKind.DAY, date(2026, 10, 12)))
    read = consumption._part

    def more(viewer, ask, register):
        part = read(viewer, ask, register)
        return replace(part, series=replace(part.series, energy_wh=part.series.energy_wh + 1000))

    monkeypatch.setattr(consumption, "_part", more)
    found = consumption_devices.devices(viewer_of("consumer"), day)
    assert found.excess.buckets == 24
    tracked = sum(part.total_wh for part in found.parts if part.kind != "untracked")
    assert found.excess.energy_wh == tracked - found.view.series.total_wh


def test_the_home_itself_is_read_once(viewer_of, ask, monkeypatch):
    read, asked = use.series, []

    def counting(viewer, site, terms, *rest):
        asked.append(list(terms))
        return read(viewer, site, terms, *rest)

    monkeypatch.setattr(use, "series", counting)
    found = consumption_devices.devices(viewer_of("consumer"), ask)
    assert found.is_home_known
    assert asked.count(list(consumption_terms(ask.site, "electricity"))) == 1


def test_all_devices_silent_is_not_an_empty_home(viewer_of, ask, monkeypatch):
    read = consumption.register_totals
    monkeypatch.setattr(
        consumption, "register_totals",
        lambda *arguments: [
            replace(item, series=replace(item.series, is_known=item.series.is_known & False)) for item in read(*arguments)
        ],
    )  # fmt: skip
    found = consumption_devices.devices(viewer_of("consumer"), ask)
    assert found.seen == ()
    assert found.is_home_known


def test_devices_as_known_on_a_day_are_those_of_now(viewer_of, ask):
    asked = replace(ask, known_at=datetime(2026, 10, 20, tzinfo=UTC))
    now, then = (consumption_devices.devices(viewer_of("consumer"), a) for a in (ask, asked))
    assert then.view.series.total_wh == now.view.series.total_wh


def test_a_device_without_any_reading_is_named_apart(viewer_of, ask, monkeypatch):
    _without(monkeypatch, lambda label: np.zeros(len(label), dtype=bool))
    found = consumption_devices.devices(viewer_of("consumer"), ask)
    assert (len(found.seen), len(found.silent)) == (1, 1)
