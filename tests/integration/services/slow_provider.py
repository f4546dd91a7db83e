"""The portal as gunicorn serves it, on a provider that answers two seconds late: `slow_provider:create_server()`."""

from __future__ import annotations

import time
from typing import Any

from flask import Flask

from adapters.payments.base import PaymentProvider, Request, Started
from services import payment_providers

LATE_S = 2.0


class Slow:
    """The sandbox, with a long way to it."""

    def __init__(self, provider: PaymentProvider) -> None:
        self._provider = provider

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    def start(self, request: Request) -> Started:
        time.sleep(LATE_S)
        return self._provider.start(request)


def create_server() -> Flask:
    from app import create_server as as_in_production

    payment_providers.PROVIDERS._items["sandbox"] = lambda _made: Slow(payment_providers.sandbox())
    return as_in_production()
