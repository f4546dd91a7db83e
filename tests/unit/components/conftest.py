"""What the tests of drawn things share: German numbers, and looking into a tree of components."""

from __future__ import annotations

from gettext import NullTranslations

import pytest

from domain import text


@pytest.fixture
def german():
    """Texts stay English; numbers and dates are German."""
    known = dict(text._catalogues)
    text.install({"de": NullTranslations()})
    with text.use_locale("de"):
        yield
    text._catalogues.clear()
    text._catalogues.update(known)
