"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("pages", "components", "auth", "services", "data", "adapters", "domain")
CODE = [path for layer in LAYERS for path in sorted((ROOT / layer).rglob("*.py")) if "migrations" not in path.parts]


def _tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def test_every_source_folder_is_a_package():
    # A folder without __init__.py is invisible to the import rules.
    without = {str(path.parent.relative_to(ROOT)) for path in CODE if not (path.parent / "__init__.py").exists()}
    assert without == set()


def test_callbacks_live_in_pages_and_carry_a_policy():
    offenders = []
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text())):
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            is_plain = name in {"callback", "dash.callback", "app.callback"} or name.endswith(".clientside_callback")
            if is_plain and path != ROOT / "auth" / "callbacks.py":
                offenders.append(f"{path.relative_to(ROOT)}:{node.lineno} {name}")
            if name.endswith("portal_callback") and path.relative_to(ROOT).parts[0] != "pages":
                offenders.append(f"{path.relative_to(ROOT)}:{node.lineno} {name}")
    assert offenders == []


def test_every_domain_module_has_its_twin():
    missing = []
    for path in sorted((ROOT / "domain").rglob("*.py")):
        if path.name == "__init__.py":
            continue
        relative = path.relative_to(ROOT)
        twin = ROOT / "tests" / "unit" / relative.parent / f"test_{path.name}"
        if not twin.exists():
            missing.append(str(relative))
    assert missing == []


def test_no_html_is_written_by_hand_into_pages():
    # Raw HTML components would let a stored text run as a script.
    banned = re.compile(r"dangerously_allow_html|\bIframe\(|javascript:")
    found = [str(path.relative_to(ROOT)) for path in CODE if banned.search(path.read_text())]
    assert found == []


def test_nothing_pickles():
    found = [
        str(path.relative_to(ROOT))
        for path in CODE
        if re.search(r"^\s*(import|from) (pickle|dill|shelve|marshal)", path.read_text(), re.M)
    ]
    assert found == []


def test_app_stays_small():
    # The composition root is outside the import rules, so it must not grow.
    assert len((ROOT / "app.py").read_text().splitlines()) <= 80


FILE_LINES, FUNCTION_LINES = 400, 60


def test_files_and_functions_stay_small_enough_to_be_read():
    own = [name for name in _tracked() if name.endswith(".py") and not name.startswith("data/migrations/")]
    long = []
    for name in own:
        source = (ROOT / name).read_text()
        long += [(name, len(source.splitlines()))] if len(source.splitlines()) > FILE_LINES else []
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= FUNCTION_LINES:
                long.append((f"{name}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1))
    assert long == []


CALLBACK_LINES = 10


def test_a_callback_parses_asks_and_draws():
    long = []
    for path in CODE:
        functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
        for function in functions:
            is_callback = any("portal_callback" in ast.unparse(item) for item in function.decorator_list)
            if is_callback and function.body[-1].end_lineno - function.body[0].lineno >= CALLBACK_LINES:
                long.append(f"{path.relative_to(ROOT)} {function.name}")
    assert long == []


def test_the_project_speaks_of_itself_alone():
    banned = re.compile(r"(^|[^A-Za-z.])/(work|farm|root)/[a-z]")
    text_files = [
        name
        for name in _tracked()
        if name.endswith((".py", ".md", ".css", ".js", ".html", ".toml", ".sh", "Makefile", ".txt"))
    ]
    # Bundled libraries keep their own words; this file names what it bans.
    own = [name for name in text_files if "/vendor/" not in name and name != "tests/test_house_rules.py"]
    assert [name for name in own if banned.search((ROOT / name).read_text(errors="replace"))] == []


RUNTIME = (*LAYERS, "app.py", "cli.py", "config.py", "gunicorn.conf.py")


@pytest.mark.parametrize(
    ("name", "places"), [("requirements.txt", RUNTIME), ("requirements-dev.txt", ("tests", "benchmarks"))]
)
def test_what_is_pinned_is_imported_or_says_why(name, places):
    used = _installed_for(_imports(places))
    silent = [name for name, line in _pins(name).items() if "#" not in line]
    assert silent
    assert [each for each in silent if each not in used] == []


def test_what_is_imported_is_pinned():
    # A fresh clone installs the pins and nothing else.
    assert _installed_for(_imports(RUNTIME)) - set(_pins("requirements.txt")) == set()


def _imports(places: tuple[str, ...]) -> set[str]:
    sources = [file for place in places for file in ([ROOT / place] if "." in place else (ROOT / place).rglob("*.py"))]
    text = "\n".join(file.read_text() for file in sources)
    return set(re.findall(r"^\s*(?:import|from) (\w+)", text, re.M)) - {*LAYERS, "app", "cli", "config", "tests"}


def _installed_for(modules: set[str]) -> set[str]:
    """The distributions that bring these modules."""
    owners = packages_distributions().items()
    return {_canonical(dist) for module, dists in owners if module in modules for dist in dists}


def _pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text().splitlines()
    return {_canonical(re.match(r"[\w-]+", line)[0]): line for line in lines if re.match(r"[\w-]+.*==", line)}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_no_data_is_committed():
    assert [name for name in _tracked() if name.endswith((".parquet", ".sqlite", ".duckdb", ".xlsx"))] == []


@pytest.mark.parametrize(
    "verb",
    [
        "migrate",
        "demo",
        "ingest",
        "rate",
        "refund",
        "change-request",
        "payment-plan",
        "billing-run",
        "billing-desk",
        "bank-import",
        "suspense",
        "rollup",
        "serve",
        "worker",
        "jobs",
        "check",
        "user",
        "settings",
        "invoice",
        "ledger",
    ],
)
def test_every_command_is_documented(verb):
    docs = "\n".join(path.read_text() for path in (ROOT / "docs").rglob("*.md"))
    assert f"python -m cli {verb}" in docs


def test_every_setting_is_documented():
    from config import Config

    operations = (ROOT / "docs" / "operations.md").read_text()
    rows = dict(re.findall(r"^\| `PORTAL_(\w+)`[^|]*\| ([^|]+) \|", operations, re.M))
    assert {name.lower() for name in rows} == set(Config.model_fields)
    shown = {name.lower(): default.strip("`") for name, default in rows.items()}
    real = {
        name: str("–" if field.default in {"", None} else field.default).replace(f"{ROOT}/", "")
        for name, field in Config.model_fields.items()
    }
    differ = {name for name in shown if shown[name] != real[name]}
    assert differ == {"secret_key"}  # which is not printed


def test_every_page_is_documented():
    tour = (ROOT / "docs" / "pages.md").read_text()
    paths = []
    for path in (ROOT / "pages").rglob("*.py"):
        paths += re.findall(r"""register_page\([^)]*?path(?:_template)?=["']([^"']+)["']""", path.read_text(), re.S)
    assert paths
    shown = [page for page in paths if page != "/not-found-404"]  # Dash's name for the page of unknown addresses
    assert [page for page in shown if f"`{page}`" not in tour] == []


def test_every_page_is_looked_at_in_a_browser():
    # What docs/how-to/add-a-page.md promises: no page without axe, both themes and a quiet console.
    from tests.browser.test_every_page import CUSTOMER_PAGES, STAFF_PAGES, WITH_IDS

    looked_at = {path.partition("?")[0] for path in (*CUSTOMER_PAGES.values(), *STAFF_PAGES.values())} | WITH_IDS
    paths = set()
    for path in (ROOT / "pages").rglob("*.py"):
        paths |= set(
            re.findall(r"""register_page\([^)]*?path(?:_template)?=["']([^"']+)["']""", path.read_text(), re.S)
        )
    assert paths - {"/not-found-404"} - looked_at == set()


def test_every_variant_is_documented():
    """Whatever registers itself has its word in the docs, in backticks."""
    from adapters.export_writers import WRITERS
    from adapters.importers import IMPORTERS
    from domain.tariffs import charges  # noqa: F401 - its modules register themselves
    from domain.tariffs.base import CHARGES
    from services.bank_import import END_TO_END
    from services.jobs import HANDLERS
    from services.outbox import CHANNELS
    from services.refund_routes import ROUTES
    from services.schedules import SCHEDULES

    docs = "\n".join(path.read_text() for path in (ROOT / "docs").rglob("*.md"))
    registries = (WRITERS, IMPORTERS, CHARGES, HANDLERS, CHANNELS, ROUTES, END_TO_END, SCHEDULES)
    of_tests = ("test_", "fault_")
    names = {name for registry in registries for name in registry if not name.startswith(of_tests)}
    assert len(names) >= 20
    assert sorted(name for name in names if f"`{name}`" not in docs) == []


def test_import_rules_hold():
    done = subprocess.run(
        [str(ROOT / ".venv" / "bin" / "lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
