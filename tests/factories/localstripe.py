"""A Stripe on this machine: the program localstripe (GPL-3.0) as a child process, and an address that takes its webhooks."""

from __future__ import annotations

import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec

import pytest
import requests
import stripe

from tests.factories.server import free_port

KEY, WEBHOOK_SECRET = "sk_test_of_this_machine", "whsec_of_this_machine"  # localstripe takes any key of this shape
READY_WITHIN_S = 60
# The program asks for every address of the machine and has no option for fewer; it gets the loopback's.
ON_LOOPBACK = """
import runpy, socket
bind = socket.socket.bind
socket.socket.bind = lambda self, at: bind(self, ("::ffff:127.0.0.1", *at[1:]) if at[0] == "::" else at)
runpy.run_module("localstripe", run_name="__main__", alter_sys=True)
"""


@dataclass
class LocalStripe:
    """url : where it answers; told : raw body and signature of each webhook, in the order of arrival."""

    url: str
    told: queue.Queue[tuple[bytes, str]] = field(default_factory=queue.Queue)

    @property
    def client(self):
        """The official client, as anybody would use it."""
        made = stripe.StripeClient(KEY, base_addresses={"api": self.url}, max_network_retries=0)
        return made.v1

    def heard(self, kind: str, about: str) -> tuple[bytes, str]:
        """The webhook of a kind about an object; those that came before are passed over."""
        while True:
            body, signature = self.told.get(timeout=READY_WITHIN_S)
            if f'"type": "{kind}"' in body.decode() and about in body.decode():
                return body, signature

    def saved(self, **method: object) -> str:
        """A card or an account that a customer saved."""
        found = self.client.payment_methods.create(method)
        holder = self.client.customers.create({"name": "Ada Example"})
        self.client.payment_methods.attach(found.id, {"customer": holder.id})
        return str(found.id)

    def card(self, number: str) -> str:
        return self.saved(type="card", card={"number": number, "exp_month": 12, "exp_year": 2030, "cvc": "123"})

    def account(self, iban: str) -> str:
        details = {"name": "Ada Example", "email": "ada@demo.example"}
        return self.saved(type="sepa_debit", sepa_debit={"iban": iban}, billing_details=details)


@contextmanager
def running() -> Iterator[LocalStripe]:
    if find_spec("localstripe") is None:
        pytest.skip("localstripe is not installed")
    port = free_port()
    command = [sys.executable, "-c", ON_LOOPBACK, "--port", str(port), "--from-scratch"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port, child)
        made = LocalStripe(f"http://127.0.0.1:{port}")
        with _listening(made):
            yield made
    finally:
        child.kill()
        child.wait()


def _wait(port: int, child: subprocess.Popen[bytes]) -> None:
    pause = threading.Event()
    for _ in range(READY_WITHIN_S * 10):
        if child.poll() is not None:
            pytest.skip("localstripe does not start here")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            pause.wait(0.1)
        else:
            return
    pytest.fail("localstripe does not answer")


@contextmanager
def _listening(made: LocalStripe) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.told.put((body, self.headers["Stripe-Signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        hook = {"url": f"http://127.0.0.1:{server.server_port}/hook", "secret": WEBHOOK_SECRET}
        requests.post(f"{made.url}/_config/webhooks/portal", json=hook, timeout=READY_WITHIN_S).raise_for_status()
        yield
    finally:
        server.shutdown()
        server.server_close()
