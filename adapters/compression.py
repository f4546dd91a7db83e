"""Compression of answers: cheap for what is made per request."""

from __future__ import annotations

import gzip

import brotli
from flask import Flask, Response, request

SMALLEST_BYTES = 1024
BROTLI_QUALITY = 4
KINDS = {"application/json", "text/html", "text/css", "text/javascript", "text/csv", "image/svg+xml"}


def accepted_encoding(header: str) -> str | None:
    """`br` when the client takes it, else `gzip`, else None; a weight of 0 refuses."""
    offered = {}
    for part in header.lower().split(","):
        name, _, weight = part.strip().partition(";")
        offered[name.strip()] = weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return next((encoding for encoding in ("br", "gzip") if offered.get(encoding)), None)


def gzip_bytes(body: bytes, level: int) -> bytes:
    return gzip.compress(body, compresslevel=level, mtime=0)


def compress(response: Response) -> Response:
    """Compress a finished answer above 1 KB for a client that takes it."""
    if response.mimetype not in KINDS or response.direct_passthrough or response.is_streamed:
        return response
    response.vary.add("Accept-Encoding")
    encoding = accepted_encoding(request.headers.get("Accept-Encoding", ""))
    if encoding is None or "Content-Encoding" in response.headers or response.status_code in {204, 304}:
        return response
    body = response.get_data()
    if len(body) < SMALLEST_BYTES:
        return response
    small = brotli.compress(body, quality=BROTLI_QUALITY) if encoding == "br" else gzip_bytes(body, 5)
    response.set_data(small)
    response.headers["Content-Encoding"] = encoding
    return response


def install(server: Flask) -> None:
    server.after_request(compress)
