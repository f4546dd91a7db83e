"""Every icon has its drawing, and says what it means or nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from components.icons import NAMES, icon
from tests.unit.components.trees import attribute

CSS = (Path(__file__).parents[3] / "assets/icons.css").read_text()


@pytest.mark.parametrize("name", sorted(NAMES))
def test_an_icon_has_a_mask(name):
    assert f".i-{name} {{ --i: url(" in CSS


def test_no_mask_is_without_a_name():
    assert set(re.findall(r"^\.i-([a-z0-9-]+)", CSS, re.M)) == NAMES


def test_an_unknown_icon_is_an_error():
    with pytest.raises(KeyError, match="no icon 'unicorn'"):
        icon("unicorn")


def test_an_icon_beside_a_word_is_silent():
    drawn = icon("bolt", small=True, class_name="quiet")
    assert drawn.className == "icon icon-sm i-bolt quiet"
    assert attribute(drawn, "aria-hidden") == "true"
    assert attribute(drawn, "role") is None


def test_an_icon_with_a_label_speaks():
    drawn = icon("bell", "Messages")
    assert (attribute(drawn, "role"), attribute(drawn, "aria-label")) == ("img", "Messages")
    assert attribute(drawn, "aria-hidden") is None
