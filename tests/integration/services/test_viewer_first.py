"""Every use case that is told of a site looks at who asks: what is somebody else's is missing."""

from __future__ import annotations

import inspect
import secrets
from collections.abc import Iterator
from datetime import date

import pytest

from data.queries import billing_runs as billing_run_queries
from data.queries import contracts as contract_queries
from domain.access import Permission
from domain.calendar import Period, PeriodKind
from domain.errors import NotFoundError
from domain.exports import ExportRequest
from services import (
    accounts,
    billing_basis,
    billing_estimate,
    billing_issue,
    billing_run,
    calculator,
    consumption,
    consumption_devices,
    consumption_pairs,
    consumption_patterns,
    contract_details,
    contracts,
    costs,
    damage,
    dashboard,
    exports,
    metered,
    payment_methods,
    payment_sandbox,
    payments,
    portal,
    shell,
    sites,
    tariff_comparison,
    use,
)
from services.billing_drafts import Policy
from services.consumption_asks import Ask
from services.payment_providers import sandbox
from tests.factories.billing import make_document, make_line

MODULES = (
    billing_basis, billing_estimate, calculator, consumption, consumption_devices, consumption_pairs, consumption_patterns, contract_details, contracts, costs, damage, dashboard, exports, metered,
    payment_methods, payment_sandbox, payments, shell, sites, tariff_comparison, use,
)  # fmt: skip
# Asked about the viewer alone.
OF_THE_VIEWER = {
    "dashboard": {"overview_rows"}, "shell": {"sites_of", "acting_for", "choose_locale"},
    "exports": {"my_exports"}, "sites": {"sites_of", "site_or_first"}, "contracts": {"contracts"}, "contract_details": {"every"}, "calculator": {"estimate"}, "billing_estimate": {"estimates"},
}  # fmt: skip
MONTH = Period(PeriodKind.MONTH, date(2026, 10, 1), date(2026, 11, 1))
BEFORE = Period(PeriodKind.MONTH, date(2026, 9, 1), date(2026, 10, 1))


def use_cases() -> Iterator[tuple[str, str]]:
    """Public functions of the services whose first argument is the viewer."""
    for module in MODULES:
        name = module.__name__.rpartition(".")[2]
        for function_name, function in vars(module).items():
            is_own = inspect.isfunction(function) and function.__module__ == module.__name__
            is_public = is_own and not function_name.startswith("_") and _names(function)[:1] == ["viewer"]
            if is_public and function_name not in OF_THE_VIEWER.get(name, set()):
                yield name, function_name


def _names(function) -> list[str]:
    return [name for name, p in inspect.signature(function).parameters.items() if p.default is p.empty]


@pytest.fixture
def foreign(viewer_of):
    """Things of a home with sun, sub-meters and an export meter, by the name of the argument that takes them."""
    owner = viewer_of("prosumer")
    site = sites.sites_of(owner)[0]
    ask = Ask(site=site, commodity="electricity", period=MONTH, compare="previous")
    request = ExportRequest(site.public_id, MONTH.first, MONTH.last)
    series = use.series(owner, site, sites.consumption_terms(site), MONTH, "day")
    return {
        "site": site, "shown": site, "sites": [site], "ask": ask, "period": MONTH, "resolution": "day", "then": BEFORE,
        "terms": sites.consumption_terms(site), "align": "date", "registers": site.registers[:1], "total": series,
        "flows": ("import",), "commodity": "electricity", "request": request, "site_public_id": site.public_id, "month": dashboard.month_total(
            owner, site, sites.consumption_terms(site)), "wanted": {"day": MONTH},
        "plan": exports.prepare(owner, site.public_id, request),
        "window": (site.meters[0].installed_utc, site.meters[0].removed_utc),
    }  # fmt: skip


def payable_things(owner) -> dict[str, object]:
    """An open invoice, a card and a payment on its way, of the prosumer."""
    (account,) = accounts.accounts_of(owner)
    document = billing_issue.issue(make_document(make_line(10_000), party=account.number), secrets.token_hex(8))
    setup = payment_methods.add_card(owner, account.account_public_id).rpartition("/")[2]
    sandbox().choose_method(setup, "card-good")
    page = sandbox().setup_page(setup)
    method = payment_methods.card_added(owner, page.rpartition("/")[2])
    key = secrets.token_hex(8)
    begun = payments.start_payment(owner, account.account_public_id, 100, document.public_id, None, key)
    return {
        "account_public_id": account.account_public_id, "amount_minor": 100, "document_public_id": document.public_id,
        "method_public_id": method.public_id, "key": secrets.token_hex(8), "evidence": payment_methods.Evidence("127.0.0.1", ""), "wish": payment_methods.AutopayWish(is_on=False), "debit": payment_methods.DebitWish("Ada", "DE89370400440532013000", True),
        "provider_id": sandbox().find(f"customer:{owner.memberships[0][0]}:{key}"), "choice": "approve",
        "permission": Permission.PAY, "payment": begun.payment_public_id, "method": method.public_id,
    }  # fmt: skip


def billed_document(contract_public_id: str) -> str:
    """The bill of the month of a contract, issued once for all of these tests."""
    billing_run.run(MONTH, Policy(grace_days=0, is_told=False), contract_public_id=contract_public_id)
    with portal.current().records.reading() as db:
        contract = contract_queries.contract_row(db, contract_public_id)
        return billing_run_queries.live_bases(db, MONTH.first, contract.id)[0].document_public_id


# An id in place of a thing, by what it names.
PUBLIC_IDS = {("contract_details", "details"): "contract", ("contract_details", "price_list"): "contract", ("tariff_comparison", "comparison"): "contract", ("contracts", "contract"): "contract", ("contracts", "terms"): "contract", ("contracts", "cost"): "contract", ("payments", "account_of"): "account", ("payments", "payment"): "payment", ("payments", "refresh"): "payment", ("payment_methods", "card_added"): "method", ("payment_methods", "make_default"): "method", ("payment_methods", "remove_method"): "method", ("sites", "site"): "site", ("sites", "meter"): "meter", ("exports", "cancel"): "job", ("exports", "finished_file"): "job"}  # fmt: skip


@pytest.mark.parametrize(("module", "name"), list(use_cases()))
def test_what_is_somebody_elses_is_missing(viewer_of, foreign, module, name):
    function = getattr(next(m for m in MODULES if m.__name__.endswith(f".{module}")), name)
    site = foreign["site"]
    own = contracts.contracts(viewer_of("prosumer"))[0].public_id
    ids = {"site": site.public_id, "contract": own, "meter": site.meters[0].public_id, "job": "job-0000000000"}
    if module.startswith("payment"):
        foreign |= payable_things(viewer_of("prosumer"))
        ids |= {"account": foreign["account_public_id"], "payment": foreign["payment"], "method": foreign["method"]}
    if module == "billing_basis":
        foreign |= {"document_public_id": billed_document(own)}
    things = {**foreign, "public_id": ids.get(PUBLIC_IDS.get((module, name), ""), "")}
    arguments = [things[argument] for argument in _names(function)[1:]]

    def ask(viewer):
        found = function(viewer, *arguments)
        if hasattr(found, "__enter__"):
            with found:
                pass

    if things["public_id"] != ids["job"]:
        ask(viewer_of("prosumer"))  # its owner gets it
    with pytest.raises(NotFoundError):
        ask(viewer_of("consumer2"))


def test_there_are_use_cases():
    assert len(list(use_cases())) >= 25
