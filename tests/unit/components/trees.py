"""Looks into trees of Dash components."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def nodes(tree: Any) -> Iterator[Any]:
    """Each component and string of a tree, from outside to inside."""
    if tree is None:
        return
    if isinstance(tree, list | tuple):
        for child in tree:
            yield from nodes(child)
        return
    yield tree
    if hasattr(tree, "_type"):
        yield from nodes(getattr(tree, "children", None))


def text_of(tree: Any) -> str:
    """The strings of a tree, one after the other."""
    return "".join(str(node) for node in nodes(tree) if not hasattr(node, "_type"))


def classes(node: Any) -> list[str]:
    return (getattr(node, "className", None) or "").split()


def by_class(tree: Any, name: str) -> list[Any]:
    return [node for node in nodes(tree) if name in classes(node)]


def by_type(tree: Any, name: str) -> list[Any]:
    return [node for node in nodes(tree) if getattr(node, "_type", "") == name]


def attribute(node: Any, name: str) -> Any:
    """An attribute such as `aria-label`; None where it is not set."""
    return node.to_plotly_json()["props"].get(name)
