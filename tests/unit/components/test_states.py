"""Empty and failed states say which they are."""

from __future__ import annotations

import pytest

from components.states import ICONS, empty, failure
from tests.unit.components.trees import by_class, by_type, classes, text_of


@pytest.mark.parametrize("kind", sorted(ICONS))
def test_a_state_has_its_picture_a_title_and_a_sentence(kind):
    drawn = empty(kind, "No readings", "The meter has not reported in May.")
    assert classes(drawn) == ["state", f"state-{kind}"]
    assert len(by_class(drawn, f"i-{ICONS[kind]}")) == 1
    assert [text_of(part) for part in drawn.children] == ["", "No readings", "The meter has not reported in May."]


def test_kinds_look_different():
    assert len(set(ICONS.values())) == len(ICONS)


def test_at_most_one_action():
    drawn = empty("not_set_up", "No goal", "Set one.", action=("Set a goal", "/goals"))
    assert [(text_of(link), link.href) for link in by_type(drawn, "Link")] == [("Set a goal", "/goals")]
    assert by_type(empty("not_set_up", "No goal", "Set one."), "Link") == []


def test_a_failure_is_not_an_empty_state():
    assert "state-failure" in classes(failure("Not loaded", "Try again."))


def test_an_unknown_kind_is_an_error():
    with pytest.raises(KeyError):
        empty("sad", "", "")
