"""The fleet's days are the sums over its registers, whatever changed, and the check says when they are not."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import update

from data.queries import fleet
from data.queries.consumption import days
from data.readings import ReadingsStore
from data.rollups import rollup
from data.store.tables import FLEET_DAY
from services.store_check import check
from tests.factories.readings import KNOWN, join, make_batch, make_series, make_starts

MAY = (date(2026, 5, 1), date(2026, 6, 1))
STARTS = make_starts("2026-04-30T22:00", "2026-05-10T22:00")  # ten days of Berlin
GROUPS = {1: "electricity/import", 2: "electricity/export", 70: "electricity/import"}  # 70 lies in another bucket


def _fill(store: ReadingsStore) -> None:
    store.declare([make_series(1), make_series(2), make_series(70, "Asia/Kathmandu"), make_series(3)])
    store.group(GROUPS)
    store.append(
        join(make_batch(1, STARTS), make_batch(2, STARTS, 40), make_batch(3, STARTS, 7), make_batch(70, STARTS, 100)),
        known_at=KNOWN,
    )
    rollup(store)


def _summed(store: ReadingsStore) -> pd.DataFrame:
    """The same from the registers' own days."""
    rows = days(store, [1, 2, 3, 70], *MAY)
    rows["name"] = rows["register_id"].map(GROUPS).fillna("")
    sums = rows.groupby(["local_date", "name"], as_index=False).agg(
        registers=("register_id", "count"),
        n_expected=("n_expected", "sum"),
        n=("n", "sum"),
        energy_wh=("energy_wh", "sum"),
    )
    return sums[fleet.COLUMNS]


def test_fleet_days_are_the_sums_over_the_registers(any_store: ReadingsStore) -> None:
    _fill(any_store)
    found = fleet.days(any_store, *MAY)
    pd.testing.assert_frame_equal(found, _summed(any_store))
    fourth = found[found["local_date"] == pd.Timestamp("2026-05-04")].set_index("name")
    # 96 quarter-hours of 250 Wh in Berlin and of 100 Wh in Kathmandu; 96 x 40; 96 x 7
    assert fourth["energy_wh"].to_dict() == {"": 672, "electricity/export": 3840, "electricity/import": 33_600}
    assert fourth["registers"].to_dict() == {"": 1, "electricity/export": 1, "electricity/import": 2}
    assert check(any_store) == []


def test_a_touched_day_is_summed_again_and_says_that_it_waits(store: ReadingsStore) -> None:
    _fill(store)
    before = fleet.days(store, *MAY)
    store.stage(make_batch(2, make_starts("2026-05-04T10:00", "2026-05-04T10:15"), 1040, 3), known_at=KNOWN)
    waiting = fleet.days(store, *MAY)
    assert (before.attrs["waiting"], waiting.attrs["waiting"]) == (0, 1)
    assert check(store) == []  # a day that waits is not wrong
    rollup(store)
    after = fleet.days(store, *MAY)
    differs = after[after["energy_wh"] != before["energy_wh"]]
    assert differs[["local_date", "name", "energy_wh"]].to_numpy().tolist() == [
        [pd.Timestamp("2026-05-04"), "electricity/export", 4840]  # + 1,000 Wh
    ]
    pd.testing.assert_frame_equal(after, _summed(store), check_like=True)


def test_a_gap_is_expected_but_not_received(store: ReadingsStore) -> None:
    store.declare([make_series(1)])
    store.group(GROUPS)
    store.append(make_batch(1, STARTS[:-10]), known_at=KNOWN)
    rollup(store)
    last = fleet.days(store, *MAY).iloc[-1]
    assert (last["n_expected"], last["n"]) == (96, 86)


def test_a_register_moves_to_another_group_with_all_its_days(store: ReadingsStore) -> None:
    _fill(store)
    store.group({2: "gas/import"})
    rollup(store)
    names = fleet.days(store, *MAY).groupby("name")["n"].sum().to_dict()
    assert names == {"": 960, "electricity/import": 1920, "gas/import": 960}  # ten days of 96
    assert check(store) == []
    revision = store.version
    store.group({2: "gas/import"})
    assert store.version == revision


def test_an_erased_register_leaves_the_sums(store: ReadingsStore) -> None:
    _fill(store)
    store.erase([2, 70])
    found = fleet.days(store, *MAY)
    assert found.groupby("name")["energy_wh"].sum().to_dict() == {"": 6720, "electricity/import": 240_000}
    assert check(store) == []


def test_one_watt_hour_too_much_in_the_fleet_is_found_with_its_day(store: ReadingsStore) -> None:
    _fill(store)
    with store.manifest.writing() as connection:
        wrong = update(FLEET_DAY).where(FLEET_DAY.c.day == 20_577, FLEET_DAY.c.name == "electricity/export")
        connection.execute(wrong.values(energy_wh=FLEET_DAY.c.energy_wh + 1))
    (found,) = check(store)
    assert (found.code, str(found.first), found.register_ids) == ("fleet", "2026-05-04", (1, 2, 3))  # day 20,577
