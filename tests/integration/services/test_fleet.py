"""The fleet as an analyst sees it: sums checked by hand, and nothing of a group in which somebody could be guessed."""

from __future__ import annotations

import contextlib
import io
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from data.queries import consumption, registers
from data.queries import fleet as queries
from domain.energy import fleet as rules
from domain.errors import ForbiddenError, NotFoundError
from pages.admin import _fleet as page
from services import fleet, portal
from services.rollups import roll_up

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "read-the-stores.md"


@pytest.fixture
def small_groups(world, monkeypatch):
    """In a world of five sites three are a group; the worker's roll-up says which register is in which."""
    roll_up(world)
    monkeypatch.setattr(rules, "MINIMUM_GROUP", 3)


def test_in_a_small_world_nothing_is_told(viewer_of):
    view = fleet.overview(viewer_of("analyst"))
    assert view.groups == ()
    assert "electricity/import" in view.small
    with pytest.raises(NotFoundError):
        fleet.daily(viewer_of("analyst"), "electricity/import")


def test_customers_are_told_nothing_of_the_fleet(viewer_of):
    for ask in (fleet.overview, lambda viewer: fleet.daily(viewer, "electricity/import")):
        with pytest.raises(ForbiddenError):
            ask(viewer_of("consumer"))


@pytest.mark.usefixtures("small_groups")
def test_a_day_of_a_group_is_the_sum_of_its_registers(viewer_of):
    here = portal.current()
    with here.records.reading() as db:
        ids = [key for key, name in registers.groups(db).items() if name == "electricity/import"]
    day = date(2026, 11, 17)
    rows = consumption.days(here.readings, ids, day, day + timedelta(days=1))
    told = {row.day: row for row in fleet.daily(viewer_of("analyst"), "electricity/import")}
    assert told[day].energy_wh == int(rows["energy_wh"].sum())
    assert told[day].registers == len(rows)
    assert max(told) == date(2026, 11, 19)  # the day before 20 November 2026
    (found,) = [each for each in fleet.overview(viewer_of("agent")).groups if each.group.name == "electricity/import"]
    last = [row for row in told.values() if row.day >= date(2026, 10, 21)]  # thirty days
    assert (found.recent.days, found.recent.energy_wh) == (30, sum(row.energy_wh for row in last))
    assert found.group.sites == 5


@pytest.mark.usefixtures("small_groups")
def test_groups_of_fewer_sites_are_named_but_not_told(viewer_of):
    view = fleet.overview(viewer_of("analyst"))
    told = {each.group.name for each in view.groups}
    assert told.isdisjoint(view.small)
    assert "electricity/production" in view.small  # one roof
    with pytest.raises(NotFoundError):
        fleet.daily(viewer_of("analyst"), "electricity/production")
    with pytest.raises(NotFoundError):
        fleet.daily(viewer_of("analyst"), "no/such")


def test_the_store_tells_how_much_it_holds_and_from_when(viewer_of):
    facts = fleet.overview(viewer_of("analyst")).store
    extents = consumption.extent(portal.current().readings, list(range(1, 1000)))
    assert facts.first_utc == min(first for first, _end in extents.values())
    assert facts.end_utc == max(end for _first, end in extents.values())
    assert facts.readings > facts.staged > 0
    assert facts.size_bytes == sum(path.stat().st_size for path in _live_files())
    assert facts.files == len(_live_files())


def _live_files() -> list[Path]:
    store = portal.current().readings
    return [store.files.path(name) for name in store.manifest.named() - set(store.manifest.retired())]


def test_an_empty_store_has_no_dates(tmp_path):
    from data.readings import ReadingsStore

    store = ReadingsStore(tmp_path, f"sqlite:///{tmp_path / 'manifest.sqlite'}")
    assert queries.store_facts(store) == queries.StoreFacts(0, 0, 0, 0, None, None)
    store.close()


def test_the_guide_and_the_page_show_a_program_that_runs(viewer_of):
    (program,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert program.strip() == page.OPEN_IT
    folder = portal.current().config.store
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(program.replace('"var/store"', repr(folder)), {})
    day = date(2026, 2, 17)
    here = portal.current()
    with here.records.reading() as db:
        ids = list(registers.groups(db))
    rows = consumption.days(here.readings, ids, day, day + timedelta(days=1))
    assert re.search(rf"{day}\W+{len(rows)}\W+{int(rows['n'].sum())}\b", printed.getvalue())
