"""How the rows of a table are known: a column for each state, and words where there is no room for columns."""

from __future__ import annotations

from collections.abc import Iterable

from dash import html

from components import formats
from components.tables import Column
from components.trust import STATES, TrustCounts, state_name

ALWAYS = ("measured", "estimated", "corrected", "missing")  # said even where there are none


def shown_states(rows: Iterable[TrustCounts]) -> list[str]:
    """The states that get a column: the usual ones, and any other that occurs, in the order of the ribbon."""
    found = list(rows)
    return [state for state in STATES if state in ALWAYS or any(counts.of(state) for counts in found)]


def columns(shown: Iterable[str]) -> list[Column]:
    """Numbers of intervals; phones show the words of `below` instead."""
    return [Column(heading(state), numeric=True, low=True) for state in shown]


def cells(counts: TrustCounts, shown: Iterable[str]) -> list[str]:
    return [formats.number(counts.of(state)) for state in shown]


def heading(state: str) -> str:
    name = state_name(state)
    return name[:1].upper() + name[1:]


def words(counts: TrustCounts) -> str:
    """`96 estimated, 3 missing`: what was not measured; nothing where all of it was."""
    told = [state for state in STATES if state != "measured" and counts.of(state)]
    return ", ".join(f"{formats.number(counts.of(state))} {state_name(state)}" for state in told)


def below(counts: TrustCounts) -> list[html.Span]:
    """The words under a row's name, on phones; none where all of it was measured."""
    said = words(counts)
    return [said_below(said)] if said else []


def said_below(said: str) -> html.Span:
    return html.Span(said, className="small quiet only-n known-below")
