"""Where messages go: a server by SMTP, or a folder where nobody is told anything."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from domain.errors import DomainError

TIMEOUT_S = 20
PERMANENT = 500  # reply codes from here on will be the same next time (RFC 5321, 4.2.1)
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class MailRefusedError(DomainError):
    """The server will never take this message: no such mailbox, or it is not for us."""

    code = "mail_refused"


class Way(Protocol):
    def send(self, message: EmailMessage) -> None: ...


class Smtp:
    """A server by its address: `smtp://user:password@host:587` (with STARTTLS where it is offered), `smtps://host:465`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._is_tls = parts.scheme == "smtps"
        self._host, self._port = parts.hostname or "localhost", parts.port or (465 if self._is_tls else 25)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")

    def send(self, message: EmailMessage) -> None:
        """Raise MailRefusedError for good, another error when it may go through later."""
        try:
            with self._connect() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            _raise_for(max(code for code, _text in error.recipients.values()), str(error))
        except smtplib.SMTPResponseException as error:
            _raise_for(error.smtp_code, str(error))

    def _connect(self) -> smtplib.SMTP:
        if self._is_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=TIMEOUT_S, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_S)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
            elif self._user and self._host not in LOOPBACK:
                server.close()
                raise OSError(f"{self._host} offers no encryption: the password is not sent")
        if self._user:
            server.login(self._user, self._password)
        return server


def _raise_for(code: int, text: str) -> None:
    if code >= PERMANENT:
        raise MailRefusedError(code=code) from None
    raise OSError(text)


class Folder:
    """For demos: each message as a file that a mail program opens."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: EmailMessage) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        target = self._folder / f"{name}.eml"
        partial = target.with_suffix(".part")
        partial.write_bytes(bytes(message))
        partial.replace(target)
