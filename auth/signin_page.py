"""What the sign-in page shows: brand, language, theme, problem and, in the demo, who can be tried."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlencode

from flask import request

from adapters import brand
from auth import signin_art
from auth.locales import NAMES
from config import ROOT, Config
from domain.text import available_locales, current_locale, ngettext
from domain.text import gettext as _
from services import identity, portal
from services.serve import DEMO_LOGINS, DEMO_PASSWORD

THEMES = {"light", "dark"}


@dataclass(frozen=True)
class DemoLogin:
    email: str
    label: str
    href: str


@dataclass(frozen=True)
class Language:
    code: str
    name: str
    href: str
    is_current: bool


@dataclass(frozen=True)
class SignInPage:
    config: Config
    theme: str  # light, dark or empty for the system's choice
    locale: str
    languages: tuple[Language, ...]
    csrf_token: str
    wanted: str
    email: str
    password: str
    error: str
    note: str  # why somebody who was signed in sees this page
    demo_logins: tuple[DemoLogin, ...]
    dark_tokens: str
    logo: str
    large: signin_art.Art = field(default=signin_art.LARGE)
    small: signin_art.Art = field(default=signin_art.SMALL)
    hour_marks: tuple[tuple[int, str], ...] = signin_art.HOUR_MARKS


def view(*, wanted: str, email: str, error: str, note: str, token: str) -> SignInPage:
    logins = demo_logins(wanted)
    known = {login.email for login in logins}
    theme = request.cookies.get("portal_theme", "")
    config = portal.current().config
    return SignInPage(
        config=config,
        theme=theme if theme in THEMES else "",
        locale=current_locale(),
        languages=tuple(_language(code, wanted) for code in available_locales() if code in NAMES),
        csrf_token=token,
        wanted=wanted,
        email=email,
        password=DEMO_PASSWORD if email in known and not error else "",
        error=error,
        note=note,
        demo_logins=logins,
        dark_tokens=dark_tokens(config.brand_accent),
        logo=f"/assets/brand-logo{config.brand_logo[-4:].lower()}" if config.brand_logo else "",
    )


def _language(code: str, wanted: str) -> Language:
    return Language(code, NAMES[code], address(wanted, lang=code), code == current_locale())


def address(wanted: str, **query: str) -> str:
    """The sign-in page's own address, keeping where the person wanted to go."""
    parts = {**query, **({"next": wanted} if wanted else {})}
    return f"/login?{urlencode(parts)}" if parts else "/login"


def demo_logins(wanted: str = "") -> tuple[DemoLogin, ...]:
    """The published demo people that exist here, in their published order; none in production."""
    known = set(identity.demo_emails())
    labels = demo_labels()
    names = (name for name in DEMO_LOGINS if f"{name}@demo.example" in known)
    return tuple(DemoLogin(f"{name}@demo.example", labels[name], address(wanted, **{"as": name})) for name in names)


def demo_labels() -> dict[str, str]:
    return {
        "consumer": _("A home"),
        "prosumer": _("A home with solar"),
        "hybrid": _("Wind, solar and a battery"),
        "business": _("A business with five sites"),
        "accountant": _("Its accountant"),
        "agent": _("Customer service"),
        "admin": _("Administration"),
        "analyst": _("Analysis"),
    }


def demo_email(name: str) -> str:
    """The address a demo link fills in; nothing for other names or outside of the demo."""
    email = f"{name}@demo.example"
    return email if name in DEMO_LOGINS and email in identity.demo_emails() else ""


def sentence(refused: identity.Refused) -> str:
    """One sentence for unknown people and wrong passwords alike."""
    if refused.code == "throttled":
        return ngettext(
            "Too many attempts. Try again in {n} minute.",
            "Too many attempts. Try again in {n} minutes.",
            refused.minutes,
        )
    if refused.code == "busy":
        return _("The portal is busy. Try again in a moment.")
    return _("E-mail address and password do not match.")


def dark_tokens(accent: str) -> str:
    """The dark half of the tokens and of the brand, so that the system's theme is followed without a script."""
    return _tokens_dark() + _dark_block(brand.stylesheet(accent))


@lru_cache(maxsize=1)
def _tokens_dark() -> str:
    return _dark_block((ROOT / "assets" / "tokens.css").read_text())


def _dark_block(css: str) -> str:
    """The declarations inside `[data-bs-theme="dark"] { … }`."""
    _before, _found, rest = css.partition('\n[data-bs-theme="dark"] {')
    return rest.partition("}")[0].strip()
