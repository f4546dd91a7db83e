"""Every setting refuses a bad value with the name of its variable and a remedy."""

import pytest

from config import DEMO_SECRET, Config, ConfigError, contrast_ratio

SECRET = "0123456789abcdef0123456789abcdef"

# One bad value per field, and a word of the remedy that must be in the sentence.
BAD = {
    "PORTAL_ENV": ("staging", "production"),
    "PORTAL_DATABASE_URL": ("mysql://host/name", "sqlite:///"),
    "PORTAL_STORE": ("s3://bucket", "folder"),
    "PORTAL_CACHE_URL": ("memcached://host", "disk://"),
    "PORTAL_FILES": ("", "folder"),
    "PORTAL_STATIC_CACHE": ("https://cdn.example", "folder"),
    "PORTAL_SECRET_KEY": ("short", "openssl rand"),
    "PORTAL_BASE_URL": ("portal.example.com", "https://portal.example.com"),
    "PORTAL_NOW": ("yesterday", "2026-09-22T12:35:00+00:00"),
    "PORTAL_ENGINE": ("postgres", "duckdb"),
    "PORTAL_PORT": ("70000", "65535"),
    "PORTAL_PROXY_HOPS": ("-1", "0"),
    "PORTAL_BRAND_NAME": ("", "1 character"),
    "PORTAL_BRAND_ACCENT": ("#FFCC00", "darker"),
    "PORTAL_BRAND_LOGO": ("no-such-logo.svg", ".svg or .png"),
    "PORTAL_BRAND_CONTACT": ("x" * 121, "120"),
    "PORTAL_TIME_ZONE": ("Middle-earth/Shire", "Europe/Berlin"),
    "PORTAL_RETAILER": ("no-such-file.json", ".json file"),
    "PORTAL_SMTP_URL": ("mail.example.com:25", "smtp://"),
    "PORTAL_MQTT_URL": ("broker:1883", "mqtt://"),
    "PORTAL_SEPA_CREDITOR": ("nobody", "pattern"),
    "PORTAL_PAYMENT_PROVIDER": ("cash", "sandbox"),
    "PORTAL_STRIPE_KEY": ("pk_live_of_the_browser", "sk_"),
    "PORTAL_STRIPE_WEBHOOK_SECRET": ("secret", "whsec_"),
    "PORTAL_STRIPE_API": ("api.stripe.com", "https://api.stripe.com"),
    "PORTAL_LOG_LEVEL": ("LOUD", "INFO"),
}
STRIPE = {
    "PORTAL_PAYMENT_PROVIDER": "stripe", "PORTAL_STRIPE_KEY": "sk_live_hush", "PORTAL_STRIPE_WEBHOOK_SECRET": "whsec_hush",
}  # fmt: skip


@pytest.mark.parametrize("variable", sorted(BAD))
def test_a_bad_value_is_refused_by_the_name_of_its_variable(variable):
    value, remedy = BAD[variable]
    with pytest.raises(ConfigError) as refused:
        Config.from_env({variable: value})
    assert variable in str(refused.value)
    assert remedy in str(refused.value)


def test_an_engine_that_is_not_there_is_refused_instead_of_ignored():
    with pytest.raises(ConfigError, match="PORTAL_ENGINE: this release sums with duckdb alone"):
        Config.from_env({"PORTAL_ENGINE": "spark"})


def test_every_field_has_a_bad_value_above():
    assert {f"PORTAL_{name.upper()}" for name in Config.model_fields} == set(BAD)


def test_all_bad_settings_are_named_at_once():
    with pytest.raises(ConfigError) as refused:
        Config.from_env({"PORTAL_ENGINE": "abacus", "PORTAL_LOG_LEVEL": "LOUD"})
    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == ["PORTAL_ENGINE", "PORTAL_LOG_LEVEL"]


def test_a_misspelt_setting_is_refused_instead_of_ignored():
    with pytest.raises(ConfigError, match="PORTAL_DATABASE: no such setting"):
        Config.from_env({"PORTAL_DATABASE": "sqlite:///x"})


def test_production_refuses_the_default_secret():
    with pytest.raises(ConfigError, match="PORTAL_SECRET_KEY: production refuses the default"):
        Config.from_env({"PORTAL_ENV": "production", "PORTAL_BASE_URL": "https://portal.example.com"})


def test_production_needs_https():
    environ = {"PORTAL_ENV": "production", "PORTAL_SECRET_KEY": SECRET, "PORTAL_BASE_URL": "http://portal.example.com"}
    with pytest.raises(ConfigError, match="PORTAL_BASE_URL: production needs https"):
        Config.from_env(environ)


def test_production_refuses_a_stopped_clock():
    environ = {"PORTAL_ENV": "production", "PORTAL_SECRET_KEY": SECRET, "PORTAL_BASE_URL": "https://portal.example.com"}
    with pytest.raises(ConfigError, match="PORTAL_NOW: production needs the real time"):
        Config.from_env({**environ, **STRIPE, "PORTAL_NOW": "2026-09-22T12:35:00+00:00"})


def test_production_refuses_the_sandbox_and_an_open_line_to_stripe():
    environ = {"PORTAL_ENV": "production", "PORTAL_SECRET_KEY": SECRET, "PORTAL_BASE_URL": "https://portal.example.com"}
    with pytest.raises(ConfigError, match="PORTAL_PAYMENT_PROVIDER: production refuses the sandbox"):
        Config.from_env(environ)
    with pytest.raises(ConfigError, match="PORTAL_STRIPE_API: production needs https"):
        Config.from_env({**environ, **STRIPE, "PORTAL_STRIPE_API": "http://127.0.0.1:8420"})


@pytest.mark.parametrize("missing", ["PORTAL_STRIPE_KEY", "PORTAL_STRIPE_WEBHOOK_SECRET"])
def test_stripe_needs_its_key_and_its_secret(missing):
    with pytest.raises(ConfigError, match=f"{missing}: PORTAL_PAYMENT_PROVIDER=stripe needs it"):
        Config.from_env({**STRIPE, missing: ""})


@pytest.mark.parametrize(
    "address",
    ["https://portal.example.com/path", "https://portal.example.com?a=b", "https://user@portal.example.com",
     "https://portal.example.com#x", "ftp://portal.example.com", "https://", "//portal.example.com", "http://[::1"],
)  # fmt: skip
def test_the_public_address_is_an_origin_and_nothing_more(address):
    with pytest.raises(ConfigError, match="PORTAL_BASE_URL"):
        Config.from_env({"PORTAL_BASE_URL": address})


def test_printed_settings_keep_key_and_passwords_to_themselves():
    environ = {
        "PORTAL_SECRET_KEY": SECRET,
        "PORTAL_DATABASE_URL": "postgresql://portal:hush@host/name",
        "PORTAL_CACHE_URL": "redis://:hu@sh@host:6379/0",
        "PORTAL_SMTP_URL": "smtp://mail:hush@host:25",
        **STRIPE,
    }
    shown = Config.from_env(environ).shown()
    assert set(shown) == set(Config.model_fields)
    assert (shown["secret_key"], shown["cache_url"]) == ("***", "redis://:***@host:6379/0")
    assert not any(word in str(shown) for word in (SECRET, "hush", "hu@sh"))


def test_production_starts_with_its_own_secret_and_https():
    environ = {
        "PORTAL_ENV": "production",
        "PORTAL_SECRET_KEY": SECRET,
        "PORTAL_BASE_URL": "https://Portal.example.com/",
        **STRIPE,
    }
    config = Config.from_env(environ)
    assert config.base_url == "https://portal.example.com"
    assert not config.is_demo


def test_the_demo_runs_without_any_setting():
    config = Config.from_env({})
    assert config.secret_key == DEMO_SECRET
    assert config.is_demo


def test_port_may_come_from_the_environment_of_a_platform_and_moves_the_demo_address():
    assert Config.from_env({"PORT": "9000"}).base_url == "http://127.0.0.1:9000"


def test_now_is_kept_in_utc():
    # 14:35 in Berlin's summer is 12:35 UTC.
    assert Config.from_env({"PORTAL_NOW": "2026-09-22T14:35:00+02:00"}).now.isoformat() == "2026-09-22T12:35:00+00:00"


def test_now_needs_its_offset():
    with pytest.raises(ConfigError, match="PORTAL_NOW: add the offset"):
        Config.from_env({"PORTAL_NOW": "2026-09-22T14:35:00"})


def test_records_in_postgresql_take_the_manifest_along():
    config = Config.from_env({"PORTAL_DATABASE_URL": "postgresql://u@host/name"})
    assert config.database_url == config.manifest_url == "postgresql+psycopg://u@host/name"


def test_contrast_of_black_and_white_is_21():
    # (1.00 + 0.05) / (0.00 + 0.05) = 21, the largest ratio of WCAG 2.1.
    assert contrast_ratio("#FFFFFF", "#000000") == pytest.approx(21.0)
