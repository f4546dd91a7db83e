"""`python -m cli jobs`: what waits, runs or lies dead in the queues; dead jobs and messages tried again or dropped."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from data.queries import queues as queries
from data.queries.queues import QUEUES, STATES, Letter
from data.repositories import audit, queue
from domain.errors import InvalidInputError, NotFoundError
from services import health, portal
from services.portal import Portal

LIMIT = 50
ERROR_WIDTH = 70
SUBJECTS = {"jobs": "job", "outbox": "message"}
NO_RECORDS = {
    "unreachable": "The database does not answer; see PORTAL_DATABASE_URL.",
    "outdated": "The database has not the schema of this release: run `python -m cli migrate`.",
}


def letters(*, state: str = "dead", kind: str = "", limit: int = LIMIT) -> list[Letter]:
    """Jobs, then messages of one state, newest first, at most `limit` of each."""
    with portal.current().records.reading() as db:
        return queries.letters(db, state=state, kind=kind, limit=limit)


def letter(letter_id: str) -> Letter:
    """One job or message, in whatever state; NotFoundError for an id that nothing has."""
    with portal.current().records.reading() as db:
        return _found(db, letter_id)


def retry(letter_id: str) -> Letter:
    """Let a dead one wait again, due at once and with all attempts; as it was. NotFoundError, InvalidInputError."""

    def revive(tx: Session, found: Letter, now: datetime) -> bool:
        return queue.revive(tx, QUEUES[found.queue], found.row_id, now=now)

    return _end_of_death(letter_id, "retried", revive)


def drop(letter_id: str) -> Letter:
    """Remove a dead one for good; as it was. The audit trail keeps its kind and its error. NotFoundError, InvalidInputError."""

    def remove(tx: Session, found: Letter, _now: datetime) -> bool:
        return queue.drop(tx, QUEUES[found.queue], found.row_id)

    return _end_of_death(letter_id, "dropped", remove)


def _end_of_death(letter_id: str, verb: str, change: Callable[[Session, Letter, datetime], bool]) -> Letter:
    made = portal.current()
    now = made.clock.now()
    with made.records.transaction() as tx:
        found = _found(tx, letter_id)
        if not change(tx, found, now):
            raise InvalidInputError("id", "not_dead", id=found.id, state=found.state)
        detail = {"kind": found.kind, "attempts": found.attempts, "error": found.error}
        subject = SUBJECTS[found.queue]
        audit.add(tx, audit.Event(f"{subject}:{verb}", object_type=subject, object_id=found.id, detail=detail), now=now)
    return found


def _found(db: Session, letter_id: str) -> Letter:
    found = queries.letter(db, letter_id)
    if found is None:
        raise NotFoundError(what="job", id=letter_id)
    return found


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="jobs_verb", required=True, metavar="list|show|retry|drop")
    listing = verbs.add_parser("list", help="jobs and messages of one state, newest first")
    listing.add_argument("--state", choices=STATES, default="dead", help="default: %(default)s")
    listing.add_argument("--kind", default="", help="of this kind only, such as export")
    listing.add_argument("--limit", type=_positive, default=LIMIT, help="most of each queue (default %(default)s)")
    verbs.add_parser("show", help="all that is known of one, as JSON").add_argument("ids", metavar="ID", nargs=1)
    retrying = verbs.add_parser("retry", help="let dead ones wait again, due at once and with all attempts")
    retrying.add_argument("ids", metavar="ID", nargs="+")
    verbs.add_parser("drop", help="remove dead ones for good").add_argument("ids", metavar="ID", nargs="+")


def _positive(word: str) -> int:
    number = int(word)
    if number < 1:
        raise argparse.ArgumentTypeError("use 1 or more")
    return number


def command(arguments: argparse.Namespace, made: Portal) -> int:
    """`python -m cli jobs list|show|retry|drop`; 1 when one of the ids could not be done, the others are all the same."""
    schema = health.check(made).parts["schema"]
    if schema != "ok":
        print(NO_RECORDS[schema], file=sys.stderr)
        return 2
    if arguments.jobs_verb == "list":
        return _list(arguments)
    codes = [_told(TOLD[arguments.jobs_verb], letter_id) for letter_id in arguments.ids]
    return max(codes)


def _list(arguments: argparse.Namespace) -> int:
    found = letters(state=arguments.state, kind=arguments.kind, limit=arguments.limit)
    for each in found:
        error = f"  {_short(each.error)}" if each.error else ""
        since = each.ended_at or each.created_at
        print(f"{each.id:<14}  {each.kind:<12}  tried {each.attempts}×  {since:%Y-%m-%d %H:%M} UTC{error}")
    counted = [f"{SUBJECTS[name]}s {sum(each.queue == name for each in found)}" for name in QUEUES]
    print(f"{arguments.state}: {', '.join(counted)}")
    return 0


def _short(error: str) -> str:
    line = " ".join(error.split())
    return line if len(line) <= ERROR_WIDTH else f"{line[: ERROR_WIDTH - 1]}…"


def _told(act: Callable[[str], str], letter_id: str) -> int:
    try:
        print(act(letter_id))
    except NotFoundError:
        print(f"Nothing has the id {letter_id}. `python -m cli jobs list` shows what is dead.", file=sys.stderr)
        return 1
    except InvalidInputError as error:
        print("{id} is {state}; only what is dead can be retried or dropped.".format(**error.params), file=sys.stderr)
        return 1
    return 0


def _shown(letter_id: str) -> str:
    fields = asdict(letter(letter_id))
    del fields["row_id"]
    return json.dumps(fields, indent=2, default=str, ensure_ascii=False)


TOLD: Mapping[str, Callable[[str], str]] = {
    "show": _shown,
    "retry": lambda letter_id: f"{retry(letter_id).id} waits again; a worker takes it next.",
    "drop": lambda letter_id: f"{drop(letter_id).id} is gone.",
}
