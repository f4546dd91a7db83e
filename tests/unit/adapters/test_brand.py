"""A retailer's colour gives readable shades in both themes, or is refused at start."""

import pytest

from adapters import brand
from config import ConfigError, contrast_ratio

ACCENTS = ["#0066CC", "#7A1FA2", "#00695C", "#B71C1C", "#1B1B1B", "#4E342E"]


@pytest.mark.parametrize("accent", ACCENTS)
@pytest.mark.parametrize("dark", [False, True])
def test_buttons_and_links_can_be_read(accent, dark):
    # WCAG 2.1 AA: 4.5 for text.
    shades = brand.shades(accent, dark=dark)
    assert contrast_ratio(shades.on_fill, shades.fill) >= 4.5
    assert contrast_ratio(shades.text, shades.soft) >= 4.5


def test_the_light_theme_keeps_the_brand_colour_itself():
    assert brand.shades("#7A1FA2", dark=False).fill == "#7A1FA2"


def test_a_pale_accent_is_refused_by_name():
    with pytest.raises(ConfigError, match=r"PORTAL_BRAND_ACCENT: text on a button in the light theme"):
        brand.check("#FFCC00")


def test_mixing_is_channel_by_channel():
    # Half way from 00 to FF is 7F.8, rounded to 80.
    assert brand.mix("#000000", "#FFFFFF", 0.5) == "#808080"


def test_the_default_colour_needs_no_overrides_and_another_one_sets_them():
    assert "{" not in brand.stylesheet("#0066cc")
    assert "--brand: #7A1FA2" in brand.stylesheet("#7A1FA2")


def test_energy_and_status_colours_are_never_branded():
    assert "--c-" not in brand.stylesheet("#7A1FA2")
    assert "--ok" not in brand.stylesheet("#7A1FA2")
