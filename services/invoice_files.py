"""The paper of a viewer's bills: PDF and e-invoice, made out once, the same bytes ever after; all of a year as a zip.

What stands on a paper is written down when it is first asked for, as things were known when the bill was issued, with the
digests of its files. The files are kept beside; one that is missing or was touched is made again from what is written.
"""

from __future__ import annotations

import hashlib
import logging
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from pydantic import TypeAdapter

from adapters.documents.einvoice import einvoice as make_xml
from adapters.documents.pdf import invoice_pdf as make_pdf
from data.queries import billing as billing_queries
from data.queries import billing_papers as queries
from data.repositories import billing_papers as repository
from data.tables.billing_papers import BillingPaper
from domain.access import Permission, Viewer, require_account
from domain.billing.invoice import InvoiceDocument
from domain.errors import NotFoundError
from services import billing_list, invoice_paper, portal
from services.billing_list import Filter
from services.portal import Portal

log = logging.getLogger("portal.billing")
PAPERS = TypeAdapter(InvoiceDocument)
MAKERS: dict[str, Callable[[InvoiceDocument], bytes]] = {"pdf": make_pdf, "xml": make_xml}
MIME_TYPES = {"pdf": "application/pdf", "xml": "application/xml"}
EARLIEST = (1980, 1, 1, 0, 0, 0)  # of every file in a zip: a zip of the same bills is the same zip


@dataclass(frozen=True)
class PaperFile:
    name: str
    mime_type: str
    content: bytes


def pdf(viewer: Viewer, document_public_id: str) -> PaperFile:
    """The PDF/A-3a with the e-invoice inside."""
    return _file(_own(viewer, document_public_id), "pdf")


def einvoice(viewer: Viewer, document_public_id: str) -> PaperFile:
    """The Factur-X XML alone."""
    return _file(_own(viewer, document_public_id), "xml")


def paper(viewer: Viewer, document_public_id: str) -> InvoiceDocument:
    """What stands on it."""
    return _made_out(_own(viewer, document_public_id).public_id)[1]


def all_as_zip(viewer: Viewer, account_public_id: str, year: int) -> Iterator[bytes]:
    """The PDFs of all bills issued to an account in a year, by number, in pieces as they are made."""
    with portal.current().records.reading() as db:
        found = billing_queries.account_id_of(db, account_public_id)
        if found is None:
            raise NotFoundError(what="account")
        require_account(viewer, Permission.VIEW_BILLING, found[0])
        rows = [_Named(row.public_id, row.number_text) for row in billing_queries.documents(db, [found[0]])
                if row.issued_on.year == year]  # fmt: skip
    if not rows:
        raise NotFoundError(what="documents")
    return _zipped(portal.current(), sorted(rows, key=lambda row: row.number))


def chosen_as_zip(viewer: Viewer, asked: Filter) -> Iterator[bytes]:
    """The PDFs of what the list of bills shows for a filter, of all accounts of the viewer and all pages, by number."""
    rows = [_Named(row.public_id, row.number) for row in billing_list.fitting(billing_list.bills(viewer), asked)]
    if not rows:
        raise NotFoundError(what="documents")
    return _zipped(portal.current(), sorted(rows, key=lambda row: row.number))


@dataclass(frozen=True)
class _Named:
    public_id: str
    number: str


def _own(viewer: Viewer, public_id: str) -> _Named:
    with portal.current().records.reading() as db:
        row = billing_queries.document_row(db, public_id)
    if row is None:
        raise NotFoundError(what="document")
    try:
        require_account(viewer, Permission.VIEW_BILLING, row.account_id)
    except NotFoundError:
        raise NotFoundError(what="document") from None
    return _Named(row.public_id, row.number_text)


def _file(row: _Named, suffix: str) -> PaperFile:
    written, paper = _made_out(row.public_id)
    wanted = written.pdf_sha256 if suffix == "pdf" else written.xml_sha256
    path = _folder() / f"{wanted}.{suffix}"
    content = _kept(path, wanted)
    if content is None:
        content = MAKERS[suffix](paper)
        if _sha256(content) != wanted:  # another version of what sets it: the same words and amounts, other bytes
            log.warning("%s of %s is not what it was: digest %s, made with other versions", suffix, row.number, wanted)
        else:
            _keep(path, content)
    return PaperFile(f"{row.number}.{suffix}", MIME_TYPES[suffix], content)


def _made_out(public_id: str) -> tuple[BillingPaper, InvoiceDocument]:
    """What is written of a paper, and the same read; made out now where nobody has asked before."""
    made = portal.current()
    with made.records.reading() as db:
        written = queries.paper(db, public_id)
    if written is None:
        body = PAPERS.dump_json(invoice_paper.made_out(public_id))
        paper = PAPERS.validate_json(body)
        contents = {suffix: make(paper) for suffix, make in MAKERS.items()}
        digests = (_sha256(body), _sha256(contents["pdf"]), _sha256(contents["xml"]))
        with made.records.transaction() as tx:
            repository.add_paper(tx, public_id, body.decode(), digests=digests, now=made.clock.now())
        with made.records.reading() as db:
            written = queries.paper(db, public_id)  # of two who ask at once, the first counts
    if written is None or _sha256(written.body.encode()) != written.digest:
        raise RuntimeError(f"what is written of the paper of {public_id} does not fit its digest")
    return written, PAPERS.validate_json(written.body)


def _kept(path: Path, digest: str) -> bytes | None:
    """The file, if it is there and still what it was."""
    with suppress(FileNotFoundError):
        content = path.read_bytes()
        if _sha256(content) == digest:
            return content
        log.warning("%s was touched: it is made again", path.name)
    return None


def _keep(path: Path, content: bytes) -> None:
    """Written beside and put in place whole, for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=path.parent, suffix=".making", delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


def _folder() -> Path:
    return Path(portal.current().config.files) / "papers"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class _Pieces:
    """A file that nobody can seek in: what is written is handed on and forgotten."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self.waiting.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        found = b"".join(self.waiting)
        self.waiting.clear()
        return found


def _zipped(made: Portal, rows: Sequence[_Named]) -> Iterator[bytes]:
    pieces = _Pieces()
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]  # writes, never seeks
        for row in rows:
            with portal.using(made):
                found = _file(row, "pdf")
            about = zipfile.ZipInfo(found.name, EARLIEST)
            about.external_attr = 0o644 << 16
            archive.writestr(about, found.content)
            yield pieces.taken()
    yield pieces.taken()
