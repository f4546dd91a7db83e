"""Bad input about money, each in one place: the sentence names the field and the remedy, and no table has changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from sqlalchemy import inspect, text

from adapters import catalogs
from data.repositories import contracts as repository
from domain import text as languages
from domain.calendar import Period, PeriodKind
from domain.errors import DomainError
from domain.tariffs.charges.spot import Spot
from services import (
    bank_import,
    contract_rating,
    contract_switching,
    contracts,
    payment_methods,
    payments,
    refusals,
    tariff_catalogue,
)
from services.payment_methods import DebitWish, Evidence
from services.payment_providers import sandbox
from tests.factories.bank import make_entry, make_statement
from tests.factories.contracts import SIGNED, add_taxes, fill, make_contract, point_and_registers, publish, tariff_text
from tests.factories.databases import BOTH
from tests.factories.payments import invoice, paying, viewer
from tests.factories.tariffs import make_prices

HOME = Evidence("127.0.0.1", "a browser")
SPOT = Spot(code="spot", label="Spot", cost_group="energy", series="spot", vat_code="std")
JUNE = Period.of(PeriodKind.MONTH, date(2026, 6, 1))


@pytest.fixture(params=BOTH)
def here(request, tmp_path) -> Iterator:
    languages.install(catalogs.load())
    with paying(request.param, tmp_path) as made:
        yield made


def dump(here) -> dict[str, list[tuple]]:
    """Every row of every table of the records and of the readings' manifest."""
    found = {}
    with here.portal.records.engine.connect() as connection:
        for table in sorted(inspect(connection).get_table_names()):
            rows = connection.execute(text(f'select * from "{table}"'))
            found[table] = sorted(tuple(map(str, row)) for row in rows)
    return found


@contextmanager
def refused(here, english: str, german: str) -> Iterator[None]:
    """What is done inside is refused with a sentence of each language, and leaves every table as it was."""
    before = dump(here)
    with pytest.raises(DomainError) as caught:
        yield
    assert refusals.sentence(caught.value) == english
    with languages.use_locale("de"):
        assert refusals.sentence(caught.value) == german
    after = dump(here)
    assert {name for name, rows in after.items() if rows != before.get(name)} == set()
    assert before.keys() == after.keys()


def account(here) -> str:
    return here.ids.accounts["consumer"]


def test_an_iban_with_a_wrong_checksum(here):
    with refused(
        here,
        "IBAN: The check digits do not fit. Compare the number with your card or statement.",
        "IBAN: Die Prüfziffern passen nicht. Vergleichen Sie die Nummer mit Ihrer Karte oder Ihrem Kontoauszug.",
    ):
        payment_methods.add_debit(
            viewer(here), account(here), DebitWish("Ada Example", "DE88 3704 0044 0532 0130 00", True), HOME
        )


def begun_card(here, token: str) -> str:
    """A card chosen on the provider's page, and not yet kept."""
    setup = payment_methods.add_card(viewer(here), account(here)).rpartition("/")[2]
    sandbox().choose_method(setup, token)
    with here.portal.records.reading() as db:
        asked = text("select public_id from payment_method where setup_id = :setup")
        return db.execute(asked, {"setup": setup}).scalar_one()


def test_a_card_that_has_expired_is_not_kept(here):
    """The sandbox's expired card was good until 29 February 2024."""
    public_id = begun_card(here, "card-expired")
    with refused(
        here,
        "Way to pay: This card expired on 29 February 2024. Choose or add another one.",
        "Zahlungsart: Diese Karte ist am 29. Februar 2024 abgelaufen. Wählen oder ergänzen Sie eine andere.",
    ):
        payment_methods.card_added(viewer(here), public_id)


def test_a_card_that_has_expired_since_pays_nothing(here):
    invoice(here)
    public_id = begun_card(here, "card-good")
    payment_methods.card_added(viewer(here), public_id)
    here.clock.instant = datetime(2031, 1, 1, 12, tzinfo=UTC)
    with refused(
        here,
        "Way to pay: This card expired on 31 December 2030. Choose or add another one.",
        "Zahlungsart: Diese Karte ist am 31. Dezember 2030 abgelaufen. Wählen oder ergänzen Sie eine andere.",
    ):
        payments.start_payment(viewer(here), account(here), 11_900, None, public_id, "k-1")


@pytest.mark.parametrize(
    ("amount_minor", "english", "german"),
    [
        (0, "Enter more than nothing, at most €119.00.", "Geben Sie mehr als null ein, höchstens 119,00\xa0€."),
        (
            -1,
            "Enter a positive amount, at most €119.00.",
            "Geben Sie einen positiven Betrag ein, höchstens 119,00\xa0€.",
        ),
        (11_901, "No more than €119.00 is open.", "Offen sind höchstens 119,00\xa0€."),
    ],
)
def test_an_amount_of_nothing_below_nothing_or_above_what_is_open(here, amount_minor, english, german):
    """An invoice of 100.00 and 19 % is open: 119.00."""
    invoice(here)
    with refused(here, f"Amount: {english}", f"Betrag: {german}"):
        payments.start_payment(viewer(here), account(here), amount_minor, None, None, "k-1")


def signed(here, charge: Spot | None = None, **facts: object) -> int:
    """The consumer's contract since 2025, with quarter-hours of June 2026."""
    add_taxes(here.portal)
    point, registers = point_and_registers(here.portal, here.ids.site_rows["consumer"])
    version = publish(tariff_text(*([charge] if charge else [])))
    fill(here.portal.readings, registers["import"], "2026-05-31T22:00", "2026-06-30T22:00")
    terms = [(version, date(2025, 1, 1), None)]
    return make_contract(
        here.portal, account_id=here.ids.account_rows["consumer"], supply_point_id=point, terms=terms, **facts
    )


def test_a_tariff_version_edited_after_use(here):
    signed(here)
    edited = tariff_text(name="Another name")
    with refused(
        here,
        "Version: 1 is published and stays as it is. Publish the change as version 2.",
        "Fassung: 1 ist veröffentlicht und bleibt, wie sie ist. Veröffentlichen Sie die Änderung als Version 2.",
    ):
        tariff_catalogue.publish(edited, tariff_catalogue.Conditions())


def test_a_price_series_with_a_hole(here):
    """Hourly prices of June, without the hour from 10:00 UTC on the tenth."""
    number = signed(here, SPOT)
    series = make_prices("2026-06-01", "2026-07-01", 8512)
    is_there = series.start_utc != np.datetime64("2026-06-10T10:00")
    assert is_there.sum() == 719  # 30 days of 24 hours, and one hour less
    holed = replace(series, start_utc=series.start_utc[is_there], price=series.price[is_there])
    with here.portal.records.transaction() as tx:
        repository.add_prices(tx, holed)
    with refused(
        here,
        "Market prices: spot has no price at 2026-06-10T10:00:00 UTC. Complete the prices; none is taken as zero.",
        "Marktpreise: spot hat keinen Preis um 2026-06-10T10:00:00 UTC. Ergänzen Sie die Preise; keiner gilt als null.",
    ):
        contract_rating.rate_contract(number, JUNE)


@pytest.mark.parametrize(
    ("end", "english", "german"),
    [
        (
            None,
            "First day: Contract V-1 has been in force since 1 January 2025 and has no end. End it first.",
            "Erster Tag: Vertrag V-1 gilt seit 1. Januar 2025 ohne Ende. Beenden Sie ihn zuerst.",
        ),
        (
            date(2027, 1, 1),
            "First day: Contract V-1 is in force from 1 January 2025 to 31 December 2026. Choose other days, or end it earlier.",
            "Erster Tag: Vertrag V-1 gilt vom 1. Januar 2025 bis 31. Dezember 2026. Wählen Sie andere Tage, oder beenden Sie ihn früher.",
        ),
    ],
)
def test_overlapping_contracts(here, end, english, german):
    signed(here, number="V-1", end_date=end)
    point, _registers = point_and_registers(here.portal, here.ids.site_rows["consumer"])
    wanted = {
        "account_id": here.ids.account_rows["consumer"], "supply_point_id": point, "number": "V-2",
        "signed_on": date(2026, 12, 1),
    }  # fmt: skip
    with refused(here, english, german), here.portal.records.transaction() as tx:
        contracts.signed(tx, now=SIGNED, first_date=date(2026, 12, 31), **wanted)
    with here.portal.records.transaction() as tx:  # the other way of the energy is another contract
        contracts.signed(tx, now=SIGNED, first_date=date(2026, 12, 31), direction="feed_in", **wanted)


def test_a_switch_date_in_the_past(here):
    """Today is 20 November 2026; two weeks of notice lead to 4 December."""
    number = signed(here)
    offered = publish(tariff_text(id="other", name="Other"))
    public_id = contract_rating.row_of(number).public_id
    with refused(
        here,
        "Start of the new tariff: This day is not in the future. The first possible one is 4 December 2026.",
        "Beginn des neuen Tarifs: Dieser Tag liegt nicht in der Zukunft. Der erste mögliche ist der 4. Dezember 2026.",
    ):
        contract_switching.order(
            viewer(here), public_id, offered, date(2026, 11, 19), contract_switching.CONSENTS, "k-1"
        )


def test_a_statement_of_another_bank_account(here):
    statement = make_statement(make_entry("119.00")).replace(b"DE89370400440532013000", b"DE02120300000000202051")
    with refused(
        here,
        "Bank statement: It is of the account DE02120300000000202051. Choose a statement of DE89370400440532013000, "
        "the account that bills name.",
        "Kontoauszug: Er ist vom Konto DE02120300000000202051. Wählen Sie einen Auszug von DE89370400440532013000, "
        "dem Konto, das auf den Rechnungen steht.",
    ):
        bank_import.import_statements(statement)
