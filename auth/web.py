"""Everything between the socket and the pages, in the order in which it must be installed."""

from __future__ import annotations

from dash import Dash
from flask import Flask

from adapters import compression
from adapters.metrics import Metrics
from auth import (
    answers,
    billing_files,
    billing_proof,
    contract_changes,
    contract_papers,
    contracts,
    downloads,
    errors,
    guard,
    health,
    instalments,
    language,
    payment_help,
    payments,
    requests,
    sandbox,
    tax_report,
    views,
)  # fmt: skip
from services.portal import Portal


def install_first(server: Flask, portal: Portal, metrics: Metrics) -> None:
    """Before Dash: its first-request set-up already draws the frame and asks for the portal."""
    requests.install(server, portal, metrics)
    answers.install(server)
    compression.install(server)
    errors.install(server, metrics)


def install_rest(server: Flask, app: Dash, metrics: Metrics) -> None:
    """After Dash: the guard must run behind its set-up, or the first stranger would prevent it."""
    health.install(server, metrics)
    language.install(server)
    views.install(server)
    downloads.install(server)
    billing_files.install(server)
    billing_proof.install(server)
    payments.install(server)
    payment_help.install(server)
    contracts.install(server)
    contract_changes.install(server)
    contract_papers.install(server)
    instalments.install(server)
    sandbox.install(server)
    tax_report.install(server)
    guard.install(server, app)
