"""The command line: `python -m cli VERB`. Composes the portal and hands over to a service."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence

from config import Config, ConfigError

Command = Callable[[argparse.Namespace], int]


def make_portal(config: Config) -> object:
    """The stores and the clock for a command, bound to the current context."""
    from adapters.cache import make_cache
    from adapters.clock import make_clock
    from data.readings import ReadingsStore
    from data.session import Records
    from services import portal

    made = portal.Portal(
        config=config,
        records=Records(config.database_url),
        readings=ReadingsStore(config.store, config.manifest_url),
        cache=make_cache(config.cache_url),
        clock=make_clock(config.now),
    )
    portal.use(made)
    return made


def _service(module: str) -> Callable[[argparse.Namespace], int]:
    """A verb whose work and arguments live in a service module."""

    def run(arguments: argparse.Namespace) -> int:
        from importlib import import_module

        from sqlalchemy.exc import OperationalError

        try:
            made = make_portal(Config.from_env())
        except OperationalError as error:
            print(f"The database does not answer; see PORTAL_DATABASE_URL: {error.orig}", file=sys.stderr)
            return 2
        return int(import_module(module).command(arguments, made))

    return run


def _migrate(_arguments: argparse.Namespace) -> int:
    from data.migrate import upgrade

    upgrade(Config.from_env().database_url)
    print("The database is up to date.")
    return 0


def _rollup(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from services import portal
    from services.rollups import roll_up

    make_portal(Config.from_env())
    with tqdm(unit="register-day", disable=not sys.stderr.isatty()) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        count = roll_up(portal.current(), progress)
    print(f"{count:,} register-days recomputed.")
    return 0


def _serve(_arguments: argparse.Namespace) -> int:
    from services.serve import serve

    return serve(Config.from_env())


def _settings(_arguments: argparse.Namespace) -> int:
    """Print every setting with its value in force; secrets are masked."""
    print(json.dumps(Config.from_env().shown(), indent=2))
    return 0


SERVICE_VERBS = {
    "demo": ("services.demo", "make the demo world (and add real homes with --data)"),
    "ingest": ("services.ingest", "read meter data from Parquet or CSV"),
    "worker": ("services.worker", "run jobs, schedules and the outbox"),
    "jobs": ("services.dead_letters", "list, show, retry or drop jobs and messages"),
    "check": ("services.store_check", "verify segments, manifest and roll-ups"),
    "ledger": ("services.ledger", "export the ledger, age what is owed, check that it adds up"),
    "bank-import": ("services.bank_import", "book the entries of a camt.053 bank statement, each once"),
    "suspense": ("services.bank_entries", "list and assign money that nobody knows yet for what"),
    "refund": ("services.refund_run", "ask for, list, show, approve or decline refunds; send what was approved"),
    "change-request": ("services.change_requests", "list what customers ask about contracts, and settle it"),
    "payment-plan": ("services.plan_desk", "list payment plans and later days that wait, agree to them or decline"),
    "billing-run": ("services.billing_run", "bill a month, or find what to bill again"),
    "billing-desk": ("services.billing_desk", "unusual and held bills, corrections, what is written off"),
    "rate": ("services.rate", "price readings with a tariff, month by month"),
    "invoice": ("services.invoice", "make a PDF or an e-invoice of a billing document"),
    "user": ("services.identity", "add or disable people who sign in"),
}
OWN_VERBS: dict[str, tuple[Command, str]] = {
    "migrate": (_migrate, "bring the database to the current schema"),
    "rollup": (_rollup, "recompute the roll-ups of touched days"),
    "serve": (_serve, "server and worker, with a demo world on first use"),
    "settings": (_settings, "print the settings in force"),
}


def make_parser(verb: str | None) -> argparse.ArgumentParser:
    """The parser; only the asked verb's service is imported for its arguments."""
    from importlib import import_module

    parser = argparse.ArgumentParser(prog="python -m cli", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, (command, text) in OWN_VERBS.items():
        verbs.add_parser(name, help=text, description=text).set_defaults(run=command)
    for name, (module, text) in SERVICE_VERBS.items():
        sub = verbs.add_parser(name, help=text, description=text)
        sub.set_defaults(run=_service(module))
        if name == verb:
            import_module(module).add_arguments(sub)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    argv = sys.argv[1:] if argv is None else list(argv)
    try:
        arguments = make_parser(argv[0] if argv else None).parse_args(argv)
        run: Command = arguments.run
        return run(arguments)
    except ConfigError as error:
        print(f"Settings:\n{error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
