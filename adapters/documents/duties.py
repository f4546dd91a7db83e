"""What a bill owes its reader beside amounts: use over a year, comparison, sources of energy, whom to turn to.

Annex I of Directive (EU) 2019/944 lists it.
"""

from __future__ import annotations

from decimal import Decimal

from adapters.documents import formats
from adapters.documents.words import Rows
from domain.billing.invoice import TAKES_BACK, DocumentKind, InvoiceDocument, MonthUse
from domain.text import gettext as _

ABOUT_THE_SAME = Decimal("0.005")  # below it a whole percentage would be none
ASKING = {DocumentKind.INVOICE, DocumentKind.CORRECTED}  # bills in the sense of the directive


def history(document: InvoiceDocument) -> dict[str, object]:
    """The chart of months: bars as shares of the highest, its sentence, and what a reader who cannot see it hears."""
    if not document.history or document.kind not in ASKING:
        return {}  # `contract_rows` says why there is none
    rows = document.history
    peak = max(max(row.energy_wh, row.year_before_wh or 0) for row in rows) or 1
    months = [
        {
            "label": formats.month_short(row.month), "value": formats.decimal(round(Decimal(row.energy_wh) / 1000, 0)),
            "share": row.energy_wh / peak, "before": None if row.year_before_wh is None else row.year_before_wh / peak,
        }
        for row in rows
    ]  # fmt: skip
    return {
        "title": _("Your use month by month"),
        "months": months,
        "now": _("kWh in the month"),
        "before": _("a year before"),
        "alt": _alt(rows),
        "sentences": _comparison(document),
    }


def _alt(rows: tuple[MonthUse, ...]) -> str:
    parts = [f"{formats.month(row.month)} {formats.kwh(row.energy_wh, 0)}" for row in rows]
    return _("Bars of the use of each month: {months}.", months=", ".join(parts))


def _comparison(document: InvoiceDocument) -> list[str]:
    found = []
    now, before = document.history[-1].energy_wh, document.history[-1].year_before_wh
    if before:
        change = Decimal(now - before) / before
        name = {
            "month": formats.month(document.history[-1].month),
            "now": formats.kwh(now, 1),
            "before": formats.kwh(before, 1),
        }
        if abs(change) < ABOUT_THE_SAME:
            found.append(_("{month}: {now}, about as much as a year before ({before}).", **name))
        elif change > 0:
            found.append(
                _("{month}: {now}, {share} more than a year before ({before}).", share=formats.percent(change), **name)
            )
        else:
            found.append(
                _("{month}: {now}, {share} less than a year before ({before}).", share=formats.percent(-change), **name)
            )
    if not before:
        found.append(_("Of the same month a year before we have no whole readings to compare with."))
    if document.benchmark_wh:
        average = formats.kwh(document.benchmark_wh, 1)
        found.append(_("An average customer of your kind used {average} in this period.", average=average))
    return found


def contract_rows(document: InvoiceDocument) -> Rows:
    supply = document.supply
    rows = [
        (_("Supplied at"), supply.address),
        (_("Code of the supply point"), supply.supply_point),
        (_("Contract"), supply.contract),
        (_("Tariff"), supply.tariff),
        (_("Runs until"), formats.day(supply.ends_on) if supply.ends_on else _("no fixed end")),
        (_("Notice"), supply.notice),
        (_("Grid operator"), supply.network_operator),
    ]
    return [[label, value] for label, value in [*rows, *_measured(document), *_not_known(document)] if value]


def _measured(document: InvoiceDocument) -> list[tuple[str, str]]:
    """Energy that was sent by interval, where counters at start and end would stand otherwise."""
    found = document.metered
    if found is None or document.kind in TAKES_BACK:
        return []
    known = _(
        "{energy} from {count} readings by interval; its counter at start and end is not kept here",
        energy=formats.kwh(found.energy_wh), count=formats.decimal(Decimal(found.intervals)),
    )  # fmt: skip
    doubt = (
        _("{count} readings were estimated.", count=found.estimated) if found.estimated else _("None was estimated.")
    )
    gap = _("{count} are missing and were not billed.", count=found.missing) if found.missing else ""
    said = " ".join(part for part in (f"{known}.", doubt, gap) if part)
    return [(_("Meter"), ", ".join(found.meters)), (_("Measured"), said)]


def _not_known(document: InvoiceDocument) -> list[tuple[str, str]]:
    """What a bill owes and the data cannot give is said, not left out."""
    if document.kind not in ASKING:
        return []
    found = []
    if not document.history:
        found.append((_("The year before"), _("We have no readings yet to compare with.")))
    if document.benchmark_wh is None:
        found.append((_("Comparable customers"), _("There is no average of customers like you yet.")))
    if document.mix is None and document.supply.commodity == "electricity":
        found.append((_("Sources of energy"), _("Not known for this supply; we tell you when you ask.")))
    return found


def mix(document: InvoiceDocument) -> dict[str, object]:
    """The table of sources, of the tariff and of the supplier as a whole."""
    found = document.mix
    if found is None or document.kind not in ASKING:
        return {}
    rows = [
        [_source(row.source), _permille(row.product_permille), _permille(row.supplier_permille)] for row in found.shares
    ]
    carbon = [str(value) for value in (found.product_co2_g_per_kwh, found.supplier_co2_g_per_kwh)]
    waste = [str(value) for value in (found.product_waste_ug_per_kwh, found.supplier_waste_ug_per_kwh)]
    return {
        "title": _("Where the electricity of {year} came from", year=found.year),
        "head": [_("Source"), _("Your tariff"), _("All we supply")],
        "rows": [*rows, [_("CO₂ (g/kWh)"), *carbon], [_("Radioactive waste (µg/kWh)"), *waste]],
    }


def _permille(value: int) -> str:
    return formats.percent(Decimal(value) / 1000, 1)


def _source(name: str) -> str:
    known = {
        "wind": _("Wind"), "solar": _("Sun"), "hydro": _("Water"), "biomass": _("Biomass"), "gas": _("Natural gas"),
        "coal": _("Coal"), "lignite": _("Lignite"), "nuclear": _("Nuclear"), "other": _("Other"),
    }  # fmt: skip
    return known.get(name, name)


def instalment_rows(document: InvoiceDocument) -> Rows:
    return [[formats.day(one.due), formats.amount(one.gross_minor, document.currency)] for one in document.instalments]


def notices(document: InvoiceDocument) -> Rows:
    """Label and text, in the order of the directive."""
    told = document.notices
    if document.kind not in ASKING:
        return [[_("Questions?"), f"{told.hotline}, {told.email}"]]
    return [
        [_("Questions?"), f"{told.hotline}, {told.email}"],
        [
            _("Complaints"),
            _(
                "Write to us first. If that does not help, arbitration is free for consumers: {body}.",
                body=told.dispute_body,
            ),
        ],
        [_("Your rights"), told.contact_point],
        [_("Saving energy"), told.advice],
        [_("Switching"), _("You may switch supplier free of charge: {link}.", link=told.switching)],
        [_("Comparing tariffs"), told.comparison_tool],
        *_about_the_price(document),
    ]


def _about_the_price(document: InvoiceDocument) -> Rows:
    """Owed with electricity, whose price carries levies for some sources."""
    if document.supply.commodity != "electricity":
        return []
    text = _("All sources of energy may also benefit from support that is not paid for by the levies named here.")
    return [[_("About the price"), text]]
