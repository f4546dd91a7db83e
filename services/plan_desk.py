"""`python -m cli payment-plan`: staff agree to plans and later days that were not small enough to be agreed at once, or decline."""

from __future__ import annotations

import argparse
import sys

from domain.access import Viewer
from domain.errors import DomainError, NotFoundError
from domain.money import from_minor
from domain.text import gettext as _
from services import plans, portal
from services.account_access import staff_member
from services.refusals import sentence


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("list", "agree", "decline"))
    parser.add_argument("id", nargs="?", default="", help="of the request, as `list` shows it")
    parser.add_argument("--by", required=True, metavar="EMAIL", help="the person of the staff who does it")
    parser.add_argument("--note", default="", metavar="WHY", help="decline: the reason that the customer reads")


def command(arguments: argparse.Namespace, here: portal.Portal) -> int:
    """0 when done; 1 where something is refused."""
    portal.use(here)
    try:
        viewer = staff_member(arguments.by)
        if arguments.what == "list":
            print("\n".join(waiting(viewer)) or _("Nothing waits."))
            return 0
        decide(viewer, arguments.id, is_agreed=arguments.what == "agree", note=arguments.note)
    except DomainError as error:
        print(sentence(error), file=sys.stderr)
        return 1
    print(_("{id} is decided, and the customer is told.", id=arguments.id))
    return 0


def waiting(viewer: Viewer) -> list[str]:
    """What waits for a decision, a line each: id, account, what for."""
    found = [
        f"{plan.public_id}\t{plan.account_number}\t{from_minor(plan.total_minor, plan.currency)} {plan.currency}"
        f" in {len(plan.parts)} parts"
        for plan in plans.plan_queue(viewer)
    ]
    found += [
        f"{row.public_id}\t{row.account_number}\t{row.document} until {row.until}"
        for row in plans.extension_queue(viewer)
    ]
    return found


def decide(viewer: Viewer, public_id: str, *, is_agreed: bool, note: str = "") -> None:
    """Agree to a plan or to a later day, or decline it with a reason. NotFoundError where there is neither."""
    try:
        plans.decide_plan(viewer, public_id, is_agreed=is_agreed, note=note)
    except NotFoundError:
        plans.decide_extension(viewer, public_id, is_agreed=is_agreed, note=note)
