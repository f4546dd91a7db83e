from __future__ import annotations

from datetime import date

import pytest

from adapters.bank.camt053 import SENTENCES, StatementRefusedError, read_statements

IBAN = "DE89370400440532013000"


def balance(code: str, amount: str, sign: str = "CRDT") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>"
        "<Dt><Dt>2026-10-01</Dt></Dt></Bal>"
    )


def entry(
    amount="74.10", sign="CRDT", details="", status="<Cd>BOOK</Cd>", currency="EUR", booked="2026-10-01", reference="B1"
) -> str:
    return (
        f"<Ntry><Amt Ccy='{currency}'>{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>{status}</Sts>"
        f"<BookgDt><Dt>{booked}</Dt></BookgDt><ValDt><Dt>2026-10-02</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>"
        f"<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def statement(*parts: str, version: str = "08", iban: str = IBAN, number: str = "2026-191") -> bytes:
    return (
        f"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}'><BkToCstmrStmt><GrpHdr/><Stmt>"
        f"<Id>{number}</Id><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>{''.join(parts)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


TRANSFER = (
    "<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>Jana Vogt</Nm></Pty></Dbtr>"
    "<DbtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></DbtrAcct><Cdtr><Pty><Nm>Demo Energy</Nm></Pty></Cdtr></RltdPties>"
    "<RmtInf><Ustrd>Invoice  2026-0810417</Ustrd><Ustrd>thank you</Ustrd></RmtInf></TxDtls>"
)


def refusal(content: bytes) -> StatementRefusedError:
    with pytest.raises(StatementRefusedError) as refused:
        read_statements(content)
    assert str(refused.value)  # every problem has its sentence, with all of its placeholders filled
    return refused.value


def test_a_transfer_with_amount_payer_and_reference():
    [found] = read_statements(statement(entry(details=TRANSFER)))
    assert (found.number, found.iban) == ("2026-191", IBAN)
    [one] = found.entries
    assert (one.amount_minor, one.currency, one.booked, one.valued) == (
        7_410,
        "EUR",
        date(2026, 10, 1),
        date(2026, 10, 2),
    )
    assert (one.other_name, one.other_iban) == ("Jana Vogt", "DE02120300000000202051")
    assert (one.reference, one.end_to_end, one.return_reason) == ("Invoice 2026-0810417 thank you", "", "")


def test_the_older_version_names_people_and_status_elsewhere():
    details = TRANSFER.replace("<Pty>", "").replace("</Pty>", "")
    [found] = read_statements(statement(entry(details=details, status="BOOK"), version="02"))
    assert (found.entries[0].other_name, found.entries[0].amount_minor) == ("Jana Vogt", 7_410)


def test_money_that_went_out_is_negative_and_names_the_payee():
    [found] = read_statements(statement(entry("16.23", "DBIT", TRANSFER)))
    assert (found.entries[0].amount_minor, found.entries[0].other_name) == (-1_623, "Demo Energy")


def test_a_returned_direct_debit_names_reason_mandate_and_payer():
    details = (
        "<TxDtls><Refs><EndToEndId>pay:417:1</EndToEndId><MndtId>M-2024-55</MndtId></Refs>"
        "<RltdPties><Dbtr><Pty><Nm>Kern KG</Nm></Pty></Dbtr></RltdPties><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls>"
    )
    [one] = read_statements(statement(entry("745.37", "DBIT", details)))[0].entries
    assert (one.amount_minor, one.return_reason, one.mandate) == (-74_537, "AC04", "M-2024-55")
    assert (one.end_to_end, one.other_name) == ("pay:417:1", "Kern KG")


def test_the_banks_own_number_is_kept_where_it_gives_one():
    content = statement(
        entry(), entry(reference="NONREF"), entry(details="<TxDtls><Refs><AcctSvcrRef>P7</AcctSvcrRef></Refs></TxDtls>")
    )
    assert [one.bank_reference for one in read_statements(content)[0].entries] == ["B1", "", "P7"]


def test_a_structured_reference_is_kept_apart():
    details = "<TxDtls><RmtInf><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"
    [one] = read_statements(statement(entry(details=details)))[0].entries
    assert (one.creditor_reference, one.reference) == ("RF18539007547034", "")


def part(amount: str, currency: str = "EUR") -> str:
    return f"<TxDtls><AmtDtls><TxAmt><Amt Ccy='{currency}'>{amount}</Amt></TxAmt></AmtDtls></TxDtls>"


def test_a_collected_entry_becomes_its_parts():
    [found] = read_statements(statement(entry("100.00", details=part("74.10") + part("25.90"))))
    assert [one.amount_minor for one in found.entries] == [7_410, 2_590]
    assert len({one.key for one in found.entries}) == 2


def test_an_entry_without_details_is_an_entry():
    [one] = read_statements(statement(entry("0.05", "DBIT")))[0].entries
    assert (one.amount_minor, one.reference, one.other_name) == (-5, "", "")


def test_only_booked_entries_count():
    [found] = read_statements(statement(entry(), entry("5.00", status="<Cd>PDNG</Cd>")))
    assert [one.amount_minor for one in found.entries] == [7_410]


def test_the_same_file_gives_the_same_keys_and_two_equal_payments_two():
    content = statement(entry(reference="X"), entry(reference="X"))
    keys = [one.key for one in read_statements(content)[0].entries]
    assert len(set(keys)) == 2
    assert keys == [one.key for one in read_statements(content)[0].entries]


def test_amounts_are_exact_in_currencies_of_other_digits():
    # 0.1 + 0.2 in floats is not 0.3; the yen has no minor unit, the dinar three digits.
    [found] = read_statements(statement(entry("0.3"), entry("1500", currency="JPY"), entry("1.234", currency="KWD")))
    assert [one.amount_minor for one in found.entries] == [30, 1_500, 1_234]


def test_balances_that_tie_pass():
    # 1 000.00 + 74.10 - 16.23 = 1 057.87
    content = statement(balance("OPBD", "1000.00"), balance("CLBD", "1057.87"), entry(), entry("16.23", "DBIT"))
    assert len(read_statements(content)[0].entries) == 2


def test_balances_and_entries_have_one_currency():
    mixed = statement(balance("OPBD", "20.00"), balance("CLBD", "94.10"), entry(currency="SEK"))
    assert str(refusal(mixed)).startswith("BkToCstmrStmt/Stmt/Ntry/Amt is '74.10 SEK', no amount of EUR ->")


def test_balances_that_do_not_tie_are_refused():
    found = refusal(statement(balance("OPBD", "20.00", "DBIT"), balance("CLBD", "54.11"), entry()))
    assert str(found).startswith(
        "BkToCstmrStmt/Stmt closes at 54.11 EUR, but opening balance and entries make 54.10 ->"
    )


@pytest.mark.parametrize(
    ("content", "place", "problem"),
    [
        (b"", "", "not_xml"),
        (b"<Document", "", "not_xml"),
        (b"<html/>", "", "not_camt053"),
        (statement(entry()).replace(b"camt.053", b"camt.054"), "", "not_camt053"),
        (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + statement(entry()), "", "has_doctype"),
        (b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'/>", "BkToCstmrStmt/Stmt", "missing"),
        (statement(iban="DE88370400440532013000"), "BkToCstmrStmt/Stmt/Acct/Id/IBAN", "bad_iban"),
        (statement(entry("74.101")), "BkToCstmrStmt/Stmt/Ntry/Amt", "bad_amount"),
        (statement(entry("-74.10")), "BkToCstmrStmt/Stmt/Ntry/Amt", "bad_amount"),
        (statement(entry("1e3")), "BkToCstmrStmt/Stmt/Ntry/Amt", "bad_amount"),
        (statement(entry(currency="")), "BkToCstmrStmt/Stmt/Ntry/Amt", "bad_amount"),
        (statement(entry(), entry(sign="IN")), "BkToCstmrStmt/Stmt/Ntry[2]/CdtDbtInd", "bad_sign"),
        (statement(entry(booked="01.10.2026")), "BkToCstmrStmt/Stmt/Ntry/BookgDt", "bad_date"),
        (statement(entry("9.00", details=part("5.00") + part("4.01"))), "BkToCstmrStmt/Stmt/Ntry", "parts_differ"),
        (statement(entry("9.00", details=part("5.00") + "<TxDtls/>")), "BkToCstmrStmt/Stmt/Ntry/NtryDtls/TxDtls[2]/AmtDtls/TxAmt/Amt", "missing"),
        (
            statement(entry("9.00", details=part("5.00") + part("4.00", "CHF"))),
            "BkToCstmrStmt/Stmt/Ntry/NtryDtls/TxDtls[2]/AmtDtls/TxAmt/Amt",
            "bad_amount",
        ),
        (b" " * 50_000_001, "", "too_large"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_booked_says_where_and_why(content, place, problem):
    found = refusal(content)
    assert (found.place, found.problem) == (place, problem)


def test_every_problem_has_a_remedy():
    assert all(what and remedy for what, remedy in SENTENCES.values())
