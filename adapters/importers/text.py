"""Text files in blocks of whole lines: numbered, checked to be UTF-8, at a bounded size in memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from domain.ingest.problems import refuse

BLOCK_BYTES = 16 * 1024 * 1024
SAMPLE_BYTES = 128 * 1024
SAMPLE_LINES = 2000
NOT_TEXT = {
    b"PK\x03\x04": "an Excel or ZIP file", b"\xd0\xcf\x11\xe0": "an old Excel file", b"%PDF": "a PDF", b"\x1f\x8b": "packed with gzip",
    b"SQLi": "a database",
}  # fmt: skip
UTF8_NAMES = {"utf-8", "utf8", "utf-8-sig"}


@dataclass(frozen=True)
class TextBlock:
    """Whole lines as UTF-8. `line` is the number of the first one; `done` the share of the file behind."""

    data: bytes
    line: int
    count: int
    done: float


def text_blocks(path: Path, encoding: str, block_bytes: int = BLOCK_BYTES) -> Iterator[TextBlock]:
    """The file's lines from the first on. A byte that is not UTF-8 refuses the file with its line and offset."""
    size = path.stat().st_size
    rest, line, behind = b"", 1, 0
    with path.open("rb") as file:
        for chunk in _utf8_chunks(file, encoding, block_bytes):
            data = rest + chunk
            cut = data.rfind(b"\n") + 1
            if cut == 0:
                rest = data
                continue
            rest, data = data[cut:], data[:cut]
            _check(data, line, behind)
            count = data.count(b"\n")
            yield TextBlock(data, line, count, min(1.0, file.tell() / size))
            line += count
            behind += len(data)
    if rest:
        _check(rest, line, behind)
        yield TextBlock(rest + b"\n", line, 1, 1.0)


def _utf8_chunks(file: object, encoding: str, block_bytes: int) -> Iterator[bytes]:
    read = file.read  # type: ignore[attr-defined]  # a binary file
    is_first = True
    decode = None if encoding.lower() in UTF8_NAMES else codecs.getincrementaldecoder(encoding)()
    while chunk := read(block_bytes):
        if decode is not None:
            yield decode.decode(chunk).encode()
        else:
            yield chunk.removeprefix(codecs.BOM_UTF8) if is_first else chunk
        is_first = False


def _check(data: bytes, line: int, behind: int) -> None:
    try:
        _ = data.isascii() or data.decode("utf-8")  # the first look is twenty times faster
    except UnicodeDecodeError as error:
        at = line + data.count(b"\n", 0, error.start)
        raise refuse("not_utf8", line=at, value=f"0x{data[error.start]:02X}", offset=behind + error.start) from None
    if (nul := data.find(b"\x00")) >= 0:
        raise refuse("zero_byte", line=line + data.count(b"\n", 0, nul), offset=behind + nul)


def settled_encoding(path: Path, given: str | None) -> str:
    """The encoding said by the person, or UTF-8 (with or without its mark)."""
    if given:
        try:
            return codecs.lookup(given).name
        except LookupError:
            raise refuse("unknown_encoding", value=given) from None
    with path.open("rb") as file:
        start = file.read(4)
    if kind := next((kind for magic, kind in NOT_TEXT.items() if start.startswith(magic)), ""):
        raise refuse("not_text", value=path.name, kind=kind)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise refuse("not_utf8", line=1, value=f"0x{start[0]:02X}", offset=0, guess="utf-16")
    return "utf-8"


def sample_lines(path: Path, encoding: str) -> list[str]:
    """The first and the last lines of the file, enough to see how it is written."""
    # The second block of a short file is its last line, where that one has no end.
    first = b"".join(block.data for block in islice(text_blocks(path, encoding, SAMPLE_BYTES), 2))
    if first.count(b"\n") <= 1 and b"\r" in first.strip():
        raise refuse("line_ends", line=1)
    head = first.decode("utf-8").splitlines()[:SAMPLE_LINES]
    if path.stat().st_size <= SAMPLE_BYTES or encoding.startswith("utf-16"):
        return head
    with path.open("rb") as file:
        file.seek(-SAMPLE_BYTES // 2, 2)
        tail = file.read().decode(encoding, "replace").splitlines()[1:]
    return head + tail[-SAMPLE_LINES:]
