"""Bank statements as camt.053 (ISO 20022), of any version: booked entries with exact amounts and their references."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lxml import etree
from lxml.etree import Element
from schwifty import IBAN

from domain.errors import DomainError
from domain.money import minor_digits

SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
MOST_BYTES = 50_000_000
AMOUNT = re.compile(r"\d{1,13}(\.\d{1,5})?")
NOTHING = {"NOTPROVIDED", "NONREF"}
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)

# Problem code: what is wrong, and the remedy. Placeholders are the problem's params.
SENTENCES: dict[str, tuple[str, str]] = {
    "too_large": ("has {size:,} bytes, more than {most:,}", "ask the bank for one file a day"),
    "not_xml": ("is not XML (line {line}: {why})", "fetch the file again"),
    "has_doctype": ("declares a document type, which a bank never does", "do not use this file"),
    "not_camt053": ("is {found!r}, not a camt.053 statement", "choose camt.053 when you download it from the bank"),
    "missing": ("is missing", "ask the bank; the file is not complete"),
    "bad_amount": ("is {found!r}, no amount of {currency}", "ask the bank; nothing of the file is booked"),
    "bad_sign": ("is {found!r}, neither CRDT nor DBIT", "ask the bank; nothing of the file is booked"),
    "bad_date": ("is {found!r}, no date", "ask the bank; nothing of the file is booked"),
    "bad_iban": ("is {found!r}, whose checksum or length is wrong", "compare it with the account's contract"),
    "parts_differ": (
        "has parts of {parts} and an amount of {whole} {currency}",
        "ask the bank; nothing of the file is booked",
    ),
    "balance_differs": (
        "closes at {closing} {currency}, but opening balance and entries make {made}",
        "fetch the whole statement; entries are missing or twice in it",
    ),
}


class StatementRefusedError(DomainError):
    """The file cannot be booked. `place` is where, such as `Stmt[1]/Ntry[3]/Amt`; the text is the whole sentence."""

    code = "statement_refused"

    def __init__(self, place: str, problem: str, **params: object) -> None:
        super().__init__(place=place, problem=problem, **params)
        self.place, self.problem = place, problem

    def __str__(self) -> str:
        what, remedy = SENTENCES[self.problem]
        return f"{self.place or 'the file'} {what.format(**self.params)} -> {remedy.format(**self.params)}"


@dataclass(frozen=True, kw_only=True)
class BankEntry:
    """One payment in or out of an account, as the bank booked it.

    amount_minor : positive when the account got it, negative when it gave. [minor units]
    key : the same whenever the same statement is read again, so that nothing is booked twice
    bank_reference : the bank's own number of the entry, the same in every statement that shows it; empty where it gives none
    reference : what payer or payee wrote; `creditor_reference` is the structured one (ISO 11649 or of a country)
    return_reason : code of a returned direct debit or transfer, such as `AC04` or `MS03`; empty otherwise
    """

    key: str
    amount_minor: int
    currency: str
    booked: date
    valued: date | None
    end_to_end: str
    mandate: str
    creditor_reference: str
    reference: str
    other_name: str
    other_iban: str
    return_reason: str
    bank_reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement: booked entries only, in the order of the file."""

    number: str
    iban: str
    entries: tuple[BankEntry, ...]


def read_statements(content: bytes) -> tuple[Statement, ...]:
    """All statements of a file. Opening balance and entries must make the closing balance where both are given.

    Raises StatementRefusedError naming the place; then nothing of the file is to be booked.
    """
    root = _root(content)
    document = _Node(root, "")
    return tuple(_statement(node) for node in document.all("BkToCstmrStmt/Stmt", needed=True))


def _root(content: bytes) -> Element:
    if len(content) > MOST_BYTES:
        raise StatementRefusedError("", "too_large", size=len(content), most=MOST_BYTES)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise StatementRefusedError("", "not_xml", line=error.lineno, why=error.msg) from error
    if root.getroottree().docinfo.doctype:
        raise StatementRefusedError("", "has_doctype")
    name = etree.QName(root)
    if not (name.namespace or "").startswith(SPACE):
        raise StatementRefusedError("", "not_camt053", found=name.namespace or name.localname)
    return root


@dataclass(frozen=True)
class _Node:
    """An element and its place, read by local names."""

    element: Element
    place: str

    def all(self, path: str, *, needed: bool = False) -> list[_Node]:
        found = [self]
        for name in path.split("/"):
            found = [child for node in found for child in node._children(name)]
        if needed and not found:
            raise StatementRefusedError(self._at(path), "missing")
        return found

    def _children(self, name: str) -> Iterator[_Node]:
        same = [one for one in self.element if isinstance(one.tag, str) and etree.QName(one).localname == name]
        for count, one in enumerate(same, start=1):
            yield _Node(one, self._at(f"{name}[{count}]" if len(same) > 1 else name))

    def _at(self, path: str) -> str:
        return f"{self.place}/{path}" if self.place else path

    def text(self, *paths: str) -> str:
        """The text at the first of the paths that has one."""
        for path in paths:
            for node in self.all(path):
                if (node.element.text or "").strip():
                    return str(node.element.text).strip()
        return ""

    def first(self, path: str) -> _Node:
        return self.all(path, needed=True)[0]


def _statement(node: _Node) -> Statement:
    iban = node.text("Acct/Id/IBAN")
    if iban and not IBAN(iban, allow_invalid=True).is_valid:
        raise StatementRefusedError(f"{node.place}/Acct/Id/IBAN", "bad_iban", found=iban)
    number = node.text("Id")
    booked = [entry for entry in node.all("Ntry") if entry.text("Sts/Cd", "Sts") == "BOOK"]
    entries = tuple(
        one for place, entry in enumerate(booked, start=1) for one in _entry(entry, f"{iban}/{number}/{place}")
    )
    _check_balance(node, booked)
    return Statement(number=number, iban=iban, entries=entries)


def _entry(node: _Node, numbered: str) -> Iterator[BankEntry]:
    """An entry, or each part of a collected one."""
    whole, currency = _signed(node)
    parts = node.all("NtryDtls/TxDtls")
    if len(parts) <= 1:
        yield _booked(node, parts[0] if parts else node, whole, currency, numbered)
        return
    amounts = [_part_minor(part, node, currency) for part in parts]
    if sum(amounts) != whole:
        raise StatementRefusedError(
            node.place,
            "parts_differ",
            parts=_shown(sum(amounts), currency),
            whole=_shown(whole, currency),
            currency=currency,
        )
    for place, (part, minor) in enumerate(zip(parts, amounts, strict=True), start=1):
        yield _booked(node, part, minor, currency, f"{numbered}/{place}")


def _part_minor(part: _Node, entry: _Node, currency: str) -> int:
    amounts = part.all("Amt") or part.all("AmtDtls/TxAmt/Amt", needed=True)
    minor, _currency = _amount(amounts[0], currency)
    return minor * _sign(part if part.all("CdtDbtInd") else entry)


def _booked(entry: _Node, part: _Node, minor: int, currency: str, numbered: str) -> BankEntry:
    # The payer is the other one where we got money, the payee where we gave it; a return keeps the roles of the first payment.
    roles = ("Dbtr", "Cdtr") if minor >= 0 else ("Cdtr", "Dbtr")
    reason = part.text("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")
    if reason:
        roles = (roles[1], roles[0])
    other = roles[0]
    return BankEntry(
        key=numbered,
        amount_minor=minor,
        currency=currency,
        booked=_date(entry.first("BookgDt")),
        valued=_date(entry.first("ValDt")) if entry.all("ValDt") else None,
        end_to_end=_given(part.text("Refs/EndToEndId")),
        mandate=part.text("Refs/MndtId"),
        creditor_reference=part.text("RmtInf/Strd/CdtrRefInf/Ref"),
        reference=" ".join(" ".join((node.element.text or "").split()) for node in part.all("RmtInf/Ustrd")),
        other_name=part.text(f"RltdPties/{other}/Pty/Nm", f"RltdPties/{other}/Nm"),
        other_iban=part.text(f"RltdPties/{other}Acct/Id/IBAN"),
        return_reason=reason,
        bank_reference=_given(part.text("Refs/AcctSvcrRef") or entry.text("AcctSvcrRef")),
    )


def _given(reference: str) -> str:
    """Without the words banks write where there is nothing."""
    return "" if reference in NOTHING else reference


def _signed(node: _Node, expected: str = "") -> tuple[int, str]:
    minor, currency = _amount(node.first("Amt"), expected)
    return minor * _sign(node), currency


def _sign(node: _Node) -> int:
    """CdtDbtInd says where the money went; RvslInd marks a reversal and does not turn it round again."""
    found = node.first("CdtDbtInd")
    text = (found.element.text or "").strip()
    if text not in {"CRDT", "DBIT"}:
        raise StatementRefusedError(found.place, "bad_sign", found=text)
    return 1 if text == "CRDT" else -1


def _amount(node: _Node, expected: str = "") -> tuple[int, str]:
    currency, text = str(node.element.get("Ccy", "")), (node.element.text or "").strip()
    if not currency or (expected and currency != expected):
        raise StatementRefusedError(
            node.place, "bad_amount", found=f"{text} {currency}".strip(), currency=expected or "a currency"
        )
    exact = Decimal(text).scaleb(minor_digits(currency)) if AMOUNT.fullmatch(text) else None
    if exact is None or exact != int(exact):
        raise StatementRefusedError(node.place, "bad_amount", found=text, currency=currency)
    return int(exact), currency


def _date(node: _Node) -> date:
    """The bank's own date, with or without a time of the day."""
    text = node.text("Dt", "DtTm")
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise StatementRefusedError(node.place, "bad_date", found=text) from error


def _check_balance(node: _Node, booked: list[_Node]) -> None:
    balances = {balance.text("Tp/CdOrPrtry/Cd"): balance for balance in node.all("Bal")}
    opening = next((balances[code] for code in OPENING if code in balances), None)
    closing = next((balances[code] for code in CLOSING if code in balances), None)
    if opening is None or closing is None:
        return
    made, currency = _signed(opening)
    made += sum(_signed(entry, currency)[0] for entry in booked)
    minor, _currency = _signed(closing, currency)
    if made != minor:
        raise StatementRefusedError(
            node.place,
            "balance_differs",
            closing=_shown(minor, currency),
            made=_shown(made, currency),
            currency=currency,
        )


def _shown(minor: int, currency: str) -> str:
    return f"{Decimal(minor).scaleb(-minor_digits(currency)):f}"
