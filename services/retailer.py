"""The retailer as bills name it: seller, bank account, whom customers may turn to, where its energy comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from config import ROOT, Config, ConfigError
from domain.billing.invoice import Brand, Notices, Party, Payment

DEMO_FILE = ROOT / "data" / "seed" / "retailer.json"


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where the electricity of a year came from, in per mille by source, of all that is supplied and of green tariffs."""

    __pydantic_config__ = {"extra": "forbid"}

    year: int
    supplier: dict[str, int]
    green: dict[str, int]
    supplier_co2_g_per_kwh: int
    supplier_waste_ug_per_kwh: int


@dataclass(frozen=True, kw_only=True)
class Retailer:
    """usual_home_wh : what a home without further features takes in a year, by commodity. [Wh]"""

    __pydantic_config__ = {"extra": "forbid"}

    party: Party
    payment: Payment
    notices: Notices
    website: str = ""
    sources: Sources | None = None
    usual_home_wh: dict[str, int] = field(default_factory=dict)


FILES = TypeAdapter(Retailer)


def retailer(config: Config) -> Retailer:
    """As the file of PORTAL_RETAILER says; the demo has one of its own, production needs one."""
    if not config.retailer and not config.is_demo:
        raise ConfigError("PORTAL_RETAILER: name the JSON file that says whose bills these are (docs/invoices.md)")
    return _read(config.retailer or str(DEMO_FILE))


@lru_cache(maxsize=4)
def _read(path: str) -> Retailer:
    try:
        return FILES.validate_json(Path(path).read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(f"PORTAL_RETAILER: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def brand(config: Config) -> Brand:
    """The look of the portal; a logo that is no SVG is left to the web pages."""
    logo = config.brand_logo if config.brand_logo.lower().endswith(".svg") else ""
    text = Path(logo).read_text(encoding="utf-8") if logo else ""
    return Brand(name=config.brand_name, accent=config.brand_accent, logo=text, website=retailer(config).website)
