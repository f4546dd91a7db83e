"""Bank statements as a bank writes them, as small as a test needs."""

from __future__ import annotations

IBAN = "DE89370400440532013000"


def make_entry(
    amount: str, text: str = "", *, end_to_end: str = "", reference: str = "", reason: str = "", currency: str = "EUR",
    booked: str = "2026-11-10",
) -> str:  # fmt: skip
    """One entry; a negative amount is money that went out."""
    sign = "DBIT" if amount.startswith("-") else "CRDT"
    returned = f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>" if reason else ""
    return (
        f"<Ntry><Amt Ccy='{currency}'>{amount.lstrip('-')}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{booked}</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls><TxDtls>"
        f"<Refs><EndToEndId>{end_to_end}</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>Ada Example</Nm></Pty></Dbtr>"
        f"<DbtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></DbtrAcct></RltdPties>"
        f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf>{returned}</TxDtls></NtryDtls></Ntry>"
    )


def make_statement(*entries: str, number: str = "2026-191") -> bytes:
    return (
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><GrpHdr/><Stmt>"
        f"<Id>{number}</Id><Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()
