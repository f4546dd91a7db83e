"""Taking readings away: who may, what it holds, and the file, at once or as a job."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from adapters.export_writers import WRITERS
from data.queries import consumption as queries
from data.queries import identity
from data.queries.jobs import JobView
from data.repositories import audit
from data.repositories.notices import NewNotice
from data.tables.identity import User
from domain.access import Permission, Role, Viewer, require_site
from domain.calendar import Period, PeriodKind, local_date
from domain.energy.names import given_name
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from domain.exports import KEEP_DAYS, SMALL_ROWS, ExportHead, ExportRegister, ExportRequest, effective_resolution
from domain.text import current_locale, use_locale
from domain.text import gettext as _
from services import export_files, export_rows, jobs, portal
from services.jobs import HANDLERS, LeaseLostError, RunningJob
from services.sites import RegisterView, SiteView, site

KIND = "export"
PAGE = "/consumption/export"
OPEN_JOBS = 5  # of one person at a time


@dataclass(frozen=True)
class ExportPlan:
    """What a request comes to for one viewer: `period` is the part the viewer may take, `rows` an upper estimate."""

    site: SiteView
    request: ExportRequest
    period: Period
    registers: tuple[ExportRegister, ...]
    rows: int

    @property
    def is_small(self) -> bool:
        return self.rows <= SMALL_ROWS

    @property
    def size_bytes(self) -> int:
        """Roughly, as measured on half a year of ten registers."""
        fixed, each = {"csv": (200, 147), "json": (900, 263), "xlsx": (9_000, 42), "parquet": (6_000, 9)}[
            self.request.format
        ]
        return fixed + each * self.rows

    @property
    def is_damaged(self) -> bool:
        """Whether stored readings of these registers cannot be read at the moment."""
        ids = {register.id for register in self.registers}
        return any(ids & set(item.register_ids) for item in portal.current().readings.damage() if item.is_of_readings)

    @property
    def file_name(self) -> str:
        """`readings-2026-10-01-2026-10-31-interval.csv`"""
        suffix = WRITERS[self.request.format].suffix
        return f"readings-{self.period.first}-{self.period.last}-{self.request.resolution}.{suffix}"


def exportable(shown: SiteView) -> list[RegisterView]:
    """Registers that count energy."""
    return [register for register in shown.registers if register.unit == "Wh"]


def prepare(viewer: Viewer, site_public_id: str, request: ExportRequest) -> ExportPlan:
    """Raises NotFoundError for what is not the viewer's, InvalidInputError for what cannot be exported."""
    shown = _exportable_site(viewer, site_public_id)
    for issue in request.issues():
        raise InvalidInputError(issue.field, issue.code)
    chosen = [r for r in exportable(shown) if request.register in {"", r.public_id}]
    if request.register and not chosen:
        raise NotFoundError(what="register")
    asked = Period(PeriodKind.CUSTOM, request.first, request.last + timedelta(days=1))
    extents = queries.extent(portal.current().readings, [r.id for r in chosen])
    stay = asked.clip(shown.first_date, shown.end_date)
    period = _known_part(stay, extents, shown.zone_name) if stay else None
    if period is None:
        raise InvalidInputError("first", "no_readings")
    registers = tuple(_register(shown, r) for r in chosen if r.id in extents)
    rows = sum(_estimate(request.resolution, period, shown.zone_name, r.interval_s) for r in registers)
    return ExportPlan(shown, request, period, registers, rows)


def known_days(viewer: Viewer, shown: SiteView) -> tuple[date, date] | None:
    """First and last local day with readings that the viewer may take; None without any."""
    stay = Period(
        PeriodKind.CUSTOM,
        shown.first_date,
        shown.end_date or local_date(portal.current().clock.now(), shown.zone_name) + timedelta(days=1),
    )
    extents = queries.extent(
        portal.current().readings, [r.id for r in exportable(_exportable_site(viewer, shown.public_id))]
    )
    known = _known_part(stay, extents, shown.zone_name)
    return (known.first, known.last) if known else None


def _exportable_site(viewer: Viewer, public_id: str) -> SiteView:
    """Staff see a customer's readings on the screen alone (403); foreign and missing sites are the same 404."""
    if viewer.acting_for_account_id is not None:
        raise ForbiddenError(permission=str(Permission.EXPORT_READINGS))
    shown = site(viewer, public_id)
    require_site(viewer, Permission.EXPORT_READINGS, shown.id)
    return shown


def _known_part(stay: Period, extents: dict[int, tuple[datetime, datetime]], zone_name: str) -> Period | None:
    """Nothing is estimated for years without a reading."""
    if not extents:
        return None
    first = min(local_date(low, zone_name) for low, _high in extents.values())
    last = max(local_date(high, zone_name) for _low, high in extents.values())
    return stay.clip(first, last + timedelta(days=1))


def _register(shown: SiteView, register: RegisterView) -> ExportRegister:
    """The serials of all meters that carried the register, so that an exchange is visible."""
    serials = [meter.serial for meter in shown.meters if register.id in meter.register_ids]
    return ExportRegister(
        register.id, " / ".join(serials), register_name(register), register.commodity, register.interval_s
    )


def register_name(register: RegisterView) -> str:
    """The register's own name, or what it counts; phases by their number."""
    if register.flow == "phase":
        return _("Phase L{number}", number=register.phase)
    return given_name(register.label) or flow_words().get(register.flow, register.flow)


def flow_words() -> dict[str, str]:
    """What a register counts, where it has no name of its own."""
    return {
        "import": _("Drawn from the grid"), "export": _("Fed into the grid"), "production": _("Produced"),
        "charge": _("Into the battery"), "discharge": _("From the battery"), "submeter": _("Part of your use"),
    }  # fmt: skip


def _estimate(plan_resolution: str, period: Period, zone_name: str, interval_s: int) -> int:
    """Rows of a register without gaps, up to now."""
    told = effective_resolution(plan_resolution, interval_s)
    first, end = period.bounds_utc(zone_name)
    seconds = int((min(end, portal.current().clock.now()) - first).total_seconds())
    if told in {"interval", "hour"}:
        return max(0, -(-seconds // (interval_s if told == "interval" else 3600)))
    months = (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1
    return period.day_count if told == "day" else months


def head(plan: ExportPlan) -> ExportHead:
    """What the file says about itself, in the current language."""
    return ExportHead(
        site_name=plan.site.name, zone_name=plan.site.zone_name, first=plan.period.first, end=plan.period.end,
        resolution=plan.request.resolution, locale=current_locale(), made_at=portal.current().clock.now(),
        source=source_of(plan), source_title=_("Source"), notes=_notes(plan),
        columns=(
            _("Meter"), _("Register"), _("Energy"), _("Local time"), _("Start (UTC)"), _("Energy in kWh"),
            _("Energy in Wh"), _("Quality"), _("Readings"), _("Expected readings"),
        ),
        quality_words=(_("Measured"), _("Estimated"), _("Your reading"), _("Corrected"), _("Implausible")),
        commodity_words={"electricity": _("Electricity"), "gas": _("Gas"), "heat": _("Heat")},
    )  # fmt: skip


def source_of(plan: ExportPlan) -> str:
    """Whom the readings are from: the publisher of real data, the simulator, or the retailer."""
    return plan.site.source or portal.current().config.brand_name


def cancel(viewer: Viewer, public_id: str) -> bool:
    """Whether it could still be stopped; foreign and missing ones raise NotFoundError."""
    return jobs.cancel(viewer, public_id)


def _notes(plan: ExportPlan) -> tuple[str, ...]:
    """What a reader of the file must know."""
    notes = [_("A time without a reading has no row; nothing is filled in.")]
    if plan.site.source.startswith("Demo"):
        notes.append(_("Demo data: all people and figures are invented."))
    if plan.is_damaged:
        notes.append(_("Incomplete: some stored readings of these registers cannot be read at the moment."))
    return tuple(notes)


def write(plan: ExportPlan, progress: export_rows.Progress = None, *, owner: str = "now") -> Path:
    """A finished private file. Whoever calls it removes it or keeps its name."""
    chosen = WRITERS[plan.request.format]
    rows = export_rows.chunks(plan.site, plan.request.resolution, plan.period, plan.registers, progress)
    return export_files.make(lambda path: chosen.write(path, head(plan), rows), chosen.suffix, owner=owner)


@dataclass(frozen=True)
class Download:
    name: str
    mime_type: str
    content: bytes


def download_now(viewer: Viewer, plan: ExportPlan) -> Download:
    """A small export as bytes; nothing of it stays on the disk, and the audit trail keeps that it was taken."""
    require_site(viewer, Permission.EXPORT_READINGS, plan.site.id)
    path = write(plan)
    try:
        with portal.current().records.transaction() as tx:
            _record(tx, "export:downloaded", viewer.user_id, plan)
        return Download(plan.file_name, WRITERS[plan.request.format].mime_type, path.read_bytes())
    finally:
        path.unlink(missing_ok=True)


def _record(tx: Session, action: str, user_id: int | None, plan: ExportPlan) -> None:
    """Who took which readings away: the site, the days and what of it; never a reading."""
    wanted = plan.request
    days = {"first": plan.period.first.isoformat(), "last": plan.period.last.isoformat()}
    detail: dict[str, object] = {
        **days,
        "resolution": wanted.resolution,
        "format": wanted.format,
        "register": wanted.register or "all",
    }
    event = audit.Event(action, user_id, None, "site", plan.site.public_id, detail)
    audit.add(tx, event, now=portal.current().clock.now())


def order(viewer: Viewer, plan: ExportPlan) -> str:
    """A job for a large export; asking for the same again while it is open gives the same job."""
    require_site(viewer, Permission.EXPORT_READINGS, plan.site.id)
    payload = {**asdict(plan.request), "first": plan.request.first.isoformat(), "last": plan.request.last.isoformat()}
    payload |= {"site": plan.site.public_id, "locale": current_locale(), "name": plan.file_name}
    made = portal.current()
    with made.records.transaction() as tx:
        still_open = jobs.open_of(tx, viewer, KIND)
        for job in still_open:
            if job.payload == payload:
                return job.public_id
        if len(still_open) >= OPEN_JOBS:
            raise InvalidInputError("export", "too_many")
        return jobs.enqueue(tx, KIND, payload, now=made.clock.now(), user_id=viewer.user_id)


@HANDLERS.register(KIND)
def _run(job: RunningJob) -> None:
    """Rights are those of now, not of when it was ordered."""
    with use_locale(str(job.payload["locale"])):
        request = request_of(job.payload)
        plan = prepare(_viewer(job.user_id or 0), request.site, request)
        export_files.clear(job.public_id)
        path = write(plan, job.progress, owner=job.public_id)
        job.result.update(file=path.name, size=path.stat().st_size, name=plan.file_name)
        try:
            with job.finishing() as tx:
                _record(tx, "export:made", job.user_id, plan)
                _tell(tx, job, plan)
        except LeaseLostError:  # any other failure may have come after the commit: then the file is wanted
            path.unlink(missing_ok=True)
            raise


def _tell(tx: Session, job: RunningJob, plan: ExportPlan) -> None:
    told = {"name": plan.file_name, "file": f"{PAGE}/file/{job.public_id}"}
    new = NewNotice(job.user_id or 0, "export_ready", told, PAGE)
    jobs.notice(tx, new, now=portal.current().clock.now())


def _viewer(user_id: int) -> Viewer:
    with portal.current().records.reading() as db:
        user = db.get(User, user_id)
        if user is None or user.disabled_at is not None:
            raise NotFoundError(what="user")
        accounts, grants = identity.memberships(db, user_id)
        return Viewer(user.id, user.email, user.name, Role(user.role), user.locale, grants, accounts)


def request_of(payload: dict[str, Any]) -> ExportRequest:
    """From a job's payload or a form; raises InvalidInputError for a date that is none."""
    try:
        first, last = date.fromisoformat(str(payload["first"])), date.fromisoformat(str(payload["last"]))
    except (KeyError, ValueError):
        raise InvalidInputError("first", "no_date") from None
    names = {
        name: str(payload[name])[:64] for name in ("site", "resolution", "format", "register") if payload.get(name)
    }
    if names.get("register") == "all":
        del names["register"]
    return ExportRequest(**{"site": "", **names}, first=first, last=last)


@dataclass(frozen=True)
class ExportView:
    """One ordered export as its owner sees it; `state` is queued, running, done, failed or cancelled."""

    public_id: str
    name: str
    state: str
    done: int
    total: int
    size: int
    created_at: datetime
    expires_at: datetime | None

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


def my_exports(viewer: Viewer) -> list[ExportView]:
    """Newest first, without those whose file is gone."""
    if viewer.acting_for_account_id is not None:
        return []
    now = portal.current().clock.now()
    views = [_view(job) for job in jobs.my_jobs(viewer, KIND)]
    return [view for view in views if not view.is_expired(now)]


def _view(job: JobView) -> ExportView:
    expires = job.finished_at + timedelta(days=KEEP_DAYS) if job.finished_at else None
    return ExportView(
        job.public_id, str(job.payload.get("name", "")), "failed" if job.state == "dead" else job.state,
        job.progress_done, job.progress_total, int(job.result.get("size", 0)), job.created_at, expires,
    )  # fmt: skip


def finished_file(viewer: Viewer, public_id: str) -> tuple[Path, str, str]:
    """Path, name and type of a finished export; foreign, unfinished and expired ones all raise NotFoundError."""
    job = jobs.job(viewer, public_id)
    found = _view(job)
    is_there = job.kind == KIND and found.state == "done" and not found.is_expired(portal.current().clock.now())
    path = export_files.find(str(job.result.get("file", ""))) if is_there else None
    if path is None:
        raise NotFoundError(what="export")
    _exportable_site(viewer, str(job.payload["site"]))
    made = portal.current()
    with made.records.transaction() as tx:
        audit.add(tx, audit.Event("export:fetched", viewer.user_id, None, "job", public_id), now=made.clock.now())
    return path, found.name, WRITERS[str(job.payload["format"])].mime_type


def remove_expired(tx: Session) -> None:
    """Rows of expired exports, and files that no row names."""
    expired = portal.current().clock.now() - timedelta(days=KEEP_DAYS)
    export_files.sweep(export_rows.forget_jobs(tx, KIND, expired))
