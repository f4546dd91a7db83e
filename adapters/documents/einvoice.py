"""A billing document as Factur-X XML: UN/CEFACT Cross Industry Invoice in the profile EN 16931."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from facturx import xml_check_xsd
from lxml import etree
from lxml.etree import Element, QName, SubElement

from domain.billing.invoice import BY_CUSTOMER, TAKES_BACK, InvoiceDocument, InvoiceLine, Party
from domain.errors import InvalidInputError
from domain.money import from_minor
from domain.tariffs.taxes import TaxTotal

PROFILE = "urn:cen.eu:en16931:2017"
FILE_NAME = "factur-x.xml"
NAMES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
TRANSFER, COLLECTED = "58", "59"  # UNTDID 4461: SEPA credit transfer, SEPA direct debit
SHOWN = 4  # digits of an account that stand for the whole where it is not known
DAY_FORMAT = "102"  # UNTDID 2379: YYYYMMDD


def einvoice(document: InvoiceDocument) -> bytes:
    """The XML, valid by the schema of Factur-X 1.09; the same bytes for the same document.

    Raises InvalidInputError naming the field where the document cannot be issued.
    """
    for issue in document.issues():
        raise InvalidInputError(issue.field, issue.code)
    root = Element(QName(NAMES["rsm"], "CrossIndustryInvoice"), nsmap=NAMES)
    context = _add(root, "rsm:ExchangedDocumentContext")
    _add(_add(context, "GuidelineSpecifiedDocumentContextParameter"), "ID", PROFILE)
    head = _add(root, "rsm:ExchangedDocument")
    _add(head, "ID", document.number)
    _add(head, "TypeCode", document.kind.value)
    _day(_add(head, "IssueDateTime"), document.issued)
    trade = _add(root, "rsm:SupplyChainTradeTransaction")
    for place, line in enumerate(document.lines, start=1):
        _line(trade, place, line, document)
    _agreement(trade, document)
    _delivery(trade, document)
    _settlement(trade, document)
    xml_check_xsd(root, flavor="factur-x", level="en16931")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    prefix, _, local = name.rpartition(":")
    found = SubElement(parent, QName(NAMES[prefix or "ram"], local), attributes)
    found.text = text
    return found


def _day(parent: Element, day: date, prefix: str = "udt") -> None:
    _add(parent, f"{prefix}:DateTimeString", day.strftime("%Y%m%d"), format=DAY_FORMAT)


def _amount(document: InvoiceDocument, minor: int) -> str:
    return f"{from_minor(document.sign * minor, document.currency):f}"


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}"


def _line(trade: Element, place: int, line: InvoiceLine, document: InvoiceDocument) -> None:
    item = _add(trade, "IncludedSupplyChainTradeLineItem")
    _add(_add(item, "AssociatedDocumentLineDocument"), "LineID", str(place))
    product = _add(item, "SpecifiedTradeProduct")
    _add(product, "Name", line.label)
    if line.detail:
        _add(product, "Description", line.detail)
    # A price may not be negative (BR-27): its sign goes to the quantity.
    price, quantity = abs(line.unit_price), line.quantity * document.sign
    price_of_one = _add(_add(item, "SpecifiedLineTradeAgreement"), "NetPriceProductTradePrice")
    _add(price_of_one, "ChargeAmount", f"{price:f}")
    billed = -quantity if line.unit_price < 0 else quantity
    _add(_add(item, "SpecifiedLineTradeDelivery"), "BilledQuantity", f"{billed:f}", unitCode=line.unit)
    settled = _add(item, "SpecifiedLineTradeSettlement")
    _tax_of_line(settled, line)
    if line.first and line.last:
        _period(settled, line.first, line.last)
    summed = _add(settled, "SpecifiedTradeSettlementLineMonetarySummation")
    _add(summed, "LineTotalAmount", _amount(document, line.net_minor))


def _tax_of_line(settled: Element, line: InvoiceLine) -> None:
    tax = _add(settled, "ApplicableTradeTax")
    _add(tax, "TypeCode", "VAT")
    _add(tax, "CategoryCode", line.tax_category)
    if line.tax_category != "O":
        _add(tax, "RateApplicablePercent", _percent(line.tax_rate))


def _period(parent: Element, first: date, last: date) -> None:
    period = _add(parent, "BillingSpecifiedPeriod")
    _day(_add(period, "StartDateTime"), first)
    _day(_add(period, "EndDateTime"), last)


def _agreement(trade: Element, document: InvoiceDocument) -> None:
    agreement = _add(trade, "ApplicableHeaderTradeAgreement")
    _add(agreement, "BuyerReference", document.order_number or document.customer_number)
    names_no_vat = any(line.tax_category == "O" for line in document.lines)  # BR-O-02
    # Who feeds in as a private person is known by the customer number alone (BR-CO-26).
    known_as = document.customer_number if document.kind in BY_CUSTOMER else ""
    _party(agreement, "SellerTradeParty", document.seller, known_as, names_no_vat=names_no_vat)
    _party(agreement, "BuyerTradeParty", document.buyer, "", names_no_vat=names_no_vat)
    if document.order_number:
        _add(_add(agreement, "BuyerOrderReferencedDocument"), "IssuerAssignedID", document.order_number)
    if document.supply.contract:
        _add(_add(agreement, "ContractReferencedDocument"), "IssuerAssignedID", document.supply.contract)


def _party(agreement: Element, role: str, party: Party, known_as: str, *, names_no_vat: bool) -> None:
    found = _add(agreement, role)
    if known_as:
        _add(found, "ID", known_as)
    _add(found, "Name", party.name)
    if party.registration:
        _add(_add(found, "SpecifiedLegalOrganization"), "ID", party.registration)
    if role == "SellerTradeParty" and party.email and party.phone:
        contact = _add(found, "DefinedTradeContact")
        _add(contact, "PersonName", party.name)
        _add(_add(contact, "TelephoneUniversalCommunication"), "CompleteNumber", party.phone)
        _add(_add(contact, "EmailURIUniversalCommunication"), "URIID", party.email)
    address = _add(found, "PostalTradeAddress")
    known = {
        "PostcodeCode": party.post_code,
        "LineOne": party.street,
        "CityName": party.city,
        "CountryID": party.country,
    }
    for name, text in known.items():
        if text:  # nothing may be empty
            _add(address, name, text)
    if party.email:
        _add(_add(found, "URIUniversalCommunication"), "URIID", party.email, schemeID="EM")
    for scheme, number in (("FC", party.tax_number if role == "SellerTradeParty" else ""), ("VA", party.vat_id)):
        if number and not names_no_vat:
            _add(_add(found, "SpecifiedTaxRegistration"), "ID", number, schemeID=scheme)


def _delivery(trade: Element, document: InvoiceDocument) -> None:
    delivery = _add(trade, "ApplicableHeaderTradeDelivery")
    _day(_add(_add(delivery, "ActualDeliverySupplyChainEvent"), "OccurrenceDateTime"), document.last)


def _settlement(trade: Element, document: InvoiceDocument) -> None:
    settlement = _add(trade, "ApplicableHeaderTradeSettlement")
    payment, owes = document.payment, document.totals.balance_minor * document.sign > 0
    is_collected = bool(owes and payment.mandate)
    if is_collected:
        _add(settlement, "CreditorReferenceID", payment.creditor)
    _add(settlement, "PaymentReference", document.number)
    _add(settlement, "InvoiceCurrencyCode", document.currency)
    if owes and document.kind not in TAKES_BACK:
        _means(settlement, document, is_collected=is_collected)
    for row in document.totals.taxes:
        _tax(settlement, row, document)
    _period(settlement, document.first, document.last)
    if document.due:
        terms = _add(settlement, "SpecifiedTradePaymentTerms")
        _day(_add(terms, "DueDateDateTime"), document.due)
        if is_collected:
            _add(terms, "DirectDebitMandateID", payment.mandate)
    _sums(settlement, document)
    if document.corrects:
        earlier = _add(settlement, "InvoiceReferencedDocument")
        _add(earlier, "IssuerAssignedID", document.corrects)
        if document.corrects_issued:
            _day(_add(earlier, "FormattedIssueDateTime"), document.corrects_issued, "qdt")


def _means(settlement: Element, document: InvoiceDocument, *, is_collected: bool) -> None:
    payment = document.payment
    if not is_collected and not payment.iban:
        return
    means = _add(settlement, "SpecifiedTradeSettlementPaymentMeans")
    _add(means, "TypeCode", COLLECTED if is_collected else TRANSFER)
    if is_collected:
        if len(payment.debited) > SHOWN:
            _add(_add(means, "PayerPartyDebtorFinancialAccount"), "IBANID", payment.debited)
        return
    account = _add(means, "PayeePartyCreditorFinancialAccount")
    _add(account, "IBANID", payment.iban)
    _add(account, "AccountName", document.seller.name)
    if payment.bic:
        _add(_add(means, "PayeeSpecifiedCreditorFinancialInstitution"), "BICID", payment.bic)


def _tax(settlement: Element, row: TaxTotal, document: InvoiceDocument) -> None:
    tax = _add(settlement, "ApplicableTradeTax")
    _add(tax, "CalculatedAmount", _amount(document, row.tax_minor))
    _add(tax, "TypeCode", "VAT")
    if row.category in {"E", "AE", "O"}:
        _add(tax, "ExemptionReason", document.exemption)
    _add(tax, "BasisAmount", _amount(document, row.net_minor))
    _add(tax, "CategoryCode", row.category)
    if row.category != "O":
        _add(tax, "RateApplicablePercent", _percent(row.rate))


def _sums(settlement: Element, document: InvoiceDocument) -> None:
    found = document.totals
    summed = _add(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation")
    _add(summed, "LineTotalAmount", _amount(document, found.net_minor))
    _add(summed, "TaxBasisTotalAmount", _amount(document, found.net_minor))
    _add(summed, "TaxTotalAmount", _amount(document, found.tax_minor), currencyID=document.currency)
    _add(summed, "GrandTotalAmount", _amount(document, found.gross_minor))
    if found.advance_minor:
        _add(summed, "TotalPrepaidAmount", _amount(document, found.advance_minor))
    _add(summed, "DuePayableAmount", _amount(document, found.balance_minor))
