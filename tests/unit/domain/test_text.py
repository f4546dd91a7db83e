"""Texts follow the locale of the context and fall back to English."""

from __future__ import annotations

from gettext import NullTranslations

from domain import text
from domain.text import (
    available_locales,
    current_locale,
    gettext,
    install,
    lazy,
    ngettext,
    pgettext,
    set_locale,
    use_locale,
)


class Shouting(NullTranslations):
    def gettext(self, message):
        return message.upper() if "{" not in message else "HALLO {name}"


def test_locale_is_per_context_and_unknown_ones_fall_back(monkeypatch):
    monkeypatch.setattr(text, "_catalogues", dict(text._catalogues))  # what is installed here leaves with the test
    install({"xx": Shouting()})
    with use_locale("xx"):
        assert gettext("hello") == "HELLO"
        assert gettext("hello {name}", name="Jana") == "HALLO Jana"
    assert gettext("hello") == "hello"
    with use_locale("nowhere"):
        assert current_locale() == "en"
    set_locale("en")
    assert "xx" in available_locales()


def test_plurals_and_contexts_fill_their_numbers():
    assert [ngettext("{n} day", "{n} days", n) for n in (1, 2)] == ["1 day", "2 days"]
    assert pgettext("month", "March") == "March"
    assert lazy("Consumption") == "Consumption"
