"""A letter as a MIME message: plain text and HTML say the same, and no value can add a header or an element."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

INK, SOFT, LINE = "#0F1B2D", "#566377", "#E1E6EC"


@dataclass(frozen=True)
class Sender:
    """Who writes: the retailer's name, address, colour of its buttons and the line at the foot."""

    name: str
    address: str
    accent: str
    contact: str


@dataclass(frozen=True)
class Letter:
    """What is written, in the reader's language.

    paragraphs : plain text each; facts : name and value, as a table; action : the one button's words and address
    """

    locale: str
    subject: str
    greeting: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    action: tuple[str, str] | None = None
    closing: tuple[str, ...] = ()


def message(letter: Letter, sender: Sender, to: tuple[str, str], *, message_id: str, at: datetime) -> EmailMessage:
    """The MIME message. to : name and address; message_id : the same at every attempt, so that a repetition is known."""
    found = EmailMessage()
    found["From"] = _address(sender.name, sender.address)
    found["To"] = _address(*to)
    found["Subject"] = one_line(letter.subject)
    found["Date"] = format_datetime(at)
    found["Message-ID"] = f"<{message_id}@{sender.address.rpartition('@')[2]}>"
    found["Content-Language"] = letter.locale
    found["Auto-Submitted"] = "auto-generated"
    found.set_content(_text(letter, sender))
    found.add_alternative(_html(letter, sender), subtype="html")
    return found


def one_line(text: str) -> str:
    """Without line ends and other signs that are not printed: a header has one line."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _address(name: str, address: str) -> Address:
    return Address(display_name=one_line(name), addr_spec=address)


def _text(letter: Letter, sender: Sender) -> str:
    width = max((len(name) for name, _value in letter.facts), default=0)
    facts = "\n".join(f"{name + ':':<{width + 2}}{value}" for name, value in letter.facts)
    action = f"{letter.action[0]}:\n{letter.action[1]}" if letter.action else ""
    parts = [letter.greeting, *letter.paragraphs, facts, action, *letter.closing, f"{sender.name}\n{sender.contact}"]
    return "\n\n".join(part for part in parts if part) + "\n"


def _html(letter: Letter, sender: Sender) -> str:
    """One column of plain HTML with its styles inline, as mail programs read it."""
    inner = [_p(letter.greeting), *(_p(text) for text in letter.paragraphs)]
    if letter.facts:
        inner.append(_facts(letter.facts))
    if letter.action:
        words, address = (html.escape(text) for text in letter.action)
        look = f"background:{sender.accent};color:#FFFFFF;padding:12px 20px;border-radius:8px;text-decoration:none"
        inner.append(
            f'<p style="margin:24px 0"><a href="{address}" style="{look};display:inline-block">{words}</a></p>'
        )
    inner += [_p(text) for text in letter.closing]
    foot = f"{html.escape(sender.name)}<br>{html.escape(sender.contact)}"
    return (
        f'<!doctype html><html lang="{html.escape(letter.locale)}"><head><meta charset="utf-8">'
        f"<title>{html.escape(letter.subject)}</title></head>"
        f'<body style="margin:0;padding:24px;background:#F6F7F9;color:{INK};font:15px/1.55 Inter,Arial,sans-serif">'
        '<main style="max-width:560px;margin:0 auto;background:#FFFFFF;border-radius:12px;padding:24px">'
        f'<h1 style="font-size:20px;line-height:1.3;margin:0 0 16px">{html.escape(letter.subject)}</h1>'
        f"{''.join(inner)}"
        f'<p style="color:{SOFT};font-size:13px;border-top:1px solid {LINE};padding-top:16px;margin:24px 0 0">{foot}</p>'
        "</main></body></html>"
    )


def _p(text: str) -> str:
    return f'<p style="margin:0 0 12px">{html.escape(text)}</p>'


def _facts(facts: Sequence[tuple[str, str]]) -> str:
    rows = "".join(
        f'<tr><th scope="row" style="text-align:left;font-weight:400;color:{SOFT};padding:4px 16px 4px 0">'
        f'{html.escape(name)}</th><td style="text-align:right;padding:4px 0">{html.escape(value)}</td></tr>'
        for name, value in facts
    )
    return f'<table style="border-collapse:collapse;margin:16px 0;width:100%">{rows}</table>'
