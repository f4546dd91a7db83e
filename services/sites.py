"""The sites a viewer may see, with their meters and registers, and what adds up to home use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from data.queries import sites as queries
from domain.access import Permission, SiteGrant, Viewer, require_site
from domain.calendar import Period, local_midnight_utc
from domain.errors import NotFoundError
from services import portal

HOME_USE_SIGNS = {"import": 1, "production": 1, "discharge": 1, "export": -1, "charge": -1}


@dataclass(frozen=True)
class RegisterView:
    id: int
    public_id: str
    commodity: str
    flow: str
    kind: str
    phase: int
    label: str
    interval_s: int
    unit: str


@dataclass(frozen=True)
class MeterView:
    id: int
    public_id: str
    serial: str
    label: str
    model: str
    kind: str
    commodity: str
    installed_utc: datetime
    removed_utc: datetime | None
    register_ids: tuple[int, ...]


@dataclass(frozen=True)
class SiteView:
    """A site as one viewer may see it: `[first_date, end_date)` is the viewer's tenancy."""

    id: int
    public_id: str
    name: str
    city: str
    kind: str
    zone_name: str
    first_date: date
    end_date: date | None
    registers: tuple[RegisterView, ...]
    meters: tuple[MeterView, ...]
    has_solar: bool
    has_ev: bool
    people: int | None
    heating: str
    business_type: str
    weather_register_id: int | None
    source: str

    def with_flow(self, *flows: str, commodity: str = "electricity") -> tuple[RegisterView, ...]:
        return tuple(r for r in self.registers if r.flow in flows and r.commodity == commodity)

    def register(self, register_id: int) -> RegisterView:
        return next(r for r in self.registers if r.id == register_id)

    @property
    def commodities(self) -> tuple[str, ...]:
        """Electricity, gas and heat, as far as the site has them."""
        present = {r.commodity for r in self.registers}
        return tuple(name for name in ("electricity", "gas", "heat") if name in present)


def sites_of(viewer: Viewer) -> list[SiteView]:
    """All sites the viewer has a grant for, in the order of their ids."""
    granted = tuple(site_id for site_id in viewer.site_ids if _visible_grants(viewer, site_id))
    return portal.once(("sites", viewer.grants), lambda: _load(viewer, granted))


def site(viewer: Viewer, public_id: str) -> SiteView:
    """One of the viewer's sites; foreign and missing both raise NotFoundError."""
    found = next((item for item in sites_of(viewer) if item.public_id == public_id), None)
    if found is None:
        raise NotFoundError(what="site")
    require_site(viewer, Permission.VIEW_READINGS, found.id)
    return found


def site_or_first(viewer: Viewer, public_id: str = "") -> SiteView | None:
    """The asked site, the viewer's first one when none was asked, or None for somebody without sites."""
    if public_id:
        return site(viewer, public_id)
    choices = sites_of(viewer)
    return choices[0] if choices else None


def meter(viewer: Viewer, public_id: str) -> tuple[SiteView, MeterView]:
    """A meter of one of the viewer's sites, in the time the viewer lived there."""
    for choice in sites_of(viewer):
        for candidate in choice.meters:
            if candidate.public_id == public_id:
                return choice, candidate
    raise NotFoundError(what="meter")


def visible_period(viewer: Viewer, shown: SiteView, period: Period) -> Period | None:
    """The part of a period inside the viewer's tenancy dates."""
    require_site(viewer, Permission.VIEW_READINGS, shown.id)
    return period.clip(shown.first_date, shown.end_date)


def consumption_terms(shown: SiteView, commodity: str = "electricity") -> list[tuple[int, int]]:
    """`(register_id, sign)` whose signed sum is what the home used; sub-meters and phases are never added."""
    if commodity != "electricity":
        return [(r.id, 1) for r in shown.with_flow("import", commodity=commodity)]
    wanted = tuple(HOME_USE_SIGNS)
    if not is_computable({r.flow for r in shown.with_flow(*wanted)}):
        return []
    terms = [(r.id, HOME_USE_SIGNS[r.flow]) for r in shown.with_flow(*wanted)]
    return terms if any(sign > 0 for _id, sign in terms) else []


def is_computable(flows: Collection[str]) -> bool:
    """Whether home use follows from these flows: who produces on the grid must know what was fed in."""
    return not {"import", "production"} <= set(flows) or "export" in flows


def _visible_grants(viewer: Viewer, site_id: int) -> tuple[SiteGrant, ...]:
    return tuple(grant for grant in viewer.grants_for(site_id) if grant.allows(Permission.VIEW_READINGS))


def _load(viewer: Viewer, site_ids: Sequence[int]) -> list[SiteView]:
    if not site_ids:
        return []
    with portal.current().records.reading() as db:
        rows = queries.sites(db, site_ids)
        registers = _grouped(queries.registers(db, site_ids))
        meters = _meters(queries.installed(db, site_ids))
    return [_site_view(viewer, row, registers[row.id], meters[row.id]) for row in rows]


def _grouped(rows: Sequence[queries.RegisterRow]) -> dict[int, list[RegisterView]]:
    grouped: dict[int, list[RegisterView]] = defaultdict(list)
    for r in rows:
        grouped[r.site_id].append(
            RegisterView(r.id, r.public_id, r.commodity, r.flow, r.kind, r.phase, r.label, r.interval_s, r.unit)
        )
    return grouped


def _meters(rows: Sequence[queries.InstalledRow]) -> dict[int, list[MeterView]]:
    """By site; a meter that stood twice is two, each with all of its registers."""
    meters: dict[int, list[MeterView]] = defaultdict(list)
    for _installation_id, group in groupby(rows, key=lambda row: row.installation_id):
        m, *others = group
        carried = tuple(row.register_id for row in (m, *others) if row.register_id is not None)
        meters[m.site_id].append(
            MeterView(
                m.id, m.public_id, m.serial, m.label, m.model, m.kind, m.commodity,
                m.installed_utc, m.removed_utc, carried,
            )
        )  # fmt: skip
    return meters


def _site_view(
    viewer: Viewer, row: queries.SiteRow, registers: list[RegisterView], meters: list[MeterView]
) -> SiteView:
    first, end = _latest_stay(_visible_grants(viewer, row.id))
    zone_name = row.time_zone
    stood = tuple(m for m in meters if was_in_place(m.installed_utc, m.removed_utc, (first, end), zone_name))
    foreign = {r for meter in meters for r in meter.register_ids} - {r for meter in stood for r in meter.register_ids}
    return SiteView(
        id=row.id, public_id=row.public_id, name=row.name, city=row.city, kind=row.kind, zone_name=row.time_zone,
        first_date=first, end_date=end,
        registers=tuple(register for register in registers if register.id not in foreign), meters=stood,
        has_solar=row.has_solar, has_ev=row.has_ev, people=row.people, heating=row.heating,
        business_type=row.business_type, weather_register_id=row.weather_register_id, source=row.source,
    )  # fmt: skip


def _latest_stay(grants: Sequence[SiteGrant]) -> tuple[date, date | None]:
    """The last tenancy and those that end where it begins; whoever lived there in between keeps their readings."""
    stays = sorted(grants, key=lambda grant: grant.first_date, reverse=True)
    first, end = stays[0].first_date, stays[0].end_date
    for earlier in stays[1:]:
        if earlier.end_date is None or earlier.end_date < first:
            break
        first = min(first, earlier.first_date)
    return first, end


def was_in_place(
    installed_utc: datetime, removed_utc: datetime | None, stay: tuple[date, date | None], zone_name: str
) -> bool:
    """Whether a meter stood on some day of a stay `[first, end)`."""
    first, end = stay
    began_before_end = end is None or installed_utc < local_midnight_utc(end, zone_name)
    return began_before_end and (removed_utc is None or removed_utc > local_midnight_utc(first, zone_name))
