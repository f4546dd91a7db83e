"""Answers in the shapes of Stripe's API reference, for what localstripe lacks: Checkout, disputes, banks that ask, silence."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it came: the form or query flattened, `metadata[portal_key]` and so on."""

    verb: str
    path: str
    values: dict[str, str]
    key: str


@dataclass
class Stub:
    """answers : (verb, path) to the answers of one call after the other, the last of which stays."""

    url: str = ""
    answers: dict[tuple[str, str], list[tuple[int, dict[str, Any]]]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def says(self, verb: str, path: str, *answers: dict[str, Any], status: int = 200) -> None:
        self.answers[verb, f"/v1/{path}"] = [(status, answer) for answer in answers]

    def lists(self, path: str, *things: dict[str, Any]) -> None:
        self.says("GET", path, {"object": "list", "data": list(things), "has_more": False, "url": f"/v1/{path}"})

    def posts(self, path: str) -> list[Asked]:
        return [one for one in self.asked if (one.verb, one.path) == ("POST", f"/v1/{path}")]

    def answer(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        self.asked.append(asked)
        known = self.answers.get((asked.verb, asked.path))
        if not known:
            return 404, {
                "error": {"type": "invalid_request_error", "message": "No such thing", "code": "resource_missing"}
            }
        return known.pop(0) if len(known) > 1 else known[0]


@contextmanager
def answering() -> Iterator[Stub]:
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(urlsplit(self.path).query)

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())

        def _answer(self, text: str) -> None:
            values = {name: found[0] for name, found in parse_qs(text).items()}
            asked = Asked(self.command, urlsplit(self.path).path, values, self.headers.get("Idempotency-Key") or "")
            status, body = stub.answer(asked)
            sent = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_args: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    stub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
