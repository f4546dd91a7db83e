"""Static files in front of Flask: compressed once, immutable where the address names the content, no cookies."""

from __future__ import annotations

import fcntl
import hashlib
import mimetypes
import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import brotli

from adapters.compression import accepted_encoding, gzip_bytes

StartResponse = Callable[..., Any]
WsgiApp = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

PREFIXES = ("/assets/", "/_dash-component-suites/")
ONE_YEAR = "public, max-age=31536000, immutable"
REVALIDATE = "public, no-cache"
# Dash writes `name.v4_4_1m1763817600.min.js`: version and time of the package, so the content cannot change.
FINGERPRINT = re.compile(r"\.v[\w-]+m\d+(?:-[\w-]+)?(?=\.)")
COMPRESSIBLE = ("text/", "application/javascript", "application/json", "image/svg+xml")
FAST_BROTLI = 5
BEST_BROTLI = 11
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("font/woff2", ".woff2")


@dataclass(frozen=True)
class StaticFile:
    """One address: its bytes, its type and a version made of its content."""

    body: bytes
    content_type: str
    version: str

    @property
    def is_compressible(self) -> bool:
        return self.content_type.startswith(COMPRESSIBLE)


def make_file(body: bytes, name: str) -> StaticFile:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if kind.startswith("text/"):
        kind += "; charset=utf-8"
    return StaticFile(body, kind, hashlib.sha256(body).hexdigest()[:12])


class CompressedCopies:
    """Brotli and gzip copies by content: quick ones at once, the best ones made in the background and kept on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._best: dict[tuple[str, str], bytes] = {}
        self._makeshift: dict[tuple[str, str], bytes] = {}

    def get(self, file: StaticFile, encoding: str) -> bytes:
        key = (file.version, encoding)
        path = self._path(file, encoding)
        if key not in self._best and path.is_file():
            self._best[key] = path.read_bytes()
            self._makeshift.pop(key, None)
        if key in self._best:
            return self._best[key]
        if key not in self._makeshift:
            self._makeshift[key] = _quick(file.body, encoding)
        return self._makeshift[key]

    def _path(self, file: StaticFile, encoding: str) -> Path:
        return self._folder / f"{file.version}.{encoding}"

    def prepare(self, files: Iterable[StaticFile]) -> None:
        """Make the best copy of every file that has none yet; of several processes one does it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            for file in files:
                if file.is_compressible:
                    self._prepare(file)

    def _prepare(self, file: StaticFile) -> None:
        for encoding, make in _BEST.items():
            path = self._path(file, encoding)
            if not path.is_file():
                temporary = path.with_suffix(".new")
                temporary.write_bytes(make(file.body))
                temporary.replace(path)


def _quick(body: bytes, encoding: str) -> bytes:
    return brotli.compress(body, quality=FAST_BROTLI) if encoding == "br" else gzip_bytes(body, 5)


_BEST: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=BEST_BROTLI),
    "gzip": lambda body: gzip_bytes(body, 9),
}


class StaticFiles:
    """WSGI middleware: answers the addresses it knows, hands every other one to the portal."""

    def __init__(self, inner: WsgiApp, files: Mapping[str, StaticFile], copies: CompressedCopies) -> None:
        self._inner = inner
        self._files = dict(files)
        self._copies = copies

    def prepare(self) -> None:
        self._copies.prepare(self._files.values())

    def prepare_in_background(self) -> None:
        """Behind everybody else in the queue for the processor: requests come first."""

        def work() -> None:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 15)
            self.prepare()

        threading.Thread(target=work, name="static-copies", daemon=True).start()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if environ.get("REQUEST_METHOD") not in {"GET", "HEAD"}:
            return self._inner(environ, start_response)
        fingerprinted = FINGERPRINT.search(path) is not None
        file = self._files.get(FINGERPRINT.sub("", path) if fingerprinted else path)
        if file is None:
            return _missing(start_response) if path.startswith(PREFIXES) else self._inner(environ, start_response)
        return self._answer(file, environ, start_response, fingerprinted)

    def _answer(
        self, file: StaticFile, environ: dict[str, Any], start_response: StartResponse, fingerprinted: bool
    ) -> Iterable[bytes]:
        asked = parse_qs(environ.get("QUERY_STRING", "")).get("v", [""])[0]
        encoding = accepted_encoding(environ.get("HTTP_ACCEPT_ENCODING", "")) if file.is_compressible else None
        etag = f'"{file.version}{"-" + encoding if encoding else ""}"'
        headers = [
            ("Content-Type", file.content_type),
            ("Cache-Control", ONE_YEAR if fingerprinted or asked == file.version else REVALIDATE),
            ("ETag", etag),
            ("X-Content-Type-Options", "nosniff"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ]
        if file.is_compressible:
            headers.append(("Vary", "Accept-Encoding"))
        if etag in environ.get("HTTP_IF_NONE_MATCH", "").replace("W/", ""):
            start_response("304 Not Modified", headers)
            return []
        body = self._copies.get(file, encoding) if encoding else file.body
        headers.append(("Content-Length", str(len(body))))
        if encoding:
            headers.append(("Content-Encoding", encoding))
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _missing(start_response: StartResponse) -> Iterable[bytes]:
    start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")])
    return [b"There is no such file."]


def folder_files(folder: Path, prefix: str) -> dict[str, StaticFile]:
    """Every file below a folder, by its address."""
    return {
        f"{prefix}{path.relative_to(folder).as_posix()}": make_file(path.read_bytes(), path.name)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def package_files(registered: Mapping[str, Iterable[str]], folders: Mapping[str, Path]) -> dict[str, StaticFile]:
    """The files Dash registered for its component packages; source maps stay away from strangers."""
    found = {}
    for package, names in registered.items():
        for name in names:
            path = folders[package] / name
            if path.suffix != ".map" and path.is_file():
                found[f"/_dash-component-suites/{package}/{name}"] = make_file(path.read_bytes(), path.name)
    return found
