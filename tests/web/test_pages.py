"""What every page gets tested for free: declared, reachable by its roles only, drawn, without two equal ids."""

from collections import Counter

import dash
import pytest

from components.icons import NAMES
from tests.web.test_app import route

PEOPLE = {"consumer": "customer", "prosumer": "customer", "business": "customer", "agent": "agent", "admin": "admin", "analyst": "analyst"}  # fmt: skip


def pages():
    return [page for page in dash.page_registry.values() if not page["module"].endswith("not_found_404")]


def static_pages():
    return [page for page in pages() if not page.get("path_template")]


def roles_of(page):
    return {str(role) for role in page.get("roles") or {"customer"}}


def ids_in(tree):
    """Every component id in a drawn tree of plain JSON."""
    if isinstance(tree, dict):
        own = tree.get("props", {}).get("id") if isinstance(tree.get("props"), dict) else None
        return ([str(own)] if own else []) + [found for value in tree.values() for found in ids_in(value)]
    return [found for item in tree for found in ids_in(item)] if isinstance(tree, list) else []


def test_there_are_pages(app):
    assert {"/dashboard", "/consumption", "/admin"} <= {page["path"] for page in pages()}


def test_navigation_entries_have_a_known_icon_and_a_name(app):
    shown = [page for page in pages() if page.get("nav")]
    assert shown
    assert [page["path"] for page in shown if page.get("icon") not in NAMES] == []
    assert all(page["label"] for page in shown)


def test_templated_pages_come_after_all_fixed_ones(app):
    # Dash takes the first that fits: /billing/payments must not be the invoice "payments".
    fixed = max(page.get("order") or 0 for page in static_pages())
    assert [page["path"] for page in pages() if page.get("path_template") and (page.get("order") or 0) <= fixed] == []


@pytest.mark.parametrize("name", sorted(PEOPLE))
def test_every_page_is_drawn_for_its_roles_and_missing_for_others(app, sign_in, name):
    client = sign_in(name)
    for page in static_pages():
        drawn = route(client, page["path"])
        text = drawn.get_data(as_text=True)
        allowed = PEOPLE[name] in roles_of(page)
        assert drawn.status_code == (200 if allowed else 404), page["path"]
        assert ("There is no such page" not in text) is allowed, (page["path"], name)
        assert "Something went wrong" not in text, (page["path"], name)
        assert client.get(page["path"]).status_code == (200 if allowed else 404), (page["path"], name)
        twice = [item for item, n in Counter(ids_in(drawn.get_json()["response"])).items() if n > 1]
        assert twice == [], (page["path"], name)


def test_one_heading_per_page(app, sign_in):
    client = sign_in("consumer")
    for page in static_pages():
        if "customer" in roles_of(page):
            text = route(client, page["path"]).get_data(as_text=True).replace(" ", "")
            assert text.count('"type":"H1"') == 1, page["path"]
