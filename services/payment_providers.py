"""The payment providers the portal knows, each by the name that its payments and messages carry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from adapters import cipher
from adapters.clock import Clock
from adapters.payments.base import PaymentProvider
from adapters.payments.sandbox import SandboxProvider
from adapters.payments.stripe import Keys, StripeProvider
from domain.errors import NotFoundError
from domain.registry import Registry
from services import portal
from services.portal import Portal

PROVIDERS: Registry[Callable[[Portal], PaymentProvider]] = Registry("payment providers")
_sandboxes: dict[tuple[Path, Clock], SandboxProvider] = {}
_stripes: dict[tuple[Keys, Clock, str], StripeProvider] = {}


def provider(name: str = "") -> PaymentProvider:
    """The provider of a name, or the configured one; one that is not in use here is missing."""
    made = portal.current()
    make = PROVIDERS.get(name or made.config.payment_provider)
    if make is None:
        raise NotFoundError(what="provider")
    return make(made)


def sandbox() -> SandboxProvider:
    """The embedded provider itself, with its pages; missing outside of a demo."""
    made = portal.current()
    if not made.config.is_demo:
        raise NotFoundError(what="provider")
    place = Path(made.config.files) / "sandbox.sqlite", made.clock
    if place not in _sandboxes:
        place[0].parent.mkdir(parents=True, exist_ok=True)
        secret = cipher.derived(made.config.secret_key, "sandbox-webhook").hex()
        _sandboxes[place] = SandboxProvider(*place, secret=secret)
    return _sandboxes[place]


@PROVIDERS.register("sandbox")
def _sandbox(_made: Portal) -> PaymentProvider:
    return sandbox()


@PROVIDERS.register("stripe")
def _stripe(made: Portal) -> PaymentProvider:
    """One per process, so that its connections are kept; missing where no key is set."""
    config = made.config
    if not config.stripe_key:
        raise NotFoundError(what="provider")
    keys = Keys(config.stripe_key, config.stripe_webhook_secret, config.brand_contact)
    place = keys, made.clock, config.stripe_api
    if place not in _stripes:
        _stripes[place] = StripeProvider(keys, made.clock, api=config.stripe_api)
    return _stripes[place]
