"""The retailer's colour as a style sheet: every shade derived from one accent, each checked for contrast."""

from __future__ import annotations

from dataclasses import dataclass

from config import ConfigError, contrast_ratio

DEFAULT_ACCENT = "#0066CC"  # tokens.css carries its shades already
NEEDED = 4.5
LIGHT_SURFACE, DARK_SURFACE, DARK_INK = "#FFFFFF", "#121B26", "#04111F"


@dataclass(frozen=True)
class Shades:
    """What one theme needs of an accent: a fill, a text, and a soft ground under that text."""

    fill: str
    hover: str
    press: str
    text: str
    soft: str
    line: str
    on_fill: str


def mix(first: str, second: str, share: float) -> str:
    """`share` of the second colour in the first, channel by channel."""
    pairs = [(int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def shades(accent: str, *, dark: bool) -> Shades:
    """The accent itself on white; on the dark ground the least lightened one that can be read."""
    if not dark:
        text = _readable(mix(accent, "#000000", 0.1), mix("#FFFFFF", accent, 0.1), "#000000")
        return Shades(
            accent, mix(accent, "#000000", 0.16), mix(accent, "#000000", 0.32), text,
            mix("#FFFFFF", accent, 0.1), mix("#FFFFFF", accent, 0.3), "#FFFFFF",
        )  # fmt: skip
    fill = _readable(accent, DARK_SURFACE, "#FFFFFF")
    soft = mix(DARK_SURFACE, fill, 0.15)
    return Shades(
        fill, mix(fill, "#FFFFFF", 0.25), mix(fill, "#FFFFFF", 0.4), _readable(mix(fill, "#FFFFFF", 0.15), soft, "#FFFFFF"),
        soft, mix(DARK_SURFACE, fill, 0.4), DARK_INK,
    )  # fmt: skip


def _readable(colour: str, ground: str, towards: str) -> str:
    """The colour, moved in twentieths towards black or white until text in it can be read on the ground."""
    steps = (mix(colour, towards, step / 20) for step in range(21))
    return next((shade for shade in steps if contrast_ratio(shade, ground) >= NEEDED), towards)


def check(accent: str) -> None:
    """Raise ConfigError when a theme cannot carry the accent: text on a fill, text on a soft ground."""
    for name, theme in (("light", shades(accent, dark=False)), ("dark", shades(accent, dark=True))):
        for what, front, back in (("text on a button", theme.on_fill, theme.fill), ("a link", theme.text, theme.soft)):
            ratio = contrast_ratio(front, back)
            if ratio < NEEDED:
                raise ConfigError(
                    f"PORTAL_BRAND_ACCENT: {what} in the {name} theme has a contrast of {ratio:.1f}, needs {NEEDED}"
                )


def stylesheet(accent: str) -> str:
    """`brand.css`; empty for the colour that tokens.css is made of."""
    check(accent)
    if accent.upper() == DEFAULT_ACCENT:
        return "/* The brand colour is the one of tokens.css. */\n"
    light, dark = shades(accent, dark=False), shades(accent, dark=True)
    return (
        f":root {{ --brand: {light.fill}; --brand-hover: {light.hover}; --brand-press: {light.press}; }}\n"
        f':root, [data-bs-theme="light"] {{ {_variables(light)} }}\n'
        f'[data-bs-theme="dark"] {{ {_variables(dark)} }}\n'
    )


def _variables(theme: Shades) -> str:
    return (
        f"--accent: {theme.fill}; --accent-hover: {theme.hover}; --accent-text: {theme.text}; "
        f"--accent-soft: {theme.soft}; --accent-line: {theme.line}; --focus: {theme.text}; "
        f"--ink-on-brand: {theme.on_fill}; --bs-link-color-rgb: {_channels(theme.text)}; "
        f"--bs-link-hover-color-rgb: {_channels(theme.hover)};"
    )


def _channels(colour: str) -> str:
    return ", ".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
