"""Every setting of the portal, read once from the environment and refused with its name when it is wrong."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

DEMO_SECRET = "demo-secret-key-not-for-production-use"  # noqa: S105 - published on purpose, refused in production
ROOT = Path(__file__).resolve().parent
SECRETS = ("secret_key", "stripe_key", "stripe_webhook_secret")
PASSWORD_IN_URL = re.compile(r"(://[^/@:]*:).*@")


class ConfigError(Exception):
    """One sentence per bad setting, each naming its variable and the remedy."""


class Config(BaseModel):
    """Frozen settings; field `database_url` is the variable `PORTAL_DATABASE_URL`, and so on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    env: Literal["demo", "production"] = "demo"
    database_url: str = f"sqlite:///{ROOT / 'var' / 'portal.sqlite'}"
    store: str = str(ROOT / "var" / "store")
    cache_url: str = f"disk://{ROOT / 'var' / 'cache'}"
    files: str = str(ROOT / "var" / "files")
    static_cache: str = str(ROOT / "var" / "static-cache")
    secret_key: str = DEMO_SECRET
    base_url: str = "http://127.0.0.1:8050"
    now: datetime | None = None
    engine: Literal["duckdb", "spark"] = "duckdb"
    port: Annotated[int, Field(ge=1, le=65535)] = 8050
    proxy_hops: Annotated[int, Field(ge=0, le=5)] = 0
    brand_name: Annotated[str, Field(min_length=1, max_length=40)] = "Demo Energy"
    brand_accent: str = "#0066CC"
    brand_logo: str = ""
    brand_contact: Annotated[str, Field(max_length=120)] = "help@demo.example"
    time_zone: str = "Europe/Berlin"
    retailer: str = ""
    smtp_url: str = ""
    mqtt_url: str = ""
    sepa_creditor: Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{3,31}$")] = "DE98ZZZ09999999999"
    payment_provider: Literal["sandbox", "stripe"] = "sandbox"
    stripe_key: str = ""
    stripe_webhook_secret: str = ""
    stripe_api: str = "https://api.stripe.com"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not re.match(r"^(sqlite:///|postgresql(\+psycopg)?://)", value):
            raise ValueError("use sqlite:///PATH or postgresql://USER@HOST/NAME")
        return value.replace("postgresql://", "postgresql+psycopg://", 1)

    @field_validator("cache_url")
    @classmethod
    def _known_cache(cls, value: str) -> str:
        if not value.startswith(("disk://", "redis://", "rediss://")):
            raise ValueError("use disk://FOLDER or redis://HOST:PORT/DB")
        return value

    @field_validator("base_url")
    @classmethod
    def _absolute_base(cls, value: str) -> str:
        value = value.lower().rstrip("/")
        parts = urlsplit(value)
        is_origin = value == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc
        if parts.scheme not in {"http", "https"} or not parts.hostname or not is_origin:
            raise ValueError("use the portal's public origin, such as https://portal.example.com")
        return value

    @field_validator("brand_accent")
    @classmethod
    def _readable_accent(cls, value: str) -> str:
        if not re.match(r"^#[0-9A-Fa-f]{6}$", value):
            raise ValueError("use a colour such as #0066CC")
        ratio = contrast_ratio(value, "#FFFFFF")
        if ratio < 4.5:
            raise ValueError(f"white text on it has a contrast of {ratio:.1f}, needs 4.5; choose a darker colour")
        return value.upper()

    @field_validator("store", "files", "static_cache")
    @classmethod
    def _local_folder(cls, value: str) -> str:
        if "://" in value or not value.strip():
            raise ValueError("use a folder of this machine")
        return value

    @field_validator("now", mode="before")
    @classmethod
    def _instant(cls, value: object) -> object:
        if value in {None, ""}:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            raise ValueError("use an instant such as 2026-09-22T12:35:00+00:00") from None
        if instant.tzinfo is None:
            raise ValueError("add the offset from UTC, such as 2026-09-22T12:35:00+00:00")
        return instant.astimezone(UTC)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("use a name of the IANA list, such as Europe/Berlin")
        return value

    @field_validator("engine")
    @classmethod
    def _engine_is_there(cls, value: str) -> str:
        if value == "spark":
            raise ValueError("this release sums with duckdb alone; use duckdb")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _known_smtp(cls, value: str) -> str:
        if value and not value.startswith(("smtp://", "smtps://")):
            raise ValueError("use smtp://HOST:PORT or smtps://HOST:PORT")
        return value

    @field_validator("mqtt_url")
    @classmethod
    def _known_mqtt(cls, value: str) -> str:
        if value and not value.startswith(("mqtt://", "mqtts://")):
            raise ValueError("use mqtt://HOST:PORT or mqtts://HOST:PORT")
        return value

    @field_validator("stripe_key")
    @classmethod
    def _secret_stripe_key(cls, value: str) -> str:
        if value and not value.startswith(("sk_", "rk_")):
            raise ValueError("use the secret key of the account, sk_... or a restricted rk_...")
        return value

    @field_validator("stripe_api")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("use https://api.stripe.com, or the address of a stand-in for tests")
        return value.rstrip("/")

    @field_validator("stripe_webhook_secret")
    @classmethod
    def _signing_secret(cls, value: str) -> str:
        if value and not value.startswith("whsec_"):
            raise ValueError("use the signing secret of the webhook endpoint, whsec_...")
        return value

    @field_validator("brand_logo")
    @classmethod
    def _logo_exists(cls, value: str) -> str:
        if value and (not value.lower().endswith((".svg", ".png")) or not Path(value).is_file()):
            raise ValueError("use the path of an existing .svg or .png file")
        return value

    @field_validator("retailer")
    @classmethod
    def _retailer_exists(cls, value: str) -> str:
        if value and not (value.lower().endswith(".json") and Path(value).is_file()):
            raise ValueError("use the path of an existing .json file")
        return value

    @model_validator(mode="after")
    def _fit_for_production(self) -> Config:
        if len(self.secret_key) < 32:
            raise ValueError(
                "PORTAL_SECRET_KEY: use at least 32 random characters, such as `openssl rand -hex 32` prints"
            )
        self._check_stripe()
        if self.env == "production":
            if self.secret_key == DEMO_SECRET:
                raise ValueError(
                    "PORTAL_SECRET_KEY: production refuses the default; set one with `openssl rand -hex 32`"
                )
            if not self.base_url.startswith("https://"):
                raise ValueError("PORTAL_BASE_URL: production needs https://")
            if self.payment_provider == "sandbox":
                raise ValueError(
                    "PORTAL_PAYMENT_PROVIDER: production refuses the sandbox, where no money moves; use stripe"
                )
            if self.now is not None:
                raise ValueError("PORTAL_NOW: production needs the real time; a frozen clock ends no session")
        return self

    def _check_stripe(self) -> None:
        if self.payment_provider != "stripe":
            return
        for name in ("stripe_key", "stripe_webhook_secret"):
            if not getattr(self, name):
                raise ValueError(f"PORTAL_{name.upper()}: PORTAL_PAYMENT_PROVIDER=stripe needs it")
        if self.env == "production" and not self.stripe_api.startswith("https://"):
            raise ValueError("PORTAL_STRIPE_API: production needs https://")

    @property
    def is_demo(self) -> bool:
        return self.env == "demo"

    @property
    def manifest_url(self) -> str:
        """The readings manifest lives beside the segments, or in PostgreSQL when the records do."""
        if self.database_url.startswith("postgresql"):
            return self.database_url
        return f"sqlite:///{Path(self.store) / 'manifest.sqlite'}"

    def shown(self) -> dict[str, object]:
        """The settings as they may be printed: without the key, and without the passwords inside of addresses."""
        values = {name: str(value) if value is not None else None for name, value in self}
        masked = {name: PASSWORD_IN_URL.sub(r"\1***@", value) if value else value for name, value in values.items()}
        return {**masked, **{name: "***" for name in SECRETS if values[name]}}

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Config:
        """Read `PORTAL_*` (and `PORT`); raise ConfigError naming every bad variable."""
        environ = os.environ if environ is None else environ
        values: dict[str, str] = {}
        unknown = []
        for key, value in environ.items():
            if not key.startswith("PORTAL_") or key in TEST_VARIABLES:
                continue
            name = key.removeprefix("PORTAL_").lower()
            if name in cls.model_fields:
                values[name] = value
            else:
                unknown.append(f"{key}: no such setting; see docs/operations.md for the list")
        if environ.get("PORT"):
            values.setdefault("port", environ["PORT"])
        if unknown:
            raise ConfigError("\n".join(sorted(unknown)))
        if "base_url" not in values and "port" in values:
            values["base_url"] = f"http://127.0.0.1:{values['port']}"
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise ConfigError("\n".join(_sentence(item) for item in error.errors())) from None


TEST_VARIABLES = {"PORTAL_FAULTS", "PORTAL_FAULT", "PORTAL_TEST_POSTGRES_URL", "PORTAL_TEST_REDIS_URL", "PORTAL_SHARED"}


def _sentence(item: object) -> str:
    error = dict(item)  # type: ignore[call-overload]
    message = str(error["msg"]).removeprefix("Value error, ")
    location = error["loc"]
    return message if not location else f"PORTAL_{str(location[0]).upper()}: {message}"


def contrast_ratio(first: str, second: str) -> float:
    """WCAG 2.1 contrast of two `#RRGGBB` colours, 1 to 21."""

    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)
