"""What a rating says, as text for a terminal and as JSON; and why one was refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.tariffs.urdb import Unbilled
from domain.errors import DomainError
from domain.money import from_minor
from domain.tariffs.exact import plain
from domain.tariffs.lines import Line, Notice
from domain.tariffs.rate import RatingResult
from domain.tariffs.tariff import Tariff

# Why nothing was priced, and what to do. Placeholders are the refusal's params.
SENTENCES: dict[str, tuple[str, str]] = {
    "contracts_overlap": ("two contracts apply from {first} to {end}", "end one where the other begins"),
    "period_empty": ("the period from {first} to {end} has no day", "--to is the day after the last"),
    "flow_missing": ("the tariff prices {flow}, but there are no such readings (there are: {known})", "give --readings {flow}=FILE"),
    "readings_disordered": ("the readings are not in order of time, or one comes twice", "sort the file"),
    "readings_off_grid": ("readings do not start every {interval_min} minutes", "check the interval of the readings"),
    "readings_too_coarse": ("the price changes within readings of {interval_min} minutes", "give finer readings"),
    "series_missing": ("the price series {series!r} is not known (known: {known})", "give --prices {series}=FILE"),
    "series_currency": ("the price series {series!r} is in {found}, the tariff in {expected}", "use prices in {expected}"),
    "price_missing": (
        "the price series {series!r} has no price at {first_utc} UTC ({count} missing in all)",
        "complete the series: a missing price is not zero",
    ),
    "tax_rule_missing": ("no tax rule for {vat_code!r} on {day}", "add a row to taxes"),
    "levy_missing": ("no rate of the levy {levy!r} on {day}", "add a row to levies"),
    "holidays_missing": ("the holidays of {region} in {year} are not known", "use a code such as DE-BW"),
    "fact_missing": ("the charge {charge!r} needs {fact}", "see --capacity, --commissioned and --installed-kw"),
    "vintage_missing": ("the charge {charge!r} has no rate for generators commissioned on {day}", "add a vintage"),
    "band_missing": ("the calendar leaves hours without a price", "end it with a rule without conditions"),
    "tariff_unsound": ("the tariff prices {bands}, which its calendar does not have", "check it with --export"),
    "currencies_differ": ("the tariffs are in {currencies}", "rate each on its own"),
}  # fmt: skip
INPUT_SENTENCES: dict[str, str] = {
    "file_missing": "there is no file {path}",
    "columns_start_utc_and_price": "{path} needs the columns start_utc and price (per kWh)",
    "columns_zone_ts_utc_price_eur_mwh": "{path} needs the columns zone, ts_utc and price_eur_mwh",
    "bad_row": "{path}, line {line}: write a time in UTC and a price with a point",
    "too_few_rows": "{series!r} has fewer than two prices",
    "start_twice": "{series!r} has two prices for one time",
    "too_many_decimals": "{series!r} has prices with more than {most} decimals per kWh",
}
NOTICES: dict[str, str] = {
    "history_missing": "readings from {needed_from} on would be needed, they begin on {known_from}",
    "coarser_settlement": "settled by {found_min} instead of {asked_min} minutes, as the readings or prices are coarser",
    "other_window": "peaks are of {found_min} instead of {asked_min} minutes, as the readings are coarser",
}


def sentence(error: DomainError) -> str:
    """One line: what, and what to do."""
    reason = str(error.params.get("reason", ""))
    if reason in SENTENCES:
        what, remedy = SENTENCES[reason]
        return f"{what.format(**error.params)} -> {remedy.format(**error.params)}"
    remedy = str(error.params.get("remedy", ""))
    return f"--{error.params.get('field')}: {INPUT_SENTENCES[remedy].format(**error.params)}"


def as_json(tariff: Tariff, results: Sequence[RatingResult], unbilled: Sequence[Unbilled]) -> dict[str, Any]:
    """Exact numbers are strings; money has both, the decimal and the minor units it was rounded to."""
    return {
        "tariff": {"id": tariff.id, "version": tariff.version, "name": tariff.name, "digest": tariff.digest},
        "currency": tariff.currency,
        "unbilled": [{"field": row.field, "reason": row.reason} for row in unbilled],
        "bills": [_bill(result) for result in results],
        "total": _total(results),
    }


def _bill(result: RatingResult) -> dict[str, Any]:
    money = result.currency
    return {
        "from": str(result.first),
        "to": str(result.end),
        "lines": [_line(line) for line in result.lines],
        "taxes": [
            {"category": tax.category, "rate": str(tax.rate), "net": str(from_minor(tax.net_minor, money)),
             "tax": str(from_minor(tax.tax_minor, money))}
            for tax in result.taxes
        ],
        "net": str(from_minor(result.net_minor, money)),
        "tax": str(from_minor(result.tax_minor, money)),
        "gross": str(from_minor(result.gross_minor, money)),
        "coverage": [
            {"flow": flow.flow, "expected": flow.expected, "present": flow.present, "missing": flow.missing,
             "estimated": flow.estimated, "energy_wh": flow.energy_wh}
            for flow in result.coverage
        ],
        "is_complete": result.is_complete,
        "notices": [{"code": notice.code, "charge": notice.charge, "text": _notice(notice)} for notice in result.notices],
    }  # fmt: skip


def _line(line: Line) -> dict[str, Any]:
    found: dict[str, Any] = {
        "code": line.code,
        "kind": line.kind,
        "label": line.label,
        "cost_group": line.cost_group,
        "from": str(line.first),
        "to": str(line.end),
        "quantity": str(plain(line.quantity)),
        "unit": line.unit,
        "unit_price": str(line.unit_price),
        "is_mean_price": line.is_mean_price,
        "unrounded": str(plain(line.amount)),
        "amount": str(from_minor(line.amount_minor, line.currency)),
        "amount_minor": line.amount_minor,
        "vat_rate": str(line.tax.rate),
    }
    found |= {"band": line.band} if line.band else {}
    found |= {"tier": line.tier} if line.tier else {}
    if line.intervals is not None:
        counts = {
            "count": len(line.intervals),
            "missing": line.intervals.missing,
            "estimated": line.intervals.estimated,
        }
        found["intervals"] = {"flow": line.intervals.flow, **counts}
    return found


def _total(results: Sequence[RatingResult]) -> dict[str, Any]:
    money = results[0].currency
    return {
        "net": str(from_minor(sum(result.net_minor for result in results), money)),
        "tax": str(from_minor(sum(result.tax_minor for result in results), money)),
        "gross": str(from_minor(sum(result.gross_minor for result in results), money)),
        "missing_intervals": sum(result.missing for result in results),
    }


def as_text(tariff: Tariff, results: Sequence[RatingResult], unbilled: Sequence[Unbilled]) -> str:
    lines = [f"{tariff.name} ({tariff.id}, version {tariff.version}), {tariff.currency}, net unless it says gross"]
    lines += [f"not billed: {row.field}: {row.reason}" for row in unbilled]
    for result in results:
        lines += _bill_text(result)
    total = _total(results)
    lines.append(f"total  net {total['net']}  VAT {total['tax']}  gross {total['gross']} {tariff.currency}")
    return "\n".join(lines)


def _bill_text(result: RatingResult) -> list[str]:
    found = [f"{result.first} to {result.end}"]
    for line in result.lines:
        what = " ".join(part for part in (line.label, line.band, f"block {line.tier}" if line.tier else "") if part)
        amount = from_minor(line.amount_minor, line.currency)
        mean = "mean " if line.is_mean_price else ""
        price = f"{plain(line.quantity, 3):>12} {line.unit:<9} x {mean}{line.unit_price}"
        found.append(f"  {what:<40} {price:<36} {amount:>12}")
    money = result.currency
    net, tax, gross = (from_minor(minor, money) for minor in (result.net_minor, result.tax_minor, result.gross_minor))
    found.append(f"  {'net ' + str(net) + '  VAT ' + str(tax) + '  gross ' + str(gross):>90}")
    found += [
        f"  {flow.flow}: {flow.missing} of {flow.expected} intervals missing and not priced, {flow.estimated} estimated"
        for flow in result.coverage
        if flow.missing or flow.estimated
    ]
    return found + [f"  note: {_notice(notice)}" for notice in result.notices]


def _notice(notice: Notice) -> str:
    return f"{notice.charge}: {NOTICES[notice.code].format(**notice.params)}"
