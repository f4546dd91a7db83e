"""Components without Dash's look at every argument, which takes longer than all else of a table with thousands of cells."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeVar

from dash.development.base_component import Component

Kind = TypeVar("Kind", bound=Component)


def light(kind: type[Kind], children: Any = None, **props: Any) -> Kind:
    """What `kind(children, **props)` would be, its property names unchecked; properties of None are left out."""
    node = kind.__new__(kind)
    held = node.__dict__
    held.update(_bare(kind))
    if children is not None:
        held["children"] = children
    for name, value in props.items():
        if value is not None:
            held[name] = value
    return node


@lru_cache(maxsize=64)
def _bare(kind: type[Component]) -> dict[str, Any]:
    """What Dash puts into a component that was given nothing."""
    return dict(vars(kind()))
