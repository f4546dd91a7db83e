"""Every use case of bills, contracts and payments looks at who asks: what is somebody else's is missing, the desk is staff's."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

import services
from domain.access import Viewer
from domain.billing.profiles import BillingProfile
from domain.calendar import Period, PeriodKind
from domain.errors import ForbiddenError, NotFoundError
from domain.payments.refunds import RefundAsk
from services import (
    accounts,
    admin,
    attention,
    bank_entries,
    bill_weather,
    billing,
    billing_desk,
    billing_detail,
    billing_history,
    billing_list,
    billing_profile,
    billing_proof,
    billing_queue,
    change_requests,
    contract_papers,
    contract_rating,
    contract_switching,
    contracts,
    dunning,
    fleet,
    instalment_plans,
    invoice_files,
    jobs,
    notices,
    plan_desk,
    plans,
    rebilling,
    refunds,
    tax_report,
)
from services.billing_history import Filter as HistoryFilter
from services.billing_list import Filter
from services.contract_switching import CONSENTS
from tests.integration.services import test_viewer_first

MONTH = Period(PeriodKind.MONTH, date(2026, 10, 1), date(2026, 11, 1))
BEFORE = Period(PeriodKind.MONTH, date(2026, 9, 1), date(2026, 10, 1))
DAY = date(2026, 12, 20)
PROFILE = BillingProfile(
    legal_name="A", street="B 1", postcode="79100", city="Freiburg", country="DE", email="", amounts="gross"
)
ASK = RefundAsk(100, "EUR", "I have moved out", iban="DE89370400440532013000", holder="Ada")


class Things:
    """What the prosumer has: an account, contracts, a bill."""

    def __init__(self, owner: Viewer) -> None:
        held = contracts.contracts(owner)
        self.contract = next(row.public_id for row in held if row.direction == "supply")
        self.row = contract_rating.row_of(next(row.id for row in held if row.direction == "supply"))
        self.account, self.account_id = self.row.account_public_id, self.row.account_id
        document = test_viewer_first.billed_document(self.contract)
        self.bill = next(row for row in billing_list.bills(owner) if row.public_id == document)
        self.site = self.row.site_public_id


# Each with something of somebody else: NotFoundError.
MISSING: dict[str, Callable[[Viewer, Things], Any]] = {
    "billing.balance": lambda who, it: billing.balance(who, it.account),
    "billing.document": lambda who, it: billing.document(who, it.bill.public_id),
    "billing.documents": lambda who, it: billing.documents(who, it.account),
    "billing.open_items": lambda who, it: billing.open_items(who, it.account),
    "billing.statement": lambda who, it: billing.statement(who, it.account),
    "billing_detail.detail": lambda who, it: billing_detail.detail(who, it.bill.public_id),
    "billing_detail.line_of": lambda who, it: billing_detail.line_of(who, it.bill.public_id, 1),
    "billing_history.as_csv": lambda who, it: billing_history.as_csv(who, HistoryFilter(account=it.account)),
    "billing_history.entries": lambda who, it: billing_history.entries(who, it.account),
    "billing_history.history": lambda who, it: billing_history.history(who, HistoryFilter(account=it.account)),
    "billing_history.of_document": lambda who, it: billing_history.of_document(who, it.bill.public_id),
    "billing_profile.change_profile": lambda who, it: billing_profile.change_profile(who, it.account, PROFILE),
    "billing_profile.history": lambda who, it: billing_profile.history(who, it.account),
    "billing_profile.may_change": lambda who, it: billing_profile.may_change(who, it.account),
    "billing_profile.profile": lambda who, it: billing_profile.profile(who, it.account),
    "billing_proof.as_csv": lambda who, it: billing_proof.as_csv(who, it.bill.public_id, 1),
    "change_requests.ask": lambda who, it: change_requests.ask(who, it.contract, "cancel", DAY, "", "k"),
    "change_requests.changes_of": lambda who, it: change_requests.changes_of(who, it.contract),
    "change_requests.withdraw": lambda who, _it: change_requests.withdraw(who, "request-0000000000"),
    "contract_papers.price_csv": lambda who, it: contract_papers.price_csv(who, it.contract),
    "contract_papers.price_sheet": lambda who, it: contract_papers.price_sheet(who, it.contract),
    "contract_switching.order": lambda who, it: contract_switching.order(
        who, it.contract, "tariff-x", DAY, CONSENTS, "k"
    ),
    "contract_switching.ordered": lambda who, it: contract_switching.ordered(who, it.contract, "order-x"),
    "contract_switching.orders": lambda who, it: contract_switching.orders(who, it.contract),
    "contract_switching.preview": lambda who, it: contract_switching.preview(who, it.contract, "tariff-x"),
    "contract_switching.withdraw": lambda who, it: contract_switching.withdraw(who, it.contract, "order-x"),
    "dunning.reminders": lambda who, it: dunning.reminders(who, it.account),
    "instalment_plans.change": lambda who, it: instalment_plans.change(who, it.contract, 9_000),
    "instalment_plans.outlook": lambda who, it: instalment_plans.outlook(who, it.contract),
    "instalment_plans.plan": lambda who, it: instalment_plans.plan(who, it.contract),
    "invoice_files.all_as_zip": lambda who, it: invoice_files.all_as_zip(who, it.account, 2026),
    "invoice_files.einvoice": lambda who, it: invoice_files.einvoice(who, it.bill.public_id),
    "invoice_files.paper": lambda who, it: invoice_files.paper(who, it.bill.public_id),
    "invoice_files.pdf": lambda who, it: invoice_files.pdf(who, it.bill.public_id),
    "jobs.cancel": lambda who, _it: jobs.cancel(who, "job-0000000000"),
    "jobs.job": lambda who, _it: jobs.job(who, "job-0000000000"),
    "plans.ask_extension": lambda who, it: plans.ask_extension(who, it.bill.public_id, DAY),
    "plans.ask_plan": lambda who, it: plans.ask_plan(who, it.account, 3, DAY),
    "plans.extensions": lambda who, it: plans.extensions(who, it.account),
    "plans.plan_offer": lambda who, it: plans.plan_offer(who, it.account, 3, DAY),
    "plans.plans": lambda who, it: plans.plans(who, it.account),
    "rebilling.of_document": lambda who, it: rebilling.of_document(who, it.bill.public_id),
    "refunds.ask_refund": lambda who, it: refunds.ask_refund(who, it.account, ASK),
    "refunds.refund": lambda who, _it: refunds.refund(who, "refund-0000000000"),
    "refunds.refundable": lambda who, it: refunds.refundable(who, it.account),
    "refunds.refunds": lambda who, it: refunds.refunds(who, it.account),
    "tax_report.as_csv": lambda who, it: tax_report.as_csv(who, 2026, it.site),
    "tax_report.as_pdf": lambda who, it: tax_report.as_pdf(who, 2026, it.site),
    "tax_report.report": lambda who, it: tax_report.report(who, 2026, it.site),
}
# The desk's own: ForbiddenError for every customer, also about their own things.
DESK: dict[str, Callable[[Viewer, Things], Any]] = {
    "admin.customer": lambda who, _it: admin.customer(who, "customer-x"),
    "admin.find_customers": lambda who, _it: admin.find_customers(who, ""),
    "admin.require_customer": lambda who, _it: admin.require_customer(who, "customer-x"),
    "admin.start_view_as": lambda who, it: admin.start_view_as(who, "x", it.account, "because"),
    "attention.overview": lambda who, _it: attention.overview(who),
    "bank_entries.assign_receipt": lambda who, it: bank_entries.assign_receipt(who, "bank-x", it.row.account_number),
    "bank_entries.assign_return": lambda who, _it: bank_entries.assign_return(who, "bank-x", "payment:x"),
    "bank_entries.suspense_queue": lambda who, _it: bank_entries.suspense_queue(who),
    "bank_entries.write_down": lambda who, it: bank_entries.write_down(who, it.account, None),  # type: ignore[arg-type]  # who asks is looked at first
    "billing_desk.write_off": lambda who, it: billing_desk.write_off(who, it.bill.number, None, "insolvent"),
    "billing_queue.held": lambda who, _it: billing_queue.held(who),
    "billing_queue.release": lambda who, _it: billing_queue.release(who, "anomaly-x"),
    "billing_queue.unusual": lambda who, _it: billing_queue.unusual(who),
    "change_requests.decide": lambda who, _it: change_requests.decide(who, "request-x", "done"),
    "change_requests.queue": lambda who, _it: change_requests.queue(who),
    "dunning.dunning_pauses": lambda who, it: dunning.dunning_pauses(who, it.account),
    "dunning.dunning_queue": lambda who, _it: dunning.dunning_queue(who),
    "dunning.lift_pause": lambda who, _it: dunning.lift_pause(who, "pause-x"),
    "dunning.pause_dunning": lambda who, it: dunning.pause_dunning(who, it.account, "dispute"),
    "plan_desk.decide": lambda who, _it: plan_desk.decide(who, "plan-x", is_agreed=True),
    "plan_desk.waiting": lambda who, _it: plan_desk.waiting(who),
    "plans.decide_extension": lambda who, _it: plans.decide_extension(who, "extension-x", is_agreed=True),
    "plans.decide_plan": lambda who, _it: plans.decide_plan(who, "plan-x", is_agreed=True),
    "plans.extension_queue": lambda who, _it: plans.extension_queue(who),
    "plans.plan_queue": lambda who, _it: plans.plan_queue(who),
    "rebilling.approve": lambda who, _it: rebilling.approve(who, "rebill-x"),
    "rebilling.proposals": lambda who, _it: rebilling.proposals(who),
    "rebilling.reject": lambda who, _it: rebilling.reject(who, "rebill-x"),
    "refunds.approve_refund": lambda who, _it: refunds.approve_refund(who, "refund-x"),
    "refunds.decline_refund": lambda who, _it: refunds.decline_refund(who, "refund-x", "why not"),
    "refunds.refund_queue": lambda who, _it: refunds.refund_queue(who),
}
# All staff, analysts too: ForbiddenError for every customer.
FLEET: dict[str, Callable[[Viewer], Any]] = {
    "admin.overview": admin.overview,
    "fleet.daily": lambda who: fleet.daily(who, "electricity"),
    "fleet.overview": fleet.overview,
}
# Of the viewer alone: nothing of anybody else can be named, and nothing of anybody else is in the answer.
OWN: dict[str, Callable[[Viewer], Any]] = {
    "accounts.accounts_of": accounts.accounts_of,
    "accounts.acting_for": accounts.acting_for,
    "jobs.my_jobs": lambda who: jobs.my_jobs(who, "export"),
    "notices.take_unseen": notices.take_unseen,
    "billing_history.accounts": billing_history.accounts,
    "billing_list.bills": billing_list.bills,
    "billing_list.is_business": billing_list.is_business,
    "billing_list.listing": lambda who: billing_list.listing(who, Filter()),
    "billing_list.may_pay": billing_list.may_pay,
    "billing_profile.shows_net": billing_profile.shows_net,
    "instalment_plans.coming": instalment_plans.coming,
    "instalment_plans.plans": instalment_plans.plans,
    "invoice_files.chosen_as_zip": lambda who: list(
        invoice_files.chosen_as_zip(who, Filter(year=2026, kind="instalment"))
    ),
}
# Rules of access themselves, what only looks at a thing that the caller was given already, and the end of one's own visit.
ELSEWHERE = {
    "account_access.account_for", "account_access.account_of_number", "account_access.is_staff", "account_access.require_seen",
    "admin.end_view_as", "bill_weather.effect", "contract_switching.may_switch",
}  # fmt: skip


def found() -> set[str]:
    """Each public function of a service that is told who asks."""
    names = set()
    for module_info in pkgutil.iter_modules(services.__path__):
        module = importlib.import_module(f"services.{module_info.name}")
        for name, function in vars(module).items():
            if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_"):
                arguments = list(inspect.signature(function).parameters)
                if arguments[:1] == ["viewer"]:
                    names.add(f"{module_info.name}.{name}")
    return names


def walked_elsewhere() -> set[str]:
    walked = {f"{module}.{name}" for module, name in test_viewer_first.use_cases()}
    return walked | {f"{module}.{name}" for module, names in test_viewer_first.OF_THE_VIEWER.items() for name in names}


def test_every_use_case_is_in_a_walk():
    assert found() - walked_elsewhere() - ELSEWHERE == {*MISSING, *DESK, *FLEET, *OWN}


@pytest.fixture
def things(viewer_of) -> Things:
    return Things(viewer_of("prosumer"))


@pytest.mark.parametrize("name", sorted(MISSING))
def test_what_is_somebody_elses_is_missing(viewer_of, things, name):
    with pytest.raises(NotFoundError):
        MISSING[name](viewer_of("consumer2"), things)


def test_the_weather_of_somebody_elses_site_says_nothing(viewer_of, things):
    assert bill_weather.effect(viewer_of("consumer2"), things.row, "import", BEFORE, MONTH) is None


@pytest.mark.parametrize("name", sorted(DESK))
def test_the_desk_is_for_staff(viewer_of, things, name):
    for person in ("consumer2", "prosumer", "analyst"):
        with pytest.raises(ForbiddenError):
            DESK[name](viewer_of(person), things)


@pytest.mark.parametrize("name", sorted(FLEET))
def test_the_fleet_is_for_staff(viewer_of, name):
    for person in ("consumer2", "business"):
        with pytest.raises(ForbiddenError):
            FLEET[name](viewer_of(person))


@pytest.mark.parametrize("name", sorted(OWN))
def test_nothing_of_anybody_else_is_in_the_answer(viewer_of, things, name):
    try:
        answer = str(OWN[name](viewer_of("consumer2")))
    except NotFoundError:
        return  # there is nothing of their own
    assert things.account not in answer
    assert things.bill.number not in answer
    assert things.row.number not in answer
