"""What the frame around every page shows: sites, how fresh their data is, announcements, the account staff look at."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from data.queries import announcements as announcement_queries
from data.queries import consumption
from data.repositories import preferences
from domain.access import Permission, Viewer, require_site
from domain.text import SOURCE_LOCALE
from services import accounts, portal, sites
from services.accounts import AccountName
from services.sites import SiteView


@dataclass(frozen=True)
class Announcement:
    level: str
    text: str


@dataclass(frozen=True)
class Freshness:
    """How far the meter data of a site reaches, on the site's own clock."""

    until_local: datetime
    now_local: datetime

    @property
    def days_old(self) -> int:
        return (self.now_local.date() - self.until_local.date()).days


def sites_of(viewer: Viewer) -> tuple[SiteView, ...]:
    """The sites a person picks from; nobody and staff without a customer have none."""
    return tuple(sites.sites_of(viewer)) if viewer.sees_customer_pages else ()


def chosen_site(choices: tuple[SiteView, ...], public_id: str) -> SiteView | None:
    """The asked site if it is the viewer's, else the first; the page itself says 404 for a foreign one."""
    return next((site for site in choices if site.public_id == public_id), choices[0] if choices else None)


def freshness(viewer: Viewer, site: SiteView) -> Freshness | None:
    """None before the first reading. The weather does not count, nor what came after the viewer moved out."""
    require_site(viewer, Permission.VIEW_READINGS, site.id)
    made = portal.current()
    wanted = [register.id for register in site.registers if register.id != site.weather_register_id]
    ends = [end for _start, end in consumption.extent(made.readings, wanted).values()]
    zone = ZoneInfo(site.zone_name)
    if not ends or max(ends).astimezone(zone).date() < site.first_date:
        return None
    until = max(ends).astimezone(zone)
    if site.end_date is not None:
        until = min(until, datetime.combine(site.end_date, time.min, zone))
    return Freshness(until, made.clock.now().astimezone(zone))


def announcements(locale: str) -> tuple[Announcement, ...]:
    """Those in force, in the reader's language where the retailer wrote it, else in English."""
    made = portal.current()
    with made.records.reading() as db:
        found = announcement_queries.in_force(db, made.clock.now())
    return tuple(_announcement(level, json.loads(texts), locale) for level, texts in found)


def _announcement(level: str, texts: dict[str, str], locale: str) -> Announcement:
    return Announcement(level, texts.get(locale) or texts.get(SOURCE_LOCALE) or next(iter(texts.values()), ""))


def acting_for(viewer: Viewer) -> AccountName | None:
    return accounts.acting_for(viewer)


def choose_locale(viewer: Viewer, locale: str) -> None:
    """Remember a person's language."""
    if viewer.is_anonymous:
        return
    with portal.current().records.transaction() as tx:
        preferences.set_locale(tx, viewer.user_id, locale)
