"""What a site's pages cannot show at the moment because stored readings are damaged or missing on the disk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from data.store.values import Damage
from domain.access import Permission, Viewer, require_site
from domain.calendar import local_date
from services import portal
from services.sites import RegisterView, SiteView


@dataclass(frozen=True)
class Incomplete:
    """Registers of a site without some of their readings in the local days `first` to `last`, both included."""

    site: SiteView
    registers: tuple[RegisterView, ...]
    first: date
    last: date

    @property
    def is_whole_site(self) -> bool:
        return len(self.registers) == len(self.site.registers)


def of_site(viewer: Viewer, site: SiteView) -> Incomplete | None:
    """All damage to the readings that the viewer may see, as one statement; damaged roll-ups hide nothing."""
    require_site(viewer, Permission.VIEW_READINGS, site.id)
    ids = {register.id for register in site.registers}
    seen = [
        (item, days) for item in _damaged_readings() if ids & set(item.register_ids) and (days := _days(site, item))
    ]
    if not seen:
        return None
    hit = {register_id for item, _days in seen for register_id in item.register_ids}
    return Incomplete(
        site,
        tuple(register for register in site.registers if register.id in hit),
        min(first for _item, (first, _last) in seen),
        max(last for _item, (_first, last) in seen),
    )


def _damaged_readings() -> list[Damage]:
    return [item for item in portal.current().readings.damage() if item.is_of_readings]


def _days(site: SiteView, item: Damage) -> tuple[date, date] | None:
    """First and last local date of the damage inside the viewer's stay."""
    first = max(local_date(item.first, site.zone_name), site.first_date)
    last = local_date(item.end - timedelta(seconds=1), site.zone_name)
    last = min(last, site.end_date - timedelta(days=1)) if site.end_date else last
    return (first, last) if first <= last else None
