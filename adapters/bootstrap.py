"""Bootstrap without the parts no page uses; take a word off the list when a page begins to."""

from __future__ import annotations

import re
from collections.abc import Iterator

UNUSED = re.compile(
    r"\.(?:accordion|carousel|col|dropdown|dropend|dropstart|dropup|figure|g[xy]?-|img-|list-group|navbar|offcanvas|"
    r"offset-|order-|pagination|page-|placeholder|popover|progress|ratio|row-cols|spinner|sticky-|toast|tooltip|"
    r"btn-outline|btn-group|btn-toolbar|input-group|form-floating|bg-|border-|float-|focus-ring|link-(?!body)|object-fit|"
    r"[\w-]*opacity|pe-|rounded-|shadow|text-bg|user-select|vstack|hstack|z-|[\w-]+-(?:sm|md|lg|xl|xxl)-)"
)
ALWAYS = re.compile(r"\.btn-(?:sm|lg)|\.table-")


def trimmed(css: str) -> str:
    """The style sheet without rules that only concern unused classes."""
    return "".join(_kept(css))


def _kept(css: str) -> Iterator[str]:
    for head, body in _blocks(css):
        if head.startswith(("@media", "@supports")):
            inner = trimmed(body)
            if inner:
                yield f"{head}{{{inner}}}"
        elif head.startswith("@"):
            yield f"{head}{{{body}}}"
        elif selectors := [part for part in re.split(r",(?![^(]*\))", head) if _is_used(part)]:
            yield f"{','.join(selectors)}{{{body}}}"


def _is_used(selector: str) -> bool:
    return ALWAYS.search(selector) is not None or UNUSED.search(selector) is None


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Top-level rules of a minified sheet, head and body; comments and `@charset` are left out."""
    css = re.sub(r"/\*.*?\*/|@charset[^;]*;", "", css, flags=re.DOTALL)
    start = 0
    while (opening := css.find("{", start)) >= 0:
        depth, position = 1, opening + 1
        while depth:
            brace = re.compile(r"[{}]").search(css, position)
            assert brace is not None, "braces are balanced in a published style sheet"
            depth += 1 if brace[0] == "{" else -1
            position = brace.end()
        yield css[start:opening].strip(), css[opening + 1 : position - 1]
        start = position
