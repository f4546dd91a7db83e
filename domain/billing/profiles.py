"""Whom bills are made out to: name, address, VAT id, order number, and the rules for what may stand there."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Literal

from domain.errors import Issue

# What follows the country in a VAT id, by its prefix; Greece writes EL, Northern Ireland XI.
VAT_FORMS = {
    "AT": r"U\d{8}", "BE": r"[01]\d{9}", "BG": r"\d{9,10}", "CH": r"E\d{9}(MWST|TVA|IVA)?", "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}", "DE": r"\d{9}", "DK": r"\d{8}", "EE": r"\d{9}", "EL": r"\d{9}", "ES": r"[A-Z\d]\d{7}[A-Z\d]",
    "FI": r"\d{8}", "FR": r"[A-HJ-NP-Z\d]{2}\d{9}", "GB": r"\d{9}(\d{3})?", "HR": r"\d{11}", "HU": r"\d{8}",
    "IE": r"\d[A-Z\d+*]\d{5}[A-Z]{1,2}", "IT": r"\d{11}", "LT": r"\d{9}(\d{3})?", "LU": r"\d{8}", "LV": r"\d{11}",
    "MT": r"\d{8}", "NL": r"\d{9}B\d{2}", "NO": r"\d{9}(MVA)?", "PL": r"\d{10}", "PT": r"\d{9}", "RO": r"\d{2,10}",
    "SE": r"\d{12}", "SI": r"\d{8}", "SK": r"\d{10}", "XI": r"\d{9}(\d{3})?",
}  # fmt: skip
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
COUNTRY = re.compile("[A-Z]{2}")
LONGEST = {
    "legal_name": 120, "street": 120, "postcode": 16, "city": 80, "vat_id": 16, "order_number": 60,
    "email": 254,
}  # fmt: skip
NEEDED = ("legal_name", "street", "city")  # some countries know no postcodes
Amounts = Literal["gross", "net"]


@dataclass(frozen=True, kw_only=True)
class BillingProfile:
    """What an account's bills are made out to.

    country : ISO 3166-1, two letters
    order_number : what the customer wants named, an order or a cost centre
    email : where bills are announced to, beside the people who sign in; may be empty
    amounts : whether prices and costs are shown with VAT or without
    """

    legal_name: str
    street: str
    postcode: str
    city: str
    country: str = "DE"
    vat_id: str = ""
    order_number: str = ""
    email: str = ""
    amounts: Amounts = "gross"

    def tidy(self) -> BillingProfile:
        """Without stray blanks; codes in capitals, a VAT id without blanks, points and hyphens."""
        found = {one.name: " ".join(str(getattr(self, one.name)).split()) for one in fields(self)}
        found["country"] = found["country"].upper()
        found["vat_id"] = re.sub(r"[\s.\-/]", "", found["vat_id"]).upper()
        return BillingProfile(**found)  # type: ignore[arg-type]

    def issues(self) -> list[Issue]:
        """What is wrong with it, field by field; empty when nothing is."""
        found = [Issue(name, "missing") for name in NEEDED if not getattr(self, name)]
        found += [
            Issue(name, "too_long", {"most": most}) for name, most in LONGEST.items() if len(getattr(self, name)) > most
        ]
        if not COUNTRY.fullmatch(self.country):
            found.append(Issue("country", "not_two_letters"))
        if self.email and not EMAIL.fullmatch(self.email):
            found.append(Issue("email", "no_address"))
        if self.amounts not in {"gross", "net"}:
            found.append(Issue("amounts", "unknown"))
        problem = vat_id_problem(self.vat_id)
        return [*found, Issue("vat_id", problem, {"prefix": self.vat_id[:2]})] if problem else found


def vat_id_problem(vat_id: str) -> str:
    """Empty where it has the form of its country; none at all is right as well."""
    if not vat_id:
        return ""
    form = VAT_FORMS.get(vat_id[:2])
    if form is None:
        return "unknown_country"
    return "" if re.fullmatch(form, vat_id[2:]) else "unlike_country"
