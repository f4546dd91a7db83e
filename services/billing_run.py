"""`python -m cli billing-run`: bill a month, contract by contract; started again, it goes on where it was stopped."""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from data.queries import billing_runs as queries
from data.queries.billing_runs import PlanRow
from data.queries.contracts import ContractRow
from data.repositories import billing as billing_repository
from domain.billing.drafts import instalment_line
from domain.calendar import Period, PeriodKind
from domain.errors import DomainError, Issue
from domain.money import from_minor
from services import billing_drafts, billing_due, billing_inputs, faults, instalment_plans, portal, rebilling
from services.billing_drafts import Judged, Policy
from services.billing_due import Due
from services.billing_inputs import Inputs, Reader

log = logging.getLogger("portal.billing")
Progress = Callable[[int, int], None]
STEPS = ("reading", "rating", "writing")


@dataclass
class Report:
    """What a run did, in bills; `failed` are contracts with what went wrong, `seconds` how long each step took."""

    issued: int = 0
    drafted: int = 0
    held: int = 0
    unchanged: int = 0
    billed: int = 0
    waiting: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STEPS, 0.0))

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] += time.perf_counter() - begun


@dataclass
class Work:
    """The bills of one contract in this run: all of them are written in one transaction."""

    contract: ContractRow
    due: list[Due]
    judged: list[tuple[Due, Judged]] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return len(self.judged) == len(self.due)


def run(
    month: Period,
    policy: Policy | None = None,
    *,
    contract_public_id: str = "",
    is_dry: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Bill what is due of a month. Each contract is one transaction; one that fails is reported and the run goes on."""
    now = portal.current().clock.now()
    planned = billing_due.plan(month, now, contract_public_id)
    made = _Run(policy or Policy(), now, Report(billed=planned.billed, waiting=planned.waiting), is_dry)
    made.of(planned.due, progress or (lambda _done, _total: None))
    return made.report


class _Run:
    def __init__(self, policy: Policy, now: datetime, report: Report, is_dry: bool) -> None:
        self.policy, self.now, self.report, self.is_dry = policy, now, report, is_dry
        self.reader = Reader(now)
        self.done = 0

    def of(self, due: Sequence[Due], progress: Progress) -> None:
        works: dict[int, Work] = {}
        for one in due:
            works.setdefault(one.contract.id, Work(one.contract, [])).due.append(one)
        total = len(works)
        progress(0, total)
        for work in self._ready(works):
            self._settle(work)
            self.done += 1
            progress(self.done, total)

    def _ready(self, works: dict[int, Work]) -> Iterator[Work]:
        """Each contract once all its bills are rated; instalments first, since they need no readings."""
        with portal.current().records.reading() as db:
            plans: dict[int, list[PlanRow]] = defaultdict(list)
            yearly = [number for number, work in works.items() if any(one.kind == "instalment" for one in work.due)]
            for row in queries.live_plans(db, yearly):
                plans[row.contract_id].append(row)
        rated = []
        for number, work in works.items():
            for one in work.due:
                if one.kind == "instalment":
                    self._guarded(work, one, partial(self._instalment, one, plans[number]))
                else:
                    rated.append(one)
            if work.is_complete:
                yield work
        for chunk in billing_inputs.chunks(rated):
            for one, inputs in self._read(chunk):
                work = works[one.contract.id]
                self._guarded(work, one, partial(self._rated, one, inputs))
                if work.is_complete:
                    yield work

    def _read(self, chunk: Sequence[Due]) -> Iterator[tuple[Due, Inputs | None]]:
        """Inputs of a chunk read together; where that fails, each is read by itself, so that one cannot stop others."""
        try:
            with self.report.step("reading"):
                found = list(self.reader.chunk(chunk))
        except Exception as error:
            log.warning("a chunk could not be read together: %s", error)
            for one in chunk:
                yield one, None
            return
        yield from found

    def _rated(self, due: Due, inputs: Inputs | None) -> Judged:
        if inputs is None:
            with self.report.step("reading"):
                inputs = billing_inputs.single(due.contract, due.period, self.now)
        with self.report.step("rating"):
            found = billing_drafts.judge(due, inputs, self.now, self.policy.limits)
        faults.reached("rated")
        return found

    def _guarded(self, work: Work, due: Due, judge: Callable[[], Judged]) -> None:
        try:
            work.judged.append((due, judge()))
        except Exception as error:
            self._fail(work, error)
            work.judged.append((due, Judged("", self.now, reasons=(Issue("run", _name(error)),))))

    def _instalment(self, due: Due, plans: Sequence[PlanRow]) -> Judged:
        """One line of the amount that the plan in force says; without a plan one is made."""
        amount, currency = _planned(due, plans)
        if not currency:
            amount, currency = self._new_plan(due)
        if not amount:
            return Judged("", self.now, reasons=(Issue("plan", "nothing_to_pay" if currency else "no_plan"),))
        tax = instalment_plans.vat_of(due.contract, due.period.first, self.now, self.reader.taxes)
        line = instalment_line(amount, currency, due.period, tax)
        said = f"{due.issue_key}/{amount}/{currency}/{tax.category}/{tax.rate}"
        return Judged(hashlib.sha256(said.encode()).hexdigest(), self.now, (line,), currency)

    def _new_plan(self, due: Due) -> tuple[int, str]:
        """Amount and currency of a plan that is put in force; nothing where no price is known for the year."""
        assert due.year is not None
        expected = instalment_plans.drafted(due.contract, due.year, self.now)
        if expected is None:
            return 0, ""
        if not self.is_dry:
            with portal.current().records.transaction() as tx:
                billing_repository.lock_account(tx, due.contract.account_number)
                if not _planned(due, queries.live_plans(tx, [due.contract.id]))[1]:
                    instalment_plans.saved(tx, due.contract, due.year, expected, now=self.now)
                return _planned(due, queries.live_plans(tx, [due.contract.id]))
        return expected.amount_minor, expected.currency

    def _settle(self, work: Work) -> None:
        """Write all bills of a contract, or none of them."""
        ready = [
            (due, judged)
            for due, judged in work.judged
            if not billing_drafts.is_settled(due, judged, self.policy, self.now)
        ]
        self.report.unchanged += len(work.judged) - len(ready)
        if self.is_dry or not ready:
            self._foretell(ready)
            return
        try:
            with self.report.step("writing"):
                outcomes = self._written(work, ready)
        except Exception as error:
            self._fail(work, error)
            self._recorded(work, _name(error))
            return
        faults.reached("committed")
        for outcome in outcomes:
            setattr(self.report, outcome, getattr(self.report, outcome) + 1)

    def _written(self, work: Work, ready: Sequence[tuple[Due, Judged]]) -> list[str]:
        with portal.current().records.transaction() as tx:
            billing_repository.lock_account(tx, work.contract.account_number)
            faults.reached("locked")
            return [billing_drafts.settle(tx, due, judged, self.policy, self.now) for due, judged in ready]

    def _recorded(self, work: Work, what: str) -> None:
        """Keep with each bill of the contract why it failed; a database that takes nothing has been logged already."""
        failed = Judged("", self.now, reasons=(Issue("run", what),))
        try:
            self._written(work, [(due, failed) for due in work.due])
        except Exception as error:
            log.warning("the failure could not be kept: %s", error, extra={"contract": work.contract.public_id})

    def _foretell(self, ready: Sequence[tuple[Due, Judged]]) -> None:
        """What a run that writes would do."""
        for _due, judged in ready:
            if judged.reasons or judged.unusual:
                self.report.held += 1
            elif self.policy.grace_days:
                self.report.drafted += 1
            else:
                self.report.issued += 1

    def _fail(self, work: Work, error: Exception) -> None:
        log.warning("a contract could not be billed", exc_info=error, extra={"contract": work.contract.public_id})
        self.report.failed.append((work.contract.number, f"{type(error).__name__}: {error}"))


def _name(error: Exception) -> str:
    return error.code if isinstance(error, DomainError) else type(error).__name__


def _planned(due: Due, plans: Sequence[PlanRow]) -> tuple[int, str]:
    """Amount and currency of the instalment of these days; nothing without a plan."""
    for row in plans:
        for part in row.instalments:
            if (part.first_date, part.end_date) == (due.period.first, due.period.end):
                return part.amount_minor, row.currency
    return 0, ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--period", metavar="YYYY-MM", help="the month to bill, of each contract's local days")
    parser.add_argument("--contract", default="", metavar="ID", help="only this contract, such as con-7k3m9q2xv4")
    parser.add_argument(
        "--proposals", action="store_true", help="find what to bill again after corrections, and list it"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done and write nothing")
    parser.add_argument(
        "--grace-days",
        type=int,
        default=billing_drafts.GRACE_DAYS,
        metavar="N",
        help=f"how long a draft waits for late readings before it is issued; {billing_drafts.GRACE_DAYS} unless said",
    )


def command(arguments: argparse.Namespace, here: portal.Portal) -> int:
    """0 when every contract went through, held ones too; 1 when one failed; 2 for a month that is none."""
    portal.use(here)
    if arguments.proposals:
        return _proposals(arguments.contract)
    month = month_of(arguments.period)
    if month is None or arguments.grace_days < 0:
        print("--period: a month such as 2026-10; --grace-days: 0 or more", file=sys.stderr)
        return 2
    from tqdm import tqdm

    with tqdm(unit="contract", disable=not sys.stderr.isatty()) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        report = run(
            month, Policy(arguments.grace_days), contract_public_id=arguments.contract, is_dry=arguments.dry_run,
            progress=progress,
        )  # fmt: skip
    print(told(report, is_dry=arguments.dry_run))
    return 1 if report.failed else 0


def _proposals(contract_public_id: str) -> int:
    """Corrections of issued documents that wait for staff."""
    count = rebilling.find(contract_public_id)
    with portal.current().records.reading() as db:
        rows = queries.proposals(db)
    print(f"{count:,} new; {len(rows):,} wait for somebody to decide.")
    for row in rows:
        delta = from_minor(row.delta_minor, row.currency)
        why = ", ".join(json.loads(row.reasons))
        print(f"{row.public_id}  {row.number}  {row.first_date} to {row.end_date}  {delta:+} {row.currency}  {why}")
    return 0


def month_of(text: str | None) -> Period | None:
    if not text or not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        return None
    return Period.of(PeriodKind.MONTH, date.fromisoformat(f"{text}-01"))


def told(report: Report, *, is_dry: bool = False) -> str:
    """The report as an operator reads it."""
    begin = "Would issue" if is_dry else "Issued"
    counted = (
        f"{begin} {report.issued:,}, {report.drafted:,} in grace, {report.held:,} held, {report.unchanged:,} unchanged, "
        f"{report.billed:,} billed before, {report.waiting:,} not over yet, {len(report.failed):,} failed."
    )
    lines = [counted]
    whole = sum(report.seconds.values())
    if whole:
        lines.append("Time: " + ", ".join(f"{name} {100 * spent / whole:.0f} %" for name, spent in report.seconds.items()) + ".")  # fmt: skip
    return "\n".join(lines + [f"{number}: {what}" for number, what in report.failed])
