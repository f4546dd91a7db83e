"""Components made without Dash's checks are what Dash would have made."""

from __future__ import annotations

import pytest
from dash import html

from components.light import light


@pytest.mark.parametrize("kind", [html.Td, html.Th, html.Tr, html.Span])
@pytest.mark.parametrize("children", [None, "9.1", ["a", html.Span("b")]])
def test_a_light_component_is_dashs_own(kind, children):
    given = {"className": "num", "title": "1 Aug: 9.1 kWh", "aria-hidden": "true"}
    own = kind(**given) if children is None else kind(children, **given)
    made = light(kind, children, **given)
    assert type(made) is kind
    assert made.to_plotly_json() == own.to_plotly_json()


def test_what_is_none_is_left_out():
    assert light(html.Td, "9.1", className=None).to_plotly_json()["props"] == {"children": "9.1"}


def test_two_of_a_kind_share_nothing():
    first, second = light(html.Td, "a", className="num"), light(html.Td, "b")
    assert (first.children, second.children) == ("a", "b")
    assert not hasattr(second, "className")
