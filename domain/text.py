"""Gettext for every layer: catalogues are installed once by the composition root, the locale is per context."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from gettext import NullTranslations

SOURCE_LOCALE = "en"
_catalogues: dict[str, NullTranslations] = {SOURCE_LOCALE: NullTranslations()}
_locale: ContextVar[str] = ContextVar("locale", default=SOURCE_LOCALE)


def install(catalogues: Mapping[str, NullTranslations]) -> None:
    _catalogues.update(catalogues)


def available_locales() -> tuple[str, ...]:
    return tuple(_catalogues)


def current_locale() -> str:
    return _locale.get()


def set_locale(locale: str) -> None:
    _locale.set(locale if locale in _catalogues else SOURCE_LOCALE)


@contextmanager
def use_locale(locale: str) -> Iterator[None]:
    token = _locale.set(locale if locale in _catalogues else SOURCE_LOCALE)
    try:
        yield
    finally:
        _locale.reset(token)


def gettext(message: str, **params: object) -> str:
    """The message in the current locale, with `{name}` placeholders filled."""
    text = _catalogues[_locale.get()].gettext(message)
    return text.format(**params) if params else text


def ngettext(singular: str, plural: str, n: int, **params: object) -> str:
    """The singular or plural message for `n`, with `{n}` and other placeholders filled."""
    return _catalogues[_locale.get()].ngettext(singular, plural, n).format(n=n, **params)


def pgettext(context: str, message: str, **params: object) -> str:
    text = _catalogues[_locale.get()].pgettext(context, message)
    return text.format(**params) if params else text


def lazy(message: str) -> str:
    """Marks a string for extraction where it is defined (page titles); translate it with `gettext` when shown."""
    return message
