"""Mail leaves after its fact, once it is committed, by a real server on this machine."""

from __future__ import annotations

import email
from contextlib import contextmanager
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select, update

from adapters import catalogs
from adapters.clock import FrozenClock, WallClock
from adapters.mail import ways
from data.tables.identity import User
from data.tables.operations import OutboxMessage
from domain import text
from services import jobs, mails, outbox, portal
from tests.factories.people import NOW, people
from tests.factories.server import free_port

INVOICE = {
    "number": "R2026-000001", "amount_minor": 9_531, "currency": "EUR", "first": "2026-10-01", "end": "2026-11-01",
    "due_on": "2026-11-18", "document": "doc-1",
}  # fmt: skip


class Server:
    """Takes mail, or answers with `reply`; what it took is in `taken`."""

    def __init__(self) -> None:
        self.taken: list[email.message.EmailMessage] = []
        self.reply = "250 Taken"

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802 - the library's name
        if self.reply.startswith("250"):
            self.taken.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return self.reply


@pytest.fixture
def server():
    made = Server()
    port = free_port()
    controller = Controller(made, hostname="127.0.0.1", port=port, ready_timeout=30)
    controller.start()
    made.url = f"smtp://127.0.0.1:{port}"
    yield made
    controller.stop()


@pytest.fixture
def here(tmp_path, server):
    text.install(catalogs.load())
    with people(tmp_path, smtp_url=server.url) as made:
        yield made


def tell(here, template="invoice_ready", values=INVOICE, who="consumer"):
    with here.portal.records.transaction() as tx:
        return mails.mail_account(tx, template, here.ids.account_rows[who], values, now=NOW)


def states(here):
    with here.portal.records.reading() as db:
        return [(row.state, row.attempts) for row in db.scalars(select(OutboxMessage).order_by(OutboxMessage.id))]


@contextmanager
def later(here, **span):
    made = here.portal
    clock = FrozenClock(NOW + timedelta(**span))
    with portal.using(portal.Portal(made.config, made.records, made.readings, made.cache, clock)):
        yield


def test_an_owner_is_told_of_an_invoice_once(here, server):
    assert tell(here) == 1
    while outbox.deliver_one("w"):
        pass
    (mail,) = server.taken
    assert mail["To"] == "Consumer Example <consumer@demo.example>"
    assert mail["Subject"] == "Your invoice R2026-000001 is ready"
    said = mail.get_body(("plain",)).get_content()
    for fact in ("Hello Consumer Example,", "€95.31", "1 Oct 2026 – 31 Oct 2026", "18 November 2026"):
        assert fact in said
    assert f"{here.portal.config.base_url}/billing/doc-1" in said
    assert states(here) == [("done", 1)]


def test_it_is_written_in_the_readers_language(here, server):
    with here.portal.records.transaction() as tx:
        tx.execute(update(User).where(User.id == here.ids.users["consumer"]).values(locale="de"))
    tell(here)
    outbox.deliver_one("w")
    assert server.taken[0]["Subject"] == "Ihre Rechnung R2026-000001 ist da"
    assert "95,31\xa0€" in server.taken[0].get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    ("template", "english", "german", "amounts"),
    [
        (
            "instalment_ready", "Your instalment of €84.00 is due on 18 November 2026",
            "Ihr Abschlag von 84,00 € ist am 18. November 2026 fällig", ("€84.00", "84,00\xa0€"),
        ),
        (
            "credit_ready", "Your feed-in credit E2026-000003 is ready", "Ihre Gutschrift E2026-000003 für Einspeisung ist da",
            ("€27.69", "27,69\xa0€"),
        ),
    ],
)  # fmt: skip
def test_instalments_and_credits_are_told_like_invoices(here, server, template, english, german, amounts):
    tell(here, template, SAMPLES[template])
    outbox.deliver_one("w")
    with here.portal.records.transaction() as tx:
        tx.execute(update(User).where(User.id == here.ids.users["consumer"]).values(locale="de"))
    tell(here, template, SAMPLES[template])
    outbox.deliver_one("w")
    assert [mail["Subject"] for mail in server.taken] == [english, german]
    texts = [mail.get_body(("plain",)).get_content() for mail in server.taken]
    for said, amount in zip(texts, amounts, strict=True):
        assert amount in said
        assert SAMPLES[template]["number"] in said
        assert f"{here.portal.config.base_url}/billing/doc-1" in said


def test_what_is_rolled_back_is_not_mailed(here, server):
    class TakenBackError(Exception):
        pass

    with pytest.raises(TakenBackError), here.portal.records.transaction() as tx:
        mails.mail_account(tx, "invoice_ready", here.ids.account_rows["consumer"], INVOICE, now=NOW)
        raise TakenBackError
    assert not outbox.deliver_one("w")
    assert server.taken == []


def test_a_server_that_is_busy_is_asked_again_with_the_same_message_id(here, server):
    """A worker killed after sending would do the same: the receiver knows the repetition by its Message-ID."""
    tell(here)
    server.reply = "451 Try later"
    outbox.deliver_one("w")
    assert states(here) == [("queued", 1)]
    server.reply = "250 Taken"
    with later(here, minutes=2):
        outbox.deliver_one("w")
    assert [mail["Message-ID"] for mail in server.taken] == ["<msg-1@demo.example>"]


def test_a_worker_killed_after_sending_repeats_the_mail_with_the_same_message_id(here, server, monkeypatch):
    """Nothing is written down after the kill; the next worker takes the message over when the lease has ended."""
    tell(here)
    with monkeypatch.context() as killed:
        killed.setattr(outbox.repository, "sent", _die)
        with pytest.raises(KeyboardInterrupt):
            outbox.deliver_one("w1")
    assert not outbox.deliver_one("w2")  # the lease still holds
    monkeypatch.setattr(jobs, "LEASE_CLOCK", FrozenClock(WallClock().now() + timedelta(minutes=2)))
    outbox.deliver_one("w2")
    assert [mail["Message-ID"] for mail in server.taken] == ["<msg-1@demo.example>"] * 2
    assert states(here) == [("done", 2)]


def _die(*_args, **_named):
    raise KeyboardInterrupt


def test_a_password_is_not_sent_in_the_open(server, monkeypatch):
    """The server here offers no STARTTLS; only on this machine itself may a password go without."""
    monkeypatch.setattr(ways, "LOOPBACK", set())
    way = ways.Smtp(server.url.replace("//", "//user:hush@"))
    with pytest.raises(OSError, match="no encryption"):
        way.send(EmailMessage())
    assert server.taken == []


def test_a_refusal_for_good_goes_to_the_dead_letters_with_its_reason(here, server):
    tell(here)
    server.reply = "550 No such mailbox"
    outbox.deliver_one("w")
    assert states(here) == [("dead", 1)]
    with here.portal.records.reading() as db:
        assert "mail_refused" in db.scalars(select(OutboxMessage.error)).one()


def test_a_server_that_is_down_loses_nothing(tmp_path):
    with people(tmp_path, smtp_url="smtp://127.0.0.1:1") as here:  # nothing listens on port 1
        tell(here)
        outbox.deliver_one("w")
        assert states(here) == [("queued", 1)]


def test_a_demo_without_a_server_writes_files(tmp_path):
    with people(tmp_path) as here:
        tell(here)
        outbox.deliver_one("w")
        (file,) = (Path(here.portal.config.files) / "mail").iterdir()
        found = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    assert (file.name, found["Subject"]) == ("msg-1.eml", "Your invoice R2026-000001 is ready")


def test_disabled_people_get_no_mail_and_unknown_templates_are_refused_at_once(here, server):
    tell(here)
    with here.portal.records.transaction() as tx:
        tx.execute(update(User).where(User.id == here.ids.users["consumer"]).values(disabled_at=NOW))
    outbox.deliver_one("w")
    assert (states(here), server.taken) == ([("done", 1)], [])
    with pytest.raises(KeyError):
        tell(here, "nothing_like_it")


SAMPLES = {
    "invoice_ready": INVOICE,
    "instalment_ready": {**INVOICE, "number": "A2026-000007", "amount_minor": 8_400},
    "instalment_changed": {
        "contract": "con-1", "number": "V-1", "amount_minor": 13_000, "before_minor": 12_100, "currency": "EUR",
        "first": "2026-12-01",
    },
    "credit_ready": {**INVOICE, "number": "E2026-000003", "amount_minor": 2_769},
    "prenotification": {**INVOICE, "mandate": "M-1", "creditor": "DE98ZZZ09999999999", "iban_last4": "3000"},
    "payment_received": {**INVOICE, "on": "2026-11-10", "reference": "R2026-000001"},
    "payment_failed": {**INVOICE, "reference": "R2026-000001", "retry_on": "2026-11-21"},
    "reminder": INVOICE,
    "notice": {**INVOICE, "fee_minor": 500, "is_last": True},
    "refund_sent": {**INVOICE, "to": "•••• 3000"},
    "refund_declined": {**INVOICE, "note": "It was charged once."},
    "refund_failed": INVOICE,
    "contract_confirmed": {
        "tariff": "Fix 12", "contract": "con-1", "first": "2027-01-01", "site": "Lindenweg 14", "number": "A-1",
        "withdraw_until": "2026-12-07",
    },
    "contract_changed": {"what": "You asked us to correct your name.", "contract": "con-1", "number": "A-2"},
    "payment_request_ended": {"what": "extension", "is_agreed": True, "note": "", "until": "2026-12-31"},
    "request_ended": {"contract": "con-1", "number": "K-0000001", "note": "The name was right.", "is_done": False},
    "cancellation_received": {"contract": "con-1", "on": "2026-12-31", "number": "A-3"},
}  # fmt: skip


@pytest.mark.parametrize("locale", ["en", "de"])
@pytest.mark.parametrize("template", sorted(SAMPLES))
def test_every_template_is_written_in_every_language(here, template, locale):
    letter = mails.written(template, SAMPLES[template], "Ada", locale)
    assert letter.subject
    assert "{" not in " ".join((letter.subject, *letter.paragraphs, *(value for _name, value in letter.facts)))
    if locale == "de":
        assert letter.subject != mails.written(template, SAMPLES[template], "Ada", "en").subject


def test_there_is_a_sample_of_every_template():
    assert set(SAMPLES) == set(mails.TEMPLATES)


def test_a_failed_payment_that_is_not_tried_again_asks_for_another_way(here):
    letter = mails.written("payment_failed", {**SAMPLES["payment_failed"], "retry_on": ""}, "Ada", "en")
    assert letter.paragraphs == ("Please choose another way to pay.",)
