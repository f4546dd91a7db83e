"""Every string that people see is translated in every catalogue; nothing fuzzy, nothing left over."""

import ast

import pytest

from adapters import catalogs

PATHS = sorted(catalogs.LOCALES.glob("*/LC_MESSAGES/messages.po"))


@pytest.fixture(scope="module")
def template():
    return catalogs.extract()


def test_german_is_there():
    assert "de" in [path.parent.parent.name for path in PATHS]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.parent.parent.name)
def test_a_catalogue_is_complete(path, template):
    assert catalogs.problems(catalogs.read(path), template) == [], "run `make i18n` and translate what it adds"


def test_strings_to_translate_are_literals():
    """gettext cannot extract what is computed; only a name that holds a `lazy` string may be passed on."""
    wrong = [
        f"{path.relative_to(catalogs.ROOT)}:{node.lineno}"
        for folder in catalogs.SOURCE_FOLDERS
        for path in (catalogs.ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if _translates(node) and (not node.args or isinstance(node.args[0], ast.JoinedStr | ast.BinOp))
    ]
    assert wrong == []


def _translates(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "lazy"}
