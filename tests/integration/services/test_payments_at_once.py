"""Many messages, many requests, and a process that dies: the same ledger as when all goes in order."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from sqlalchemy import create_engine, text

from adapters.payments.base import ProviderUnreachableError
from adapters.payments.sandbox import METHODS
from data.queries import billing as queries
from data.queries import payments as payment_queries
from data.repositories import payments as repository
from data.tables import Base
from data.tables.payments import PaymentMethod
from services import (
    billing_issue,
    ledger,
    payment_attempts,
    payment_facts,
    payment_methods,
    payment_runs,
    payments,
    portal,
)
from services.payment_attempts import Attempt
from services.payment_providers import sandbox
from tests.factories.billing import make_document, make_line
from tests.factories.databases import BOTH
from tests.factories.payments import ADA, invoice, open_minor, paying, viewer, whole
from tests.factories.people import NOW
from tests.factories.server import Visitor, serving

ROOT = Path(__file__).resolve().parents[3]
BEA = "C-104 881"
PAYMENTS, DELIVERIES, THREADS = 60, 500, 8
TOKENS = ("card-good", "card-no-funds", "debit-good", "debit-returned", "card-silent")


def begin(here, number: int, token: str) -> int:
    """A payment of a document of its own, written down; nothing is asked yet."""
    name, party = ("consumer", ADA) if number % 2 else ("neighbour", BEA)
    account_id = here.ids.account_rows[name]
    issued = billing_issue.issue(make_document(make_line(1_000 + number), party=party), f"document-{number}")
    with here.portal.records.transaction() as tx:
        method = PaymentMethod(
            public_id=f"pm-{number}",
            account_id=account_id,
            provider="sandbox",
            provider_id=token,
            kind="card",
            created_at=NOW,
        )
        repository.add_method(tx, method)
        document_id = tx.execute(
            text("select id from billing_document where public_id = :p"), {"p": issued.public_id}
        ).scalar_one()
        attempt = Attempt(account_id, party, f"key-{number}", "customer", None, document_id, method)
        return payment_attempts.write_down(tx, attempt)[0].id


@dataclass
class Sent:
    body: bytes
    headers: dict[str, str]


def news(here) -> list[Sent]:
    """All messages of ten days, newly signed, with disputes of some payments and the end of some of these."""
    here.wait(days=10)
    for number in range(1, PAYMENTS + 1):
        facts = {str(fact.kind) for fact in sandbox().facts(f"spi_{number:06d}")}
        if number % 6 == 0 and facts == {"captured"}:
            sandbox().dispute(f"spi_{number:06d}")
            if number % 12 == 0:
                sandbox().dispute(f"spi_{number:06d}", is_won=True)
    here.wait(days=1)
    return [Sent(message.body, {"X-Payment-Signature": message.signature}) for _n, message in sandbox().messages()]


def books(here) -> dict[str, object]:
    """All that may not depend on the order: sums, what is open of each document, facts, states."""
    with here.portal.records.reading() as db:
        facts = db.execute(text("select kind, key, amount_minor from payment_fact order by kind, key")).all()
        states = db.execute(text("select key, state, is_open from payment order by key")).all()
        keys = db.execute(text("select key from ledger_transaction order by key")).scalars().all()
    left = {row.number_text: row.open_minor for row in _open(here)}
    return {
        "sums": {code: amount for code, amount in whole(here).items() if amount}, "facts": [tuple(row) for row in facts],
        "states": [(key, state, bool(is_open)) for key, state, is_open in states], "keys": keys, "open": left,
    }  # fmt: skip


def _open(here):
    with here.portal.records.reading() as db:
        return queries.open_documents(db)


def in_order(folder: Path) -> dict[str, object]:
    """The books when everything is asked, answered and told one after the other."""
    with paying("sqlite", folder) as here:
        for number in range(1, PAYMENTS + 1):
            payment_attempts.ask(begin(here, number, TOKENS[number % len(TOKENS)]))
        for one in news(here):
            payment_facts.receive("sandbox", one.body, one.headers)
        payment_runs.reconcile()
        return books(here)


@pytest.fixture(params=BOTH)
def here(request, tmp_path):
    with paying(request.param, tmp_path) as made:
        yield made


def test_law_messages_in_any_order_by_eight_threads_end_in_the_same_ledger(here, tmp_path):
    dice = random.Random(11)
    late = {number for number in range(1, PAYMENTS + 1) if number % 4 == 0}  # told before our own commit
    begun = {number: begin(here, number, TOKENS[number % len(TOKENS)]) for number in range(1, PAYMENTS + 1)}
    for number, payment_id in begun.items():
        request = _request_of(here, payment_id)
        if number in late:
            _start_unheard(request)
        else:
            payment_attempts.ask(payment_id)
    sent = news(here)
    deliveries = [*sent, *(dice.choice(sent) for _ in range(DELIVERIES - len(sent)))]
    dice.shuffle(deliveries)
    assert (len(deliveries), len(sent) > 60) == (DELIVERIES, True)
    work = [*deliveries[: DELIVERIES // 2], *late, *deliveries[DELIVERIES // 2 :]]  # our commits come in the middle

    def do(one: Sent | int) -> None:
        with portal.using(here.portal):
            if isinstance(one, int):
                payment_attempts.ask(begun[one])
            else:
                payment_facts.receive("sandbox", one.body, one.headers)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(do, work))
    payment_runs.reconcile()
    assert payment_runs.reconcile() == 0  # nothing waits any more
    undisturbed = tmp_path / "in order"
    undisturbed.mkdir()
    found = books(here)
    with here.portal.records.reading() as db:
        assert db.execute(text("select count(*) from webhook_event")).scalar_one() == len(sent)
    assert ledger.problems() == []
    assert found == in_order(undisturbed)
    kept = sum(fact[2] for fact in found["facts"] if fact[0] == "captured")
    assert 0 < found["sums"]["clearing:sandbox"] < kept  # some came back


def _request_of(here, payment_id: int):
    with here.portal.records.reading() as db:
        row = payment_queries.payment_by_id(db, payment_id)
        return payment_attempts._request(db, row)


def _start_unheard(request) -> None:
    """The provider has begun, and we do not know it yet."""
    with suppress(ProviderUnreachableError):
        sandbox().start(request)


def test_law_twenty_requests_at_once_for_one_invoice_are_one_charge(here, tmp_path, monkeypatch):
    """Over HTTP, the provider answering two seconds late; each request as from a tab of its own."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    document = invoice(here)
    account = here.ids.accounts["consumer"]
    setup = payment_methods.add_card(viewer(here), account).rpartition("/")[2]
    sandbox().choose_method(setup, "card-good")
    card = payment_methods.card_added(viewer(here), sandbox().setup_page(setup).rpartition("/")[2])
    config = here.portal.config.model_copy(update={"now": NOW})
    with serving(
        config, tmp_path, has_worker=False, web="tests.integration.services.slow_provider:create_server()"
    ) as url:
        visitor = Visitor(url)
        visitor.sign_in("consumer@demo.example")
        cookies = dict(visitor.http.cookies)

        def press(tab: int) -> str:
            form = {"csrf_token": cookies["portal_csrf"], "account": account, "document": document.public_id,
                    "amount": "119,00", "method": card.public_id, "key": f"tab-{tab}"}  # fmt: skip
            answer = requests.post(
                f"{url}/billing/payments/pay", data=form, cookies=cookies, timeout=60, allow_redirects=False
            )
            assert answer.status_code == 303, answer.text[:300]
            return answer.headers["Location"]

        with ThreadPoolExecutor(20) as pool:
            found = list(pool.map(press, range(20)))
    begun = {re.search(r"payment=(pay-\w+)", address)[1] for address in found if "payment=" in address}
    refused = [address for address in found if "problem=nothing_open" in address]  # came when all was paid
    assert len(begun) == 1
    assert len(refused) + sum("payment=" in address for address in found) == 20
    assert (sandbox().facts("spi_000001")[0].amount_minor, len(charges(here))) == (11_900, 1)
    assert [view.status for view in payments.payments(viewer(here), account)] == ["succeeded"]
    assert (open_minor(here), whole(here)["clearing:sandbox"], ledger.problems()) == (0, 11_900, [])


def charges(here) -> list[int]:
    """What the provider has taken, from its own books."""
    engine = create_engine(f"sqlite:///{Path(here.portal.config.files) / 'sandbox.sqlite'}")
    with engine.connect() as db:
        found = list(db.execute(text("select amount_minor from fact where kind = 'captured'")).scalars())
    engine.dispose()
    return found


@pytest.mark.parametrize("point", ["before", "after"])
def test_law_a_process_killed_at_the_providers_call_loses_nothing(here, tmp_path, point):
    """before: the provider was not reached yet; after: it has charged, and its answer is lost with the process."""
    document = invoice(here)
    command = [sys.executable, "-m", "tests.integration.services.payment_child", here.portal.config.database_url, str(tmp_path),
               here.ids.accounts["consumer"], document.public_id, point]  # fmt: skip
    died = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert died.returncode == -9, died.stderr[-2000:]
    assert (len(charges(here)), open_minor(here)) == (int(point == "after"), 11_900)
    (left,) = payments.payments(viewer(here), here.ids.accounts["consumer"])
    assert (left.status, left.is_open) == ("unknown", True)
    here.wait(minutes=2)
    payment_runs.reconcile()
    assert payments.payment(viewer(here), left.public_id).status == "succeeded"
    assert (charges(here), open_minor(here), ledger.problems()) == ([11_900], 0, [])


CARD_LIKE = re.compile(rb"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])")


def passes_luhn(digits: str) -> bool:
    """ISO/IEC 7812: every second digit from the right doubled, the sum divisible by ten."""
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits))]
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def card_numbers(content: bytes) -> set[str]:
    found = {re.sub(rb"\D", b"", one).decode() for one in CARD_LIKE.findall(content)}
    return {digits for digits in found if passes_luhn(digits)}


def test_no_card_number_is_in_the_database_or_the_logs(here, tmp_path, caplog):
    assert card_numbers(b"pay 4242 4242 4242 4242 now") == {"4242424242424242"}  # the search finds one
    document = invoice(here)
    account = here.ids.accounts["consumer"]
    with caplog.at_level("DEBUG"):
        for token in METHODS:
            setup = payment_methods.add_card(viewer(here), account).rpartition("/")[2]
            if METHODS[token].kind == "card" and token != "card-expired":
                sandbox().choose_method(setup, token)
                payment_methods.card_added(viewer(here), sandbox().setup_page(setup).rpartition("/")[2])
        wish = payment_methods.DebitWish("Ada Example", "DE89370400440532013000", True)
        payment_methods.add_debit(viewer(here), account, wish, payment_methods.Evidence("127.0.0.1", "a browser"))
        for number, method in enumerate(payment_methods.methods(viewer(here), account)):
            payments.start_payment(viewer(here), account, 100, document.public_id, method.public_id, f"k{number}")
    stored = b"\n".join(_every_text(here))
    assert len(stored) > 1_000
    assert card_numbers(stored + caplog.text.encode()) == set()
    assert b"370400440532013000" not in stored + caplog.text.encode()  # nor an account number in the clear


def _every_text(here) -> list[bytes]:
    """Every text of every table of the records and of the sandbox."""
    found = []
    with here.portal.records.reading() as db:
        for table in Base.metadata.sorted_tables:
            texts = [column for column in table.columns if column.type.python_type is str]
            found += (
                ["|".join(map(str, row)).encode() for row in db.execute(table.select().with_only_columns(*texts))]
                if texts
                else []
            )
    return [*found, (Path(here.portal.config.files) / "sandbox.sqlite").read_bytes()]
